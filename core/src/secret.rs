//! Fresh secrets from the operating system's random source, wiped from memory when dropped.

use plumbline_protocol::Fault;
use zeroize::Zeroizing;

use crate::error;

/// `N` random bytes: a key, a salt, a nonce or an unguessable name.
///
/// # Errors
/// [`Fault::Internal`] where the operating system has no randomness; nothing may go on without it.
pub fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, Fault> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|cause| error::internal("random", &cause))?;
    Ok(bytes)
}
