//! A line round the track, the speed on it, and the search for the fastest.

use super::Limits;
use crate::Road;
use sim_spec::Track;

/// Distance between the points of a line along the centre line, metres, about.
const GAP_M: f64 = 0.15;
/// No line is bent inwards so far that its points come closer than this share of the centre line's: a line must not
/// fold over itself where the road turns tightly.
const CLOSEST_SHARE: f64 = 0.25;
/// Lengths of the bumps by which a line is changed, metres, and how high they are: coarse first.
const BUMPS_M: [f64; 5] = [5.0, 3.0, 1.8, 1.2, 0.8];
const STEPS_M: [f64; 5] = [0.12, 0.05, 0.02, 0.008, 0.003];
/// A bump starts every so many parts of its length.
const BUMPS_OVERLAP: f64 = 4.0;
/// Sweeps with bumps of one length and height, at most.
const SWEEPS: usize = 6;
/// A sweep that gains less than this share of the lap is the last of its kind.
const WORTH_IT: f64 = 2e-5;
/// How often the first line is smoothed.
const SMOOTHINGS: usize = 400;

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
}

/// What is worked out for a line, kept to be written over.
#[derive(Default)]
struct Work {
    position: Vec<[f64; 2]>,
    way_m: Vec<f64>,
    curvature: Vec<f64>,
    speed_mps: Vec<f64>,
}

