//! A line round the track, the speed on it, and the search for the fastest.

use super::Limits;
use crate::road::{Place, Road};
use rapier2d::math::Vector;
use sim_spec::Track;

/// Distance between the points of a line along the centre line, metres, about.
const GAP_M: f64 = 0.15;
/// A curve is measured through points so many apart: over about a car's length, as the car itself feels it.
const BEND_POINTS: usize = 2;
/// No line is bent inwards so far that its points come closer than this share of the centre line's: a line must not
/// fold over itself where the road turns tightly.
const CLOSEST_SHARE: f64 = 0.25;
/// Lengths of the bumps by which a line is changed, metres, and how high they are: coarse first.
const BUMPS_M: [f64; 6] = [8.0, 5.0, 3.0, 1.8, 1.2, 0.8];
const STEPS_M: [f64; 4] = [0.2, 0.06, 0.02, 0.005];
/// A bump starts every so many parts of its length.
const BUMPS_OVERLAP: f64 = 4.0;
/// Sweeps with bumps of one length and height, at most.
const SWEEPS: usize = 6;
/// A sweep that gains less than this share of the lap is the last of its kind.
const WORTH_IT: f64 = 2e-5;
/// How often the best line is searched around again, at most, and the share of the lap that makes another time worth it.
const ROUNDS: usize = 8;
const WORTH_A_ROUND: f64 = 5e-4;
/// How often the first lines are relaxed.
const RELAXATIONS: usize = 3000;
/// Stiffness of the first lines, metres: a rubber band cuts corners over about this length. The stiffest uses the whole
/// road to bend as little as it can, the softest is nearly the shortest way.
const STIFFNESSES_M: [f64; 4] = [20.0, 2.0, 1.0, 0.5];

/// A point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinePoint {
    /// Progress along the centre line, metres.
    pub s_m: f64,
    /// Distance from the centre line, metres, + left.
    pub lateral_m: f64,
    pub position: [f64; 2],
    /// Of the line itself, 1/m, + left.
    pub curvature: f64,
    pub speed_mps: f64,
}

/// A closed line round the track at the speeds that a car's limits allow.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    points: Vec<LinePoint>,
    lap_secs: f64,
}

/// The road at the points of a line.
struct Corridor {
    s_m: Vec<f64>,
    centre: Vec<[f64; 2]>,
    /// Unit vectors to the left.
    left: Vec<[f64; 2]>,
    /// How far the line may go to the right (negative) and to the left, metres.
    bounds: Vec<[f64; 2]>,
    /// Between two points of the centre line, metres.
    gap_m: f64,
}

/// What is worked out for a line, kept to be written over.
#[derive(Default)]
struct Work {
    position: Vec<[f64; 2]>,
    way_m: Vec<f64>,
    curvature: Vec<f64>,
    /// What the tyres have to hold at a speed of 1 m/s: curvature and its change, 1/m.
    demand: Vec<f64>,
    speed_mps: Vec<f64>,
}

impl Line {
    /// The fastest line that the search finds, for a car at `limits` whose middle may be `beyond_m` outside the borders
    /// (negative: stays inside by so much).
    ///
    /// The search finds the next valley only, so it starts from several hills: from the line that bends least to nearly
    /// the shortest.
    pub fn fastest(track: &Track, limits: &Limits, beyond_m: f64) -> Self {
        let corridor = Corridor::new(track, beyond_m);
        let lines = STIFFNESSES_M.map(|stiffness_m| corridor.search(corridor.band(stiffness_m), limits));
        let best = lines.into_iter().min_by(|one, other| one.lap_secs.total_cmp(&other.lap_secs));
        let mut best = best.expect("there are several");
        for _ in 0..ROUNDS {
            let better = corridor.search(best.points.iter().map(|point| point.lateral_m).collect(), limits);
            let is_done = best.lap_secs - better.lap_secs < WORTH_A_ROUND * best.lap_secs;
            best = better;
            if is_done {
                break;
            }
        }
        best
    }

