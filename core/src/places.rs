//! Where things happened: punches and photographs with a place, for a plan of the site.

use plumbline_protocol::{
    Fault, RecordId, Uuid, evidence,
    record::{photo, punch},
};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Inner},
    datum::PlaceView,
    db::{Tx, gallery, record as rows},
};

/// Most places in one answer.
const MOST: usize = 2000;
/// Most punches, and most photographs, that are looked at for them: without a place they cost as much as with one.
const LOOKED_AT: u32 = 10_000;

/// Of what to show the places.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields, default)]
pub struct PlacesRequest {
    /// Of this project.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub project: Option<Uuid>,
    /// From this moment on, milliseconds since 1970.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub from: Option<i64>,
    /// Before this moment.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub to: Option<i64>,
}

/// Places, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PlacesView {
    /// The newest 2,000.
    pub places: Vec<PlacePoint>,
    /// True when there may be more of an earlier time.
    pub more: bool,
}

/// Something with a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PlacePoint {
    /// Its record.
    pub id: RecordId,
    /// `punch` or `photo`.
    pub kind: String,
    /// When: the stated time.
    pub at: i64,
    /// Whose punch, or who took the photograph.
    pub by: Option<Uuid>,
    /// What a punch says, as `in`; the caption of a photograph.
    pub what: Option<String>,
    /// Where.
    pub place: PlaceView,
}

impl Client {
    /// Punches and photographs with a place, newest first.
    pub async fn places(&self, request: PlacesRequest) -> Result<PlacesView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.places(c, &request))).await
    }
}

impl Inner {
    fn places(&self, c: &Tx, request: &PlacesRequest) -> Result<PlacesView, Fault> {
        self.identity()?;
        let &PlacesRequest { project, from, to } = request;
        let kind = punch::KIND.name.to_owned();
        let punches = rows::list(c, &rows::Filter { kind, project, from, to, ..rows::Filter::default() }, LOOKED_AT)?;
        let filter = gallery::Filter { project, from, to, ..gallery::Filter::default() };
        let photos = gallery::list(c, &filter, LOOKED_AT)?;
        // Of whichever was not looked at to its end, nothing earlier than the last is known.
        let last = |seen: usize, sort: Option<i64>| sort.filter(|_| seen == LOOKED_AT as usize);
        let known_from = [
            last(punches.len(), punches.last().map(|p| p.place.sort)),
            last(photos.len(), photos.last().map(|p| p.shown.place.sort)),
        ];
        let known_from = known_from.into_iter().flatten().max();

        let of_punch = |p: &rows::Shown| point(p, p.record.concerns, punch::WHAT);
        let of_photo = |p: &gallery::Found| point(&p.shown, p.author, photo::CAPTION);
        let mut places: Vec<PlacePoint> =
            punches.iter().filter_map(of_punch).chain(photos.iter().filter_map(of_photo)).collect();
        places.retain(|place| known_from.is_none_or(|from| place.at >= from));
        places.sort_by_key(|place| std::cmp::Reverse(place.at));
        let more = places.len() > MOST || known_from.is_some();
        places.truncate(MOST);
        Ok(PlacesView { places, more })
    }
}

/// The point of a record; none where it has no place. Both kinds call it `place`.
fn point(shown: &rows::Shown, by: Option<Uuid>, what: &str) -> Option<PlacePoint> {
    let record = &shown.record;
    Some(PlacePoint {
        id: shown.id,
        kind: record.kind.clone(),
        at: shown.place.sort,
        by,
        what: record.text(what).map(str::to_owned),
        place: PlaceView::from(&record.value(photo::PLACE).and_then(evidence::place_from)?),
    })
}
