//! What the policy's outputs mean: from which distribution an action is drawn.
//!
//! | head | outputs | an action is stored as |
//! |---|---|---|
//! | Gaussian | the mean of each of two numbers; ln σ is a parameter of its own | both numbers, as drawn, not clamped |
//! | categorical | a score (logit) for each action of a list | its index |
//!
//! What is drawn is stored as it is, though the sim clamps it to [−1, 1]: the probability of what was *chosen* is known in
//! closed form, that of what the clamp made of it is not (detail 5 of the nine for continuous actions of Huang et al. 2022).

use crate::learn::noise::{self, Pcg64};
use sim_spec::{
    ActionSpace,
    action::{ACTION_LEN, clamp},
};
use std::f64::consts::{LN_2, PI};
use tch::{Kind, Tensor};

/// The kind of distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// Independent Gaussians, one per number of an action.
    Gaussian,
    /// One of that many actions.
    Categorical(usize),
}

/// ½ ln 2π, for each number of an action.
fn half_ln_tau() -> f64 {
    0.5 * (LN_2 + PI.ln())
}

impl Head {
    /// The distribution that an action space needs.
    pub fn of(space: &ActionSpace) -> Self {
        match space {
            ActionSpace::Continuous { .. } => Self::Gaussian,
            ActionSpace::Discrete { actions } => Self::Categorical(actions.len()),
        }
    }

    /// Outputs of the policy's network.
    pub fn outputs(self) -> usize {
        match self {
            Self::Gaussian => ACTION_LEN,
            Self::Categorical(count) => count,
        }
    }

    /// Numbers that a drawn action is stored as.
    pub fn stored(self) -> usize {
        match self {
            Self::Gaussian => ACTION_LEN,
            Self::Categorical(_) => 1,
        }
    }

    /// Parameters that belong to no layer: ln σ.
    pub fn loose(self) -> usize {
        match self {
            Self::Gaussian => ACTION_LEN,
            Self::Categorical(_) => 0,
        }
    }

    /// Draws an action for each row of `outputs` (`[N, outputs]`) into `drawn` (`[N, stored]`), with its log-probability
    /// (`[N]`).
    pub fn draw(self, outputs: &[f32], log_sigma: &[f32], rng: &mut Pcg64, drawn: &mut [f32], log_probs: &mut [f32]) {
        match self {
            Self::Gaussian => {
                noise::fill_gaussian(rng, drawn);
                let sigma: [f32; ACTION_LEN] = std::array::from_fn(|index| log_sigma[index].exp());
                let at_mean = -log_sigma.iter().sum::<f32>() - (ACTION_LEN as f64 * half_ln_tau()) as f32;
                let (drawn, _) = drawn.as_chunks_mut::<ACTION_LEN>();
                let (means, _) = outputs.as_chunks::<ACTION_LEN>();
                for ((drawn, mean), log_prob) in drawn.iter_mut().zip(means).zip(log_probs) {
                    *log_prob = at_mean - 0.5 * drawn.iter().map(|x| x * x).sum::<f32>();
                    *drawn = std::array::from_fn(|index| mean[index] + sigma[index] * drawn[index]);
                }
            }
            Self::Categorical(count) => {
                for ((scores, drawn), log_prob) in outputs.chunks_exact(count).zip(drawn).zip(log_probs) {
                    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    let sum: f32 = scores.iter().map(|score| (score - largest).exp()).sum();
                    let mut left = noise::uniform(rng) * sum;
                    // Rounding may leave a little over: then it is the last one.
                    let index = scores[..count - 1].iter().position(|score| {
                        left -= (score - largest).exp();
                        left < 0.0
                    });
                    let index = index.unwrap_or(count - 1);
                    *drawn = index as f32;
                    *log_prob = scores[index] - largest - sum.ln();
                }
            }
        }
    }

    /// What a car is told where `drawn` (`[stored]`) was drawn.
    pub fn command(self, space: &ActionSpace, drawn: &[f32]) -> [f32; ACTION_LEN] {
        match self {
            Self::Gaussian => space.act(drawn),
            Self::Categorical(_) => space.numbers_of(drawn[0] as usize),
        }
        .map(clamp)
    }

    /// Log-probability of each row of `drawn` `[N, stored]` under `outputs` `[N, outputs]`:
    /// Σ −½ ((a − μ) / σ)² − ln σ − ½ ln 2π, or the score less ln Σ e^score.
    pub fn log_prob(self, outputs: &Tensor, log_sigma: &Tensor, drawn: &Tensor) -> Tensor {
        match self {
            Self::Gaussian => {
                let deviations = (drawn - outputs) * (-log_sigma).exp();
                let squares = deviations.square().sum_dim_intlist([1i64].as_slice(), false, Kind::Float);
                squares * -0.5 - (log_sigma.sum(Kind::Float) + ACTION_LEN as f64 * half_ln_tau())
            }
            Self::Categorical(_) => {
                outputs.log_softmax(1, Kind::Float).gather(1, &drawn.to_kind(Kind::Int64), false).squeeze_dim(1)
            }
        }
    }

