//! Each rule of a race from a hand-made situation.

use crate::{harbour, ring};
use sim::{CONTROL_HZ, drivers, race::Race, referee};
use sim_spec::{RaceRules, RaceStatus, Sha256Hex};

/// Straight ahead at 4 m/s.
const STRAIGHT_ON: [f32; 2] = [0.0, 1.0];
/// Straight ahead at a crawl.
const CRAWL: [f32; 2] = [0.0, -1.0];

fn result_of(race: Race) -> sim_spec::RaceResult {
    race.into_result(&harbour(), Sha256Hex::of(b"nobody"), 0)
}

#[test]
fn who_leaves_the_track_stands_where_it_left_while_the_clock_runs() {
    let rules = RaceRules { off_track_penalty_secs: 2.0, ..RaceRules::default() };
    let mut race = Race::new(&ring(3.0), &rules, 1);
    let mut left_at_m = 0.0;
    while !race.is_penalised() {
        left_at_m = race.distance_m();
        race.step(STRAIGHT_ON);
    }
    let left_at_secs = race.secs();
    assert!(race.car().place().lateral_m.abs() < 1e-4, "on the centre line");
    assert_eq!(race.car().motion().velocity.length(), 0.0);
    assert!(race.distance_m() >= left_at_m && race.distance_m() < left_at_m + 0.3);
    let mut standing_steps = 0;
    while race.is_penalised() {
        let before = race.car().position();
        race.step(STRAIGHT_ON);
        standing_steps += 1;
        if race.is_penalised() {
            assert_eq!(race.car().position(), before, "a held car does not move");
        }
    }
    assert!((standing_steps as f64 / f64::from(CONTROL_HZ) - 2.0).abs() < 0.1);
    assert!((race.secs() - left_at_secs - 2.0).abs() < 0.1, "the clock runs on");
    race.step(STRAIGHT_ON);
    assert!(race.car().motion().velocity.x > 0.0, "and then it drives on");
}

#[test]
fn every_off_track_is_counted_and_spoils_its_lap() {
    // Grip of 0.7 holds 2.9 m/s on a radius of 1.2 m; a driver of 4 m/s leaves the ring again and again.
    let replay = referee::race(&ring(1.2), &drivers::centre_line(4.0), &RaceRules::default(), 1);
    let result = replay.result();
    assert!(result.off_tracks > 0);
    for lap in &result.laps {
        assert_eq!(lap.clean, lap.off_tracks == 0);
    }
    let on_laps: u32 = result.laps.iter().map(|lap| lap.off_tracks).sum();
    assert!(on_laps <= result.off_tracks);
    if result.status == RaceStatus::Finished {
        assert_eq!(on_laps, result.off_tracks);
    }
}

#[test]
fn a_lap_is_as_long_as_the_track_and_as_quick_as_the_car() {
    let result = referee::race(&ring(3.0), &drivers::centre_line(2.0), &RaceRules::default(), 1).result().clone();
    assert_eq!(result.status, RaceStatus::Finished);
    assert_eq!((result.completed_laps, result.laps.len(), result.off_tracks), (3, 3, 0));
    // Flying laps of 2π · 3 m. At 2 m/s less the rolling resistance (1.985 m/s), and a line a little inside.
    for lap in &result.laps[1..] {
        assert!((lap.secs - 18.85 / 1.985).abs() < 0.3, "{}", lap.secs);
    }
    let sum: f64 = result.laps.iter().map(|lap| lap.secs).sum();
    assert!((result.total_secs - sum).abs() < 1e-9);
    assert_eq!(result.best_lap_secs, result.laps.iter().map(|lap| lap.secs).min_by(f64::total_cmp));
}

#[test]
fn the_time_limit_ends_a_race() {
    let rules = RaceRules { time_limit_secs: 5.0, ..RaceRules::default() };
    let mut race = Race::new(&harbour(), &rules, 1);
    while race.status().is_none() {
        race.step(CRAWL);
    }
    let result = result_of(race);
    assert_eq!((result.status, result.total_secs, result.completed_laps), (RaceStatus::TimeUp, 5.0, 0));
    assert_eq!(result.best_lap_secs, None);
}

#[test]
fn nothing_moves_after_the_end() {
    let rules = RaceRules { laps: 1, ..RaceRules::default() };
    let mut race = Race::new(&harbour(), &RaceRules { time_limit_secs: 1.0, ..rules }, 1);
    while race.status().is_none() {
        race.step(CRAWL);
    }
    let (secs, position) = (race.secs(), race.car().position());
    race.step(STRAIGHT_ON);
    assert_eq!((race.secs(), race.car().position()), (secs, position));
}

#[test]
fn the_seed_decides_the_grid_slot() {
    let start = |seed| Race::new(&harbour(), &RaceRules::default(), seed).car().position();
    assert_eq!(start(1), start(1));
    assert_ne!(start(1), start(2));
}
