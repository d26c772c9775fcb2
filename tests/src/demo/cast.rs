//! Who works where in the demonstration: sites, crews and people, as data.
//!
//! Invariant: the first of a crew is its foreman; no name occurs twice.

use plumbline_pictures::Subject;
use serde_json::{Value, json};

/// A job site.
pub struct Site {
    /// The contract's code.
    pub number: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Latitude and longitude of its gate, each times 10^7.
    pub gate: (i64, i64),
    /// The fence, as offsets from the gate in metres north and east.
    fence: &'static [(i64, i64)],
    /// The outline, the same way.
    outline: &'static [(i64, i64)],
    /// Classifications of the wage determination.
    pub classifications: &'static [&'static str],
    /// What its photographs show, with captions.
    pub shots: &'static [(Subject, &'static [&'static str])],
    /// What its notes say.
    pub notes: &'static [&'static str],
}

/// How somebody's last day goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// At work.
    Works,
    /// At work, and on a break just now.
    Rests,
    /// Expected, and not there.
    Missing,
    /// Off, with an absence.
    Off,
}

/// Somebody of a crew.
pub struct Hand {
    /// Name.
    pub name: &'static str,
    /// Classification, by its place in the site's list.
    pub classification: usize,
    /// How today goes.
    pub today: Fate,
}

/// A crew.
pub struct Crew {
    /// Its name.
    pub name: &'static str,
    /// Its site, by its place in the cast's list.
    pub site: usize,
    /// Minutes after midnight at which it starts.
    pub starts: i64,
    /// Whether it also works on Saturdays.
    pub saturdays: bool,
    /// Who; the foreman first.
    pub hands: &'static [Hand],
}

/// Everybody.
pub struct Cast {
    /// The sites.
    pub sites: Vec<&'static Site>,
    /// The crews.
    pub crews: Vec<Crew>,
    /// Whether there is a manager beside the two administrators.
    pub manager: bool,
}

/// The founder, an administrator.
pub const FOUNDER: &str = "Astrid Lindqvist";
/// The administrator whose computer the window is.
pub const ADMINISTRATOR: &str = "Rosa Delgado";
/// The manager.
pub const MANAGER: &str = "Ben Halloran";
/// The organisation.
pub const ORGANISATION: &str = "Ortega Lindqvist";

/// How far a round fence is from its gate, in metres.
const RADIUS: i64 = 140;

const fn works(name: &'static str, classification: usize) -> Hand {
    Hand { name, classification, today: Fate::Works }
}

const fn with(name: &'static str, classification: usize, today: Fate) -> Hand {
    Hand { name, classification, today }
}

const PIPE: &[Hand] = &[
    works("Teo Ramírez", 0),
    works("Ana Lucía Paredes", 0),
    works("Jesús Ochoa", 0),
    works("Minh Tran", 1),
    works("Samira Haddad", 2),
    works("Dwayne Tillman", 1),
    works("Pete Novak", 0),
];
const CONCRETE: &[Hand] = &[
    works("Ingrid Solheim", 3),
    with("Luis Ferreira", 3, Fate::Missing),
    works("Nadia Bouzid", 3),
    works("Owen Castillo", 1),
    works("Kiri Tamahori", 1),
];
const MARINE: &[Hand] = &[works("Keoni Kealoha", 4), works("Sione Vea", 4), works("Maren Aldrich", 4)];
const EXCAVATION: &[Hand] = &[
    works("Marcus Webb", 0),
    works("Carlos Benavides", 0),
    works("Tessa Lindgren", 1),
    works("Andre Coleman", 1),
    works("Ray Whitehorse", 2),
    works("Nikolai Petrov", 1),
];
const CULVERT: &[Hand] = &[
    works("Yolanda Cruz", 2),
    with("Darnell Brooks", 1, Fate::Missing),
    works("Hannah Kowalski", 2),
    works("Mateo Rivas", 1),
    works("Jun Nakamura", 2),
];
const TRAFFIC: &[Hand] = &[works("Emmett Clarke", 3), works("Bree Sandoval", 3), works("Tom Achterberg", 3)];
const IRON: &[Hand] = &[
    works("Oksana Bondar", 0),
    works("Tyrell Banks", 0),
    with("Lucy Yazzie", 0, Fate::Rests),
    with("Stefan Dragomir", 0, Fate::Rests),
    works("Gus Haugen", 0),
    with("Priya Raman", 0, Fate::Off),
];
const CARPENTRY: &[Hand] = &[
    works("Hector Salinas", 1),
    works("Imani Okafor", 1),
    works("Dale Whitaker", 1),
    works("Rosario Méndez", 2),
    with("Piotr Zieliński", 1, Fate::Off),
];
const FEW: &[Hand] = &[
    works("Teo Ramírez", 0),
    works("Ana Lucía Paredes", 0),
    with("Jesús Ochoa", 0, Fate::Rests),
    works("Minh Tran", 1),
    with("Luis Ferreira", 1, Fate::Missing),
    with("Pete Novak", 0, Fate::Off),
];

