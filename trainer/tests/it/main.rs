//! The trainer's tests from outside: it learns, it repeats itself to the bit, it goes on where it stopped.

mod trying;

use sim_spec::{Policy, builtin_tracks};
use std::{fs, path::Path};
use trainer::{
    config::Config,
    limits::Limits,
    live::Live,
    reward,
    run_folder::{RunFolder, Settings},
    training::{Outcome, Training},
};

/// Control steps between two checkpoints: 32 iterations of 16,384.
const CHECKPOINT: u64 = 32 * 16_384;

fn train(folder: &Path, reward: &str, seed: u64, limits: Limits) -> Outcome {
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let reward = reward::find(reward).expect("a reward");
    let settings = Settings::new(&track, reward, seed, 3, Config::default());
    let run = RunFolder::create(folder, &settings, &track).expect("an empty folder");
    Training::new(run, settings, track, reward).run(limits, &mut Live::silent()).expect("it trains")
}

fn steps(steps: u64) -> Limits {
    Limits { steps: Some(steps), ..Limits::default() }
}

fn policy(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("policy.safetensors")).expect("a policy")
}

/// From random weights to laps: with every reward, on a budget of steps and not of seconds.
#[test]
fn it_learns_to_drive_clean_laps() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (reward, budget) in [("progress", 2_000_000), ("centre-line", 4_000_000)] {
        let untrained = train(&folder.path().join(format!("{reward}-untrained")), reward, 3, steps(1));
        assert!(!untrained.evaluation.is_clean(), "one iteration teaches nothing yet");
        let limits = Limits { clean_laps: Some(3), ..steps(budget) };
        let trained = train(&folder.path().join(reward), reward, 3, limits);
        assert!(trained.is_reached, "{reward}: {:?}", trained.evaluation);
        assert!(trained.evaluation.is_better_than(&untrained.evaluation));
    }
}

#[test]
fn the_same_seed_gives_the_same_file_and_another_seed_does_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |name: &str, seed| {
        let path = folder.path().join(name);
        train(&path, "progress", seed, steps(200_000));
        (policy(&path), fs::read_to_string(path.join("run.json")).expect("settings"))
    };
    let (first, second, other) = (run("first", 5), run("second", 5), run("other", 6));
    assert!(first == second, "the same seed, the same bytes");
    assert!(first.0 != other.0, "another seed, another policy");
}

#[test]
fn a_run_that_was_cut_off_goes_on_as_if_it_had_not_been() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (whole, cut) = (folder.path().join("whole"), folder.path().join("cut"));
    train(&whole, "progress", 9, steps(2 * CHECKPOINT));
    train(&cut, "progress", 9, steps(CHECKPOINT));
    // What a kill in the middle of an iteration leaves: metrics beyond the checkpoint, and half a file.
    let metrics = cut.join("metrics.jsonl");
    let before = fs::read_to_string(&metrics).expect("metrics");
    fs::write(&metrics, format!("{before}{{\"iteration\":33,\"steps\":1}}\n{{\"iterat")).expect("writable");
    fs::write(cut.join("policy.safetensors.partial"), b"half").expect("writable");

    let mut training = Training::resume(RunFolder::open(&cut).expect("a run")).expect("it goes on");
    training.run(steps(2 * CHECKPOINT), &mut Live::silent()).expect("it trains");
    assert!(policy(&whole) == policy(&cut), "the same policy");
    for file in ["checkpoint.safetensors", "run.json"] {
        let [whole, cut] = [&whole, &cut].map(|folder| fs::read(folder.join(file)).expect(file));
        assert!(whole == cut, "the same {file}");
    }
    let iterations = |folder: &Path| -> Vec<u64> {
        let text = fs::read_to_string(folder.join("metrics.jsonl")).expect("metrics");
        let number = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["iteration"].as_u64();
        text.lines().map(|line| number(line).expect("a number")).collect()
    };
    assert_eq!(iterations(&cut), (1..=64).collect::<Vec<_>>());
    assert_eq!(iterations(&whole), iterations(&cut));
}

#[test]
fn a_run_is_not_overwritten_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run");
    train(&path, "progress", 1, steps(1));
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let settings = Settings::new(&track, &reward::REWARDS[0], 1, 3, Config::default());
    let error = RunFolder::create(&path, &settings, &track).err().expect("it holds a run");
    assert!(error.line().contains("--resume"), "{}", error.line());
    Policy::from_bytes(&policy(&path)).expect("still whole");

    for (file, words) in [("checkpoint.safetensors", "checkpoint"), ("run.json", "run.json")] {
        let whole = fs::read(path.join(file)).expect(file);
        fs::write(path.join(file), &whole[..whole.len() / 2]).expect("writable");
        let error = RunFolder::open(&path).err().expect("it is broken");
        assert_eq!(error.status(), 2);
        assert!(error.line().contains(words), "{}", error.line());
        fs::write(path.join(file), whole).expect("writable");
    }
    RunFolder::open(&path).map(drop).map_err(|error| error.line()).expect("whole again");
}
