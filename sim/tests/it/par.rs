//! Par against closed formulas, and against laps that were driven.

use crate::ring;
use sim::{
    car::CarModel,
    par::{self, Limits, Line, flying_lap_secs, par},
    referee,
};
use sim_spec::{Replay, builtin_tracks};
use std::{f64::consts::TAU, fs, path::Path};

/// The speed at which a car at its limits holds a circle: the motor just makes up for what cornering costs.
fn steady_mps(limits: &Limits, radius_m: f64) -> f64 {
    let (mut slow, mut fast) = (0.1, (limits.cornering * radius_m).sqrt());
    for _ in 0..60 {
        let middle = (slow + fast) / 2.0;
        let [faster, _] = limits.along(middle, middle * middle / radius_m);
        *if faster > 0.0 { &mut slow } else { &mut fast } = middle;
    }
    slow
}

#[test]
fn on_a_ring_par_is_the_inner_edge_at_its_limit() {
    let limits = Limits::of(&CarModel::default());
    for radius_m in [1.5, 2.5] {
        // The road is a metre wide, and the wheels of the inner side may be at the border: 0.58 m inside the middle.
        let inner_m = radius_m - 0.58;
        let expected_secs = TAU * inner_m / steady_mps(&limits, inner_m);
        let found = par(&ring(radius_m), &CarModel::default());
        let error = found.lap_secs / expected_secs - 1.0;
        assert!(error.abs() < 0.01, "{radius_m}: {} instead of {expected_secs}", found.lap_secs);
        assert!(found.line.points().iter().all(|point| (point.lateral_m - 0.58).abs() < 0.02));
    }
}

#[test]
fn no_line_is_faster_than_the_car_or_outside_the_road() {
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let road = sim::Road::new(&track);
    let found = par(&track, &CarModel::default());
    for point in found.line.points() {
        assert!(point.speed_mps <= Limits::TOP_MPS);
        let [left, right] = road.half_widths(road.at(point.s_m as f32)).map(f64::from);
        assert!((-right - 0.09..left + 0.09).contains(&point.lateral_m), "{point:?}");
    }
    // The same again, to the bit, and another car has another par.
    assert_eq!(par(&track, &CarModel::default()), found);
    let grippy = CarModel { friction: 0.7, ..CarModel::default() };
    assert!(par(&track, &grippy).lap_secs < found.lap_secs);
    assert_ne!(par::key(&track, &grippy), par::key(&track, &CarModel::default()));
}

#[test]
fn a_narrower_road_is_never_quicker() {
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let limits = Limits::of(&CarModel::default());
    let [wide, narrow] = [0.0, -0.2].map(|beyond_m| Line::fastest(&track, &limits, beyond_m).lap_secs());
    assert!(wide < narrow, "{wide} {narrow}");
    // From the narrow line on, with the whole road again, the search comes back to where it was.
    let again = Line::fastest(&track, &limits, -0.2).refined(&track, &limits, 0.0).lap_secs();
    assert!((again / wide - 1.0).abs() < 0.03, "{again} {wide}");
}

/// The reference driver's laps on the built-in tracks were kept by `examples/par.rs`. They are run again here, to the bit,
/// and are within 5 % of par; none is more than 2 % quicker, which would make par a lie.
#[test]
fn par_is_nearly_driven_on_every_track() {
    for name in builtin_tracks::names() {
        let track = builtin_tracks::find(name).expect("a built-in track");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/reference/{name}.replay"));
        let replay = Replay::from_bytes(&fs::read(&file).expect(name)).expect(name);
        assert_eq!(replay.track(), &track);
        let results = referee::verify(&replay).expect(name);
        let driven_secs = flying_lap_secs(&results[0].laps).expect("a clean flying lap");
        let par_secs = par(&track, &CarModel::default()).lap_secs;
        let more = driven_secs / par_secs - 1.0;
        assert!((-0.02..0.05).contains(&more), "{name}: driven {driven_secs}, par {par_secs}");
    }
}
