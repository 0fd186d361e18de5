//! The road: a track prepared for the questions that a race asks sixty times a second.

use rapier2d::math::Vector;
use sim_spec::{Station, Track};

/// How far to each side of a point's segment its quadrilateral is looked for: borders lean, so that a point may lie in
/// the road of the next segment.
const NEIGHBOURS: isize = 1;

/// A closed road between two borders, in single precision.
///
/// Segment i runs along the centre line from station i to the next. Progress along the centre line is `s`, from 0 at
/// the start line to the length of the lap.
#[derive(Debug, Clone)]
pub struct Road {
    centre: Vec<Vector>,
    left: Vec<Vector>,
    right: Vec<Vector>,
    /// Unit vectors along the segments.
    direction: Vec<Vector>,
    /// Unit vectors of driving at the stations: the mean of the segments that meet there.
    tangent: Vec<Vector>,
    /// s at the stations, and the lap's length behind the last.
    s_m: Vec<f32>,
    /// Curvature at the stations, 1/m, + left.
    curvature: Vec<f32>,
}

/// A point seen from the road.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Place {
    /// The segment that the point is beside.
    pub segment: usize,
    /// Share of the segment behind the point, 0 to 1.
    pub along: f32,
    /// Progress along the centre line, metres, from 0 to the lap's length.
    pub s_m: f32,
    /// Distance from the centre line, metres, + left.
    pub lateral_m: f32,
}

impl Road {
    pub fn new(track: &Track) -> Self {
        let mut stations = track.stations().to_vec();
        // Route files repeat points; a segment without length, measured in single precision, has no direction.
        let is_same_point = |one: &Station, other: &Station| vector(one.centre) == vector(other.centre);
        stations.dedup_by(|next, here| is_same_point(next, here));
        // Driven in reverse, a repeated first point stands at the end.
        while stations.len() > 1 && is_same_point(&stations[stations.len() - 1], &stations[0]) {
            stations.pop();
        }
        let points =
            |pick: fn(&Station) -> [f64; 2]| -> Vec<Vector> { stations.iter().map(pick).map(vector).collect() };
        let [centre, inner, outer] = [points(|s| s.centre), points(|s| s.inner), points(|s| s.outer)];
        let is_counter_clockwise = enclosed_area(&centre) > 0.0;
        let (left, right) = if is_counter_clockwise { (inner, outer) } else { (outer, inner) };
        let count = centre.len();
        let next = |index: usize| (index + 1) % count;
        let previous = |index: usize| (index + count - 1) % count;
        let way = |index: usize| centre[next(index)] - centre[index];
        let direction: Vec<_> = (0..count).map(|index| way(index).normalize()).collect();
        let tangent = (0..count).map(|index| (direction[previous(index)] + direction[index]).normalize()).collect();
        let mut s_m = vec![0.0];
        s_m.extend((0..count).scan(0.0, |s_m, index| {
            *s_m += way(index).length();
            Some(*s_m)
        }));
        // The turn between two segments, spread over half of each.
        let turn = |index: usize| libm::asinf(direction[previous(index)].perp_dot(direction[index]).clamp(-1.0, 1.0));
        let half_lengths = |index: usize| (way(previous(index)).length() + way(index).length()) * 0.5;
        let curvature = (0..count).map(|index| turn(index) / half_lengths(index)).collect();
        Self { centre, left, right, direction, tangent, s_m, curvature }
    }

    /// Length of a lap along the centre line, metres.
    pub fn length_m(&self) -> f32 {
        self.s_m[self.centre.len()]
    }

    /// The points of the centre line in the order of driving; the first is not repeated at the end.
    pub fn waypoints(&self) -> &[Vector] {
        &self.centre
    }

    /// The place of `point`, wherever on the track it is: beside the nearest part of the centre line. Looks at all of it;
    /// [`Road::locate`] follows a point that moves.
    pub fn nearest(&self, point: Vector) -> Place {
        let beside = |segment: usize| {
            let along = self.share_of(segment, point).clamp(0.0, 1.0);
            point.distance_squared(self.centre(Place { segment, along, ..Place::default() }))
        };
        let nearest = (0..self.segments()).min_by(|one, other| beside(*one).total_cmp(&beside(*other)));
        self.locate(point, nearest.expect("a track has stations"))
    }

    /// The place of `point`, looked for from segment `near` on. A point that moves is followed without ever jumping to
    /// another part of the track that happens to be close.
    pub fn locate(&self, point: Vector, near: usize) -> Place {
        let count = self.centre.len();
        let mut segment = near;
        let mut went_back = false;
        // A walk round the whole track ends, whatever the borders look like.
        for _ in 0..count {
            let share = self.share_of(segment, point);
            if share > 1.0 && !went_back {
                segment = self.after(segment);
            } else if share < 0.0 {
                segment = self.before(segment);
                went_back = true;
            } else {
                break;
            }
        }
        let along = self.share_of(segment, point).clamp(0.0, 1.0);
        let s_m = self.s_m[segment] + along * (self.s_m[segment + 1] - self.s_m[segment]);
        let lateral_m = self.direction[segment].perp_dot(point - self.centre[segment]);
        Place { segment, along, s_m, lateral_m }
    }

