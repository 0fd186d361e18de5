//! What the cars of one thread did in an iteration: the rows that learning is done on.

use crate::learn::{gae::Segment, loss::Minibatch};
use tch::{Device, Tensor};

/// Storage for T control steps of B cars, allocated once. Everything is `[T, B]` or `[T, B, n]`, row after row.
#[derive(Debug)]
pub struct Rollout {
    /// T
    pub horizon: usize,
    /// B
    pub cars: usize,
    /// Numbers of an input and of a stored action.
    pub input: usize,
    pub stored: usize,
    /// Normalised, `[T, B, input]`.
    pub inputs: Vec<f32>,
    /// As drawn, `[T, B, stored]`.
    pub actions: Vec<f32>,
    /// Log-probability of each action under the policy that chose it.
    pub log_probs: Vec<f32>,
    /// Value of each input.
    pub values: Vec<f32>,
    /// Value of the input that each step led to, before any respawn.
    pub next_values: Vec<f32>,
    pub rewards: Vec<f32>,
    /// The car left the track or ran into something in this step.
    pub terminated: Vec<bool>,
    /// The episode was cut off by its time limit in this step.
    pub truncated: Vec<bool>,
    pub advantages: Vec<f32>,
    /// What the value function should have said: advantage + value.
    pub returns: Vec<f32>,
}

impl Rollout {
    /// Storage for `horizon` steps of `cars` cars.
    pub fn new(horizon: usize, cars: usize, input: usize, stored: usize) -> Self {
        let rows = horizon * cars;
        let numbers = || vec![0.0; rows];
        Self {
            horizon,
            cars,
            input,
            stored,
            inputs: vec![0.0; rows * input],
            actions: vec![0.0; rows * stored],
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
    pub fn minibatch(&self, rows: &[usize], device: Device) -> Minibatch {
        let mut advantages = gather(&self.advantages, 1, rows);
        standardise(&mut advantages);
        let tensor = |numbers: &[f32]| Tensor::from_slice(numbers).to_device(device);
        let matrix = |numbers: &[f32], width: usize| tensor(&gather(numbers, width, rows)).view([-1, width as i64]);
        Minibatch {
            inputs: matrix(&self.inputs, self.input),
            actions: matrix(&self.actions, self.stored),
            log_probs: tensor(&gather(&self.log_probs, 1, rows)),
            advantages: tensor(&advantages),
            returns: tensor(&gather(&self.returns, 1, rows)),
        }
    }
}

/// The rows of those numbers of a `[N, width]` matrix.
fn gather(matrix: &[f32], width: usize, rows: &[usize]) -> Vec<f32> {
    if width == 1 {
        return rows.iter().map(|row| matrix[*row]).collect();
    }
    let mut gathered = Vec::with_capacity(rows.len() * width);
    rows.iter().for_each(|row| gathered.extend_from_slice(&matrix[row * width..][..width]));
    gathered
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
        const INPUT: usize = 7;
        let mut rollout = Rollout::new(2, 2, INPUT, 2);
        for row in 0..4 {
            let number = row as f32;
            rollout.inputs[row * INPUT..][..INPUT].fill(number);
            rollout.actions[row * 2..][..2].copy_from_slice(&[number, -number]);
            rollout.returns[row] = 10.0 * number;
            rollout.advantages[row] = number;
        }
        let batch = rollout.minibatch(&[3, 1], Device::Cpu);
        assert_eq!(batch.inputs.size(), [2, INPUT as i64]);
        assert_eq!(batch.inputs.double_value(&[0, 5]), 3.0);
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
