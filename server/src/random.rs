//! Random bytes from the operating system.

use data_encoding::HEXLOWER;

use crate::error::{Error, Result};

/// `N` random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::internal("random bytes"))?;
    Ok(bytes)
}

/// `N` random bytes as hex.
pub fn text<const N: usize>() -> Result<String> {
    Ok(HEXLOWER.encode(&bytes::<N>()?))
}
