//! Evidence of where, and whether it lies on a site.
//!
//! Places are integers as they were measured and stay so in records; the verdict is derived anew each time, never
//! signed and never stored, so it may use floating point. A verdict never guesses: inside and outside need the whole
//! circle of accuracy to be there. A mock location is stated by [`Place::mock`] and not judged.

use crate::Fault;

/// Degrees of latitude in units of 1e-7.
const LATITUDES: std::ops::RangeInclusive<i64> = -900_000_000..=900_000_000;
/// Degrees of longitude in units of 1e-7; both spellings of the antimeridian are allowed.
const LONGITUDES: std::ops::RangeInclusive<i64> = -1_800_000_000..=1_800_000_000;
/// From a centimetre to half of the way around the Earth. Platforms say 0 when they do not know, so 0 is refused.
const ACCURACIES: std::ops::RangeInclusive<i64> = 1..=2_000_000_000;
/// A site's radius: 1 m to 100 km.
const RADII: std::ops::RangeInclusive<i64> = 100..=10_000_000;
/// Vertices of an outline.
const VERTICES: std::ops::RangeInclusive<usize> = 3..=200;
/// Twice the largest radius: how far a vertex may be from the first one, in metres.
const SPAN_MAX: f64 = 200_000.0;

/// What located a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceSource {
    /// Satellites.
    Gnss,
    /// Cells and wireless networks.
    Network,
    /// A person, who pointed it out by hand. A statement, not a measurement.
    Typed,
    /// The system's own estimate of all that it has. It does not say of what.
    Fused,
}

/// Where something was, by WGS 84.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Latitude in 1e-7 degrees, north positive.
    pub lat_e7: i64,
    /// Longitude in 1e-7 degrees, east positive.
    pub lon_e7: i64,
    /// Radius in centimetres of the circle in which the platform places the device (on phones usually at 68 %).
    pub accuracy_cm: i64,
    /// Whether the platform says that the location was made up.
    pub mock: bool,
    /// What located the device.
    pub source: PlaceSource,
}

/// The outline of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Geofence {
    /// All within `radius_cm` of a centre.
    Circle {
        /// Latitude of the centre in 1e-7 degrees.
        lat_e7: i64,
        /// Longitude of the centre in 1e-7 degrees.
        lon_e7: i64,
        /// Radius in centimetres.
        radius_cm: i64,
    },
    /// Latitude and longitude of the vertices in 1e-7 degrees, in order around the site, the last joined to the first.
    /// Where an outline crosses itself, a point is inside when a ray from it meets the outline an odd number of times.
    Polygon(Vec<(i64, i64)>),
}

/// Whether something was on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The whole circle of accuracy lies inside.
    Inside,
    /// The whole circle of accuracy lies outside.
    Outside,
    /// The circle of accuracy meets the fence.
    CannotTell,
    /// No place was measured; one pointed out by hand does not count.
    NoPlace,
}

/// A verdict and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// Whether the place is on the site.
    pub verdict: Verdict,
    /// Centimetres from the place to the nearest point of the fence, whichever side it is on; none without a measured
    /// place.
    pub distance_cm: Option<i64>,
}

impl Place {
    /// Checks latitude, longitude and accuracy (1 cm to 20,000 km).
    ///
    /// # Errors
    /// [`Fault::Invalid`] that names the field.
    pub fn validate(&self) -> Result<(), Fault> {
        on_earth(self.lat_e7, self.lon_e7)?;
        in_range("accuracy_cm", ACCURACIES.contains(&self.accuracy_cm))
    }
}

