//! The tasks of the lessons, in their order.

use super::{
    Findings,
    entry::{Entry, only},
};
use crate::run::evaluation;
use crate::{
    compare::{self, Comparison, Verdict},
    failure::{Failure, bad_input},
    par_cache::par_of,
    report::run::Metrics,
    run::{settings::Settings, trial::LAPS},
};
use serde_json::Value;
use sim::referee::{self, Entry as Race};
use sim_spec::{Conditions, Policy, RaceResult, RaceRules, RaceStatus, Track, builtin_tracks};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// Starts that a policy has to master.
const STARTS: [u64; 3] = [1, 2, 3];

pub fn first_lap(paths: &[PathBuf], findings: &mut Findings) -> Result<(), Failure> {
    let entry = Entry::read(only(paths)?)?;
    let harbour = builtin_tracks::find("harbour").expect("a built-in track");
    let clean = clean_races(&entry.policy, &harbour, &evaluation::rules(&harbour, 1)?, &STARTS);
    let what = format!("a clean lap of the harbour from {clean} of {} starts", STARTS.len());
    findings.expect(clean == STARTS.len(), what, "train longer: --resume goes on with a run");
    Ok(())
}

/// Part of a run at whose end its curve is looked at.
const LAST_PART: usize = 5;
/// How much the share of a lap grows from one such part to the next where a curve still rises.
const RISES: f64 = 0.03;
/// The share that is left where a curve is flat because all is learned and not because nothing is.
const LEARNED: f64 = 0.8;

pub fn read_the_curve(paths: &[PathBuf], findings: &mut Findings) -> Result<(), Failure> {
    let [short, long] = paths else { return Err(bad_input("this lesson", "takes two runs, the short one first")) };
    let [(short, one), (long, other)] = [Entry::run(short)?, Entry::run(long)?];
    let is_alike = one.tracks == other.tracks && one.reward == other.reward && one.seed == other.seed;
    findings.expect(
        is_alike,
        "both runs have the same track, reward and seed".into(),
        "change nothing but --steps between the two",
    );
    let [(before, after), (long_before, long_after)] = [end_of_curve(&short)?, end_of_curve(&long)?];
    findings.expect(
        after - before >= RISES,
        format!("the short run was still rising: {:.0} %, then {:.0} % of a lap", 100.0 * before, 100.0 * after),
        "stop it earlier: a few hundred thousand steps",
    );
    findings.expect(
        (long_after - long_before).abs() < RISES && long_after >= LEARNED,
        format!("the long run was flat: {:.0} %, then {:.0} % of a lap", 100.0 * long_before, 100.0 * long_after),
        "train it longer; if it stays low, the reward does not teach to drive",
    );
    Ok(())
}

/// The share of a lap that cars drove in the part before the last one of a run, and in the last.
fn end_of_curve(entry: &Entry) -> Result<(f64, f64), Failure> {
    let path = entry.path.join("metrics.jsonl");
    let text = fs::read_to_string(&path).map_err(|error| bad_input(path.display(), error))?;
    let curve = Metrics::read(&text).values("charts/completion_rate");
    if curve.len() < 2 * LAST_PART {
        let why = format!("{} iterations make no curve; train at least {}", curve.len(), 2 * LAST_PART);
        return Err(bad_input(entry.path.display(), why));
    }
    let part = curve.len() / LAST_PART;
    let (rest, last) = curve.split_at(curve.len() - part);
    Ok((median(&rest[rest.len() - part..]), median(last)))
}

/// The middle number: an iteration in which few episodes end may be far off.
fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

pub fn write_a_reward(paths: &[PathBuf], findings: &mut Findings) -> Result<(), Failure> {
    let (entry, settings) = Entry::run(only(paths)?)?;
    own_reward(&entry, &settings, findings);
    for track in entry.tracks() {
        let clean = clean_races(&entry.policy, &track, &evaluation::rules(&track, LAPS)?, &STARTS);
        findings.expect(
            clean == STARTS.len(),
            format!("{LAPS} clean laps of {} from {clean} of {} starts", track.name(), STARTS.len()),
            "train longer; if the curve is flat, look for what your reward pays that is not driving",
        );
    }
    Ok(())
}

