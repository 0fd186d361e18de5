//! The rules of a race, as data.

use crate::limits::{MAX_LAPS, MAX_PENALTY_SECS, MAX_RACE_SECS};
use serde::{Deserialize, Serialize};

/// The rules that a race is run by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RaceRules {
    /// Laps to drive. Default 3, as most of DeepRacer's races.
    pub laps: u32,
    /// Seconds that a car stands after leaving the track before it is put back on the centre line. The race's clock
    /// runs on meanwhile, so the penalty is part of the lap time. Default 2, DeepRacer's code default.
    pub off_track_penalty_secs: f64,
    /// Seconds after which the race is stopped, finished or not. Default 180, the length of DeepRacer's live races.
    pub time_limit_secs: f64,
}

impl Default for RaceRules {
    fn default() -> Self {
        Self { laps: 3, off_track_penalty_secs: 2.0, time_limit_secs: 180.0 }
    }
}

/// A rule is out of its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RulesError {
    #[error("a race has 1 to {MAX_LAPS} laps, not {0}")]
    Laps(u32),
    #[error("the off-track penalty lies between 0 and {MAX_PENALTY_SECS} s, not {0}")]
    Penalty(f64),
    #[error("the time limit lies between 1 and {MAX_RACE_SECS} s, not {0}")]
    TimeLimit(f64),
}

impl RaceRules {
    /// Whether every rule is in its range.
    pub fn check(&self) -> Result<(), RulesError> {
        if !(1..=MAX_LAPS).contains(&self.laps) {
            return Err(RulesError::Laps(self.laps));
        }
        if !(0.0..=MAX_PENALTY_SECS).contains(&self.off_track_penalty_secs) {
            return Err(RulesError::Penalty(self.off_track_penalty_secs));
        }
        if !(1.0..=MAX_RACE_SECS).contains(&self.time_limit_secs) {
            return Err(RulesError::TimeLimit(self.time_limit_secs));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range_and_their_neighbours_outside_are_not() {
        let rules = RaceRules::default();
        assert_eq!(rules.check(), Ok(()));
        assert_eq!(RaceRules { laps: 0, ..rules.clone() }.check(), Err(RulesError::Laps(0)));
        let penalty = RaceRules { off_track_penalty_secs: f64::NAN, ..rules.clone() };
        assert!(matches!(penalty.check(), Err(RulesError::Penalty(_))));
        let limit = RaceRules { time_limit_secs: 1201.0, ..rules };
        assert_eq!(limit.check(), Err(RulesError::TimeLimit(1201.0)));
    }
}