    /// The place on the centre line at `s_m`, which may lie beyond the lap.
    pub fn at(&self, s_m: f32) -> Place {
        let length_m = self.length_m();
        let s_m = s_m - libm::floorf(s_m / length_m) * length_m;
        let segment = self.s_m.partition_point(|start| *start <= s_m).clamp(1, self.centre.len()) - 1;
        let along = (s_m - self.s_m[segment]) / (self.s_m[segment + 1] - self.s_m[segment]);
        Place { segment, along: along.clamp(0.0, 1.0), s_m, lateral_m: 0.0 }
    }

    /// A difference of two places' progress, as the shorter way round the track, metres.
    pub fn shortest_way(&self, difference_m: f32) -> f32 {
        let length_m = self.length_m();
        if difference_m > length_m * 0.5 {
            difference_m - length_m
        } else if difference_m < -length_m * 0.5 {
            difference_m + length_m
        } else {
            difference_m
        }
    }

    /// The place on the centre line `distance_m` ahead of `place`. Walks from segment to segment, which for the few
    /// metres that a policy looks ahead is quicker than a search.
    pub fn ahead(&self, place: Place, distance_m: f32) -> Place {
        let mut segment = place.segment;
        let mut rest_m = place.s_m - self.s_m[segment] + distance_m;
        loop {
            let length_m = self.s_m[segment + 1] - self.s_m[segment];
            if rest_m <= length_m {
                let along = rest_m / length_m;
                return Place { segment, along, s_m: self.s_m[segment] + rest_m, lateral_m: 0.0 };
            }
            rest_m -= length_m;
            segment = self.after(segment);
        }
    }

    /// The point of the centre line at a place.
    pub fn centre(&self, place: Place) -> Vector {
        let next = self.after(place.segment);
        self.centre[place.segment].lerp(self.centre[next], place.along)
    }

    /// The unit vector of driving at a place, turning evenly between stations.
    pub fn tangent(&self, place: Place) -> Vector {
        let next = self.after(place.segment);
        self.tangent[place.segment].lerp(self.tangent[next], place.along).normalize()
    }

    /// Curvature of the centre line at a place, 1/m, + left.
    pub fn curvature(&self, place: Place) -> f32 {
        let next = self.after(place.segment);
        lerp(self.curvature[place.segment], self.curvature[next], place.along)
    }

    /// Distance from the centre line to the left and to the right border at a place, metres.
    pub fn half_widths(&self, place: Place) -> [f32; 2] {
        let next = self.after(place.segment);
        let centre = self.centre(place);
        [&self.left, &self.right].map(|border| border[place.segment].lerp(border[next], place.along).distance(centre))
    }

    /// Whether `point`, which lies near segment `near`, is on the road: inside the quadrilateral between two stations.
    pub fn contains(&self, point: Vector, near: usize) -> bool {
        let count = self.centre.len() as isize;
        let segment = self.locate(point, near).segment as isize;
        (-NEIGHBOURS..=NEIGHBOURS).any(|offset| self.is_in((segment + offset).rem_euclid(count) as usize, point))
    }

    /// The segment after another. A comparison, since a division would cost more than all that is asked of the segment.
    pub fn after(&self, segment: usize) -> usize {
        if segment + 1 == self.centre.len() { 0 } else { segment + 1 }
    }

    /// The segment before another.
    pub(crate) fn before(&self, segment: usize) -> usize {
        if segment == 0 { self.centre.len() - 1 } else { segment - 1 }
    }

    /// Number of segments, and of cross-sections.
    pub(crate) fn segments(&self) -> usize {
        self.centre.len()
    }

    /// The centre line's point at the beginning of a segment.
    pub(crate) fn station(&self, segment: usize) -> Vector {
        self.centre[segment]
    }

    /// Progress at the beginning of a segment, metres.
    pub(crate) fn s_of(&self, segment: usize) -> f32 {
        self.s_m[segment]
    }

    /// The road's left and right end at the beginning of a segment.
    pub(crate) fn cross_section(&self, segment: usize) -> [Vector; 2] {
        [self.left[segment], self.right[segment]]
    }

    /// Whether `point` lies in the piece of road of a segment.
    pub(crate) fn is_in(&self, segment: usize, point: Vector) -> bool {
        let next = self.after(segment);
        is_inside([self.left[segment], self.left[next], self.right[next], self.right[segment]], point)
    }

    /// Share of `segment` that lies behind `point`; below 0 or above 1 if the point is beside another one.
    fn share_of(&self, segment: usize, point: Vector) -> f32 {
        let length_m = self.s_m[segment + 1] - self.s_m[segment];
        self.direction[segment].dot(point - self.centre[segment]) / length_m
    }
}

