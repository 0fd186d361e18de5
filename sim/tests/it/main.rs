//! The simulator's tests from outside, one binary.
//!
//! - `car`: how the car drives, against closed formulas
//! - `rules`: each rule from a hand-made situation
//! - `determinism`: the same bits, alone and among many, now and next year
//! - `golden_files`: files of every format version are read for ever
//! - `library`: every built-in track can be raced on, both ways
//! - `par`: the best lap there is, against closed formulas and laps that were driven
//! - `route_files`: DeepRacer's own tracks can be raced on
//! - `robustness`: whatever a policy does, the world stays sane

mod car;
mod determinism;
mod golden_files;
mod library;
mod par;
mod robustness;
mod route_files;
mod rules;

use sim_spec::{Station, Track, builtin_tracks};
use std::f64::consts::TAU;

fn harbour() -> Track {
    builtin_tracks::find("harbour").expect("a built-in track")
}

/// A ring driven counter-clockwise, with a road one metre wide.
fn ring(radius_m: f64) -> Track {
    let count = (TAU * radius_m / 0.1).ceil() as usize;
    let at = |index: usize, radius: f64| {
        let angle = TAU * index as f64 / count as f64;
        [radius * angle.cos(), radius * angle.sin()]
    };
    let station = |index| Station {
        centre: at(index, radius_m),
        inner: at(index, radius_m - 0.5),
        outer: at(index, radius_m + 0.5),
    };
    Track::new("ring", "Ring", (0..count).map(station).collect()).expect("a valid track")
}
