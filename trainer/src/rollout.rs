//! What the cars of one thread did in an iteration: the rows that learning is done on.

use crate::{cars::OBSERVATION, gae::Segment, loss::Minibatch, network::ACTIONS};
use tch::Tensor;

/// Storage for T control steps of B cars, allocated once. Everything is `[T, B]` or `[T, B, n]`, row after row.
#[derive(Debug)]
pub struct Rollout {
    /// T
    pub horizon: usize,
    /// B
    pub cars: usize,
    /// Normalised, `[T, B, OBSERVATION]`.
    pub observations: Vec<f32>,
    /// As sampled, not clamped, `[T, B, ACTIONS]`.
    pub actions: Vec<f32>,
    /// Log-probability of each action under the policy that chose it.
    pub log_probs: Vec<f32>,
    /// Value of each observation.
    pub values: Vec<f32>,
    /// Value of the observation that each step led to, before any respawn.
    pub next_values: Vec<f32>,
    pub rewards: Vec<f32>,
    /// The car left the track in this step.
    pub terminated: Vec<bool>,
    /// The episode was cut off by its time limit in this step.
    pub truncated: Vec<bool>,
    pub advantages: Vec<f32>,
    /// What the value function should have said: advantage + value.
    pub returns: Vec<f32>,
}

impl Rollout {
    /// Storage for `horizon` steps of `cars` cars.
    pub fn new(horizon: usize, cars: usize) -> Self {
        let rows = horizon * cars;
        let numbers = || vec![0.0; rows];
        Self {
            horizon,
            cars,
            observations: vec![0.0; rows * OBSERVATION],
            actions: vec![0.0; rows * ACTIONS],
            log_probs: numbers(),
            values: numbers(),
            next_values: numbers(),
            rewards: numbers(),
            terminated: vec![false; rows],
            truncated: vec![false; rows],
            advantages: numbers(),
            returns: numbers(),
        }
    }

    /// The part that advantages are estimated from.
    pub fn segment(&self) -> Segment<'_> {
        Segment {
            cars: self.cars,
            rewards: &self.rewards,
            values: &self.values,
            next_values: &self.next_values,
            terminated: &self.terminated,
            truncated: &self.truncated,
        }
    }

    /// The rows of those numbers, with their advantages brought to mean 0 and variance 1: only which of the actions
    /// were better than others counts, not the unit of the reward (detail 7 of Huang et al. 2022).
    pub fn minibatch(&self, rows: &[usize]) -> Minibatch {
        let mut advantages = gather::<1>(&self.advantages, rows);
        standardise(&mut advantages);
        Minibatch {
            observations: Tensor::from_slice(&gather::<OBSERVATION>(&self.observations, rows))
                .view([-1, OBSERVATION as i64]),
            actions: Tensor::from_slice(&gather::<ACTIONS>(&self.actions, rows)).view([-1, ACTIONS as i64]),
            log_probs: Tensor::from_slice(&gather::<1>(&self.log_probs, rows)),
            advantages: Tensor::from_slice(&advantages),
            returns: Tensor::from_slice(&gather::<1>(&self.returns, rows)),
        }
    }
}

/// The rows of those numbers of a `[N, WIDTH]` matrix.
fn gather<const WIDTH: usize>(matrix: &[f32], rows: &[usize]) -> Vec<f32> {
    let (matrix, _) = matrix.as_chunks::<WIDTH>();
    rows.iter().flat_map(|row| matrix[*row]).collect()
}

/// Brings numbers to mean 0 and variance 1.
fn standardise(numbers: &mut [f32]) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let variance = numbers.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / count;
    // Where all are equal there is nothing to prefer; 1e-8 keeps that from being 0 / 0.
    let scale = 1.0 / (variance.sqrt() + 1e-8);
    numbers.iter_mut().for_each(|x| *x = ((f64::from(*x) - mean) * scale) as f32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minibatch_holds_the_rows_asked_for() {
        let mut rollout = Rollout::new(2, 2);
        for row in 0..4 {
            let number = row as f32;
            rollout.observations[row * OBSERVATION..][..OBSERVATION].fill(number);
            rollout.actions[row * ACTIONS..][..ACTIONS].copy_from_slice(&[number, -number]);
            rollout.returns[row] = 10.0 * number;
            rollout.advantages[row] = number;
        }
        let batch = rollout.minibatch(&[3, 1]);
        assert_eq!(batch.observations.size(), [2, OBSERVATION as i64]);
        assert_eq!(batch.observations.double_value(&[0, 5]), 3.0);
        assert_eq!(batch.actions.double_value(&[1, 1]), -1.0);
        assert_eq!(batch.returns.double_value(&[0]), 30.0);
        // Advantages 3 and 1: mean 2, deviation 1.
        assert_eq!(Vec::<f32>::try_from(&batch.advantages).unwrap(), [1.0, -1.0]);
    }

    #[test]
    fn numbers_are_standardised() {
        // 2, 4, 6: mean 4, variance (4 + 0 + 4) / 3 = 8/3, deviation 1.632993
        let mut numbers = [2.0, 4.0, 6.0];
        standardise(&mut numbers);
        assert!((numbers[0] + 1.224_745).abs() < 1e-6 && numbers[1] == 0.0 && (numbers[2] - 1.224_745).abs() < 1e-6);
        let mut equal = [7.0; 3];
        standardise(&mut equal);
        assert_eq!(equal, [0.0; 3]);
    }
}
