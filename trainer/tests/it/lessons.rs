//! The lessons: each task is passed by doing what the lesson says, and not by doing less.

use clap::Parser;
use serde_json::{Map, json};
use sim_spec::builtin_tracks;
use std::{
    fs,
    path::{Path, PathBuf},
};
use trainer::{
    commands::Cli,
    compare::{Contender, Plan},
    lesson::{Findings, LESSONS},
    run::{recipe::Recipe, task::Course, trial::Trial},
};

/// Trains in `folder`, from random weights.
fn train(folder: &Path, recipe: &Recipe, tracks: &[&str], steps: u64) -> PathBuf {
    let tracks: Vec<_> = tracks.iter().map(|name| builtin_tracks::find(name).expect("a built-in track")).collect();
    let trial = Trial { recipe, tracks: &tracks, seed: 1, steps };
    trial.train(folder, steps).map_err(|failure| failure.line()).expect("it trains");
    folder.to_owned()
}

fn check(number: usize, files: &[PathBuf]) -> Findings {
    let findings = LESSONS[number - 1].check(files).map_err(|failure| failure.line()).expect("it can be checked");
    assert_eq!(findings.is_passed(), findings.hint.is_none(), "{findings:?}");
    findings
}

fn passes(number: usize, files: &[PathBuf]) {
    let findings = check(number, files);
    assert!(findings.is_passed(), "lesson {number}: {findings:?}");
}

fn fails(number: usize, files: &[PathBuf], words: &str) {
    let findings = check(number, files);
    assert!(findings.missing.iter().any(|what| what.contains(words)), "lesson {number}: {findings:?}");
}

fn with(config: serde_json::Value) -> Recipe {
    Recipe { config: config.as_object().cloned().unwrap_or_else(Map::new), ..Recipe::default() }
}

/// The reward that a lesson shows, in a file.
fn reward_of(number: usize, folder: &Path) -> Recipe {
    let text = LESSONS[number - 1].text;
    let code = text.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it shows one");
    let path = folder.join("reward.py");
    fs::write(&path, code).expect("writable");
    Recipe { reward: Some(path.to_string_lossy().into_owned()), ..Recipe::default() }
}

#[test]
fn a_first_lap_and_its_curve() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |name: &str, steps| train(&folder.path().join(name), &Recipe::default(), &["harbour"], steps);
    let (short, long) = (run("short", 200_000), run("long", 3_000_000));
    passes(1, std::slice::from_ref(&long));
    passes(1, &[long.join("policy.safetensors")]);
    fails(1, &[run("none", 40_000)], "a clean lap");
    passes(2, &[short.clone(), long.clone()]);
    fails(2, &[long.clone(), short.clone()], "still rising");
    let other = train(&folder.path().join("other"), &Recipe::default(), &["ridge"], 200_000);
    fails(2, &[other, long.clone()], "the same track");
    // No reward of one's own, and no run at all.
    fails(3, std::slice::from_ref(&long), "a reward of your own");
    let nothing = LESSONS[0].check(&[folder.path().join("nowhere")]).expect_err("it is not there");
    assert_eq!(nothing.status(), 2);
}

#[test]
fn a_reward_of_ones_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let recipe = reward_of(3, folder.path());
    let run = train(&folder.path().join("run"), &recipe, &["harbour"], 1_000_000);
    passes(3, std::slice::from_ref(&run));
    let short = train(&folder.path().join("short"), &recipe, &["harbour"], 20_000);
    fails(3, &[short], "3 clean laps");
}

#[test]
fn a_setting_that_matters() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let compare = |name: &str, other: Recipe, steps| {
        let contender = |recipe| Contender::Recipe { label: "recipe".into(), recipe };
        let plan = Plan {
            contenders: [contender(Recipe::default()), contender(other)],
            tracks: vec![builtin_tracks::find("harbour").expect("a built-in track")],
            seeds: 3,
            steps,
            laps: 3,
            folder: folder.path().join(name),
        };
        plan.scores(|_, _| ()).map_err(|failure| failure.line()).expect("they train");
        plan.folder
    };
    let told = compare("told", with(json!({"learning_rate": 1e-6})), 250_000);
    passes(4, std::slice::from_ref(&told));
    let two = compare("two", with(json!({"learning_rate": 1e-6, "entropy_weight": 0.01})), 20_000);
    fails(4, &[two], "differ in one thing: entropy_weight");
    fails(4, &[folder.path().to_owned()], "there are 0");
}

#[test]
fn unseen_tracks_and_wet_days() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let many = ["lagoon", "orchard", "foundry", "harbour", "mill", "ridge", "cathedral", "needle"];
    let many = train(&folder.path().join("many"), &Recipe::default(), &many, 3_000_000);
    passes(5, &[many]);
    let one = train(&folder.path().join("one"), &Recipe::default(), &["meadow"], 500_000);
    fails(5, std::slice::from_ref(&one), "meadow was trained on");
    let course = Course { conditions: sim_spec::Conditions::varied(), ..Course::default() };
    let varied = Recipe { course: Some(course), ..with(json!({"gamma": 0.995})) };
    let varied = train(&folder.path().join("varied"), &varied, &["harbour"], 4_000_000);
    passes(6, &[varied]);
    fails(6, &[one], "wet races");
}

/// Par takes minutes to beat, too long for a test: `fixtures/lesson-7.safetensors` is what the lesson's own reward came to,
/// by `paddock train --track orchard --reward reward.py --steps 8000000 --seed 2`.
#[test]
fn par_by_design() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = train(&folder.path().join("run"), &reward_of(7, folder.path()), &["orchard"], 300_000);
    fails(7, std::slice::from_ref(&run), "quicker than par");
    let best = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/lesson-7.safetensors");
    fs::copy(best, run.join("policy.safetensors")).expect("writable");
    passes(7, &[run]);
}

/// Every command that a lesson or a page about trying tells to type is one.
#[test]
fn what_the_pages_say_can_be_typed() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let mut pages: Vec<String> = LESSONS.iter().map(|lesson| lesson.text.to_owned()).collect();
    pages.extend(["lessons/README.md", "trying.md"].map(|page| fs::read_to_string(docs.join(page)).expect(page)));
    let mut commands = 0;
    for page in &pages {
        for block in page.split("```sh\n").skip(1) {
            for line in block.split("```").next().into_iter().flat_map(str::lines) {
                let line = line.split('#').next().unwrap_or_default().trim();
                if line.starts_with("paddock ") {
                    let parsed = Cli::try_parse_from(line.split_whitespace());
                    assert!(
                        parsed.is_ok(),
                        "{line}: {}",
                        parsed.err().map(|error| error.to_string()).unwrap_or_default()
                    );
                    commands += 1;
                }
            }
        }
    }
    assert!(commands > 20, "{commands}");
}

#[test]
fn the_files_of_a_lesson_are_where_its_commands_put_them() {
    for lesson in &LESSONS {
        assert!(lesson.text.starts_with(&format!("# Lesson {}: ", lesson.number)));
        for file in lesson.files {
            assert!(lesson.text.contains(&format!("--out {file}\n")), "lesson {}: {file}", lesson.number);
        }
        let check = format!("paddock lesson check {} {}", lesson.number, lesson.files.join(" "));
        assert!(lesson.text.contains(&check), "{check}");
    }
}
