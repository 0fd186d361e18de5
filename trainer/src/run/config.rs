//! The settings of a training run. They stand in its `run.json`, so a run is repeated by giving them again.

use crate::learn::network::Convolution;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sim::CONTROL_HZ;
use sim_spec::{
    action::ACTION_LEN,
    limits::{MAX_KERNEL, MAX_LAYER_WIDTH, MAX_LAYERS, MAX_PARAMETERS},
    observation::{ObservationSpec, PICTURE, Sensor},
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
    /// and learns slower: with 0.99, laps were two to three per cent slower after as many steps.
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
    /// Steps that are remembered. Default 200,000.
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

/// Cars at a time, at most: 128 times the default, beyond which an iteration takes seconds and nobody gains anything.
const MOST_CARS: usize = 1 << 16;
/// Steps of an iteration, at most: 256 times the default, when a journal of 32 iterations has a gigabyte.
const MOST_ROWS: usize = 1 << 22;
/// Threads, at most: as many cores as one large machine has.
const MOST_THREADS_AT_ALL: usize = 256;
/// Passes over the same steps, or gradient steps per control step, at most: hundreds of times the defaults.
const MOST_UPDATES: usize = 1000;
/// Hidden layers and convolutions, at most: each comes with a ReLU, and a pool, the last layer and its tanh stand beside them.
const MOST_HIDDEN_LAYERS: usize = (MAX_LAYERS - 3) / 2;

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

    /// Whether a run can go by these settings; if not, why. What depends on what the agent sees (the size of its first layer,
    /// the memory that an iteration takes) is looked at when the run begins.
    pub fn check(&self) -> Result<(), String> {
        self.check_counts()?;
        self.check_shares()?;
        self.check_network()?;
        self.check_numbers()
    }

    /// Nothing is zero that is divided by or counted to, and nothing is so large that no machine can do it.
    fn check_counts(&self) -> Result<(), String> {
        let SacConfig { cars, horizon, minibatch, updates, memory, warm_up, .. } = self.sac;
        let counts = [
            ("threads", self.threads, MOST_THREADS_AT_ALL),
            ("cars", self.cars, MOST_CARS),
            ("horizon", self.horizon, MOST_ROWS),
            ("epochs", self.epochs, MOST_UPDATES),
            ("minibatch", self.minibatch, MOST_ROWS),
            ("sac.cars", cars, MOST_CARS),
            ("sac.horizon", horizon, MOST_ROWS),
            ("sac.minibatch", minibatch, MOST_ROWS),
            ("sac.updates", updates, MOST_UPDATES),
        ];
        if let Some((name, value, most)) = counts.iter().find(|(_, value, most)| !(1..=*most).contains(value)) {
            return Err(format!("{name} is 1 to {most}, not {value}"));
        }
        for (name, rows) in [("cars × horizon", self.cars * self.horizon), ("sac.cars × sac.horizon", cars * horizon)]
        {
            if rows > MOST_ROWS {
                return Err(format!("{name} is at most {MOST_ROWS} steps per iteration, not {rows}"));
            }
        }
        if memory < minibatch.max(warm_up) {
            return Err(format!(
                "sac.memory is at least sac.minibatch ({minibatch}) and sac.warm_up ({warm_up}), not {memory}: learning \
                 would never begin"
            ));
        }
        if self.episode_steps == 0 || self.restart_every == 0 || self.evaluate_every == 0 || self.schedule_steps == 0 {
            return Err("episode_steps, restart_every, evaluate_every and schedule_steps are at least 1".into());
        }
        Ok(())
    }

    /// Each thread has as many cars, and as many rows of a minibatch, as every other.
    fn check_shares(&self) -> Result<(), String> {
        let shared = [
            ("cars", self.cars),
            ("minibatch", self.minibatch),
            ("sac.cars", self.sac.cars),
            ("sac.minibatch", self.sac.minibatch),
        ];
        match shared.iter().find(|(_, value)| !value.is_multiple_of(self.threads)) {
            Some((name, value)) => Err(format!(
                "{name}={value} cannot be shared evenly by {0} threads: set it to a multiple of {0}, or threads to a power \
                 of two",
                self.threads
            )),
            None => Ok(()),
        }
    }

    /// The network has layers that a policy may have.
    fn check_network(&self) -> Result<(), String> {
        if self.hidden.len() + self.convolutions.len() > MOST_HIDDEN_LAYERS {
            return Err(format!("hidden layers and convolutions are at most {MOST_HIDDEN_LAYERS} together"));
        }
        if self.hidden.iter().any(|width| !(1..=MAX_LAYER_WIDTH).contains(width)) {
            return Err(format!("hidden layers have 1 to {MAX_LAYER_WIDTH} units"));
        }
        if self.shrink == 0 || PICTURE.iter().any(|side| !side.is_multiple_of(self.shrink)) || self.shrink > MAX_KERNEL
        {
            return Err(format!("a picture of {} × {} cannot be shrunk {} times", PICTURE[0], PICTURE[1], self.shrink));
        }
        let [mut width, mut height] = PICTURE.map(|side| side / self.shrink);
        let (mut channels, mut weights) = (1, 0);
        for Convolution { filters, kernel, stride } in &self.convolutions {
            if !(1..=MAX_LAYER_WIDTH).contains(filters)
                || [kernel, stride].iter().any(|it| !(1..=MAX_KERNEL).contains(*it))
            {
                return Err(format!(
                    "a convolution has 1 to {MAX_LAYER_WIDTH} filters, and 1 to {MAX_KERNEL} pixels of kernel and stride"
                ));
            }
            if *kernel > width.min(height) {
                return Err(format!(
                    "a convolution of {kernel} × {kernel} does not fit a picture of {width} × {height}"
                ));
            }
            [width, height] = [width, height].map(|side| (side - kernel) / stride + 1);
            weights += channels * filters * kernel * kernel;
            channels = *filters;
        }
        weights += self.hidden.windows(2).map(|pair| pair[0] * pair[1]).sum::<usize>();
        if weights > MAX_PARAMETERS {
            return Err(format!(
                "the network has more than {MAX_PARAMETERS} weights, more than are raced: take fewer units"
            ));
        }
        Ok(())
    }

    /// No weight is negative, nothing is NaN, and probabilities and shares are some.
    fn check_numbers(&self) -> Result<(), String> {
        let SacConfig { learning_rate, tau, alpha, learn_alpha, .. } = self.sac;
        let above_0 = f64::from(f32::MIN_POSITIVE);
        let numbers = [
            ("learning_rate", self.learning_rate, 0.0..=1.0),
            ("last_learning_rate", self.last_learning_rate, 0.0..=1.0),
            ("gamma", self.gamma.into(), 0.0..=1.0),
            ("lambda", self.lambda.into(), 0.0..=1.0),
            ("clip", self.clip, above_0..=1.0),
            ("entropy_weight", self.entropy_weight, 0.0..=100.0),
            ("value_weight", self.value_weight, 0.0..=100.0),
            ("max_gradient_norm", self.max_gradient_norm.into(), above_0..=1e6),
            // As SAC bounds it: beyond, actions are a needle or a plain.
            ("first_log_sigma", self.first_log_sigma.into(), -5.0..=2.0),
            ("sac.learning_rate", learning_rate, 0.0..=1.0),
            ("sac.tau", tau, above_0..=1.0),
            // Its logarithm is what is learned.
            ("sac.alpha", alpha, if learn_alpha { above_0 } else { 0.0 }..=100.0),
        ];
        match numbers.iter().find(|(_, number, range)| !range.contains(number)) {
            Some((name, number, range)) if *range.start() == above_0 => {
                Err(format!("{name} is above 0 and at most {}, not {number}", range.end()))
            }
            Some((name, number, range)) => Err(format!("{name} is {} to {}, not {number}", range.start(), range.end())),
            None => Ok(()),
        }
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

    #[test]
    fn what_no_run_can_go_by_is_refused_by_name() {
        let config = Config::default();
        assert_eq!((config.check(), Config::of(&sim_spec::observation::CAMERA_2_V1).check()), (Ok(()), Ok(())));
        for (name, value, words) in [
            ("cars", "7", "cars=7 cannot be shared evenly by 2 threads"),
            ("cars", "1000000000", "cars is 1 to 65536"),
            ("cars", "0", "cars is 1 to 65536"),
            ("horizon", "0", "horizon is 1 to"),
            ("horizon", "100000", "cars × horizon is at most"),
            ("minibatch", "1", "minibatch=1 cannot be shared"),
            ("epochs", "0", "epochs is 1 to"),
            ("restart_every", "0", "are at least 1"),
            ("shrink", "7", "cannot be shrunk"),
            ("hidden", "[0]", "1 to 1024 units"),
            ("hidden", "[1024,1024]", "more than 1000000 weights"),
            ("hidden", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "at most 14 together"),
            ("convolutions", r#"[{"filters":1,"kernel":31,"stride":1}]"#, "kernel and stride"),
            ("gamma", "2", "gamma is 0 to 1, not 2"),
            ("gamma", "-0.1", "gamma is 0 to 1"),
            ("learning_rate", "-1", "learning_rate is 0 to 1, not -1"),
            ("clip", "0", "clip is above 0 and at most 1, not 0"),
            ("max_gradient_norm", "0", "max_gradient_norm is above 0"),
            ("entropy_weight", "-1e-3", "entropy_weight is 0 to 100"),
            ("first_log_sigma", "1e30", "first_log_sigma is -5 to 2"),
            ("sac.alpha", "0", "sac.alpha is above 0"),
            ("sac.updates", "0", "sac.updates is 1 to 1000"),
            ("sac.warm_up", "300000", "learning would never begin"),
        ] {
            let changed = config.with(name, value).expect(name);
            let why = changed.check().expect_err(name);
            assert!(why.contains(words), "{name}={value}: {why}");
        }
        let nan = Config { lambda: f32::NAN, ..config };
        assert!(nan.check().is_err_and(|why| why.contains("lambda")));
    }
}
