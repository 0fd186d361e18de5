//! When a run ends.

use std::time::Duration;

/// When a run ends: at the first of these that is reached.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Time since this process began to train.
    pub time: Option<Duration>,
    /// Control steps over all cars, from the very start of the run.
    pub steps: Option<u64>,
    /// Control steps without a better policy.
    pub patience: Option<u64>,
    /// Clean laps in a row, from each start of the evaluation.
    pub clean_laps: Option<u32>,
}
