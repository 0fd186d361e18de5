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
pub mod replay;
mod scenes;
pub mod trace_file;
mod watchdog;
mod watcher;
mod worker;

pub use fault::{Fault, Finding, Severity, Stage};
pub use interpreter::Python;
pub use limits::{Limits, MAX_SOURCE_BYTES};
pub use params::{KEYS, Key, Params};
pub use worker::{File, Log, Worker};

use super::{Judge as Reward, Payment, Step};
use crate::failure::Failure;
use watcher::Watcher;
use worker::Setup;

/// What is logged of a Python reward: one sum.
const TERM: &str = "python";

/// What a Python reward is started with.
pub struct Start<'a> {
    pub python: &'a Python,
    pub file: &'a File,
    /// Cars that are paid.
    pub cars: usize,
    /// What the reward draws at random depends on it alone.
    pub seed: u64,
    pub limits: Limits,
    pub log: Log,
}

/// A reward that a Python process pays.
pub struct PythonReward {
    file: String,
    worker: Worker,
    watcher: Watcher,
    terms: [String; 1],
    frame: Vec<u8>,
}

impl PythonReward {
    /// Starts a worker and loads the file.
    pub fn start(start: Start) -> Result<Self, Failure> {
        let Start { python, file, cars, seed, limits, log } = start;
        let setup = Setup { python, file, cars, seed, limits, check: false, log };
        let (worker, loaded) = Worker::start(setup).map_err(|fault| fault.failure(&file.name, Stage::Load))?;
        Ok(Self {
            file: file.name.clone(),
            worker,
            watcher: Watcher::new(loaded.keys),
            terms: [TERM.into()],
            frame: Vec::new(),
        })
    }

    /// All cars start anew: whatever the reward remembered is forgotten, so that what it pays from here on depends on
    /// `seed` and on what the cars do, and not on what was before.
    pub fn start_anew(&mut self, seed: u64) -> Result<(), Failure> {
        self.watcher.start_anew();
        self.worker.renew(seed).map_err(|fault| fault.failure(&self.file, Stage::Load))
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
}
