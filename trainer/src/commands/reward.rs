//! `paddock reward`

use super::print_json;
use crate::{
    failure::{Failure, bad_input, not_done},
    files::{read_track, shell_word},
    reward::{
        BUILTIN,
        python::{
            File, Finding, Limits, Log, Python, Severity, Stage,
            check::{Checked, check},
            replay::{EpisodeSums, Replayed, replay},
            trace_file::{self, Row},
        },
    },
};
use clap::Subcommand;
use serde_json::json;
use sim_spec::Track;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Episodes that a person is shown; all of them are in the JSON document.
const SHOWN_EPISODES: usize = 20;

#[derive(Subcommand)]
pub enum Reward {
    /// List the rewards that come with Paddock
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Read a Python reward, try it on real driving and say what is wrong with it
    Check {
        /// The file with reward_function(params)
        file: PathBuf,
        /// Print what was found as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a Python reward would have paid for an old run
    Replay {
        /// The file with reward_function(params)
        file: PathBuf,
        /// Folder of a run, or DeepRacer's simtrace: a file or a folder of them
        run: PathBuf,
        /// Track that was driven on, for a simtrace without a run [default: the run's]
        #[arg(long)]
        track: Vec<String>,
        /// Print all episodes as JSON
        #[arg(long)]
        json: bool,
    },
}

impl Reward {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { json } => {
                list(json);
                Ok(())
            }
            Self::Check { file, json } => check_file(&file, json),
            Self::Replay { file, run, track, json } => replay_run(&file, &run, &track, json),
        }
    }
}

/// What the reward prints is no result of ours: it goes to stderr.
fn log() -> Log {
    Arc::new(|line| eprintln!("{line}"))
}

fn list(json: bool) {
    if json {
        let entry = |reward: &_| {
            let crate::reward::builtin::BuiltinReward { name, summary, .. } = reward;
            json!({"name": name, "summary": summary})
        };
        return print_json(&BUILTIN.iter().map(entry).collect::<Vec<_>>());
    }
    for reward in BUILTIN.iter() {
        println!("{:<20} {}", reward.name, reward.summary);
    }
    println!("{:<20} your own: `paddock reward check FILE.py` says whether it works", "FILE.py");
}

fn check_file(path: &Path, json: bool) -> Result<(), Failure> {
    let file = File::read(path)?;
    let checked = check(&Python::find()?, &file, Limits::default(), log());
    match json {
        true => print_json(&checked),
        false => print_checked(&checked, &file),
    }
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    match errors {
        0 => Ok(()),
        1 => Err(not_done(&file.name, "1 error")),
        _ => Err(not_done(&file.name, format!("{errors} errors"))),
    }
}

fn print_checked(checked: &Checked, file: &File) {
    for finding in &checked.findings {
        print_finding(finding, file);
    }
    if !checked.paid.is_empty() {
        println!("paid in {} states of real driving:", checked.states);
        println!("  {:<20} {:>7} {:>10} {:>10} {:>10}", "", "states", "least", "mean", "most");
        for (situation, range) in &checked.paid {
            let name = situation.name();
            println!("  {name:<20} {:>7} {:>10.3} {:>10.3} {:>10.3}", range.states, range.min, range.mean, range.max);
        }
    }
    if let Some(call_us) = checked.call_us {
        println!("a call takes {call_us:.1} µs; keys in use: {}", checked.keys.join(", "));
    }
    if checked.ok {
        println!("no errors; try: paddock train --reward {}", shell_word(&file.name));
    }
}

/// The finding, and the line that it is about.
fn print_finding(finding: &Finding, file: &File) {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    };
    println!("{}: {severity}: {} [{}]", finding.place(&file.name), finding.message, finding.code);
    let line = finding.line.and_then(|number| file.source.lines().nth(number as usize - 1).map(|text| (number, text)));
    let Some((number, text)) = line.filter(|(_, text)| !text.trim().is_empty()) else { return };
    println!("{number:>6} | {text}");
    let column = finding.column.map_or(0, |column| column.saturating_sub(1) as usize);
    if finding.column.is_some() {
        // Tabs stay tabs, so that the caret stands below its letter.
        let before = text.chars().take(column).map(|letter| if letter == '\t' { '\t' } else { ' ' });
        println!("       | {}^", before.collect::<String>());
    }
}

