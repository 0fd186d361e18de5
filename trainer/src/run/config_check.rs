//! Settings that no run can go by are refused before it begins, each by its name.

use super::config::{Config, SacConfig};
use crate::learn::network::Convolution;
use sim_spec::{
    limits::{MAX_KERNEL, MAX_LAYER_WIDTH, MAX_LAYERS, MAX_PARAMETERS},
    observation::PICTURE,
};

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

impl Config {
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
