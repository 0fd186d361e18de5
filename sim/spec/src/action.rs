//! What a car is told to do, as a table.
//!
//! A race takes one number in [−1, 1] per field; the table says what it stands for. As with observations, the table
//! of an id never changes. How a policy's outputs become these numbers says its [`ActionSpace`](crate::ActionSpace).

/// One number of an action and the physical range that [−1, 1] is mapped to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    pub name: &'static str,
    /// SI unit.
    pub unit: &'static str,
    /// What −1 stands for.
    pub low: f32,
    /// What +1 stands for.
    pub high: f32,
    pub meaning: &'static str,
}

impl Field {
    /// The physical value of `number`, which lies in [−1, 1]: linear between `low` and `high`.
    pub fn physical(&self, number: f32) -> f32 {
        self.low + (number + 1.0) * 0.5 * (self.high - self.low)
    }

    /// The number in [−1, 1] that stands for a physical value; the nearer end for one out of range.
    pub fn number(&self, physical: f32) -> f32 {
        ((physical - self.low) / (self.high - self.low) * 2.0 - 1.0).clamp(-1.0, 1.0)
    }
}

/// An action: its fields in order.
#[derive(Debug, PartialEq)]
pub struct ActionSpec {
    /// Stands in every policy file, for ever.
    pub id: &'static str,
    pub fields: &'static [Field],
}

/// Numbers of an action.
pub const ACTION_LEN: usize = 2;

/// The largest steering angle, radians: DeepRacer's 30°.
pub const MAX_STEERING_RAD: f32 = 30.0 / 180.0 * std::f32::consts::PI;
/// The speeds that may be commanded, m/s: DeepRacer's range.
pub const SPEED_RANGE_MPS: [f32; 2] = [0.1, 4.0];

/// Steering angle and speed, each continuous. Both are commands: the servo and the motor follow at their own pace.
pub static CONTINUOUS_V1: ActionSpec = ActionSpec {
    id: "continuous-v1",
    fields: &[
        Field {
            name: "steering",
            unit: "rad",
            low: -MAX_STEERING_RAD,
            high: MAX_STEERING_RAD,
            meaning: "commanded angle of the front wheels; + left",
        },
        Field {
            name: "speed",
            unit: "m/s",
            low: SPEED_RANGE_MPS[0],
            high: SPEED_RANGE_MPS[1],
            meaning: "commanded speed along the car's axis",
        },
    ],
};

/// The number that the car acts on: `raw` clamped to [−1, 1]; a network that overflowed to NaN gets 0.
pub fn clamp(raw: f32) -> f32 {
    if raw.is_nan() { 0.0 } else { raw.clamp(-1.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_map_linearly_to_the_range() {
        let [steering, speed] = [CONTINUOUS_V1.fields[0], CONTINUOUS_V1.fields[1]];
        assert_eq!(steering.physical(1.0), MAX_STEERING_RAD);
        assert_eq!(steering.physical(0.0), 0.0);
        assert_eq!(speed.physical(-1.0), 0.1);
        // (0.1 + 4.0) / 2
        assert_eq!(speed.physical(0.0), 2.05);
        assert_eq!(speed.physical(1.0), 4.0);
        assert_eq!([0.1, 4.0, 9.0].map(|mps| speed.number(mps)), [-1.0, 1.0, 1.0]);
        assert!(speed.number(2.05).abs() < 1e-6);
    }

    #[test]
    fn whatever_a_network_says_becomes_a_number_in_range() {
        let cases = [(0.5, 0.5), (7.0, 1.0), (-7.0, -1.0), (f32::INFINITY, 1.0), (f32::NAN, 0.0)];
        for (raw, acted) in cases {
            assert_eq!(clamp(raw), acted, "{raw}");
        }
    }
}
