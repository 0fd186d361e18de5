//! Telemetry of replays: computed by running the race again, so a few of them are kept.

use crate::{
    blobs::Blobs,
    errors::{AppError, AppResult},
};
use anyhow::{Context, anyhow};
use axum::{body::Bytes, http::StatusCode};
use serde::Serialize;
use sim_spec::{Replay, Sha256Hex};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

/// Answers kept. One of a three-minute race has some 300 kB.
const KEPT: usize = 32;
/// Races run again at once: this route is public, and the queue's races come first.
const AT_ONCE: usize = 1;

/// Where a car was during a race: lists of the same length, one sample at the start and one after every control step;
/// and the result's times, which fall between the samples. Metres, seconds, radians; x forward, y left, counter-clockwise positive.
#[derive(Serialize, ToSchema)]
pub struct Telemetry {
    /// Samples per second.
    pub hz: u32,
    /// Seconds since the start.
    pub secs: Vec<f64>,
    /// Centre of the car.
    pub x_m: Vec<f32>,
    pub y_m: Vec<f32>,
    /// Heading, from the x axis.
    pub yaw_rad: Vec<f32>,
    /// Forward speed.
    pub speed_mps: Vec<f32>,
    /// Angle of the front wheels, + left.
    pub steering_rad: Vec<f32>,
    /// Number of the lap under way, from 1.
    pub lap: Vec<u32>,
    /// Way along the centre line since the start.
    pub progress_m: Vec<f32>,
    /// Whether the car stands for having left the track.
    pub off_track: Vec<bool>,
    /// Seconds of each completed lap, as in the result.
    pub lap_secs: Vec<f64>,
    /// Seconds of the whole race, as in the result.
    pub total_secs: f64,
}

impl From<sim::Telemetry> for Telemetry {
    fn from(sim: sim::Telemetry) -> Self {
        Self {
            hz: sim.hz,
            secs: sim.secs,
            x_m: sim.x_m,
            y_m: sim.y_m,
            yaw_rad: sim.yaw_rad,
            speed_mps: sim.speed_mps,
            steering_rad: sim.steering_rad,
            lap: sim.lap,
            progress_m: sim.progress_m,
            off_track: sim.off_track,
            lap_secs: sim.lap_secs,
            total_secs: sim.total_secs,
        }
    }
}

/// Computes telemetry, and keeps the latest asked for. Cheap to clone.
#[derive(Clone)]
pub struct Telemetries {
    /// The latest used last.
    kept: Arc<Mutex<Vec<(Sha256Hex, Bytes)>>>,
    turns: Arc<Semaphore>,
}

impl Default for Telemetries {
    fn default() -> Self {
        Self { kept: Arc::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Telemetries {
    /// The telemetry of a replay among `blobs`, as JSON.
    pub async fn of(&self, blobs: &Blobs, replay: Sha256Hex) -> AppResult<Bytes> {
        if let Some(json) = self.recall(replay) {
            return Ok(json);
        }
        let _turn = self.turns.acquire().await.map_err(AppError::internal)?;
        // Somebody else may have computed it while this one waited.
        if let Some(json) = self.recall(replay) {
            return Ok(json);
        }
        let bytes = blobs.get(replay).await?.context("a replay's file is missing")?;
        let computed = tokio::task::spawn_blocking(move || -> AppResult<Vec<u8>> {
            let replay =
                Replay::from_bytes(&bytes).map_err(|error| AppError::internal(anyhow!("a replay: {error}")))?;
            let telemetry = sim::referee::telemetry(&replay, 0).map_err(|mismatch| {
                let detail = format!("This replay cannot be shown by this version of the league: {mismatch}.");
                AppError::new(StatusCode::CONFLICT, "replay_of_other_version", detail)
            })?;
            serde_json::to_vec(&Telemetry::from(telemetry)).map_err(AppError::internal)
        });
        let json = Bytes::from(computed.await.map_err(AppError::internal)??);
        self.keep(replay, json.clone());
        Ok(json)
    }

    fn recall(&self, replay: Sha256Hex) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(name, _)| *name == replay)?;
        let found = kept.remove(at);
        kept.push(found.clone());
        Some(found.1)
    }

    fn keep(&self, replay: Sha256Hex, json: Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((replay, json));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_for_the_longest_goes_first() {
        let telemetries = Telemetries::default();
        let name = |i: usize| Sha256Hex::of(&[i as u8]);
        for i in 0..KEPT {
            telemetries.keep(name(i), Bytes::new());
        }
        assert!(telemetries.recall(name(0)).is_some());
        telemetries.keep(name(KEPT), Bytes::new());
        assert!(telemetries.recall(name(0)).is_some(), "it was used a moment ago");
        assert!(telemetries.recall(name(1)).is_none());
    }
}
