//! P20, without its window: what the screens of the desktop ask of the client, over as many photographs as other records.

use std::time::{Duration, Instant};

use plumbline_core::{
    day::DayRequest,
    gallery::{PhotoDaysRequest, PhotosRequest},
    week::WeekRequest,
};

use crate::{
    Failure, crew,
    measure::{FLAT, GROWTH, Plan, Row, repeated},
    site::{Device, Site},
};

/// The first day of the log, on which people worked whatever its size.
const DAY: &str = "2025-01-01";
/// Where the sites are.
const ZONE: &str = "America/New_York";
/// What a screen may wait for a page of what it shows, milliseconds.
const PAGE: f64 = 10.0;
/// What a screen may wait for the whole of what it shows, milliseconds: a person does not notice less.
const WHOLE: f64 = 100.0;

pub async fn measure(plan: &Plan) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let (mut photos, mut days, mut day, mut week) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in plan.sizes {
        let site = Site::photographed(n).await?;
        let device = site.device("desk").await?;
        photos.push(repeated(plan.many, async || page(&device).await).await?);
        days.push(repeated(plan.repeats, async || counted(&device, n).await).await?);
        day.push(repeated(plan.many, async || lanes(&device).await).await?);
        week.push(repeated(plan.many, async || hours(&device).await).await?);
        let [photos, days, day, week] =
            [&photos, &days, &day, &week].map(|all| all.last().copied().unwrap_or_default());
        rows.push(Row::within("P20 a page of photographs", n, photos, PAGE));
        rows.push(Row::within("P20 photographs counted by day", n, days, WHOLE));
        rows.push(Row::within("P20 a day by crew", n, day, WHOLE));
        rows.push(Row::within("P20 a week by worker", n, week, WHOLE));
    }
    rows.extend(Row::flat("P20 a page of photographs", plan, &photos, FLAT));
    rows.extend(Row::growth("P20 photographs counted by day", plan, &days, GROWTH));
    rows.extend(Row::flat("P20 a day by crew", plan, &day, FLAT));
    rows.extend(Row::flat("P20 a week by worker", plan, &week, FLAT));
    Ok(rows)
}

/// The newest 50.
async fn page(device: &Device) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let view = device.client.photos(PhotosRequest::default()).await?;
    let taken = begun.elapsed();
    if view.photos.len() == 50 { Ok(taken) } else { Err("the page is not whole".into()) }
}

async fn counted(device: &Device, n: u64) -> Result<Duration, Failure> {
    let (zone, text) = (ZONE.to_owned(), None);
    let request =
        PhotoDaysRequest { project: None, by: None, from: None, to: None, text, state: None, withdrawn: false, zone };
    let begun = Instant::now();
    let days = device.client.photo_days(request).await?;
    let taken = begun.elapsed();
    if days.iter().map(|day| day.count).sum::<u64>() == n { Ok(taken) } else { Err("not all are counted".into()) }
}

async fn lanes(device: &Device) -> Result<Duration, Failure> {
    let request = DayRequest { date: DAY.to_owned(), project: None };
    let begun = Instant::now();
    let view = device.client.day(request).await?;
    let taken = begun.elapsed();
    let mut members = view.projects.iter().flat_map(|project| &project.crews).flat_map(|crew| &crew.members);
    if members.any(|member| !member.spans.is_empty()) { Ok(taken) } else { Err("nobody works on the day".into()) }
}

async fn hours(device: &Device) -> Result<Duration, Failure> {
    let request = WeekRequest { date: DAY.to_owned(), project: None };
    let begun = Instant::now();
    let view = device.client.week(request).await?;
    let taken = begun.elapsed();
    let whole = usize::from(crew::FOREMEN) * usize::from(crew::WORKERS);
    if view.people.len() >= whole { Ok(taken) } else { Err("somebody is not in the week".into()) }
}
