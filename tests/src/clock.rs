//! One simulated true time, which the server and each device read through clocks of their own.
//!
//! Invariant: true time moves only by [`SimClock::advance`], so a day is played in moments and always in the same way.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use plumbline_core::clock::Clock as DeviceTime;
use plumbline_protocol::time::BootId;
use plumbline_server::Clock as ServerTime;
use sha2::{Digest, Sha256};

/// A second, a minute and an hour in milliseconds.
pub const SECOND: i64 = 1000;
/// Sixty seconds.
pub const MINUTE: i64 = 60 * SECOND;
/// Sixty minutes.
pub const HOUR: i64 = 60 * MINUTE;
/// Twenty-four hours.
pub const DAY: i64 = 24 * HOUR;

/// The true time of a simulated world, in microseconds since 1970 UTC. Clones share it.
#[derive(Debug, Clone)]
pub struct SimClock(Arc<AtomicI64>);

impl SimClock {
    /// Stands at `ms`, milliseconds since 1970 UTC.
    pub fn new(ms: i64) -> SimClock {
        SimClock(Arc::new(AtomicI64::new(ms * 1000)))
    }

    /// The true time, milliseconds since 1970 UTC.
    pub fn now(&self) -> i64 {
        self.now_us().div_euclid(1000)
    }

    /// The true time, microseconds since 1970 UTC.
    pub fn now_us(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Lets time pass for everybody.
    pub fn advance(&self, ms: i64) {
        self.advance_us(ms * 1000);
    }

    /// As [`SimClock::advance`], by microseconds.
    pub fn advance_us(&self, us: i64) {
        self.0.fetch_add(us, Ordering::SeqCst);
    }

    /// Lets time pass until `ms`; time never goes back.
    pub fn advance_to(&self, ms: i64) {
        self.0.fetch_max(ms * 1000, Ordering::SeqCst);
    }

    /// The clocks of the device called `name`, which has just booted.
    pub fn device(&self, name: &str) -> Arc<DeviceClock> {
        let boot = Boot { number: 0, since: self.now_us(), counted: 0, ppm: 0 };
        Arc::new(DeviceClock {
            truth: self.clone(),
            name: name.to_owned(),
            skew: AtomicI64::new(0),
            boot: Mutex::new(boot),
        })
    }
}

impl ServerTime for SimClock {
    fn now_ms(&self) -> i64 {
        self.now()
    }
}

/// The clock of a server, which may be set wrong. Clones share it.
#[derive(Debug, Clone)]
pub struct ServerClock {
    truth: SimClock,
    skew: Arc<AtomicI64>,
}

impl ServerClock {
    /// A right one.
    pub fn new(truth: &SimClock) -> ServerClock {
        ServerClock { truth: truth.clone(), skew: Arc::default() }
    }

    /// Sets it `ms` ahead of the truth (behind it: negative).
    pub fn set_wrong_by(&self, ms: i64) {
        self.skew.store(ms, Ordering::SeqCst);
    }
}

impl ServerTime for ServerClock {
    fn now_ms(&self) -> i64 {
        self.truth.now() + self.skew.load(Ordering::SeqCst)
    }
}

/// The clocks of one device: a wall clock that may be set wrong, and one that counts since boot.
#[derive(Debug)]
pub struct DeviceClock {
    truth: SimClock,
    name: String,
    skew: AtomicI64,
    boot: Mutex<Boot>,
}

#[derive(Debug, Clone, Copy)]
struct Boot {
    number: u64,
    /// True time, in microseconds, at which the boot clock began to run at this rate.
    since: i64,
    /// Microseconds that it had counted by then.
    counted: i64,
    /// How much too fast it runs, in millionths of what it counts.
    ppm: i64,
}

impl Boot {
    fn counts(&self, truth: i64) -> i64 {
        let elapsed = truth - self.since;
        self.counted + elapsed + elapsed * self.ppm / (1_000_000 - self.ppm)
    }
}

impl DeviceClock {
    /// Sets the wall clock `ms` ahead of the truth (behind it: negative).
    pub fn set_wrong_by(&self, ms: i64) {
        self.skew.store(ms, Ordering::SeqCst);
    }

    /// Starts the device again: its boot clock begins anew under another boot id.
    pub fn reboot(&self) {
        let mut boot = self.boot.lock().unwrap();
        *boot = Boot { number: boot.number + 1, since: self.truth.now_us(), counted: 0, ppm: boot.ppm };
    }

    /// From now on the boot clock runs too fast by so many millionths (too slow: negative), as crystals do in the cold.
    pub fn drift_by(&self, ppm: i64) {
        let mut boot = self.boot.lock().unwrap();
        let now = self.truth.now_us();
        *boot = Boot { since: now, counted: boot.counts(now), ppm, ..*boot };
    }
}

impl DeviceTime for DeviceClock {
    fn wall(&self) -> i64 {
        self.truth.now() + self.skew.load(Ordering::SeqCst)
    }

    fn boot_ms(&self) -> i64 {
        self.boot.lock().unwrap().counts(self.truth.now_us()).div_euclid(1000)
    }

    fn boot(&self) -> BootId {
        let number = self.boot.lock().unwrap().number;
        let hash = Sha256::new().chain_update(&self.name).chain_update(number.to_be_bytes()).finalize();
        BootId(hash[..16].try_into().unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_wall_clock_leaves_the_boot_clock_and_a_reboot_begins_another() {
        let truth = SimClock::new(1_000_000);
        let phone = truth.device("phone");
        phone.set_wrong_by(-HOUR);
        truth.advance(5 * SECOND);
        assert_eq!((phone.wall(), phone.boot_ms()), (1_005_000 - HOUR, 5 * SECOND));
        let before = phone.boot();
        phone.reboot();
        truth.advance(1);
        assert_eq!(phone.boot_ms(), 1);
        assert_ne!(phone.boot(), before);
        assert_ne!(truth.device("other").boot(), truth.device("phone").boot());
    }

    #[test]
    fn a_boot_clock_that_drifts_is_off_by_its_rate_from_then_on() {
        let truth = SimClock::new(0);
        let phone = truth.device("phone");
        truth.advance(DAY);
        phone.drift_by(-100);
        truth.advance(DAY);
        assert_eq!(DAY + DAY - phone.boot_ms(), 8640);
    }
}
