//! What a policy sees, as a table.
//!
//! A policy names the table that it was trained on by its id. The table of an id never changes: another order, unit or
//! meaning is another id. The sensor that a table needs decides in which [`Class`] the policy races.

use serde::{Deserialize, Serialize};

/// One entry of an observation: `count` numbers that belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    pub name: &'static str,
    /// SI unit, or "1" for a plain number.
    pub unit: &'static str,
    pub count: usize,
    /// σ of the sensor's own noise, in the field's unit. Races add it times
    /// [`Conditions::sensor_noise`](crate::Conditions::sensor_noise).
    pub noise: f32,
    pub meaning: &'static str,
}

/// The class that a policy races in: who sees less has it harder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Knows its place on the map.
    State,
    /// Measures distances.
    Lidar,
    /// Sees a picture.
    Camera,
}

/// What reads an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensor {
    /// The car's own state and the road ahead.
    State,
    /// The same, and what else is on the road.
    Traffic,
    /// Distances around the car.
    Lidar,
    /// That many pictures, the newest last.
    Camera { frames: usize },
}

/// An observation: its fields in order.
#[derive(Debug, PartialEq)]
pub struct ObservationSpec {
    /// Stands in every policy file, for ever.
    pub id: &'static str,
    pub sensor: Sensor,
    pub fields: &'static [Field],
}

impl ObservationSpec {
    /// Numbers in one observation.
    pub const fn len(&self) -> usize {
        let mut total = 0;
        let mut index = 0;
        while index < self.fields.len() {
            total += self.fields[index].count;
            index += 1;
        }
        total
    }

    /// Whether the observation has no number at all.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The class of a policy that sees this.
    pub const fn class(&self) -> Class {
        match self.sensor {
            Sensor::State | Sensor::Traffic => Class::State,
            Sensor::Lidar => Class::Lidar,
            Sensor::Camera { .. } => Class::Camera,
        }
    }

    /// The observation of that id.
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::all().find(|spec| spec.id == id)
    }

    /// All that there are.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ALL.into_iter()
    }
}

/// Where on the centre line ahead of the car the curvature is read, in metres from the car's own place. Dense near the
/// car, and as far as it needs to brake from 4 m/s.
pub const LOOK_AHEAD_M: [f32; 10] = [0.0, 0.25, 0.5, 0.8, 1.2, 1.6, 2.0, 2.5, 3.2, 4.0];

/// Objects that a policy with [`STATE_TRAFFIC_V1`] knows of: the nearest ones.
pub const OBJECTS: usize = 3;
/// How far along the road an object is known, metres behind and ahead.
pub const OBJECTS_WITHIN_M: [f32; 2] = [1.0, 4.0];

/// Beams of the lidar.
pub const BEAMS: usize = 64;

/// Columns and rows of a picture.
pub const PICTURE: [usize; 2] = [160, 120];

const LATERAL_OFFSET: Field = Field {
    name: "lateral_offset",
    unit: "1",
    count: 1,
    noise: 0.02,
    meaning: "distance from the centre line over the half width on that side; + left, ±1 at the border",
};
const HALF_WIDTH: Field = Field {
    name: "half_width",
    unit: "m",
    count: 1,
    noise: 0.005,
    meaning: "distance from the centre line to the nearer border",
};
const HEADING_ERROR: Field = Field {
    name: "heading_error",
    unit: "1",
    count: 2,
    noise: 0.01,
    meaning: "sine and cosine of the car's heading against the centre line's direction; + turned left",
};
const VELOCITY: Field = Field {
    name: "velocity",
    unit: "m/s",
    count: 2,
    noise: 0.03,
    meaning: "measured velocity of the centre of mass, forward and to the left, in the car's frame",
};
const YAW_RATE: Field =
    Field { name: "yaw_rate", unit: "rad/s", count: 1, noise: 0.02, meaning: "counter-clockwise turn rate" };
const STEERING: Field = Field {
    name: "steering",
    unit: "rad",
    count: 1,
    noise: 0.005,
    meaning: "measured angle of the front wheels; + left",
};
const CURVATURE_AHEAD: Field = Field {
    name: "curvature_ahead",
    unit: "1/m",
    count: LOOK_AHEAD_M.len(),
    noise: 0.02,
    meaning: "curvature of the centre line at each distance of LOOK_AHEAD_M; + left",
};

/// The car's own state and the shape of the road ahead: what an on-board computer with a map knows.
///
/// The car's place is its centre of mass. Values are raw, in the units of the table; the policy's normaliser scales
/// them.
pub static STATE_V1: ObservationSpec = ObservationSpec {
    id: "state-v1",
    sensor: Sensor::State,
    fields: &[LATERAL_OFFSET, HALF_WIDTH, HEADING_ERROR, VELOCITY, YAW_RATE, STEERING, CURVATURE_AHEAD],
};