const HARBOR: Site = Site {
    number: "HO2",
    name: "Harbor Outfall 2",
    gate: (476_020_000, -1_223_405_000),
    fence: &[(-60, -40), (150, -60), (210, -180), (160, -330), (20, -350), (-90, -200)],
    outline: &[(-30, -60), (120, -80), (170, -180), (130, -290), (40, -300), (-50, -190)],
    classifications: &[
        "Laborer: Pipelayer",
        "Laborer: General",
        "Operator: Excavator",
        "Cement Mason",
        "Pile Driver: Marine",
    ],
    shots: &[
        (
            Subject::Trench,
            &[
                "Trench at 14+80, before bedding",
                "Pipe joint 31, homed",
                "Shoring set, lift 2",
                "Bedding placed and graded",
            ],
        ),
        (
            Subject::Water,
            &[
                "Outfall beach, undisturbed",
                "Barge on station",
                "Turbidity curtain, north end",
                "Piles 4 to 7, low tide",
            ],
        ),
        (Subject::Wall, &["Headwall, forms stripped", "Wall pour 3, east face", "Form ties cut and patched"]),
        (Subject::Rebar, &["Rebar mat, headwall footing", "Lap splice 42 in, footing", "Chairs at 4 ft, checked"]),
        (Subject::Ground, &["Shingle, top layer", "Bedding gravel, 3/4 minus", "Snow on deck, no pour"]),
        (Subject::Machine, &["Excavator at station 15+20", "Spoil loaded out"]),
    ],
    notes: &[
        "Diver inspection moved to low tide at 13:40.",
        "Pipe delivery: 12 sticks of 48 inch, two with scuffed gaskets, set aside.",
        "Turbidity reading 4 NTU at the curtain, below the limit.",
        "Utility locate found a dead 4 inch water main at 14+95. Photographed, city told.",
        "Pump out of service from 10:20 to 11:05. Standby pump held the level.",
        "Inspector on site. Accepted bedding from 14+20 to 14+60.",
    ],
};

const CULVERTS: Site = Site {
    number: "C20",
    name: "SR 20 Culverts",
    gate: (484_890_000, -1_215_930_000),
    fence: &[(-40, -700), (60, -700), (90, -100), (80, 500), (-50, 520), (-80, -80)],
    outline: &[(-20, -640), (35, -640), (55, -90), (50, 430), (-25, 440), (-45, -90)],
    classifications: &["Operator: Excavator", "Laborer: General", "Laborer: Pipelayer", "Flagger"],
    shots: &[
        (
            Subject::Culvert,
            &[
                "Culvert 4, inlet before removal",
                "Culvert 4, new box set",
                "Culvert 2, outlet apron",
                "Headwall joint, sealed",
            ],
        ),
        (Subject::Road, &["Lane closure, MP 98.2", "Temporary striping, eastbound", "Cones set for the night"]),
        (Subject::Machine, &["Stream bypass dug", "Excavator at culvert 4", "Backfill, lift 3"]),
        (Subject::Ground, &["Streambed mix, first load", "Subgrade, proof rolled", "Rock for the apron"]),
        (Subject::Trench, &["Bypass pipe in place", "Trench box at culvert 2"]),
    ],
    notes: &[
        "Fish screen checked at 07:10, clear.",
        "Rain since 05:00, bypass pump running at half.",
        "Night closure moved to Thursday by the district.",
        "Compaction tests 3 and 4 passed, 96 and 97 percent.",
        "Rock delivery short by one truck; ticket photographed.",
        "Deer on the road at MP 98. Flaggers told.",
    ],
};