impl Geofence {
    /// Checks the centre and a radius of 1 m to 100 km, or 3 to 200 vertices of which none is more than 200 km from the
    /// first.
    ///
    /// # Errors
    /// [`Fault::Invalid`] that names the field.
    pub fn validate(&self) -> Result<(), Fault> {
        match self {
            Geofence::Circle { lat_e7, lon_e7, radius_cm } => {
                on_earth(*lat_e7, *lon_e7)?;
                in_range("radius_cm", RADII.contains(radius_cm))
            }
            Geofence::Polygon(vertices) => {
                if !VERTICES.contains(&vertices.len()) {
                    return Err(Fault::invalid("vertices", "length"));
                }
                vertices.iter().try_for_each(|&(lat, lon)| on_earth(lat, lon))?;
                let view = vertices.first().map(|&(lat, lon)| View::from(lat, lon));
                let near =
                    |&(lat, lon): &(i64, i64)| view.as_ref().is_some_and(|view| length(view.see(lat, lon)) <= SPAN_MAX);
                in_range("vertices", vertices.iter().all(near))
            }
        }
    }

    /// Whether `place` is inside of this fence, and how far from it.
    ///
    /// The Earth is the WGS 84 ellipsoid, seen from the place as a plane on which every point keeps its direction and
    /// its straight-line distance; so the antimeridian and the poles are places like any other. Against the distance
    /// along the ground this errs by 1 mm in 10 km and 1 m in 100 km. The distance is rounded to a centimetre before it
    /// is compared with the accuracy, so the verdict agrees with the figures that are shown.
    pub fn judge(&self, place: Option<&Place>) -> Finding {
        let Some(place) = place.filter(|place| place.source != PlaceSource::Typed) else {
            return Finding { verdict: Verdict::NoPlace, distance_cm: None };
        };
        let view = View::from(place.lat_e7, place.lon_e7);
        let (inside, distance) = match self {
            Geofence::Circle { lat_e7, lon_e7, radius_cm } => {
                let to_fence = *radius_cm as f64 / 100.0 - length(view.see(*lat_e7, *lon_e7));
                (to_fence >= 0.0, to_fence.abs())
            }
            Geofence::Polygon(vertices) => surrounding(vertices.iter().map(|&(lat, lon)| view.see(lat, lon))),
        };
        let distance = centimetres(distance);
        let verdict = match inside {
            _ if distance < place.accuracy_cm => Verdict::CannotTell,
            true => Verdict::Inside,
            false => Verdict::Outside,
        };
        Finding { verdict, distance_cm: Some(distance) }
    }
}

/// Metres east and north.
type Offset = (f64, f64);

/// The Earth as seen from one point: its position from the Earth's centre, and the directions east and north.
struct View {
    origin: [f64; 3],
    east: [f64; 3],
    north: [f64; 3],
}

