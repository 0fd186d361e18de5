//! A training run from its first iteration to its last: learn, look how good it is, keep what is best.

use crate::{
    config::Config,
    evaluation::Evaluation,
    export,
    failure::{Failure, not_done},
    limits::Limits,
    network::Layout,
    ppo::{Ppo, Report},
    progress::Progress,
    reward::Reward,
    run_folder::{Found, RunFolder, Settings, trainer_version},
};
use serde_json::{Map, Value, json};
use sim_spec::{Policy, Provenance, RaceRules, Track, observation::STATE_V1};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// A run under way.
pub struct Training {
    ppo: Ppo,
    folder: RunFolder,
    settings: Settings,
    track: Track,
    reward: &'static Reward,
    /// The best policy so far, and how it raced.
    best: Option<(Policy, Evaluation)>,
    /// Whether the best policy is newer than its file.
    is_best_unwritten: bool,
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    pub steps: u64,
    pub time: Duration,
    /// How the best policy raced.
    pub evaluation: Evaluation,
    /// Whether everything that was asked for was reached.
    pub is_reached: bool,
}

impl Training {
    /// A run that has not begun.
    pub fn new(folder: RunFolder, settings: Settings, track: Track, reward: &'static Reward) -> Self {
        let ppo = Ppo::new(settings.config.clone(), settings.seed, track.clone(), reward);
        Self { ppo, folder, settings, track, reward, best: None, is_best_unwritten: false }
    }

    /// A run that goes on from its checkpoint.
    pub fn resume(found: Found) -> Result<Self, Failure> {
        let Found { folder, settings, track, reward, state, policy } = found;
        let ppo = Ppo::resume(settings.config.clone(), settings.seed, track.clone(), reward, state);
        let best = match policy {
            Some(policy) => {
                let evaluation = Evaluation::of(&policy, &track, &Evaluation::rules(&track, settings.laps)?);
                Some((policy, evaluation))
            }
            None => None,
        };
        Ok(Self { ppo, folder, settings, track, reward, best, is_best_unwritten: false })
    }

    /// Trains until a limit is reached. The files in the run's folder are whole at every moment.
    pub fn run(&mut self, limits: Limits, progress: &mut Progress) -> Result<Outcome, Failure> {
        let Config { evaluate_every, checkpoint_every, .. } = self.settings.config;
        let start = Instant::now();
        let laps = limits.clean_laps.unwrap_or(self.settings.laps);
        let rules = Evaluation::rules(&self.track, laps)?;
        let mut is_reached = limits.clean_laps.is_none();
        loop {
            let is_due = |limit: Option<Duration>| limit.is_some_and(|limit| start.elapsed() >= limit);
            if progress.wants_to_stop()
                || is_due(limits.time)
                || limits.steps.is_some_and(|limit| self.ppo.steps() >= limit)
            {
                break;
            }
            let before = (start.elapsed(), self.ppo.steps());
            let report = self.ppo.iterate();
            let steps_per_sec = (self.ppo.steps() - before.1) as f64 / (start.elapsed() - before.0).as_secs_f64();
            let evaluation = match self.ppo.iteration().is_multiple_of(evaluate_every) {
                true => Some(self.evaluate(&rules)?),
                false => None,
            };
            self.folder.log(&self.metrics(&report, steps_per_sec, evaluation.as_ref()))?;
            if self.ppo.iteration().is_multiple_of(checkpoint_every) {
                self.save()?;
            }
            progress.show(&report, self.ppo.steps(), steps_per_sec, start.elapsed(), self.best_lap_secs(), &limits);
            if limits.clean_laps.is_some() && evaluation.is_some_and(|evaluation| evaluation.is_clean()) {
                is_reached = true;
                break;
            }
        }
        let time = start.elapsed();
        self.evaluate(&rules)?;
        self.is_best_unwritten = true;
        self.save()?;
        progress.finish();
        let (_, evaluation) = self.best.clone().ok_or_else(|| not_done("training", "no iteration was done"))?;
        Ok(Outcome { steps: self.ppo.steps(), time, evaluation, is_reached })
    }

