//! What a policy sees, as a table.
//!
//! A policy names the table that it was trained on by its id. The table of an id never changes: another order, unit or
//! meaning is another id.

/// One entry of an observation: `count` numbers that belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    pub name: &'static str,
    /// SI unit, or "1" for a plain number.
    pub unit: &'static str,
    pub count: usize,
    pub meaning: &'static str,
}

/// An observation: its fields in order.
#[derive(Debug, PartialEq)]
pub struct ObservationSpec {
    /// Stands in every policy file, for ever.
    pub id: &'static str,
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

    /// The observation of that id.
    pub fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|spec| spec.id == id)
    }
}

/// Where on the centre line ahead of the car the curvature is read, in metres from the car's own place. Dense near the
/// car, and as far as it needs to brake from 4 m/s.
pub const LOOK_AHEAD_M: [f32; 10] = [0.0, 0.25, 0.5, 0.8, 1.2, 1.6, 2.0, 2.5, 3.2, 4.0];

/// The car's own state and the shape of the road ahead: what an on-board computer with a map knows.
///
/// The car's place is its centre of mass. Values are raw, in the units of the table; the policy's normaliser scales
/// them.
pub static STATE_V1: ObservationSpec = ObservationSpec {
    id: "state-v1",
    fields: &[
        Field {
            name: "lateral_offset",
            unit: "1",
            count: 1,
            meaning: "distance from the centre line over the half width on that side; + left, ±1 at the border",
        },
        Field {
            name: "half_width",
            unit: "m",
            count: 1,
            meaning: "distance from the centre line to the nearer border",
        },
        Field {
            name: "heading_error",
            unit: "1",
            count: 2,
            meaning: "sine and cosine of the car's heading against the centre line's direction; + turned left",
        },
        Field {
            name: "velocity",
            unit: "m/s",
            count: 2,
            meaning: "measured velocity of the centre of mass, forward and to the left, in the car's frame",
        },
        Field { name: "yaw_rate", unit: "rad/s", count: 1, meaning: "counter-clockwise turn rate" },
        Field { name: "steering", unit: "rad", count: 1, meaning: "measured angle of the front wheels; + left" },
        Field {
            name: "curvature_ahead",
            unit: "1/m",
            count: LOOK_AHEAD_M.len(),
            meaning: "curvature of the centre line at each distance of LOOK_AHEAD_M; + left",
        },
    ],
};

static ALL: [&ObservationSpec; 1] = [&STATE_V1];

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
        assert_eq!(LOOK_AHEAD_M, [0.0, 0.25, 0.5, 0.8, 1.2, 1.6, 2.0, 2.5, 3.2, 4.0]);
    }

    #[test]
    fn an_observation_is_found_by_its_id_only() {
        assert_eq!(ObservationSpec::find("state-v1"), Some(&STATE_V1));
        assert_eq!(ObservationSpec::find("state-v2"), None);
    }
}
