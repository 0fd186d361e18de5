//! The result of a race: what the league ranks by and what `paddock eval --json` prints.

use crate::Sha256Hex;
use serde::{Deserialize, Serialize};

/// One completed lap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lap {
    /// Number of the lap, from 1.
    pub lap: u32,
    /// Seconds from crossing the line to crossing it again, penalties included: the clock runs while the car stands.
    pub secs: f64,
    /// Whether the car was never put back in this lap: neither an off-track nor a crash nor stuck.
    pub clean: bool,
    pub off_tracks: u32,
    pub crashes: u32,
}

/// How a race ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RaceStatus {
    /// All laps were completed.
    Finished,
    /// The time limit came first.
    TimeUp,
    /// The car was put back more often than the rules allow.
    OutOfResets,
}

/// In a race of one, everybody is first.
fn first() -> u32 {
    1
}

/// The result of one car's race. Two runs of the same policy on the same track with the same rules, seed and
/// `sim_version` have equal results, to the last bit of every time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RaceResult {
    /// Name of the track. The track itself is told by `track_sha256`.
    pub track: String,
    pub track_sha256: Sha256Hex,
    pub policy_sha256: Sha256Hex,
    pub seed: u64,
    pub completed_laps: u32,
    /// The completed laps, in order.
    pub laps: Vec<Lap>,
    /// Shortest completed lap, if there is one.
    pub best_lap_secs: Option<f64>,
    /// Seconds from the start to the end of the last lap, or to the time limit.
    pub total_secs: f64,
    /// Off-tracks of the whole race, the unfinished lap included.
    pub off_tracks: u32,
    /// How often it ran into something that was ahead of it.
    pub crashes: u32,
    /// How often it was put back for standing still.
    #[serde(default)]
    pub immobilised: u32,
    /// How often it was put back for driving backwards.
    #[serde(default)]
    pub reversed: u32,
    /// Place on the grid, from 1.
    #[serde(default = "first")]
    pub grid_place: u32,
    /// Place at the end, from 1: who finished, by time; then the others, by how far they came.
    #[serde(default = "first")]
    pub finish_place: u32,
    pub status: RaceStatus,
    /// Version of the simulator: results are compared within one version only.
    pub sim_version: String,
}
