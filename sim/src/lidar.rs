//! The lidar: distances from the car's middle to the borders of the road and to what stands on it.
//!
//! A border stops a beam as a wall would, from either side. Inside the road a beam is followed from cross-section to
//! cross-section until it leaves through a border: a step costs two products, so a scan costs little more than the
//! road that it sees.

use crate::{
    obstacle::Obstacle,
    road::{Place, Road},
};
use rapier2d::math::Vector;
use sim_spec::observation::BEAMS;

/// Shortest and longest distance that is measured, metres (DeepRacer's). Nearer reads as the shortest, nothing as the
/// longest.
pub const RANGE_M: [f32; 2] = [0.15, 12.0];
/// Angle between the first beam, on the left, and the last, on the right: 300°, DeepRacer's ± 2.618 rad.
pub const FIELD_RAD: f32 = 300.0 / 180.0 * std::f32::consts::PI;

/// The beams of a lidar.
#[derive(Debug, Clone)]
pub struct Lidar {
    /// Unit vectors in the car's frame, from left to right.
    beams: [Vector; BEAMS],
}

impl Default for Lidar {
    fn default() -> Self {
        let beam = |index: usize| {
            let (sin, cos) = libm::sincosf(FIELD_RAD * (0.5 - index as f32 / (BEAMS - 1) as f32));
            Vector::new(cos, sin)
        };
        Self { beams: std::array::from_fn(beam) }
    }
}

impl Lidar {
    /// Where the beams point in the car's frame, unit vectors from left to right.
    pub fn beams(&self) -> &[Vector; BEAMS] {
        &self.beams
    }

    /// Fills `ranges` (`[BEAMS]`) with the distances, metres, from left to right, that a lidar at `position` measures which
    /// looks along `nose` (a unit vector). `place` is where it is on the road.
    pub fn scan(
        &self,
        road: &Road,
        position: Vector,
        nose: Vector,
        place: Place,
        obstacles: &[Obstacle],
        ranges: &mut [f32],
    ) {
        let [shortest_m, longest_m] = RANGE_M;
        let inside = road.segment_around(position, place.segment);
        for (range, beam) in ranges.iter_mut().zip(&self.beams) {
            let direction = nose * beam.x + nose.perp() * beam.y;
            let to_border = match inside {
                Some(segment) => road.border_from_inside(segment, position, direction, longest_m),
                None => road.border_from_anywhere(position, direction),
            };
            let to_obstacle = obstacles.iter().map(|obstacle| way_to(obstacle, position, direction));
            *range = to_obstacle.fold(to_border, f32::min).clamp(shortest_m, longest_m);
        }
    }
}

/// Way from `position` along `direction` to an obstacle, metres; infinite if it is not met.
fn way_to(obstacle: &Obstacle, position: Vector, direction: Vector) -> f32 {
    let apart = obstacle.centre - position;
    let axes = [obstacle.axis, obstacle.axis.perp()];
    let (mut enters, mut leaves) = (0.0_f32, f32::INFINITY);
    // Between two pairs of parallel lines.
    for (axis, half_m) in axes.into_iter().zip(obstacle.half_size_m) {
        let [distance, speed] = [apart.dot(axis), direction.dot(axis)];
        if speed == 0.0 {
            if distance.abs() > half_m {
                return f32::INFINITY;
            }
            continue;
        }
        let [one, other] = [(distance - half_m) / speed, (distance + half_m) / speed];
        enters = enters.max(one.min(other));
        leaves = leaves.min(one.max(other));
    }
    if enters <= leaves { enters } else { f32::INFINITY }
}

impl Road {
    /// The segment whose piece of road `point` lies in: of `near` and its neighbours.
    fn segment_around(&self, point: Vector, near: usize) -> Option<usize> {
        let count = self.segments();
        [near, (near + 1) % count, (near + count - 1) % count].into_iter().find(|segment| self.is_in(*segment, point))
    }

