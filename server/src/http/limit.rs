//! Token buckets: how fast one address or one device may ask. In memory, for real seconds, and bounded in number.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use super::refusal::Refusal;
use crate::config::Rate;

/// Buckets that are remembered. A full one is forgotten first; it would be made full again anyway.
const MOST: usize = 10_000;

/// One bucket for each caller.
pub(crate) struct Buckets<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Hash + Eq> Buckets<K> {
    pub fn new(rate: Rate) -> Self {
        Buckets { rate, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one token of `key`'s bucket, or refuses and says when there will be one.
    pub fn take(&self, key: K) -> Result<(), Refusal> {
        self.take_at(key, Instant::now())
    }

    fn take_at(&self, key: K, now: Instant) -> Result<(), Refusal> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < f64::from(self.rate.burst));
            if buckets.len() >= MOST {
                buckets.clear();
            }
        }
        let full = Bucket { tokens: f64::from(self.rate.burst), at: now };
        let bucket = buckets.entry(key).or_insert(full);
        *bucket = Bucket { tokens: self.filled(*bucket, now), at: now };
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        let seconds = (1.0 - bucket.tokens) / f64::from(self.rate.per_second.max(1));
        Err(Refusal::too_many(seconds.ceil() as u32))
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let back = now.saturating_duration_since(bucket.at).as_secs_f64() * f64::from(self.rate.per_second);
        (bucket.tokens + back).min(f64::from(self.rate.burst))
    }
}

/// What counts as one address: IPv6 hands out networks of 64 bits, not single addresses.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Shows s10.
    #[test]
    fn a_bucket_empties_says_how_long_and_fills_again() {
        let buckets = Buckets::new(Rate { per_second: 2, burst: 3 });
        let now = Instant::now();
        let take = |key, now| buckets.take_at(key, now);
        assert!((0..3).all(|_| take("a", now).is_ok()));
        assert_eq!(take("a", now), Err(Refusal::too_many(1)));
        assert_eq!(take("b", now), Ok(()));
        assert_eq!(take("a", now + Duration::from_millis(500)), Ok(()));
        assert_eq!(take("a", now + Duration::from_millis(500)), Err(Refusal::too_many(1)));
    }

    /// Shows s10.
    #[test]
    fn the_number_of_buckets_is_bounded() {
        let buckets = Buckets::new(Rate { per_second: 1, burst: 1 });
        let now = Instant::now();
        assert!((0..3 * MOST).all(|n| buckets.take_at(n, now).is_ok()));
        assert!(buckets.buckets.lock().unwrap().len() <= MOST);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_share_a_bucket() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
