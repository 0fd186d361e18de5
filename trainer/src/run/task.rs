//! What an agent has to learn: where it drives, what it sees, what it does and what it is paid for.

use crate::reward::Source;
use serde::{Deserialize, Serialize};
use sim::Starts;
use sim_spec::{ActionSpace, Conditions, Direction, RaceType, Track, observation::ObservationSpec};

/// What an agent has to learn.
#[derive(Debug, Clone)]
pub struct Task {
    /// Cars drive on all of them, evenly shared. At least one.
    pub tracks: Vec<Track>,
    pub course: Course,
    pub observation: &'static ObservationSpec,
    pub action: ActionSpace,
    pub reward: Source,
}

/// How the tracks are driven while learning.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    pub way: Way,
    pub starts: Starts,
    /// Boxes and bots, or rivals: then the agent drives against copies of itself from earlier.
    pub race_type: RaceType,
    pub conditions: Conditions,
}

/// Which way round an agent learns to drive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    #[default]
    Forward,
    Reverse,
    /// Half of the cars each way.
    Both,
}

impl Way {
    pub fn directions(self) -> &'static [Direction] {
        match self {
            Self::Forward => &[Direction::Forward],
            Self::Reverse => &[Direction::Reverse],
            Self::Both => &[Direction::Forward, Direction::Reverse],
        }
    }
}
