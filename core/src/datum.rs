//! Values as shells and scripts see them: plain data in JSON, by the field's declared type.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use plumbline_protocol::{
    DeviceId, Fault, Uuid, evidence,
    place::{Geofence, Place, PlaceSource},
    record::{Field, Merge, Type},
    time::{How, Interval},
    value::{Key, Value},
};
use serde::{Deserialize, Serialize};

/// A value. Ids, keys and hashes are text; times are milliseconds since 1970 UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(untagged)]
pub enum Datum {
    /// Nothing; as a moment, the moment of the action itself.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text, an id, or bytes in lower-case hex.
    Text(String),
    /// Several, in order.
    #[cfg_attr(feature = "uniffi", uniffi(name = "Items"))]
    List(Vec<Datum>),
    /// A moment as it is read.
    Moment(MomentView),
    /// A moment typed by hand.
    Typed(Typed),
    /// A place.
    Place(PlaceView),
    /// A change to a set.
    Set(SetChange),
    /// A geofence or outline.
    Geofence(GeofenceView),
}

/// When something happened: what is stated, and what the evidence supports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct MomentView {
    /// The stated time.
    pub stated: i64,
    /// No earlier than this.
    pub earliest: Option<i64>,
    /// No later than this.
    pub latest: Option<i64>,
    /// `anchored`, `wall_clock` or `typed`.
    pub how: String,
}

/// A time typed by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct Typed {
    /// The time.
    pub typed: i64,
}

/// Where something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct PlaceView {
    /// Degrees north, times 10^7.
    pub lat_e7: i64,
    /// Degrees east, times 10^7.
    pub lon_e7: i64,
    /// Radius of doubt in centimetres.
    pub accuracy_cm: i64,
    /// True when the system says that the location is a mock.
    pub mock: bool,
    /// What located it: `gnss` satellites, `network` cells and wireless networks, `fused` the system by all that it has, `typed`
    /// a person.
    pub source: String,
}

/// Additions to and removals from a set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
pub struct SetChange {
    /// What is added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub add: Vec<Datum>,
    /// What is removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub remove: Vec<Datum>,
}

/// A fence around a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum GeofenceView {
    /// A circle.
    Circle {
        /// Degrees north of its centre, times 10^7.
        lat_e7: i64,
        /// Degrees east of its centre, times 10^7.
        lon_e7: i64,
        /// Radius in centimetres.
        radius_cm: i64,
    },
    /// An outline: pairs of latitude and longitude, each times 10^7.
    Polygon(Vec<(i64, i64)>),
}

impl From<&Interval> for MomentView {
    fn from(interval: &Interval) -> Self {
        let how = match interval.how {
            How::Anchored => "anchored",
            How::WallClock => "wall_clock",
            How::Typed => "typed",
        };
        MomentView {
            stated: interval.stated,
            earliest: interval.earliest,
            latest: interval.latest,
            how: how.to_owned(),
        }
    }
}

impl From<&Place> for PlaceView {
    fn from(place: &Place) -> Self {
        let source = match place.source {
            PlaceSource::Gnss => "gnss",
            PlaceSource::Network => "network",
            PlaceSource::Typed => "typed",
            PlaceSource::Fused => "fused",
        };
        PlaceView {
            lat_e7: place.lat_e7,
            lon_e7: place.lon_e7,
            accuracy_cm: place.accuracy_cm,
            mock: place.mock,
            source: source.to_owned(),
        }
    }
}

impl PlaceView {
    /// The place.
    ///
    /// # Errors
    /// [`Fault::Invalid`] `place`.
    pub fn place(&self) -> Result<Place, Fault> {
        let source = match self.source.as_str() {
            "gnss" => PlaceSource::Gnss,
            "network" => PlaceSource::Network,
            "typed" => PlaceSource::Typed,
            "fused" => PlaceSource::Fused,
            _ => return Err(Fault::invalid("place", "source")),
        };
        let PlaceView { lat_e7, lon_e7, accuracy_cm, mock, .. } = *self;
        let place = Place { lat_e7, lon_e7, accuracy_cm, mock, source };
        place.validate()?;
        Ok(place)
    }
}

impl From<&GeofenceView> for Geofence {
    fn from(view: &GeofenceView) -> Self {
        match view {
            GeofenceView::Circle { lat_e7, lon_e7, radius_cm } => {
                Geofence::Circle { lat_e7: *lat_e7, lon_e7: *lon_e7, radius_cm: *radius_cm }
            }
            GeofenceView::Polygon(points) => Geofence::Polygon(points.clone()),
        }
    }
}

/// Bytes as lower-case hex, for views.
pub(crate) mod hex {
    use data_encoding::HEXLOWER;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&HEXLOWER.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        HEXLOWER.decode(String::deserialize(from)?.as_bytes()).map_err(D::Error::custom)
    }
}

