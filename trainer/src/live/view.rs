//! What the live view knows of a run: plain state, drawn by [`draw`](super::draw).

use super::series::Series;
use crate::run::limits::Limits;
use sim::Telemetry;
use sim_spec::Track;
use std::time::Duration;

/// What does not change during a run.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What is trained on, how, for what: short words for the title line.
    pub settings: Vec<String>,
    pub limits: Limits,
    /// The track on the map.
    pub track: Track,
    /// The best flying lap that physics allow there, if it is known.
    pub par_secs: Option<f64>,
}

/// An iteration that was done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Iteration {
    /// Control steps of the run so far.
    pub steps: u64,
    pub steps_per_sec: f64,
    /// Mean reward of a step.
    pub reward: f64,
    /// Mean share of a lap that an episode drove, 0 to 1.
    pub completion: f64,
    /// Entropy of the actions' distribution, nats.
    pub entropy: f64,
    /// The best clean lap of the run so far.
    pub best_lap_secs: Option<f64>,
    /// The best clean lap of this iteration's evaluation, if there was one.
    pub lap_secs: Option<f64>,
}

/// A point of a driven line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinePoint {
    pub position_m: [f64; 2],
    pub speed_mps: f64,
}

/// A run as it stands.
#[derive(Debug, Clone)]
pub struct View {
    pub facts: Facts,
    pub reward: Series,
    pub completion: Series,
    pub laps: Series,
    pub entropy: Series,
    pub steps_per_sec: Series,
    pub steps: u64,
    pub best_lap_secs: Option<f64>,
    /// The line of the last evaluated lap.
    pub line: Vec<LinePoint>,
    /// Whether the run was asked to stop.
    pub is_stopping: bool,
}

impl View {
    pub fn new(facts: Facts) -> Self {
        let [reward, completion, laps, entropy, steps_per_sec] = [const { Series::new() }; 5];
        Self {
            facts,
            reward,
            completion,
            laps,
            entropy,
            steps_per_sec,
            steps: 0,
            best_lap_secs: None,
            line: Vec::new(),
            is_stopping: false,
        }
    }

    /// Takes an iteration.
    pub fn add(&mut self, iteration: &Iteration) {
        self.reward.push(iteration.reward);
        self.completion.push(iteration.completion);
        self.entropy.push(iteration.entropy);
        self.steps_per_sec.push(iteration.steps_per_sec);
        if let Some(secs) = iteration.lap_secs {
            self.laps.push(secs);
        }
        self.steps = iteration.steps;
        self.best_lap_secs = iteration.best_lap_secs;
    }

    /// Takes the last lap of a race; of a race without a lap, all of it.
    pub fn lap(&mut self, telemetry: &Telemetry) {
        let last = (telemetry.lap_secs.len() as u32).max(1);
        let is_of_it = |sample: &usize| telemetry.lap[*sample] == last && !telemetry.off_track[*sample];
        let point = |sample: usize| LinePoint {
            position_m: [telemetry.x_m[sample].into(), telemetry.y_m[sample].into()],
            speed_mps: telemetry.speed_mps[sample].into(),
        };
        self.line = (0..telemetry.lap.len()).filter(is_of_it).map(point).collect();
    }

    /// How much of the run is done, by the limit that comes first, 0 to 1; 0 where only laps are asked for.
    pub fn share_done(&self, elapsed: Duration) -> f64 {
        let Limits { time, steps, .. } = self.facts.limits;
        let by_time = time.map_or(0.0, |limit| elapsed.as_secs_f64() / limit.as_secs_f64().max(f64::MIN_POSITIVE));
        let by_steps = steps.map_or(0.0, |limit| self.steps as f64 / limit.max(1) as f64);
        by_time.max(by_steps).min(1.0)
    }

    /// Seconds that are left, if that can be said.
    pub fn secs_left(&self, elapsed: Duration) -> Option<f64> {
        let share = self.share_done(elapsed);
        (share > 0.0).then(|| elapsed.as_secs_f64() * (1.0 - share) / share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::{RaceRules, builtin_tracks};

    pub fn view(limits: Limits) -> View {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        View::new(Facts { settings: vec!["harbour".into()], limits, track, par_secs: None })
    }

    #[test]
    fn the_limit_that_comes_first_counts() {
        let mut view = view(Limits { time: Some(Duration::from_secs(10)), steps: Some(1000), ..Limits::default() });
        let mut share = |steps, secs| {
            view.steps = steps;
            view.share_done(Duration::from_secs(secs))
        };
        assert_eq!([share(100, 5), share(900, 5), share(2000, 5)], [0.5, 0.9, 1.0]);
        // 5 s are half of it.
        view.steps = 0;
        assert_eq!(view.secs_left(Duration::from_secs(5)), Some(5.0));
        view.facts.limits = Limits::default();
        assert_eq!(view.secs_left(Duration::from_secs(5)), None);
    }

    #[test]
    fn the_last_whole_lap_is_on_the_map() {
        let mut view = view(Limits::default());
        let rules = RaceRules { laps: 2, ..RaceRules::default() };
        let replay = sim::referee::race(&view.facts.track, &sim::drivers::centre_line(1.5), &rules, 1);
        let telemetry = sim::referee::telemetry(&replay, 0).expect("a true replay");
        view.lap(&telemetry);
        let steps_per_lap = telemetry.lap.iter().filter(|lap| **lap == 2).count();
        assert_eq!(view.line.len(), steps_per_lap);
        assert!(view.line.iter().all(|point| point.speed_mps > 1.0), "a flying lap");
    }
}
