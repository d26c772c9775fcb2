//! Devices as the log knows them: whose each is, when it was last heard, and how far it had verified the log by then.

use plumbline_protocol::{DeviceId, Fault, RecordId, Uuid, fold::FieldState, record::device};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Inner},
    db::{Tx, entry, record as rows},
    time::MAX_OTHERS,
};

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct DeviceView {
    /// Its public key.
    pub id: DeviceId,
    /// The member for whom it signs.
    pub member: Option<Uuid>,
    /// What the member called it; empty where nobody did.
    pub label: String,
    /// True once it was revoked, for ever.
    pub revoked: bool,
    /// True for the one that answers.
    pub this: bool,
    /// When the server received its enrolment; none while that waits.
    pub enrolled: Option<i64>,
    /// When the server last received an action of it that this member may see; none where that is not known.
    pub heard: Option<i64>,
    /// Generation of the log that it had verified when it signed that action.
    pub seen_generation: Option<u64>,
    /// Size of the log that it had verified then.
    pub seen_size: Option<u64>,
}

impl Client {
    /// Every device of the organisation, by member.
    pub async fn devices(&self) -> Result<Vec<DeviceView>, Fault> {
        self.run(|inner| inner.db.read(|c| inner.devices(c))).await
    }
}

impl Inner {
    fn devices(&self, c: &Tx) -> Result<Vec<DeviceView>, Fault> {
        self.identity()?;
        let heard = entry::heard(c)?;
        let filter = rows::Filter { kind: device::KIND.name.to_owned(), ..rows::Filter::default() };
        let mut devices = Vec::new();
        for shown in rows::list(c, &filter, MAX_OTHERS)? {
            let RecordId::Key(key) = shown.id else { continue };
            let (id, record) = (DeviceId(key), &shown.record);
            let heard = heard.get(&id);
            // Whose it is was written by its enrolment, and only there.
            let enrolled = match record.field(device::MEMBER) {
                Some(FieldState::Last { shown, .. }) => entry::get(c, shown.position)?.map(|entry| entry.received),
                _ => None,
            };
            devices.push(DeviceView {
                id,
                member: record.uuid(device::MEMBER),
                label: record.text(device::LABEL).unwrap_or_default().to_owned(),
                revoked: record.flag(device::REVOKED),
                this: id == self.device(),
                enrolled,
                heard: heard.and_then(|heard| heard.received),
                seen_generation: heard.map(|heard| heard.seen.0),
                seen_size: heard.map(|heard| heard.seen.1),
            });
        }
        devices.sort_by_key(|device| (device.member, device.enrolled, device.id));
        Ok(devices)
    }
}
