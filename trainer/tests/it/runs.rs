//! A run's files: repeated to the bit, resumed at any moment, never overwritten, never broken.

use crate::{policy, settings, steps, task, train};
use sim::Starts;
use sim_spec::{
    Boxes, Conditions, Policy, RaceType, builtin_tracks,
    observation::{CAMERA_2_V1, LIDAR_V1, ObservationSpec, STATE_TRAFFIC_V1},
};
use std::{fs, path::Path};
use trainer::{
    learn::algorithm,
    live::Live,
    run::{
        checkpoint,
        config::Config,
        run_folder::RunFolder,
        settings::{AlgorithmName, Settings},
        task::{Course, Task, Way},
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

/// The same where more than cars has to be brought back: rivals out of a pool, noise of sensors, conditions, several roads.
#[test]
fn every_kind_of_run_goes_on_as_if_it_had_not_been_cut_off() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tracks = ["harbour", "orchard"].map(|name| builtin_tracks::find(name).expect("a built-in track"));
    let conditions = Conditions { sensor_delay_steps: 1, ..Conditions::varied() };
    let alone = Course { way: Way::Both, conditions, ..Course::default() };
    let duel = Course { race_type: RaceType::HeadToHead { cars: 2 }, ..Course::default() };
    let boxes = RaceType::ObjectAvoidance { boxes: Boxes::Seeded(3) };
    let boxes = Course { race_type: boxes, starts: Starts::Around, ..Course::default() };
    let kinds: [(&str, &'static ObservationSpec, Course); 4] = [
        ("lidar", &LIDAR_V1, alone.clone()),
        ("camera", &CAMERA_2_V1, alone),
        ("duel", &STATE_TRAFFIC_V1, duel),
        ("boxes", &STATE_TRAFFIC_V1, boxes),
    ];
    for (name, observation, course) in kinds {
        let task = Task { tracks: tracks.to_vec(), course, observation, ..task("traffic") };
        let mut settings = settings(&task, 4);
        let small =
            Config { threads: 2, cars: 16, horizon: 16, minibatch: 128, evaluate_every: 5, ..Config::of(observation) };
        settings.config = Config { restart_every: 4, ..small };
        let (whole, cut) = (folder.path().join(format!("{name}-whole")), folder.path().join(format!("{name}-cut")));
        train(&whole, settings.clone(), task.clone(), steps(12 * 256));
        // After two iterations of the second start, and again after one of the third.
        train(&cut, settings, task, steps(6 * 256));
        resume(&cut, 9 * 256);
        resume(&cut, 12 * 256);
        for file in ["checkpoint.safetensors", "last.safetensors", "policy.safetensors", "run.json"] {
            let [whole, cut] = [&whole, &cut].map(|folder| fs::read(folder.join(file)).expect(file));
            assert!(whole == cut, "{name}: the same {file}");
        }
    }
}

#[test]
fn a_folder_is_for_one_run_and_one_process() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (task, settings) = (task("progress"), settings(&task("progress"), 1));
    let state = algorithm::first_state(&settings, &task);
    let path = folder.path().join("run");
    let training = Training::new(&path, settings.clone(), task.clone(), state.clone());
    let training = training.map_err(|error| error.line()).expect("a new folder");
    let second = RunFolder::open(&path).and_then(Training::resume).err().expect("it is taken");
    assert!(second.line().contains("another paddock"), "{}", second.line());
    drop(training);
    RunFolder::open(&path).and_then(Training::resume).map(drop).map_err(|error| error.line()).expect("free again");

    let notes = folder.path().join("notes");
    fs::create_dir(&notes).expect("a folder");
    fs::write(notes.join("reward.py"), "mine").expect("writable");
    let error = RunFolder::create(&notes, &settings, &task, &state).err().expect("it holds something else");
    assert!(error.line().contains("other files"), "{}", error.line());
    assert_eq!(fs::read_to_string(notes.join("reward.py")).expect("there"), "mine");
}

#[test]
fn a_run_that_diverges_keeps_its_last_good_checkpoint() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run");
    let (task, settings) = (task("progress"), settings(&task("progress"), 1));
    train(&path, settings.clone(), task.clone(), steps(1));
    // Numbers, but such that their products are none any more.
    let mut state = algorithm::first_state(&settings, &task);
    state.lists.get_mut("parameters").expect("parameters").fill(1e30);
    let good = checkpoint::to_bytes(&state);
    fs::write(path.join("checkpoint.safetensors"), &good).expect("writable");
    let training = RunFolder::open(&path).and_then(Training::resume);
    let mut training = training.map_err(|error| error.line()).expect("it goes on");
    let error = training.run(steps(4 * ITERATION), &mut Live::silent()).expect_err("it diverges");
    assert!(error.line().contains("broke down") && error.line().contains("learning_rate"), "{}", error.line());
    assert!(fs::read(path.join("checkpoint.safetensors")).expect("still there") == good);
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
