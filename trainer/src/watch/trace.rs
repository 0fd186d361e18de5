//! A lap as it was driven: its line, and how long its parts took.

use crate::{
    failure::Failure,
    report::sectors,
    run::{evaluation, trial::LAPS},
};
use sim::{Telemetry, referee};
use sim_spec::{Policy, RaceResult, Track};

/// Parts of equal length that a lap is compared by.
pub const SECTORS: usize = 3;

/// The quickest lap of a race, or what was driven of the first where none was completed.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Seconds, if a lap was completed.
    pub lap_secs: Option<f64>,
    /// Whether the car stayed on the road.
    pub is_clean: bool,
    /// Seconds of each sector, of a completed lap.
    pub sectors: Option<[f64; SECTORS]>,
    /// Where the car was, metres.
    pub line: Vec<[f32; 2]>,
}

impl Trace {
    /// A lap of `policy`, from the first start of the evaluation.
    pub fn of(policy: &Policy, track: &Track) -> Result<Self, Failure> {
        let replay = referee::race(track, policy, &evaluation::rules(track, LAPS)?, 1);
        let telemetry = referee::telemetry(&replay, 0).expect("a race that was just run is true");
        Ok(Self::quickest(replay.result(), &telemetry, track.length_m()))
    }

    fn quickest(result: &RaceResult, telemetry: &Telemetry, length_m: f64) -> Self {
        let quicker = |a: &&sim_spec::Lap, b: &&sim_spec::Lap| b.clean.cmp(&a.clean).then(a.secs.total_cmp(&b.secs));
        let lap = result.laps.iter().min_by(quicker);
        let number = lap.map_or(1, |lap| lap.lap);
        let driven = telemetry.lap.iter().zip(telemetry.x_m.iter().zip(&telemetry.y_m));
        let line = driven.filter(|(lap, _)| **lap == number).map(|(_, (x, y))| [*x, *y]).collect();
        let sectors = lap.and_then(|lap| sectors::of_lap(telemetry, lap.lap, length_m));
        Self { lap_secs: lap.map(|lap| lap.secs), is_clean: lap.is_some_and(|lap| lap.clean), sectors, line }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::builtin_tracks;

    #[test]
    fn the_sectors_of_a_steady_lap_are_equal_and_add_up() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let trace = Trace::of(&sim::drivers::centre_line(1.5), &track).expect("three laps");
        let (lap, sectors) = (trace.lap_secs.expect("a lap"), trace.sectors.expect("sectors"));
        assert!(trace.is_clean);
        assert!((sectors.iter().sum::<f64>() - lap).abs() < 1e-9);
        // It holds its speed on the centre line: a third each.
        for sector in sectors {
            assert!((sector - lap / 3.0).abs() < 0.1, "{sectors:?} of {lap}");
        }
        let (x, y) = (trace.line[0][0], trace.line[0][1]);
        let [end_x, end_y] = trace.line[trace.line.len() - 1];
        assert!((end_x - x).hypot(end_y - y) < 0.5, "once round");
    }
}
