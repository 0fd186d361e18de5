//! Runs side by side: a list of them, and how two differ.

use crate::{
    failure::Failure,
    files,
    par_cache::par_of,
    report::run::{Metrics, read_settings},
};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// How deep below a folder runs are looked for: `runs/TRACK-SEED`, and a sweep's folder of runs in between.
const DEPTH: usize = 3;

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    pub path: PathBuf,
    /// Names of the tracks, joined by a plus.
    pub track: String,
    pub observation: String,
    pub algorithm: String,
    pub reward: String,
    pub seed: u64,
    /// Control steps done.
    pub steps: u64,
    /// The best clean lap of all evaluations, seconds.
    pub best_lap_secs: Option<f64>,
    /// Whether every race of some evaluation was clean.
    pub is_clean: bool,
    /// How much the best lap is above the track's par, as a share of it.
    pub above_par: Option<f64>,
    /// Seconds since it was written last.
    pub age_secs: f64,
}

/// All runs in and below some folders: by track, and the quickest first.
pub fn list(folders: &[PathBuf]) -> Vec<Listed> {
    let mut found = BTreeSet::new();
    folders.iter().for_each(|folder| find(folder, DEPTH, &mut found));
    let mut runs: Vec<_> = found.iter().filter_map(|path| listed(path).ok()).collect();
    let lap = |run: &Listed| run.best_lap_secs.unwrap_or(f64::INFINITY);
    runs.sort_by(|one, other| {
        one.track.cmp(&other.track).then(other.is_clean.cmp(&one.is_clean)).then(lap(one).total_cmp(&lap(other)))
    });
    runs
}

fn find(folder: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) {
    if folder.join("run.json").is_file() {
        found.insert(folder.to_owned());
    } else if depth > 0 {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).for_each(|path| find(&path, depth - 1, found));
    }
}

fn listed(path: &Path) -> Result<Listed, Failure> {
    let settings = read_settings(path)?;
    let metrics = Metrics::read(&fs::read_to_string(path.join("metrics.jsonl")).unwrap_or_default());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tracks: Vec<_> =
        settings["tracks"].as_array().into_iter().flatten().map(|track| text(&track["name"])).collect();
    let best_lap_secs = metrics.values("eval/best_lap_secs").into_iter().reduce(f64::min);
    // Par says something where there is one track.
    let par_secs = || match &tracks[..] {
        [name] => files::read_track(&path.join(format!("tracks/{name}.toml")).to_string_lossy())
            .ok()
            .map(|track| par_of(&track).lap_secs),
        _ => None,
    };
    let written = fs::metadata(path.join("metrics.jsonl")).and_then(|metadata| metadata.modified()).ok();
    let age = written.and_then(|written| SystemTime::now().duration_since(written).ok()).unwrap_or_default();
    Ok(Listed {
        path: path.to_owned(),
        track: tracks.join("+"),
        observation: text(&settings["observation"]),
        algorithm: text(&settings["algorithm"]),
        reward: text(&settings["reward"]["name"]),
        seed: settings["seed"].as_u64().unwrap_or_default(),
        steps: metrics.curve("steps").last().map_or(0, |(steps, _)| *steps as u64),
        best_lap_secs,
        is_clean: metrics.values("eval/is_clean").contains(&1.0),
        above_par: best_lap_secs.and_then(|secs| par_secs().map(|par_secs| secs / par_secs - 1.0)),
        age_secs: age.as_secs_f64(),
    })
}

/// How two runs differ.
#[derive(Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Settings that are not the same, by their path in `run.json`: in the first run, in the second.
    pub settings: BTreeMap<String, [Value; 2]>,
    /// The last value of every number that was measured in both.
    pub figures: BTreeMap<String, [f64; 2]>,
}

