//! Files of every format version, kept for ever: whatever Paddock once wrote, it reads.
//!
//! `UPDATE_GOLDEN=1 cargo test -p sim` writes the files of the present versions. Files of earlier versions are never
//! written again.

use crate::harbour;
use sim::{SIM_VERSION, drivers, pilot::Pilot, referee};
use sim_spec::{
    ActionSpace, Layer, Normaliser, Policy, Provenance, RaceRules, RaceType, Replay, Track, observation::CAMERA_V1,
};
use std::{fs, path::PathBuf};

/// The file of that name, made by `make` if it is to be written anew.
fn golden(name: &str, make: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, make()).expect("a writable folder");
    }
    fs::read(path).expect(name)
}

#[test]
fn a_policy_of_version_1_is_read_and_written_alike() {
    let bytes = golden("policy-v1.safetensors", || drivers::centre_line(2.0).to_bytes());
    let policy = Policy::from_bytes(&bytes).expect("version 1");
    assert_eq!(policy, drivers::centre_line(2.0));
    assert!(policy.to_bytes() == bytes);
}

/// All that version 2 added: pool, convolution, actions to choose from.
fn camera_policy() -> Policy {
    let number = |index: usize| (index * 37 % 101) as f32 * 0.02 - 1.0;
    let numbers = |count: usize| (0..count).map(number).collect::<Vec<f32>>();
    let inputs = CAMERA_V1.len();
    let layers = vec![
        Layer::AveragePool { size: 10 },
        Layer::Conv2d { inputs: 1, outputs: 4, kernel: 3, stride: 2, weight: numbers(36), bias: numbers(4) },
        Layer::Relu,
        // 12 x 16 tiles: 5 x 7 places.
        Layer::Linear { inputs: 140, outputs: 3, weight: numbers(420), bias: numbers(3) },
    ];
    let action = ActionSpace::Discrete { actions: vec![[0.35, 1.0], [0.0, 2.5], [-0.35, 1.0]] };
    let normaliser = Normaliser { mean: vec![128.0; inputs], std: vec![64.0; inputs] };
    let provenance = Provenance { trainer_version: "golden".into(), ..Provenance::default() };
    Policy::seeing(&CAMERA_V1, action, normaliser, layers, provenance).expect("valid")
}

#[test]
fn a_policy_of_version_2_is_read_and_written_alike_and_does_the_same() {
    let bytes = golden("policy-v2.safetensors", || camera_policy().to_bytes());
    let policy = Policy::from_bytes(&bytes).expect("version 2");
    assert_eq!(policy, camera_policy());
    assert!(policy.to_bytes() == bytes);
    let picture: Vec<f32> = (0..CAMERA_V1.len()).map(|pixel| (pixel * 7919 % 256) as f32).collect();
    let thought = Pilot::new(&policy).think(&picture).iter().map(|number| number.to_bits()).collect::<Vec<_>>();
    assert_eq!(thought, [3_221_479_034, 1_058_383_166, 1_061_614_044], "the same bits on any machine");
}

#[test]
fn a_track_of_version_1_is_read_and_written_alike() {
    let bytes = golden("track-v1.toml", || harbour().to_text().into_bytes());
    let track = Track::parse("", &bytes).expect("version 1");
    assert_eq!(track, harbour());
    assert!(track.to_text().into_bytes() == bytes);
}

/// The simulator has changed since, so only the file itself is still the same.
#[test]
fn a_replay_of_version_1_is_still_read() {
    let bytes = include_bytes!("../fixtures/replay-v1.replay");
    let replay = Replay::from_bytes(bytes).expect("version 1");
    assert_eq!((replay.result().sim_version.as_str(), replay.result().completed_laps), ("1", 3));
    assert_eq!((replay.rules(), replay.track()), (&RaceRules::default(), &harbour()));
    assert_eq!(replay.steps().len(), 442);
    let mismatch = referee::verify(&replay).expect_err("another simulator");
    assert!(mismatch.to_string().contains("recorded by simulator version 1"), "{mismatch}");
    assert_eq!(Replay::from_bytes(&replay.to_bytes()), Ok(replay), "and written as version 2");
}

#[test]
fn a_replay_of_version_2_is_read_written_alike_and_verified() {
    let rules = RaceRules { race_type: RaceType::HeadToHead { cars: 2 }, laps: 1, ..RaceRules::default() };
    let [slow, fast] = [1.5, 2.0].map(drivers::centre_line);
    let race = || referee::race_together(&harbour(), &[&slow, &fast], &rules, 1);
    let bytes = golden("replay-v2.replay", || race().to_bytes());
    let replay = Replay::from_bytes(&bytes).expect("version 2");
    assert!(replay.to_bytes() == bytes);
    assert_eq!(replay.result().sim_version, SIM_VERSION, "write a file of the new simulator beside this one");
    assert_eq!(referee::verify(&replay).as_deref(), Ok(replay.results()));
}