    /// The fastest line near this one for other limits and another distance from the borders.
    pub fn refined(&self, track: &Track, limits: &Limits, beyond_m: f64) -> Self {
        let corridor = Corridor::new(track, beyond_m);
        let own = self.points.iter().zip(&corridor.bounds);
        corridor.search(own.map(|(point, [right, left])| point.lateral_m.clamp(*right, *left)).collect(), limits)
    }

    /// The same line at the speeds of other limits.
    pub fn with(&self, limits: &Limits) -> Self {
        let mut work = Work::default();
        work.position.extend(self.points.iter().map(|point| point.position));
        let lap_secs = work.drive(limits);
        let points = self.points.iter().zip(&work.speed_mps);
        let points = points.map(|(point, speed_mps)| LinePoint { speed_mps: *speed_mps, ..*point }).collect();
        Self { points, lap_secs }
    }

    fn at(corridor: &Corridor, lateral_m: &[f64], limits: &Limits) -> Self {
        let mut work = Work::default();
        let lap_secs = work.lap(corridor, lateral_m, limits);
        let point = |index: usize| LinePoint {
            s_m: corridor.s_m[index],
            lateral_m: lateral_m[index],
            position: work.position[index],
            curvature: work.curvature[index],
            speed_mps: work.speed_mps[index],
        };
        Self { points: (0..lateral_m.len()).map(point).collect(), lap_secs }
    }

    /// The points, in driving order, evenly spaced along the centre line from the line on.
    pub fn points(&self) -> &[LinePoint] {
        &self.points
    }

    /// Seconds of a flying lap.
    pub fn lap_secs(&self) -> f64 {
        self.lap_secs
    }

    /// The point at a progress along the centre line, metres, between two points of the line. It may be beyond the lap.
    pub fn at_progress(&self, s_m: f64, length_m: f64) -> LinePoint {
        let count = self.points.len();
        let at = (s_m / length_m - libm::floor(s_m / length_m)) * count as f64;
        let index = (at as usize).min(count - 1);
        let share = at - index as f64;
        let [here, next] = [self.points[index], self.points[(index + 1) % count]];
        let mix = |one: f64, other: f64| one + share * (other - one);
        LinePoint {
            s_m,
            lateral_m: mix(here.lateral_m, next.lateral_m),
            position: [0, 1].map(|axis| mix(here.position[axis], next.position[axis])),
            curvature: mix(here.curvature, next.curvature),
            speed_mps: mix(here.speed_mps, next.speed_mps),
        }
    }
}

/// A point of a smooth curve, and its first and second derivative along a segment.
struct CurvePoint {
    position: [f64; 2],
    first: [f64; 2],
    second: [f64; 2],
}

/// The curve through the points at the segments' beginnings (Catmull and Rom's): a road is a polyline, whose corners
/// would look like curves that nobody can drive.
fn curve(road: &Road, place: Place, point: impl Fn(usize) -> Vector) -> CurvePoint {
    let count = road.segments();
    let around = [count - 1, 0, 1, 2].map(|offset| point((place.segment + offset) % count).to_array().map(f64::from));
    let t = f64::from(place.along);
    let mix = |weights: [f64; 4]| {
        [0, 1].map(|axis| weights.iter().zip(&around).map(|(weight, point)| weight * point[axis]).sum::<f64>() / 2.0)
    };
    let [t2, t3] = [t * t, t * t * t];
    CurvePoint {
        position: mix([-t3 + 2.0 * t2 - t, 3.0 * t3 - 5.0 * t2 + 2.0, -3.0 * t3 + 4.0 * t2 + t, t3 - t2]),
        first: mix([-3.0 * t2 + 4.0 * t - 1.0, 9.0 * t2 - 10.0 * t, -9.0 * t2 + 8.0 * t + 1.0, 3.0 * t2 - 2.0 * t]),
        second: mix([-6.0 * t + 4.0, 18.0 * t - 10.0, -18.0 * t + 8.0, 6.0 * t - 2.0]),
    }
}

