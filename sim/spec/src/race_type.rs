//! What a race is about: the clock, boxes in the way, bots, or each other.

use crate::limits::{MAX_BOTS, MAX_BOXES, MAX_CARS};
use serde::{Deserialize, Serialize};

/// What a race is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RaceType {
    /// One car against the clock.
    #[default]
    TimeTrial,
    /// One car and boxes that stand in its way.
    ObjectAvoidance { boxes: Boxes },
    /// One car and slower cars that go round.
    AgainstBots { bots: Bots },
    /// Cars against each other. They touch and push.
    HeadToHead {
        /// Cars on the grid, 2 to [`MAX_CARS`].
        cars: u32,
    },
}

/// Where boxes stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boxes {
    /// That many, where the race's seed says: spread over the lap, each in the middle of the left or the right lane.
    Seeded(u32),
    /// At these places, in every race.
    Fixed(Vec<BoxPlace>),
}

/// Where a box stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxPlace {
    /// Share of the lap, 0 to 1.
    pub along: f64,
    /// Distance of its middle from the centre line as a share of the half width, −1 (right border) to 1 (left border).
    pub lateral: f64,
}

/// Cars that go round at a steady pace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bots {
    /// How many, 1 to [`MAX_BOTS`]. DeepRacer's community races have 3 to 6.
    pub count: u32,
    /// m/s. DeepRacer's default is 0.2.
    pub speed_mps: f64,
    /// Whether they change between the left and the right lane every 3 to 5 seconds, as the race's seed says.
    pub changes_lanes: bool,
}

impl RaceType {
    /// Cars on the grid that policies drive.
    pub fn cars(&self) -> usize {
        match self {
            Self::HeadToHead { cars } => *cars as usize,
            _ => 1,
        }
    }

    /// What is wrong with it, if something is.
    pub(crate) fn fault(&self) -> Option<String> {
        match self {
            Self::ObjectAvoidance { boxes: Boxes::Seeded(count) } if !(1..=MAX_BOXES).contains(count) => {
                Some(format!("a race has 1 to {MAX_BOXES} boxes, not {count}"))
            }
            Self::ObjectAvoidance { boxes: Boxes::Fixed(places) } => {
                let is_on_road = |place: &BoxPlace| (0.0..1.0).contains(&place.along) && place.lateral.abs() <= 1.0;
                if !(1..=MAX_BOXES as usize).contains(&places.len()) {
                    return Some(format!("a race has 1 to {MAX_BOXES} boxes, not {}", places.len()));
                }
                let outside = places.iter().position(|place| !is_on_road(place))?;
                Some(format!("box {outside} stands beside the road: `along` is in [0, 1), `lateral` in [-1, 1]"))
            }
            Self::AgainstBots { bots } if !(1..=MAX_BOTS).contains(&bots.count) => {
                Some(format!("a race has 1 to {MAX_BOTS} bots, not {}", bots.count))
            }
            Self::AgainstBots { bots } if !(0.0..=4.0).contains(&bots.speed_mps) => {
                Some(format!("a bot drives at 0 to 4 m/s, not {}", bots.speed_mps))
            }
            Self::HeadToHead { cars } if !(2..=MAX_CARS).contains(cars) => {
                Some(format!("2 to {MAX_CARS} cars race head to head, not {cars}"))
            }
            _ => None,
        }
    }
}
