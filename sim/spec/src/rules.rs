//! The rules of a race, as data.

use crate::{
    Conditions, Direction, RaceType,
    limits::{MAX_LAPS, MAX_PENALTY_SECS, MAX_RACE_SECS},
};
use serde::{Deserialize, Serialize};

/// The rules that a race is run by.
///
/// Whoever breaks one stands for the penalty where it is put back, out of everybody's way, while the clock runs on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RaceRules {
    /// Laps to drive. Default 3, as most of DeepRacer's races.
    pub laps: u32,
    /// Seconds that a car stands after all four wheels left the road, after it stood still or drove backwards for too
    /// long. It is put back on the centre line where it was. Default 2, DeepRacer's code default.
    pub off_track_penalty_secs: f64,
    /// Seconds after which the race is stopped, finished or not. Default 180, the length of DeepRacer's live races.
    pub time_limit_secs: f64,
    /// What the race is about. Default: one car against the clock.
    #[serde(default, skip_serializing_if = "is_default")]
    pub race_type: RaceType,
    /// Which way round. Default: in the order of the track's stations.
    #[serde(default, skip_serializing_if = "is_default")]
    pub direction: Direction,
    /// Seconds that a car stands after it ran into something that was ahead of it. It is put back a metre behind that.
    /// Default 5, DeepRacer's code default.
    #[serde(default = "crash_penalty_secs", skip_serializing_if = "is_crash_penalty_secs")]
    pub crash_penalty_secs: f64,
    /// How fast two cars must meet for a touch to be a crash, m/s. Below it, they push each other and race on. Boxes and
    /// bots may not be touched at all. Default 0.5.
    #[serde(default = "crash_speed_mps", skip_serializing_if = "is_crash_speed_mps")]
    pub crash_speed_mps: f64,
    /// Seconds without moving after which a car is put back. Default 1, as DeepRacer's 15 steps.
    #[serde(default = "stuck_secs", skip_serializing_if = "is_stuck_secs")]
    pub immobilised_secs: f64,
    /// Seconds of driving backwards after which a car is put back the right way round. Default 1, as DeepRacer's 15 steps.
    #[serde(default = "stuck_secs", skip_serializing_if = "is_stuck_secs")]
    pub reversed_secs: f64,
    /// How often a car may be put back before its race is over. Default: as often as it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_resets: Option<u32>,
    /// Under what conditions the cars drive. Default: all the same, exact sensors.
    #[serde(default, skip_serializing_if = "is_default")]
    pub conditions: Conditions,
}

// A rule at its default is not written, so that rules of earlier versions keep their bytes.

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn crash_penalty_secs() -> f64 {
    5.0
}

fn is_crash_penalty_secs(secs: &f64) -> bool {
    *secs == crash_penalty_secs()
}

fn crash_speed_mps() -> f64 {
    0.5
}

fn is_crash_speed_mps(speed_mps: &f64) -> bool {
    *speed_mps == crash_speed_mps()
}

fn stuck_secs() -> f64 {
    1.0
}

fn is_stuck_secs(secs: &f64) -> bool {
    *secs == stuck_secs()
}

impl Default for RaceRules {
    fn default() -> Self {
        Self {
            laps: 3,
            off_track_penalty_secs: 2.0,
            time_limit_secs: 180.0,
            race_type: RaceType::default(),
            direction: Direction::default(),
            crash_penalty_secs: crash_penalty_secs(),
            crash_speed_mps: crash_speed_mps(),
            immobilised_secs: stuck_secs(),
            reversed_secs: stuck_secs(),
            max_resets: None,
            conditions: Conditions::default(),
        }
    }
}

/// A rule is out of its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RulesError {
    #[error("a race has 1 to {MAX_LAPS} laps, not {0}")]
    Laps(u32),
    #[error("a penalty lies between 0 and {MAX_PENALTY_SECS} s, not {0}")]
    Penalty(f64),
    #[error("the time limit lies between 1 and {MAX_RACE_SECS} s, not {0}")]
    TimeLimit(f64),
    #[error("a car counts as stuck after 0.1 to {MAX_RACE_SECS} s, not {0}")]
    Stuck(f64),
    #[error("cars crash from a speed between 0 and 10 m/s on, not {0}")]
    CrashSpeed(f64),
    #[error("{0}")]
    RaceType(String),
    #[error("{0}")]
    Conditions(String),
}

