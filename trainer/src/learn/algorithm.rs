//! What PPO and SAC have in common, as a run sees them.

use crate::{
    failure::{Failure, bad_input},
    learn::{agent::Agent, cars::Tally, normaliser::Moments, ppo::Ppo, sac::Sac},
    run::{
        settings::{AlgorithmName, Settings},
        simtrace::Row,
        task::Task,
    },
};
use sim_spec::{Policy, PolicyError, Provenance};
use std::collections::BTreeMap;

/// What the inputs of one iteration may take, bytes over all threads: a laptop has twice as much.
const MOST_INPUT_BYTES: usize = 4 << 30;

/// A way to learn, between two iterations.
pub trait Algorithm {
    /// Drives and learns once.
    fn iterate(&mut self) -> Result<Report, Failure>;

    /// Iterations done.
    fn iteration(&self) -> u64;

    /// Control steps done, over all cars.
    fn steps(&self) -> u64;

    /// Names of the reward's terms.
    fn terms(&self) -> &[String];

    /// The policy as it is now: what it does without exploring. Fails where a parameter is not finite: then training has
    /// diverged.
    fn policy(&self, provenance: Provenance) -> Result<Policy, PolicyError>;

    /// What a checkpoint holds.
    fn state(&self) -> State;

    /// The episodes that ended in the last iteration of those cars that are watched.
    fn traced(&mut self) -> Vec<Vec<Row>>;

    /// What the cars were told in the last iteration, by which a resumed run brings its cars to where they were; empty if
    /// all cars start anew.
    fn driven(&self) -> Vec<f32>;
}

/// What a run of these settings begins with: random weights.
pub fn first_state(settings: &Settings, task: &Task) -> State {
    match settings.algorithm {
        AlgorithmName::Ppo => Ppo::first_state(&settings.config, settings.seed, task),
        AlgorithmName::Sac => Sac::first_state(&settings.config, settings.seed, task),
    }
}

/// The algorithm of a run, as far as it has learned.
pub fn begin(
    settings: &Settings,
    task: &Task,
    state: State,
    driven: &[Vec<f32>],
) -> Result<Box<dyn Algorithm>, Failure> {
    let (config, seed, device) = (settings.config.clone(), settings.seed, settings.device.open()?);
    let input = Agent::new(&config, task).input();
    let most = MOST_INPUT_BYTES / (size_of::<f32>() * input);
    if settings.steps_per_iteration() > most as u64 {
        let what =
            format!("{} numbers are seen in each of an iteration's steps, so it has at most {most} of them", input);
        return Err(bad_input("cars × horizon", format!("{what}; take fewer cars by --set cars=…")));
    }
    Ok(match settings.algorithm {
        AlgorithmName::Ppo => Box::new(Ppo::new(config, seed, task.clone(), device, state, driven)?),
        AlgorithmName::Sac => Box::new(Sac::new(config, seed, task, device, state)?),
    })
}

/// All that a run needs to go on, besides its settings: named lists of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Iterations done.
    pub iteration: u64,
    pub counters: BTreeMap<String, u64>,
    pub lists: BTreeMap<String, Vec<f32>>,
    /// What the cars have seen so far.
    pub moments: Moments,
}

/// What an iteration was like.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub tally: Tally,
    /// Entropy of the actions' distribution, nats.
    pub entropy: f64,
    pub learning_rate: f64,
    /// What only one of the algorithms has, by the name that it is logged under.
    pub more: Vec<(&'static str, f64)>,
}
