//! Which way round a track is driven.

use crate::{Station, Track};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Which way round a track is driven.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// In the order of the stations.
    #[default]
    Forward,
    /// Against it.
    Reverse,
}

impl Track {
    /// The track in the order in which it is driven. The start line stays where it is.
    pub fn driven(&self, direction: Direction) -> Cow<'_, Track> {
        match direction {
            Direction::Forward => Cow::Borrowed(self),
            Direction::Reverse => {
                let mut stations: Vec<Station> = self.stations().to_vec();
                stations[1..].reverse();
                Cow::Owned(Track::new(self.name(), self.title(), stations).expect("the same road"))
            }
        }
    }
}
