//! Every random number of a training run.
//!
//! There is no generator that lives through the run. Each use has its own, made from the run's seed and from where in
//! the run it stands. So a run that goes on from a checkpoint needs only its counters to draw the same numbers as the
//! run that was never interrupted, and no use can disturb another.

pub use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use std::f32::consts::TAU;

/// What a generator is for. Two purposes never share their numbers.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// The first weights of the network.
    Weights,
    /// Where the cars start, drawn again whenever all of them start anew.
    Spawns,
    /// What a car does other than its policy's mean.
    Exploration,
    /// The order of the rows in an epoch.
    Shuffle,
    /// What a racer's own reward draws.
    Reward,
    /// What a sweep tries.
    Search,
}

/// The generator of a purpose at one place of the run: `counter` is the iteration and `shard` the part
/// of the cars. SHA-256 keeps neighbouring seeds and counters apart, which PCG's own streams do not promise.
pub fn generator(seed: u64, purpose: Purpose, counter: u64, shard: usize) -> Pcg64 {
    let mut digest = Sha256::new();
    for number in [seed, purpose as u64, counter, shard as u64] {
        digest.update(number.to_le_bytes());
    }
    Pcg64::from_seed(digest.finalize().into())
}

/// A number in [0, 1) with 24 bits, as many as an `f32` holds.
pub fn uniform(rng: &mut Pcg64) -> f32 {
    (rng.next_u64() >> 40) as f32 / (1u64 << 24) as f32
}

/// A whole number in [0, `below`), without a preference for small ones worth speaking of (bias below `below` / 2⁶⁴).
pub fn below(rng: &mut Pcg64, below: usize) -> usize {
    ((u128::from(rng.next_u64()) * below as u128) >> 64) as usize
}

/// Fills `out` with standard normal numbers, two at a time by Box and Muller (1958).
pub fn fill_gaussian(rng: &mut Pcg64, out: &mut [f32]) {
    for pair in out.chunks_mut(2) {
        // 1 − u lies in (0, 1], so the logarithm is finite.
        let radius = (-2.0 * (1.0 - uniform(rng)).ln()).sqrt();
        let (sine, cosine) = (TAU * uniform(rng)).sin_cos();
        pair[0] = radius * cosine;
        if let Some(second) = pair.get_mut(1) {
            *second = radius * sine;
        }
    }
}

/// Puts `items` into a random order, every order equally likely (Fisher and Yates).
pub fn shuffle<T>(rng: &mut Pcg64, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(rng, last + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_run_always_draws_the_same_and_never_what_another_draws() {
        let first = |seed, purpose, counter, shard| generator(seed, purpose, counter, shard).next_u64();
        let here = first(1, Purpose::Exploration, 2, 0);
        assert_eq!(here, first(1, Purpose::Exploration, 2, 0));
        let elsewhere = [
            first(2, Purpose::Exploration, 2, 0),
            first(1, Purpose::Shuffle, 2, 0),
            first(1, Purpose::Exploration, 3, 0),
            first(1, Purpose::Exploration, 2, 1),
        ];
        assert!(!elsewhere.contains(&here));
    }

    #[test]
    fn gaussian_numbers_have_mean_0_variance_1_and_the_tails_of_a_bell() {
        let mut numbers = vec![0.0; 100_001];
        fill_gaussian(&mut generator(7, Purpose::Exploration, 0, 0), &mut numbers);
        let count = numbers.len() as f32;
        let mean = numbers.iter().sum::<f32>() / count;
        let variance = numbers.iter().map(|x| x * x).sum::<f32>() / count;
        let beyond_two = numbers.iter().filter(|x| x.abs() > 2.0).count() as f32 / count;
        // Standard errors: 0.0032 for the mean, 0.0045 for the variance, 0.0007 for the tail (4.55 %).
        assert!(mean.abs() < 0.013, "{mean}");
        assert!((variance - 1.0).abs() < 0.018, "{variance}");
        assert!((beyond_two - 0.0455).abs() < 0.003, "{beyond_two}");
    }

    #[test]
    fn a_shuffle_keeps_every_item_once() {
        let mut items: Vec<usize> = (0..1000).collect();
        shuffle(&mut generator(7, Purpose::Shuffle, 0, 0), &mut items);
        assert_ne!(items[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        items.sort_unstable();
        assert!(items.iter().copied().eq(0..1000));
    }
}
