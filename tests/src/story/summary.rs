//! `summary.json`: what came of the day, for scripts (DESIGN section 10).

use std::{
    fs,
    path::{Path, PathBuf},
};

use plumbline_core::datum::Datum;
use serde_json::{Value, json};

use super::{Teller, checks::Found, day::Day, rfc3339};

/// Writes `summary.json` into `out`; its path.
pub fn write(day: &Day, found: &Found, out: &Path, teller: &Teller) -> PathBuf {
    let checks = teller.checks();
    let report = &found.report;
    let (correction, from, to, reason) = day.correction;
    let summary = json!({
        "schema": 1,
        "ok": checks.iter().all(|check| check.ok),
        "seed": day.seed,
        "simulated_clock": true,
        "organisation": report.origin.as_deref().and_then(|origin| origin.split('/').nth(1)),
        "log": {
            "origin": report.origin,
            "size": report.size,
            "root": report.root,
            "checkpoint": day.log.view["checkpoint"],
            "verified_by": found.verified_by,
        },
        "actions": {
            "signed": found.signed,
            "applied": found.applied,
            "held": found.held,
            "duplicates_absorbed": found.duplicates,
            "lost": found.lost,
        },
        "people": people(day, found),
        "photos": found.photos.iter().map(|photo| json!({
            "id": photo.id,
            "sha256": photo.sha256,
            "bytes": photo.bytes,
            "by": photo.by.and_then(|by| day.names().get(&by).cloned()),
            "source": photo.source,
            "state": photo.state,
        })).collect::<Vec<_>>(),
        "conflicts": found.conflict.iter().map(|record| json!({
            "record": record.id,
            "field": "text",
            "shown": record.fields.get("text").unwrap_or(&Datum::Null),
            "kept": record.conflicts.get("text"),
        })).collect::<Vec<_>>(),
        "corrections": [{
            "record": correction,
            "field": "at",
            "from": rfc3339(from),
            "to": rfc3339(to),
            "reason": reason,
            "by": "Felix",
            "worker": "Teo",
        }],
        "faults": {
            "drop": day.faults.drop,
            "duplicate": day.faults.duplicate,
            "reorder": day.faults.reorder,
            "cut": day.faults.cut,
        },
        "checks": checks,
    });
    let path = out.join("summary.json");
    fs::write(&path, serde_json::to_string_pretty(&summary).unwrap() + "\n").unwrap();
    path
}

fn people(day: &Day, found: &Found) -> Vec<Value> {
    let roles = [
        ("Ana", "administrator"),
        ("Marta", "manager"),
        ("Felix", "foreman"),
        ("Teo", "worker"),
        ("Rosa", "worker"),
        ("Ines", "worker"),
    ];
    let one = |(name, role): (&str, &str)| {
        let member = day.names().into_iter().find_map(|(member, known)| (known == name).then_some(member));
        let rows = found.hours.iter().filter(|row| Some(row.worker) == member);
        let seconds = rows.map(|row| {
            json!({
                "project": row.project, "classification": row.classification, "date": row.date, "seconds": row.seconds,
            })
        });
        json!({"name": name, "role": role, "device": day.devices.get(name), "seconds": seconds.collect::<Vec<_>>()})
    };
    roles.into_iter().map(one).collect()
}