fn replay_run(path: &Path, run: &Path, tracks: &[String], json: bool) -> Result<(), Failure> {
    let file = File::read(path)?;
    if !run.exists() {
        return Err(bad_input(run.display(), "not there; name a run's folder or a simtrace"));
    }
    let tracks = tracks_of(run, tracks)?;
    let rows = rows_of(run)?;
    let replayed = replay(&Python::find()?, &file, Limits::default(), log(), &tracks, rows);
    let replayed = replayed.map_err(|fault| fault.failure(&file.name, Stage::Batch))?;
    match json {
        true => print_json(&json!({"replay": replayed, "sentence": replayed.sentence()})),
        false => print_replayed(&replayed),
    }
    Ok(())
}

/// The tracks that are named, or those of the run.
fn tracks_of(run: &Path, named: &[String]) -> Result<Vec<Track>, Failure> {
    if !named.is_empty() {
        return named.iter().map(|track| read_track(track)).collect();
    }
    let mut paths = files_in(&run.join("tracks"), "toml");
    paths.sort();
    match paths.is_empty() {
        true => Err(bad_input(run.display(), "holds no tracks/*.toml; name the track with --track")),
        false => paths.iter().map(|path| read_track(&path.to_string_lossy())).collect(),
    }
}

/// The steps of a run's training, or of a simtrace.
fn rows_of(run: &Path) -> Result<Vec<Row>, Failure> {
    let folders = [run.join("simtrace/training-simtrace"), run.join("training-simtrace"), run.to_owned()];
    let mut paths = folders.iter().map(|folder| files_in(folder, "csv")).find(|found| !found.is_empty());
    if run.is_file() {
        paths = Some(vec![run.to_owned()]);
    }
    let mut paths = paths.ok_or_else(|| bad_input(run.display(), "holds no simtrace/training-simtrace/*.csv"))?;
    // 10-iteration.csv comes after 9-iteration.csv.
    paths.sort_by_key(|path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (stem.split('-').next().and_then(|number| number.parse::<u64>().ok()), stem)
    });
    let mut rows = Vec::new();
    for path in paths {
        let cannot = |why: String| bad_input(path.display(), why);
        let text = fs::read_to_string(&path).map_err(|error| cannot(error.to_string()))?;
        rows.extend(trace_file::parse(&text).map_err(cannot)?);
    }
    match rows.is_empty() {
        true => Err(bad_input(run.display(), "its simtrace has no steps")),
        false => Ok(rows),
    }
}

fn files_in(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

fn print_replayed(replayed: &Replayed) {
    let Replayed { episodes, steps, .. } = replayed;
    println!("{} episodes, {steps} steps", episodes.len());
    println!("  {:>7}  {:<12} {:>6} {:>9} {:>12} {:>12}", "episode", "track", "steps", "progress", "old", "new");
    for EpisodeSums { episode, track, steps, progress, old, new } in most_moved(episodes) {
        println!("  {episode:>7}  {track:<12} {steps:>6} {progress:>8.1}% {old:>12.2} {new:>12.2}");
    }
    if episodes.len() > SHOWN_EPISODES {
        println!("  (the {SHOWN_EPISODES} whose rank changes most; all of them with --json)");
    }
    let shown = |correlation: Option<f64>| correlation.map_or("-".into(), |number| format!("{number:.2}"));
    let Replayed { correlation, old_with_progress, new_with_progress, .. } = replayed;
    println!("rank correlation of old and new: {}", shown(*correlation));
    println!("with progress: old {}, new {}", shown(*old_with_progress), shown(*new_with_progress));
    if !replayed.unknown_keys.is_empty() {
        println!("a simtrace says nothing of objects: {} were empty", replayed.unknown_keys.join(", "));
    }
    println!("{}", replayed.sentence());
}

/// The episodes whose place among all changes most, in the order in which they were driven.
fn most_moved(episodes: &[EpisodeSums]) -> Vec<&EpisodeSums> {
    let places = |sum: fn(&EpisodeSums) -> f64| {
        let mut order: Vec<usize> = (0..episodes.len()).collect();
        order.sort_by(|one, other| sum(&episodes[*one]).total_cmp(&sum(&episodes[*other])));
        let mut places = vec![0; episodes.len()];
        order.into_iter().enumerate().for_each(|(place, index)| places[index] = place);
        places
    };
    let [old, new] = [places(|it| it.old), places(|it| it.new)];
    let mut order: Vec<usize> = (0..episodes.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(old[*index].abs_diff(new[*index])));
    order.truncate(SHOWN_EPISODES);
    order.sort();
    order.into_iter().map(|index| &episodes[index]).collect()
}