    /// Mean entropy over the rows, nats: Σ ln σ + ½ ln 2πe, which does not depend on the row, or −Σ p ln p.
    pub fn entropy(self, outputs: &Tensor, log_sigma: &Tensor) -> Tensor {
        match self {
            Self::Gaussian => log_sigma.sum(Kind::Float) + ACTION_LEN as f64 * (0.5 + half_ln_tau()),
            Self::Categorical(_) => {
                let log_probs = outputs.log_softmax(1, Kind::Float);
                -(log_probs.exp() * log_probs).sum_dim_intlist([1i64].as_slice(), false, Kind::Float).mean(Kind::Float)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::assert_close;
    use crate::learn::noise::{Purpose, generator};

    #[test]
    fn gaussian_log_probabilities_by_hand() {
        // σ = (1, 2): ln σ sums to 0.693147; 2 · ½ ln 2π = 1.837877
        let log_sigma = Tensor::from_slice(&[0.0f32, std::f32::consts::LN_2]);
        let mean = Tensor::from_slice(&[0.5f32, -1.0, 0.0, 0.0]).view([2, 2]);
        let drawn = Tensor::from_slice(&[0.5f32, -1.0, 1.0, 4.0]).view([2, 2]);
        // Row 0, at the mean: −0.693147 − 1.837877 = −2.531024
        // Row 1: deviations 1 and 2, squares 1 + 4, so −2.5 − 2.531024 = −5.031024
        assert_close(&Head::Gaussian.log_prob(&mean, &log_sigma, &drawn), &[-2.531_024, -5.031_024]);
    }

    #[test]
    fn gaussian_entropy_by_hand() {
        // Two Gaussians: 2 · ½ ln 2πe = 2.837877; with ln σ = −0.5 each, 1.837877.
        let entropy = |log_sigma: [f32; 2]| {
            Head::Gaussian
                .entropy(&Tensor::zeros([1, 2], (Kind::Float, tch::Device::Cpu)), &Tensor::from_slice(&log_sigma))
        };
        assert_close(&entropy([0.0, 0.0]), &[2.837_877]);
        assert_close(&entropy([-0.5, -0.5]), &[1.837_877]);
    }

    #[test]
    fn categorical_probabilities_by_hand() {
        // Scores ln 1, ln 2, ln 5: probabilities 1/8, 2/8, 5/8.
        let scores = [0.0, 2f32.ln(), 5f32.ln()];
        let outputs = Tensor::from_slice(&[scores, scores].concat()).view([2, 3]);
        let drawn = Tensor::from_slice(&[0.0f32, 2.0]).view([2, 1]);
        let none = Tensor::from_slice(&[0.0f32; 0]);
        let head = Head::Categorical(3);
        assert_close(&head.log_prob(&outputs, &none, &drawn), &[0.125f32.ln(), 0.625f32.ln()]);
        // −(1/8 ln 1/8 + 1/4 ln 1/4 + 5/8 ln 5/8) = 0.259930 + 0.346574 + 0.293752
        assert_close(&head.entropy(&outputs, &none), &[0.900_256]);
    }

    #[test]
    fn what_is_drawn_has_the_probability_that_is_said() {
        const DRAWS: usize = 20_000;
        let head = Head::Categorical(3);
        let outputs: Vec<f32> = [0.0, 2f32.ln(), 5f32.ln()].repeat(DRAWS);
        let (mut drawn, mut log_probs) = (vec![0.0; DRAWS], vec![0.0; DRAWS]);
        head.draw(&outputs, &[], &mut generator(3, Purpose::Exploration, 0, 0), &mut drawn, &mut log_probs);
        for (index, share) in [0.125, 0.25, 0.625].into_iter().enumerate() {
            let rows: Vec<usize> = (0..DRAWS).filter(|row| drawn[*row] == index as f32).collect();
            // Four standard errors of a share: 4 · √(p (1 − p) / 20,000), at most 0.014.
            assert!((rows.len() as f32 / DRAWS as f32 - share).abs() < 0.014, "{index}: {}", rows.len());
            assert!(rows.iter().all(|row| (log_probs[*row] - share.ln()).abs() < 1e-5));
        }
    }

    #[test]
    fn gaussian_draws_say_the_log_probability_that_the_tensors_find() {
        let log_sigma = [-0.5f32, 0.25];
        let outputs = [0.1f32, -0.2, 0.3, 0.4];
        let (mut drawn, mut log_probs) = ([0.0; 4], [0.0; 2]);
        Head::Gaussian.draw(
            &outputs,
            &log_sigma,
            &mut generator(3, Purpose::Exploration, 0, 0),
            &mut drawn,
            &mut log_probs,
        );
        let [outputs, drawn] = [outputs, drawn].map(|numbers| Tensor::from_slice(&numbers).view([2, 2]));
        assert_close(&Head::Gaussian.log_prob(&outputs, &Tensor::from_slice(&log_sigma), &drawn), &log_probs);
    }
}
