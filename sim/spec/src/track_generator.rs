//! Tracks from seeds: as many as anybody wants, all of them valid.

use crate::{Track, track_drawing::Drawing};
use rand_pcg::{
    Pcg32,
    rand_core::{Rng, SeedableRng},
};
use std::f64::consts::TAU;

/// Cells of the tree that a track goes round. Each adds four points to the road, some 7 m.
const CELLS: [usize; 2] = [2, 8];
/// Width of the road, metres.
const WIDTH_M: [f64; 2] = [0.7, 1.1];
/// No curve of a generated track is tighter than this much beyond half the width, metres: the road must not fold over
/// its inner border.
const RADIUS_BEYOND_HALF_WIDTH_M: f64 = 0.15;
/// The road keeps this far away from itself, metres: a car that leaves it does not land on another part of it.
const CLEARANCE_M: f64 = 0.3;
/// Radius of the spline at a right angle of points that are 1 m apart, metres: (√½)³ / 1, from its first and second
/// derivative there, (½, ½) and (-1, 1). Nowhere on a square grid is it tighter.
const RADIUS_PER_PITCH: f64 = 0.353;
/// Points lie up to this many times as far apart as the tightest curve asks for.
const MAX_PITCH: f64 = 1.4;
/// How far points are moved off the grid, as a share of their distance.
const MAX_SHIFT: f64 = 0.35;
/// Drawings of a seed, each with smaller shifts than the one before and the last without any.
const DRAWINGS: u32 = 8;

/// The corners of a cell, counter-clockwise from the south-west.
const CORNERS: [[i32; 2]; 4] = [[0, 0], [1, 0], [1, 1], [0, 1]];
/// Where the neighbour lies beyond the side that leads from a corner to the next: south, east, north, west.
const SIDES: [[i32; 2]; 4] = [[0, -1], [1, 0], [0, 1], [-1, 0]];

/// The track of a seed. Equal seeds give equal tracks, on any machine.
///
/// A tree grows at random on a grid, and the road goes once round it, as with a hand on the wall: that never meets
/// itself and has straights, hairpins and curves to both sides. Then the points are shifted off the grid; if the road
/// gets too tight or too close to itself, less far. On the grid it is neither.
pub fn generate(seed: u64) -> Track {
    let mut rng = Pcg32::seed_from_u64(seed);
    let [fewest, most] = CELLS;
    let cells = fewest + below(&mut rng, most - fewest + 1);
    let mut corners = round_a_tree(&mut rng, cells);
    if below(&mut rng, 2) == 0 {
        corners.reverse();
    }
    // In steps of 5 cm, as one would tape it.
    let width_m = (uniform(&mut rng, WIDTH_M) * 20.0).round() / 20.0;
    let least_pitch_m = (width_m / 2.0 + RADIUS_BEYOND_HALF_WIDTH_M) / RADIUS_PER_PITCH;
    let pitch_m = least_pitch_m * uniform(&mut rng, [1.0, MAX_PITCH]);
    let turn = uniform(&mut rng, [0.0, TAU]);
    let shifts: Vec<_> = corners.iter().map(|_| [(); 2].map(|()| uniform(&mut rng, [-MAX_SHIFT, MAX_SHIFT]))).collect();
    let draw = |drawing: u32| {
        let wildness = 1.0 - f64::from(drawing) / f64::from(DRAWINGS - 1);
        let point = |(corner, shift): (&[i32; 2], &[f64; 2])| {
            let [x, y] = [0, 1].map(|axis| (f64::from(corner[axis]) + shift[axis] * wildness) * pitch_m);
            [x * libm::cos(turn) - y * libm::sin(turn), x * libm::sin(turn) + y * libm::cos(turn)]
        };
        with_room(seed, width_m, &corners.iter().zip(&shifts).map(point).collect::<Vec<_>>())
    };
    (0..DRAWINGS).find_map(draw).expect("a road on the grid has room")
}

/// The track along `points`, if it is neither too tight nor too close to itself.
fn with_room(seed: u64, width_m: f64, points: &[[f64; 2]]) -> Option<Track> {
    let (name, title) = (format!("generated-{seed}"), format!("Generated {seed}"));
    let track = Drawing { name: &name, title: &title, width_m, points }.track().ok()?;
    let has_room =
        track.tightest_radius_m() >= width_m / 2.0 + RADIUS_BEYOND_HALF_WIDTH_M && track.clearance_m() >= CLEARANCE_M;
    has_room.then_some(track)
}

