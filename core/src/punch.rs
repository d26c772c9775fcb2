//! The time clock: punches of oneself and of a crew, corrections with a reason, and the hours that follow.

use plumbline_protocol::{
    Fault, RecordId, Uuid, evidence,
    hours::{self, FlagKind},
    record::punch,
    time::TimeEvidence,
    value::Value,
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Change, Client, Inner, as_of, current, seen_from},
    datum::PlaceView,
    db::{Tx, record as rows},
    record::RecordView,
    time::{MAX_PUNCHES, Zones, punch_of},
};

/// A punch of oneself or, for a foreman, of a crew member.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct ClockRequest {
    /// `in`, `out`, `break_start`, `break_end` or `switch`.
    pub what: String,
    /// The project.
    pub project: Uuid,
    /// Classification of the work that begins.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub classification: Option<String>,
    /// Whose time; one's own when absent.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub worker: Option<Uuid>,
    /// Where.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub place: Option<PlaceView>,
    /// A time typed by hand, milliseconds since 1970; now when absent.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub at: Option<i64>,
    /// The project that is left, for a switch of project: it gets an out at the same moment.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub from_project: Option<Uuid>,
}

/// A correction of a punch.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct CorrectRequest {
    /// The punch.
    pub record: RecordId,
    /// Its right time, milliseconds since 1970.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub at: Option<i64>,
    /// What it was.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub what: Option<String>,
    /// Its right classification.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub classification: Option<String>,
    /// Why.
    pub reason: String,
    /// What the screen had shown.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub as_of: Option<String>,
}

/// Whose hours, where and when.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields, default)]
pub struct HoursRequest {
    /// On this project.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub project: Option<Uuid>,
    /// Of this member.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub worker: Option<Uuid>,
    /// From punches of this moment on.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub from: Option<i64>,
    /// Of punches before this moment.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub to: Option<i64>,
}

/// Hours, derived from punches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct HoursView {
    /// By worker, project, local day and classification.
    pub rows: Vec<HoursRow>,
    /// What needs a person's eye; nothing is ever deleted for it.
    pub flags: Vec<HoursFlag>,
    /// What this view had seen.
    pub as_of: String,
}

/// Hours of one worker on one project, local day and classification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct HoursRow {
    /// The worker.
    pub worker: Uuid,
    /// The project.
    pub project: Uuid,
    /// The classification, where one was stated.
    pub classification: Option<String>,
    /// Day in the project's time zone, `2026-12-10`.
    pub date: String,
    /// Seconds worked.
    pub seconds: i64,
    /// Seconds of break.
    pub breaks_seconds: i64,
    /// Fewest seconds that the evidence supports.
    pub uncertain_low: i64,
    /// Most seconds that it supports; none where it sets no bound.
    pub uncertain_high: Option<i64>,
}

/// Something about a punch that needs a person's eye.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct HoursFlag {
    /// The worker.
    pub worker: Uuid,
    /// The project.
    pub project: Uuid,
    /// The punch.
    pub punch: RecordId,
    /// What: `open`, `overlap`, `missing_in`, ...
    pub kind: String,
}

impl Client {
    /// Clocks: durable when it returns, with or without a network. A switch of project is an out and an in at one moment.
    ///
    /// # Errors
    /// [`Fault::Invalid`] that names the field, [`Fault::Denied`], [`Fault::NotFound`] for an unknown project.
    pub async fn clock(&self, request: ClockRequest) -> Result<Vec<RecordView>, Fault> {
        let views = self.run(move |inner| inner.db.write(|c| inner.clock(c, &request))).await?;
        self.changed(punch::KIND.name);
        Ok(views)
    }

    /// Corrects a punch; the reason is owed and stays in its history.
    pub async fn correct(&self, request: CorrectRequest) -> Result<RecordView, Fault> {
        let view = self.run(move |inner| inner.db.write(|c| inner.correct(c, &request))).await?;
        self.changed(punch::KIND.name);
        Ok(view)
    }

