//! How causes from below become a [`Fault`]: what a person can act on keeps its own variant, the rest goes to the log.
//!
//! Invariant: a cause that is logged holds no path, name, secret or text that a person entered.

use std::{fmt::Display, io};

use data_encoding::HEXLOWER;
use plumbline_protocol::Fault;

/// [`Fault::Internal`]: the cause is logged beside a fresh trace, which alone crosses the interface.
pub fn internal(what: &'static str, cause: &dyn Display) -> Fault {
    let mut bytes = [0; 8];
    // Without randomness the trace is all zeros and still says that this happened.
    let _ = getrandom::fill(&mut bytes);
    let trace = HEXLOWER.encode(&bytes);
    tracing::error!(trace, what, %cause);
    Fault::Internal { trace }
}

/// The folder of the store cannot be written.
pub fn read_only() -> Fault {
    Fault::invalid("storage", "read-only")
}

/// The folder of the store is not where it was.
pub fn away() -> Fault {
    Fault::invalid("storage", "unavailable")
}

/// A failed file operation: [`Fault::StorageFull`] where room or quota ran out, [`read_only`] or [`away`] where the folder is,
/// [`Fault::Internal`] otherwise.
pub fn io(what: &'static str, cause: &io::Error) -> Fault {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::StorageFull,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => read_only(),
        io::ErrorKind::NotFound => away(),
        _ => internal(what, cause),
    }
}

/// A failed operation on what a person named: what is wrong with its place is said of `path`, the rest as by [`io()`].
pub fn io_at_path(what: &'static str, cause: &io::Error) -> Fault {
    match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Fault::invalid("path", "missing"),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Fault::invalid("path", "denied"),
        _ => io(what, cause),
    }
}

/// True for a fault of the store's folder, which passes, and says nothing about a file in it.
pub fn of_storage(fault: &Fault) -> bool {
    matches!(fault, Fault::Invalid { field, .. } if field == "storage")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_denied_is_the_stores_or_the_persons() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(io("write", &denied), read_only());
        assert!(of_storage(&read_only()) && of_storage(&away()));
        assert_eq!(io_at_path("write", &denied), Fault::invalid("path", "denied"));
        assert!(!of_storage(&io_at_path("write", &denied)));
        assert_eq!(io_at_path("write", &io::Error::from(io::ErrorKind::StorageFull)), Fault::StorageFull);
    }

    #[test]
    fn a_full_disk_is_said_as_such() {
        assert_eq!(io("write", &io::Error::from(io::ErrorKind::StorageFull)), Fault::StorageFull);
        assert_eq!(io("write", &io::Error::from(io::ErrorKind::QuotaExceeded)), Fault::StorageFull);
        assert!(matches!(io("write", &io::Error::other("x")), Fault::Internal { trace } if trace.len() == 16));
    }
}
