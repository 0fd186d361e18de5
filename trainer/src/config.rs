//! The settings of a training run. They stand in its `run.json`, so a run is repeated by giving them again.

use serde::{Deserialize, Serialize};
use sim::CONTROL_HZ;
use sim_spec::limits::MAX_LAYER_WIDTH;

/// Settings of PPO. The defaults learn every track that they were tried on within seconds; see each field for what
/// more or less of it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Threads that learn side by side, each with its share of the cars and of every minibatch. Results depend on it
    /// to the bit, so it is a setting and not what the machine happens to have. Default 2.
    pub threads: usize,
    /// Cars that drive at a time, over all threads. More: steadier gradients, fewer of them per second. Default 512.
    pub cars: usize,
    /// Control steps that each car drives between two updates. Default 32, two seconds.
    pub horizon: usize,
    /// Passes over the collected steps per iteration. More: learns more from a step, takes longer. Default 4.
    pub epochs: usize,
    /// Steps per gradient, over all threads. Default 4096: large enough that libtorch works at full speed.
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
    /// Discount per control step. Default 0.99: what happens in seven seconds counts a third.
    pub gamma: f32,
    /// λ of the advantage estimate. Default 0.95.
    pub lambda: f32,
    /// How far the probability of an action may move in one iteration before its gradient is cut. Default 0.2.
    pub clip: f64,
    /// Weight of the entropy bonus. More: explores longer. Default 0.001.
    pub entropy_weight: f64,
    /// Weight of the value loss. Default 0.5.
    pub value_weight: f64,
    /// Longest gradient that is applied as it is. Default 0.5.
    pub max_gradient_norm: f32,
    /// log σ of the first policy's actions. Default −0.5: σ = 0.61 of an action's half range.
    pub first_log_sigma: f32,
    /// Widths of the hidden layers. Default 64 and 64.
    pub hidden: Vec<usize>,
    /// Iterations between two checkpoints. At each, all cars start anew, so that a run that was cut off goes on from
    /// its checkpoint exactly as if it had not been. Default 32.
    pub checkpoint_every: u64,
    /// Iterations between two evaluations of the policy by the referee. Default 4.
    pub evaluate_every: u64,
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
            gamma: 0.99,
            lambda: 0.95,
            clip: 0.2,
            entropy_weight: 0.001,
            value_weight: 0.5,
            max_gradient_norm: 0.5,
            first_log_sigma: -0.5,
            hidden: vec![64, 64],
            checkpoint_every: 32,
            evaluate_every: 4,
        }
    }
}

impl Config {
    /// Control steps in one iteration, over all cars.
    pub fn steps_per_iteration(&self) -> u64 {
        (self.cars * self.horizon) as u64
    }

    /// Whether a run can go by these settings; if not, why.
    pub fn check(&self) -> Result<(), String> {
        let shares = [("threads", self.threads), ("epochs", self.epochs), ("horizon", self.horizon)];
        if let Some((name, _)) = shares.iter().find(|(_, value)| *value == 0) {
            return Err(format!("{name} must be at least 1"));
        }
        if self.cars == 0 || !self.cars.is_multiple_of(self.threads) {
            return Err(format!("{} cars cannot be shared evenly by {} threads", self.cars, self.threads));
        }
        if self.minibatch < self.threads || !self.minibatch.is_multiple_of(self.threads) {
            return Err(format!("a minibatch of {} cannot be shared evenly by {}", self.minibatch, self.threads));
        }
        if self.hidden.iter().any(|width| !(1..=MAX_LAYER_WIDTH).contains(width)) {
            return Err(format!("hidden layers have 1 to {MAX_LAYER_WIDTH} units"));
        }
        if self.episode_steps == 0 || self.checkpoint_every == 0 || self.evaluate_every == 0 || self.schedule_steps == 0
        {
            return Err("lengths and intervals must be at least 1".into());
        }
        Ok(())
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
}