    /// Hours per worker, project, day and classification.
    pub async fn hours(&self, request: HoursRequest) -> Result<HoursView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.hours(c, &request))).await
    }
}

impl Inner {
    fn clock(&self, c: &Tx, request: &ClockRequest) -> Result<Vec<RecordView>, Fault> {
        let worker = match request.worker {
            Some(worker) => worker,
            None => self.member()?,
        };
        let time = self.time(c)?;
        let mut views = Vec::new();
        if let Some(left) = request.from_project.filter(|p| *p != request.project) {
            views.push(self.punch(c, request, &time, worker, left, "out")?);
        }
        let what = if request.from_project.is_some_and(|p| p != request.project) { "in" } else { &request.what };
        views.push(self.punch(c, request, &time, worker, request.project, what)?);
        Ok(views)
    }

    fn punch(
        &self,
        c: &Tx,
        request: &ClockRequest,
        time: &TimeEvidence,
        worker: Uuid,
        project: Uuid,
        what: &str,
    ) -> Result<RecordView, Fault> {
        let mut fields = vec![
            (punch::WORKER, Value::from(worker)),
            (punch::WHAT, Value::from(what)),
            (punch::AT, request.at.map_or(Value::Null, Value::Int)),
        ];
        if let Some(classification) = request.classification.as_deref().filter(|_| project == request.project) {
            fields.push((punch::CLASSIFICATION, Value::from(classification)));
        }
        if let Some(place) = &request.place {
            fields.push((punch::PLACE, evidence::place_to(&place.place()?)));
        }
        let id = RecordId::from(self.new_id()?);
        let organisation = self.organisation()?;
        let change = Change::write(organisation, punch::KIND.name, id, Some(project), fields);
        self.act(c, Change { time: Some(time.clone()), ..change })?;
        self.view(c, &id)
    }

    fn correct(&self, c: &Tx, request: &CorrectRequest) -> Result<RecordView, Fault> {
        let known = rows::shown(c, &request.record)?.filter(|s| s.record.kind == punch::KIND.name);
        let project = known.ok_or(Fault::NotFound)?.record.project;
        let mut fields = Vec::new();
        if let Some(at) = request.at {
            fields.push((punch::AT, Value::Int(at)));
        }
        if let Some(what) = &request.what {
            fields.push((punch::WHAT, Value::from(what.as_str())));
        }
        if let Some(classification) = &request.classification {
            fields.push((punch::CLASSIFICATION, Value::from(classification.as_str())));
        }
        let mut change = Change::write(self.organisation()?, punch::KIND.name, request.record, project, fields);
        change.reason = Some(request.reason.clone());
        change.as_of = seen_from(request.as_of.as_deref())?;
        self.act(c, change)?;
        self.view(c, &request.record)
    }

    fn hours(&self, c: &Tx, request: &HoursRequest) -> Result<HoursView, Fault> {
        self.identity()?;
        let filter = rows::Filter {
            kind: punch::KIND.name.to_owned(),
            concerns: request.worker,
            from: request.from,
            to: request.to,
            ..rows::Filter::default()
        };
        // All of a worker's punches count, whatever the project asked for: overlaps are across projects.
        let shown = rows::list(c, &filter, MAX_PUNCHES + 1)?;
        if shown.len() > MAX_PUNCHES as usize {
            return Err(Fault::TooLarge { limit: u64::from(MAX_PUNCHES) });
        }
        let punches: Vec<hours::Punch> = shown.iter().filter_map(punch_of).collect();
        let zones = Zones::of_punches(c, &punches)?;
        let hours = hours::hours(punches, |project| zones.of(project));
        let here = |project: Uuid| request.project.is_none_or(|p| p == project);
        let rows = hours.rows.into_iter().filter(|r| here(r.project)).map(HoursRow::from);
        let flags = hours.flags.into_iter().filter(|f| here(f.project)).map(HoursFlag::from);
        Ok(HoursView { rows: rows.collect(), flags: flags.collect(), as_of: as_of(&current(c)?) })
    }
}

