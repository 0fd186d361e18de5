//! `paddock eval`

use super::print_json;
use crate::{
    failure::{Failure, bad_input},
    files::{read_policy, read_track, write_whole},
};
use clap::Args;
use sim_spec::{RaceResult, RaceRules, RaceStatus};
use std::path::PathBuf;

#[derive(Args)]
pub struct Eval {
    /// The policy.safetensors to race
    policy: PathBuf,
    /// Built-in track, or a track file of ours or of DeepRacer (.npy)
    #[arg(long, default_value = "harbour")]
    track: String,
    /// Laps to drive
    #[arg(long, default_value_t = RaceRules::default().laps)]
    laps: u32,
    /// Seed of the race: decides the grid slot
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds to stand after leaving the track
    #[arg(long, value_name = "SECS", default_value_t = RaceRules::default().off_track_penalty_secs)]
    off_track_penalty: f64,
    /// Seconds after which the race is stopped
    #[arg(long, value_name = "SECS", default_value_t = RaceRules::default().time_limit_secs)]
    time_limit: f64,
    /// Write the replay here
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Eval {
    pub fn run(self) -> Result<(), Failure> {
        let track = read_track(&self.track)?;
        let (policy, _) = read_policy(&self.policy)?;
        let rules = RaceRules {
            laps: self.laps,
            off_track_penalty_secs: self.off_track_penalty,
            time_limit_secs: self.time_limit,
        };
        rules.check().map_err(|error| bad_input("the race cannot be run", error))?;
        let replay = sim::referee::race(&track, &policy, &rules, self.seed);
        if let Some(path) = &self.replay {
            write_whole(path, &replay.to_bytes())?;
        }
        match self.json {
            true => print_json(replay.result()),
            false => print_result(replay.result()),
        }
        Ok(())
    }
}

/// A result as people read it.
pub fn print_result(result: &RaceResult) {
    println!("{} (seed {})", result.track, result.seed);
    for lap in &result.laps {
        let note = match lap.off_tracks {
            0 => "clean".to_owned(),
            1 => "1 off-track".to_owned(),
            more => format!("{more} off-tracks"),
        };
        println!("  lap {:<3} {:>9.3} s  {note}", lap.lap, lap.secs);
    }
    let end = match result.status {
        RaceStatus::Finished => "finished",
        RaceStatus::TimeUp => "stopped by the time limit",
    };
    println!("  total   {:>9.3} s  {end}, {} off-tracks", result.total_secs, result.off_tracks);
}
