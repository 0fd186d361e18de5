//! The settings of a training run. They stand in its `run.json`, so a run is repeated by giving them again.

use crate::learn::network::Convolution;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sim::CONTROL_HZ;
use sim_spec::{
    action::ACTION_LEN,
    observation::{ObservationSpec, Sensor},
};

/// How the value function's error is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueLoss {
    /// Half the square.
    Mse,
    /// The same up to an error of 1, then in proportion: single surprises count less.
    Huber,
}

/// Settings of a run. The defaults learn every track that they were tried on within seconds; see each field for what
/// more or less of it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Threads that learn side by side, each with its share of the cars and of every minibatch. Results depend on it
    /// to the bit, so it stands in the settings. Default: the machine's cores, rounded down to a power of two, at most 8
    /// ([`Config::of`]); 2 where no machine is asked.
    pub threads: usize,
    /// Cars that drive at a time, over all threads. More: steadier gradients, fewer of them per second. Default 512; for a
    /// camera 64.
    pub cars: usize,
    /// Control steps that each car drives between two updates. Default 32, two seconds.
    pub horizon: usize,
    /// Passes over the collected steps per iteration. More: learns more from a step, takes longer. Default 4.
    pub epochs: usize,
    /// Steps per gradient, over all threads. Default 4096: large enough that libtorch works at full speed; for a
    /// camera 512.
    pub minibatch: usize,
    /// Length of an episode in control steps; then a car starts elsewhere. Default 300, twenty seconds.
    pub episode_steps: u32,
    /// Adam's learning rate at the start. Default 1e-3.
    pub learning_rate: f64,
    /// Share of it that is left at the end of the schedule. Default 0.05.
    pub last_learning_rate: f64,
    /// Control steps over which the learning rate falls, in a straight line; then it stays. Counted in steps and not
    /// in seconds, so that what is learned from a step never depends on the clock. Default 8,000,000: what two cores do
    /// in the twenty seconds that a run lasts by default.
    pub schedule_steps: u64,
    /// Discount per control step. Default 0.98: what happens in three and a half seconds counts a third. More plans further
    /// and learns slower: with 0.99, laps of harbour were three per cent slower after as many steps.
    pub gamma: f32,
    /// λ of the advantage estimate. Default 0.95.
    pub lambda: f32,
    /// How far the probability of an action may move in one iteration before its gradient is cut. Default 0.2.
    pub clip: f64,
    /// Weight of the entropy bonus. More: explores longer. Default 0.001.
    pub entropy_weight: f64,
    /// Weight of the value loss. Default 0.5.
    pub value_weight: f64,
    /// How the value's error is counted. Default `mse`.
    pub value_loss: ValueLoss,
    /// Whether the value function has a network of its own. Default no: one trunk for both learns as much per step here,
    /// in less time.
    pub separate_value: bool,
    /// Longest gradient that is applied as it is. Default 0.5.
    pub max_gradient_norm: f32,
    /// log σ of the first policy's actions. Default −0.5: σ = 0.61 of an action's half range.
    pub first_log_sigma: f32,
    /// Widths of the hidden layers. Default 64 and 64; for a camera 64.
    pub hidden: Vec<usize>,
    /// Convolutions before them, for a camera. Default 16 filters of 5 × 5 and 32 of 3 × 3, every second pixel.
    pub convolutions: Vec<Convolution>,
    /// Side of the squares of a camera's pixels that are averaged into one. Default 4: 40 × 30 pixels.
    pub shrink: usize,
    /// Iterations after which all cars start anew. A run that is resumed drives again from there to where it was cut off,
    /// so more makes resuming slower. Default 32.
    pub restart_every: u64,
    /// Iterations between two evaluations of the policy by the referee. Default 4; for a camera 8.
    pub evaluate_every: u64,
    /// What only SAC needs.
    pub sac: SacConfig,
}

/// Settings of soft actor-critic, besides those that it shares with PPO.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SacConfig {
    /// Cars that drive at a time. Fewer than PPO's: each step is learned from many times. Default 64.
    pub cars: usize,
    /// Control steps that each car drives per iteration. Default 32.
    pub horizon: usize,
    /// Steps per gradient. Default 512.
    pub minibatch: usize,
    /// Gradient steps per control step of all cars. More: learns more from a step, takes longer. Default 2.
    pub updates: usize,
    /// Steps that are remembered, as many of them as fit into a gigabyte: of a camera's pictures that are 55,924. Default
    /// 200,000.
    pub memory: usize,
    /// Steps at random before learning begins. Default 2,048.
    pub warm_up: usize,
    /// Adam's learning rate, of actor, critics and temperature. Default 1e-3.
    pub learning_rate: f64,
    /// Share of the critics that their slow copies take over per gradient step. Default 0.005.
    pub tau: f64,
    /// Weight of the entropy (the temperature) at the start. Default 0.2.
    pub alpha: f64,
    /// Whether the temperature is learned, so that the entropy comes to −1 per number of an action. Default yes.
    pub learn_alpha: bool,
}

