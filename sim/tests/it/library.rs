//! Every built-in track, and generated ones, can be raced round both ways.

use sim::{drivers, referee};
use sim_spec::{Direction, RaceRules, RaceStatus, Track, builtin_tracks, track_generator};

/// Slow enough for the tightest curve of the library.
const SPEED_MPS: f32 = 1.2;
/// Generated tracks that are raced on.
const GENERATED: u64 = 12;

fn finishes_cleanly(track: &Track, direction: Direction) {
    let rules = RaceRules { laps: 1, direction, ..RaceRules::default() };
    let replay = referee::race(track, &drivers::centre_line(SPEED_MPS), &rules, 1);
    assert_eq!(replay.result().status, RaceStatus::Finished, "{} {direction:?}", track.name());
    assert_eq!(replay.result().off_tracks, 0, "{} {direction:?}", track.name());
}

#[test]
fn every_track_of_the_library_and_of_seeds_is_raced_both_ways() {
    let built_in = builtin_tracks::names().into_iter().filter_map(builtin_tracks::find);
    for track in built_in.chain((0..GENERATED).map(track_generator::generate)) {
        finishes_cleanly(&track, Direction::Forward);
        finishes_cleanly(&track, Direction::Reverse);
    }
}
