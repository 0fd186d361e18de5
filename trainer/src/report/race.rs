//! The run's best policy, raced again for the report.

use super::sectors::{self, SECTORS};
use crate::{
    failure::Failure,
    run::evaluation::{self, SEEDS},
};
use sim::{Telemetry, race::command};
use sim_spec::{Policy, RaceResult, RaceRules, RaceType, Track, action::ACTION_LEN};

/// Laps of each race: one from standing, and flying ones.
const LAPS: u32 = 3;

/// What the policy did.
pub struct Raced {
    /// One per start.
    pub results: Vec<RaceResult>,
    pub telemetry: Vec<Telemetry>,
    /// Commands of the races, as steering in radians and speed in m/s; one list per race.
    pub commands: Vec<Vec<[f32; 2]>>,
    /// The best lap: the shortest clean one, else the shortest.
    pub best: Option<BestLap>,
}

/// A lap of the races.
#[derive(Debug, Clone, PartialEq)]
pub struct BestLap {
    /// Which race, from 0, and which lap, from 1.
    pub race: usize,
    pub lap: u32,
    pub secs: f64,
    pub is_clean: bool,
    pub sector_secs: [f64; SECTORS],
}

impl Raced {
    /// Races from each start. Who has learned to race others is raced alone: a report is about driving.
    pub fn of(policy: &Policy, track: &Track, race_type: &RaceType) -> Result<Self, Failure> {
        let rules = RaceRules { race_type: evaluation::alone(race_type), ..evaluation::rules(track, LAPS)? };
        let mut raced = Self { results: Vec::new(), telemetry: Vec::new(), commands: Vec::new(), best: None };
        for seed in SEEDS {
            let replay = sim::referee::race(track, policy, &rules, seed);
            let commands = replay.actions().iter().map(|numbers: &[f32; ACTION_LEN]| {
                let command = command(*numbers);
                [command.steering_rad, command.speed_mps]
            });
            raced.commands.push(commands.collect());
            raced.results.push(replay.result().clone());
            raced.telemetry.push(sim::referee::telemetry(&replay, 0).expect("a race that was just run is true"));
        }
        raced.best = raced.best_lap(track.length_m());
        Ok(raced)
    }

    fn best_lap(&self, length_m: f64) -> Option<BestLap> {
        let laps =
            self.results.iter().enumerate().flat_map(|(race, result)| result.laps.iter().map(move |lap| (race, lap)));
        let (race, lap) =
            laps.min_by(|(_, one), (_, other)| other.clean.cmp(&one.clean).then(one.secs.total_cmp(&other.secs)))?;
        let sector_secs = sectors::of_lap(&self.telemetry[race], lap.lap, length_m)?;
        Some(BestLap { race, lap: lap.lap, secs: lap.secs, is_clean: lap.clean, sector_secs })
    }

    /// Samples of the best lap, numbers in its race's telemetry, from the last one before the line to the first behind it.
    pub fn best_samples(&self) -> std::ops::Range<usize> {
        let Some(best) = &self.best else { return 0..0 };
        let laps = &self.telemetry[best.race].lap;
        let [from, to] = [best.lap, best.lap + 1].map(|lap| laps.partition_point(|at| *at < lap));
        from.saturating_sub(1)..(to + 1).min(laps.len())
    }

    /// The highest speed that was driven, m/s.
    pub fn top_speed_mps(&self) -> f64 {
        let speeds = self.telemetry.iter().flat_map(|telemetry| &telemetry.speed_mps);
        speeds.fold(0.0, |top: f64, speed| top.max(f64::from(*speed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::builtin_tracks;

    #[test]
    fn the_best_lap_is_a_clean_flying_one() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let policy = sim::drivers::centre_line(1.5);
        let raced = Raced::of(&policy, &track, &RaceType::HeadToHead { cars: 2 });
        let raced = raced.map_err(|failure| failure.line()).expect("three laps");
        assert_eq!((raced.results.len(), raced.telemetry.len()), (3, 3));
        let best = raced.best.as_ref().expect("a lap");
        assert!(best.is_clean && best.lap > 1);
        let samples = raced.best_samples();
        let telemetry = &raced.telemetry[best.race];
        assert!(samples.clone().all(|sample| telemetry.lap[sample].abs_diff(best.lap) <= 1));
        assert!((samples.len() as f64 / f64::from(sim::CONTROL_HZ) - best.secs).abs() < 0.2);
        assert!((1.4..1.7).contains(&raced.top_speed_mps()));
    }
}
