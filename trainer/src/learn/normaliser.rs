//! Scaling observations to mean 0 and variance 1 while their true mean and variance are still being found out.
//!
//! The statistics are frozen for the length of an iteration, so that a policy is judged on the same inputs that it
//! acted on, and the last ones travel in the policy file: a policy without its normaliser is another policy.

use serde::{Deserialize, Serialize};
use sim_spec::{Normaliser, limits::NORMALISED_CLIP};

/// The least standard deviation that is divided by, in the reading's own unit: nothing is stretched more than tenfold.
/// A reading that hardly varied in training (the width of an even track) would otherwise saturate on the next track.
const LEAST_STD: f64 = 0.1;

/// What a camera's grey levels are scaled by, mean and deviation: black becomes −2 and white 2. A picture's levels are known
/// beforehand, and 19,200 means of pixels would say where the road usually is, not what the camera sees.
const GREY: [f32; 2] = [127.5, 63.75];

/// The normaliser of that many grey levels.
pub fn of_pictures(len: usize) -> Normaliser {
    let [mean, std] = GREY;
    Normaliser { mean: vec![mean; len], std: vec![std; len] }
}

/// Count, mean and summed squared deviation of each number of an observation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    pub count: f64,
    pub mean: Vec<f64>,
    /// Σ (x − mean)².
    pub deviation: Vec<f64>,
}

impl Moments {
    /// Nothing seen yet.
    pub fn new(len: usize) -> Self {
        Self { count: 0.0, mean: vec![0.0; len], deviation: vec![0.0; len] }
    }

    /// Mean 0 and variance 1, as if seen `count` times: what is assumed of readings of which nothing is known.
    pub fn unit(len: usize, count: f64) -> Self {
        Self { count, mean: vec![0.0; len], deviation: vec![count; len] }
    }

    /// Adds observations, `[N, len]`.
    pub fn add(&mut self, rows: &[f32]) {
        let len = self.mean.len();
        let mut batch = Self::new(len);
        batch.count = (rows.len() / len) as f64;
        for row in rows.chunks_exact(len) {
            batch.mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
        }
        batch.mean.iter_mut().for_each(|sum| *sum /= batch.count);
        for row in rows.chunks_exact(len) {
            for ((deviation, mean), x) in batch.deviation.iter_mut().zip(&batch.mean).zip(row) {
                *deviation += (f64::from(*x) - mean).powi(2);
            }
        }
        self.merge(&batch);
    }

    /// Adds what `other` has seen: Welford's update for a whole batch (Chan, Golub and LeVeque 1979).
    pub fn merge(&mut self, other: &Self) {
        let count = self.count + other.count;
        if count == 0.0 {
            return;
        }
        for index in 0..self.mean.len() {
            let delta = other.mean[index] - self.mean[index];
            self.mean[index] += delta * other.count / count;
            self.deviation[index] += other.deviation[index] + delta * delta * self.count * other.count / count;
        }
        self.count = count;
    }

    /// The normaliser of what was seen so far.
    pub fn freeze(&self) -> Normaliser {
        let std = |deviation: &f64| (deviation / self.count.max(1.0)).sqrt().max(LEAST_STD) as f32;
        Normaliser {
            mean: self.mean.iter().map(|mean| *mean as f32).collect(),
            std: self.deviation.iter().map(std).collect(),
        }
    }
}

/// Writes the normalised `raw` to `out`; both `[N, len]`. The referee's pilot does the same to each observation.
pub fn normalise(normaliser: &Normaliser, raw: &[f32], out: &mut [f32]) {
    let len = normaliser.mean.len();
    for (raw, out) in raw.chunks_exact(len).zip(out.chunks_exact_mut(len)) {
        for index in 0..len {
            let scaled = (raw[index] - normaliser.mean[index]) / normaliser.std[index];
            out[index] = scaled.clamp(-NORMALISED_CLIP, NORMALISED_CLIP);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_merge_to_what_all_rows_together_give() {
        // Column 0: 1, 3, 5, 7. Mean 4; deviations −3, −1, 1, 3; Σ squares 20; variance 20 / 4 = 5.
        // Column 1: always 2. Variance 0.
        let mut moments = Moments::new(2);
        moments.add(&[1.0, 2.0]);
        moments.add(&[3.0, 2.0, 5.0, 2.0, 7.0, 2.0]);
        assert_eq!(moments.count, 4.0);
        assert_eq!(moments.mean, [4.0, 2.0]);
        assert_eq!(moments.deviation, [20.0, 0.0]);
        let frozen = moments.freeze();
        assert_eq!(frozen.mean, [4.0, 2.0]);
        assert_eq!(frozen.std, [5f32.sqrt(), 0.1]);
    }

    #[test]
    fn merging_nothing_changes_nothing() {
        let mut moments = Moments::new(1);
        moments.merge(&Moments::new(1));
        assert_eq!(moments, Moments::new(1));
        moments.add(&[2.0, 4.0]);
        let before = moments.clone();
        moments.merge(&Moments::new(1));
        assert_eq!(moments, before);
    }

    #[test]
    fn far_readings_are_clipped_at_ten_deviations() {
        let normaliser = Normaliser { mean: vec![1.0, 0.0], std: vec![2.0, 1.0] };
        let mut out = [0.0; 4];
        // (5 − 1) / 2 = 2;  (−99 − 1) / 2 = −50 → −10
        normalise(&normaliser, &[5.0, 0.25, -99.0, 70.0], &mut out);
        assert_eq!(out, [2.0, 0.25, -10.0, 10.0]);
    }
}