/// Whether the policy was trained by a file of the racer's.
fn own_reward(entry: &Entry, settings: &Settings, findings: &mut Findings) {
    let known = settings.reward.sha256;
    let what = match &known {
        Some(_) => format!("trained by a reward of your own, {}", settings.reward.name),
        None => format!("trained by a reward of your own (this one is ours: {})", settings.reward.name),
    };
    let is_own = known.is_some() && entry.policy.provenance().reward_sha256 == known;
    findings.expect(is_own, what, "write a reward.py, and train with --reward reward.py");
}

/// Trainings that a setting needs before anything can be said.
const SEEDS: usize = 3;

pub fn tune_a_setting(paths: &[PathBuf], findings: &mut Findings) -> Result<(), Failure> {
    let folder = only(paths)?;
    let entries = fs::read_dir(folder).map_err(|error| bad_input(folder.display(), error))?;
    let mut runs: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    runs.retain(|path| path.join("run.json").exists());
    runs.sort();
    // By what decides a run besides its seed.
    let mut groups: BTreeMap<String, BTreeMap<u64, Entry>> = BTreeMap::new();
    for path in &runs {
        let (entry, run) = Entry::run(path)?;
        let kind = serde_json::to_string(&Settings { seed: 0, steps: 0, ..run.clone() });
        groups.entry(kind.expect("settings are plain data")).or_default().insert(run.seed, entry);
    }
    let count = groups.len();
    let advice = "one folder for one comparison: paddock compare A B --out DIR";
    findings.expect(count == 2, format!("trainings of two settings (there are {count})"), advice);
    let [(one, a), (other, b)] = &Vec::from_iter(groups)[..] else { return Ok(()) };
    let kinds = [one, other].map(|kind| serde_json::from_str(kind).unwrap_or(Value::Null));
    let changed = differences(&kinds[0], &kinds[1], "");
    let told: Vec<String> = changed.iter().map(|[name, one, other]| format!("{name}, {one} and {other}")).collect();
    findings.expect(
        changed.len() == 1,
        format!("they differ in one thing: {}", told.join("; ")),
        "change one thing at a time, or you will not know which of them it was",
    );
    let pairs: Vec<(&Entry, &Entry)> = a.iter().filter_map(|(seed, entry)| Some((entry, b.get(seed)?))).collect();
    if pairs.is_empty() {
        findings.expect(false, "no seed of both".into(), advice);
        return Ok(());
    }
    findings.expect(
        pairs.len() >= SEEDS,
        format!("{} seeds of each (at least {SEEDS})", pairs.len()),
        "paddock compare … --seeds 5",
    );
    let mut scores = Vec::with_capacity(pairs.len());
    let mut track_name = String::new();
    for (a, b) in pairs {
        let tracks = a.tracks();
        let track = tracks.first().ok_or_else(|| bad_input(a.path.display(), "holds no track"))?;
        track_name = track.name().to_owned();
        let rules = evaluation::rules(track, LAPS)?;
        scores.push([a, b].map(|entry| compare::race(&entry.policy, track, &rules, &STARTS)));
    }
    let comparison = Comparison::of(vec![track_name], &[scores], true);
    let names = changed.first().map_or(["A", "B"], |[_, one, other]| [one, other]);
    findings.expect(
        !matches!(comparison.verdict, Verdict::Unclear | Verdict::Same),
        comparison.sentence_for(names),
        "more seeds, or a change that does more",
    );
    Ok(())
}

/// The name of each thing in which two settings differ, and its two values. A reward is one thing, whatever its file.
fn differences(one: &Value, other: &Value, prefix: &str) -> Vec<[String; 3]> {
    let name = prefix.trim_end_matches('.').trim_start_matches("config.");
    match one.as_object() {
        _ if one == other => Vec::new(),
        Some(fields) if name != "reward" => {
            let inner =
                |(name, value): (&String, &Value)| differences(value, &other[name], &format!("{prefix}{name}."));
            fields.iter().flat_map(inner).collect()
        }
        _ => {
            let told = |value: &Value| value["name"].as_str().map_or_else(|| value.to_string(), str::to_owned);
            vec![[name.to_owned(), format!("{name} {}", told(one)), format!("{name} {}", told(other))]]
        }
    }
}

/// Tracks on which nobody is asked to train.
const UNSEEN: [&str; 4] = ["meadow", "lighthouse", "serpentine", "quarry"];
/// How many of them are to be driven.
const ENOUGH: usize = 3;

