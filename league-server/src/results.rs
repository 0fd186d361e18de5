//! A race's result as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;

/// The result of a race. Two runs of the same policy in the same race are equal to the last bit.
#[derive(Debug, Serialize, ToSchema)]
pub struct RaceResult {
    /// Name of the track.
    pub track: String,
    /// Digest of the track's geometry.
    pub track_sha256: String,
    /// Digest of the policy's file.
    pub policy_sha256: String,
    pub seed: u64,
    pub completed_laps: u32,
    /// The completed laps, in order.
    pub laps: Vec<Lap>,
    /// Shortest completed lap; null if there is none.
    #[schema(required)]
    pub best_lap_secs: Option<f64>,
    /// Seconds from the start to the end of the last lap, or to the time limit.
    pub total_secs: f64,
    /// Off-tracks of the whole race, the unfinished lap included.
    pub off_tracks: u32,
    pub crashes: u32,
    /// How often the car was put back for standing still.
    pub immobilised: u32,
    /// How often it was put back for driving backwards.
    pub reversed: u32,
    /// Place on the grid, from 1.
    pub grid_place: u32,
    /// Place at the end, from 1.
    pub finish_place: u32,
    pub status: ResultStatus,
    /// Version of the simulator: results are compared within one version only.
    pub sim_version: String,
}

/// One completed lap.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lap {
    /// Number of the lap, from 1.
    pub lap: u32,
    /// Seconds, penalties included.
    pub secs: f64,
    /// Whether it had neither an off-track nor a crash.
    pub clean: bool,
    pub off_tracks: u32,
    pub crashes: u32,
}

/// How a race ended.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultStatus {
    /// All laps were completed.
    Finished,
    /// The time limit came first.
    TimeUp,
    /// The car was put back more often than the rules allow.
    OutOfResets,
}

impl From<sim_spec::RaceResult> for RaceResult {
    fn from(result: sim_spec::RaceResult) -> Self {
        let lap = |lap: sim_spec::Lap| {
            let sim_spec::Lap { lap, secs, clean, off_tracks, crashes } = lap;
            Lap { lap, secs, clean, off_tracks, crashes }
        };
        Self {
            track: result.track,
            track_sha256: result.track_sha256.to_string(),
            policy_sha256: result.policy_sha256.to_string(),
            seed: result.seed,
            completed_laps: result.completed_laps,
            laps: result.laps.into_iter().map(lap).collect(),
            best_lap_secs: result.best_lap_secs,
            total_secs: result.total_secs,
            off_tracks: result.off_tracks,
            crashes: result.crashes,
            immobilised: result.immobilised,
            reversed: result.reversed,
            grid_place: result.grid_place,
            finish_place: result.finish_place,
            status: match result.status {
                sim_spec::RaceStatus::Finished => ResultStatus::Finished,
                sim_spec::RaceStatus::TimeUp => ResultStatus::TimeUp,
                sim_spec::RaceStatus::OutOfResets => ResultStatus::OutOfResets,
            },
            sim_version: result.sim_version,
        }
    }
}