/// The value that `datum` stands for in `field`.
///
/// # Errors
/// [`Fault::Invalid`] that names the field.
pub fn to_value(field: &Field, datum: &Datum) -> Result<Value, Fault> {
    if field.merge != Merge::Set {
        return one(field, datum);
    }
    let change = match datum {
        Datum::Set(change) => change.clone(),
        Datum::List(all) => SetChange { add: all.clone(), remove: Vec::new() },
        _ => return Err(Fault::invalid(field.name, "type")),
    };
    let mut map = BTreeMap::new();
    for (sign, items) in [("+", change.add), ("-", change.remove)] {
        if !items.is_empty() {
            let items = items.iter().map(|d| one(field, d)).collect::<Result<_, _>>()?;
            map.insert(Key::from(sign), Value::List(items));
        }
    }
    Ok(Value::Map(map))
}

fn one(field: &Field, datum: &Datum) -> Result<Value, Fault> {
    let wrong = || Fault::invalid(field.name, "type");
    Ok(match (field.ty, datum) {
        (_, Datum::Null) => Value::Null,
        (Type::Text(_) | Type::Choice(_) | Type::Zone | Type::Day, Datum::Text(t)) => Value::from(t.as_str()),
        (Type::Int(..), Datum::Int(i)) => Value::Int(*i),
        (Type::Bool, Datum::Bool(b)) => Value::Bool(*b),
        (Type::Bytes(_), Datum::Text(t)) => Value::Bytes(HEXLOWER.decode(t.as_bytes()).map_err(|_| wrong())?),
        (Type::Device, Datum::Text(t)) => Value::from(t.parse::<DeviceId>().map_err(|_| wrong())?.0),
        (Type::Id | Type::Ref(_), Datum::Text(t)) => Value::from(t.parse::<Uuid>().map_err(|_| wrong())?),
        (Type::Moment, Datum::Typed(Typed { typed })) => Value::Int(*typed),
        (Type::Moment, Datum::Moment(moment)) => Value::Int(moment.stated),
        (Type::Place, Datum::Place(place)) => evidence::place_to(&place.place()?),
        (Type::Geofence, Datum::Geofence(fence)) => evidence::geofence_to(&Geofence::from(fence)),
        _ => return Err(wrong()),
    })
}

/// How a folded value of `ty` is shown.
pub fn from_value(ty: Type, value: Value) -> Datum {
    let typed = match ty {
        Type::Moment => evidence::interval_from(&value).map(|i| Datum::Moment(MomentView::from(&i))),
        Type::Place => evidence::place_from(&value).map(|p| Datum::Place(PlaceView::from(&p))),
        Type::Geofence => evidence::geofence_from(&value).map(|g| {
            Datum::Geofence(match g {
                Geofence::Circle { lat_e7, lon_e7, radius_cm } => GeofenceView::Circle { lat_e7, lon_e7, radius_cm },
                Geofence::Polygon(points) => GeofenceView::Polygon(points),
            })
        }),
        Type::Id | Type::Ref(_) => value.id().map(|id| Datum::Text(id.to_string())),
        _ => None,
    };
    typed.unwrap_or_else(|| plain(value))
}

/// A value of a field that this version does not know.
fn plain(value: Value) -> Datum {
    match value {
        Value::Null => Datum::Null,
        Value::Bool(b) => Datum::Bool(b),
        Value::Int(i) => Datum::Int(i),
        Value::Bytes(b) => Datum::Text(HEXLOWER.encode(&b)),
        Value::Text(t) => Datum::Text(t),
        Value::List(l) => Datum::List(l.into_iter().map(plain).collect()),
        Value::Map(m) => Datum::List(m.into_values().map(plain).collect()),
    }
}

/// What an action wrote to `field`, for a history: a set's additions and removals, a typed time, or [`Datum::Null`] for the
/// moment of the action.
pub fn written(field: &Field, value: &Value) -> Datum {
    match (field.merge, field.ty) {
        (Merge::Set, ty) => {
            let items = |sign: &str| {
                let list = value.get(sign).and_then(Value::list).unwrap_or_default();
                list.iter().map(|v| from_value(ty, v.clone())).collect()
            };
            Datum::Set(SetChange { add: items("+"), remove: items("-") })
        }
        (_, Type::Moment) => value.int().map_or(Datum::Null, |typed| Datum::Typed(Typed { typed })),
        (_, ty) => from_value(ty, value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use plumbline_protocol::record::{KINDS, kind};

    use super::*;

    #[test]
    fn every_sample_value_survives_json() {
        for kind in KINDS {
            for (name, value) in (kind.sample)() {
                let field = kind.field(&name.0).unwrap();
                let json = serde_json::to_string(&written(field, &value)).unwrap();
                let back: Datum = serde_json::from_str(&json).unwrap();
                assert_eq!(to_value(field, &back), Ok(value), "{}.{}: {json}", kind.name, name.0);
            }
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_names_its_field() {
        let field = kind("note").unwrap().field("text").unwrap();
        assert_eq!(to_value(field, &Datum::Int(1)), Err(Fault::invalid("text", "type")));
    }
}