/// The corners of the cells of a random tree, in the order of a walk round it, counter-clockwise. Each is visited once.
fn round_a_tree(rng: &mut Pcg32, cells: usize) -> Vec<[i32; 2]> {
    let beyond = |[x, y]: [i32; 2], side: usize| [x + SIDES[side][0], y + SIDES[side][1]];
    let mut tree = vec![[0, 0]];
    // Open sides, from both cells that share one.
    let mut open = Vec::new();
    while tree.len() < cells {
        let (cell, side) = (tree[below(rng, tree.len())], below(rng, SIDES.len()));
        let neighbour = beyond(cell, side);
        if !tree.contains(&neighbour) {
            tree.push(neighbour);
            open.extend([(cell, side), (neighbour, (side + 2) % SIDES.len())]);
        }
    }
    let (mut cell, mut corner) = (tree[0], 0);
    let mut step = || {
        let here = [2 * cell[0] + CORNERS[corner][0], 2 * cell[1] + CORNERS[corner][1]];
        if open.contains(&(cell, corner)) {
            cell = beyond(cell, corner);
            corner = (corner + 3) % CORNERS.len();
        } else {
            corner = (corner + 1) % CORNERS.len();
        }
        here
    };
    (0..CORNERS.len() * cells).map(|_| step()).collect()
}

/// A number from `low` to `high`, in steps of 2⁻³² of the range. Written out here because libraries change how they
/// make floats, and a track must not change with them.
fn uniform(rng: &mut Pcg32, [low, high]: [f64; 2]) -> f64 {
    low + f64::from(rng.next_u32()) / f64::from(u32::MAX) * (high - low)
}

/// A whole number below `end`, which is small enough for the remainder's preference not to matter.
fn below(rng: &mut Pcg32, end: usize) -> usize {
    rng.next_u32() as usize % end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Station};

    #[test]
    fn every_seed_gives_a_track_with_room() {
        for seed in (0..2000).chain([u64::MAX, u64::MAX / 3]) {
            let track = generate(seed);
            let [width_m, _] = track.widths_m();
            assert!(track.tightest_radius_m() > width_m / 2.0 && track.clearance_m() >= CLEARANCE_M, "{seed}");
        }
    }

    #[test]
    fn seeds_differ_in_length_direction_and_difficulty() {
        let tracks: Vec<_> = (0..200).map(generate).collect();
        let shortest_m = tracks.iter().map(Track::length_m).fold(f64::INFINITY, f64::min);
        let longest_m = tracks.iter().map(Track::length_m).fold(0.0, f64::max);
        assert!(shortest_m > 10.0 && longest_m < 90.0 && longest_m > 3.0 * shortest_m, "{shortest_m} {longest_m}");
        let is_clockwise = |track: &&Track| {
            let next = track.stations().iter().cycle().skip(1);
            let area =
                |(here, next): (&Station, &Station)| here.centre[0] * next.centre[1] - here.centre[1] * next.centre[0];
            track.stations().iter().zip(next).map(area).sum::<f64>() < 0.0
        };
        let clockwise = tracks.iter().filter(is_clockwise).count();
        assert!((70..130).contains(&clockwise), "{clockwise} of 200");
        for level in [Level::Easy, Level::Medium, Level::Hard] {
            let count = tracks.iter().filter(|track| track.level() == level).count();
            assert!(count >= 5, "{count} {} tracks of 200", level.name());
        }
    }

    #[test]
    fn the_last_drawing_of_the_widest_and_the_narrowest_road_has_room() {
        // What no seed of the others needs, on its own: trees of all sizes, points on the grid, the least pitch.
        let [fewest, most] = CELLS;
        for seed in 0..100 {
            let mut rng = Pcg32::seed_from_u64(seed);
            for width_m in WIDTH_M {
                let pitch_m = (width_m / 2.0 + RADIUS_BEYOND_HALF_WIDTH_M) / RADIUS_PER_PITCH;
                let cells = fewest + below(&mut rng, most - fewest + 1);
                let corners = round_a_tree(&mut rng, cells);
                let points: Vec<_> = corners.iter().map(|corner| corner.map(|at| f64::from(at) * pitch_m)).collect();
                assert!(with_room(seed, width_m, &points).is_some(), "{seed} {width_m}");
            }
        }
    }

    #[test]
    fn a_walk_round_a_tree_visits_every_corner_once_and_comes_back() {
        for seed in 0..100 {
            let corners = round_a_tree(&mut Pcg32::seed_from_u64(seed), 6);
            let next = corners.iter().cycle().skip(1);
            let step = |(here, next): (&[i32; 2], &[i32; 2])| (next[0] - here[0]).abs() + (next[1] - here[1]).abs();
            assert!(corners.iter().zip(next).map(step).all(|steps| steps == 1), "{seed}: {corners:?}");
            let mut once = corners.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), 24, "{seed}");
        }
    }

    #[test]
    fn a_seed_is_a_track_for_ever() {
        assert_eq!(generate(7), generate(7));
        assert_ne!(generate(7).sha256(), generate(8).sha256());
        let digest = generate(7).sha256().to_string();
        assert_eq!(&digest[..16], "84fc01a264bc298a", "{digest}");
    }
}
