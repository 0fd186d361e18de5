//! Facts become reward: the only place where what the sim says is judged.
//!
//! A [`Reward`] is a sum of named terms. Each is logged on its own (`reward/NAME` in `metrics.jsonl`), so that a racer
//! sees what a policy was paid for. [`builtin`] rewards are written in Rust and cost nothing; a racer's own Python file is
//! run by that racer's own Python.

pub mod builtin;
pub mod python;

pub use builtin::BUILTIN;

use crate::{
    failure::{Failure, bad_input},
    run::settings::RewardEntry,
};
use builtin::BuiltinReward;
use python::PythonSource;
use sim::{Batch, StepFacts};
use sim_spec::{Sha256Hex, action::ACTION_LEN};
use std::path::{Path, PathBuf};

/// Judges what cars did.
pub trait Reward: Send {
    /// Names of the terms, in the order of [`Payment::terms`].
    fn terms(&self) -> &[String];

    /// Pays every judged car for the control step that it has just made; nobody has been put elsewhere yet.
    fn pay(&mut self, step: &Step, payment: &mut Payment) -> Result<(), Failure>;

    /// Whether it remembers steps. Such a reward is shown those too that the cars of a resumed run drive again.
    fn remembers(&self) -> bool {
        false
    }

    /// All cars start anew, in that iteration: whatever it remembers is forgotten.
    fn start_anew(&mut self, _iteration: u64) -> Result<(), Failure> {
        Ok(())
    }
}

/// A control step of a batch of cars, as a reward sees it.
pub struct Step<'a> {
    /// The cars as they stand now.
    pub batch: &'a Batch,
    /// Numbers in the batch of the cars that are judged, J of them. The others are rivals.
    pub cars: &'a [usize],
    /// Of every car of the batch.
    pub facts: &'a [StepFacts],
    /// What every car of the batch was told: the two numbers of an action, in [−1, 1].
    pub actions: &'a [[f32; ACTION_LEN]],
    /// The episodes of the judged cars, `[J]`, this step counted.
    pub episodes: &'a [Episode],
}

/// An episode under way.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Episode {
    /// Number of the episode, counted by the car from 0.
    pub number: u64,
    /// Control steps so far.
    pub steps: u32,
    /// Way along the centre line since its start, metres.
    pub distance_m: f32,
}

/// What a reward fills in.
pub struct Payment<'a> {
    /// What each judged car gets, `[J]`.
    pub rewards: &'a mut [f32],
    /// To which each term adds what it paid to all cars together.
    pub terms: &'a mut [f64],
}

/// For whom a reward judges.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// The run's seed.
    pub seed: u64,
    /// Number of the thread that it judges for.
    pub thread: usize,
    /// In which iteration its cars started.
    pub iteration: u64,
    /// Cars that it judges.
    pub cars: usize,
}

/// Where a reward comes from: what `--reward` names.
#[derive(Debug, Clone)]
pub enum Source {
    Builtin(&'static BuiltinReward),
    Python(PythonSource),
}

impl Source {
    /// The reward that a person names.
    pub fn find(name: &str) -> Result<Self, Failure> {
        if name.ends_with(".py") {
            return PythonSource::read(Path::new(name)).map(Self::Python);
        }
        builtin::find(name).map(Self::Builtin).ok_or_else(|| {
            let known: Vec<_> = BUILTIN.iter().map(|reward| format!("{} ({})", reward.name, reward.summary)).collect();
            bad_input(
                name,
                format!("neither a Python file (.py) nor a reward of ours; those are: {}", known.join("; ")),
            )
        })
    }

    /// The reward of a run that goes on; `file` is where its own is kept.
    pub fn reopen(entry: &RewardEntry, file: &Path) -> Result<Self, Failure> {
        match entry.sha256 {
            Some(sha256) => PythonSource::reopen(&entry.name, sha256, file).map(Self::Python),
            None => Self::find(&entry.name),
        }
    }

    /// The text of its file, if it has one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Builtin(_) => None,
            Self::Python(source) => Some(source.text()),
        }
    }

    /// Its name, as it stands in a run's settings and in policies.
    pub fn name(&self) -> String {
        match self {
            Self::Builtin(reward) => reward.name.into(),
            Self::Python(source) => source.name().into(),
        }
    }

    /// Digest of its source, if it has one.
    pub fn sha256(&self) -> Option<Sha256Hex> {
        match self {
            Self::Builtin(_) => None,
            Self::Python(source) => Some(source.sha256()),
        }
    }

    /// From now on, what it prints is added to this file.
    pub fn log_to(&self, path: PathBuf) {
        match self {
            Self::Builtin(_) => {}
            Self::Python(source) => source.log_to(path),
        }
    }

    /// A judge for one thread of a run. It lives as long as the run: cars that start anew keep it.
    pub fn start(&self, start: Start) -> Result<Box<dyn Reward>, Failure> {
        match self {
            Self::Builtin(reward) => Ok(Box::new(builtin::Judge::new(reward))),
            Self::Python(source) => Ok(Box::new(source.start(start)?)),
        }
    }
}
