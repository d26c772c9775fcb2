//! One simulated true time, which the server reads as it is and each device through clocks of its own.
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

/// The true time of a simulated world. Clones share it.
#[derive(Debug, Clone)]
pub struct SimClock(Arc<AtomicI64>);

impl SimClock {
    /// Stands at `ms`, milliseconds since 1970 UTC.
    pub fn new(ms: i64) -> SimClock {
        SimClock(Arc::new(AtomicI64::new(ms)))
    }

    /// The true time, milliseconds since 1970 UTC.
    pub fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Lets time pass for everybody.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Lets time pass until `ms`; time never goes back.
    pub fn advance_to(&self, ms: i64) {
        self.0.fetch_max(ms, Ordering::SeqCst);
    }

    /// The clocks of the device called `name`, which has just booted.
    pub fn device(&self, name: &str) -> Arc<DeviceClock> {
        let boot = Boot { number: 0, began: self.now() };
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
    began: i64,
}

impl DeviceClock {
    /// Sets the wall clock `ms` ahead of the truth (behind it: negative).
    pub fn set_wrong_by(&self, ms: i64) {
        self.skew.store(ms, Ordering::SeqCst);
    }

    /// Starts the device again: its boot clock begins anew under another boot id.
    pub fn reboot(&self) {
        let mut boot = self.boot.lock().unwrap();
        *boot = Boot { number: boot.number + 1, began: self.truth.now() };
    }
}

impl DeviceTime for DeviceClock {
    fn wall(&self) -> i64 {
        self.truth.now() + self.skew.load(Ordering::SeqCst)
    }

    fn boot_ms(&self) -> i64 {
        self.truth.now() - self.boot.lock().unwrap().began
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
}
