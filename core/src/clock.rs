//! The clocks that evidence of time is made of.

use std::sync::OnceLock;

use plumbline_protocol::time::BootId;
use sha2::{Digest, Sha256};

use crate::secret;

/// Reads the device's clocks. The system's own is [`SystemClock`]; a simulated one stands in where days are played.
pub trait Clock: Send + Sync {
    /// Wall clock, milliseconds since 1970 UTC. It may jump.
    fn wall(&self) -> i64;
    /// Milliseconds since boot, sleep included. It never jumps within a boot.
    fn boot_ms(&self) -> i64;
    /// Which boot that is.
    fn boot(&self) -> BootId;
}

/// The system's clocks: CLOCK_BOOTTIME and the kernel's boot id where there are any. Elsewhere each start of the process
/// counts as a boot of its own, which claims less and is never wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
    }

    fn boot_ms(&self) -> i64 {
        static BEGAN: OnceLock<i64> = OnceLock::new();
        let now = since_boot();
        // How long a boot has lasted is evidence: one that is a process's must not count what was before the process.
        now - BEGAN.get_or_init(|| if crate::files::kernel_boot_id().is_some() { 0 } else { now })
    }

    fn boot(&self) -> BootId {
        static BOOT: OnceLock<BootId> = OnceLock::new();
        *BOOT.get_or_init(|| match crate::files::kernel_boot_id() {
            Some(id) => digest(id.as_bytes()),
            None => secret::random::<16>().map_or(BootId([0; 16]), |id| BootId(*id)),
        })
    }
}

/// The system's clocks where the shell knows which boot this is and the core cannot find out.
#[derive(Debug, Clone, Copy)]
pub struct NamedBoot(BootId);

impl NamedBoot {
    /// Of the boot by this name: another one after each start of the system, the same between two.
    pub fn new(name: &str) -> NamedBoot {
        NamedBoot(digest(name.as_bytes()))
    }
}

impl Clock for NamedBoot {
    fn wall(&self) -> i64 {
        SystemClock.wall()
    }

    fn boot_ms(&self) -> i64 {
        since_boot()
    }

    fn boot(&self) -> BootId {
        self.0
    }
}

/// The clock that counts sleep, milliseconds.
#[cfg(unix)]
fn since_boot() -> i64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let clock = rustix::time::ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let clock = rustix::time::ClockId::Monotonic;
    let now = rustix::time::clock_gettime(clock);
    now.tv_sec.saturating_mul(1000).saturating_add(now.tv_nsec / 1_000_000)
}

/// The same on Windows, from when it was first asked for: there a boot has no name, and each start of the process is one.
#[cfg(not(unix))]
fn since_boot() -> i64 {
    static BEGAN: OnceLock<std::time::Instant> = OnceLock::new();
    let began = BEGAN.get_or_init(std::time::Instant::now);
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}

/// A boot's name that does not tell the kernel's own, which other apps could recognise.
fn digest(id: &[u8]) -> BootId {
    let hash = Sha256::new().chain_update(b"plumbline/boot/1\n").chain_update(id).finalize();
    let mut boot = [0; 16];
    boot.iter_mut().zip(hash).for_each(|(b, h)| *b = h);
    BootId(boot)
}
