//! What there is to measure on a track: how wide, how tight, how hard.

use crate::Track;

/// Way between two of the three points that a curve's radius is measured by, metres: a circle through points a little
/// apart says more of a polyline than the angle at one of its corners.
const APART_M: f64 = 0.4;

/// Grip of the standard car and gravity, m/s²: with it, a curve of radius R is driven at √(grip R).
const GRIP_MPS2: f64 = 0.5 * 9.806_65;
/// The fastest that anybody drives, m/s.
const TOP_SPEED_MPS: f64 = 4.0;

/// How hard a track is, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Difficulty below 20: hardly a curve has to be slowed down for.
    Easy,
    /// Below 35.
    Medium,
    /// Below 48.
    Hard,
    /// From 48 on: a lap is all curves, and narrow.
    Expert,
}

impl Level {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
            Self::Expert => "expert",
        }
    }

    /// The level of a difficulty.
    pub fn of(difficulty: f64) -> Self {
        match difficulty {
            ..20.0 => Self::Easy,
            ..35.0 => Self::Medium,
            ..48.0 => Self::Hard,
            _ => Self::Expert,
        }
    }
}

impl Track {
    /// Narrowest and widest place, metres from border to border.
    pub fn widths_m(&self) -> [f64; 2] {
        let width_m = |station: &crate::Station| {
            let [inner, outer] = [station.inner, station.outer];
            libm::hypot(outer[0] - inner[0], outer[1] - inner[1])
        };
        let widths = self.stations().iter().map(width_m);
        [widths.clone().fold(f64::INFINITY, f64::min), widths.fold(0.0, f64::max)]
    }

    /// Radius of the tightest curve of the centre line, metres.
    pub fn tightest_radius_m(&self) -> f64 {
        let centre: Vec<_> = self.stations().iter().map(|station| station.centre).collect();
        let curvature = (0..centre.len()).map(|index| curvature_at(&centre, index).abs());
        1.0 / curvature.fold(f64::MIN_POSITIVE, f64::max)
    }

    /// How hard the track is, from 0; higher is harder. 100 times the share of full speed (4 m/s) that the curves of the
    /// centre line cost a car of the standard grip, and up to 20 more for a road that is narrower than 1.2 m, in
    /// proportion down to 0.6 m.
    ///
    /// A ring of radius R and a road of 1.2 m have `100 (1 − √(4.9 R) / 4)`: 0 from 3.3 m on, 45 for a metre.
    pub fn difficulty(&self) -> f64 {
        let centre: Vec<_> = self.stations().iter().map(|station| station.centre).collect();
        let count = centre.len();
        let way_m =
            |from: usize, to: usize| libm::hypot(centre[to][0] - centre[from][0], centre[to][1] - centre[from][1]);
        let (mut length_m, mut secs) = (0.0, 0.0);
        for index in 0..count {
            // Half of the way to either neighbour is driven as at this station, so that both ways round are as hard.
            let [before, after] = [(index + count - 1) % count, (index + 1) % count];
            let share_m = (way_m(before, index) + way_m(index, after)) / 2.0;
            let curvature = curvature_at(&centre, index).abs();
            length_m += share_m;
            secs += share_m / (GRIP_MPS2 / curvature.max(f64::MIN_POSITIVE)).sqrt().min(TOP_SPEED_MPS);
        }
        let lost = 1.0 - length_m / TOP_SPEED_MPS / secs;
        let [narrowest_m, widest_m] = self.widths_m();
        let narrowness = ((1.2 - (narrowest_m + widest_m) / 2.0) / 0.6).clamp(0.0, 1.0);
        100.0 * lost + 20.0 * narrowness
    }

    /// The word for [`Track::difficulty`].
    pub fn level(&self) -> Level {
        Level::of(self.difficulty())
    }

    /// How far the road keeps away from itself: the smallest distance between the centre line's stations that are not
    /// neighbours along the road, less the width of the road, metres. Negative where the road lies on itself.
    pub fn clearance_m(&self) -> f64 {
        /// Stations that are nearer along the road than this many times their distance across are the two legs of one curve.
        const SAME_CURVE: f64 = 1.6;
        let stations = self.stations();
        let [_, width_m] = self.widths_m();
        let mut along_m = vec![0.0];
        for pair in stations.windows(2) {
            let way_m = libm::hypot(pair[1].centre[0] - pair[0].centre[0], pair[1].centre[1] - pair[0].centre[1]);
            along_m.push(along_m[along_m.len() - 1] + way_m);
        }
        let length_m = self.length_m();
        let mut clearance_m = f64::INFINITY;
        for one in 0..stations.len() {
            for other in 0..one {
                let [a, b] = [stations[one].centre, stations[other].centre];
                let across_m = libm::hypot(a[0] - b[0], a[1] - b[1]);
                let way_m = along_m[one] - along_m[other];
                let is_elsewhere = way_m.min(length_m - way_m) > SAME_CURVE * across_m.max(width_m);
                if is_elsewhere {
                    clearance_m = clearance_m.min(across_m - width_m);
                }
            }
        }
        clearance_m
    }
}

