//! Repeats, medians, and the table that comes of them.
//!
//! Invariant: ours and the floor are measured in turn, so that whatever slows the machine slows both.

use std::{fmt::Write, fs, path::Path, time::Duration};

use serde::Serialize;

use crate::Failure;

/// How much to measure.
pub struct Plan {
    /// Actions in the smaller log and in the larger.
    pub sizes: [u64; 2],
    /// Repeats of what takes seconds.
    pub repeats: usize,
    /// Repeats of what takes milliseconds or less.
    pub many: usize,
    /// Deliveries from one client to another.
    pub deliveries: usize,
    /// Sockets that are open at once.
    pub sockets: usize,
}

impl Plan {
    /// As the goals ask.
    pub const USUAL: Plan = Plan { sizes: [10_000, 100_000], repeats: 5, many: 201, deliveries: 1000, sockets: 10_000 };
    /// Ten times as much; making the larger log takes a quarter of an hour, once.
    pub const FULL: Plan =
        Plan { sizes: [100_000, 1_000_000], repeats: 3, many: 201, deliveries: 1000, sockets: 10_000 };
    /// To see that it runs.
    pub const QUICK: Plan = Plan { sizes: [600, 800], repeats: 1, many: 3, deliveries: 3, sockets: 8 };
}

/// How much longer the larger store may take than the smaller before it is not called flat.
pub const FLAT: f64 = 1.3;
/// How much more an item may cost at ten times the size.
pub const GROWTH: f64 = 1.5;

/// One line of the table.
#[derive(Serialize)]
pub struct Row {
    workload: String,
    n: u64,
    unit: &'static str,
    ours: f64,
    floor: Option<f64>,
    peer: Option<f64>,
    ratio: Option<f64>,
    goal: String,
    holds: bool,
}

impl Row {
    /// A time beside its floor, of which it may take at most `times`.
    pub fn beside(workload: &str, n: u64, (ours, floor): (Duration, Duration), times: f64) -> Row {
        Row::ratio(workload, n, "ms", (millis(ours), millis(floor)), times)
    }

    /// A figure beside its floor, of which it may be at most `times`.
    pub fn ratio(workload: &str, n: u64, unit: &'static str, (ours, floor): (f64, f64), times: f64) -> Row {
        let ratio = ours / floor;
        Row {
            workload: workload.to_owned(),
            n,
            unit,
            ours,
            floor: Some(floor),
            peer: None,
            ratio: Some(ratio),
            goal: format!("ratio <= {times}"),
            holds: ratio <= times,
        }
    }

    /// The larger size's time beside the smaller's, where both should be the same.
    pub fn flat(workload: &str, plan: &Plan, times: &[Duration], most: f64) -> Option<Row> {
        let ([small, large], [_, n]) = (times, plan.sizes) else { return None };
        Some(Row::beside(&format!("{workload}, large beside small"), n, (*large, *small), most))
    }

    /// What an item costs at the larger size beside the smaller.
    pub fn growth(workload: &str, plan: &Plan, times: &[Duration], most: f64) -> Option<Row> {
        let ([small, large], [few, many]) = (times, plan.sizes) else { return None };
        let each = (large.div_f64(many as f64 / few as f64), *small);
        Some(Row::beside(&format!("{workload}, an item of many beside one of few"), many, each, most))
    }

    /// A figure that may be at most `most`.
    pub fn bounded(workload: &str, n: u64, unit: &'static str, ours: f64, most: f64) -> Row {
        let goal = format!("<= {most} {unit}");
        let holds = ours <= most;
        Row { workload: workload.to_owned(), n, unit, ours, floor: None, peer: None, ratio: None, goal, holds }
    }

    /// A time that may take at most `most` milliseconds.
    pub fn within(workload: &str, n: u64, time: Duration, most: f64) -> Row {
        Row::bounded(workload, n, "ms", millis(time), most)
    }

    /// A figure that must be at least `least`.
    pub fn at_least(workload: &str, n: u64, unit: &'static str, ours: f64, least: f64) -> Row {
        let row = Row::bounded(workload, n, unit, ours, f64::MAX);
        Row { goal: format!(">= {least} {unit}"), holds: ours >= least, ..row }
    }

    /// A time that may take at most `most` milliseconds, beside its floor for orientation.
    pub fn bounded_beside(workload: &str, n: u64, times: (Duration, Duration), most: f64) -> Row {
        let row = Row::beside(workload, n, times, 0.0);
        Row { goal: format!("<= {most} ms"), holds: row.ours <= most, ..row }
    }
}

/// The median of `repeats` turns.
pub async fn repeated(
    repeats: usize,
    mut ours: impl AsyncFnMut() -> Result<Duration, Failure>,
) -> Result<Duration, Failure> {
    let mut all = Vec::new();
    for _ in 0..repeats {
        all.push(ours().await?);
    }
    Ok(median(&all))
}

/// Medians of `repeats` turns, in each of which both are timed once.
pub async fn interleaved(
    repeats: usize,
    mut ours: impl AsyncFnMut() -> Result<Duration, Failure>,
    mut floor: impl FnMut() -> Result<Duration, Failure>,
) -> Result<(Duration, Duration), Failure> {
    let (mut all_ours, mut all_floor) = (Vec::new(), Vec::new());
    for _ in 0..repeats {
        all_ours.push(ours().await?);
        all_floor.push(floor()?);
    }
    Ok((median(&all_ours), median(&all_floor)))
}

/// Writes target/bench.md and target/bench.json; gives the table.
pub fn write(rows: &[Row]) -> Result<String, Failure> {
    let mut table = String::from("| workload | n | unit | ours | floor | ratio | goal | holds |\n");
    table += "|---|---:|---|---:|---:|---:|---|---|\n";
    for row in rows {
        let Row { workload, n, unit, goal, .. } = row;
        let (ours, floor, ratio) = (figure(Some(row.ours)), figure(row.floor), figure(row.ratio));
        let holds = if row.holds { "yes" } else { "no" };
        writeln!(table, "| {workload} | {n} | {unit} | {ours} | {floor} | {ratio} | {goal} | {holds} |")?;
    }
    fs::create_dir_all("target")?;
    fs::write(Path::new("target/bench.md"), &table)?;
    fs::write(Path::new("target/bench.json"), serde_json::to_vec_pretty(rows)?)?;
    Ok(table)
}

/// Three digits that count.
fn figure(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(v) if v >= 100.0 || v == v.trunc() => format!("{v:.0}"),
        Some(v) if v >= 10.0 => format!("{v:.1}"),
        Some(v) if v >= 1.0 => format!("{v:.2}"),
        Some(v) => format!("{v:.3}"),
    }
}

/// The time that so many percent do not exceed.
pub fn at_percent(all: &[Duration], percent: usize) -> Duration {
    let mut all = all.to_vec();
    all.sort();
    all.get((all.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}

/// The middle one.
pub fn median(all: &[Duration]) -> Duration {
    at_percent(all, 50)
}

/// The middle of figures of any unit.
pub fn middle(all: &[f64]) -> f64 {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// In milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