impl From<hours::Row> for HoursRow {
    fn from(row: hours::Row) -> Self {
        HoursRow {
            worker: row.worker,
            project: row.project,
            classification: row.classification,
            date: row.date.to_string(),
            seconds: row.seconds,
            breaks_seconds: row.breaks_seconds,
            uncertain_low: row.uncertain_low,
            uncertain_high: row.uncertain_high,
        }
    }
}

impl From<hours::Flag> for HoursFlag {
    fn from(flag: hours::Flag) -> Self {
        let hours::Flag { worker, project, punch, kind } = flag;
        HoursFlag { worker, project, punch, kind: flag_name(kind).to_owned() }
    }
}

fn flag_name(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::Open => "open",
        FlagKind::MissingOut => "missing_out",
        FlagKind::MissingIn => "missing_in",
        FlagKind::MissingBreakStart => "missing_break_start",
        FlagKind::BreakOpen => "break_open",
        FlagKind::Overlap => "overlap",
        FlagKind::TooLong => "too_long",
        FlagKind::Impossible => "impossible",
        FlagKind::Outside => "outside",
        FlagKind::TimeUncertain => "time_uncertain",
    }
}

#[cfg(test)]
mod tests {
    use plumbline_protocol::{
        record::project,
        time::{Anchor, AnchorSource},
    };

    use super::*;
    use crate::{datum::Datum, db::meta, record::RecordRequest, testing::Site};

    /// The site's clock moves on by a second each time that it is read.
    #[tokio::test]
    async fn a_switch_of_project_states_one_moment() {
        let site = Site::new().await;
        let other = site.client.inner.new_id().unwrap();
        let fields = [(project::NAME, Value::from("Culvert")), (project::ZONE, Value::from("Europe/Berlin"))];
        let organisation = site.client.inner.organisation().unwrap();
        site.act(Change::write(organisation, project::KIND.name, other, Some(other), fields));
        site.log();
        let stated = clocked(&site, "in", other, Some(site.project)).await;
        assert_eq!(stated.len(), 2);
        assert_eq!(stated.first(), stated.last());
    }

    #[tokio::test]
    async fn punches_keep_their_order_when_a_sync_between_them_sets_the_clock_back() {
        let site = Site::new().await;
        let inner = &site.client.inner;
        // Both replies are true: the first one's doubt is wider than what the second takes back.
        let told = async |off: i64, uncertainty| {
            let (boot_ms, boot) = (inner.config.clock.boot_ms(), inner.config.clock.boot());
            let time = 1_790_000_000_000 + boot_ms + off;
            let anchor = Anchor { time, boot_ms, boot, uncertainty, source: AnchorSource::Server };
            inner.db.write(|c| meta::put_time_anchor(c, anchor)).unwrap();
        };
        told(20_000, 30_000).await;
        let first = clocked(&site, "in", site.project, None).await;
        told(0, 10).await;
        let second = clocked(&site, "out", site.project, None).await;
        assert!(first < second, "{first:?} {second:?}");
        let request = HoursRequest { worker: None, project: None, from: None, to: None };
        let hours = site.client.hours(request).await.unwrap();
        assert!(hours.flags.is_empty(), "{:?}", hours.flags);
    }

    /// Clocks, and says what the punches state.
    async fn clocked(site: &Site, what: &str, project: Uuid, from_project: Option<Uuid>) -> Vec<i64> {
        let what = what.to_owned();
        let (classification, worker, place, at) = (None, None, None, None);
        let request = ClockRequest { what, project, classification, worker, place, at, from_project };
        let mut stated = Vec::new();
        for punch in site.client.clock(request).await.unwrap() {
            match site.client.record(RecordRequest { id: punch.id }).await.unwrap().fields.get(punch::AT) {
                Some(Datum::Moment(moment)) => stated.push(moment.stated),
                other => panic!("{other:?}"),
            }
        }
        stated
    }
}
