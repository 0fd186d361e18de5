//! Trying things: comparisons and sweeps that train for real.

use sim_spec::builtin_tracks;
use std::{fs, path::Path, sync::mpsc::channel};
use trainer::{
    compare::{Comparison, Contender, Plan, Verdict},
    run::{limits::Limits, recipe::Recipe, trial::Trial},
    sweep::{self, Report, Sweep},
    watch::{News, Watch, watch},
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
        steps: 200_000,
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

    // A kill in the middle: the last scores are not there, one is half written, a run has no settings yet, which are
    // written last.
    sweep(&cut);
    let log = fs::read_to_string(cut.join("scores.jsonl")).expect("a log");
    let first = log.lines().next().expect("a line");
    fs::write(cut.join("scores.jsonl"), format!("{first}\n{}", &first[..10])).expect("writable");
    fs::remove_file(cut.join("trial-001/run.json")).expect("it was there");
    fs::remove_file(cut.join("best.toml")).expect("it was there");
    assert_eq!(sweep(&cut), report);
    assert!(cut.join("best.toml").exists());

    let other = folder.path().join("other.toml");
    fs::write(&other, SWEEP.replace("600_000", "200_000")).expect("writable");
    let plan = sweep::Plan::read(&other).expect("a plan");
    let refused = Sweep::open(plan, &cut).err().expect("another sweep is there");
    assert!(refused.line().contains("--out"), "{}", refused.line());
}

/// Each version is trained with the reward that the file names, and shown beside the last one.
#[test]
fn a_watched_file_is_trained_on_each_save() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, out) = (folder.path().join("reward.py"), folder.path().join("versions"));
    let tracks = [builtin_tracks::find("harbour").expect("a built-in track")];
    fs::write(&file, "centre-line").expect("writable");
    let begin = |path: &Path| {
        let name = fs::read_to_string(&file).expect("it is there");
        let recipe = Recipe { reward: Some(name), ..Recipe::default() };
        Trial { recipe: &recipe, tracks: &tracks, seed: 1, steps: 200_000 }.begin(path)
    };
    let limits = Limits { steps: Some(200_000), ..Limits::default() };
    let (save, saves) = channel();
    let mut save = Some(save);
    let mut told = Vec::new();
    let mut overtaken = false;
    watch(&Watch { file: &file, out: &out, limits, begin: &begin }, &saves, |news| match (news, &save) {
        // The first version is overtaken once, by a file that cannot be used.
        (News::Training { number: 1, .. }, Some(save)) if !overtaken => {
            overtaken = true;
            fs::write(&file, "no-such-reward").expect("writable");
            save.send(()).expect("it listens");
        }
        (News::Training { .. }, _) => {}
        (News::Refused(failure), Some(save)) => {
            told.push(failure.line());
            fs::write(&file, "progress").expect("writable");
            save.send(()).expect("it listens");
        }
        (News::Trained { version, lines }, Some(_)) if version.number == 1 => {
            told.push(lines.join("\n"));
            fs::write(&file, "centre-line").expect("writable");
            // Two saves in a row are one.
            for _ in 0..2 {
                save.as_ref().expect("it listens").send(()).expect("it listens");
            }
        }
        (News::Trained { lines, .. }, _) => {
            told.push(lines.join("\n"));
            save = None;
        }
        (News::Refused(_), None) => told.push("refused".into()),
    })
    .expect("it trains");
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("no-such-reward"), "{}", told[0]);
    assert!(told[1].contains("version 1: 0.2 M steps") && told[1].contains("lap "), "{}", told[1]);
    assert!(told[2].contains("sector 3") && told[2].contains(" is faster: "), "{}", told[2]);
    let mut names: Vec<_> = fs::read_dir(&out).expect("a folder").map(|it| it.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["v001", "v002"]);
}
