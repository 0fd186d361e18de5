//! Which of two is better: policies, rewards or settings.
//!
//! 1. **Race** ([`Plan::scores`]): two policies race from the same starts. Rewards and settings are trained first, with
//!    the same seeds, and what came out is raced from three starts each.
//! 2. **Compare** ([`Comparison::of`]): who comes farther wins; of two that finish, the quicker.
//! 3. **Say it**: [`Comparison::sentence`] for a person, [`picture::lines`] for the eye.

pub mod contender;
pub mod picture;
mod verdict;

pub use contender::Contender;
pub use verdict::{Comparison, Verdict};

use crate::run::evaluation;
use crate::{
    failure::Failure,
    run::{
        settings::{AlgorithmName, Settings},
        trial::{self, LAPS, Trial},
    },
};
use serde::{Deserialize, Serialize};
use sim::referee::{self, Entry};
use sim_spec::{Policy, RaceRules, RaceStatus, Replay, Sha256Hex, Track};
use std::{cmp::Ordering, path::PathBuf};

/// Starts that a freshly trained policy is raced from.
const STARTS: u64 = 3;

/// How one side did: in one race, or over the races of one training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Share of the race's way that was driven, 0 to 1.
    pub completion: f64,
    /// Seconds a lap, penalties included, if all was driven.
    pub lap_secs: Option<f64>,
    /// Way over time, to the finish or to the time limit.
    pub pace_mps: f64,
}

impl Score {
    /// Farther is better; of two that finish, the quicker.
    pub fn against(&self, other: &Self) -> Ordering {
        let by_time = match (self.lap_secs, other.lap_secs) {
            (Some(mine), Some(theirs)) => theirs.total_cmp(&mine),
            (mine, theirs) => mine.is_some().cmp(&theirs.is_some()),
        };
        self.completion.total_cmp(&other.completion).then(by_time)
    }

    /// The score of a race.
    fn of(replay: &Replay) -> Self {
        let (result, track) = (replay.result(), replay.track());
        let laps = replay.rules().laps;
        let way_m = f64::from(laps) * track.length_m();
        let driven_m = match result.status {
            RaceStatus::Finished => way_m,
            // How far it came stands in no result; the replay knows.
            _ => referee::telemetry(replay, 0).map_or(0.0, |it| it.progress_m.last().copied().unwrap_or(0.0).into()),
        };
        let is_finished = result.status == RaceStatus::Finished;
        Self {
            completion: (driven_m / way_m).clamp(0.0, 1.0),
            lap_secs: is_finished.then(|| result.total_secs / f64::from(laps)),
            pace_mps: driven_m.max(0.0) / result.total_secs,
        }
    }

    /// The mean of several races; it finished if all of them did.
    pub fn mean(scores: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| scores.iter().map(of).sum::<f64>() / scores.len() as f64;
        let laps: Option<Vec<f64>> = scores.iter().map(|score| score.lap_secs).collect();
        Self {
            completion: mean(|score| score.completion),
            lap_secs: laps.map(|laps| laps.iter().sum::<f64>() / laps.len() as f64),
            pace_mps: mean(|score| score.pace_mps),
        }
    }
}

/// What is to be compared, and on what.
pub struct Plan {
    pub contenders: [Contender; 2],
    pub tracks: Vec<Track>,
    /// Starts per track, or trainings per track and side.
    pub seeds: u64,
    /// Control steps of a training.
    pub steps: u64,
    pub laps: u32,
    /// Trainings are kept here, and not done again.
    pub folder: PathBuf,
}

impl Plan {
    /// Whether something has to be trained first.
    pub fn trains(&self) -> bool {
        self.contenders.iter().any(|contender| matches!(contender, Contender::Recipe { .. }))
    }

    /// `[track][seed]` pairs of A's and B's scores. `done` is told of each part of the work, with how much there is.
    pub fn scores(&self, mut done: impl FnMut(usize, usize)) -> Result<Vec<Vec<[Score; 2]>>, Failure> {
        let parts = self.tracks.len() * self.seeds as usize * 2;
        let mut part = 0;
        let mut scores = Vec::with_capacity(self.tracks.len());
        for track in &self.tracks {
            let rules = evaluation::rules(track, self.laps)?;
            let mut of_track = Vec::with_capacity(self.seeds as usize);
            for seed in 1..=self.seeds {
                let mut pair = Vec::with_capacity(2);
                for contender in &self.contenders {
                    pair.push(self.score(contender, track, &rules, seed)?);
                    part += 1;
                    done(part, parts);
                }
                of_track.push([pair[0], pair[1]]);
            }
            scores.push(of_track);
        }
        Ok(scores)
    }

    fn score(&self, contender: &Contender, track: &Track, rules: &RaceRules, seed: u64) -> Result<Score, Failure> {
        match contender {
            Contender::Policy { policy, .. } if !self.trains() => Ok(race(policy, track, rules, &[seed])),
            Contender::Policy { policy, .. } => Ok(race(policy, track, rules, &starts())),
            Contender::Recipe { recipe, .. } => {
                let trial = Trial { recipe, tracks: std::slice::from_ref(track), seed, steps: self.steps };
                let folder = self.folder.join(name(&trial)?);
                trial.train(&folder, self.steps)?;
                Ok(race(&trial::policy(&folder)?, track, rules, &starts()))
            }
        }
    }
}

fn starts() -> Vec<u64> {
    (1..=STARTS).collect()
}

/// The mean score of a policy from these starts.
pub fn race(policy: &Policy, track: &Track, rules: &RaceRules, seeds: &[u64]) -> Score {
    let policies = [policy];
    let entries: Vec<Entry> =
        seeds.iter().map(|seed| Entry { track, policies: &policies, rules, seed: *seed }).collect();
    Score::mean(&referee::races(&entries).iter().map(Score::of).collect::<Vec<_>>())
}

/// A training's folder: equal trainings have the same one, so that asking for more seeds trains only those.
fn name(trial: &Trial) -> Result<String, Failure> {
    let Trial { recipe, tracks, seed, steps } = trial;
    let (task, config) = (recipe.task(tracks)?, recipe.config()?);
    let settings = Settings::new(&task, recipe.algorithm.unwrap_or(AlgorithmName::Ppo), *seed, LAPS, config);
    let text = serde_json::to_string(&settings).expect("settings are plain data");
    let digest = Sha256Hex::of(format!("{steps} {text}").as_bytes()).to_string();
    Ok(format!("{}-{}-{seed}-{steps}", tracks[0].name(), &digest[..12]))
}
