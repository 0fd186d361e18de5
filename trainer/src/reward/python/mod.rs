//! Rewards in Python: a racer's own file, run by the racer's own interpreter.
//!
//! ```text
//! Step ─▶ Watcher: Params of each car ─▶ columns of the keys in use ─pipe─▶ worker.py: reward_function(params), car by car
//!                                                        Payment ◀─pipe─ rewards
//! ```
//!
//! One worker process per training thread; each of its cars has a module of its own, so that what a reward remembers is
//! remembered per car. A worker has limits of time, memory and output ([`limits::Limits`]) and no way to files, processes
//! or the network (`guards.py`). Whatever goes wrong becomes one line that says where and what to do ([`fault::Fault`]);
//! the run stays as it was at its last checkpoint.

pub mod check;
mod fault;
mod interpreter;
mod last_words;
mod limits;
mod params;
#[cfg(test)]
mod params_tests;
pub mod replay;
mod scenes;
mod source;
pub mod trace_file;
mod watchdog;
mod watcher;
mod worker;

pub use fault::{Fault, Finding, Severity, Stage};
pub use interpreter::Python;
pub use limits::{Limits, MAX_SOURCE_BYTES};
pub use params::{KEYS, Key, Params};
pub use source::PythonSource;
pub use worker::{File, Log, Setup, Worker};

use super::{Payment, Reward, Start, Step};
use crate::failure::Failure;
use source::seed;
use watcher::Watcher;

/// What is logged of a Python reward: one sum.
const TERM: &str = "python";

/// A reward that a Python process pays.
pub struct PythonReward {
    file: String,
    begun: Start,
    worker: Worker,
    watcher: Watcher,
    terms: [String; 1],
    frame: Vec<u8>,
}

impl PythonReward {
    /// Starts a worker and loads the file, for the cars that began with `begun`.
    pub fn start(setup: Setup, begun: Start) -> Result<Self, Failure> {
        let file = setup.file.name.clone();
        let (worker, loaded) = Worker::start(setup).map_err(|fault| fault.failure(&file, Stage::Load))?;
        let watcher = Watcher::new(loaded.keys);
        Ok(Self { file, begun, worker, watcher, terms: [TERM.into()], frame: Vec::new() })
    }

    fn try_pay(&mut self, step: &Step, payment: &mut Payment) -> Result<(), Fault> {
        let Self { worker, watcher, frame, .. } = self;
        watcher.watch(step, worker)?;
        watcher.write(frame, 0);
        let paid = worker.pay(frame)?;
        if paid.len() != payment.rewards.len() {
            return Err(Fault::new("python", None, "the reward wrote into the pipe that its rewards are sent by"));
        }
        for (reward, bytes) in payment.rewards.iter_mut().zip(paid) {
            let number = f64::from_ne_bytes(*bytes);
            *reward = number as f32;
            payment.terms[0] += number;
        }
        Ok(())
    }
}

impl Reward for PythonReward {
    fn terms(&self) -> &[String] {
        &self.terms
    }

    fn pay(&mut self, step: &Step, payment: &mut Payment) -> Result<(), Failure> {
        self.try_pay(step, payment).map_err(|fault| fault.failure(&self.file, Stage::Batch))
    }

    fn remembers(&self) -> bool {
        true
    }

    fn start_anew(&mut self, iteration: u64) -> Result<(), Failure> {
        self.begun.iteration = iteration;
        self.watcher.start_anew();
        self.worker.renew(seed(self.begun)).map_err(|fault| fault.failure(&self.file, Stage::Load))
    }
}
