//! Lists of actions as DeepRacer makes them: so many angles, so many speeds, each with each.

use sim_spec::{
    ActionSpace,
    action::{MAX_STEERING_RAD, SPEED_RANGE_MPS},
};

/// `angles` angles evenly from the largest on the right to the largest on the left, with `speeds` speeds evenly from a
/// `speeds`th of the highest to the highest.
pub fn grid(angles: usize, speeds: usize) -> ActionSpace {
    let angle = |index: usize| match angles {
        1 => 0.0,
        _ => MAX_STEERING_RAD * (2.0 * index as f32 / (angles - 1) as f32 - 1.0),
    };
    let speed = |index: usize| SPEED_RANGE_MPS[1] * (index + 1) as f32 / speeds as f32;
    let each = (0..angles).flat_map(|a| (0..speeds).map(move |s| [angle(a), speed(s)]));
    ActionSpace::Discrete { actions: each.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_angles_by_two_speeds() {
        let most = MAX_STEERING_RAD;
        let expected = [[-most, 2.0], [-most, 4.0], [0.0, 2.0], [0.0, 4.0], [most, 2.0], [most, 4.0]];
        assert_eq!(grid(3, 2), ActionSpace::Discrete { actions: expected.to_vec() });
    }
}