    /// Way to the border from a position inside `segment`, metres; at least `longest_m` means none is near.
    ///
    /// The beam leaves each piece of road through a border or through a cross-section into the next piece. Which, says on
    /// which side of the beam the next cross-section's ends lie.
    fn border_from_inside(&self, segment: usize, position: Vector, direction: Vector, longest_m: f32) -> f32 {
        let count = self.segments();
        // Positive if a point lies left of the beam.
        let side = |point: Vector| direction.perp_dot(point - position);
        let [mut left, mut right] = self.cross_section(segment);
        let [next_left, next_right] = self.cross_section((segment + 1) % count);
        // Does it go on along the road, or back? It leaves forwards if the far ends lie on both sides and ahead.
        let crosses_far = side(next_left) >= 0.0 && side(next_right) <= 0.0;
        let crosses_near = side(left) <= 0.0 && side(right) >= 0.0;
        if !crosses_far && !crosses_near {
            let to_left = way_to_piece(position, direction, left, next_left);
            return to_left.min(way_to_piece(position, direction, right, next_right));
        }
        let step = if crosses_far { 1 } else { count - 1 };
        let mut at = if crosses_far { (segment + 1) % count } else { segment };
        [left, right] = self.cross_section(at);
        for _ in 0..count {
            at = (at + step) % count;
            let [next_left, next_right] = self.cross_section(at);
            // Looking back, left and right are swapped.
            let [left_side, right_side] = [side(next_left), side(next_right)];
            let leaves_left = if crosses_far { left_side < 0.0 } else { left_side > 0.0 };
            let leaves_right = if crosses_far { right_side > 0.0 } else { right_side < 0.0 };
            if leaves_left || leaves_right {
                let to_left =
                    if leaves_left { way_to_piece(position, direction, left, next_left) } else { f32::INFINITY };
                let to_right =
                    if leaves_right { way_to_piece(position, direction, right, next_right) } else { f32::INFINITY };
                return to_left.min(to_right);
            }
            [left, right] = [next_left, next_right];
            // Both ends are further than anything that is measured, and the beam passes between them.
            if (left - position).dot(direction).min((right - position).dot(direction)) > longest_m {
                break;
            }
        }
        longest_m
    }

    /// Way to the nearest piece of any border, metres: slow, and right everywhere.
    fn border_from_anywhere(&self, position: Vector, direction: Vector) -> f32 {
        let count = self.segments();
        let pieces = (0..count).flat_map(|segment| {
            let [left, right] = self.cross_section(segment);
            let [next_left, next_right] = self.cross_section((segment + 1) % count);
            [[left, next_left], [right, next_right]]
        });
        pieces.map(|[from, to]| way_to_piece(position, direction, from, to)).fold(f32::INFINITY, f32::min)
    }
}

