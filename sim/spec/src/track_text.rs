//! Our own track file: TOML, version 1.
//!
//! ```toml
//! format = "paddock-track"
//! version = 1
//! name = "harbour"
//! title = "Harbour loop"
//! # one row per station: centre x, y, inner x, y, outer x, y; metres
//! stations = [
//!   [0.0, 0.0, 0.0, 0.4, 0.0, -0.4],
//!   # ...
//! ]
//! ```
//!
//! The first station is not repeated at the end. Numbers are written with as many digits as a float64 needs, so that
//! reading gives the same bits.

use crate::{Station, Track, TrackError};
use serde::Deserialize;
use std::fmt::Write as _;

const FORMAT: &str = "paddock-track";
const VERSION: u64 = 1;

/// What is read first, so that a file of a later version is told by its version and not by its news.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "version")]
    _version: u64,
    name: String,
    title: String,
    stations: Vec<[f64; 6]>,
}

pub fn parse(bytes: &[u8]) -> Result<Track, TrackError> {
    let text = std::str::from_utf8(bytes).map_err(|_| TrackError::Text("it is not text".into()))?;
    let in_one_line = |error: toml::de::Error| TrackError::Text(error.message().replace('\n', " "));
    let head: Head = toml::from_str(text).map_err(in_one_line)?;
    if head.format != FORMAT {
        return Err(TrackError::Text(format!("its format is {:?}, not {FORMAT:?}", head.format)));
    }
    if head.version != VERSION {
        return Err(TrackError::Version(head.version));
    }
    let body: Body = toml::from_str(text).map_err(in_one_line)?;
    Track::new(&body.name, &body.title, body.stations.into_iter().map(Station::from_row).collect())
}

pub fn write(track: &Track) -> String {
    let title = toml::Value::from(track.title());
    let mut text =
        format!("format = \"{FORMAT}\"\nversion = {VERSION}\nname = \"{}\"\ntitle = {title}\n", track.name());
    text.push_str("# one row per station: centre x, y, inner x, y, outer x, y; metres\nstations = [\n");
    for Station { centre: [cx, cy], inner: [ix, iy], outer: [ox, oy] } in track.stations() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  [{cx:?}, {cy:?}, {ix:?}, {iy:?}, {ox:?}, {oy:?}],");
    }
    text.push_str("]\n");
    text
}

#[cfg(test)]
mod tests {
    use crate::{Track, TrackError, builtin_tracks};
    use proptest::prelude::*;

    #[test]
    fn writing_and_reading_gives_the_same_bits() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let again = Track::parse("", track.to_text().as_bytes()).expect("our own text");
        assert_eq!(again, track);
        assert_eq!(again.sha256(), track.sha256());
    }

    #[test]
    fn what_is_not_ours_is_told_apart() {
        let cases: [(&[u8], &str); 7] = [
            (b"", "track_empty"),
            (b"\xff\xfe", "track_text"),
            (b"hello", "track_text"),
            (b"format = \"gpx\"\nversion = 1", "track_text"),
            (b"format = \"paddock-track\"\nversion = 2", "track_unsupported_version"),
            (b"format = \"paddock-track\"\nversion = 1\nname = \"a\"", "track_text"),
            (b"format = \"paddock-track\"\nversion = 1\nname = \"A B\"\ntitle = \"t\"\nstations = []", "track_name"),
        ];
        for (bytes, code) in cases {
            let error = Track::parse("stem", bytes).expect_err("no track");
            assert_eq!(error.code(), code, "{error}");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_read() {
        let error = Track::parse("stem", &vec![b'#'; 2_000_000]).expect_err("too large");
        assert_eq!(error, TrackError::TooLarge(2_000_000));
    }

    proptest! {
        #[test]
        fn no_changed_byte_panics(at in 0..10_000_usize, with in any::<u8>()) {
            let mut bytes = builtin_tracks::find("harbour").expect("a built-in track").to_text().into_bytes();
            let at = at % bytes.len();
            bytes[at] = with;
            if let Ok(track) = Track::parse("changed", &bytes) {
                prop_assert_eq!(Track::parse("", track.to_text().as_bytes()), Ok(track));
            }
        }
    }
}