const SCHOOL: Site = Site {
    number: "LSR",
    name: "Lincoln School Retrofit",
    gate: (472_290_000, -1_224_440_000),
    fence: &[],
    outline: &[(-55, -70), (60, -75), (66, 20), (20, 24), (18, 70), (-50, 68)],
    classifications: &["Ironworker", "Carpenter", "Laborer: General"],
    shots: &[
        (
            Subject::Frame,
            &[
                "Brace frame, grid C",
                "Moment connection C4, before weld",
                "Steel set, second floor",
                "Deck edge, grid 7",
            ],
        ),
        (
            Subject::Room,
            &["Room 112, before", "Room 112, studs plumbed", "Room 204, ceiling opened", "Hallway protection in place"],
        ),
        (Subject::Wall, &["Shotcrete wall, gym", "Anchor holes drilled and cleaned", "Footing keyway"]),
        (Subject::Rebar, &["Dowels epoxied, grid B", "Shear wall steel, gym"]),
    ],
    notes: &[
        "School asked for no drilling before 15:10 on Friday.",
        "Special inspector accepted welds C1 to C6.",
        "Asbestos abatement cleared rooms 108 to 112.",
        "Torque wrench 3 out of calibration, tagged out.",
        "Deliveries by the north gate only during exams.",
    ],
};

/// Three sites and forty people of crews.
pub fn full() -> Cast {
    let crew = |name, site, starts, saturdays, hands| Crew { name, site, starts, saturdays, hands };
    Cast {
        sites: vec![&HARBOR, &CULVERTS, &SCHOOL],
        crews: vec![
            crew("Pipe crew", 0, 390, true, PIPE),
            crew("Concrete crew", 0, 390, false, CONCRETE),
            crew("Marine crew", 0, 450, false, MARINE),
            crew("Excavation crew", 1, 390, true, EXCAVATION),
            crew("Culvert crew", 1, 390, false, CULVERT),
            crew("Traffic control", 1, 360, true, TRAFFIC),
            crew("Ironworkers", 2, 420, false, IRON),
            crew("Carpentry", 2, 420, false, CARPENTRY),
        ],
        manager: true,
    }
}

/// One site and eight people, the two administrators among them.
pub fn small() -> Cast {
    let crew = Crew { name: "Pipe crew", site: 0, starts: 390, saturdays: false, hands: FEW };
    Cast { sites: vec![&HARBOR], crews: vec![crew], manager: false }
}

impl Site {
    /// A point some metres north and east of the gate.
    pub fn point(&self, north: i64, east: i64) -> (i64, i64) {
        // A ten-millionth of a degree is 1.113 cm of latitude and, at 48 degrees north, 0.745 cm of longitude.
        (self.gate.0 + north * 100_000 / 1113, self.gate.1 + east * 100_000 / 745)
    }

    /// The fence, as requests have it.
    pub fn fence(&self) -> Value {
        match self.fence {
            [] => json!({"circle": {"lat_e7": self.gate.0, "lon_e7": self.gate.1, "radius_cm": RADIUS * 100}}),
            points => self.polygon(points),
        }
    }

    /// The outline, as requests have it.
    pub fn outline(&self) -> Value {
        self.polygon(self.outline)
    }

    /// The middle of the outline, metres from the gate.
    pub fn middle(&self) -> (i64, i64) {
        let count = self.outline.len() as i64;
        let sum = self.outline.iter().fold((0, 0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        (sum.0 / count, sum.1 / count)
    }

    /// A point of the fence, metres from the gate.
    pub fn edge(&self) -> (i64, i64) {
        match self.fence {
            [a, b, ..] => ((a.0 + b.0) / 2, (a.1 + b.1) / 2),
            _ => (RADIUS, 0),
        }
    }

    fn polygon(&self, points: &[(i64, i64)]) -> Value {
        json!({"polygon": points.iter().map(|&(north, east)| self.point(north, east)).collect::<Vec<_>>()})
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn forty_people_are_of_eight_crews_and_each_has_one_name() {
        let cast = full();
        let names: Vec<&str> = cast.crews.iter().flat_map(|crew| crew.hands).map(|hand| hand.name).collect();
        assert_eq!((names.len(), cast.crews.len()), (40, 8));
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 40);
        for crew in &cast.crews {
            let known = cast.sites[crew.site].classifications.len();
            assert!(crew.hands.iter().all(|hand| hand.classification < known), "{}", crew.name);
        }
    }
}
