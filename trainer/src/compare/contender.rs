//! What can be compared.

use crate::{
    failure::{Failure, bad_input},
    files, reward,
    run::recipe::Recipe,
};
use sim_spec::Policy;
use std::path::Path;

/// One side of a comparison.
pub enum Contender {
    /// A policy, as it is.
    Policy { label: String, policy: Box<Policy> },
    /// A way to train.
    Recipe { label: String, recipe: Recipe },
}

impl Contender {
    /// What a person named: a policy, a run's folder (its settings are meant), a file of settings, a reward.
    pub fn read(named: &str) -> Result<Self, Failure> {
        let (path, label) = (Path::new(named), named.to_owned());
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let of_reward = || Recipe { reward: Some(label.clone()), ..Recipe::default() };
        if path.is_dir() {
            return Ok(Self::Recipe { recipe: Recipe::of_run(path)?, label });
        }
        match (path.is_file(), ending) {
            (true, "safetensors") => Ok(Self::Policy { policy: Box::new(files::read_policy(path)?.0), label }),
            (true, "toml" | "json") => Ok(Self::Recipe { recipe: Recipe::read(path)?, label }),
            (true, "py") => Ok(Self::Recipe { recipe: of_reward(), label }),
            _ if reward::builtin::find(named).is_some() => Ok(Self::Recipe { recipe: of_reward(), label }),
            _ => Err(bad_input(
                named,
                "not there; name a policy (.safetensors), a run's folder, settings (.toml), or a reward (a name or a .py file)",
            )),
        }
    }

    /// As it was named.
    pub fn label(&self) -> &str {
        let (Self::Policy { label, .. } | Self::Recipe { label, .. }) = self;
        label
    }
}
