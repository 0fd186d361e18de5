//! What a network's outputs mean: the actions that a policy chose to have.
//!
//! A race always takes the two numbers of [`CONTINUOUS_V1`]. A policy may use less than its whole range (a learner that
//! cannot drive at 4 m/s need not find out), or choose among a few fixed actions, as DeepRacer's first policies did.

use crate::{
    action::{ACTION_LEN, CONTINUOUS_V1, Field, MAX_STEERING_RAD, SPEED_RANGE_MPS, clamp},
    limits::{MAX_ACTIONS, MIN_ACTIONS},
};
use serde::{Deserialize, Serialize};

/// How the numbers that a network gives become an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ActionSpace {
    /// Two outputs; [−1, 1] of each is mapped linearly to `[low, high]`.
    Continuous {
        /// Radians, + left.
        steering_rad: [f32; 2],
        /// m/s.
        speed_mps: [f32; 2],
    },
    /// One output per action; the largest wins, the first of equals.
    Discrete {
        /// `[steering_rad, speed_mps]` of each.
        actions: Vec<[f32; ACTION_LEN]>,
    },
}

/// Angles may lie this far beyond the largest one, radians: 30 degrees made radians in another way end in another digit.
const ROUNDING_RAD: f32 = 1e-6;

/// Why these are not actions that a policy may have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ActionError {
    #[error("{0} actions to choose from; a policy has {MIN_ACTIONS} to {MAX_ACTIONS}")]
    Count(usize),
    #[error("a steering angle of {0} rad; it lies within ±{MAX_STEERING_RAD} rad (30 degrees)")]
    Steering(f32),
    #[error("a speed of {0} m/s; it lies within {low} to {high} m/s", low = SPEED_RANGE_MPS[0], high = SPEED_RANGE_MPS[1])]
    Speed(f32),
    #[error("the range {0} to {1} is upside down: the smaller number stands first")]
    UpsideDown(f32, f32),
}

impl ActionError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Count(_) => "policy_action_count",
            Self::Steering(_) | Self::Speed(_) | Self::UpsideDown(..) => "policy_action_range",
        }
    }
}

impl ActionSpace {
    /// All that the car can do, continuously: [`CONTINUOUS_V1`] itself.
    pub fn full() -> Self {
        Self::Continuous { steering_rad: [-MAX_STEERING_RAD, MAX_STEERING_RAD], speed_mps: SPEED_RANGE_MPS }
    }

    /// Stands in the policy's file. The meaning of an id never changes.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Discrete { .. } => "discrete-v1",
            Self::Continuous { .. } if *self == Self::full() => CONTINUOUS_V1.id,
            Self::Continuous { .. } => "ranges-v1",
        }
    }

    /// Numbers that the network gives.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Continuous { .. } => ACTION_LEN,
            Self::Discrete { actions } => actions.len(),
        }
    }

    /// The two numbers in [−1, 1] of [`CONTINUOUS_V1`] that a network's raw `outputs` stand for.
    pub fn act(&self, outputs: &[f32]) -> [f32; ACTION_LEN] {
        match self {
            Self::Continuous { steering_rad, speed_mps } => {
                let [steering, speed] = fields();
                [within(steering, *steering_rad, clamp(outputs[0])), within(speed, *speed_mps, clamp(outputs[1]))]
            }
            Self::Discrete { .. } => self.numbers_of(first_largest(outputs)),
        }
    }

    /// The two numbers of the discrete action `index`, which is one of them.
    pub fn numbers_of(&self, index: usize) -> [f32; ACTION_LEN] {
        let actions = match self {
            Self::Continuous { .. } => &[],
            Self::Discrete { actions } => actions.as_slice(),
        };
        let [steering, speed] = fields();
        let [steering_rad, speed_mps] = actions[index];
        [steering.number(steering_rad), speed.number(speed_mps)]
    }

    /// Whether a policy may have these actions: 2 to 30 of them, angles and speeds that the car has, ranges in order.
    pub fn check(&self) -> Result<(), ActionError> {
        match self {
            Self::Continuous { steering_rad, speed_mps } => {
                for [low, high] in [*steering_rad, *speed_mps] {
                    if low > high {
                        return Err(ActionError::UpsideDown(low, high));
                    }
                }
                steering_rad.iter().try_for_each(|angle| check_steering(*angle))?;
                speed_mps.iter().try_for_each(|speed| check_speed(*speed))
            }
            Self::Discrete { actions } if !(MIN_ACTIONS..=MAX_ACTIONS).contains(&actions.len()) => {
                Err(ActionError::Count(actions.len()))
            }
            Self::Discrete { actions } => actions.iter().try_for_each(|[steering_rad, speed_mps]| {
                check_steering(*steering_rad)?;
                check_speed(*speed_mps)
            }),
        }
    }
}

fn fields() -> [&'static Field; ACTION_LEN] {
    [&CONTINUOUS_V1.fields[0], &CONTINUOUS_V1.fields[1]]
}

