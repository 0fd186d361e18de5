//! Runs that are paid by a Python reward: repeated and resumed to the bit, and whole when the reward fails.

use crate::{settings, steps, task, train};
use std::{fs, path::Path};
use trainer::{
    learn::algorithm,
    live::Live,
    reward::{Source, python::PythonSource},
    run::{limits::Limits, run_folder::RunFolder, task::Task, training::Training},
};

/// Control steps of one iteration.
const ITERATION: u64 = 16_384;

fn python_task(folder: &Path, source: &str) -> Task {
    let path = folder.join("mine.py");
    fs::write(&path, source).expect("writable");
    let reward = PythonSource::read(&path).map_err(|error| error.line()).expect("readable");
    Task { reward: Source::Python(reward), ..task("progress") }
}

fn resume(folder: &Path, limits: Limits) -> Result<(), String> {
    let found = RunFolder::open(folder).map_err(|error| error.line())?;
    let mut training = Training::resume(found).map_err(|error| error.line())?;
    training.run(limits, &mut Live::silent()).map(drop).map_err(|error| error.line())
}

/// With a reward that remembers and draws at random: cut off between two starts of the cars, and after one.
#[test]
fn a_run_that_was_cut_off_is_paid_as_if_it_had_not_been() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let task = python_task(
        folder.path(),
        "import random\nlast = 0.0\ndef reward_function(params):\n    global last\n    gained = params['progress'] - last\n    \
         last = params['progress']\n    return max(gained, 0) + random.random() * 0.01 + (params['sim_time'] < 5) * 0.1\n",
    );
    let run = |name: &str, until: u64| {
        let path = folder.path().join(name);
        let mut settings = settings(&task, 4);
        settings.config.restart_every = 4;
        train(&path, settings, task.clone(), steps(until * ITERATION));
        path
    };
    let whole = run("whole", 6);
    for iterations in [3, 5] {
        let cut = run(&format!("cut-{iterations}"), iterations);
        resume(&cut, steps(6 * ITERATION)).expect("it goes on");
        for file in ["checkpoint.safetensors", "last.safetensors"] {
            let [whole, cut] = [&whole, &cut].map(|run| fs::read(run.join(file)).expect(file));
            assert!(whole == cut, "the same {file} after {iterations}");
        }
    }
    assert!(
        fs::read(whole.join("reward.py")).expect("kept") == fs::read(folder.path().join("mine.py")).expect("there")
    );
}

#[test]
fn a_run_whose_reward_fails_stays_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Each car is called 32 times per iteration: it fails in the third.
    let task = python_task(
        folder.path(),
        "calls = 0\nprint('hello')\ndef reward_function(params):\n    global calls\n    calls += 1\n    \
         return params['progress'] / (calls - 70)\n",
    );
    let path = folder.path().join("run");
    let settings = settings(&task, 1);
    let state = algorithm::first_state(&settings, &task);
    let training = Training::new(&path, settings, task, state);
    let mut training = training.map_err(|error| error.line()).expect("it begins");
    let failure = training.run(steps(9 * ITERATION), &mut Live::silent()).expect_err("it fails");
    assert_eq!(failure.status(), 1);
    let line = failure.line();
    assert!(line.contains("mine.py:6: ZeroDivisionError"), "{line}");
    drop(training);
    // What was learned before is kept, and can be gone on with as far as the reward goes.
    let found = RunFolder::open(&path).map_err(|error| error.line()).expect("a run");
    let training = Training::resume(found).map_err(|error| error.line()).expect("it goes on");
    drop(training);
    let line = resume(&path, steps(9 * ITERATION)).expect_err("it fails again");
    assert!(line.contains("reward.py:6: ZeroDivisionError"), "{line}");

    fs::write(path.join("reward.py"), "def reward_function(params):\n    return 1\n").expect("writable");
    let line = resume(&path, steps(9 * ITERATION)).expect_err("another reward");
    assert!(line.contains("not the reward that the run began with"), "{line}");
}
