//! From DeepRacer's hyperparameters to the settings of a run.

use super::{DeepRacerModel, Exploration};
use crate::run::{config::Config, settings::AlgorithmName};

/// Control steps that an episode of theirs is taken to last when episodes are counted in steps: twenty seconds, a
/// lap of a beginner. Also the length of an episode here.
pub const EPISODE_STEPS: u64 = 300;
/// Most steps that one iteration learns from. Their code drops what is beyond.
pub const MAX_STEPS: u64 = 10_000;

/// Sets what the model says; gives back a sentence for each value that is not simply taken as it is.
pub fn apply(model: &DeepRacerModel, config: &mut Config) -> Vec<String> {
    let theirs = &model.hyperparameters;
    config.gamma = theirs.discount_factor as f32;
    config.hidden = model.network.hidden();
    let mut notes = Vec::new();
    match model.algorithm {
        AlgorithmName::Ppo => {
            config.minibatch = theirs.batch_size as usize;
            config.epochs = theirs.num_epochs as usize;
            config.learning_rate = theirs.lr;
            config.last_learning_rate = 1.0;
            config.entropy_weight = theirs.beta_entropy;
            config.value_loss = theirs.loss_type;
            let episodes = theirs.num_episodes_between_training;
            let steps = (episodes * EPISODE_STEPS).min(MAX_STEPS);
            let share = (config.horizon * config.threads) as u64;
            config.cars = steps.div_ceil(share) as usize * config.threads;
            notes.push(format!(
                "num_episodes_between_training {episodes}: {} cars drive {} steps each between two updates",
                config.cars, config.horizon
            ));
        }
        AlgorithmName::Sac => {
            config.sac.minibatch = theirs.batch_size as usize;
            config.sac.learning_rate = theirs.lr;
            config.sac.alpha = theirs.sac_alpha;
            config.sac.learn_alpha = false;
        }
    }
    if let Exploration::EGreedy { .. } = theirs.exploration {
        notes.push("exploration_type e-greedy: actions are drawn from the policy's own distribution instead".into());
    }
    notes.push(
        "term_cond_max_episodes and term_cond_avg_score: ignored; --seconds, --steps and --until-laps end a run".into(),
    );
    notes
}
