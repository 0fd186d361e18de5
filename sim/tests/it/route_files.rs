//! DeepRacer's own route files can be raced on, both ways round, and are written as they were read.

use sim::{drivers, referee};
use sim_spec::{Direction, RaceRules, RaceStatus, Track};
use std::{fs, path::Path};

/// The route files lie beside the checkout. A checkout without them (a released source archive) has its own proof in
/// sim-spec's tests, which write a route file and read it.
#[test]
fn the_published_routes_import_race_and_export() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/tracks");
    let Ok(files) = fs::read_dir(folder) else { return };
    for file in files {
        let path = file.expect("a folder entry").path();
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let bytes = fs::read(&path).expect("a readable file");
        let track = Track::parse(&stem, &bytes).expect(&stem);
        assert!(track.to_route_file() == bytes, "{stem} is written as it was read");
        for direction in [Direction::Forward, Direction::Reverse] {
            let rules = RaceRules { direction, ..RaceRules::default() };
            let replay = referee::race(&track, &drivers::centre_line(2.0), &rules, 1);
            assert_eq!(replay.result().status, RaceStatus::Finished, "{stem} {direction:?}");
            assert_eq!(replay.result().off_tracks, 0, "{stem} {direction:?}");
        }
    }
}