/// Compares two runs.
pub fn compare(paths: [&Path; 2]) -> Result<Comparison, Failure> {
    let [one, other] = [read_settings(paths[0])?, read_settings(paths[1])?];
    let metrics = paths.map(|path| Metrics::read(&fs::read_to_string(path.join("metrics.jsonl")).unwrap_or_default()));
    let both = metrics[0].names("").filter(|name| !metrics[1].curve(name).is_empty());
    // How far it came is no setting.
    let mut settings = differences(&one, &other);
    settings.remove("steps");
    let figures = both.map(|name| (name.to_owned(), [0, 1].map(|run| figure(&metrics[run], name))));
    Ok(Comparison { settings, figures: figures.collect() })
}

/// What a curve came to: its last value, of lap times the best.
fn figure(metrics: &Metrics, name: &str) -> f64 {
    let values = metrics.values(name);
    match name {
        "eval/best_lap_secs" => values.into_iter().fold(f64::INFINITY, f64::min),
        _ => values.last().copied().unwrap_or(f64::NAN),
    }
}

/// What is not the same in two documents, by path.
fn differences(one: &Value, other: &Value) -> BTreeMap<String, [Value; 2]> {
    let [one, other] = [flat(one), flat(other)];
    let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let value = |document: &BTreeMap<String, Value>, name: &String| document.get(name).cloned().unwrap_or(Value::Null);
    let pairs = names.into_iter().map(|name| (name.clone(), [value(&one, name), value(&other, name)]));
    pairs.filter(|(_, [one, other])| one != other).collect()
}

/// A document's plain values by their paths, `config.cars`. Lists are values.
fn flat(document: &Value) -> BTreeMap<String, Value> {
    let Value::Object(fields) = document else { return [(String::new(), document.clone())].into() };
    let inner = |(name, value): (&String, &Value)| {
        let named = |(path, value): (String, Value)| {
            (if path.is_empty() { name.clone() } else { format!("{name}.{path}") }, value)
        };
        flat(value).into_iter().map(named).collect::<Vec<_>>()
    };
    fields.iter().flat_map(inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_differ_by_path() {
        let one = json!({ "seed": 1, "config": { "cars": 512, "hidden": [64, 64] }, "only": "here" });
        let other = json!({ "seed": 2, "config": { "cars": 512, "hidden": [64, 32] } });
        let found = differences(&one, &other);
        let expected = [
            ("config.hidden", [json!([64, 64]), json!([64, 32])]),
            ("only", [json!("here"), Value::Null]),
            ("seed", [json!(1), json!(2)]),
        ];
        assert_eq!(found, expected.map(|(name, values)| (name.to_owned(), values)).into());
    }

    #[test]
    fn runs_are_found_below_a_folder_and_sorted() {
        let folder = tempfile::tempdir().unwrap();
        for (name, laps) in [("a", "7.5"), ("sweep/b", "6.5"), ("sweep/deep/c", "null")] {
            let run = folder.path().join(name);
            fs::create_dir_all(&run).unwrap();
            let settings = json!({ "format": "paddock-run", "tracks": [{ "name": "x" }], "seed": 3, "reward": { "name": "progress" } });
            fs::write(run.join("run.json"), settings.to_string()).unwrap();
            let line = format!(r#"{{"steps":16384,"eval/best_lap_secs":{laps},"eval/is_clean":{}}}"#, laps != "null");
            fs::write(run.join("metrics.jsonl"), line).unwrap();
        }
        let runs = list(&[folder.path().into()]);
        let names: Vec<_> = runs.iter().map(|run| run.path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["b", "a", "c"]);
        assert_eq!((runs[0].best_lap_secs, runs[0].is_clean, runs[0].steps, runs[0].seed), (Some(6.5), true, 16384, 3));
        let comparison = compare([&runs[0].path, &runs[1].path]).map_err(|failure| failure.line()).unwrap();
        assert!(comparison.settings.is_empty());
        assert_eq!(comparison.figures["eval/best_lap_secs"], [6.5, 7.5]);
    }
}
