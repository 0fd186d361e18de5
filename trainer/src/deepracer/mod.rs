//! A model's folder as DeepRacer has it, read unchanged: `paddock train --from DIR`.
//!
//! Each file is looked for in the folder itself (DeepRacer on AWS and the old console's exports), in `custom_files/`
//! (DeepRacer for Cloud), and in `ip/` and `model/` (the old console's S3 layout). Ranges are those of DeepRacer on AWS;
//! what is outside of them is refused with a line that names file, key, value and range. Keys that are unknown are
//! named in a warning.
//!
//! What becomes of each value ([`apply`]):
//!
//! | theirs | here | |
//! |---|---|---|
//! | `batch_size` | `minibatch` | as it is |
//! | `num_epochs` | `epochs` | as it is |
//! | `lr` | `learning_rate` | as it is, and constant: `last_learning_rate` is 1 |
//! | `beta_entropy` | `entropy_weight` | as it is |
//! | `discount_factor` | `gamma` | as it is: both count control steps at 15 Hz |
//! | `loss_type` | `value_loss` | as it is |
//! | `num_episodes_between_training` | `cars` | that many episodes of [`EPISODE_STEPS`], at most [`MAX_STEPS`] as in their code, shared by cars that drive `horizon` steps each |
//! | `sac_alpha` | SAC's `alpha` | as it is, and not learned |
//! | `exploration_type`, `e_greedy_value`, `epsilon_steps` | nothing | actions are drawn from the policy's own distribution |
//! | `stack_size` | `camera-v1`, `-2-`, `-4-` | for cameras; 3 becomes 4. Nothing else needs it |
//! | `term_cond_max_episodes`, `term_cond_avg_score` | nothing | a run ends by `--seconds`, `--steps` or `--until-laps` |
//! | `action_space` | the policy's actions | degrees become radians; the order of the list is the number of the action |
//! | `sensor` | the observation | one of them: a camera before a lidar |
//! | `neural_network` | the network | [`Network::hidden`] after a small picture network |
//! | `training_algorithm` | the algorithm | PPO or SAC |
//! | `reward_function.py`, `reward.py` | the reward | as it is |

mod apply;
mod fields;
mod hyperparameters;
mod metadata;
#[cfg(test)]
mod tests;

pub use apply::{EPISODE_STEPS, MAX_STEPS, apply};
pub use hyperparameters::{Exploration, Hyperparameters};

use crate::{
    failure::{Failure, bad_input},
    run::settings::AlgorithmName,
};
use sim_spec::ActionSpace;
use std::path::{Path, PathBuf};

/// Where in a model's folder its files may lie.
const PLACES: [&str; 4] = ["", "custom_files", "ip", "model"];

/// A model of DeepRacer: all that starts a run.
#[derive(Debug, Clone, PartialEq)]
pub struct DeepRacerModel {
    pub hyperparameters: Hyperparameters,
    pub action_space: ActionSpace,
    pub sensor: Sensor,
    pub network: Network,
    pub algorithm: AlgorithmName,
    /// Its reward function, if there is one.
    pub reward: Option<PathBuf>,
    /// What was odd, one sentence each.
    pub warnings: Vec<String>,
}

/// What the policy sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensor {
    Camera,
    Lidar,
}

/// Their networks by size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Shallow,
    Deep,
    Deeper,
}

impl Network {
    /// Widths of our hidden layers that stand for theirs. Theirs come after the features of a large picture; ours are
    /// fed by a few numbers or a small picture, for which less is enough.
    pub fn hidden(self) -> Vec<usize> {
        match self {
            Self::Shallow => vec![64, 64],
            Self::Deep => vec![128, 64],
            Self::Deeper => vec![128, 128],
        }
    }
}

impl DeepRacerModel {
    /// Id of the observation that their sensor stands for.
    pub fn observation(&self) -> &'static str {
        match (self.sensor, self.hyperparameters.stack_size) {
            (Sensor::Lidar, _) => "lidar-v1",
            (Sensor::Camera, 1) => "camera-v1",
            (Sensor::Camera, 2) => "camera-2-v1",
            (Sensor::Camera, _) => "camera-4-v1",
        }
    }
}

/// The model in a folder.
pub fn read(folder: &Path) -> Result<DeepRacerModel, Failure> {
    if !folder.is_dir() {
        return Err(bad_input(folder.display(), "not a folder; --from takes the folder of a DeepRacer model"));
    }
    let find = |name: &str| PLACES.iter().map(|place| folder.join(place).join(name)).find(|path| path.is_file());
    let needed = |name: &str| {
        find(name).ok_or_else(|| {
            bad_input(folder.display(), format!("no {name} in it, nor in its custom_files/, ip/ or model/"))
        })
    };
    let metadata = metadata::read(&needed("model_metadata.json")?)?;
    let (hyperparameters, odd) = hyperparameters::read(&needed("hyperparameters.json")?, metadata.algorithm)?;
    Ok(DeepRacerModel {
        hyperparameters,
        action_space: metadata.action_space,
        sensor: metadata.sensor,
        network: metadata.network,
        algorithm: metadata.algorithm,
        reward: find("reward_function.py").or_else(|| find("reward.py")),
        warnings: metadata.warnings.into_iter().chain(odd).collect(),
    })
}
