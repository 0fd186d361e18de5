//! What a run's numbers come to: all that findings are drawn from.

use super::{
    race::Raced,
    run::{Run, is_fault},
    sectors::{self, SECTORS},
};
use crate::par_cache::Par;

/// A place where a car left the road or crashed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    pub position_m: [f64; 2],
    /// From 0.
    pub sector: usize,
    /// Whether the best policy made it in a race; else cars in training.
    pub is_race: bool,
}

/// A run in numbers. Curves are one value per iteration, in order.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub reward: Vec<f64>,
    /// Mean reward per step of each term.
    pub terms: Vec<(String, Vec<f64>)>,
    /// Share of a lap that an episode drove.
    pub completion: Vec<f64>,
    pub entropy: Vec<f64>,
    /// Whether actions are numbers of a list; entropy means something else then.
    pub is_discrete: bool,
    pub explained_variance: Vec<f64>,
    pub approx_kl: Vec<f64>,
    pub clip_fraction: Vec<f64>,
    /// Share of the run, 0 to 1, and best clean lap of each evaluation that had one, seconds.
    pub evaluated_laps: Vec<(f64, f64)>,
    pub best_lap_secs: Option<f64>,
    pub par_secs: f64,
    /// Of the best lap and of par, seconds.
    pub sector_secs: Option<[[f64; 2]; SECTORS]>,
    pub faults: Vec<Fault>,
    pub top_speed_mps: f64,
    pub par_top_speed_mps: f64,
    /// Share of control steps in which the commanded steering turns back by more than [`TURN_BACK_RAD`].
    pub zigzag: f64,
    /// Total time of each race, and how often the car was put back in it.
    pub races: Vec<(f64, u32)>,
}

/// Steering that moves so far one way and then so far back is no correction but a zigzag, radians: 5°, a sixth of the lock.
pub const TURN_BACK_RAD: f32 = 5.0 / 180.0 * std::f32::consts::PI;

impl Measured {
    pub fn of(run: &Run, raced: Option<&Raced>, par: &Par) -> Self {
        let length_m = run.track.length_m();
        let values = |name: &str| run.metrics.values(name);
        let terms: Vec<_> =
            run.metrics.names("reward/").map(|name| (name.to_owned(), values(&format!("reward/{name}")))).collect();
        let iterations = values("charts/completion_rate").len();
        let sum_at = |at: usize| terms.iter().filter_map(|(_, values)| values.get(at)).sum::<f64>();
        let last_steps = run.metrics.curve("steps").last().map_or(1.0, |(steps, _)| *steps);
        let laps = run.metrics.curve("eval/best_lap_secs");
        let best = raced.and_then(|raced| raced.best.as_ref());
        let par_sectors = sectors::of_par(par, length_m);
        Self {
            reward: (0..iterations).map(sum_at).collect(),
            terms,
            completion: steadied(&values("charts/completion_rate")),
            entropy: values("losses/entropy"),
            is_discrete: run.settings["action"].get("discrete").is_some(),
            explained_variance: values("losses/explained_variance"),
            approx_kl: values("losses/approx_kl"),
            clip_fraction: values("losses/clip_fraction"),
            evaluated_laps: laps.iter().map(|(steps, secs)| (steps / last_steps, *secs)).collect(),
            best_lap_secs: best.filter(|best| best.is_clean).map(|best| best.secs),
            par_secs: par.lap_secs,
            sector_secs: best.map(|best| std::array::from_fn(|at| [best.sector_secs[at], par_sectors[at]])),
            faults: faults(run, raced),
            top_speed_mps: raced.map_or(0.0, Raced::top_speed_mps),
            par_top_speed_mps: par.line.iter().map(|point| point.speed_mps).fold(0.0, f64::max),
            zigzag: raced.map_or(0.0, |raced| zigzag(&raced.commands)),
            races: raced.map_or(Vec::new(), |raced| {
                raced.results.iter().map(|result| (result.total_secs, resets(result))).collect()
            }),
        }
    }