impl RaceRules {
    /// Whether every rule is in its range.
    pub fn check(&self) -> Result<(), RulesError> {
        if !(1..=MAX_LAPS).contains(&self.laps) {
            return Err(RulesError::Laps(self.laps));
        }
        for penalty_secs in [self.off_track_penalty_secs, self.crash_penalty_secs] {
            if !(0.0..=MAX_PENALTY_SECS).contains(&penalty_secs) {
                return Err(RulesError::Penalty(penalty_secs));
            }
        }
        if !(1.0..=MAX_RACE_SECS).contains(&self.time_limit_secs) {
            return Err(RulesError::TimeLimit(self.time_limit_secs));
        }
        for stuck_secs in [self.immobilised_secs, self.reversed_secs] {
            if !(0.1..=MAX_RACE_SECS).contains(&stuck_secs) {
                return Err(RulesError::Stuck(stuck_secs));
            }
        }
        if !(0.0..=10.0).contains(&self.crash_speed_mps) {
            return Err(RulesError::CrashSpeed(self.crash_speed_mps));
        }
        if let Some(fault) = self.race_type.fault() {
            return Err(RulesError::RaceType(fault));
        }
        self.conditions.fault().map_or(Ok(()), |fault| Err(RulesError::Conditions(fault)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bots, BoxPlace, Boxes};

    #[test]
    fn the_defaults_are_in_range_and_their_neighbours_outside_are_not() {
        let rules = RaceRules::default();
        assert_eq!(rules.check(), Ok(()));
        assert_eq!(RaceRules { laps: 0, ..rules.clone() }.check(), Err(RulesError::Laps(0)));
        let penalty = RaceRules { off_track_penalty_secs: f64::NAN, ..rules.clone() };
        assert!(matches!(penalty.check(), Err(RulesError::Penalty(_))));
        let crash = RaceRules { crash_penalty_secs: -1.0, ..rules.clone() };
        assert_eq!(crash.check(), Err(RulesError::Penalty(-1.0)));
        let limit = RaceRules { time_limit_secs: 1201.0, ..rules.clone() };
        assert_eq!(limit.check(), Err(RulesError::TimeLimit(1201.0)));
        let stuck = RaceRules { reversed_secs: 0.0, ..rules };
        assert_eq!(stuck.check(), Err(RulesError::Stuck(0.0)));
    }

    #[test]
    fn what_cannot_be_raced_is_refused() {
        let place = |along, lateral| BoxPlace { along, lateral };
        let bots = |count, speed_mps| RaceType::AgainstBots { bots: Bots { count, speed_mps, changes_lanes: true } };
        let boxes = |boxes| RaceType::ObjectAvoidance { boxes };
        let cases = [
            (RaceType::TimeTrial, true),
            (boxes(Boxes::Seeded(6)), true),
            (boxes(Boxes::Seeded(0)), false),
            (boxes(Boxes::Seeded(MAX_BOXES_AND_ONE)), false),
            (boxes(Boxes::Fixed(vec![place(0.5, -0.5)])), true),
            (boxes(Boxes::Fixed(vec![])), false),
            (boxes(Boxes::Fixed(vec![place(1.0, 0.0)])), false),
            (boxes(Boxes::Fixed(vec![place(0.5, f64::NAN)])), false),
            (bots(3, 0.2), true),
            (bots(0, 0.2), false),
            (bots(3, 5.0), false),
            (RaceType::HeadToHead { cars: 8 }, true),
            (RaceType::HeadToHead { cars: 1 }, false),
            (RaceType::HeadToHead { cars: 9 }, false),
        ];
        for (race_type, is_fine) in cases {
            let rules = RaceRules { race_type, ..RaceRules::default() };
            assert_eq!(rules.check().is_ok(), is_fine, "{:?}", rules.race_type);
        }
    }

    const MAX_BOXES_AND_ONE: u32 = crate::limits::MAX_BOXES + 1;

    #[test]
    fn conditions_are_ranges() {
        let with = |conditions| RaceRules { conditions, ..RaceRules::default() }.check().is_ok();
        assert!(with(Conditions::varied()));
        assert!(!with(Conditions { grip: [1.1, 0.9], ..Conditions::default() }));
        assert!(!with(Conditions { mass: [0.0, 1.0], ..Conditions::default() }));
        assert!(!with(Conditions { command_delay_steps: [0, 8], ..Conditions::default() }));
        assert!(!with(Conditions { sensor_noise: f64::INFINITY, ..Conditions::default() }));
    }

    #[test]
    fn rules_of_the_first_version_keep_their_bytes() {
        let first = r#"{"laps":3,"off_track_penalty_secs":2.0,"time_limit_secs":180.0}"#;
        let rules: RaceRules = serde_json::from_str(first).expect("rules");
        assert_eq!(rules, RaceRules::default());
        assert_eq!(serde_json::to_string(&rules).expect("plain data"), first);
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        let race_type = RaceType::ObjectAvoidance { boxes: Boxes::Fixed(vec![BoxPlace { along: 0.5, lateral: -0.5 }]) };
        let rules = RaceRules {
            race_type,
            direction: Direction::Reverse,
            max_resets: Some(3),
            conditions: Conditions::varied(),
            ..RaceRules::default()
        };
        let text = serde_json::to_string(&rules).expect("plain data");
        assert_eq!(serde_json::from_str::<RaceRules>(&text).expect("rules"), rules, "{text}");
    }
}
