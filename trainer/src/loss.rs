//! What PPO minimises: the clipped surrogate, the value error and the entropy bonus.
//!
//! Schulman et al. 2017, <https://arxiv.org/abs/1707.06347>, equations 7 and 9.

use crate::{config::Config, network::ACTIONS, network::Network};
use std::{
    f64::consts::{LN_2, PI},
    ops::AddAssign,
};
use tch::{Kind, Tensor};

/// Rows that a gradient is taken over, N of them.
#[derive(Debug)]
pub struct Minibatch {
    /// Normalised, `[N, observation]`.
    pub observations: Tensor,
    /// As sampled, not clamped, `[N, ACTIONS]`.
    pub actions: Tensor,
    /// Log-probability of the action under the policy that chose it, `[N]`.
    pub log_probs: Tensor,
    /// Normalised, `[N]`.
    pub advantages: Tensor,
    /// What the value function should have said, `[N]`.
    pub returns: Tensor,
}

/// Sums over a minibatch's rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LossSums {
    /// Loss of the policy: the clipped surrogate, negated.
    pub policy: f64,
    /// Half the squared error of the value function.
    pub value: f64,
    /// How far the policy has moved from the one that collected: (r − 1) − ln r, which is never negative and has less
    /// variance than −ln r (<http://joschu.net/blog/kl-approx.html>).
    pub approx_kl: f64,
    /// Rows whose probability ratio was outside the clip range.
    pub clipped: f64,
    pub rows: f64,
}

impl AddAssign for LossSums {
    fn add_assign(&mut self, other: Self) {
        self.policy += other.policy;
        self.value += other.value;
        self.approx_kl += other.approx_kl;
        self.clipped += other.clipped;
        self.rows += other.rows;
    }
}

/// The loss, as a mean over `rows` rows of which `batch` may hold a share, and its parts.
pub fn loss(network: &Network, batch: &Minibatch, config: &Config, rows: usize) -> (Tensor, LossSums) {
    let outputs = network.forward(&batch.observations);
    let mean = outputs.narrow(1, 0, ACTIONS as i64);
    let value = outputs.select(1, ACTIONS as i64);

    let log_ratio = log_prob(&batch.actions, &mean, network.log_sigma()) - &batch.log_probs;
    let ratio = log_ratio.exp();
    let policy = -clipped_surrogate(&ratio, &batch.advantages, config.clip).sum(Kind::Float);
    // The value's own clipping of Baselines is left out: it does not help (Andrychowicz et al. 2020,
    // https://arxiv.org/abs/2006.05990, decision C13).
    let value = (value - &batch.returns).square().sum(Kind::Float) * 0.5;
    let share = batch.returns.numel() as f64 / rows as f64;
    let bonus = entropy(network.log_sigma()) * (config.entropy_weight * share);
    let loss = (&policy + &value * config.value_weight) / rows as f64 - bonus;

    let sums = tch::no_grad(|| {
        let moved = &ratio - 1.0;
        let approx_kl = (&moved - &log_ratio).sum(Kind::Float);
        let clipped = moved.abs().gt(config.clip).sum(Kind::Float);
        let mut numbers = [0.0f32; 4];
        Tensor::stack(&[policy.detach(), value.detach(), approx_kl, clipped], 0).copy_data(&mut numbers, 4);
        let [policy, value, approx_kl, clipped] = numbers.map(f64::from);
        LossSums { policy, value, approx_kl, clipped, rows: batch.returns.numel() as f64 }
    });
    (loss, sums)
}

/// min(r A, clip(r, 1 − ε, 1 + ε) A) for each row: moving an action's probability further than ε pays nothing more,
/// but moving it the wrong way always costs.
pub fn clipped_surrogate(ratio: &Tensor, advantages: &Tensor, clip: f64) -> Tensor {
    (ratio * advantages).minimum(&(ratio.clamp(1.0 - clip, 1.0 + clip) * advantages))
}

/// Log-probability of each row of `actions` under independent Gaussians: Σ −½ ((a − μ) / σ)² − ln σ − ½ ln 2π.
pub fn log_prob(actions: &Tensor, mean: &Tensor, log_sigma: &Tensor) -> Tensor {
    let deviations = (actions - mean) * (-log_sigma).exp();
    let constant = ACTIONS as f64 * 0.5 * (LN_2 + PI.ln());
    let squares = deviations.square().sum_dim_intlist([1i64].as_slice(), false, Kind::Float);
    squares * -0.5 - (log_sigma.sum(Kind::Float) + constant)
}

