//! The trace of a race, made by running its replay again.

use super::{Row, Status};
use sim::{
    judge::{Entrant, Faults},
    race::Race,
    referee::{Mismatch, run_again},
};
use sim_spec::{RaceRules, RaceStatus, Replay};

/// The rows of the car of that number: an episode per lap, as in DeepRacer's evaluation. `secs_since_epoch`: when the race
/// was run.
pub fn evaluation_rows(replay: &Replay, car: usize, secs_since_epoch: f64) -> Result<Vec<Row>, Mismatch> {
    let mut rows: Vec<Row> = Vec::with_capacity(replay.steps().len() + 1);
    let mut faults = Faults::default();
    let mut is_over = false;
    run_again(replay, |race| {
        if is_over {
            return;
        }
        let (now, entrant) = (Row::of(race.world(), car), race.entrant(car));
        let now = Row { wall_secs: secs_since_epoch, ..now };
        match rows.last() {
            None => rows.push(Row { secs: race.secs(), ..now }),
            Some(before) => {
                let row = after(before, now, race, car, faults, replay.rules());
                rows.push(row);
                if row.status == Status::LapComplete && entrant.status().is_none() {
                    // The next lap begins where and when this one ended.
                    rows.push(Row { episode: row.episode + 1, secs: row.secs, ..now });
                }
                is_over = entrant.status().is_some();
            }
        }
        faults = entrant.faults();
    })?;
    Ok(rows)
}

/// The row that follows `before`: `now`, with all that the judge says. `faults`: those up to `before`.
fn after(before: &Row, now: Row, race: &Race, car: usize, faults: Faults, rules: &RaceRules) -> Row {
    let entrant = race.entrant(car);
    let is_lap = entrant.laps().len() as u64 > before.episode;
    let status = match is_lap {
        true => Status::LapComplete,
        false => status(race.car(car).is_held(), entrant, faults),
    };
    let length_m = f64::from(now.track_length_m);
    let share = entrant.distance_m() / length_m - before.episode as f64;
    let row = Row {
        episode: before.episode,
        steps: before.steps + 1,
        progress_percent: if is_lap { 100.0 } else { (share * 100.0).clamp(0.0, 100.0) },
        secs: if is_lap { entrant.last_line_secs() } else { race.secs() },
        is_done: is_lap || entrant.status().is_some(),
        crashes: before.crashes + entrant.faults().crashes - faults.crashes,
        status,
        ..now
    };
    match status {
        // It stands where it was put back by now; where it went wrong is nearer to where it was a step ago.
        Status::OffTrack => Row { is_all_on_track: false, pause_secs: rules.off_track_penalty_secs, ..at(row, before) },
        Status::Crashed => Row { pause_secs: rules.crash_penalty_secs, ..at(row, before) },
        Status::Immobilised | Status::Reversed => Row { pause_secs: rules.off_track_penalty_secs, ..at(row, before) },
        Status::Pause => Row { pause_secs: before.pause_secs, ..row },
        _ => row,
    }
}

/// `row` at the place of another.
fn at(row: Row, place: &Row) -> Row {
    let Row { x_m, y_m, yaw_deg, closest_waypoint, progress_percent, .. } = *place;
    Row { x_m, y_m, yaw_deg, closest_waypoint, progress_percent, ..row }
}

/// What happened in a step that ended no lap.
fn status(is_held: bool, entrant: &Entrant, faults: Faults) -> Status {
    let now = entrant.faults();
    let happened = [
        (now.off_tracks > faults.off_tracks, Status::OffTrack),
        (now.crashes > faults.crashes, Status::Crashed),
        (now.immobilised > faults.immobilised, Status::Immobilised),
        (now.reversed > faults.reversed, Status::Reversed),
        (entrant.status() == Some(RaceStatus::TimeUp), Status::TimeUp),
        (is_held, Status::Pause),
    ];
    happened.into_iter().find(|(has, _)| *has).map_or(Status::InProgress, |(_, status)| status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::builtin_tracks;

    fn rows_of(speed_mps: f32, rules: &RaceRules) -> (Replay, Vec<Row>) {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let replay = sim::referee::race(&track, &sim::drivers::centre_line(speed_mps), rules, 1);
        let rows = evaluation_rows(&replay, 0, 0.0).expect("a true replay");
        (replay, rows)
    }

    #[test]
    fn laps_are_episodes_with_the_referees_times() {
        let (replay, rows) = rows_of(1.5, &RaceRules { laps: 2, ..RaceRules::default() });
        for (number, lap) in replay.result().laps.iter().enumerate() {
            let rows: Vec<_> = rows.iter().filter(|row| row.episode == number as u64).collect();
            let [first, .., last] = &rows[..] else { panic!("rows") };
            assert_eq!((first.status, first.steps, first.progress_percent), (Status::Prepare, 0, 0.0));
            assert_eq!((last.status, last.is_done, last.progress_percent), (Status::LapComplete, true, 100.0));
            assert!((last.secs - first.secs - lap.secs).abs() < 1e-9);
            let between = &rows[1..rows.len() - 1];
            assert!(between.iter().all(|row| row.status == Status::InProgress && row.is_all_on_track && !row.is_done));
            assert!(between.iter().all(|row| (row.speed_mps - 1.5).abs() < 1e-3), "the commanded speed");
            assert!(rows.is_sorted_by(|one, next| one.progress_percent <= next.progress_percent));
        }
        let driven = replay.steps().len();
        assert_eq!(rows.len(), driven + 2, "a row per step, and one per start");
    }

    #[test]
    fn a_penalty_is_a_fault_and_a_pause() {
        let rules = RaceRules { laps: 1, time_limit_secs: 20.0, ..RaceRules::default() };
        let (replay, rows) = rows_of(3.5, &rules);
        let faults: Vec<_> = (0..rows.len()).filter(|index| rows[*index].status == Status::OffTrack).collect();
        assert_eq!(faults.len() as u32, replay.result().off_tracks);
        let fault = faults[0];
        assert!(!rows[fault].is_done && !rows[fault].is_all_on_track && rows[fault].pause_secs == 2.0);
        assert_eq!([rows[fault].x_m, rows[fault].y_m], [rows[fault - 1].x_m, rows[fault - 1].y_m]);
        // Two seconds are thirty steps, the one of the fault among them.
        let pause = rows[fault + 1..].iter().take_while(|row| row.status == Status::Pause).count();
        assert!((29..=30).contains(&pause), "{pause}");
    }

    #[test]
    fn a_race_without_a_lap_ends_in_its_only_episode() {
        let (_, rows) = rows_of(0.5, &RaceRules { time_limit_secs: 3.0, ..RaceRules::default() });
        let last = rows.last().expect("rows");
        assert_eq!((last.episode, last.status, last.is_done), (0, Status::TimeUp, true));
        assert!(last.progress_percent > 0.0 && last.progress_percent < 20.0);
    }
}