    /// Faults of cars in training, per sector.
    pub fn training_faults(&self) -> [usize; SECTORS] {
        let mut counts = [0; SECTORS];
        self.faults.iter().filter(|fault| !fault.is_race).for_each(|fault| counts[fault.sector] += 1);
        counts
    }
}

fn resets(result: &sim_spec::RaceResult) -> u32 {
    result.off_tracks + result.crashes + result.immobilised + result.reversed
}

/// Where cars went wrong: in training by its traces, in races by where they were put back.
fn faults(run: &Run, raced: Option<&Raced>) -> Vec<Fault> {
    let road = sim::Road::new(&run.track);
    let length_m = f64::from(road.length_m());
    let training = run.training.iter().filter_map(|episode| {
        let last = episode.last().filter(|row| is_fault(row.status))?;
        let share = last.closest_waypoint as f64 / run.track.stations().len() as f64;
        let sector = sectors::sector_of(share * length_m, length_m);
        Some(Fault { position_m: [last.x_m.into(), last.y_m.into()], sector, is_race: false })
    });
    let races = raced.iter().flat_map(|raced| &raced.telemetry).flat_map(|telemetry| {
        let begins =
            (1..telemetry.off_track.len()).filter(|at| telemetry.off_track[*at] && !telemetry.off_track[at - 1]);
        // At the end of the race the car is done, not lost.
        let begins = begins.filter(|at| at + 1 < telemetry.off_track.len());
        begins.map(|at| Fault {
            position_m: [telemetry.x_m[at - 1].into(), telemetry.y_m[at - 1].into()],
            sector: sectors::sector_of(telemetry.progress_m[at - 1].into(), length_m),
            is_race: true,
        })
    });
    training.chain(races).collect()
}

/// Iterations to each side that a median is taken over.
const STEADIED_OVER: usize = 4;

/// Running median: when all cars start anew, the few episodes that end first are short ones, which says nothing.
fn steadied(values: &[f64]) -> Vec<f64> {
    let median = |at: usize| {
        let mut around = values[at.saturating_sub(STEADIED_OVER)..(at + STEADIED_OVER + 1).min(values.len())].to_vec();
        around.sort_by(f64::total_cmp);
        around[around.len() / 2]
    };
    (0..values.len()).map(median).collect()
}

/// How much steering is thrown from side to side.
fn zigzag(races: &[Vec<[f32; 2]>]) -> f64 {
    let (mut turns, mut steps) = (0, 0);
    for commands in races {
        for window in commands.windows(3) {
            let [there, back] = [window[1][0] - window[0][0], window[2][0] - window[1][0]];
            let is_turn = there * back < 0.0 && there.abs() > TURN_BACK_RAD && back.abs() > TURN_BACK_RAD;
            turns += usize::from(is_turn);
            steps += 1;
        }
    }
    f64::from(turns as u32) / f64::from(steps.max(1) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_dip_is_passed_over() {
        let mut values = [0.9; 20];
        values[10..12].fill(0.1);
        assert_eq!(steadied(&values), [0.9; 20]);
        assert!(steadied(&[]).is_empty());
    }

    #[test]
    fn steering_to_and_fro_is_a_zigzag_and_a_curve_is_not() {
        let commands = |steering: &[f32]| vec![steering.iter().map(|rad| [*rad, 1.0]).collect::<Vec<_>>()];
        // Of the three windows, two turn back by 0.4 rad; the last goes on.
        assert_eq!(zigzag(&commands(&[0.2, -0.2, 0.2, -0.2, -0.3])), 2.0 / 3.0);
        assert_eq!(zigzag(&commands(&[0.0, 0.2, 0.4, 0.5])), 0.0);
        assert_eq!(zigzag(&commands(&[0.0, 0.02, 0.0, 0.02])), 0.0, "a correction");
        assert_eq!(zigzag(&[]), 0.0);
    }
}
