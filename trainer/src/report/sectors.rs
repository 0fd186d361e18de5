//! Equal parts of a lap, and the time that each takes.

use crate::par_cache::Par;
use sim::Telemetry;

/// Sectors of a lap. Real tracks have three; six say more precisely where time is lost, and are still quickly read.
pub const SECTORS: usize = 6;

/// The sector of a progress along the centre line, from 0.
pub fn sector_of(s_m: f64, length_m: f64) -> usize {
    ((s_m / length_m).rem_euclid(1.0) * SECTORS as f64) as usize % SECTORS
}

/// Seconds of each of `N` equal parts of a lap, from 1; `None` if the car did not drive it to its end.
pub fn of_lap<const N: usize>(telemetry: &Telemetry, lap: u32, length_m: f64) -> Option<[f64; N]> {
    let begin_m = f64::from(lap - 1) * length_m;
    let passed = |number: usize| passed_at(telemetry, begin_m + length_m * number as f64 / N as f64);
    let mut edges = (0..=N).map(passed).collect::<Option<Vec<f64>>>()?;
    // Where the referee has measured the lap, its ends are known better than the samples say.
    let ends = |laps: usize| telemetry.lap_secs.get(..laps).map(|secs| secs.iter().sum::<f64>());
    edges[0] = ends(lap as usize - 1)?;
    edges[N] = ends(lap as usize)?;
    Some(std::array::from_fn(|sector| edges[sector + 1] - edges[sector]))
}

/// When the car first was `way_m` from the line, between two samples.
fn passed_at(telemetry: &Telemetry, way_m: f64) -> Option<f64> {
    if way_m <= 0.0 {
        return Some(0.0);
    }
    let after = telemetry.progress_m.iter().position(|progress_m| f64::from(*progress_m) >= way_m);
    // The race ends with the line: the last sample may lie just before it.
    let Some(after) = after.filter(|after| *after > 0) else {
        return telemetry.secs.last().copied();
    };
    let [before_m, after_m] = [after - 1, after].map(|sample| f64::from(telemetry.progress_m[sample]));
    let share = (way_m - before_m) / (after_m - before_m);
    Some(telemetry.secs[after - 1] + share * (telemetry.secs[after] - telemetry.secs[after - 1]))
}

/// Seconds that par needs for each sector.
pub fn of_par(par: &Par, length_m: f64) -> [f64; SECTORS] {
    let mut secs = [0.0; SECTORS];
    let next = par.line.iter().cycle().skip(1);
    for (here, next) in par.line.iter().zip(next) {
        let [dx, dy] = [0, 1].map(|axis| next.position_m[axis] - here.position_m[axis]);
        secs[sector_of(here.s_m, length_m)] += dx.hypot(dy) * 2.0 / (here.speed_mps + next.speed_mps);
    }
    // Points are some centimetres apart; the lap's time is known exactly.
    let sum: f64 = secs.iter().sum();
    secs.map(|part| part * par.lap_secs / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::par_cache::ParPoint;
    use sim_spec::{RaceRules, builtin_tracks};

    #[test]
    fn sectors_are_equal_parts_and_wrap_round() {
        let cases = [(0.0, 0), (0.99, 0), (1.0, 1), (5.9, 5), (6.0, 0), (-0.5, 5)];
        for (s_m, sector) in cases {
            assert_eq!(sector_of(s_m, 6.0), sector, "{s_m}");
        }
    }

    #[test]
    fn sectors_add_up_to_the_lap() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let rules = RaceRules { laps: 2, ..RaceRules::default() };
        let replay = sim::referee::race(&track, &sim::drivers::centre_line(1.5), &rules, 1);
        let telemetry = sim::referee::telemetry(&replay, 0).expect("a true replay");
        for lap in 1..=2 {
            let sectors = of_lap::<SECTORS>(&telemetry, lap, track.length_m()).expect("a lap");
            let secs = replay.result().laps[lap as usize - 1].secs;
            assert!((sectors.iter().sum::<f64>() - secs).abs() < 1e-9);
            // At a steady speed from sector to sector about the same; the first lap starts from standing.
            let slowest = sectors.into_iter().fold(0.0, f64::max);
            assert!(slowest < secs / SECTORS as f64 * 1.5, "{sectors:?}");
        }
        assert_eq!(of_lap::<SECTORS>(&telemetry, 3, track.length_m()), None);
    }

    #[test]
    fn par_is_shared_by_way_and_speed() {
        // A square of 6 m once round, a metre and a half per side; twice as quick on the second half.
        let corners = [[0.0, 0.0], [1.5, 0.0], [1.5, 1.5], [0.0, 1.5]];
        let line: Vec<ParPoint> = (0..60)
            .map(|index| {
                let s_m = f64::from(index) * 0.1;
                let (side, along) = ((s_m / 1.5) as usize % 4, (s_m % 1.5) / 1.5);
                let [from, to] = [corners[side], corners[(side + 1) % 4]];
                let position_m = [0, 1].map(|axis| from[axis] + along * (to[axis] - from[axis]));
                ParPoint { s_m, position_m, speed_mps: if s_m < 3.0 { 1.0 } else { 2.0 } }
            })
            .collect();
        let par = Par { lap_secs: 4.5, line };
        let secs = of_par(&par, 6.0);
        assert!((secs.iter().sum::<f64>() - 4.5).abs() < 1e-9);
        for (sector, expected) in [1.0, 1.0, 1.0, 0.5, 0.5, 0.5].into_iter().enumerate() {
            assert!((secs[sector] - expected).abs() < 0.05, "{secs:?}");
        }
    }
}