impl Corridor {
    fn new(track: &Track, beyond_m: f64) -> Self {
        let road = Road::new(track);
        let length_m = road.length_m();
        let count = (f64::from(length_m) / GAP_M) as usize;
        let gap_m = f64::from(length_m) / count as f64;
        let mut corridor = Self { s_m: Vec::new(), centre: Vec::new(), left: Vec::new(), bounds: Vec::new(), gap_m };
        for index in 0..count {
            let place = road.at(length_m * index as f32 / count as f32);
            let centre = curve(&road, place, |segment| road.station(segment));
            let [left_end, right_end] =
                [0, 1].map(|side| curve(&road, place, |segment| road.cross_section(segment)[side]).position);
            let [along, bend] = [centre.first, centre.second];
            let speed = (along[0] * along[0] + along[1] * along[1]).sqrt();
            let to_left = [-along[1] / speed, along[0] / speed];
            let curvature = (along[0] * bend[1] - along[1] * bend[0]) / (speed * speed * speed);
            let aside =
                |end: [f64; 2]| (end[0] - centre.position[0]) * to_left[0] + (end[1] - centre.position[1]) * to_left[1];
            let [mut right, mut left] = [aside(right_end) - beyond_m, aside(left_end) + beyond_m];
            // Towards the inside of the curve, no further than where the points crowd.
            let most = (1.0 - CLOSEST_SHARE) / curvature.abs().max(f64::MIN_POSITIVE);
            if curvature > 0.0 {
                left = left.min(most);
            } else {
                right = right.max(-most);
            }
            corridor.s_m.push(f64::from(place.s_m));
            corridor.centre.push(centre.position);
            corridor.left.push(to_left);
            corridor.bounds.push([right.min(left), left]);
        }
        corridor
    }

    fn position(&self, index: usize, lateral_m: f64) -> [f64; 2] {
        [0, 1].map(|axis| self.centre[index][axis] + lateral_m * self.left[index][axis])
    }

    /// A rubber band of that stiffness between the borders: each point goes, again and again, where the four around it
    /// would have it, so that the sum of (stiffness · bending)² and stretch² becomes least.
    fn band(&self, stiffness_m: f64) -> Vec<f64> {
        let count = self.centre.len();
        let stiff = (stiffness_m / self.gap_m) * (stiffness_m / self.gap_m);
        let [far, near] = [-stiff, 4.0 * stiff + 1.0].map(|weight| weight / (6.0 * stiff + 2.0));
        let mut lateral_m = vec![0.0; count];
        for _ in 0..RELAXATIONS {
            for index in 0..count {
                let around = |offset: usize| {
                    let at = (index + count + offset - 2) % count;
                    self.position(at, lateral_m[at])
                };
                let [a, b, c, d] = [around(0), around(1), around(3), around(4)];
                let wanted = [0, 1].map(|axis| far * (a[axis] + d[axis]) + near * (b[axis] + c[axis]));
                let away = [0, 1].map(|axis| wanted[axis] - self.centre[index][axis]);
                let aside = away[0] * self.left[index][0] + away[1] * self.left[index][1];
                let [right, left] = self.bounds[index];
                lateral_m[index] = aside.clamp(right, left);
            }
        }
        lateral_m
    }

    /// The fastest line that is found from `lateral_m` by bumps, from long and high to short and low, each kept if the
    /// whole lap becomes quicker.
    fn search(&self, mut lateral_m: Vec<f64>, limits: &Limits) -> Line {
        let mut work = Work::default();
        let mut best_secs = work.lap(self, &lateral_m, limits);
        let count = lateral_m.len();
        let mut changed = lateral_m.clone();
        for (bump_m, step_m) in BUMPS_M.into_iter().flat_map(|bump_m| STEPS_M.map(|step_m| (bump_m, step_m))) {
            let reach = ((bump_m / 2.0 / self.gap_m) as usize).clamp(2, count / 2 - 1);
            let stride = ((bump_m / BUMPS_OVERLAP / self.gap_m) as usize).max(1);
            for _ in 0..SWEEPS {
                let before = best_secs;
                for middle in (0..count).step_by(stride) {
                    for signed_m in [step_m, -step_m] {
                        changed.copy_from_slice(&lateral_m);
                        for offset in 0..=2 * reach {
                            let at = (middle + count + offset - reach) % count;
                            let share = (offset as f64 - reach as f64) / reach as f64;
                            let [right, left] = self.bounds[at];
                            // (1 − x²)²: smooth where it begins and ends.
                            let height = (1.0 - share * share) * (1.0 - share * share);
                            changed[at] = (lateral_m[at] + signed_m * height).clamp(right, left);
                        }
                        let secs = work.lap(self, &changed, limits);
                        if secs < best_secs {
                            best_secs = secs;
                            lateral_m.copy_from_slice(&changed);
                            break;
                        }
                    }
                }
                if before - best_secs < WORTH_IT * before {
                    break;
                }
            }
        }
        Line::at(self, &lateral_m, limits)
    }
}

