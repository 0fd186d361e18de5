//! The formulas of soft actor-critic.
//!
//! Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications", <https://arxiv.org/abs/1812.05905>; equation
//! numbers are that paper's.

use sim_spec::action::ACTION_LEN;
use std::f64::consts::{LN_2, PI};
use tch::{Kind, Tensor};

/// ln σ is kept within this range: beyond it the density is a needle or a plain, and gradients overflow (the authors' code
/// has −20 to 2; CleanRL −5 to 2).
const LOG_SIGMA: [f64; 2] = [-5.0, 2.0];

/// An action for each row of the actor's `outputs` `[N, 2 · ACTION_LEN]` (means, then ln σ), with its log-probability `[N]`.
///
/// u = μ + σ ε is squashed to a = tanh u, which has the density of u over its stretching (appendix C):
/// ln π(a) = Σ −½ ε² − ln σ − ½ ln 2π − ln(1 − tanh² u). The last term is written 2 (ln 2 − u − ln(1 + e^−2u)), which does
/// not lose its digits where tanh is near ±1.
pub fn squashed(outputs: &Tensor, epsilon: &Tensor) -> (Tensor, Tensor) {
    let len = ACTION_LEN as i64;
    let [low, high] = LOG_SIGMA;
    let log_sigma = outputs.narrow(1, len, len).clamp(low, high);
    let raw = outputs.narrow(1, 0, len) + log_sigma.exp() * epsilon;
    let stretching = ((&raw * -2.0).softplus() + &raw - LN_2) * -2.0;
    let density = epsilon.square() * -0.5 - log_sigma - stretching;
    let constant = ACTION_LEN as f64 * 0.5 * (LN_2 + PI.ln());
    let log_prob = density.sum_dim_intlist([1i64].as_slice(), false, Kind::Float) - constant;
    (raw.tanh(), log_prob)
}

/// What the critics should say, `[N]`: r + γ (min(Q₁', Q₂') − α ln π(a')) where the episode went on (equation 3, with the
/// lesser of two critics against their optimism). A time-out is not an end.
pub fn target(
    rewards: &Tensor,
    alive: &Tensor,
    next_values: &Tensor,
    next_log_prob: &Tensor,
    alpha: f64,
    gamma: f64,
) -> Tensor {
    rewards + alive * gamma * (next_values - next_log_prob * alpha)
}

/// What the actor minimises, summed over the rows: α ln π(a) − min(Q₁, Q₂) (equation 7).
pub fn actor_loss(values: &Tensor, log_prob: &Tensor, alpha: f64) -> Tensor {
    (log_prob * alpha - values).sum(Kind::Float)
}

/// The gradient of the temperature's logarithm (equation 18, with ln α in place of α, as in the authors' code): upwards while
/// the entropy is less than wanted. `log_probs` is the sum of ln π over `rows` rows.
pub fn alpha_gradient(log_probs: f64, rows: f64, wanted_entropy: f64) -> f64 {
    -(log_probs / rows + wanted_entropy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::assert_close;

    #[test]
    fn a_squashed_action_by_hand() {
        // Means 0 and 0.5, σ = 1 and 2, ε = 0 and 0.25: u = 0 and 1, a = 0 and 0.761594.
        let outputs = Tensor::from_slice(&[0.0f32, 0.5, 0.0, std::f32::consts::LN_2]).view([1, 4]);
        let epsilon = Tensor::from_slice(&[0.0f32, 0.25]).view([1, 2]);
        let (action, log_prob) = squashed(&outputs, &epsilon);
        assert_close(&action, &[0.0, 0.761_594]);
        // Densities of u: −½ ln 2π = −0.918939 and −½ · 0.0625 − 0.693147 − 0.918939 = −1.643336
        // Stretching: ln(1 − 0) = 0 and ln(1 − 0.580026) = −0.867562
        // −0.918939 − 0 − 1.643336 + 0.867562 = −1.694713
        assert_close(&log_prob, &[-1.694_713]);
    }

    #[test]
    fn far_out_the_log_probability_keeps_its_digits() {
        // u = 20: tanh is 1 in single precision and 1 − tanh² would be 0. ln(1 − tanh² 20) = 2 (ln 2 − 20) to 17 digits.
        let outputs = Tensor::from_slice(&[20.0f32, 0.0, 0.0, 0.0]).view([1, 4]);
        let (_, log_prob) = squashed(&outputs, &Tensor::from_slice(&[0.0f32, 0.0]).view([1, 2]));
        // −1.837877 − 2 (0.693147 − 20) = 36.775829
        assert_close(&log_prob, &[36.775_83]);
    }

    #[test]
    fn the_target_by_hand() {
        let column = |numbers: [f32; 2]| Tensor::from_slice(&numbers);
        // Row 0 went on: 1 + 0.5 (4 − 0.2 · (−3)) = 1 + 0.5 · 4.6 = 3.3. Row 1 ended: −2.
        let target =
            target(&column([1.0, -2.0]), &column([1.0, 0.0]), &column([4.0, 9.0]), &column([-3.0, 1.0]), 0.2, 0.5);
        assert_close(&target, &[3.3, -2.0]);
    }

    #[test]
    fn actor_and_temperature_by_hand() {
        let column = |numbers: [f32; 2]| Tensor::from_slice(&numbers);
        // 0.5 · (−1) − 2 + 0.5 · 3 − 4 = −5
        assert_close(&actor_loss(&column([2.0, 4.0]), &column([-1.0, 3.0]), 0.5), &[-5.0]);
        // Mean ln π = 1, so the entropy is −1; wanted −2: less randomness will do, α falls.
        assert_eq!(alpha_gradient(4.0, 4.0, -2.0), 1.0);
        // The entropy is −3; wanted −2: α rises.
        assert_eq!(alpha_gradient(12.0, 4.0, -2.0), -1.0);
    }
}
