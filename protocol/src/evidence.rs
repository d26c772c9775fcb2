//! How evidence of time and place stands in a body: lists of whole numbers, so that a body stays small and exact.
//!
//! Time evidence is `[wall, boot_ms, boot, anchor]` with `anchor` null or `[time, boot_ms, boot, uncertainty, source]`; a
//! moment is null (the moment of the action itself) or a number (typed by hand); a place is
//! `[lat_e7, lon_e7, accuracy_cm, mock, source]`; a geofence is `[lat_e7, lon_e7, radius_cm]` or a list of three or more
//! `[lat_e7, lon_e7]`; a folded interval is `[stated, earliest, latest, how]`. Times are milliseconds since 1970 UTC.

use crate::{
    place::{Geofence, Place, PlaceSource},
    time::{Anchor, AnchorSource, BootId, How, Interval, Moment, TimeEvidence},
    value::Value,
};

/// The value of time evidence.
pub fn time_to(time: &TimeEvidence) -> Value {
    let anchor = time.anchor.as_ref().map_or(Value::Null, |a| {
        Value::List(vec![
            Value::Int(a.time),
            Value::Int(a.boot_ms),
            Value::Bytes(a.boot.0.to_vec()),
            Value::Int(a.uncertainty),
            Value::Int(match a.source {
                AnchorSource::Server => 0,
                AnchorSource::Gnss => 1,
            }),
        ])
    });
    Value::List(vec![Value::Int(time.wall), Value::Int(time.boot_ms), Value::Bytes(time.boot.0.to_vec()), anchor])
}

/// Time evidence from its value.
pub fn time_from(value: &Value) -> Option<TimeEvidence> {
    let [wall, boot_ms, boot, anchor] = value.list()? else { return None };
    let anchor = match anchor {
        Value::Null => None,
        anchor => {
            let [time, boot_ms, boot, uncertainty, source] = anchor.list()? else { return None };
            Some(Anchor {
                time: time.int()?,
                boot_ms: boot_ms.int()?,
                boot: boot_id(boot)?,
                uncertainty: uncertainty.int()?,
                source: match source.int()? {
                    0 => AnchorSource::Server,
                    1 => AnchorSource::Gnss,
                    _ => return None,
                },
            })
        }
    };
    Some(TimeEvidence { wall: wall.int()?, boot_ms: boot_ms.int()?, boot: boot_id(boot)?, anchor })
}

fn boot_id(value: &Value) -> Option<BootId> {
    value.bytes()?.try_into().ok().map(BootId)
}

/// The value of a moment.
pub fn moment_to(moment: &Moment) -> Value {
    match moment {
        Moment::Now => Value::Null,
        Moment::Typed(at) => Value::Int(*at),
    }
}

/// A moment from its value.
pub fn moment_from(value: &Value) -> Option<Moment> {
    match value {
        Value::Null => Some(Moment::Now),
        value => value.int().map(Moment::Typed),
    }
}

/// The folded value of a moment.
pub fn interval_to(interval: &Interval) -> Value {
    let bound = |b: Option<i64>| b.map_or(Value::Null, Value::Int);
    Value::List(vec![
        Value::Int(interval.stated),
        bound(interval.earliest),
        bound(interval.latest),
        Value::Int(match interval.how {
            How::Anchored => 0,
            How::WallClock => 1,
            How::Typed => 2,
        }),
    ])
}

/// An interval from its folded value.
pub fn interval_from(value: &Value) -> Option<Interval> {
    let [stated, earliest, latest, how] = value.list()? else { return None };
    let bound = |v: &Value| match v {
        Value::Null => Some(None),
        v => v.int().map(Some),
    };
    Some(Interval {
        stated: stated.int()?,
        earliest: bound(earliest)?,
        latest: bound(latest)?,
        how: match how.int()? {
            0 => How::Anchored,
            1 => How::WallClock,
            2 => How::Typed,
            _ => return None,
        },
    })
}

/// The value of a place.
pub fn place_to(place: &Place) -> Value {
    let source = match place.source {
        PlaceSource::Gnss => 0,
        PlaceSource::Network => 1,
        PlaceSource::Typed => 2,
        PlaceSource::Fused => 3,
    };
    Value::List(vec![
        Value::Int(place.lat_e7),
        Value::Int(place.lon_e7),
        Value::Int(place.accuracy_cm),
        Value::Bool(place.mock),
        Value::Int(source),
    ])
}

/// A place from its value; ranges are for [`Place::validate`].
pub fn place_from(value: &Value) -> Option<Place> {
    let [lat, lon, accuracy, mock, source] = value.list()? else { return None };
    let Value::Bool(mock) = mock else { return None };
    Some(Place {
        lat_e7: lat.int()?,
        lon_e7: lon.int()?,
        accuracy_cm: accuracy.int()?,
        mock: *mock,
        source: match source.int()? {
            0 => PlaceSource::Gnss,
            1 => PlaceSource::Network,
            2 => PlaceSource::Typed,
            3 => PlaceSource::Fused,
            _ => return None,
        },
    })
}

/// The value of a geofence.
pub fn geofence_to(fence: &Geofence) -> Value {
    let point = |lat: &i64, lon: &i64| Value::List(vec![Value::Int(*lat), Value::Int(*lon)]);
    match fence {
        Geofence::Circle { lat_e7, lon_e7, radius_cm } => {
            Value::List(vec![Value::Int(*lat_e7), Value::Int(*lon_e7), Value::Int(*radius_cm)])
        }
        Geofence::Polygon(points) => Value::List(points.iter().map(|(lat, lon)| point(lat, lon)).collect()),
    }
}

/// A geofence from its value; ranges are for [`Geofence::validate`].
pub fn geofence_from(value: &Value) -> Option<Geofence> {
    let list = value.list()?;
    if let [Value::Int(lat), Value::Int(lon), Value::Int(radius)] = list {
        return Some(Geofence::Circle { lat_e7: *lat, lon_e7: *lon, radius_cm: *radius });
    }
    let point = |v: &Value| match v.list()? {
        [lat, lon] => Some((lat.int()?, lon.int()?)),
        _ => None,
    };
    list.iter().map(point).collect::<Option<_>>().map(Geofence::Polygon)
}
