//! The tracks that come with Paddock. All of them are our own drawings; `examples/draw_tracks.rs` has most of the pens.

use crate::Track;

/// The track of every command that is not told another.
pub const DEFAULT: &str = "harbour";

macro_rules! files {
    ($($name:literal),* $(,)?) => { [$(($name, include_str!(concat!("../tracks/", $name, ".toml")))),*] };
}

/// `(name, file)`, from easy to hard ([`Track::difficulty`]).
const FILES: [(&str, &str); 12] = files![
    "lagoon",
    "orchard",
    "meadow",
    "lighthouse",
    "foundry",
    "harbour",
    "serpentine",
    "mill",
    "ridge",
    "quarry",
    "cathedral",
    "needle",
];

/// Names of the built-in tracks, from easy to hard.
pub fn names() -> [&'static str; FILES.len()] {
    FILES.map(|(name, _)| name)
}

/// The built-in track of that name.
pub fn find(name: &str) -> Option<Track> {
    let (_, text) = FILES.iter().find(|(known, _)| *known == name)?;
    Track::parse(name, text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_track_is_valid_and_named_as_its_file() {
        for name in names() {
            let track = find(name).unwrap_or_else(|| panic!("{name} is a track"));
            assert_eq!(track.name(), name);
        }
        assert!(find(DEFAULT).is_some());
    }
}
