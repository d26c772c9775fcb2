//! Here and now: where something was done against its project's fence, and what would be stated of this moment and place.
//!
//! Invariant: a place is judged by one rule, whatever was done there and whether it was recorded yet.

use plumbline_protocol::{
    Fault, RecordId, Uuid, evidence,
    fold::Record,
    place::{Geofence, Place, Verdict},
    record::{photo, project, punch},
    time::{self as moments, Moment},
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Inner},
    datum::{MomentView, PlaceView},
    db::{Tx, record as rows},
    record::RecordRequest,
};

/// What counts as exact, in milliseconds either way: less than anybody needs to reach for a phone.
const EXACT: i64 = 10_000;

/// A place to be judged before anything is recorded there.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields, default)]
pub struct HereRequest {
    /// Against the fence of this project.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub project: Option<Uuid>,
    /// Where.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub place: Option<PlaceView>,
}

/// What a punch or photograph made now would state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct HereView {
    /// When, by the evidence there is.
    pub at: MomentView,
    /// How well that is known.
    pub known: TimeKnown,
    /// How far from the stated moment the true one may be, either way, in milliseconds; none where nothing bounds it.
    pub doubt: Option<i64>,
    /// Where, against the project's fence.
    pub verdict: VerdictView,
}

/// How well the time of what is done now is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum TimeKnown {
    /// To ten seconds.
    Exact,
    /// Within bounds.
    Known,
    /// By the device's own clock alone.
    Unchecked,
}

/// Where something was done, against its project's fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct VerdictView {
    /// `inside`, `outside`, `cannot_tell` or `no_place`.
    pub verdict: String,
    /// Distance to the fence in centimetres, where there is one.
    pub distance_cm: Option<i64>,
    /// Radius of doubt in centimetres.
    pub accuracy_cm: Option<i64>,
    /// True when the system says that the location is a mock: stated, not judged.
    pub mock: bool,
}

impl Client {
    /// Where a punch or a photograph was made, against its project's fence.
    pub async fn verdict(&self, request: RecordRequest) -> Result<VerdictView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.verdict(c, &request.id))).await
    }

    /// What a punch or a photograph made now would state: to be shown before it is made.
    pub async fn here(&self, request: HereRequest) -> Result<HereView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.here(c, &request))).await
    }
}

impl Inner {
    fn verdict(&self, c: &Tx, id: &RecordId) -> Result<VerdictView, Fault> {
        self.identity()?;
        let somewhere = |kind: &str| [punch::KIND.name, photo::KIND.name].contains(&kind);
        let record = rows::shown(c, id)?.filter(|s| somewhere(&s.record.kind)).ok_or(Fault::NotFound)?.record;
        Ok(verdict_of(&record, fence(c, record.project)?.as_ref()))
    }

    fn here(&self, c: &Tx, request: &HereRequest) -> Result<HereView, Fault> {
        self.identity()?;
        let place = request.place.as_ref().map(PlaceView::place).transpose()?;
        let at = moments::interval(&Moment::Now, &self.time(c)?, None);
        let doubt = at.earliest.zip(at.latest).map(|(earliest, latest)| (at.stated - earliest).max(latest - at.stated));
        let verdict = judged(place.as_ref(), fence(c, request.project)?.as_ref());
        Ok(HereView { at: MomentView::from(&at), known: known(doubt), doubt, verdict })
    }
}

fn known(doubt: Option<i64>) -> TimeKnown {
    match doubt {
        Some(..=EXACT) => TimeKnown::Exact,
        Some(_) => TimeKnown::Known,
        None => TimeKnown::Unchecked,
    }
}

/// The fence of a project that this member may see.
pub(crate) fn fence(c: &Tx, project: Option<Uuid>) -> Result<Option<Geofence>, Fault> {
    let Some(project) = project else { return Ok(None) };
    let site = rows::get(c, &RecordId::from(project), rows::Layer::Shown)?;
    Ok(site.and_then(|s| evidence::geofence_from(s.value(project::GEOFENCE)?)))
}

/// Where a punch or a photograph was made, against this fence: both call the place the same.
pub(crate) fn verdict_of(record: &Record, fence: Option<&Geofence>) -> VerdictView {
    judged(record.value(punch::PLACE).and_then(evidence::place_from).as_ref(), fence)
}

fn judged(place: Option<&Place>, fence: Option<&Geofence>) -> VerdictView {
    let finding = fence.map(|fence| fence.judge(place));
    let verdict = match (finding.as_ref().map(|f| &f.verdict), place) {
        (Some(Verdict::Inside), _) => "inside",
        (Some(Verdict::Outside), _) => "outside",
        (Some(Verdict::NoPlace), _) | (None, None) => "no_place",
        (Some(Verdict::CannotTell), _) | (None, Some(_)) => "cannot_tell",
    };
    VerdictView {
        verdict: verdict.to_owned(),
        distance_cm: finding.and_then(|f| f.distance_cm),
        accuracy_cm: place.map(|p| p.accuracy_cm),
        mock: place.is_some_and(|p| p.mock),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        datum::{Datum, GeofenceView},
        record::WriteRequest,
        testing::Site,
    };

    #[test]
    fn a_time_is_exact_to_ten_seconds() {
        let said = [Some(0), Some(10_000), Some(10_001), None].map(known);
        assert_eq!(said, [TimeKnown::Exact, TimeKnown::Exact, TimeKnown::Known, TimeKnown::Unchecked]);
    }

    #[tokio::test]
    async fn a_place_is_judged_before_anything_is_recorded_there() {
        let site = Site::new().await;
        let fence = GeofenceView::Circle { lat_e7: 476_500_000, lon_e7: -1_223_500_000, radius_cm: 10_000 };
        let request = WriteRequest {
            kind: project::KIND.name.to_owned(),
            record: Some(site.project.into()),
            project: None,
            fields: [(project::GEOFENCE.to_owned(), Datum::Geofence(fence))].into(),
            reason: None,
            as_of: None,
        };
        site.client.write(request).await.unwrap();
        let here = async |place: Option<(i64, i64, &str)>| {
            let place = place.map(|(lat_e7, accuracy_cm, source)| PlaceView {
                lat_e7,
                lon_e7: -1_223_500_000,
                accuracy_cm,
                mock: false,
                source: source.to_owned(),
            });
            let request = HereRequest { project: Some(site.project), place };
            site.client.here(request).await.unwrap().verdict.verdict
        };
        assert_eq!(here(None).await, "no_place");
        assert_eq!(here(Some((476_500_000, 500, "gnss"))).await, "inside");
        assert_eq!(here(Some((476_600_000, 500, "gnss"))).await, "outside");
        assert_eq!(here(Some((476_500_000, 10_001, "gnss"))).await, "cannot_tell");
        assert_eq!(here(Some((476_500_000, 500, "typed"))).await, "no_place");
        let now = site.client.here(HereRequest::default()).await.unwrap();
        assert_eq!((now.at.how.as_str(), now.verdict.verdict.as_str()), ("wall_clock", "no_place"));
        assert_eq!((now.known, now.doubt), (TimeKnown::Unchecked, None));
    }
}
