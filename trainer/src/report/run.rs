//! What a run has left in its folder, read for people.

use crate::{
    failure::{Failure, bad_input},
    files,
    run::simtrace::{self, Row, Status, numbered},
};
use serde_json::Value;
use sim_spec::{Direction, Policy, Track};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// A run's folder.
pub struct Run {
    pub path: PathBuf,
    /// `run.json` as it is: a report says what stands there, whatever version wrote it.
    pub settings: Value,
    pub metrics: Metrics,
    /// The track that it is judged on: its first, the way round that is learned.
    pub track: Track,
    /// The best policy, if one was written.
    pub policy: Option<Policy>,
    /// Episodes of the training that were traced.
    pub training: Vec<Vec<Row>>,
    /// Laps of the evaluations, one list per evaluation.
    pub evaluations: Vec<Vec<Vec<Row>>>,
}

impl Run {
    /// Reads what is there. Only settings and metrics have to be.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let settings = read_settings(path)?;
        let metrics = fs::read_to_string(path.join("metrics.jsonl"))
            .map_err(|error| bad_input(path.display(), format!("holds no metrics: {error}")))?;
        let name = settings["tracks"][0]["name"].as_str().unwrap_or_default();
        let track = files::read_track(&path.join("tracks").join(format!("{name}.toml")).to_string_lossy())?;
        let is_reverse = settings["course"]["way"] == "reverse";
        let track = track.driven(if is_reverse { Direction::Reverse } else { Direction::Forward }).into_owned();
        let policy = path.join("policy.safetensors");
        let policy = if policy.exists() { Some(files::read_policy(&policy)?.0) } else { None };
        let traces = path.join("simtrace");
        let training = numbered(&traces.join("training-simtrace"), "", "-iteration.csv");
        let evaluations = numbered(&traces, "evaluation-", "");
        let evaluation = |(_, folder): &(u64, PathBuf)| episodes(&folder.join("evaluation-simtrace/0-iteration.csv"));
        Ok(Self {
            path: path.into(),
            settings,
            metrics: Metrics::read(&metrics),
            track,
            policy,
            training: training.iter().flat_map(|(_, file)| episodes(file)).collect(),
            evaluations: evaluations.iter().map(evaluation).collect(),
        })
    }

    /// A setting by its path, as text; empty if it is not there.
    pub fn setting(&self, names: &[&str]) -> String {
        let value = names.iter().fold(&self.settings, |value, name| &value[*name]);
        value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
    }
}

/// `run.json` of a run's folder.
pub fn read_settings(path: &Path) -> Result<Value, Failure> {
    let text = fs::read_to_string(path.join("run.json"))
        .map_err(|error| bad_input(path.display(), format!("holds no run: {error}")))?;
    let settings: Value = serde_json::from_str(&text).map_err(|error| bad_input(path.display(), error))?;
    match settings["format"] == "paddock-run" {
        true => Ok(settings),
        false => Err(bad_input(path.display(), "its run.json is not paddock's")),
    }
}

/// The episodes of a trace's file; none if it cannot be read.
fn episodes(path: &Path) -> Vec<Vec<Row>> {
    let rows = simtrace::read(&fs::read_to_string(path).unwrap_or_default());
    rows.chunk_by(|one, next| one.episode == next.episode).map(<[Row]>::to_vec).collect()
}

/// Seconds of an episode that was a lap, and whether it was clean.
pub fn lap_secs(episode: &[Row]) -> Option<(f64, bool)> {
    let (first, last) = (episode.first()?, episode.last()?);
    let is_fault = |row: &Row| is_fault(row.status);
    (last.status == Status::LapComplete).then(|| (last.secs - first.secs, !episode.iter().any(is_fault)))
}

/// Whether a car was put back, or its episode ended, for something that it did wrong.
pub fn is_fault(status: Status) -> bool {
    matches!(status, Status::OffTrack | Status::Crashed | Status::Immobilised | Status::Reversed)
}

/// `metrics.jsonl`, by name.
#[derive(Debug, Default, PartialEq)]
pub struct Metrics {
    /// Number by number as `(control steps, value)`.
    columns: BTreeMap<String, Vec<(f64, f64)>>,
}

impl Metrics {
    /// Lines that are not whole are left out: the last one may be cut off. What is true or false counts 1 or 0.
    pub fn read(text: &str) -> Self {
        let mut metrics = Self::default();
        for line in text.lines() {
            let Ok(Value::Object(line)) = serde_json::from_str(line) else { continue };
            let Some(steps) = line.get("steps").and_then(Value::as_f64) else { continue };
            for (name, value) in &line {
                let number = value.as_f64().or_else(|| value.as_bool().map(|holds| f64::from(u8::from(holds))));
                if let Some(number) = number {
                    metrics.columns.entry(name.clone()).or_default().push((steps, number));
                }
            }
        }
        metrics
    }

    /// A curve as `(control steps, value)`; empty if nothing of that name was measured.
    pub fn curve(&self, name: &str) -> &[(f64, f64)] {
        self.columns.get(name).map_or(&[], Vec::as_slice)
    }

    /// The values of a curve.
    pub fn values(&self, name: &str) -> Vec<f64> {
        self.curve(name).iter().map(|(_, value)| *value).collect()
    }

    /// What stands behind `prefix` in the names that begin with it.
    pub fn names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.columns.keys().filter_map(move |name| name.strip_prefix(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_read_by_name_and_a_cut_off_line_is_left_out() {
        let text = r#"{"steps":10,"reward/progress":0.5,"eval/is_clean":true,"eval/best_lap_secs":null}
{"steps":20,"reward/progress":0.75,"reward/off_track":-0.1}
{"steps":30,"rewa"#;
        let metrics = Metrics::read(text);
        assert_eq!(metrics.curve("reward/progress"), [(10.0, 0.5), (20.0, 0.75)]);
        assert_eq!(metrics.names("reward/").collect::<Vec<_>>(), ["off_track", "progress"]);
        assert_eq!(metrics.values("eval/is_clean"), [1.0]);
        assert!(metrics.curve("eval/best_lap_secs").is_empty());
    }

    #[test]
    fn a_lap_has_the_time_between_its_ends() {
        let row = |secs, status| Row { secs, status, ..Row::default() };
        let lap = [row(1.0, Status::Prepare), row(2.0, Status::InProgress), row(7.5, Status::LapComplete)];
        assert_eq!(lap_secs(&lap), Some((6.5, true)));
        let fault = [row(1.0, Status::Prepare), row(2.0, Status::OffTrack), row(7.5, Status::LapComplete)];
        assert_eq!(lap_secs(&fault), Some((6.5, false)));
        assert_eq!(lap_secs(&fault[..2]), None);
    }
}
