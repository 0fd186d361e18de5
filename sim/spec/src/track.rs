//! The track: a closed road between two borders.

use crate::{
    Sha256Hex,
    limits::*,
    route_file,
    track_drawing::{MAX_POINTS, MIN_POINTS},
    track_shape, track_text,
};

/// One cross-section of the road, metres. The road between two neighbouring stations is the quadrilateral of their
/// borders, as in DeepRacer's route files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Station {
    /// Where the line of progress runs, `[x, y]`.
    pub centre: [f64; 2],
    /// The border on the inside of the loop, `[x, y]`.
    pub inner: [f64; 2],
    /// The border on the outside of the loop, `[x, y]`.
    pub outer: [f64; 2],
}

/// A closed track, driven in the order of its stations. The line is at the first one.
///
/// Valid by construction: finite, closed, wide enough everywhere, crossing neither itself nor its borders.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    name: String,
    title: String,
    stations: Vec<Station>,
}

/// Why something is not a track. The sentence says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrackError {
    #[error("the track file is empty; see `paddock track show harbour --text` for how one looks")]
    Empty,
    #[error("the track file has {0} bytes; at most {MAX_TRACK_BYTES} are read: use fewer stations")]
    TooLarge(usize),
    #[error("not a track file: {0}")]
    Text(String),
    #[error("track format version {0} is unknown; this program reads version 1")]
    Version(u64),
    #[error("not a route file: {0}; a DeepRacer route is a NumPy array of float64 with N rows and 6 columns")]
    RouteFile(&'static str),
    #[error("a track's name has 1 to {MAX_TRACK_NAME_BYTES} of a-z, 0-9, '-' and '_', not {0:?}")]
    Name(String),
    #[error("a track's title has 1 to {MAX_TRACK_TITLE_BYTES} bytes without control characters")]
    Title,
    #[error("a track has {MIN_STATIONS} to {MAX_STATIONS} stations, not {0}")]
    StationCount(usize),
    #[error("station {0} has a coordinate that is not a finite number within ±{MAX_COORDINATE_M} m")]
    NotFinite(usize),
    #[error("the track is open: {0:.2} m lie between its last station and its first; races need a closed track")]
    Open(f64),
    #[error("station {station} is {gap_m:.2} m from the next; at most {MAX_STATION_GAP_M} m are allowed")]
    Gap { station: usize, gap_m: f64 },
    #[error("the centre line is {0:.2} m long; it must have {MIN_TRACK_LENGTH_M} to {MAX_TRACK_LENGTH_M} m")]
    Length(f64),
    #[error(
        "the track is too narrow at station {station}: {half_width_m:.3} m from the centre line to a border, where at least {MIN_HALF_WIDTH_M} m are needed"
    )]
    TooNarrow { station: usize, half_width_m: f64 },
    #[error("both borders are on the same side of the centre line at station {0}")]
    Borders(usize),
    #[error("the track crosses itself: its {line} between stations {first} and {second}")]
    Crossing { line: &'static str, first: usize, second: usize },
    #[error("a drawing has {MIN_POINTS} to {MAX_POINTS} points within ±{MAX_COORDINATE_M} m")]
    Drawing,
}

impl TrackError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "track_empty",
            Self::TooLarge(_) => "track_too_large",
            Self::Text(_) => "track_text",
            Self::Version(_) => "track_unsupported_version",
            Self::RouteFile(_) => "track_route_file",
            Self::Name(_) => "track_name",
            Self::Title => "track_title",
            Self::StationCount(_) => "track_station_count",
            Self::NotFinite(_) => "track_not_finite",
            Self::Open(_) => "track_open",
            Self::Gap { .. } => "track_gap",
            Self::Length(_) => "track_length",
            Self::TooNarrow { .. } => "track_too_narrow",
            Self::Borders(_) => "track_borders",
            Self::Crossing { .. } => "track_crossing",
            Self::Drawing => "track_drawing",
        }
    }
}

impl Track {
    /// A track of `stations`, the first not repeated at the end.
    pub fn new(name: &str, title: &str, stations: Vec<Station>) -> Result<Self, TrackError> {
        let is_name_byte = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        if name.is_empty() || name.len() > MAX_TRACK_NAME_BYTES || !name.bytes().all(is_name_byte) {
            return Err(TrackError::Name(name.chars().take(MAX_TRACK_NAME_BYTES).collect()));
        }
        if title.is_empty() || title.len() > MAX_TRACK_TITLE_BYTES || title.chars().any(char::is_control) {
            return Err(TrackError::Title);
        }
        track_shape::check(&stations)?;
        Ok(Self { name: name.to_owned(), title: title.to_owned(), stations })
    }

    /// The track in `bytes`: a track file of ours, or a route file of DeepRacer. A route file holds no name; the track
    /// gets one from `file_stem` (`reinvent_base` for `reinvent_base.npy`).
    pub fn parse(file_stem: &str, bytes: &[u8]) -> Result<Self, TrackError> {
        if bytes.is_empty() {
            return Err(TrackError::Empty);
        }
        if bytes.len() > MAX_TRACK_BYTES {
            return Err(TrackError::TooLarge(bytes.len()));
        }
        if route_file::is_route_file(bytes) {
            let stations = route_file::parse(bytes)?;
            return Self::new(&file_stem.to_ascii_lowercase().replace([' ', '.'], "-"), file_stem, stations);
        }
        track_text::parse(bytes)
    }

    /// The track as a file of ours. [`Track::parse`] gives back an equal track.
    pub fn to_text(&self) -> String {
        track_text::write(self)
    }

    /// The track as a route file of DeepRacer, which loses its name. [`Track::parse`] gives back the same stations.
    pub fn to_route_file(&self) -> Vec<u8> {
        route_file::write(&self.stations)
    }

    /// Short name: lower-case letters, digits, '-' and '_'.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name that people read.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The stations in driving order; the first is not repeated at the end.
    pub fn stations(&self) -> &[Station] {
        &self.stations
    }

    /// Length of the centre line, metres.
    pub fn length_m(&self) -> f64 {
        track_shape::length_m(&self.stations)
    }

    /// What tells this track from any other: the digest of its stations' coordinates (f64, little-endian, in the order
    /// centre, inner, outer). The name does not count, so the same road under two names is the same track.
    pub fn sha256(&self) -> Sha256Hex {
        Sha256Hex::of(&self.station_bytes())
    }

    /// The stations' coordinates as f64, little-endian: `[N, 6]`, centre, inner, outer.
    pub(crate) fn station_bytes(&self) -> Vec<u8> {
        let coordinates = |station: &Station| [station.centre, station.inner, station.outer].concat();
        self.stations.iter().flat_map(coordinates).flat_map(f64::to_le_bytes).collect()
    }
}

impl Station {
    /// The station of one row: centre x, y, inner x, y, outer x, y.
    pub(crate) fn from_row([cx, cy, ix, iy, ox, oy]: [f64; 6]) -> Self {
        Self { centre: [cx, cy], inner: [ix, iy], outer: [ox, oy] }
    }
}
