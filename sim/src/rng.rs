//! Random numbers of a race: one seeded generator per purpose, passed in.

use rand_pcg::{Pcg32, rand_core::Rng};

/// What a generator is for. Each purpose draws from a stream of its own, so that none disturbs another: a race with one
/// more box has the same grid.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// The seeds of a car's starts in training.
    Starts,
    /// Where cars start.
    Grid,
    /// Where boxes stand.
    Boxes,
    /// Where bots start, and when they change lanes.
    Bots,
    /// How a car differs from its model.
    Tuning,
    /// What sensors add.
    Sensors,
}

/// The generator of `seed` for a purpose, and for the one of that number where there are several: a car, a bot.
pub fn stream(seed: u64, purpose: Purpose, number: u64) -> Pcg32 {
    const STREAM: u64 = 0x7261_6365;
    /// More than there are cars in a batch.
    const NUMBERS: u64 = 1 << 32;
    Pcg32::new(seed, STREAM + purpose as u64 * NUMBERS + number)
}

/// A number in [low, high), in steps of 2⁻²⁴ of the range. Written out here because libraries change how they make
/// floats, and a race must not change with them.
pub fn uniform(rng: &mut Pcg32, low: f32, high: f32) -> f32 {
    let unit = (rng.next_u32() >> 8) as f32 / (1_u32 << 24) as f32;
    low + unit * (high - low)
}

/// A number of the standard normal distribution, nearly: the sum of four random bytes, less its mean and over its σ of
/// √(4 (256² − 1) / 12) (Irwin and Hall). Its tails end at ± 3.45, and it needs no logarithm, whose bits differ from
/// machine to machine.
pub fn gaussian(rng: &mut Pcg32) -> f32 {
    const MEAN: f32 = 510.0;
    const SIGMA: f32 = 147.8;
    (rng.next_u32().to_le_bytes().into_iter().map(f32::from).sum::<f32>() - MEAN) / SIGMA
}
