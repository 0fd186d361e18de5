//! What is on the road besides the car that looks at it: boxes, bots, other cars. Rectangles on the ground.

use rapier2d::math::Vector;

/// What an obstacle is. A camera shows them differently; the rules treat them alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObstacleKind {
    /// A cardboard box that stands.
    Box,
    /// A car, driven by a bot or by a policy.
    Car,
}

/// A rectangle on the ground with a height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Obstacle {
    pub kind: ObstacleKind,
    /// Its middle, metres.
    pub centre: Vector,
    /// Where its length points, as a unit vector; a car's nose.
    pub axis: Vector,
    /// Half of its length and half of its width, metres.
    pub half_size_m: [f32; 2],
    /// Height above the ground, metres.
    pub height_m: f32,
}

impl Obstacle {
    /// Half of a box's size along and across the road, metres: DeepRacer's footprint of 0.4 × 0.5.
    pub const BOX_HALF_SIZE_M: [f32; 2] = [0.2, 0.25];
    /// Height of a box, metres.
    pub const BOX_HEIGHT_M: f32 = 0.4;
    /// Half of a car's length and width, metres: DeepRacer's footprint of 0.324 × 0.196.
    pub const CAR_HALF_SIZE_M: [f32; 2] = [0.162, 0.098];
    /// Height of a car, metres.
    pub const CAR_HEIGHT_M: f32 = 0.13;

    /// The corners, counter-clockwise from the front left, metres.
    pub fn corners(&self) -> [Vector; 4] {
        let [length, width] = self.half_size_m;
        let [ahead, left] = [self.axis * length, self.axis.perp() * width];
        [ahead + left, left - ahead, -ahead - left, ahead - left].map(|corner| self.centre + corner)
    }

    /// Whether two rectangles share a point: no line along an edge of either separates them.
    pub fn overlaps(&self, other: &Self) -> bool {
        let apart = other.centre - self.centre;
        let reach = |rectangle: &Self, along: Vector| {
            let [length, width] = rectangle.half_size_m;
            length * rectangle.axis.dot(along).abs() + width * rectangle.axis.perp_dot(along).abs()
        };
        let separates = |along: Vector| apart.dot(along).abs() > reach(self, along) + reach(other, along);
        ![self.axis, self.axis.perp(), other.axis, other.axis.perp()].into_iter().any(separates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn car(x: f32, y: f32, heading_rad: f32) -> Obstacle {
        Obstacle {
            kind: ObstacleKind::Car,
            centre: Vector::new(x, y),
            axis: Vector::new(heading_rad.cos(), heading_rad.sin()),
            half_size_m: [0.2, 0.1],
            height_m: Obstacle::CAR_HEIGHT_M,
        }
    }

    #[test]
    fn rectangles_overlap_where_they_share_a_point() {
        let here = car(0.0, 0.0, 0.0);
        // Nose to tail at 0.4 m; side by side at 0.2 m; across each other, 0.2 + 0.1 m.
        let cases = [
            (car(0.39, 0.0, 0.0), true),
            (car(0.41, 0.0, 0.0), false),
            (car(0.0, 0.19, 0.0), true),
            (car(0.0, 0.21, 0.0), false),
            (car(0.29, 0.0, std::f32::consts::FRAC_PI_2), true),
            (car(0.31, 0.0, std::f32::consts::FRAC_PI_2), false),
            // Turned by 45°, it reaches 0.3 / √2 = 0.212 m along either axis, but its corner passes beside ours.
            (car(0.41, 0.0, std::f32::consts::FRAC_PI_4), true),
            (car(0.37, 0.27, std::f32::consts::FRAC_PI_4), false),
        ];
        for (there, overlap) in cases {
            assert_eq!(here.overlaps(&there), overlap, "{there:?}");
            assert_eq!(there.overlaps(&here), overlap, "{there:?}");
        }
    }

    #[test]
    fn corners_go_round_counter_clockwise() {
        let [front_left, rear_left, rear_right, _] = car(1.0, 2.0, 0.0).corners();
        assert_eq!(
            [front_left, rear_left, rear_right].map(|corner| corner.to_array()),
            [[1.2, 2.1], [0.8, 2.1], [0.8, 1.9]]
        );
    }
}
