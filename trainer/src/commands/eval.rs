//! `paddock eval`

use super::print_json;
use crate::{
    failure::{Failure, bad_input},
    files::{read_policy, read_track, write_whole},
};
use clap::{Args, ValueEnum};
use sim_spec::{Bots, Boxes, Direction, RaceResult, RaceRules, RaceStatus, RaceType};
use std::path::PathBuf;

#[derive(Args)]
pub struct Eval {
    /// The policy.safetensors to race; several race head to head
    #[arg(required = true)]
    policies: Vec<PathBuf>,
    /// Built-in track, or a track file of ours or of DeepRacer (.npy)
    #[arg(long, default_value = "harbour")]
    track: String,
    /// Laps to drive
    #[arg(long, default_value_t = RaceRules::default().laps)]
    laps: u32,
    /// Seed of the race: decides the grid, where boxes stand and what bots do
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Boxes that stand in the way
    #[arg(long, value_name = "N", conflicts_with = "bots")]
    boxes: Option<u32>,
    /// Slower cars that go round
    #[arg(long, value_name = "N")]
    bots: Option<u32>,
    /// Their speed
    #[arg(long, value_name = "M/S", default_value_t = 0.2, requires = "bots")]
    bot_speed: f64,
    /// Which way round
    #[arg(long, value_enum, default_value_t = Way::Forward)]
    direction: Way,
    /// Seconds to stand after leaving the track, standing still or driving backwards
    #[arg(long, value_name = "SECS", default_value_t = RaceRules::default().off_track_penalty_secs)]
    off_track_penalty: f64,
    /// Seconds to stand after a crash
    #[arg(long, value_name = "SECS", default_value_t = RaceRules::default().crash_penalty_secs)]
    crash_penalty: f64,
    /// How often a car may be put back before its race is over [default: as often as it takes]
    #[arg(long, value_name = "N")]
    max_resets: Option<u32>,
    /// Seconds after which the race is stopped
    #[arg(long, value_name = "SECS", default_value_t = RaceRules::default().time_limit_secs)]
    time_limit: f64,
    /// Write the replay here
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Print the result as JSON; of several cars, a list in the order of the policies
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    Forward,
    Reverse,
}

impl Eval {
    pub fn run(self) -> Result<(), Failure> {
        let track = read_track(&self.track)?;
        let policies = self.policies.iter().map(|path| read_policy(path).map(|(policy, _)| policy));
        let policies = policies.collect::<Result<Vec<_>, _>>()?;
        let rules = self.rules()?;
        let replay = sim::referee::race_together(&track, &policies.iter().collect::<Vec<_>>(), &rules, self.seed);
        if let Some(path) = &self.replay {
            write_whole(path, &replay.to_bytes())?;
        }
        match (self.json, replay.results()) {
            (true, [result]) => print_json(result),
            (true, results) => print_json(&results),
            (false, results) => print_results(results),
        }
        Ok(())
    }

    fn rules(&self) -> Result<RaceRules, Failure> {
        let race_type = match (self.policies.len(), self.boxes, self.bots) {
            (1, None, None) => RaceType::TimeTrial,
            (1, Some(count), _) => RaceType::ObjectAvoidance { boxes: Boxes::Seeded(count) },
            (1, None, Some(count)) => {
                RaceType::AgainstBots { bots: Bots { count, speed_mps: self.bot_speed, changes_lanes: true } }
            }
            (cars, None, None) => RaceType::HeadToHead { cars: cars as u32 },
            _ => return Err(bad_input("several policies", "race head to head, without --boxes and --bots")),
        };
        let rules = RaceRules {
            laps: self.laps,
            off_track_penalty_secs: self.off_track_penalty,
            crash_penalty_secs: self.crash_penalty,
            time_limit_secs: self.time_limit,
            max_resets: self.max_resets,
            race_type,
            direction: match self.direction {
                Way::Forward => Direction::Forward,
                Way::Reverse => Direction::Reverse,
            },
            ..RaceRules::default()
        };
        rules.check().map_err(|error| bad_input("the race cannot be run", error))?;
        Ok(rules)
    }
}

/// Results as people read them.
pub fn print_results(results: &[RaceResult]) {
    println!("{} (seed {})", results[0].track, results[0].seed);
    let mut by_place: Vec<_> = results.iter().enumerate().collect();
    by_place.sort_by_key(|(_, result)| result.finish_place);
    for (car, result) in by_place {
        if results.len() > 1 {
            println!("{}. policy {}, from place {}", result.finish_place, car + 1, result.grid_place);
        }
        print_laps(result);
    }
}

fn print_laps(result: &RaceResult) {
    let counted = |count: u32, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        more => Some(format!("{more} {what}{}", if what.ends_with('h') { "es" } else { "s" })),
    };
    for lap in &result.laps {
        let notes: Vec<_> =
            [counted(lap.off_tracks, "off-track"), counted(lap.crashes, "crash")].into_iter().flatten().collect();
        let note = match (notes.is_empty(), lap.clean) {
            (true, true) => "clean".to_owned(),
            (true, false) => "was put back".to_owned(),
            (false, _) => notes.join(", "),
        };
        println!("  lap {:<3} {:>9.3} s  {note}", lap.lap, lap.secs);
    }
    let end = match result.status {
        RaceStatus::Finished => "finished",
        RaceStatus::TimeUp => "stopped by the time limit",
        RaceStatus::OutOfResets => "out of resets",
    };
    let RaceResult { off_tracks, crashes, immobilised, reversed, .. } = *result;
    let stuck = (immobilised + reversed > 0).then(|| format!("stuck {} times", immobilised + reversed));
    let more: String =
        [counted(crashes, "crash"), stuck].into_iter().flatten().map(|what| format!(", {what}")).collect();
    println!("  total   {:>9.3} s  {end}, {off_tracks} off-tracks{more}", result.total_secs);
}
