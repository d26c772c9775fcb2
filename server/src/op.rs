//! Who asks: the signed-in device behind a request, and for which organisation.
//!
//! Invariant: the organisation of everything that a request touches is the one here; none comes from elsewhere in the request.

use plumbline_protocol::{DeviceId, Fault, OrganisationId, Uuid, session::Scope};

use crate::{db::session::Family, error::Result};

/// The actor of one request.
#[derive(Clone)]
pub struct Op {
    /// The organisation of the session.
    pub organisation: OrganisationId,
    /// The device of the session.
    pub device: DeviceId,
    /// Whose device it is.
    pub member: Uuid,
    /// What the session may do now: a device revoked a moment ago is down to [`Scope::Push`].
    pub scope: Scope,
    /// The session.
    pub family: Family,
}

impl Op {
    /// Refuses a session that may only hand in unsent work.
    pub fn full(&self) -> Result<()> {
        match self.scope {
            Scope::Full => Ok(()),
            Scope::Push => Err(Fault::Denied.into()),
        }
    }
}
