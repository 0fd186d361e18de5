//! The replay: what started a race and every action in it, so that anybody can run it again.
//!
//! Version 2, all numbers little-endian:
//!
//! | bytes | content |
//! |---|---|
//! | 8 | `PADDOCKR` |
//! | 4 | version, u32 |
//! | 4 | length H of the header, u32 |
//! | H | header, JSON: rules, name and title of the track, number of stations and of control steps, a result per car |
//! | stations × 48 | the track: centre, inner, outer x and y, f64 |
//! | steps × cars × 8 | steering and speed in [−1, 1], f32, one pair per control step and car |
//! | 32 | SHA-256 of all bytes before |
//!
//! The track lies inside, so a replay needs no other file for as long as it exists. Version 1, which is still read, is of
//! one car: its header has `actions` instead of `steps` and `result` instead of `results`.

use crate::{
    RaceResult, RaceRules, RulesError, Sha256Hex, Station, Track, TrackError,
    limits::{MAX_CARS, MAX_RACE_SECS, MAX_REPLAY_BYTES, MAX_REPLAY_HEADER_BYTES, MAX_STATIONS},
};
use serde::{Deserialize, Serialize};

const MAGIC: &[u8; 8] = b"PADDOCKR";
const VERSION: u32 = 2;
const FIRST_VERSION: u32 = 1;
const CHECKSUM_BYTES: usize = 32;
const STATION_BYTES: usize = 6 * size_of::<f64>();
const ACTION_BYTES: usize = 2 * size_of::<f32>();
/// Control steps per second, at most: bounds the number of actions of the longest race.
const MAX_CONTROL_HZ: f64 = 60.0;

/// A race. Valid by construction in all that needs no simulator: whether the actions lead to the result is
/// for the referee to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    rules: RaceRules,
    track: Track,
    /// `[steps, cars]`
    actions: Vec<[f32; 2]>,
    /// One per car.
    results: Vec<RaceResult>,
}

/// Why some bytes are not a replay. The sentence says what is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReplayError {
    #[error("not a replay of Paddock")]
    NotAReplay,
    #[error("the replay has {0} bytes; at most {MAX_REPLAY_BYTES} are read")]
    TooLarge(usize),
    #[error("replay format version {0} is unknown; this program reads versions 1 and 2")]
    Version(u32),
    #[error("the replay's checksum does not fit its content: the file was cut off, damaged or changed")]
    Checksum,
    #[error("the replay's header is not valid: {0}")]
    Header(String),
    #[error("the replay's parts do not fill the file as its header says")]
    Size,
    #[error("the replay's track is not valid: {0}")]
    Track(#[from] TrackError),
    #[error("the replay's rules are not valid: {0}")]
    Rules(#[from] RulesError),
    #[error("the replay's result belongs to another track: it names {claimed}, the track inside is {found}")]
    OtherTrack { claimed: Sha256Hex, found: Sha256Hex },
    #[error("action {0} of the replay is not within [-1, 1]")]
    Action(usize),
    #[error("the replay has results of {results} cars, but {cars} raced")]
    Cars { results: usize, cars: usize },
}

impl ReplayError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAReplay => "replay_not_a_replay",
            Self::TooLarge(_) => "replay_too_large",
            Self::Version(_) => "replay_unsupported_version",
            Self::Checksum => "replay_checksum",
            Self::Header(_) => "replay_header",
            Self::Size => "replay_size",
            Self::Track(_) => "replay_track",
            Self::Rules(_) => "replay_rules",
            Self::OtherTrack { .. } => "replay_other_track",
            Self::Action(_) => "replay_action",
            Self::Cars { .. } => "replay_cars",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    rules: RaceRules,
    track_name: String,
    track_title: String,
    stations: usize,
    steps: usize,
    results: Vec<RaceResult>,
}

/// The header of version 1: one car.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstHeader {
    rules: RaceRules,
    track_name: String,
    track_title: String,
    stations: usize,
    actions: usize,
    result: RaceResult,
}

impl From<FirstHeader> for Header {
    fn from(first: FirstHeader) -> Self {
        let FirstHeader { rules, track_name, track_title, stations, actions, result } = first;
        Self { rules, track_name, track_title, stations, steps: actions, results: vec![result] }
    }
}

impl Replay {
    /// A replay of `actions` on `track`, that led to `results`, one per car. Actions are `[steps, cars]`, each steering
    /// and speed in [−1, 1].
    pub fn new(
        track: Track,
        rules: RaceRules,
        actions: Vec<[f32; 2]>,
        results: Vec<RaceResult>,
    ) -> Result<Self, ReplayError> {
        rules.check()?;
        let cars = rules.race_type.cars();
        if results.len() != cars {
            return Err(ReplayError::Cars { results: results.len(), cars });
        }
        if !actions.len().is_multiple_of(cars) {
            return Err(ReplayError::Size);
        }
        let found = track.sha256();
        if let Some(other) = results.iter().find(|result| result.track_sha256 != found) {
            return Err(ReplayError::OtherTrack { claimed: other.track_sha256, found });
        }
        let in_range = |action: &[f32; 2]| action.iter().all(|number| (-1.0..=1.0).contains(number));
        if let Some(index) = actions.iter().position(|action| !in_range(action)) {
            return Err(ReplayError::Action(index));
        }
        Ok(Self { rules, track, actions, results })
    }

