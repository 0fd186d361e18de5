//! What PPO minimises: the clipped surrogate, the value error and the entropy bonus.
//!
//! Schulman et al. 2017, <https://arxiv.org/abs/1707.06347>, equations 7 and 9.

use crate::{
    learn::{distribution::Head, network::Network},
    run::{config::Config, config::ValueLoss},
};
use std::ops::AddAssign;
use tch::{Kind, Reduction, Tensor};

/// Rows that a gradient is taken over, N of them.
#[derive(Debug)]
pub struct Minibatch {
    /// Normalised, `[N, input]`.
    pub inputs: Tensor,
    /// As drawn, `[N, stored]`.
    pub actions: Tensor,
    /// Log-probability of the action under the policy that chose it, `[N]`.
    pub log_probs: Tensor,
    /// Standardised, `[N]`.
    pub advantages: Tensor,
    /// What the value function should have said, `[N]`.
    pub returns: Tensor,
}

/// Sums over a minibatch's rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LossSums {
    /// Loss of the policy: the clipped surrogate, negated.
    pub policy: f64,
    /// Loss of the value function: half the squared error, or Huber's.
    pub value: f64,
    /// Entropy of the actions' distribution, nats.
    pub entropy: f64,
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
        self.entropy += other.entropy;
        self.approx_kl += other.approx_kl;
        self.clipped += other.clipped;
        self.rows += other.rows;
    }
}

/// The loss, as a mean over `rows` rows of which `batch` may hold a share, and its parts.
pub fn loss(network: &Network, head: Head, batch: &Minibatch, config: &Config, rows: usize) -> (Tensor, LossSums) {
    let (outputs, values) = network.forward(&batch.inputs);
    let log_ratio = head.log_prob(&outputs, network.loose(), &batch.actions) - &batch.log_probs;
    let ratio = log_ratio.exp();
    let policy = -clipped_surrogate(&ratio, &batch.advantages, config.clip).sum(Kind::Float);
    // The value's own clipping of Baselines is left out: it does not help (Andrychowicz et al. 2020,
    // https://arxiv.org/abs/2006.05990, decision C13).
    let value = match config.value_loss {
        ValueLoss::Mse => (values - &batch.returns).square().sum(Kind::Float) * 0.5,
        ValueLoss::Huber => values.huber_loss(&batch.returns, Reduction::Sum, 1.0),
    };
    let entropy = head.entropy(&outputs, network.loose());
    let share = batch.returns.numel() as f64 / rows as f64;
    let bonus = &entropy * (config.entropy_weight * share);
    let loss = (&policy + &value * config.value_weight) / rows as f64 - bonus;

    let sums = tch::no_grad(|| {
        let moved = &ratio - 1.0;
        let approx_kl = (&moved - &log_ratio).sum(Kind::Float);
        let clipped = moved.abs().gt(config.clip).sum(Kind::Float);
        let mut numbers = [0.0f32; 5];
        let stacked = Tensor::stack(&[policy.detach(), value.detach(), entropy.detach(), approx_kl, clipped], 0);
        stacked.to_device(tch::Device::Cpu).copy_data(&mut numbers, 5);
        let [policy, value, entropy, approx_kl, clipped] = numbers.map(f64::from);
        let rows = batch.returns.numel() as f64;
        LossSums { policy, value, entropy: entropy * rows, approx_kl, clipped, rows }
    });
    (loss, sums)
}