impl Line {
    /// The fastest line that the search finds, for a car at `limits` whose middle may be `beyond_m` outside the borders
    /// (negative: stays inside by so much).
    ///
    /// A smooth line first; then bumps, from long and high to short and low, each kept if the whole lap becomes quicker.
    pub fn fastest(track: &Track, limits: &Limits, beyond_m: f64) -> Self {
        let corridor = Corridor::new(track, beyond_m);
        let mut lateral_m = corridor.smooth();
        let mut work = Work::default();
        let mut best_secs = work.lap(&corridor, &lateral_m, limits);
        let count = lateral_m.len();
        let gap_m = f64::from(Road::new(track).length_m()) / count as f64;
        let mut changed = lateral_m.clone();
        for bump_m in BUMPS_M {
            let reach = ((bump_m / 2.0 / gap_m) as usize).clamp(2, count / 2 - 1);
            let stride = ((bump_m / BUMPS_OVERLAP / gap_m) as usize).max(1);
            for step_m in STEPS_M {
                for _ in 0..SWEEPS {
                    let before = best_secs;
                    for middle in (0..count).step_by(stride) {
                        for signed_m in [step_m, -step_m] {
                            changed.copy_from_slice(&lateral_m);
                            for offset in 0..=2 * reach {
                                let at = (middle + count + offset - reach) % count;
                                let share = (offset as f64 - reach as f64) / reach as f64;
                                let [right, left] = corridor.bounds[at];
                                // (1 − x²)²: smooth where it begins and ends.
                                let height = (1.0 - share * share) * (1.0 - share * share);
                                changed[at] = (lateral_m[at] + signed_m * height).clamp(right, left);
                            }
                            let secs = work.lap(&corridor, &changed, limits);
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
        }
        Self::at(&corridor, &lateral_m, limits)
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

impl Corridor {
    fn new(track: &Track, beyond_m: f64) -> Self {
        let road = Road::new(track);
        let length_m = road.length_m();
        let count = (f64::from(length_m) / GAP_M) as usize;
        let mut corridor = Self { s_m: Vec::new(), centre: Vec::new(), left: Vec::new(), bounds: Vec::new() };
        for index in 0..count {
            let place = road.at(length_m * index as f32 / count as f32);
            let [to_left, to_right] = road.half_widths(place).map(f64::from);
            let curvature = f64::from(road.curvature(place));
            // Towards the inside of the curve, no further than where the points crowd.
            let most = (1.0 - CLOSEST_SHARE) / curvature.abs().max(f64::MIN_POSITIVE);
            let [mut right, mut left] = [-(to_right + beyond_m), to_left + beyond_m];
            if curvature > 0.0 {
                left = left.min(most);
            } else {
                right = right.max(-most);
            }
            corridor.s_m.push(f64::from(place.s_m));
            corridor.centre.push(road.centre(place).to_array().map(f64::from));
            corridor.left.push(road.tangent(place).perp().to_array().map(f64::from));
            corridor.bounds.push([right, left]);
        }
        corridor
    }

    fn position(&self, index: usize, lateral_m: f64) -> [f64; 2] {
        [0, 1].map(|axis| self.centre[index][axis] + lateral_m * self.left[index][axis])
    }

    /// A line that bends as little as the corridor allows: each point goes where the four around it would have it.
    fn smooth(&self) -> Vec<f64> {
        let count = self.centre.len();
        let mut lateral_m = vec![0.0; count];
        for _ in 0..SMOOTHINGS {
            for index in 0..count {
                let near = |offset: usize| {
                    let at = (index + count + offset - 2) % count;
                    self.position(at, lateral_m[at])
                };
                let [a, b, c, d] = [near(0), near(1), near(3), near(4)];
                // The least fourth difference: (−a + 4 b + 4 c − d) / 6.
                let wanted = [0, 1].map(|axis| (4.0 * (b[axis] + c[axis]) - a[axis] - d[axis]) / 6.0);
                let away = [0, 1].map(|axis| wanted[axis] - self.centre[index][axis]);
                let aside = away[0] * self.left[index][0] + away[1] * self.left[index][1];
                let [right, left] = self.bounds[index];
                lateral_m[index] = aside.clamp(right, left);
            }
        }
        lateral_m
    }
}

impl Work {
    /// Seconds of a lap on the line at these distances from the centre line.
    fn lap(&mut self, corridor: &Corridor, lateral_m: &[f64], limits: &Limits) -> f64 {
        self.position.clear();
        self.position.extend(lateral_m.iter().enumerate().map(|(index, lateral_m)| corridor.position(index, *lateral_m)));
        self.drive(limits)
    }

    /// Seconds of a lap on the positions, as fast as the limits allow: round each curve no faster than it holds, then
    /// braking in time for what comes (backwards along the lap), then accelerating no harder than the motor can.
    fn drive(&mut self, limits: &Limits) -> f64 {
        let Self { position, way_m, curvature, speed_mps } = self;
        let count = position.len();
        let next = |index: usize| if index + 1 == count { 0 } else { index + 1 };
        way_m.clear();
        way_m.extend((0..count).map(|index| {
            let [here, next] = [position[index], position[next(index)]];
            let [x, y] = [next[0] - here[0], next[1] - here[1]];
            (x * x + y * y).sqrt()
        }));
        curvature.clear();
        speed_mps.clear();
        for index in 0..count {
            let before = if index == 0 { count - 1 } else { index - 1 };
            let [a, b, c] = [position[before], position[index], position[next(index)]];
            let [x, y] = [c[0] - a[0], c[1] - a[1]];
            let twice_the_area = (b[0] - a[0]) * y - (b[1] - a[1]) * x;
            // The circle through three points: four times the area over the product of the sides.
            let bend = 2.0 * twice_the_area / (way_m[before] * way_m[index] * (x * x + y * y).sqrt()).max(1e-12);
            curvature.push(bend);
            speed_mps.push((limits.cornering / bend.abs().max(1e-9)).sqrt().min(Limits::TOP_MPS));
        }
        // Twice round, so that the end of the lap and its beginning agree.
        for index in (0..2 * count).rev() {
            let (here, next) = (index % count, next(index % count));
            let speed = speed_mps[next];
            let [_, slower] = limits.along(speed, speed * speed * curvature[next].abs());
            speed_mps[here] = speed_mps[here].min((speed * speed + 2.0 * slower * way_m[here]).sqrt());
        }
        for index in 0..2 * count {
            let (here, next) = (index % count, next(index % count));
            let speed = speed_mps[here];
            let [faster, _] = limits.along(speed, speed * speed * curvature[here].abs());
            speed_mps[next] = speed_mps[next].min((speed * speed + 2.0 * faster * way_m[here]).max(0.01).sqrt());
        }
        (0..count).map(|index| 2.0 * way_m[index] / (speed_mps[index] + speed_mps[next(index)])).sum()
    }
}
