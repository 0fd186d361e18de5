//! A run's files: repeated to the bit, resumed at any moment, never overwritten, never broken.

use crate::{policy, settings, steps, task, train};
use sim_spec::Policy;
use std::{fs, path::Path};
use trainer::{
    learn::algorithm,
    live::Live,
    run::{
        run_folder::RunFolder,
        settings::{AlgorithmName, Settings},
        training::Training,
    },
};

/// Control steps of one iteration.
const ITERATION: u64 = 16_384;

fn resume(folder: &Path, until: u64) {
    let found = RunFolder::open(folder).map_err(|error| error.line()).expect("a run");
    let mut training = Training::resume(found).map_err(|error| error.line()).expect("it goes on");
    training.run(steps(until), &mut Live::silent()).map_err(|error| error.line()).expect("it trains");
}

#[test]
fn the_same_seed_gives_the_same_curve_and_file_and_another_seed_does_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |name: &str, seed| {
        let path = folder.path().join(name);
        train(&path, settings(&task("progress"), seed), task("progress"), steps(200_000));
        let curve = fs::read_to_string(path.join("metrics.jsonl")).expect("metrics");
        // All but what the clock says.
        let curve = curve.lines().map(|line| {
            let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            line["charts/steps_per_sec"] = 0.into();
            line
        });
        (policy(&path), fs::read_to_string(path.join("run.json")).expect("settings"), curve.collect::<Vec<_>>())
    };
    let (first, second, other) = (run("first", 5), run("second", 5), run("other", 6));
    assert!(first == second, "the same seed, the same bytes");
    assert!(first.0 != other.0 && first.2 != other.2, "another seed, another policy");
}

/// Cut off between two restarts of the cars, a run goes on with the very same cars.
#[test]
fn a_run_that_was_cut_off_goes_on_as_if_it_had_not_been() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (whole, cut) = (folder.path().join("whole"), folder.path().join("cut"));
    let begin = |path: &Path, until| train(path, settings(&task("progress"), 9), task("progress"), steps(until));
    begin(&whole, 44 * ITERATION);
    begin(&cut, 37 * ITERATION);
    // What a kill in the middle of an iteration leaves: more than the checkpoint knows, and half a file.
    for (file, more) in
        [("metrics.jsonl", &b"{\"iteration\":38,\"steps\":1}\n{\"iterat"[..]), ("journal-1.bin", b"half")]
    {
        let before = fs::read(cut.join(file)).expect(file);
        fs::write(cut.join(file), [&before, more].concat()).expect("writable");
    }
    fs::write(cut.join("policy.safetensors.partial"), b"half").expect("writable");
    resume(&cut, 44 * ITERATION);
    assert!(policy(&whole) == policy(&cut), "the same policy");
    for file in ["checkpoint.safetensors", "last.safetensors", "run.json"] {
        let [whole, cut] = [&whole, &cut].map(|folder| fs::read(folder.join(file)).expect(file));
        assert!(whole == cut, "the same {file}");
    }
    let iterations = |folder: &Path| -> Vec<u64> {
        let text = fs::read_to_string(folder.join("metrics.jsonl")).expect("metrics");
        let number = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["iteration"].as_u64();
        text.lines().map(|line| number(line).expect("a number")).collect()
    };
    assert_eq!(iterations(&cut), (1..=44).collect::<Vec<_>>());
    assert_eq!(iterations(&whole), iterations(&cut));
}

#[test]
fn soft_actor_critic_is_repeated_and_resumed_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |name: &str| {
        let path = folder.path().join(name);
        let mut settings = settings(&task("progress"), 5);
        settings.algorithm = AlgorithmName::Sac;
        train(&path, settings, task("progress"), steps(3 * 2048));
        path
    };
    let [one, other] = ["one", "other"].map(run);
    assert!(policy(&one) == policy(&other), "the same seed, the same bytes");
    resume(&one, 5 * 2048);
    let [went_on, stopped] = [&one, &other].map(|run| fs::read(run.join("last.safetensors")).expect("a policy"));
    assert!(went_on != stopped, "it learned on");
}

#[test]
fn a_run_is_not_overwritten_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run");
    let (task, settings) = (task("progress"), settings(&task("progress"), 1));
    train(&path, settings.clone(), task.clone(), steps(1));
    let state = algorithm::first_state(&settings, &task);
    let error = RunFolder::create(&path, &settings, &task, &state).err().expect("it holds a run");
    assert!(error.line().contains("--resume"), "{}", error.line());
    Policy::from_bytes(&policy(&path)).expect("still whole");

    for (file, words) in [("checkpoint.safetensors", "checkpoint"), ("run.json", "run.json")] {
        let whole = fs::read(path.join(file)).expect(file);
        fs::write(path.join(file), &whole[..whole.len() / 2]).expect("writable");
        let error = RunFolder::open(&path).and_then(Training::resume).err().expect("it is broken");
        assert_eq!(error.status(), 2);
        assert!(error.line().contains(words), "{}", error.line());
        fs::write(path.join(file), whole).expect("writable");
    }
    let again: Result<Settings, _> = Settings::read(&path.join("run.json"));
    assert_eq!(again.map_err(|error| error.line()).expect("whole again").seed, 1);
}