/// Entropy of the Gaussians: Σ ln σ + ½ ln 2πe. It does not depend on the observation.
pub fn entropy(log_sigma: &Tensor) -> Tensor {
    log_sigma.sum(Kind::Float) + ACTIONS as f64 * 0.5 * (1.0 + LN_2 + PI.ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Layout, OUTPUTS};

    fn assert_close(found: &Tensor, expected: &[f32]) {
        let found: Vec<f32> = found.reshape([-1]).try_into().unwrap();
        assert_eq!(found.len(), expected.len());
        let close = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5);
        assert!(close, "{found:?} is not {expected:?}");
    }

    #[test]
    fn the_surrogate_is_cut_where_it_would_pay_to_move_further() {
        // ε = 0.2, so the ratio counts as 0.8 to 1.2.
        let ratio = Tensor::from_slice(&[1.0f32, 1.5, 0.5, 1.5, 0.5]);
        let advantage = Tensor::from_slice(&[2.0f32, 2.0, 2.0, -2.0, -2.0]);
        // 1.0 ·  2 = 2
        // 1.5 ·  2 = 3,    cut 1.2 ·  2 = 2.4, the lesser is 2.4
        // 0.5 ·  2 = 1,    cut 0.8 ·  2 = 1.6, the lesser is 1
        // 1.5 · −2 = −3,   cut 1.2 · −2 = −2.4, the lesser is −3
        // 0.5 · −2 = −1,   cut 0.8 · −2 = −1.6, the lesser is −1.6
        assert_close(&clipped_surrogate(&ratio, &advantage, 0.2), &[2.0, 2.4, 1.0, -3.0, -1.6]);
    }

    #[test]
    fn log_probabilities_by_hand() {
        // σ = (1, 2): ln σ sums to 0.693147; 2 · ½ ln 2π = 1.837877
        let log_sigma = Tensor::from_slice(&[0.0f32, std::f32::consts::LN_2]);
        let mean = Tensor::from_slice(&[0.5f32, -1.0, 0.0, 0.0]).view([2, 2]);
        let actions = Tensor::from_slice(&[0.5f32, -1.0, 1.0, 4.0]).view([2, 2]);
        // Row 0, at the mean: −0.693147 − 1.837877 = −2.531024
        // Row 1: deviations 1 and 2, squares 1 + 4, so −2.5 − 2.531024 = −5.031024
        assert_close(&log_prob(&actions, &mean, &log_sigma), &[-2.531_024, -5.031_024]);
    }

    #[test]
    fn entropy_by_hand() {
        // Two Gaussians: 2 · ½ ln 2πe = 2.837877; with ln σ = −0.5 each, 1.837877.
        assert_close(&entropy(&Tensor::from_slice(&[0.0f32, 0.0])), &[2.837_877]);
        assert_close(&entropy(&Tensor::from_slice(&[-0.5f32, -0.5])), &[1.837_877]);
    }

    /// A network without hidden layers whose outputs are its biases: mean (0, 0), value 3; σ = (1, 1).
    fn constant_network() -> Network {
        let mut network = Network::new(Layout { observation: 1, hidden: vec![] });
        let weights = [0.0; OUTPUTS];
        network.set(&[weights.as_slice(), &[0.0, 0.0, 3.0], &[0.0, 0.0]].concat());
        network
    }

    #[test]
    fn the_whole_loss_by_hand() {
        // Both actions are at the mean, so their log-probability now is −1.837877.
        // Row 0 had it before too: ratio 1, advantage 1, surrogate 1. Return 5: ½ (3 − 5)² = 2.
        // Row 1 was ln 2 less likely: ratio 2, cut to 1.2, advantage 1, surrogate 1.2. Return 3: 0.
        let now = -1.837_877;
        let batch = Minibatch {
            observations: Tensor::from_slice(&[0.0f32, 0.0]).view([2, 1]),
            actions: Tensor::from_slice(&[0.0f32; 4]).view([2, 2]),
            log_probs: Tensor::from_slice(&[now, now - std::f32::consts::LN_2]),
            advantages: Tensor::from_slice(&[1.0f32, 1.0]),
            returns: Tensor::from_slice(&[5.0f32, 3.0]),
        };
        let config = Config { value_weight: 0.5, entropy_weight: 0.1, ..Config::default() };
        let (loss, sums) = loss(&constant_network(), &batch, &config, 2);
        // (−2.2 + 0.5 · 2) / 2 − 0.1 · 2.837877 = −0.6 − 0.2837877
        assert_close(&loss, &[-0.883_788]);
        assert!((sums.policy + 2.2).abs() < 1e-5 && (sums.value - 2.0).abs() < 1e-5, "{sums:?}");
        // Row 0: 0. Row 1: (2 − 1) − ln 2 = 0.306853
        assert!((sums.approx_kl - 0.306_853).abs() < 1e-5, "{sums:?}");
        assert_eq!((sums.clipped, sums.rows), (1.0, 2.0));
    }

    #[test]
    fn two_halves_of_a_minibatch_add_up_to_its_gradient() {
        let rows = |from: i64, len: i64| {
            let column = Tensor::from_slice(&[0.3f32, -0.7, 1.1, 0.2]).narrow(0, from, len);
            Minibatch {
                observations: column.view([len, 1]),
                actions: column.view([len, 1]).repeat([1, ACTIONS as i64]),
                log_probs: &column - 2.0,
                advantages: &column * 2.0,
                returns: &column + 1.0,
            }
        };
        let (network, config) = (constant_network(), Config::default());
        let gradient = |batch: &Minibatch| {
            let mut out = vec![0.0; 2 * OUTPUTS + ACTIONS];
            network.gradient(&loss(&network, batch, &config, 4).0, &mut out);
            out
        };
        let halves: Vec<f32> = gradient(&rows(0, 2)).iter().zip(gradient(&rows(2, 2))).map(|(a, b)| a + b).collect();
        assert_close(&Tensor::from_slice(&halves), &gradient(&rows(0, 4)));
    }
}
