//! Trainings that a command starts by itself: those of `compare`, `sweep` and `--watch`.

use crate::{
    failure::{Failure, bad_input},
    files,
    limits::Limits,
    progress::Progress,
    recipe::Recipe,
    reward::{self, REWARDS},
    run_folder::{RunFolder, Settings},
    training::{Outcome, Training},
};
use sim_spec::{Policy, Track};
use std::path::Path;

/// Laps that a trial's policies are judged over.
pub const LAPS: u32 = 3;

/// A training to be done.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    pub recipe: &'a Recipe,
    pub track: &'a Track,
    pub seed: u64,
}

impl Trial<'_> {
    /// Trains in `folder` until a limit is reached, from where a run in it stopped.
    pub fn train(&self, folder: &Path, limits: Limits) -> Result<Outcome, Failure> {
        self.begin(folder)?.run(limits, &mut Progress::hidden())
    }

    /// The run in `folder`, begun or found there.
    pub fn begin(&self, folder: &Path) -> Result<Training, Failure> {
        if folder.join("checkpoint.safetensors").exists() {
            return Training::resume(RunFolder::open(folder)?);
        }
        // A run that was cut off before its first checkpoint has nothing to go on from.
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(|error| bad_input(folder.display(), error))?;
        }
        let name = self.recipe.reward.as_deref().unwrap_or(REWARDS[0].name);
        let reward = reward::find(name).ok_or_else(|| bad_input(name, "no such reward"))?;
        let settings = Settings::new(self.track, reward, self.seed, LAPS, self.recipe.config()?);
        let run = RunFolder::create(folder, &settings, self.track)?;
        Ok(Training::new(run, settings, self.track.clone(), reward))
    }
}

/// The best policy of the run in a folder.
pub fn policy(folder: &Path) -> Result<Policy, Failure> {
    Ok(files::read_policy(&folder.join("policy.safetensors"))?.0)
}