impl View {
    fn from(lat_e7: i64, lon_e7: i64) -> Self {
        let ((sin_lat, cos_lat), (sin_lon, cos_lon)) = (radians(lat_e7).sin_cos(), radians(lon_e7).sin_cos());
        View {
            origin: on_ellipsoid(lat_e7, lon_e7),
            east: [-sin_lon, cos_lon, 0.0],
            north: [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
        }
    }

    /// Where a point appears. Its distance is the straight line, not the shadow on the plane, or the far side of the
    /// Earth would fall on this one.
    fn see(&self, lat_e7: i64, lon_e7: i64) -> Offset {
        let ([x, y, z], [ox, oy, oz]) = (on_ellipsoid(lat_e7, lon_e7), self.origin);
        let line = [x - ox, y - oy, z - oz];
        let (east, north) = (dot(line, self.east), dot(line, self.north));
        let (far, shadow) = (dot(line, line).sqrt(), east.hypot(north));
        if shadow > 0.0 { (east / shadow * far, north / shadow * far) } else { (far, 0.0) }
    }
}

/// Whether the outline surrounds the origin, and how far away it is. Seen from the far side of the Earth a site
/// surrounds its viewer too, but nobody inside of a site is farther from its fence than a site may span.
fn surrounding(outline: impl Iterator<Item = Offset> + Clone) -> (bool, f64) {
    let nexts = outline.clone().cycle().skip(1);
    let (surrounds, nearest) = outline.zip(nexts).fold((false, f64::INFINITY), |(surrounds, nearest), (a, b)| {
        (surrounds ^ crosses_east(a, b), nearest.min(distance_to_segment(a, b)))
    });
    (surrounds && nearest <= SPAN_MAX, nearest)
}

/// Whether the segment meets the ray from the origin to the east. An end on the ray counts as north of it, so that two
/// segments that share this end are counted once.
fn crosses_east(a: Offset, b: Offset) -> bool {
    (a.1 >= 0.0) != (b.1 >= 0.0) && a.0 - a.1 * (b.0 - a.0) / (b.1 - a.1) > 0.0
}

fn distance_to_segment(a: Offset, b: Offset) -> f64 {
    let (east, north) = (b.0 - a.0, b.1 - a.1);
    let square = east * east + north * north;
    let along = if square > 0.0 { (-(a.0 * east + a.1 * north) / square).clamp(0.0, 1.0) } else { 0.0 };
    length((a.0 + along * east, a.1 + along * north))
}

/// Metres from the centre of the Earth, by the constants of WGS 84 (NGA.STND.0036).
fn on_ellipsoid(lat_e7: i64, lon_e7: i64) -> [f64; 3] {
    const EQUATOR: f64 = 6_378_137.0;
    const FLATTENING: f64 = 1.0 / 298.257_223_563;
    const ECCENTRICITY_SQUARED: f64 = FLATTENING * (2.0 - FLATTENING);
    let ((sin_lat, cos_lat), (sin_lon, cos_lon)) = (radians(lat_e7).sin_cos(), radians(lon_e7).sin_cos());
    let normal = EQUATOR / (1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat).sqrt();
    [normal * cos_lat * cos_lon, normal * cos_lat * sin_lon, normal * (1.0 - ECCENTRICITY_SQUARED) * sin_lat]
}

fn radians(e7: i64) -> f64 {
    (e7 as f64 / 1e7).to_radians()
}

fn dot([a, b, c]: [f64; 3], [x, y, z]: [f64; 3]) -> f64 {
    a * x + b * y + c * z
}

fn length((east, north): Offset) -> f64 {
    east.hypot(north)
}

/// Metres to whole centimetres; a distance that is no number (an empty outline) becomes the largest there is.
fn centimetres(metres: f64) -> i64 {
    (metres * 100.0).round() as i64
}

fn on_earth(lat_e7: i64, lon_e7: i64) -> Result<(), Fault> {
    in_range("lat_e7", LATITUDES.contains(&lat_e7))?;
    in_range("lon_e7", LONGITUDES.contains(&lon_e7))
}

fn in_range(field: &str, holds: bool) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::invalid(field, "range")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lat: f64, lon: f64, accuracy_cm: i64) -> Place {
        let (lat_e7, lon_e7) = (e7(lat), e7(lon));
        Place { lat_e7, lon_e7, accuracy_cm, mock: false, source: PlaceSource::Gnss }
    }

    fn e7(degrees: f64) -> i64 {
        (degrees * 1e7).round() as i64
    }

    fn circle(lat: f64, lon: f64, radius_cm: i64) -> Geofence {
        Geofence::Circle { lat_e7: e7(lat), lon_e7: e7(lon), radius_cm }
    }

    fn polygon(vertices: &[(f64, f64)]) -> Geofence {
        Geofence::Polygon(vertices.iter().map(|&(lat, lon)| (e7(lat), e7(lon))).collect())
    }

    fn verdict(fence: &Geofence, place: &Place) -> Verdict {
        fence.judge(Some(place)).verdict
    }

    #[test]
    fn a_place_is_inside_only_if_its_whole_circle_is() {
        let site = circle(40.0, -75.0, 10_000);
        assert_eq!(verdict(&site, &at(40.0, -75.0, 10_000)), Verdict::Inside);
        assert_eq!(verdict(&site, &at(40.0, -75.0, 10_001)), Verdict::CannotTell);
        let far = at(40.0, -75.01, 1_000);
        assert_eq!(verdict(&site, &far), Verdict::Outside);
        assert_eq!(verdict(&site, &Place { accuracy_cm: 100_000, ..far.clone() }), Verdict::CannotTell);
        assert_eq!(verdict(&site, &Place { mock: true, ..far }), Verdict::Outside, "mock is stated, not judged");
    }

    #[test]
    fn distances_agree_with_the_ellipsoid() {
        // One degree of the meridian between 40 and 41 N is 111,042.4 m; of the parallel at 40 N 85,393.9 m by the
        // great ellipse; one of the equator 111,319.5 m. Known figures of WGS 84, to a metre.
        for (from, to, metres) in [
            ((40.0, -75.0), (41.0, -75.0), 111_042.0),
            ((40.0, -75.0), (40.0, -76.0), 85_393.0),
            ((0.0, 0.0), (0.0, 1.0), 111_319.0),
        ] {
            let found = length(View::from(e7(from.0), e7(from.1)).see(e7(to.0), e7(to.1)));
            assert!((found - metres).abs() < 2.5, "{found} is not {metres}");
        }
    }

    #[test]
    fn a_polygon_with_a_bay_is_judged_by_its_outline() {
        let yard = [(40.0, -75.0), (40.0, -74.99), (40.01, -74.99), (40.002, -74.995), (40.01, -75.0)];
        let mut reversed = yard;
        reversed.reverse();
        let mut closed = yard.to_vec();
        closed.push(yard[0]);
        for site in [polygon(&yard), polygon(&reversed), polygon(&closed)] {
            assert_eq!(site.validate(), Ok(()));
            assert_eq!(verdict(&site, &at(40.001, -74.995, 1_000)), Verdict::Inside);
            assert_eq!(verdict(&site, &at(40.008, -74.995, 1_000)), Verdict::Outside, "in the bay");
            assert_eq!(verdict(&site, &at(40.005, -74.9995, 1_000)), Verdict::Inside, "in the western arm");
            assert_eq!(verdict(&site, &at(40.002, -74.995, 1_000)), Verdict::CannotTell, "on a vertex");
            assert_eq!(verdict(&site, &at(40.0, -75.02, 1_000)), Verdict::Outside, "level with an edge");
        }
    }

    #[test]
    fn the_distance_to_a_side_is_the_perpendicular() {
        let side = polygon(&[(-0.001, 0.001), (0.001, 0.001), (0.001, 0.002), (-0.001, 0.002)]);
        let found = side.judge(Some(&at(0.0, 0.0, 100)));
        assert_eq!(found.verdict, Verdict::Outside);
        assert!((found.distance_cm.unwrap() - 11_132).abs() <= 1, "{found:?}");
    }

    #[test]
    fn a_site_across_the_antimeridian_is_one_site() {
        let site = polygon(&[(-17.0, 179.99), (-17.0, -179.99), (-16.99, -179.99), (-16.99, 179.99)]);
        assert_eq!(site.validate(), Ok(()));
        for lon in [179.995, -179.995, 180.0, -180.0] {
            assert_eq!(verdict(&site, &at(-16.995, lon, 1_000)), Verdict::Inside);
        }
        assert_eq!(verdict(&site, &at(-16.995, 0.0, 1_000)), Verdict::Outside, "the far side of the Earth");
        assert_eq!(verdict(&circle(0.0, 180.0, 10_000), &at(0.0, -179.9995, 100)), Verdict::Inside);
    }

    #[test]
    fn a_site_around_a_pole_is_one_site() {
        let site = polygon(&[(89.99, 0.0), (89.99, 90.0), (89.99, 180.0), (89.99, -90.0)]);
        assert_eq!(site.validate(), Ok(()));
        assert_eq!(verdict(&site, &at(90.0, 45.0, 1_000)), Verdict::Inside);
        assert_eq!(verdict(&site, &at(89.995, -120.0, 1_000)), Verdict::Inside);
        assert_eq!(verdict(&site, &at(89.98, 120.0, 1_000)), Verdict::Outside);
        assert_eq!(verdict(&site, &at(-90.0, 0.0, 1_000)), Verdict::Outside, "the other pole");
    }

    #[test]
    fn without_a_measured_place_there_is_no_verdict() {
        let site = circle(40.0, -75.0, 10_000);
        let none = Finding { verdict: Verdict::NoPlace, distance_cm: None };
        assert_eq!(site.judge(None), none);
        let typed = Place { source: PlaceSource::Typed, ..at(40.0, -75.0, 100) };
        assert_eq!(site.judge(Some(&typed)), none);
    }

    #[test]
    fn what_is_out_of_range_is_refused_by_name() {
        let refused = |field: &str| Err(Fault::invalid(field, "range"));
        assert_eq!(at(90.0, -180.0, 1).validate(), Ok(()));
        assert_eq!(at(90.000_000_1, 0.0, 1).validate(), refused("lat_e7"));
        assert_eq!(at(0.0, 180.000_000_1, 1).validate(), refused("lon_e7"));
        assert_eq!(at(0.0, 0.0, 0).validate(), refused("accuracy_cm"));
        assert_eq!(circle(0.0, 0.0, 99).validate(), refused("radius_cm"));
        assert_eq!(circle(0.0, 0.0, 10_000_001).validate(), refused("radius_cm"));
        assert_eq!(circle(0.0, -181.0, 100).validate(), refused("lon_e7"));
        let length = Err(Fault::invalid("vertices", "length"));
        assert_eq!(polygon(&[(0.0, 0.0), (0.0, 0.1)]).validate(), length);
        assert_eq!(polygon(&[(0.0, 0.0); 201]).validate(), length);
        assert_eq!(polygon(&[(0.0, 0.0), (0.0, 0.1), (0.0, 2.0)]).validate(), refused("vertices"));
        assert_eq!(polygon(&[(0.0, 0.0), (0.0, 0.1), (91.0, 0.0)]).validate(), refused("lat_e7"));
    }

    proptest! {
        #[test]
        fn hostile_numbers_never_panic(lat: i64, lon: i64, cm: i64, outline: Vec<(i64, i64)>) {
            let place = Place { lat_e7: lat, lon_e7: lon, accuracy_cm: cm, mock: true, source: PlaceSource::Network };
            let circle = Geofence::Circle { lat_e7: cm, lon_e7: lat, radius_cm: lon };
            for fence in [circle, Geofence::Polygon(outline)] {
                let _ = (place.validate(), fence.validate(), fence.judge(Some(&place)));
            }
        }

        #[test]
        fn moving_place_and_site_around_the_earth_changes_no_verdict(shift in 0..3_600i64, lat in -800..800i64) {
            let turned = |lon: i64| (lon + shift * 1_000_000 + 1_800_000_000).rem_euclid(3_600_000_000) - 1_800_000_000;
            let lat_e7 = lat * 1_000_000;
            let outline = [(0, 0), (0, 50_000), (50_000, 50_000), (50_000, 0)];
            let site = |turn: &dyn Fn(i64) -> i64| {
                Geofence::Polygon(outline.iter().map(|&(lat, lon)| (lat_e7 + lat, turn(lon))).collect())
            };
            for lon in [-20_000, 25_000] {
                let mut place = Place { lat_e7: lat_e7 + 25_000, lon_e7: lon, ..at(0.0, 0.0, 500) };
                let home = site(&|lon| lon).judge(Some(&place));
                place.lon_e7 = turned(lon);
                let away = site(&turned).judge(Some(&place));
                prop_assert_eq!(home.verdict, if lon < 0 { Verdict::Outside } else { Verdict::Inside });
                prop_assert_eq!(away.verdict, home.verdict);
                prop_assert!((away.distance_cm.unwrap() - home.distance_cm.unwrap()).abs() <= 1);
            }
        }
    }
}
