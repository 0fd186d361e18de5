//! What a reward may use.

use std::time::Duration;

/// Loading a file: scipy from a cold disk takes some seconds.
const LOAD: Duration = Duration::from_secs(30);
/// One batch, 256 cars by default: a thousand times what they usually take, and soon enough to wait for.
const BATCH: Duration = Duration::from_secs(10);
/// Addresses of one worker, bytes: numpy, scipy and shapely take half a GiB, and laptops run one worker per core.
const MEMORY_BYTES: u64 = 2 << 30;
/// What one worker may print, bytes: enough to see what a reward does; a line per step would be a gigabyte per hour.
const OUTPUT_BYTES: u64 = 64 << 10;

/// Longest file that is read, bytes: DeepRacer takes 140,000 characters.
pub const MAX_SOURCE_BYTES: usize = 140_000;
/// Largest frame that is taken from a worker, bytes: the rewards of a hundred thousand cars.
pub const MAX_ANSWER_BYTES: u32 = 1 << 20;

/// What a worker may use before it is stopped.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Wall time until the file is loaded.
    pub load: Duration,
    /// Wall time of one batch.
    pub batch: Duration,
    /// Addresses.
    pub memory_bytes: u64,
    /// What is shown of what it prints.
    pub output_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { load: LOAD, batch: BATCH, memory_bytes: MEMORY_BYTES, output_bytes: OUTPUT_BYTES }
    }
}
