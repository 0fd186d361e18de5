//! What one save led to.

use super::Trace;
use crate::{
    failure::{Failure, bad_input},
    report::run::Metrics,
    run::{run_folder::RunFolder, training::Outcome, trial},
};
use sim_spec::{Policy, Track};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// A trained version.
pub struct Version {
    pub number: u32,
    pub folder: PathBuf,
    pub track: Track,
    pub policy: Policy,
    pub steps: u64,
    pub time: Duration,
    /// Share of a lap that episodes drove, per iteration.
    pub completion: Vec<f64>,
    /// A lap of its policy.
    pub trace: Trace,
}

impl Version {
    /// The version whose run is in `folder`.
    pub fn read(number: u32, folder: &Path, outcome: &Outcome) -> Result<Self, Failure> {
        let track = track(folder)?;
        let policy = trial::policy(folder)?;
        let trace = Trace::of(&policy, &track)?;
        let completion = column(folder, "charts/completion_rate");
        let (steps, time) = (outcome.steps, outcome.time);
        Ok(Self { number, folder: folder.to_owned(), track, policy, steps, time, completion, trace })
    }
}

/// The first track of a run.
fn track(folder: &Path) -> Result<Track, Failure> {
    let task = RunFolder::open(folder)?.task;
    task.tracks.into_iter().next().ok_or_else(|| bad_input(folder.display(), "holds no track"))
}

/// The steps that the run in a folder has.
pub fn steps(folder: &Path) -> u64 {
    column(folder, "steps").last().map_or(0, |steps| *steps as u64)
}

fn column(folder: &Path, name: &str) -> Vec<f64> {
    Metrics::read(&fs::read_to_string(folder.join("metrics.jsonl")).unwrap_or_default()).values(name)
}
