//! The trainer's tests from outside. One binary; each module is a story.
//!
//! - `learns`: from random weights to clean laps, by every way that there is
//! - `lessons`: each task is passed by doing what the lesson says, and not by doing less
//! - `python_rewards`: reward files of the racer's own, of every style, well-behaved and not
//! - `python_runs`: runs that they pay
//! - `reward_commands`: `paddock reward`
//! - `runs`: repeated to the bit, resumed at any moment, never broken
//! - `trying`: comparing, searching, watching

mod learns;
mod lessons;
mod python_rewards;
mod python_runs;
mod reward_commands;
mod runs;
mod trying;

use sim_spec::{ActionSpace, builtin_tracks, observation::STATE_V1};
use std::{fs, path::Path};
use trainer::{
    learn::algorithm::{self, State},
    live::Live,
    reward::Source,
    run::{
        config::Config,
        limits::Limits,
        settings::{AlgorithmName, Settings},
        task::{Course, Task},
        training::{Outcome, Training},
    },
};

fn reward(name: &str) -> Source {
    Source::find(name).map_err(|error| error.line()).expect("a reward of ours")
}

/// Harbour, seen by its state, for a reward of ours.
fn task(name: &str) -> Task {
    Task {
        tracks: vec![builtin_tracks::find("harbour").expect("a built-in track")],
        course: Course::default(),
        observation: &STATE_V1,
        action: ActionSpace::full(),
        reward: reward(name),
    }
}

/// The defaults with two threads, whatever the machine has.
fn settings(task: &Task, seed: u64) -> Settings {
    Settings::new(task, AlgorithmName::Ppo, seed, 3, Config::default())
}

fn train(folder: &Path, settings: Settings, task: Task, limits: Limits) -> Outcome {
    let state = algorithm::first_state(&settings, &task);
    train_from(folder, settings, task, state, limits)
}

fn train_from(folder: &Path, settings: Settings, task: Task, state: State, limits: Limits) -> Outcome {
    let training = Training::new(folder, settings, task, state);
    let mut training = training.map_err(|error| error.line()).expect("an empty folder");
    training.run(limits, &mut Live::silent()).map_err(|error| error.line()).expect("it trains")
}

fn steps(steps: u64) -> Limits {
    Limits { steps: Some(steps), ..Limits::default() }
}

fn policy(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("policy.safetensors")).expect("a policy")
}
