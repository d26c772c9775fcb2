//! People, their devices and the projects they work on.

use ed25519_dalek::SigningKey;
use plumbline_protocol::{
    DeviceId, Fault, RecordId, Uuid,
    link::{InviteLink, Server},
    record::{device, invite, member, project},
    value::Value,
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Change, Client, Inner},
    datum::{Datum, GeofenceView},
    db::Tx,
    record::{RecordView, WriteRequest},
    secret,
};

/// Longest life of an invite, in hours: a month.
const MAX_HOURS: u32 = 31 * 24;

/// A new project.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct ProjectRequest {
    /// Name.
    pub name: String,
    /// The contract's number.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub number: Option<String>,
    /// IANA time zone by which its days are counted.
    pub zone: String,
    /// Where punches are expected.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub geofence: Option<GeofenceView>,
    /// Classifications of work.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub classifications: Vec<String>,
}

/// A new member.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct MemberRequest {
    /// Name.
    pub name: String,
    /// `administrator`, `manager`, `foreman` or `worker`.
    pub role: String,
    /// Own projects.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub projects: Vec<Uuid>,
}

/// A new invite.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct InviteRequest {
    /// Who is invited.
    pub member: Uuid,
    /// Hours until it expires.
    pub hours_valid: u32,
}

/// An invite. The link holds a secret: it is shown this once and stored nowhere.
#[derive(Clone, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct InviteView {
    /// The invite's record.
    pub invite: Uuid,
    /// The link, for the invited person alone.
    pub link: String,
    /// When it expires, milliseconds since 1970.
    pub expires: i64,
}

/// A device to be revoked.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// Its public key.
    pub device: DeviceId,
    /// Why.
    pub reason: String,
}

impl Client {
    /// Makes a project.
    pub async fn create_project(&self, request: ProjectRequest) -> Result<RecordView, Fault> {
        let mut fields = vec![
            (project::NAME, Datum::Text(request.name)),
            (project::ZONE, Datum::Text(request.zone)),
            (project::CLASSIFICATIONS, texts(request.classifications)),
        ];
        fields.extend(request.number.map(|n| (project::NUMBER, Datum::Text(n))));
        fields.extend(request.geofence.map(|g| (project::GEOFENCE, Datum::Geofence(g))));
        self.write(new(project::KIND.name, fields)).await
    }

    /// Adds a member, who needs no device.
    pub async fn add_member(&self, request: MemberRequest) -> Result<RecordView, Fault> {
        let projects = texts(request.projects.iter().map(Uuid::to_string).collect());
        let fields = vec![
            (member::NAME, Datum::Text(request.name)),
            (member::ROLE, Datum::Text(request.role)),
            (member::PROJECTS, projects),
        ];
        self.write(new(member::KIND.name, fields)).await
    }

    /// Invites a member to enrol a device. The invite works once it has been synced.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `hours_valid`, [`Fault::Denied`].
    pub async fn invite(&self, request: InviteRequest) -> Result<InviteView, Fault> {
        let view = self.run(move |inner| inner.db.write(|c| inner.invite(c, &request))).await?;
        self.changed(invite::KIND.name);
        Ok(view)
    }

    /// Revokes a device, for ever.
    pub async fn revoke_device(&self, request: RevokeRequest) -> Result<RecordView, Fault> {
        let mut write = new(device::KIND.name, vec![(device::REVOKED, Datum::Bool(true))]);
        write.record = Some(RecordId::from(request.device));
        write.reason = Some(request.reason);
        self.write(write).await
    }
}

impl Inner {
    fn invite(&self, c: &Tx, request: &InviteRequest) -> Result<InviteView, Fault> {
        if !(1..=MAX_HOURS).contains(&request.hours_valid) {
            return Err(Fault::invalid("hours_valid", "range"));
        }
        let identity = self.identity()?;
        let secret = secret::random::<32>()?;
        let id = self.new_id()?;
        let expires = self.config.clock.wall() + i64::from(request.hours_valid) * 3_600_000;
        let fields = [
            (invite::MEMBER, Value::from(request.member)),
            (invite::KEY, Value::from(SigningKey::from_bytes(&secret).verifying_key().to_bytes())),
            (invite::EXPIRES, Value::Int(expires)),
        ];
        self.act(c, Change::write(identity.organisation, invite::KIND.name, id, None, fields))?;
        let link = InviteLink {
            server: Server { at: identity.at.clone(), ca: identity.ca },
            organisation: identity.organisation,
            invite: id,
            member: request.member,
            secret,
        };
        Ok(InviteView { invite: id, link: link.to_string(), expires })
    }
}

fn texts(all: Vec<String>) -> Datum {
    Datum::List(all.into_iter().map(Datum::Text).collect())
}

fn new(kind: &str, fields: Vec<(&str, Datum)>) -> WriteRequest {
    WriteRequest {
        kind: kind.to_owned(),
        record: None,
        project: None,
        fields: fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        reason: None,
        as_of: None,
    }
}
