//! How an agent learns: the algorithms and their parts.
//!
//! [`ppo`] and [`sac`] are the two stories; what a run sees of either is an [`Algorithm`](algorithm::Algorithm). An
//! [`agent`] has a [`sight`], a [`network`] and a [`distribution`] of actions; [`cars`] are many of them on the road.

pub mod action_grid;
pub mod adam;
pub mod agent;
pub mod algorithm;
pub mod cars;
pub mod distribution;
pub mod gae;
mod init;
pub mod loss;
pub mod memory;
pub mod network;
pub mod noise;
pub mod normaliser;
pub mod ppo;
pub mod rivals;
pub mod rollout;
pub mod sac;
pub mod sac_loss;
pub mod sight;
pub mod team;

/// For tests of formulas: numbers worked out by hand have six digits.
#[cfg(test)]
fn assert_close(found: &tch::Tensor, expected: &[f32]) {
    let found: Vec<f32> = found.reshape([-1]).try_into().unwrap();
    assert_eq!(found.len(), expected.len());
    let close = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5);
    assert!(close, "{found:?} is not {expected:?}");
}
