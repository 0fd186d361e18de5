//! How good a policy is: it is raced as the league would race it.

use crate::failure::{Failure, bad_input};
use sim_spec::{Policy, RaceResult, RaceRules, RaceStatus, Track};

/// Seeds of the races. Three starts, so that a policy that was lucky once is not taken for a good one.
const SEEDS: [u64; 3] = [1, 2, 3];

/// A policy that is slower than this on average does not race yet, and its race is not watched to the end. m/s.
const SLOWEST_MPS: f64 = 1.0;

/// Races of one policy on one track, from a standing start.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// One per seed; after the first that was not finished no further one is run.
    pub results: Vec<RaceResult>,
}

impl Evaluation {
    /// The rules of an evaluation's races over `laps` laps.
    pub fn rules(track: &Track, laps: u32) -> Result<RaceRules, Failure> {
        let time_limit_secs = (f64::from(laps) * track.length_m() / SLOWEST_MPS).ceil();
        let rules = RaceRules { laps, time_limit_secs, ..RaceRules::default() };
        rules.check().map_err(|error| bad_input("this many laps cannot be raced on this track", error))?;
        Ok(rules)
    }

    /// Races `policy` from each start.
    pub fn of(policy: &Policy, track: &Track, rules: &RaceRules) -> Self {
        let mut results: Vec<RaceResult> = Vec::with_capacity(SEEDS.len());
        for seed in SEEDS {
            let replay = sim::referee::race(track, policy, rules, seed);
            results.push(replay.result().clone());
            if replay.result().status != RaceStatus::Finished {
                break;
            }
        }
        Self { results }
    }

    /// Whether every race was finished without leaving the track.
    pub fn is_clean(&self) -> bool {
        let is_clean = |result: &RaceResult| result.status == RaceStatus::Finished && result.off_tracks == 0;
        self.results.len() == SEEDS.len() && self.results.iter().all(is_clean)
    }

    /// The shortest clean lap, if there is one.
    pub fn best_clean_lap_secs(&self) -> Option<f64> {
        let laps = self.results.iter().flat_map(|result| &result.laps);
        laps.filter(|lap| lap.clean).map(|lap| lap.secs).min_by(f64::total_cmp)
    }

    /// Whether this is better than `other`: clean before not, then more laps, then less time.
    pub fn is_better_than(&self, other: &Self) -> bool {
        let laps = |it: &Self| it.results.iter().map(|result| result.completed_laps).sum::<u32>();
        let secs = |it: &Self| it.results.iter().map(|result| result.total_secs).sum::<f64>();
        let [mine, theirs] = [(self.is_clean(), laps(self)), (other.is_clean(), laps(other))];
        mine > theirs || mine == theirs && secs(self) < secs(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::builtin_tracks;

    #[test]
    fn the_quicker_clean_driver_is_better_and_the_reckless_one_worse() {
        let track = builtin_tracks::find("ridge").expect("a built-in track");
        let rules = Evaluation::rules(&track, 3).expect("three laps");
        let of = |speed_mps| Evaluation::of(&sim::drivers::centre_line(speed_mps), &track, &rules);
        let [slow, quick, reckless] = [1.5, 2.0, 4.0].map(of);
        assert!(slow.is_clean() && quick.is_clean() && !reckless.is_clean());
        assert!(quick.is_better_than(&slow) && !slow.is_better_than(&quick));
        assert!(slow.is_better_than(&reckless));
        assert!(quick.best_clean_lap_secs() < slow.best_clean_lap_secs());
    }
}
