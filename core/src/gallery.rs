//! Photographs as a grid shows them: pages that cost what they show, and how many there are of each day.
//!
//! Invariant: a page is one query over an index, and days are counted from an index alone, whatever the store holds.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use plumbline_protocol::{Fault, Uuid, hours};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, Inner, as_of, current},
    db::{Tx, gallery as rows},
    photo::{Custody, PhotoView, view_of},
    record::{limit, place, place_from, words},
};

/// Which photographs to show.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields, default)]
pub struct PhotosRequest {
    /// Of this project.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub project: Option<Uuid>,
    /// Taken or imported by this member.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub by: Option<Uuid>,
    /// From this moment on, milliseconds since 1970.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub from: Option<i64>,
    /// Before this moment.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub to: Option<i64>,
    /// With every one of these words in caption and labels; each may be the beginning of one.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub text: Option<String>,
    /// Whose bytes are there.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub state: Option<Custody>,
    /// Withdrawn ones too.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub withdrawn: bool,
    /// The `next` of the page before.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub after: Option<String>,
    /// Most photographs wanted, 50 when 0.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub limit: u32,
}

/// A page of photographs, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PhotosView {
    /// The photographs.
    pub photos: Vec<PhotoView>,
    /// Where the next page goes on; none at the end.
    pub next: Option<String>,
}

/// Which photographs to count, and by whose days.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct PhotoDaysRequest {
    /// Of this project.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub project: Option<Uuid>,
    /// Taken or imported by this member.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub by: Option<Uuid>,
    /// From this moment on, milliseconds since 1970.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub from: Option<i64>,
    /// Before this moment.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub to: Option<i64>,
    /// With every one of these words in caption and labels; each may be the beginning of one.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub text: Option<String>,
    /// Whose bytes are there.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub state: Option<Custody>,
    /// Withdrawn ones too.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub withdrawn: bool,
    /// IANA time zone by which days are counted.
    pub zone: String,
}

/// A day with photographs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PhotoDay {
    /// The day, `2026-12-10`.
    pub date: String,
    /// Its first moment, milliseconds since 1970.
    pub from: i64,
    /// The first moment after it.
    pub to: i64,
    /// Number of photographs.
    pub count: u64,
}

impl Client {
    /// Photographs, newest first.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `text` or `after`.
    pub async fn photos(&self, request: PhotosRequest) -> Result<PhotosView, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.photos(c, request))).await
    }

    /// How many photographs there are of each day that has some, newest first: as many as `photos` lists with the same
    /// conditions.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `zone` or `text`.
    pub async fn photo_days(&self, request: PhotoDaysRequest) -> Result<Vec<PhotoDay>, Fault> {
        self.run(move |inner| inner.db.read(|c| inner.photo_days(c, request))).await
    }
}

impl Inner {
    fn photos(&self, c: &Tx, request: PhotosRequest) -> Result<PhotosView, Fault> {
        self.identity()?;
        let PhotosRequest { project, by, from, to, text, state, withdrawn, after, limit: most } = request;
        let limit = limit(most);
        let before = after.map(|text| place_from(&text)).transpose()?;
        let (words, at) = (words_of(text.as_deref())?, state.map(at));
        let filter = rows::Filter { project, author: by, from, to, words, at, withdrawn, before };
        let found = rows::list(c, &filter, limit)?;
        let next = found.last().filter(|_| found.len() == limit as usize).map(|f| place(f.shown.place));
        let seen = as_of(&current(c)?);
        Ok(PhotosView { photos: found.iter().filter_map(|f| view_of(f, &seen)).collect(), next })
    }

    fn photo_days(&self, c: &Tx, request: PhotoDaysRequest) -> Result<Vec<PhotoDay>, Fault> {
        self.identity()?;
        let PhotoDaysRequest { project, by, from, to, text, state, withdrawn, zone } = request;
        let zone = hours::zone(&zone)?;
        let (words, at) = (words_of(text.as_deref())?, state.map(at));
        let filter = rows::Filter { project, author: by, from, to, words, at, withdrawn, before: None };
        let mut days: Vec<PhotoDay> = Vec::new();
        rows::moments(c, &filter, &mut |moment| match days.last_mut() {
            Some(day) if day.from <= moment => day.count += 1,
            _ => days.extend(day_of(moment, &zone)),
        })?;
        Ok(days)
    }
}

/// The day of `moment` in `zone`, with this one photograph; none for a moment outside all calendars.
fn day_of(moment: i64, zone: &TimeZone) -> Option<PhotoDay> {
    let date = Timestamp::from_millisecond(moment).ok()?.to_zoned(zone.clone()).date();
    let begins = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond());
    let (from, to) = (begins(date)?, begins(date.tomorrow().ok()?)?);
    Some(PhotoDay { date: date.to_string(), from, to, count: 1 })
}

fn words_of(text: Option<&str>) -> Result<Vec<String>, Fault> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(Vec::new()) };
    Ok(words(text)?.into_iter().map(str::to_owned).collect())
}

fn at(state: Custody) -> rows::At {
    match state {
        Custody::Local => rows::At::Device,
        Custody::Received => rows::At::Received,
        Custody::Verified => rows::At::Deposited,
    }
}

#[cfg(test)]
mod tests;