fn vector([x, y]: [f64; 2]) -> Vector {
    Vector::new(x as f32, y as f32)
}

/// Twice the signed area of a closed line, positive if it runs counter-clockwise.
fn enclosed_area(line: &[Vector]) -> f32 {
    let next = line.iter().cycle().skip(1);
    line.iter().zip(next).map(|(here, next)| here.perp_dot(*next)).sum()
}

/// Whether `point` lies in a quadrilateral: a ray to the right crosses its edges an odd number of times.
fn is_inside(corners: [Vector; 4], point: Vector) -> bool {
    let mut inside = false;
    let mut from = corners[3];
    for to in corners {
        if (from.y > point.y) != (to.y > point.y) {
            let x = from.x + (point.y - from.y) / (to.y - from.y) * (to.x - from.x);
            inside ^= point.x < x;
        }
        from = to;
    }
    inside
}

fn lerp(from: f32, to: f32, share: f32) -> f32 {
    from + (to - from) * share
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::Direction;
    use std::f64::consts::TAU;

    /// A ring of radius 2 m with a road 1 m wide, driven counter-clockwise from (2, 0), or clockwise.
    fn ring(turn: f64) -> Road {
        let at = |index: usize, radius: f64| {
            let angle = turn * TAU * index as f64 / 100.0;
            [radius * angle.cos(), radius * angle.sin()]
        };
        let station = |index| Station { centre: at(index, 2.0), inner: at(index, 1.5), outer: at(index, 2.5) };
        Road::new(&Track::new("ring", "Ring", (0..100).map(station).collect()).expect("a track"))
    }

    #[test]
    fn a_ring_has_the_curvature_of_its_circle() {
        for (turn, curvature) in [(1.0, 0.5), (-1.0, -0.5)] {
            let road = ring(turn);
            let place = road.at(5.0);
            assert!((road.curvature(place) - curvature).abs() < 1e-3);
            assert!((road.length_m() - 4.0 * std::f32::consts::PI).abs() < 0.01);
        }
    }

    #[test]
    fn repeated_stations_leave_no_segment_without_a_direction() {
        let track = sim_spec::builtin_tracks::find("harbour").expect("a built-in track");
        let mut stations = track.stations().to_vec();
        // Route files repeat points, and so closely that single precision cannot tell them apart.
        let mut nearly = stations[9];
        nearly.centre[0] += 1e-12;
        stations.insert(10, nearly);
        stations.insert(0, stations[0]);
        let repeated = Track::new("repeated", "Repeated", stations).expect("a track");
        for direction in [Direction::Forward, Direction::Reverse] {
            let [road, plain] = [&repeated, &track].map(|track| Road::new(&track.driven(direction)));
            assert_eq!(road.s_m, plain.s_m, "{direction:?}");
            assert!(road.tangent.iter().all(|tangent| tangent.is_finite()), "{direction:?}");
        }
    }

    #[test]
    fn left_is_left_in_both_directions() {
        // Near (2, 0): inside the ring is left of driving counter-clockwise, and right of driving clockwise.
        let point = Vector::new(1.8, 0.01);
        assert!((ring(1.0).locate(point, 0).lateral_m - 0.2).abs() < 0.01);
        assert!((ring(-1.0).locate(point, 0).lateral_m + 0.2).abs() < 0.01);
    }

    #[test]
    fn a_point_is_found_from_any_segment() {
        let road = ring(1.0);
        for s_m in [0.0_f32, 0.01, 3.3, 12.5] {
            let point = road.centre(road.at(s_m));
            let there = road.at(s_m).segment;
            for away in 0..20 {
                let place = road.locate(point, (there + 90 + away) % 100);
                assert!((place.s_m - s_m).abs() < 1e-3 && place.lateral_m.abs() < 1e-3, "{s_m} {place:?}");
            }
        }
    }

    #[test]
    fn the_nearest_place_needs_no_hint() {
        let road = ring(1.0);
        assert_eq!(road.waypoints().len(), 100);
        for s_m in [0.0_f32, 3.3, 12.5] {
            let place = road.at(s_m);
            let point = road.centre(place) + road.tangent(place).perp() * 0.3;
            let found = road.nearest(point);
            assert!((found.s_m - s_m).abs() < 0.02 && (found.lateral_m - 0.3).abs() < 0.01, "{s_m} {found:?}");
        }
    }

    #[test]
    fn the_road_ends_at_its_borders() {
        let road = ring(1.0);
        for (radius, inside) in [(1.45, false), (1.55, true), (2.0, true), (2.45, true), (2.55, false)] {
            assert_eq!(road.contains(Vector::new(radius, 0.02), 3), inside, "{radius}");
        }
    }

    #[test]
    fn half_widths_lead_to_the_borders() {
        let road = ring(1.0);
        let [left, right] = road.half_widths(road.at(1.0));
        assert!((left - 0.5).abs() < 1e-3 && (right - 0.5).abs() < 1e-3);
    }
}
