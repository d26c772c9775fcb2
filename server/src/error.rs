//! What goes wrong inside, and the one place where it becomes a [`Fault`].
//!
//! Invariant: the text of an internal error goes to the log under a trace and never to a caller.

use std::io;

use plumbline_protocol::Fault;

/// A failure inside the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Something that the caller can act upon.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The database is not what was written to it; the text names no person's data.
    #[error("damaged: {0}")]
    Damaged(String),
    /// A defect or a broken machine; the text names the operation, never a person's data.
    #[error("{0}")]
    Internal(String),
}

/// The result of everything inside the server.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An [`Error::Internal`] that names the operation.
    pub fn internal(what: impl Into<String>) -> Self {
        Error::Internal(what.into())
    }

    /// What the caller is told; an internal error is logged here and leaves its trace.
    pub fn into_fault(self) -> Fault {
        match self {
            Error::Fault(fault) => fault,
            error => {
                let trace = crate::random::text::<8>().unwrap_or_default();
                tracing::error!(%trace, %error, "internal error");
                Fault::Internal { trace }
            }
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Fault(Fault::StorageFull),
            kind => Error::Internal(format!("file: {kind}")),
        }
    }
}
