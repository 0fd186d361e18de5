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
    /// The track in the order in which it is driven. The start line stays where it is, and so do its name and which
    /// border is the inner one; the other order of stations has another digest.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin_tracks;

    #[test]
    fn the_other_way_round_is_the_same_road_from_the_same_line() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let reverse = track.driven(Direction::Reverse);
        let [forth, back] = [track.stations(), reverse.stations()];
        assert_eq!(back[0], forth[0]);
        assert_eq!(back[1], forth[forth.len() - 1]);
        assert_eq!(back[back.len() - 1], forth[1]);
        // As far and as hard; the order of a sum moves its last bits.
        assert!((reverse.length_m() - track.length_m()).abs() < 1e-9);
        assert!((reverse.difficulty() - track.difficulty()).abs() < 1e-9);
        assert_ne!(reverse.sha256(), track.sha256());
        assert_eq!(*reverse.driven(Direction::Reverse), track);
        assert_eq!(*track.driven(Direction::Forward), track);
    }

    #[test]
    fn a_direction_is_written_as_a_word() {
        let word = |direction| serde_json::to_string(&direction).expect("plain data");
        assert_eq!([word(Direction::Forward), word(Direction::Reverse)], ["\"forward\"", "\"reverse\""]);
        assert!(serde_json::from_str::<Direction>("\"backwards\"").is_err());
    }
}