    /// Where the policy is written to.
    pub fn policy_path(&self) -> PathBuf {
        self.folder.policy_path()
    }

    /// The track that is trained on.
    pub fn track(&self) -> &Track {
        &self.track
    }

    /// Races the policy as it is now, and keeps it if it is the best so far.
    fn evaluate(&mut self, rules: &RaceRules) -> Result<Evaluation, Failure> {
        let (parameters, normaliser) = self.ppo.parameters();
        let layout = Layout { observation: STATE_V1.len(), hidden: self.settings.config.hidden.clone() };
        let provenance = Provenance {
            trainer_version: trainer_version(),
            seed: self.settings.seed,
            steps: self.ppo.steps(),
            reward: self.reward.name.into(),
            reward_sha256: None,
            parent_sha256: None,
            tracks: vec![self.track.name().into()],
        };
        let policy = export::policy(&layout, parameters, normaliser, provenance)
            .map_err(|error| not_done("the training broke down", error))?;
        let evaluation = Evaluation::of(&policy, &self.track, rules);
        let is_better = self.best.as_ref().is_none_or(|(_, best)| evaluation.is_better_than(best));
        if is_better {
            self.best = Some((policy, evaluation.clone()));
            self.is_best_unwritten = true;
        }
        Ok(evaluation)
    }

    fn best_lap_secs(&self) -> Option<f64> {
        self.best.as_ref().and_then(|(_, evaluation)| evaluation.best_clean_lap_secs())
    }

    /// Writes the best policy if it is new, and what the run goes on from.
    fn save(&mut self) -> Result<(), Failure> {
        if let (true, Some((policy, _))) = (self.is_best_unwritten, &self.best) {
            self.folder.write_policy(policy)?;
            self.is_best_unwritten = false;
        }
        self.settings.steps = self.ppo.steps();
        self.folder.write_checkpoint(&self.ppo.state(), &self.settings)
    }

    /// One line of `metrics.jsonl`. Names are paths, as TensorBoard groups them.
    fn metrics(&self, report: &Report, steps_per_sec: f64, evaluation: Option<&Evaluation>) -> Value {
        let Report { tally, losses, .. } = report;
        let per_row = |sum: f64| sum / losses.rows.max(1.0);
        let per_step = |sum: f64| sum / tally.steps.max(1) as f64;
        let mut line = Map::new();
        let mut put = |name: &str, value: Value| line.insert(name.into(), value);
        put("iteration", self.ppo.iteration().into());
        put("steps", self.ppo.steps().into());
        put("charts/steps_per_sec", steps_per_sec.round().into());
        put("charts/learning_rate", report.learning_rate.into());
        put("charts/completion_rate", tally.completion_rate().into());
        put("charts/speed_mps", (per_step(tally.distance_m) * f64::from(sim::CONTROL_HZ)).into());
        put("charts/off_tracks", tally.off_track.into());
        put("charts/episodes", tally.episodes().into());
        for (name, sum) in self.reward.terms.iter().zip(tally.reward) {
            put(&format!("reward/{name}"), per_step(sum).into());
        }
        put("losses/policy", per_row(losses.policy).into());
        put("losses/value", per_row(losses.value).into());
        put("losses/approx_kl", per_row(losses.approx_kl).into());
        put("losses/clip_fraction", per_row(losses.clipped).into());
        put("losses/entropy", report.entropy.into());
        put("losses/explained_variance", report.explained_variance.into());
        put("losses/gradient_norm", report.gradient_norm.into());
        if let Some(evaluation) = evaluation {
            let laps: u32 = evaluation.results.iter().map(|result| result.completed_laps).sum();
            put("eval/completed_laps", laps.into());
            put("eval/is_clean", evaluation.is_clean().into());
            put("eval/best_lap_secs", json!(evaluation.best_clean_lap_secs()));
        }
        Value::Object(line)
    }
}
