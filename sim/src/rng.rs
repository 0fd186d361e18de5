//! Random numbers of a race: one seeded generator, passed in.

use rand_pcg::{Pcg32, rand_core::Rng};

/// The generator of `seed`. The stream number keeps it apart from generators of other purposes.
pub fn seeded(seed: u64) -> Pcg32 {
    const STREAM: u64 = 0x7261_6365;
    Pcg32::new(seed, STREAM)
}

/// A number in [low, high), in steps of 2⁻²⁴ of the range. Written out here because libraries change how they make
/// floats, and a race must not change with them.
pub fn uniform(rng: &mut Pcg32, low: f32, high: f32) -> f32 {
    let unit = (rng.next_u32() >> 8) as f32 / (1_u32 << 24) as f32;
    low + unit * (high - low)
}