impl Work {
    /// Seconds of a lap on the line at these distances from the centre line.
    fn lap(&mut self, corridor: &Corridor, lateral_m: &[f64], limits: &Limits) -> f64 {
        self.position.clear();
        self.position
            .extend(lateral_m.iter().enumerate().map(|(index, lateral_m)| corridor.position(index, *lateral_m)));
        self.drive(limits)
    }

    /// Seconds of a lap on the positions, as fast as the limits allow: round each curve no faster than it holds, then
    /// braking in time for what comes (backwards along the lap), then accelerating no harder than the motor can.
    fn drive(&mut self, limits: &Limits) -> f64 {
        let Self { position, way_m, curvature, demand, speed_mps } = self;
        let count = position.len();
        let next = |index: usize| if index + 1 == count { 0 } else { index + 1 };
        way_m.clear();
        way_m.extend((0..count).map(|index| {
            let [here, next] = [position[index], position[next(index)]];
            let [x, y] = [next[0] - here[0], next[1] - here[1]];
            (x * x + y * y).sqrt()
        }));
        let wrap = |index: usize| if index >= count { index - count } else { index };
        curvature.clear();
        demand.clear();
        speed_mps.clear();
        for index in 0..count {
            let [a, b, c] =
                [position[wrap(index + count - BEND_POINTS)], position[index], position[wrap(index + BEND_POINTS)]];
            let way = |from: [f64; 2], to: [f64; 2]| [to[0] - from[0], to[1] - from[1]];
            let [back, on, over] = [way(a, b), way(b, c), way(a, c)];
            let twice_the_area = back[0] * over[1] - back[1] * over[0];
            let squares = [back, on, over].map(|[x, y]| x * x + y * y);
            // The circle through three points: four times the area over the product of the sides.
            let bend = 2.0 * twice_the_area / (squares[0] * squares[1] * squares[2]).sqrt().max(1e-12);
            curvature.push(bend);
        }
        for index in 0..count {
            let [before, after] = [wrap(index + count - BEND_POINTS), wrap(index + BEND_POINTS)];
            let way_m = BEND_POINTS as f64 * (way_m[before] + way_m[index]);
            let change = (curvature[after] - curvature[before]).abs() / way_m.max(1e-9);
            demand.push(curvature[index].abs() + limits.turning_in * change);
            speed_mps.push((limits.cornering / demand[index].max(1e-9)).sqrt().min(Limits::TOP_MPS));
        }
        // Twice round, so that the end of the lap and its beginning agree.
        for index in (0..2 * count).rev() {
            let (here, next) = (index % count, next(index % count));
            let speed = speed_mps[next];
            let [_, slower] = limits.along(speed, speed * speed * demand[next]);
            speed_mps[here] = speed_mps[here].min((speed * speed + 2.0 * slower * way_m[here]).sqrt());
        }
        for index in 0..2 * count {
            let (here, next) = (index % count, next(index % count));
            let speed = speed_mps[here];
            let [faster, _] = limits.along(speed, speed * speed * demand[here]);
            speed_mps[next] = speed_mps[next].min((speed * speed + 2.0 * faster * way_m[here]).max(0.01).sqrt());
        }
        (0..count).map(|index| 2.0 * way_m[index] / (speed_mps[index] + speed_mps[next(index)])).sum()
    }
}
