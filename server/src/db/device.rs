//! The devices of an organisation, as its log says.

use plumbline_protocol::{DeviceId, OrganisationId, Uuid};
use rusqlite::{OptionalExtension, Row};

use super::{Tx, uuid};
use crate::error::Result;

/// A device that the log knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Its public key.
    pub device: DeviceId,
    /// Whose it is.
    pub member: Uuid,
    /// Whether it may only hand in unsent work.
    pub revoked: bool,
}

/// One device.
pub fn find(tx: &Tx<'_>, organisation: &OrganisationId, device: &DeviceId) -> Result<Option<Device>> {
    let sql = "SELECT device, member, revoked FROM device WHERE organisation = ?1 AND device = ?2";
    Ok(tx.0.prepare_cached(sql)?.query_row((&organisation.0, &device.0), row).optional()?)
}

/// All of them, in order of their keys.
pub fn list(tx: &Tx<'_>, organisation: &OrganisationId) -> Result<Vec<Device>> {
    let sql = "SELECT device, member, revoked FROM device WHERE organisation = ?1 ORDER BY device";
    Ok(tx.0.prepare_cached(sql)?.query_map([&organisation.0], row)?.collect::<rusqlite::Result<_>>()?)
}

/// What the log says of a device now.
pub fn put(tx: &Tx<'_>, organisation: &OrganisationId, device: &Device) -> Result<()> {
    let sql = "INSERT INTO device (organisation, device, member, revoked) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (organisation, device) DO UPDATE SET member = excluded.member, revoked = excluded.revoked";
    let Device { device, member, revoked } = device;
    tx.0.prepare_cached(sql)?.execute((&organisation.0, &device.0, member.as_bytes(), revoked))?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device { device: DeviceId(row.get(0)?), member: uuid(row, 1)?, revoked: row.get(2)? })
}
