//! Devices and their sessions, as people may see and end them.

use plumbline_protocol::{
    DeviceId, Fault, Uuid, judge,
    policy::{self, Resource, Subject, Verb},
};
use serde::Serialize;

use super::App;
use crate::{
    db::{device, log::Log, session},
    error::Result,
    op::Op,
};

/// One device of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceView {
    /// Its public key.
    pub device: DeviceId,
    /// Whose it is.
    pub member: Uuid,
    /// Whether it may only hand in unsent work.
    pub revoked: bool,
    /// Its open sessions; shown for the devices of the member who asks, empty for others.
    pub sessions: Vec<SessionView>,
}

/// One open session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionView {
    /// When it was opened, ms.
    pub started_at: i64,
    /// When its tokens last rotated, ms.
    pub used_at: i64,
}

/// Every device of the organisation, in order of their keys: every member may see them.
pub async fn list(app: &App, op: &Op) -> Result<Vec<DeviceView>> {
    op.full()?;
    let Op { organisation, member, .. } = *op;
    let views = app.db.read(move |tx| {
        let mut views = Vec::new();
        for found in device::list(tx, &organisation)? {
            let sessions = match found.member == member {
                true => session::of_device(tx, &organisation, &found.device)?,
                false => Vec::new(),
            };
            let sessions = sessions.iter().map(|s| SessionView { started_at: s.started_at, used_at: s.used_at });
            let device::Device { device, member, revoked } = found;
            views.push(DeviceView { device, member, revoked, sessions: sessions.collect() });
        }
        Ok(views)
    });
    views.await
}

/// Ends every session of a device, for who may write its record.
pub async fn end_sessions(app: &App, op: &Op, device: DeviceId) -> Result<()> {
    op.full()?;
    let Op { organisation, device: asking, .. } = *op;
    let end = app.db.write(move |tx| {
        let found = device::find(tx, &organisation, &device)?.ok_or(Fault::NotFound)?;
        let mut log = Log::open(tx, organisation)?;
        let actor = judge::actor(&mut log.book, &asking)?.ok_or(Fault::Denied)?;
        let about = judge::member_actor(&mut log.book, found.member)?;
        let subject = about.map(|a| Subject { role: a.role, projects: a.projects }).into_iter().collect();
        let concerns = Some(found.member);
        let resource = Resource { kind: "device", concerns, subject, ..Resource::default() };
        if !policy::permits(&actor, Verb::Write, &resource) {
            return Err(Fault::Denied.into());
        }
        session::delete_of_device(tx, &organisation, &device)
    });
    end.await
}
