//! Trying things: comparisons and sweeps that train for real.

use sim_spec::builtin_tracks;
use std::{fs, path::Path};
use trainer::{
    compare::{Comparison, Contender, Plan, Verdict},
    recipe::Recipe,
    sweep::{self, Report, Sweep},
};

fn recipe(toml: &str) -> Contender {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("recipe.toml");
    fs::write(&path, toml).expect("writable");
    Contender::Recipe { label: "recipe".into(), recipe: Recipe::read(&path).expect("a recipe") }
}

#[test]
fn what_cannot_learn_is_told_from_what_can() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plan = Plan {
        contenders: [recipe("[config]\nlearning_rate = 1e-8"), recipe("")],
        tracks: vec![builtin_tracks::find("harbour").expect("a built-in track")],
        seeds: 3,
        steps: 300_000,
        laps: 1,
        folder: folder.path().to_owned(),
    };
    let scores = plan.scores(|_, _| ()).expect("they train");
    let comparison = Comparison::of(vec!["harbour".into()], &scores, plan.trains());
    assert_eq!(comparison.verdict, Verdict::BFarther, "{}", comparison.sentence());
    // What is trained already is found again, and gives the same.
    let trained = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(trained, 6);
    assert_eq!(plan.scores(|_, _| ()).expect("they are there"), scores);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), trained);
}

const SWEEP: &str = "steps = 600_000\n[search]\nlearning_rate = [1e-8, 1e-3, 2e-3]\n";

fn sweep(folder: &Path) -> Report {
    let path = folder.with_extension("toml");
    fs::write(&path, SWEEP).expect("writable");
    Sweep::open(sweep::Plan::read(&path).expect("a plan"), folder)
        .expect("a sweep")
        .run(2, |_, _| ())
        .expect("it trains")
}

#[test]
fn a_sweep_finds_what_learns_and_goes_on_where_it_was_killed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [whole, cut] = ["whole", "cut"].map(|name| folder.path().join(name));
    let report = sweep(&whole);
    assert_ne!(report.rows[0].settings["learning_rate"], 1e-8);
    assert_eq!(report.rows[0].steps, 600_000);
    assert_eq!(report.rows[1].steps, 200_000, "only one of three came to the end");
    let best = Recipe::read(&whole.join("best.toml")).expect("a recipe");
    assert_eq!(best.config["learning_rate"], report.rows[0].settings["learning_rate"]);

    // A kill in the middle: the last scores are not there, one is half written, a run has no checkpoint yet.
    sweep(&cut);
    let log = fs::read_to_string(cut.join("scores.jsonl")).expect("a log");
    let first = log.lines().next().expect("a line");
    fs::write(cut.join("scores.jsonl"), format!("{first}\n{}", &first[..10])).expect("writable");
    fs::remove_file(cut.join("trial-001/checkpoint.safetensors")).expect("it was there");
    fs::remove_file(cut.join("best.toml")).expect("it was there");
    assert_eq!(sweep(&cut), report);
    assert!(cut.join("best.toml").exists());

    let other = folder.path().join("other.toml");
    fs::write(&other, SWEEP.replace("600_000", "300_000")).expect("writable");
    let plan = sweep::Plan::read(&other).expect("a plan");
    let refused = Sweep::open(plan, &cut).err().expect("another sweep is there");
    assert!(refused.line().contains("--out"), "{}", refused.line());
}