/// Curvature of a closed line at one of its points, 1/m, + to the left: of the circle through it and the points
/// [`APART_M`] before and behind.
pub(crate) fn curvature_at(line: &[[f64; 2]], index: usize) -> f64 {
    let count = line.len();
    let reach = |step: usize| {
        let (mut at, mut rest_m) = (index, APART_M);
        for _ in 0..count {
            let next = (at + step) % count;
            let way = [line[next][0] - line[at][0], line[next][1] - line[at][1]];
            let way_m = libm::hypot(way[0], way[1]);
            if way_m >= rest_m {
                let share = rest_m / way_m;
                return [line[at][0] + way[0] * share, line[at][1] + way[1] * share];
            }
            rest_m -= way_m;
            at = next;
        }
        line[at]
    };
    let [before, here, after] = [reach(count - 1), line[index], reach(1)];
    let side = |from: [f64; 2], to: [f64; 2]| libm::hypot(to[0] - from[0], to[1] - from[1]);
    let twice_the_area =
        (here[0] - before[0]) * (after[1] - before[1]) - (here[1] - before[1]) * (after[0] - before[0]);
    // The circumscribed circle: four times the area over the product of the sides.
    let product = side(before, here) * side(here, after) * side(before, after);
    if product > 0.0 { 2.0 * twice_the_area / product } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Station, builtin_tracks, track_drawing::Drawing};
    use std::f64::consts::TAU;

    fn ring(radius_m: f64, width_m: f64) -> Track {
        let at = |index: usize, radius: f64| {
            let angle = TAU * index as f64 / 200.0;
            [radius * angle.cos(), radius * angle.sin()]
        };
        let station = |index| Station {
            centre: at(index, radius_m),
            inner: at(index, radius_m - width_m / 2.0),
            outer: at(index, radius_m + width_m / 2.0),
        };
        Track::new("ring", "Ring", (0..200).map(station).collect()).expect("a track")
    }

    #[test]
    fn a_ring_is_as_tight_and_as_wide_as_it_is() {
        let track = ring(2.0, 1.0);
        assert!((track.tightest_radius_m() - 2.0).abs() < 0.02, "{}", track.tightest_radius_m());
        assert!(track.widths_m().iter().all(|width_m| (width_m - 1.0).abs() < 1e-9));
        // All of a ring is one curve: nothing of it is elsewhere.
        assert_eq!(track.clearance_m(), f64::INFINITY);
    }

    #[test]
    fn two_legs_are_as_far_apart_as_they_were_drawn() {
        // Two straights 2 m apart, and a road of 0.8 m: 1.2 m between the borders, and a little less where the legs
        // begin to close.
        let xs = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let (forth, back) = (xs.map(|x| [x, 0.0]), xs.map(|x| [6.0 - x, 2.0]));
        let points: Vec<_> = [&forth[..], &[[7.0, 1.0]], &back[..], &[[-1.0, 1.0]]].concat();
        let drawing = Drawing { name: "legs", title: "Legs", width_m: 0.8, points: &points };
        let clearance_m = drawing.track().expect("a track").clearance_m();
        assert!((1.1..1.2001).contains(&clearance_m), "{clearance_m}");
    }

    #[test]
    fn the_difficulty_of_rings_by_hand() {
        // Radius 1 m: √4.903 = 2.214 m/s, 44.6 % lost; nothing for the width.
        assert!((ring(1.0, 1.2).difficulty() - 44.6).abs() < 0.5, "{}", ring(1.0, 1.2).difficulty());
        // Half as wide costs 20 more; half way, 10.
        assert!((ring(1.0, 0.6).difficulty() - 64.6).abs() < 0.5);
        assert!((ring(1.0, 0.9).difficulty() - 54.6).abs() < 0.5);
        // Radius 4 m: flat out.
        assert!(ring(4.0, 1.2).difficulty() < 0.1);
        let of = [0.0, 19.9, 20.0, 34.9, 35.0, 47.9, 48.0, 120.0].map(Level::of);
        use Level::{Easy, Expert, Hard, Medium};
        assert_eq!(of, [Easy, Easy, Medium, Medium, Hard, Hard, Expert, Expert]);
    }

    #[test]
    fn the_library_goes_from_easy_to_hard_and_has_every_level() {
        let tracks: Vec<_> = builtin_tracks::names().into_iter().filter_map(builtin_tracks::find).collect();
        assert!(tracks.len() >= 12);
        let sorted = tracks.windows(2).all(|pair| pair[0].difficulty() <= pair[1].difficulty());
        assert!(sorted, "{:?}", tracks.iter().map(|track| (track.name(), track.difficulty())).collect::<Vec<_>>());
        for level in [Level::Easy, Level::Medium, Level::Hard, Level::Expert] {
            assert!(tracks.iter().any(|track| track.level() == level), "no {} track", level.name());
        }
        for track in tracks {
            assert!(track.clearance_m() > 0.25, "{}: {}", track.name(), track.clearance_m());
        }
    }
}
