//! A training run from its first iteration to its last: learn, look how good it is, keep what is best.

use crate::{
    failure::{Failure, bad_input, not_done},
    learn::algorithm::{self, Algorithm, Report, State},
    live::{Facts, Iteration, Live},
    par_cache,
    run::{
        config::Config,
        evaluation::{Evaluation, Exam, beats},
        limits::Limits,
        run_folder::{Found, RunFolder},
        settings::{Settings, trainer_version},
        task::Task,
    },
};
use serde_json::{Map, Value, json};
use sim_spec::{Policy, Provenance, RaceType, limits::MAX_PROVENANCE_TRACKS};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Under which the mean share of a lap that an episode drives is logged.
const COMPLETION: &str = "charts/completion_rate";

/// A run under way.
pub struct Training {
    algorithm: Box<dyn Algorithm>,
    folder: RunFolder,
    settings: Settings,
    task: Task,
    /// The best policy so far, and how it raced.
    best: Option<(Policy, Evaluation)>,
    /// Control steps after which it was found.
    best_steps: u64,
    /// Whether the best policy is newer than its file.
    is_best_unwritten: bool,
    /// Mean share of a lap that an episode drives; of the last iteration in which whole ones ended.
    completion: f64,
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
    /// A run that begins in the folder `path` with `state`: random weights, or what another run has learned.
    pub fn new(path: &Path, settings: Settings, task: Task, state: State) -> Result<Self, Failure> {
        // What would fail at the first look at the policy fails before there is a folder.
        Exam::new(&task, settings.laps)?;
        let algorithm = algorithm::begin(&settings, &task, state.clone(), &[])?;
        let policy = algorithm.policy(provenance(&settings, &task, 0));
        policy.map_err(|error| bad_input("what would be learned could not be raced", error))?;
        let folder = RunFolder::create(path, &settings, &task, &state)?;
        Ok(Self {
            algorithm,
            folder,
            settings,
            task,
            best: None,
            best_steps: 0,
            is_best_unwritten: false,
            completion: 0.0,
        })
    }

    /// A run that goes on from its checkpoint.
    pub fn resume(found: Found) -> Result<Self, Failure> {
        let Found { mut folder, settings, task, policy } = found;
        let first = algorithm::first_state(&settings, &task);
        let (state, driven) = folder.resume(&first, &settings)?;
        let algorithm = algorithm::begin(&settings, &task, state, &driven)?;
        let exam = Exam::new(&task, settings.laps)?;
        let best = policy.map(|policy| {
            let evaluation = exam.take(&policy);
            (policy, evaluation)
        });
        let best_steps = best.as_ref().map_or(algorithm.steps(), |(policy, _)| policy.provenance().steps);
        let completion = folder.last_metric(COMPLETION).unwrap_or_default();
        Ok(Self { algorithm, folder, settings, task, best, best_steps, is_best_unwritten: false, completion })
    }

