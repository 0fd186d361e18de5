//! It learns: every algorithm, sight and kind of action drives clean laps from random weights, on a budget of steps and
//! not of seconds.

use crate::{policy, settings, steps, task, train};
use sim_spec::{
    Policy, RaceRules, RaceType, builtin_tracks,
    observation::{CAMERA_2_V1, LIDAR_V1, STATE_TRAFFIC_V1},
    track_generator,
};
use std::path::Path;
use trainer::{
    learn::action_grid,
    run::{
        config::Config,
        limits::Limits,
        settings::{AlgorithmName, Settings},
        task::Task,
        warm_start,
    },
};

/// Trains until three laps are clean from every start, within a budget of control steps.
#[track_caller]
fn learns(folder: &Path, name: &str, settings: Settings, task: Task, budget: u64) {
    let untrained = train(&folder.join(format!("{name}-untrained")), settings.clone(), task.clone(), steps(1));
    assert!(!untrained.evaluation.is_clean(), "one iteration teaches nothing yet");
    let limits = Limits { clean_laps: Some(settings.laps), ..steps(budget) };
    let trained = train(&folder.join(name), settings, task, limits);
    assert!(trained.is_reached, "{name}: {:?}", trained.evaluation.results);
    assert!(trained.evaluation.is_better_than(&untrained.evaluation));
}

#[test]
fn proximal_policy_optimisation_learns_to_drive() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (reward, budget) in [("progress", 2_000_000), ("centre-line", 4_000_000)] {
        let task = task(reward);
        learns(folder.path(), reward, settings(&task, 3), task, budget);
    }
}

#[test]
fn a_list_of_actions_will_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let task = Task { action: action_grid::grid(5, 3), ..task("progress") };
    learns(folder.path(), "discrete", settings(&task, 3), task, 2_000_000);
}

#[test]
fn soft_actor_critic_learns_to_drive() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let task = task("progress");
    let settings = Settings { algorithm: AlgorithmName::Sac, ..settings(&task, 3) };
    learns(folder.path(), "sac", settings, task, 120_000);
}

#[test]
fn a_lidar_and_a_camera_will_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (observation, laps, budget) in [(&LIDAR_V1, 3, 2_000_000), (&CAMERA_2_V1, 1, 150_000)] {
        let task = Task { observation, ..task("progress") };
        let mut settings = settings(&task, 3);
        settings.laps = laps;
        settings.config = Config { threads: 2, ..Config::of(observation) };
        learns(folder.path(), observation.id, settings, task, budget);
    }
}

#[test]
fn a_value_function_of_its_own_will_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let task = task("progress");
    let mut settings = settings(&task, 3);
    settings.config.separate_value = true;
    learns(folder.path(), "separate", settings, task, 2_000_000);
}

/// Trained on eight generated tracks, it drives tracks that it has never seen.
#[test]
fn what_is_learned_on_eight_tracks_is_good_for_others() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let task = Task { tracks: (1..=8).map(track_generator::generate).collect(), ..task("progress") };
    let path = folder.path().join("run");
    train(&path, settings(&task, 3), task, steps(3_000_000));
    let policy = Policy::from_bytes(&policy(&path)).expect("a policy");
    let clean = (101..=104).filter(|seed| {
        let result = sim::referee::race(&track_generator::generate(*seed), &policy, &RaceRules::default(), 1);
        result.result().laps.len() == 3 && result.result().laps.iter().all(|lap| lap.clean)
    });
    let clean: Vec<u64> = clean.collect();
    assert!(clean.len() >= 3, "clean on {clean:?} only");
}

/// Head to head, it beats the policy that it began with, in at least nine races of ten. That policy is a beginner, which has
/// hardly learned to stay on the road: what is learned here is racing *and* driving.
#[test]
fn self_play_beats_its_own_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let race_type = RaceType::HeadToHead { cars: 2 };
    let mut alone = Task { observation: &STATE_TRAFFIC_V1, ..task("progress") };
    let first = folder.path().join("first");
    train(&first, settings(&alone, 3), alone.clone(), steps(100_000));
    let start = Policy::from_bytes(&policy(&first)).expect("a policy");

    alone.course.race_type = race_type.clone();
    let task = Task { reward: crate::reward("traffic"), ..alone };
    let mut settings = settings(&task, 3);
    settings.config = Config { cars: 256, minibatch: 2048, ..settings.config };
    let state = trainer::learn::algorithm::first_state(&settings, &task);
    let state = warm_start::from_policy(&settings, &task, &start, state, "start").map_err(|error| error.line());
    let raced = folder.path().join("raced");
    crate::train_from(&raced, settings, task, state.expect("it fits"), steps(1_500_000));

    let policy = Policy::from_bytes(&policy(&raced)).expect("a policy");
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let rules = RaceRules { race_type, ..RaceRules::default() };
    let wins = (1..=20).filter(|seed| {
        sim::referee::race_together(&track, &[&policy, &start], &rules, *seed).results()[0].finish_place == 1
    });
    let wins = wins.count();
    assert!(wins >= 18, "{wins} of 20");
}