impl Default for SacConfig {
    fn default() -> Self {
        Self {
            cars: 64,
            horizon: 32,
            minibatch: 512,
            updates: 2,
            memory: 200_000,
            warm_up: 2048,
            learning_rate: 1e-3,
            tau: 0.005,
            alpha: 0.2,
            learn_alpha: true,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            threads: 2,
            cars: 512,
            horizon: 32,
            epochs: 4,
            minibatch: 4096,
            episode_steps: 20 * CONTROL_HZ,
            learning_rate: 1e-3,
            last_learning_rate: 0.05,
            schedule_steps: 8_000_000,
            gamma: 0.98,
            lambda: 0.95,
            clip: 0.2,
            entropy_weight: 0.001,
            value_weight: 0.5,
            value_loss: ValueLoss::Mse,
            separate_value: false,
            max_gradient_norm: 0.5,
            first_log_sigma: -0.5,
            hidden: vec![64, 64],
            convolutions: Vec::new(),
            shrink: 4,
            restart_every: 32,
            evaluate_every: 4,
            sac: SacConfig::default(),
        }
    }
}

/// Most threads that are used unless somebody asks for more: beyond, a share of a minibatch is too small to be quick.
const MOST_THREADS: usize = 8;

impl Config {
    /// The defaults for what an agent sees, with as many threads as this machine has cores, as a power of two so that cars
    /// and minibatches can be shared.
    pub fn of(observation: &ObservationSpec) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        let threads = 1 << cores.ilog2();
        let config = Self { threads, ..Self::default() };
        match observation.sensor {
            Sensor::Camera { .. } => {
                let convolution = |filters, kernel| Convolution { filters, kernel, stride: 2 };
                Self {
                    cars: 64,
                    minibatch: 512,
                    hidden: vec![64],
                    convolutions: vec![convolution(16, 5), convolution(32, 3)],
                    evaluate_every: 8,
                    ..config
                }
            }
            _ => config,
        }
    }

    /// The settings with one of them changed: `name` is its field (`sac.tau` for one of SAC's), `value` JSON or a plain word.
    /// Whether they still go together says [`check`](Self::check), once all are changed.
    pub fn with(&self, name: &str, value: &str) -> Result<Self, String> {
        let mut all = serde_json::to_value(self).expect("settings are plain data");
        let pointer = format!("/{}", name.replace('.', "/"));
        let known = || {
            let config = serde_json::to_value(Self::default()).expect("settings are plain data");
            config.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(", ")
        };
        let field =
            all.pointer_mut(&pointer).ok_or_else(|| format!("there is no setting {name:?}; there are: {}", known()))?;
        *field = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.into()));
        serde_json::from_value(all).map_err(|error| format!("{name} cannot be {value}: {error}"))
    }

    /// Control steps in one iteration, over all cars.
    pub fn steps_per_iteration(&self) -> u64 {
        (self.cars * self.horizon) as u64
    }

    /// Numbers that all cars are told in one iteration.
    pub fn numbers_driven(&self) -> usize {
        self.cars * self.horizon * ACTION_LEN
    }

    /// The learning rate after `steps` control steps.
    pub fn learning_rate_at(&self, steps: u64) -> f64 {
        let gone = (steps as f64 / self.schedule_steps as f64).min(1.0);
        self.learning_rate * (1.0 + gone * (self.last_learning_rate - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learning_rate_falls_in_a_straight_line_and_stays() {
        let config = Config { schedule_steps: 1000, ..Config::default() };
        // 1e-3 · (1 − 0.95 · share)
        let cases = [(0, 1e-3), (500, 0.525e-3), (1000, 0.05e-3), (9999, 0.05e-3)];
        for (steps, expected) in cases {
            assert!((config.learning_rate_at(steps) - expected).abs() < 1e-12, "{steps}");
        }
    }

    #[test]
    fn a_setting_is_changed_by_its_name() {
        let config = Config::default();
        let changed = config.with("learning_rate", "0.002").and_then(|config| config.with("sac.tau", "0.01"));
        let changed =
            changed.and_then(|config| config.with("value_loss", "huber")).and_then(|it| it.with("hidden", "[32]"));
        let expected = Config {
            learning_rate: 0.002,
            value_loss: ValueLoss::Huber,
            hidden: vec![32],
            sac: SacConfig { tau: 0.01, ..SacConfig::default() },
            ..config.clone()
        };
        assert_eq!(changed, Ok(expected));
        for (name, value, words) in
            [("lr", "1", "there is no setting \"lr\""), ("epochs", "many", "epochs cannot be many")]
        {
            let why = config.with(name, value).expect_err(name);
            assert!(why.contains(words), "{why}");
        }
    }
}