    /// Trains until a limit is reached. The files in the run's folder are whole at every moment, and a run that is killed
    /// loses the iteration that it is in.
    pub fn run(&mut self, limits: Limits, live: &mut Live) -> Result<Outcome, Failure> {
        let Config { evaluate_every, restart_every, .. } = self.settings.config;
        let start = Instant::now();
        let laps = limits.clean_laps.unwrap_or(self.settings.laps);
        let exam = Exam::new(&self.task, laps)?;
        if let (Some((policy, evaluation)), true) = (&mut self.best, laps != self.settings.laps) {
            // A resumed run may be asked for other laps than it began with; races are compared over the same.
            *evaluation = exam.take(policy);
        }
        let mut is_reached = limits.clean_laps.is_none();
        while !live.wants_to_stop() && !self.is_over(&limits, start.elapsed()) {
            let before = (start.elapsed(), self.algorithm.steps());
            let report = self.algorithm.iterate()?;
            self.completion = report.tally.completion_rate().unwrap_or(self.completion);
            let steps_per_sec = (self.algorithm.steps() - before.1) as f64 / (start.elapsed() - before.0).as_secs_f64();
            let evaluation = match self.algorithm.iteration().is_multiple_of(evaluate_every) {
                true => Some(self.evaluate(&exam, live)?),
                false => None,
            };
            self.folder.log(&self.metrics(&report, steps_per_sec, evaluation.as_ref()))?;
            self.folder.trace(self.algorithm.iteration(), self.algorithm.traced())?;
            self.write_best()?;
            self.folder.write_checkpoint(&self.algorithm.state(), &self.algorithm.driven())?;
            if self.algorithm.iteration().is_multiple_of(restart_every) {
                self.write_progress()?;
                self.folder.restart(self.algorithm.iteration())?;
            }
            live.show(&self.iteration(&report, steps_per_sec, evaluation.as_ref()));
            if limits.clean_laps.is_some() && evaluation.is_some_and(|evaluation| evaluation.is_clean()) {
                is_reached = true;
                break;
            }
        }
        let time = start.elapsed();
        self.evaluate(&exam, live)?;
        self.is_best_unwritten = true;
        self.write_best()?;
        self.write_progress()?;
        live.finish();
        let (_, evaluation) = self.best.clone().ok_or_else(|| not_done("training", "no iteration was done"))?;
        Ok(Outcome { steps: self.algorithm.steps(), time, evaluation, is_reached })
    }

    fn is_over(&self, limits: &Limits, elapsed: Duration) -> bool {
        let steps = self.algorithm.steps();
        limits.time.is_some_and(|limit| elapsed >= limit)
            || limits.steps.is_some_and(|limit| steps >= limit)
            || limits.patience.is_some_and(|limit| steps >= self.best_steps.saturating_add(limit))
    }

    pub fn folder(&self) -> &RunFolder {
        &self.folder
    }

    pub fn task(&self) -> &Task {
        &self.task
    }

    /// The policy as it is now.
    fn policy(&self) -> Result<Policy, Failure> {
        let setting = if self.settings.is_sac() { "sac.learning_rate" } else { "learning_rate" };
        let advice = format!("begin a new run with a smaller learning rate by --set {setting}=…");
        let broken = |error| not_done("the training broke down", format!("{error}; {advice}"));
        self.algorithm.policy(provenance(&self.settings, &self.task, self.algorithm.steps())).map_err(broken)
    }

    /// Races the policy as it is now, and keeps it if none so far is better. Who learns head to head is better if it beats
    /// the best so far on the road, once it can drive laps at all.
    fn evaluate(&mut self, exam: &Exam, live: &mut Live) -> Result<Evaluation, Failure> {
        let policy = self.policy()?;
        let evaluation = exam.take(&policy);
        if live.draws_laps() {
            let lap = sim::referee::telemetry(&evaluation.replay, 0);
            live.lap(&lap.map_err(|error| not_done("the evaluation's race", error))?);
        }
        let (is_better, is_kept) = match &self.best {
            None => (true, true),
            Some((champion, best)) => match self.task.course.race_type {
                RaceType::HeadToHead { .. } if best.completed_laps() > 0 => {
                    let wins = beats(&policy, champion, &self.task, self.settings.laps);
                    (wins, wins)
                }
                _ => {
                    let is_better = evaluation.is_better_than(best);
                    // Of policies that come equally far and never finish, the newest has learned most.
                    (is_better, is_better || evaluation.ties_unfinished(best))
                }
            },
        };
        if is_better {
            self.folder.trace_race(self.algorithm.iteration(), &evaluation.replay)?;
            self.best_steps = self.algorithm.steps();
        }
        if is_kept {
            self.best = Some((policy, evaluation.clone()));
            self.is_best_unwritten = true;
        }
        Ok(evaluation)
    }

