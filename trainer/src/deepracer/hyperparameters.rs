//! `hyperparameters.json`: how DeepRacer is told to learn.

use super::fields::Fields;
use crate::{
    failure::Failure,
    run::{config::ValueLoss, settings::AlgorithmName},
};
use std::path::Path;

/// Steps per gradient that their form offers.
const BATCH_SIZES: [u64; 5] = [32, 64, 128, 256, 512];

/// DeepRacer's hyperparameters. What is not in the file has the default of their training code.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyperparameters {
    /// Steps per gradient: 32, 64, 128, 256 or 512. Default 64.
    pub batch_size: u64,
    /// Passes over the collected steps, 3 to 10. Default 10.
    pub num_epochs: u64,
    /// Adam's learning rate, 1e-8 to 1e-3, constant. Default 3e-4.
    pub lr: f64,
    /// Weight of the entropy bonus, 0 to 1. Default 0.01.
    pub beta_entropy: f64,
    /// Discount per control step, 0 to 1. Default 0.999.
    pub discount_factor: f64,
    /// Loss of the value function. Default mse.
    pub loss_type: ValueLoss,
    /// Episodes between two updates: 5 to 100 for PPO, default 20; exactly 1 for SAC.
    pub num_episodes_between_training: u64,
    /// Weight of SAC's entropy, 0 to 1. Default 0.2.
    pub sac_alpha: f64,
    /// How actions are tried. Default categorical.
    pub exploration: Exploration,
    /// Pictures that the policy sees at a time: 1 to 4. Default 1.
    pub stack_size: u64,
    /// Episodes after which training ends. Default 100,000.
    pub term_cond_max_episodes: u64,
    /// Mean reward of an episode at which training ends. Default 100,000.
    pub term_cond_avg_score: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Exploration {
    /// Actions are drawn from the policy's own distribution.
    Categorical,
    /// With a probability that falls from 1 to `value` over `steps` steps, any action is taken.
    EGreedy { value: f64, steps: u64 },
}

/// The hyperparameters in a file, and what was odd about it.
pub(super) fn read(path: &Path, algorithm: AlgorithmName) -> Result<(Hyperparameters, Vec<String>), Failure> {
    let mut fields = Fields::read(path)?;
    let hyperparameters = take(&mut fields, algorithm)?;
    Ok((hyperparameters, fields.left()))
}

fn take(fields: &mut Fields, algorithm: AlgorithmName) -> Result<Hyperparameters, Failure> {
    let batch_size = fields.whole("batch_size", 1..=u64::MAX, 64)?;
    if !BATCH_SIZES.contains(&batch_size) {
        return Err(fields.wrong("batch_size", &batch_size.into(), "32, 64, 128, 256, 512"));
    }
    let (episodes, default_episodes) = match algorithm {
        AlgorithmName::Ppo => (5..=100, 20),
        AlgorithmName::Sac => (1..=1, 1),
    };
    let losses = [("mse", ValueLoss::Mse), ("mean squared error", ValueLoss::Mse), ("huber", ValueLoss::Huber)];
    // Both values stand in files that explore otherwise, too.
    let e_greedy = Exploration::EGreedy {
        value: fields.number("e_greedy_value", 0.0..=1.0, 0.05)?,
        steps: fields.whole("epsilon_steps", 1..=1_000_000_000, 10_000)?,
    };
    let explorations = [("categorical", Exploration::Categorical), ("e-greedy", e_greedy), ("e_greedy", e_greedy)];
    Ok(Hyperparameters {
        batch_size,
        num_epochs: fields.whole("num_epochs", 3..=10, 10)?,
        lr: fields.number("lr", 1e-8..=1e-3, 3e-4)?,
        beta_entropy: fields.number("beta_entropy", 0.0..=1.0, 0.01)?,
        discount_factor: fields.number("discount_factor", 0.0..=1.0, 0.999)?,
        loss_type: fields.word("loss_type", &losses)?,
        num_episodes_between_training: fields.whole("num_episodes_between_training", episodes, default_episodes)?,
        sac_alpha: fields.number("sac_alpha", 0.0..=1.0, 0.2)?,
        exploration: fields.word("exploration_type", &explorations)?,
        stack_size: fields.whole("stack_size", 1..=4, 1)?,
        term_cond_max_episodes: fields.whole("term_cond_max_episodes", 1..=u64::MAX, 100_000)?,
        term_cond_avg_score: fields.number("term_cond_avg_score", f64::MIN..=f64::MAX, 100_000.0)?,
    })
}
