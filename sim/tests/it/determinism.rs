//! The same bits: twice, alone and among many, and in a year.

use crate::harbour;
use sim::{
    CONTROL_HZ, Road, World,
    car::{CarModel, Command},
    drivers, referee,
    referee::Mismatch,
    world::Pose,
};
use sim_spec::{RaceRules, Replay, Sha256Hex, builtin_tracks};
use std::sync::Arc;

/// Positions of all cars after ten seconds of weaving, `which` of them looked at.
fn weave(cars: usize, which: usize) -> Vec<[u32; 2]> {
    let mut world = World::alone(CarModel::default(), vec![Arc::new(Road::new(&harbour())); cars]);
    for car in 0..cars {
        // The car that is looked at starts the same; the others are somewhere.
        let s_m = if car == which { 1.0 } else { car as f32 * 0.37 };
        world.put(car, Pose { s_m, speed_mps: 1.0, ..Pose::default() });
    }
    let mut path = Vec::new();
    for tick in 0..600_u32 {
        for car in 0..cars {
            let own_way = if car == which { 0.0 } else { car as f32 * 0.01 };
            let steering_rad = ((tick / 20) % 5) as f32 * 0.1 - 0.2 + own_way;
            world.car_mut(car).command = Command { steering_rad, speed_mps: 1.0 + (tick % 7) as f32 * 0.4 };
        }
        world.step();
        path.push(world.cars()[which].position().to_array().map(f32::to_bits));
    }
    path
}

#[test]
fn a_car_drives_the_same_alone_and_among_many() {
    let alone = weave(1, 0);
    for (cars, which) in [(2, 1), (100, 57), (1000, 999)] {
        assert!(weave(cars, which) == alone, "car {which} of {cars}");
    }
}

#[test]
fn a_replay_runs_again_to_the_same_result() {
    for name in builtin_tracks::names() {
        let track = builtin_tracks::find(name).expect("a built-in track");
        for (speed_mps, seed) in [(1.5, 1), (3.5, 2), (4.0, 3)] {
            let replay = referee::race(&track, &drivers::centre_line(speed_mps), &RaceRules::default(), seed);
            let stored = Replay::from_bytes(&replay.to_bytes()).expect("our own file");
            assert_eq!(referee::verify(&stored).as_deref(), Ok(replay.results()));
            let telemetry = referee::telemetry(&stored, 0).expect("it verifies");
            assert_eq!(telemetry.x_m.len(), stored.actions().len() + 1);
            assert_eq!(telemetry.hz, CONTROL_HZ);
            assert_eq!(telemetry.total_secs, replay.result().total_secs);
            assert_eq!(telemetry.lap_secs.len(), replay.result().laps.len());
        }
    }
}

#[test]
fn a_changed_action_is_found_out() {
    let replay = referee::race(&harbour(), &drivers::centre_line(2.0), &RaceRules::default(), 1);
    let with = |change: fn(&mut Vec<[f32; 2]>)| {
        let mut actions = replay.actions().to_vec();
        change(&mut actions);
        let (track, rules, results) = (replay.track().clone(), replay.rules().clone(), replay.results().to_vec());
        let changed = Replay::new(track, rules, actions, results).expect("still a valid file");
        referee::verify(&changed)
    };
    assert_eq!(with(|_| ()).as_deref(), Ok(replay.results()));
    let steered = with(|actions| actions[20][0] += 1e-3);
    assert!(matches!(steered, Err(Mismatch::Result { .. })), "{steered:?}");
    let shortened = with(|actions| actions.truncate(50));
    assert_eq!(shortened, Err(Mismatch::TooFewActions(50)));
    let lengthened = with(|actions| actions.push([0.0, 0.0]));
    assert!(matches!(lengthened, Err(Mismatch::TooManyActions { .. })), "{lengthened:?}");
}

/// Digest of races on every built-in track, bit for bit: results, replays and positions.
///
/// It changes when the simulation changes, and only then: bump `SIM_VERSION` with it and write in CHANGELOG.md why.
/// It is the same in debug and release builds and on any machine.
const GOLDEN: &str = "f2942c3aea082b6d493e0734d8188e372025f14cbf456a9095f0ab34082269be";

#[test]
fn the_golden_races_have_not_changed() {
    let mut record = Vec::new();
    for name in builtin_tracks::names() {
        let track = builtin_tracks::find(name).expect("a built-in track");
        for speed_mps in [1.0, 2.5, 4.0] {
            let replay = referee::race(&track, &drivers::centre_line(speed_mps), &RaceRules::default(), 42);
            let telemetry = referee::telemetry(&replay, 0).expect("it verifies");
            record.extend(replay.to_bytes());
            for numbers in [telemetry.x_m, telemetry.y_m, telemetry.yaw_rad, telemetry.speed_mps] {
                record.extend(numbers.into_iter().flat_map(f32::to_le_bytes));
            }
        }
    }
    assert_eq!(Sha256Hex::of(&record).to_string(), GOLDEN);
}