/// min(r A, clip(r, 1 − ε, 1 + ε) A) for each row: moving an action's probability further than ε pays nothing more,
/// but moving it the wrong way always costs.
pub fn clipped_surrogate(ratio: &Tensor, advantages: &Tensor, clip: f64) -> Tensor {
    (ratio * advantages).minimum(&(ratio.clamp(1.0 - clip, 1.0 + clip) * advantages))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::assert_close;
    use crate::learn::{
        network::{Layout, Value},
        sight::Input,
    };
    use tch::Device;

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

    /// A network without hidden layers whose outputs are its biases: mean (0, 0), value 3; σ = (1, 1).
    fn constant_network() -> Network {
        let layout = Layout {
            input: Input::Numbers(1),
            beside: 0,
            convolutions: vec![],
            hidden: vec![],
            outputs: 2,
            value: Value::Shared,
            loose: 2,
        };
        let mut network = Network::new(layout, Device::Cpu);
        network.set(&[[0.0; 3].as_slice(), &[0.0, 0.0, 3.0], &[0.0, 0.0]].concat());
        network
    }

    #[test]
    fn the_whole_loss_by_hand() {
        // Both actions are at the mean, so their log-probability now is −1.837877.
        // Row 0 had it before too: ratio 1, advantage 1, surrogate 1. Return 5: ½ (3 − 5)² = 2.
        // Row 1 was ln 2 less likely: ratio 2, cut to 1.2, advantage 1, surrogate 1.2. Return 3: 0.
        let now = -1.837_877;
        let batch = Minibatch {
            inputs: Tensor::from_slice(&[0.0f32, 0.0]).view([2, 1]),
            actions: Tensor::from_slice(&[0.0f32; 4]).view([2, 2]),
            log_probs: Tensor::from_slice(&[now, now - std::f32::consts::LN_2]),
            advantages: Tensor::from_slice(&[1.0f32, 1.0]),
            returns: Tensor::from_slice(&[5.0f32, 3.0]),
        };
        let config = Config { value_weight: 0.5, entropy_weight: 0.1, ..Config::default() };
        let (loss, sums) = loss(&constant_network(), Head::Gaussian, &batch, &config, 2);
        // (−2.2 + 0.5 · 2) / 2 − 0.1 · 2.837877 = −0.6 − 0.2837877
        assert_close(&loss, &[-0.883_788]);
        assert!((sums.policy + 2.2).abs() < 1e-5 && (sums.value - 2.0).abs() < 1e-5, "{sums:?}");
        // Row 0: 0. Row 1: (2 − 1) − ln 2 = 0.306853
        assert!((sums.approx_kl - 0.306_853).abs() < 1e-5, "{sums:?}");
        assert_eq!((sums.clipped, sums.rows), (1.0, 2.0));
        assert!((sums.entropy - 2.0 * 2.837_877).abs() < 1e-5, "{sums:?}");
        // Huber's loss with δ = 1: row 0 is 2 off, so 2 − ½ = 1.5 instead of 2; (−2.2 + 0.75) / 2 − 0.2837877
        let config = Config { value_loss: ValueLoss::Huber, ..config };
        assert_close(&super::loss(&constant_network(), Head::Gaussian, &batch, &config, 2).0, &[-1.008_788]);
    }

    /// The gradient over one row whose input is 0, so that only biases and ln σ have one. `then`: how much less likely the
    /// action was when it was chosen.
    fn gradient_of_a_row(action: [f32; 2], log_prob: f32, then: f32) -> Vec<f32> {
        let row = |number: f32| Tensor::from_slice(&[number]);
        let batch = Minibatch {
            inputs: row(0.0).view([1, 1]),
            actions: Tensor::from_slice(&action).view([1, 2]),
            log_probs: row(log_prob - then),
            advantages: row(2.0),
            returns: row(5.0),
        };
        let config = Config { value_weight: 0.5, entropy_weight: 0.1, clip: 0.2, ..Config::default() };
        let network = constant_network();
        let mut gradient = vec![f32::NAN; 8];
        network.gradient(&loss(&network, Head::Gaussian, &batch, &config, 1).0, &mut gradient);
        gradient
    }

    #[test]
    fn the_gradient_by_hand() {
        // μ = (0, 0), σ = (1, 1), a = (0.5, −1), advantage 2, ratio 1. ln π(a) = −½ (0.25 + 1) − 1.837877 = −2.462877
        // ∂/∂μ = −A (a − μ) / σ² = (−1, 2)
        // ∂/∂ ln σ = −A ((a − μ)² / σ² − 1) − 0.1 = (1.5 − 0.1, 0 − 0.1); the entropy's own is 1 each
        // Value 3, return 5: 0.5 · (3 − 5) = −1. Weights: their input is 0.
        let found = gradient_of_a_row([0.5, -1.0], -2.462_877, 0.0);
        assert_close(&Tensor::from_slice(&found), &[0.0, 0.0, 0.0, -1.0, 2.0, -1.0, 1.4, -0.1]);
        // Twice as likely as when it was chosen, and better than foreseen: cut, so the policy is not pushed further. What is
        // left of ln σ's gradient is the entropy's.
        let found = gradient_of_a_row([0.5, -1.0], -2.462_877, std::f32::consts::LN_2);
        assert_close(&Tensor::from_slice(&found), &[0.0, 0.0, 0.0, 0.0, 0.0, -1.0, -0.1, -0.1]);
    }

    #[test]
    fn two_halves_of_a_minibatch_add_up_to_its_gradient() {
        let rows = |from: i64, len: i64| {
            let column = Tensor::from_slice(&[0.3f32, -0.7, 1.1, 0.2]).narrow(0, from, len);
            Minibatch {
                inputs: column.view([len, 1]),
                actions: column.view([len, 1]).repeat([1, 2]),
                log_probs: &column - 2.0,
                advantages: &column * 2.0,
                returns: &column + 1.0,
            }
        };
        let (network, config) = (constant_network(), Config::default());
        let gradient = |batch: &Minibatch| {
            let mut out = vec![0.0; 8];
            network.gradient(&loss(&network, Head::Gaussian, batch, &config, 4).0, &mut out);
            out
        };
        let halves: Vec<f32> = gradient(&rows(0, 2)).iter().zip(gradient(&rows(2, 2))).map(|(a, b)| a + b).collect();
        assert_close(&Tensor::from_slice(&halves), &gradient(&rows(0, 4)));
    }
}