    /// What the live view has to know beforehand.
    pub fn facts(&self, limits: Limits) -> Facts {
        let Settings { observation, algorithm, reward, seed, .. } = &self.settings;
        let tracks = self.task.tracks.iter().map(|track| track.name()).collect::<Vec<_>>().join(", ");
        let algorithm = format!("{algorithm:?}").to_lowercase();
        let settings = vec![tracks, observation.clone(), algorithm, reward.name.clone(), format!("seed {seed}")];
        let track = self.task.tracks[0].clone();
        let par_secs = par_cache::kept(&track).map(|par| par.lap_secs);
        Facts { settings, limits, track, par_secs }
    }

    fn iteration(&self, report: &Report, steps_per_sec: f64, evaluation: Option<&Evaluation>) -> Iteration {
        Iteration {
            steps: self.algorithm.steps(),
            steps_per_sec,
            reward: report.tally.reward.iter().sum::<f64>() / report.tally.steps.max(1) as f64,
            completion: self.completion,
            entropy: report.entropy,
            best_lap_secs: self.best_lap_secs(),
            lap_secs: evaluation.and_then(Evaluation::best_clean_lap_secs),
        }
    }

    fn best_lap_secs(&self) -> Option<f64> {
        self.best.as_ref().and_then(|(_, evaluation)| evaluation.best_clean_lap_secs())
    }

    /// Writes the best policy if it is new.
    fn write_best(&mut self) -> Result<(), Failure> {
        if let (true, Some((policy, _))) = (self.is_best_unwritten, &self.best) {
            self.folder.write_policy(policy)?;
            self.is_best_unwritten = false;
        }
        Ok(())
    }

    /// Writes the newest policy, and how far the run is.
    fn write_progress(&mut self) -> Result<(), Failure> {
        self.settings.steps = self.algorithm.steps();
        self.folder.write_last(&self.policy()?)?;
        self.folder.write_settings(&self.settings)
    }

    /// One line of `metrics.jsonl`. Names are paths, as TensorBoard groups them.
    fn metrics(&self, report: &Report, steps_per_sec: f64, evaluation: Option<&Evaluation>) -> Value {
        let tally = &report.tally;
        let per_step = |sum: f64| sum / tally.steps.max(1) as f64;
        let mut line = Map::new();
        let mut put = |name: &str, value: Value| line.insert(name.into(), value);
        put("iteration", self.algorithm.iteration().into());
        put("steps", self.algorithm.steps().into());
        put("charts/steps_per_sec", steps_per_sec.round().into());
        put("charts/learning_rate", report.learning_rate.into());
        put(COMPLETION, self.completion.into());
        put("charts/speed_mps", (per_step(tally.distance_m) * f64::from(sim::CONTROL_HZ)).into());
        put("charts/off_tracks", tally.off_track.into());
        put("charts/crashes", tally.crashed.into());
        put("charts/episodes", tally.episodes().into());
        for (name, sum) in self.algorithm.terms().iter().zip(&tally.reward) {
            put(&format!("reward/{name}"), per_step(*sum).into());
        }
        put("losses/entropy", report.entropy.into());
        for (name, number) in &report.more {
            put(name, (*number).into());
        }
        if let Some(evaluation) = evaluation {
            put("eval/completed_laps", evaluation.completed_laps().into());
            put("eval/is_clean", evaluation.is_clean().into());
            put("eval/best_lap_secs", json!(evaluation.best_clean_lap_secs()));
        }
        Value::Object(line)
    }
}

/// Where a policy that has been trained for `steps` control steps comes from.
fn provenance(settings: &Settings, task: &Task, steps: u64) -> Provenance {
    Provenance {
        trainer_version: trainer_version(),
        seed: settings.seed,
        steps,
        reward: task.reward.name(),
        reward_sha256: task.reward.sha256(),
        parent_sha256: settings.parent_sha256,
        tracks: task.tracks.iter().take(MAX_PROVENANCE_TRACKS).map(|track| track.name().into()).collect(),
    }
}
