//! The tracks that come with Paddock. All of them are our own drawings.

use crate::Track;

/// `(name, file)`, from easy to hard. The first is the default of every command.
const FILES: [(&str, &str); 3] = [
    ("harbour", include_str!("../tracks/harbour.toml")),
    ("ridge", include_str!("../tracks/ridge.toml")),
    ("cathedral", include_str!("../tracks/cathedral.toml")),
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
    }
}
