//! Trainings that a command starts by itself: those of `compare`, `sweep` and `--watch`.

use crate::{
    failure::{Failure, bad_input},
    files,
    learn::algorithm,
    live::Live,
    run::{
        limits::Limits,
        recipe::Recipe,
        run_folder::RunFolder,
        settings::{AlgorithmName, Settings},
        training::{Outcome, Training},
    },
};
use sim_spec::{Policy, Track};
use std::{fs, path::Path};

/// Laps that a run's policies are judged over where nobody says how many: as many as a race has by default.
pub const LAPS: u32 = 3;

/// A training to be done.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    pub recipe: &'a Recipe,
    /// All learned at once.
    pub tracks: &'a [Track],
    pub seed: u64,
    /// Steps of the whole training; the learning rate falls over them unless the recipe says otherwise.
    pub steps: u64,
}

impl Trial<'_> {
    /// Trains in `folder` until the run has so many steps, from where a run in it stopped.
    pub fn train(&self, folder: &Path, steps: u64) -> Result<Outcome, Failure> {
        self.begin(folder)?.run(Limits { steps: Some(steps), ..Limits::default() }, &mut Live::silent())
    }

    /// The run in `folder`, begun or found there.
    pub fn begin(&self, folder: &Path) -> Result<Training, Failure> {
        if folder.join("run.json").exists() {
            return Training::resume(RunFolder::open(folder)?);
        }
        // Without its settings, which are written last, a run was cut off before it began.
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|error| bad_input(folder.display(), error))?;
        }
        let task = self.recipe.task(self.tracks)?;
        let mut config = self.recipe.config()?;
        if !self.recipe.config.contains_key("schedule_steps") {
            config.schedule_steps = self.steps.max(1);
        }
        let settings =
            Settings::new(&task, self.recipe.algorithm.unwrap_or(AlgorithmName::Ppo), self.seed, LAPS, config);
        let state = algorithm::first_state(&settings, &task);
        Training::new(folder, settings, task, state)
    }
}

/// The best policy of the run in a folder.
pub fn policy(folder: &Path) -> Result<Policy, Failure> {
    Ok(files::read_policy(&folder.join("policy.safetensors"))?.0)
}
