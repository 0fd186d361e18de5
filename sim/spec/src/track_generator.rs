//! Tracks from seeds: as many as anybody wants, all of them valid.

use crate::{Track, track_drawing::Drawing};
use rand_pcg::{
    Pcg32,
    rand_core::{Rng, SeedableRng},
};
use std::f64::consts::TAU;

/// Points that a track is drawn by.
const POINTS: [f64; 2] = [7.0, 13.0];
/// Distance of the points from the middle, metres.
const REACH_M: [f64; 2] = [1.4, 5.0];
/// Width of the road, metres.
const WIDTH_M: [f64; 2] = [0.7, 1.1];
/// No curve of a generated track is tighter than this much beyond half the width, metres: the road must not fold over
/// its inner border.
const RADIUS_BEYOND_HALF_WIDTH_M: f64 = 0.15;
/// The road keeps this far away from itself, metres: a car that leaves it does not land on another part of it.
const CLEARANCE_M: f64 = 0.3;
/// By this factor a drawing that does not work is drawn rounder.
const ROUNDER: f64 = 0.85;
/// Drawings of a seed before it gets a ring. After the last, distances differ from their mean by a hundredth of what
/// they did, which is rounder than anybody sees.
const MAX_DRAWINGS: u32 = 30;
/// The ring that works whatever the seed: points on a circle of this radius. Half of it is more than the widest road
/// needs, so nothing about it can be too tight.
const RING_M: f64 = 3.0;

/// The track of a seed. Equal seeds give equal tracks, on any machine.
///
/// Points around a middle, each at a distance of its own; if the road of them is too tight or comes too close to
/// itself, the distances are drawn towards their mean, until it works. A seed that never works gets a ring.
pub fn generate(seed: u64) -> Track {
    let mut rng = Pcg32::seed_from_u64(seed);
    let mut uniform = |[low, high]: [f64; 2]| low + f64::from(rng.next_u32()) / f64::from(u32::MAX) * (high - low);
    let count = uniform(POINTS) as usize;
    let width_m = (uniform(WIDTH_M) * 20.0).round() / 20.0;
    let turn = if uniform([0.0, 1.0]) < 0.5 { -1.0 } else { 1.0 };
    let angles: Vec<f64> = (0..count).map(|index| (index as f64 + uniform([-0.3, 0.3])) * TAU / count as f64).collect();
    let reaches: Vec<f64> = (0..count).map(|_| uniform(REACH_M)).collect();
    let mean = reaches.iter().sum::<f64>() / count as f64;
    let mut wildness = 1.0;
    for _ in 0..MAX_DRAWINGS {
        let point = |(angle, reach): (&f64, &f64)| {
            let reach = mean + (reach - mean) * wildness;
            [reach * libm::cos(turn * angle), reach * libm::sin(turn * angle)]
        };
        let points: Vec<_> = angles.iter().zip(&reaches).map(point).collect();
        if let Some(track) = with_room(seed, width_m, &points) {
            return track;
        }
        wildness *= ROUNDER;
    }
    ring(seed, width_m)
}

/// The track along `points`, if it is neither too tight nor too close to itself.
fn with_room(seed: u64, width_m: f64, points: &[[f64; 2]]) -> Option<Track> {
    let (name, title) = (format!("generated-{seed}"), format!("Generated {seed}"));
    let track = Drawing { name: &name, title: &title, width_m, points }.track().ok()?;
    let has_room =
        track.tightest_radius_m() >= width_m / 2.0 + RADIUS_BEYOND_HALF_WIDTH_M && track.clearance_m() >= CLEARANCE_M;
    has_room.then_some(track)
}

fn ring(seed: u64, width_m: f64) -> Track {
    const POINTS: u32 = 12;
    let angle = |index: u32| TAU * f64::from(index) / f64::from(POINTS);
    let points: Vec<_> =
        (0..POINTS).map(angle).map(|angle| [RING_M * libm::cos(angle), RING_M * libm::sin(angle)]).collect();
    with_room(seed, width_m, &points).expect("a wide ring has room for any road")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_gives_a_track_with_room() {
        let mut lengths_m = Vec::new();
        for seed in (0..2000).chain([u64::MAX, u64::MAX / 3]) {
            let track = generate(seed);
            let [width_m, _] = track.widths_m();
            assert!(track.tightest_radius_m() > width_m / 2.0 && track.clearance_m() >= CLEARANCE_M, "{seed}");
            lengths_m.push(track.length_m());
        }
        lengths_m.sort_by(f64::total_cmp);
        let [shortest_m, longest_m] = [lengths_m[0], lengths_m[lengths_m.len() - 1]];
        assert!(shortest_m > 8.0 && longest_m < 60.0 && longest_m > 1.5 * shortest_m, "{shortest_m} to {longest_m}");
    }

    #[test]
    fn the_last_resort_has_room_for_every_width() {
        let [narrowest_m, widest_m] = WIDTH_M;
        for width_m in [narrowest_m, 0.9, widest_m] {
            // The spline runs within its points: at (4 + 2 cos 30°) / 6 of the circle's radius.
            let length_m = TAU * RING_M * (4.0 + 2.0 * (TAU / 12.0).cos()) / 6.0;
            assert!((ring(u64::MAX, width_m).length_m() - length_m).abs() < 0.05, "{width_m}");
        }
    }

    #[test]
    fn a_seed_is_a_track_for_ever() {
        assert_eq!(generate(7), generate(7));
        assert_ne!(generate(7).sha256(), generate(8).sha256());
        let digest = generate(7).sha256().to_string();
        assert_eq!(&digest[..16], "77213469a9d3d806", "{digest}");
    }
}
