//! What a racer hands in: a policy, or a run with one.

use crate::{
    failure::{Failure, bad_input},
    files,
    run::{
        run_folder::{Found, RunFolder},
        settings::Settings,
    },
};
use sim_spec::{Policy, Track, builtin_tracks};
use std::path::{Path, PathBuf};

/// A policy, and the run that it came from if that is there.
pub struct Entry {
    pub path: PathBuf,
    pub policy: Policy,
    pub run: Option<(Settings, Vec<Track>)>,
}

impl Entry {
    /// A policy's file, or the folder of a run.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        if !path.exists() {
            return Err(bad_input(path.display(), "not there; do what the lesson says first, or name your own"));
        }
        if !path.is_dir() {
            let policy = files::read_policy(path)?.0;
            return Ok(Self { path: path.to_owned(), policy, run: None });
        }
        let Found { settings, task, policy, .. } = RunFolder::open(path)?;
        let policy = policy.ok_or_else(|| bad_input(path.display(), "this run has no policy yet: train longer"))?;
        Ok(Self { path: path.to_owned(), policy, run: Some((settings, task.tracks)) })
    }

    /// The same, of a run only.
    pub fn run(path: &Path) -> Result<(Self, Settings), Failure> {
        let entry = Self::read(path)?;
        match &entry.run {
            Some((settings, _)) => {
                let settings = settings.clone();
                Ok((entry, settings))
            }
            None => Err(bad_input(path.display(), "name the folder of the run, not its policy alone")),
        }
    }

    /// The tracks that it was trained on, as far as they are known here.
    pub fn tracks(&self) -> Vec<Track> {
        match &self.run {
            Some((_, tracks)) => tracks.clone(),
            None => self.policy.provenance().tracks.iter().filter_map(|name| builtin_tracks::find(name)).collect(),
        }
    }
}

/// The one file of a lesson that takes one.
pub fn only(paths: &[PathBuf]) -> Result<&Path, Failure> {
    match paths {
        [path] => Ok(path),
        _ => Err(bad_input("this lesson", format!("takes one run or policy, not {}", paths.len()))),
    }
}