/// The number of `field` that `number` of the narrower `range` stands for.
fn within(field: &Field, range: [f32; 2], number: f32) -> f32 {
    let [low, high] = range.map(|end| field.number(end));
    if [low, high] == [-1.0, 1.0] {
        // The same to the bit: a race of version 1 must not change.
        return number;
    }
    (0.5 * (low + high) + 0.5 * (high - low) * number).clamp(-1.0, 1.0)
}

/// A number that is not one is never the largest.
fn first_largest(outputs: &[f32]) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (index, output) in outputs.iter().enumerate() {
        if *output > best.1 {
            best = (index, *output);
        }
    }
    best.0
}

fn check_steering(angle_rad: f32) -> Result<(), ActionError> {
    if angle_rad.abs() <= MAX_STEERING_RAD + ROUNDING_RAD { Ok(()) } else { Err(ActionError::Steering(angle_rad)) }
}

fn check_speed(speed_mps: f32) -> Result<(), ActionError> {
    let [slowest, fastest] = SPEED_RANGE_MPS;
    if (slowest..=fastest).contains(&speed_mps) { Ok(()) } else { Err(ActionError::Speed(speed_mps)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_range_passes_every_bit_on() {
        for number in [-1.0, -0.0, 0.0, 1e-30, 0.3, 1.0_f32] {
            let acted = ActionSpace::full().act(&[number, number]);
            assert_eq!(acted.map(f32::to_bits), [number.to_bits(); 2], "{number}");
        }
        assert_eq!(ActionSpace::full().act(&[f32::NAN, -7.0]), [0.0, -1.0]);
        assert_eq!((ActionSpace::full().id(), ActionSpace::full().outputs()), ("continuous-v1", 2));
    }

    #[test]
    fn a_range_is_mapped_linearly() {
        let space = ActionSpace::Continuous { steering_rad: [-MAX_STEERING_RAD, 0.0], speed_mps: [1.075, 3.025] };
        assert_eq!(space.id(), "ranges-v1");
        space.check().expect("in range");
        // Steering: −1 to 0 in the numbers of the whole range. Speed: (1.075 − 0.1) / 3.9 · 2 − 1 = −0.5, and
        // (3.025 − 0.1) / 3.9 · 2 − 1 = 0.5.
        let cases = [([-1.0, -1.0], [-1.0, -0.5]), ([0.0, 0.0], [-0.5, 0.0]), ([9.0, 9.0], [0.0, 0.5])];
        for (outputs, expected) in cases {
            for (acted, expected) in space.act(&outputs).iter().zip(expected) {
                assert!((acted - expected).abs() < 1e-6, "{outputs:?}: {acted} instead of {expected}");
            }
        }
    }

    #[test]
    fn the_first_of_the_largest_outputs_chooses() {
        let space =
            ActionSpace::Discrete { actions: vec![[MAX_STEERING_RAD, 0.1], [0.0, 4.0], [-MAX_STEERING_RAD, 4.0]] };
        let [left, straight, right] = [[1.0, -1.0], [0.0, 1.0], [-1.0, 1.0]];
        let nan = f32::NAN;
        let cases = [
            ([0.5, 0.1, 0.2], left),
            ([0.1, 0.7, 0.7], straight),
            ([-3.0, -2.0, -1.0], right),
            ([nan, -1.0, -2.0], straight),
            ([nan, nan, nan], left),
        ];
        for (outputs, expected) in cases {
            assert_eq!(space.act(&outputs), expected, "{outputs:?}");
        }
        assert_eq!((space.id(), space.outputs()), ("discrete-v1", 3));
    }

    #[test]
    fn only_what_the_car_can_do_is_accepted() {
        let discrete = |count: usize| ActionSpace::Discrete { actions: vec![[0.0, 1.0]; count] };
        let ranges = |steering_rad, speed_mps| ActionSpace::Continuous { steering_rad, speed_mps };
        let most = 30.0_f32.to_radians();
        for fine in [discrete(2), discrete(30), ranges([-most, most], [1.0, 1.0]), ActionSpace::full()] {
            assert_eq!(fine.check(), Ok(()));
        }
        let cases = [
            (discrete(1), "policy_action_count"),
            (discrete(31), "policy_action_count"),
            (ranges([0.1, -0.1], [1.0, 2.0]), "policy_action_range"),
            (ranges([-0.6, 0.5], [1.0, 2.0]), "policy_action_range"),
            (ranges([-0.5, f32::NAN], [1.0, 2.0]), "policy_action_range"),
            (ranges([-0.5, 0.5], [0.0, 2.0]), "policy_action_range"),
            (ActionSpace::Discrete { actions: vec![[0.0, 1.0], [0.0, 4.5]] }, "policy_action_range"),
        ];
        for (space, code) in cases {
            assert_eq!(space.check().expect_err(code).code(), code, "{space:?}");
        }
    }
}