/// Way from `position` along `direction` to the piece of a line between two points, metres; infinite if it is not met.
fn way_to_piece(position: Vector, direction: Vector, from: Vector, to: Vector) -> f32 {
    let [piece, apart] = [to - from, from - position];
    let crossing = direction.perp_dot(piece);
    if crossing == 0.0 {
        return f32::INFINITY;
    }
    let way = apart.perp_dot(piece) / crossing;
    let share = apart.perp_dot(direction) / crossing;
    if way >= 0.0 && (0.0..=1.0).contains(&share) { way } else { f32::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obstacle::ObstacleKind;
    use rand_pcg::{
        Pcg32,
        rand_core::{Rng, SeedableRng},
    };
    use sim_spec::{Station, Track, builtin_tracks, track_generator};

    fn ring() -> Road {
        let at = |index: usize, radius: f64| {
            let angle = std::f64::consts::TAU * index as f64 / 200.0;
            [radius * angle.cos(), radius * angle.sin()]
        };
        let station = |index| Station { centre: at(index, 4.0), inner: at(index, 3.5), outer: at(index, 4.5) };
        Road::new(&Track::new("ring", "Ring", (0..200).map(station).collect()).expect("a track"))
    }

    fn standing(centre: Vector) -> Obstacle {
        let half_size_m = Obstacle::BOX_HALF_SIZE_M;
        Obstacle { kind: ObstacleKind::Box, centre, axis: Vector::X, half_size_m, height_m: Obstacle::BOX_HEIGHT_M }
    }

    #[test]
    fn on_a_ring_the_borders_are_where_circles_say() {
        let road = ring();
        let position = Vector::new(4.0, 0.0);
        let mut ranges = [0.0; BEAMS];
        Lidar::default().scan(&road, position, Vector::Y, road.at(0.0), &[], &mut ranges);
        // Straight ahead lies between the two middle beams: √(4.5² − 4²) = 2.06 m to the outer border.
        let ahead_m = (ranges[31] + ranges[32]) / 2.0;
        assert!((ahead_m - 2.06).abs() < 0.05, "{ahead_m}");
        // Half a metre to either side, at 90° of 150°: 12.6 beams from the first.
        assert!((ranges[13] - 0.5).abs() < 0.02 && (ranges[50] - 0.5).abs() < 0.02, "{ranges:?}");
    }

    #[test]
    fn a_box_ahead_is_as_far_as_its_front() {
        let road = ring();
        let mut ranges = [0.0; BEAMS];
        let obstacle = Obstacle { axis: Vector::Y, ..standing(Vector::new(4.0, 1.0)) };
        Lidar::default().scan(&road, Vector::new(4.0, 0.0), Vector::Y, road.at(0.0), &[obstacle], &mut ranges);
        // Its half length of 0.2 m: 0.8 m, and a little more at 2.4° aside.
        assert!((ranges[31] - 0.8).abs() < 0.001 && (ranges[32] - 0.8).abs() < 0.001, "{}", ranges[31]);
        // Nearer than can be measured.
        let obstacle = standing(Vector::new(4.0, 0.3));
        Lidar::default().scan(&road, Vector::new(4.0, 0.0), Vector::Y, road.at(0.0), &[obstacle], &mut ranges);
        assert_eq!(ranges[31], 0.15);
    }

    /// Following a beam through the road gives what looking at every piece of border gives, from places all over many
    /// tracks.
    #[test]
    fn following_a_beam_finds_what_a_search_finds() {
        let built_in = builtin_tracks::names().into_iter().filter_map(builtin_tracks::find);
        let tracks: Vec<Track> = built_in.chain((0..20).map(track_generator::generate)).collect();
        let mut rng = Pcg32::seed_from_u64(1);
        let mut uniform = |low: f32, high: f32| low + rng.next_u32() as f32 / u32::MAX as f32 * (high - low);
        let lidar = Lidar::default();
        for track in tracks {
            let road = Road::new(&track);
            for _ in 0..60 {
                let place = road.at(uniform(0.0, road.length_m()));
                let [left, right] = road.half_widths(place);
                let aside_m = uniform(-1.2 * right, 1.2 * left);
                let position = road.centre(place) + road.tangent(place).perp() * aside_m;
                let (sin, cos) = libm::sincosf(uniform(-3.0, 3.0));
                let mut ranges = [0.0; BEAMS];
                lidar.scan(&road, position, Vector::new(cos, sin), place, &[], &mut ranges);
                for (range, beam) in ranges.iter().zip(&lidar.beams) {
                    let direction = Vector::new(cos, sin) * beam.x + Vector::new(cos, sin).perp() * beam.y;
                    let [shortest_m, longest_m] = RANGE_M;
                    let searched = road.border_from_anywhere(position, direction).clamp(shortest_m, longest_m);
                    assert!((range - searched).abs() < 1e-3, "{} at {place:?}: {range}, not {searched}", track.name());
                }
            }
        }
    }
}