/// [`STATE_V1`], and the nearest boxes, bots and cars: for races in which the road is not empty.
pub static STATE_TRAFFIC_V1: ObservationSpec = ObservationSpec {
    id: "state-traffic-v1",
    sensor: Sensor::Traffic,
    fields: &[
        LATERAL_OFFSET,
        HALF_WIDTH,
        HEADING_ERROR,
        VELOCITY,
        YAW_RATE,
        STEERING,
        CURVATURE_AHEAD,
        Field {
            name: "object_ahead",
            unit: "m",
            count: OBJECTS,
            noise: 0.02,
            meaning: "way along the road to the nearest objects within OBJECTS_WITHIN_M, nearest first; + ahead; the \
                      furthest for none",
        },
        Field {
            name: "object_beside",
            unit: "m",
            count: OBJECTS,
            noise: 0.01,
            meaning: "distance of those objects from the centre line; + left; 0 for none",
        },
        Field {
            name: "object_closing",
            unit: "m/s",
            count: OBJECTS,
            noise: 0.03,
            meaning: "how much faster along the road the car is than those objects; 0 for none",
        },
        Field {
            name: "object_half_width",
            unit: "m",
            count: OBJECTS,
            noise: 0.005,
            meaning: "half of the width of those objects; 0 for none",
        },
    ],
};

/// A lidar, and what the car's own instruments say. No map.
pub static LIDAR_V1: ObservationSpec = ObservationSpec {
    id: "lidar-v1",
    sensor: Sensor::Lidar,
    fields: &[
        VELOCITY,
        YAW_RATE,
        STEERING,
        Field {
            name: "ranges",
            unit: "m",
            count: BEAMS,
            noise: 0.01,
            meaning: "distance to the nearest border, box or car along each beam; 300 degrees from left to right, 0.15 to \
                      12 m; 12 for nothing",
        },
    ],
};

const fn camera(id: &'static str, frames: usize, fields: &'static [Field]) -> ObservationSpec {
    ObservationSpec { id, sensor: Sensor::Camera { frames }, fields }
}

const fn pictures(frames: usize) -> Field {
    Field {
        name: "pictures",
        unit: "1",
        count: frames * PICTURE[0] * PICTURE[1],
        noise: 2.0,
        meaning: "grey levels 0 to 255 of 160 x 120 pixels, row by row from the top left; of several, the newest last",
    }
}

/// A picture from the nose of the car, DeepRacer's camera, and nothing else.
pub static CAMERA_V1: ObservationSpec = camera("camera-v1", 1, &[pictures(1)]);
/// Two pictures in a row: they show how fast the car is.
pub static CAMERA_2_V1: ObservationSpec = camera("camera-2-v1", 2, &[pictures(2)]);
/// Four pictures in a row.
pub static CAMERA_4_V1: ObservationSpec = camera("camera-4-v1", 4, &[pictures(4)]);

static ALL: [&ObservationSpec; 6] = [&STATE_V1, &STATE_TRAFFIC_V1, &LIDAR_V1, &CAMERA_V1, &CAMERA_2_V1, &CAMERA_4_V1];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_an_id_never_changes() {
        let layout: Vec<_> = STATE_V1.fields.iter().map(|field| format!("{}[{}]", field.name, field.count)).collect();
        assert_eq!(
            layout.join(" "),
            "lateral_offset[1] half_width[1] heading_error[2] velocity[2] yaw_rate[1] steering[1] curvature_ahead[10]"
        );
        assert_eq!(STATE_V1.len(), 18);
        let lengths = ALL.map(|spec| (spec.id, spec.len(), spec.class()));
        let expected = [
            ("state-v1", 18, Class::State),
            ("state-traffic-v1", 30, Class::State),
            ("lidar-v1", 68, Class::Lidar),
            ("camera-v1", 19_200, Class::Camera),
            ("camera-2-v1", 38_400, Class::Camera),
            ("camera-4-v1", 76_800, Class::Camera),
        ];
        assert_eq!(lengths, expected);
        assert_eq!(LOOK_AHEAD_M, [0.0, 0.25, 0.5, 0.8, 1.2, 1.6, 2.0, 2.5, 3.2, 4.0]);
    }

    #[test]
    fn an_observation_is_found_by_its_id_only() {
        assert_eq!(ObservationSpec::find("state-v1"), Some(&STATE_V1));
        assert_eq!(ObservationSpec::find("state-v2"), None);
    }
}