pub fn unseen_tracks(paths: &[PathBuf], findings: &mut Findings) -> Result<(), Failure> {
    let entry = Entry::read(only(paths)?)?;
    let (mut clean, mut told) = (0, Vec::new());
    for name in UNSEEN {
        if entry.policy.provenance().tracks.iter().any(|trained| trained == name) {
            told.push(format!("{name} was trained on"));
            continue;
        }
        let track = builtin_tracks::find(name).expect("a built-in track");
        let is_clean = clean_races(&entry.policy, &track, &evaluation::rules(&track, 1)?, &STARTS) == STARTS.len();
        clean += usize::from(is_clean);
        told.push(format!("{name} {}", if is_clean { "clean" } else { "not clean" }));
    }
    findings.expect(
        clean >= ENOUGH,
        format!("clean laps on {clean} of {} unseen tracks ({})", UNSEEN.len(), told.join(", ")),
        "train on more and on harder tracks at once, or longer",
    );
    Ok(())
}

/// Races of the wet day, and how many of them are to be clean.
const WET_RACES: u64 = 20;
const CLEAN_WET_RACES: usize = 15;

pub fn wet_day(paths: &[PathBuf], findings: &mut Findings) -> Result<(), Failure> {
    let entry = Entry::read(only(paths)?)?;
    let conditions = Conditions {
        grip: [0.7, 0.95],
        mass: [1.0, 1.2],
        command_delay_steps: [2, 4],
        sensor_noise: 1.0,
        ..Conditions::default()
    };
    let tracks = entry.tracks();
    let track = tracks.first().ok_or_else(|| bad_input(entry.path.display(), "its track is not known here"))?;
    let rules = RaceRules { conditions, ..evaluation::rules(track, LAPS)? };
    let clean = clean_races(&entry.policy, track, &rules, &Vec::from_iter(1..=WET_RACES));
    findings.expect(
        clean >= CLEAN_WET_RACES,
        format!(
            "{clean} of {WET_RACES} wet races of {} without being put back (at least {CLEAN_WET_RACES})",
            track.name()
        ),
        "train with --randomise and --set gamma=0.995, and longer, or by another seed",
    );
    Ok(())
}

pub fn beat_par(paths: &[PathBuf], findings: &mut Findings) -> Result<(), Failure> {
    let (entry, settings) = Entry::run(only(paths)?)?;
    own_reward(&entry, &settings, findings);
    let mut nearest: Option<(f64, String)> = None;
    for track in entry.tracks().iter().filter(|track| builtin_tracks::names().contains(&track.name())) {
        let par_secs = par_of(track).lap_secs;
        let Some(lap_secs) = best_clean_lap(&entry.policy, track)? else { continue };
        let told = format!("{lap_secs:.3} s on {}, par is {par_secs:.3} s", track.name());
        if nearest.as_ref().is_none_or(|(share, _)| lap_secs / par_secs < *share) {
            nearest = Some((lap_secs / par_secs, told));
        }
    }
    match nearest {
        Some((share, told)) => findings.expect(
            share < 1.0,
            format!("quicker than par: {told} ({:+.1} %)", 100.0 * (share - 1.0)),
            "the orchard is where par can be beaten; train for 12 million steps, and pay for the way, not for the line",
        ),
        None => findings.expect(false, "a clean lap of a built-in track".into(), "train longer"),
    }
    Ok(())
}

/// The quickest clean lap from any of the starts.
fn best_clean_lap(policy: &Policy, track: &Track) -> Result<Option<f64>, Failure> {
    let results = races(policy, track, &evaluation::rules(track, LAPS)?, &STARTS);
    let laps = results.iter().flat_map(|result| &result.laps).filter(|lap| lap.clean);
    Ok(laps.map(|lap| lap.secs).min_by(f64::total_cmp))
}

/// How many races were finished without being put back once.
fn clean_races(policy: &Policy, track: &Track, rules: &RaceRules, seeds: &[u64]) -> usize {
    let is_clean =
        |result: &&RaceResult| result.status == RaceStatus::Finished && result.laps.iter().all(|lap| lap.clean);
    races(policy, track, rules, seeds).iter().filter(is_clean).count()
}

fn races(policy: &Policy, track: &Track, rules: &RaceRules, seeds: &[u64]) -> Vec<RaceResult> {
    let policies = [policy];
    let entries: Vec<Race> = seeds.iter().map(|seed| Race { track, policies: &policies, rules, seed: *seed }).collect();
    referee::races(&entries).iter().map(|replay| replay.result().clone()).collect()
}