    /// The replay in a file's bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReplayError> {
        if bytes.len() > MAX_REPLAY_BYTES {
            return Err(ReplayError::TooLarge(bytes.len()));
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(ReplayError::NotAReplay)?;
        let (version, _) = rest.split_first_chunk().ok_or(ReplayError::Checksum)?;
        let version = u32::from_le_bytes(*version);
        if ![FIRST_VERSION, VERSION].contains(&version) {
            return Err(ReplayError::Version(version));
        }
        let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(ReplayError::Checksum)?;
        if Sha256Hex::of(content).as_bytes() != checksum {
            return Err(ReplayError::Checksum);
        }
        let body = content.get(MAGIC.len() + size_of::<u32>()..).ok_or(ReplayError::Size)?;
        let (header_len, body) = body.split_first_chunk().ok_or(ReplayError::Size)?;
        let header_len = u32::from_le_bytes(*header_len) as usize;
        if header_len > MAX_REPLAY_HEADER_BYTES {
            return Err(ReplayError::Header(format!("it is longer than {MAX_REPLAY_HEADER_BYTES} bytes")));
        }
        let (header, body) = body.split_at_checked(header_len).ok_or(ReplayError::Size)?;
        let header = match version {
            FIRST_VERSION => serde_json::from_slice::<FirstHeader>(header).map(Header::from),
            _ => serde_json::from_slice::<Header>(header),
        };
        let header = header.map_err(|error| ReplayError::Header(error.to_string()))?;
        if header.stations > MAX_STATIONS || header.steps as f64 > MAX_RACE_SECS * MAX_CONTROL_HZ {
            return Err(ReplayError::Size);
        }
        if header.results.len() > MAX_CARS as usize {
            return Err(ReplayError::Cars { results: header.results.len(), cars: MAX_CARS as usize });
        }
        let actions_bytes = header.steps * header.results.len() * ACTION_BYTES;
        if body.len() != header.stations * STATION_BYTES + actions_bytes {
            return Err(ReplayError::Size);
        }
        let (stations, actions) = body.split_at(header.stations * STATION_BYTES);
        let track = Track::new(&header.track_name, &header.track_title, stations_of(stations))?;
        Self::new(track, header.rules, actions_of(actions), header.results)
    }

    /// The replay as a file of the newest version. Equal replays have equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let header = Header {
            rules: self.rules.clone(),
            track_name: self.track.name().into(),
            track_title: self.track.title().into(),
            stations: self.track.stations().len(),
            steps: self.steps().len(),
            results: self.results.clone(),
        };
        let header = serde_json::to_vec(&header).expect("a header is plain data");
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((header.len() as u32).to_le_bytes());
        bytes.extend(header);
        bytes.extend(self.track.station_bytes());
        bytes.extend(self.actions.as_flattened().iter().flat_map(|number| number.to_le_bytes()));
        let checksum = Sha256Hex::of(&bytes);
        bytes.extend(checksum.as_bytes());
        bytes
    }

    pub fn rules(&self) -> &RaceRules {
        &self.rules
    }

    pub fn track(&self) -> &Track {
        &self.track
    }

    /// Steering and speed of each car in [−1, 1], control step by control step.
    pub fn steps(&self) -> std::slice::ChunksExact<'_, [f32; 2]> {
        self.actions.chunks_exact(self.results.len())
    }

    /// All actions, `[steps, cars]`.
    pub fn actions(&self) -> &[[f32; 2]] {
        &self.actions
    }

    /// The results that the cars had, in the order of the grid's entries. They are claims until the referee has run the
    /// replay again.
    pub fn results(&self) -> &[RaceResult] {
        &self.results
    }

    /// The result of the first car: of the only one, unless cars raced head to head.
    pub fn result(&self) -> &RaceResult {
        &self.results[0]
    }
}

fn stations_of(bytes: &[u8]) -> Vec<Station> {
    let (numbers, _) = bytes.as_chunks::<8>();
    let (rows, _) = numbers.as_chunks::<6>();
    rows.iter().map(|row| Station::from_row(row.map(f64::from_le_bytes))).collect()
}

fn actions_of(bytes: &[u8]) -> Vec<[f32; 2]> {
    let (numbers, _) = bytes.as_chunks::<4>();
    let (pairs, _) = numbers.as_chunks::<2>();
    pairs.iter().map(|pair| pair.map(f32::from_le_bytes)).collect()
}
