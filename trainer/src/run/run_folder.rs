//! The folder of a run: what it leaves behind, and what it goes on from.
//!
//! | file | content |
//! |---|---|
//! | `policy.safetensors` | the best policy so far, by the referee's judgement |
//! | `last.safetensors` | the newest policy |
//! | `run.json` | the settings: enough to repeat the run to the bit |
//! | `tracks/` | the tracks, so that the run needs nothing else |
//! | `reward.py`, `reward.log` | the reward, if it is a file of the racer's, and what it printed |
//! | `metrics.jsonl` | one line per iteration |
//! | `events.out.tfevents.*` | the same, for TensorBoard |
//! | `simtrace/` | what a car did step by step, as DeepRacer's logs have it |
//! | `checkpoint.safetensors`, `journal-N.bin` | what `--resume` goes on from |

use crate::{
    failure::{Failure, bad_input, not_done},
    files,
    learn::algorithm::State,
    reward::Source,
    run::{
        checkpoint,
        journal::Journal,
        settings::Settings,
        simtrace::{Row, Simtrace},
        task::Task,
        tensorboard::EventWriter,
    },
};
use serde_json::Value;
use sim_spec::{Policy, Replay, Track, observation::ObservationSpec};
use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

const POLICY: &str = "policy.safetensors";
const LAST: &str = "last.safetensors";
const RUN: &str = "run.json";
const TRACKS: &str = "tracks";
const REWARD: &str = "reward.py";
const REWARD_LOG: &str = "reward.log";
const SIMTRACE: &str = "simtrace";
const METRICS: &str = "metrics.jsonl";
const CHECKPOINT: &str = "checkpoint.safetensors";

/// A run's folder.
pub struct RunFolder {
    path: PathBuf,
    metrics: File,
    journal: Journal,
    /// While the run goes on.
    records: Option<Records>,
}

/// What a run writes besides its own files, for tools that others made.
struct Records {
    events: EventWriter,
    simtrace: Simtrace,
}

impl Records {
    fn open(path: &Path, iteration: u64, resumed_at: Option<u64>) -> Result<Self, Failure> {
        let simtrace = Simtrace::open(&path.join(SIMTRACE), iteration)?;
        Ok(Self { events: EventWriter::open(path, resumed_at)?, simtrace })
    }
}

fn secs_since_epoch() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// A run that was found in its folder.
pub struct Found {
    pub folder: RunFolder,
    pub settings: Settings,
    pub task: Task,
    /// The best policy so far, if one was written.
    pub policy: Option<Policy>,
}

impl RunFolder {
    /// A new run that has learned `state` so far. A folder that holds a run already is not touched.
    pub fn create(path: &Path, settings: &Settings, task: &Task, state: &State) -> Result<Self, Failure> {
        if path.join(RUN).exists() {
            return Err(bad_input(
                path.display(),
                "holds a run already; go on with --resume, or name another folder with --out",
            ));
        }
        fs::create_dir_all(path.join(TRACKS)).map_err(|error| bad_input(path.display(), error))?;
        for track in &task.tracks {
            files::write_whole(&track_path(path, track.name()), track.to_text().as_bytes())?;
        }
        task.reward.log_to(path.join(REWARD_LOG));
        if let Some(source) = task.reward.text() {
            files::write_whole(&path.join(REWARD), source.as_bytes())?;
        }
        let metrics = File::create(path.join(METRICS)).map_err(|error| not_done(path.display(), error))?;
        let journal = Journal::new(path, settings.config.restart_every);
        let mut records = Records::open(path, 0, None)?;
        let text = format!("```json\n{}\n```", settings.to_text());
        records.events.text(0, secs_since_epoch(), "run.json", &text)?;
        let mut folder = Self { path: path.to_owned(), metrics, journal, records: Some(records) };
        // The settings come last: a folder with settings is a run that can be resumed.
        folder.write_checkpoint(state, &[])?;
        folder.write_settings(settings)?;
        Ok(folder)
    }

    /// A run that was begun.
    pub fn open(path: &Path) -> Result<Found, Failure> {
        let settings = Settings::read(&path.join(RUN))?;
        let tracks = settings.tracks.iter().map(|entry| {
            let file = track_path(path, &entry.name);
            let track = files::read_track(&file.to_string_lossy())?;
            match track.sha256() == entry.sha256 {
                true => Ok(track),
                false => Err(bad_input(file.display(), "not the track that the run began on")),
            }
        });
        let tracks: Vec<Track> = tracks.collect::<Result<_, _>>()?;
        let reward = Source::reopen(&settings.reward, &path.join(REWARD))?;
        reward.log_to(path.join(REWARD_LOG));
        let observation = ObservationSpec::find(&settings.observation)
            .ok_or_else(|| bad_input(&settings.observation, "this version of paddock has no such observation"))?;
        let task =
            Task { tracks, course: settings.course.clone(), observation, action: settings.action.clone(), reward };
        let policy = path.join(POLICY);
        let policy = if policy.exists() { Some(files::read_policy(&policy)?.0) } else { None };
        let metrics = OpenOptions::new().append(true).create(true).open(path.join(METRICS));
        let metrics = metrics.map_err(|error| not_done(path.display(), error))?;
        let journal = Journal::new(path, settings.config.restart_every);
        let folder = Self { path: path.to_owned(), metrics, journal, records: None };
        Ok(Found { folder, settings, task, policy })
    }

    /// What the run goes on from: what it had learned at its checkpoint, and what its cars were told since they started.
    /// Metrics of later iterations are removed, since those are done again. `first` is the state that such a run begins with.
    pub fn resume(&mut self, first: &State, settings: &Settings) -> Result<(State, Vec<Vec<f32>>), Failure> {
        let state = checkpoint::read(&self.path.join(CHECKPOINT), first)?;
        let driven = self.journal.resume(state.iteration, settings.config.numbers_driven())?;
        self.metrics = metrics_up_to(&self.path.join(METRICS), state.iteration)?;
        let steps = state.iteration * settings.steps_per_iteration();
        self.records = Some(Records::open(&self.path, state.iteration, Some(steps))?);
        Ok((state, driven))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the policy is.
    pub fn policy_path(&self) -> PathBuf {
        self.path.join(POLICY)
    }

    /// Where it keeps its track of that name.
    pub fn track_path(&self, name: &str) -> PathBuf {
        track_path(&self.path, name)
    }

    /// Adds a line to the metrics, and to TensorBoard's.
    pub fn log(&mut self, line: &Value) -> Result<(), Failure> {
        // One write: a killed run leaves whole lines, but for the last.
        self.metrics.write_all(format!("{line}\n").as_bytes()).map_err(|error| not_done(METRICS, error))?;
        let Some(records) = &mut self.records else { return Ok(()) };
        let numbers = line.as_object().into_iter().flatten();
        let scalars: Vec<(&str, f64)> = numbers
            .filter(|(name, _)| name.contains('/'))
            .filter_map(|(name, value)| Some((name.as_str(), value.as_f64()?)))
            .collect();
        records.events.scalars(line["steps"].as_u64().unwrap_or_default(), secs_since_epoch(), &scalars)
    }

    /// What the last line of the metrics says of `name`.
    pub fn last_metric(&self, name: &str) -> Option<f64> {
        let text = fs::read_to_string(self.path.join(METRICS)).ok()?;
        serde_json::from_str::<Value>(text.lines().last()?).ok()?[name].as_f64()
    }

    /// Takes the episodes of training cars that ended in the iteration before `iteration`.
    pub fn trace(&mut self, iteration: u64, episodes: Vec<Vec<Row>>) -> Result<(), Failure> {
        let Some(records) = &mut self.records else { return Ok(()) };
        records.simtrace.add(iteration - 1, episodes)
    }

    /// Takes the race of a policy that is better than those before.
    pub fn trace_race(&mut self, iteration: u64, replay: &Replay) -> Result<(), Failure> {
        let Some(records) = &mut self.records else { return Ok(()) };
        records.simtrace.evaluation(iteration, std::slice::from_ref(replay), secs_since_epoch())
    }

    /// All cars start anew after `iteration`.
    pub fn restart(&mut self, iteration: u64) -> Result<(), Failure> {
        let Some(records) = &mut self.records else { return Ok(()) };
        records.simtrace.restart(iteration);
        records.events.flush()
    }

    /// Writes the best policy.
    pub fn write_policy(&self, policy: &Policy) -> Result<(), Failure> {
        files::write_whole(&self.policy_path(), &policy.to_bytes())
    }

    /// Writes the newest policy.
    pub fn write_last(&self, policy: &Policy) -> Result<(), Failure> {
        files::write_whole(&self.path.join(LAST), &policy.to_bytes())
    }

    /// Writes what a run goes on from; `driven` is what its cars were told in the last iteration, or nothing if they start
    /// anew. What the checkpoint counts on is written before it.
    pub fn write_checkpoint(&mut self, state: &State, driven: &[f32]) -> Result<(), Failure> {
        self.journal.add(state.iteration, driven)?;
        files::write_often(&self.path.join(CHECKPOINT), &checkpoint::to_bytes(state))?;
        self.journal.forget_before(state.iteration);
        Ok(())
    }

    pub fn write_settings(&self, settings: &Settings) -> Result<(), Failure> {
        files::write_whole(&self.path.join(RUN), format!("{}\n", settings.to_text()).as_bytes())
    }
}

fn track_path(run: &Path, name: &str) -> PathBuf {
    run.join(TRACKS).join(format!("{name}.toml"))
}

/// The metrics without what came after the checkpoint: those iterations are done again.
fn metrics_up_to(path: &Path, iteration: u64) -> Result<File, Failure> {
    // A file that is there and cannot be read must not be taken for an empty one and be overwritten.
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(not_done(path.display(), format!("cannot be read: {error}"))),
    };
    let is_kept = |line: &&str| {
        let line: Option<Value> = serde_json::from_str(line).ok();
        line.and_then(|line| line["iteration"].as_u64()).is_some_and(|number| number <= iteration)
    };
    let kept: String = text.lines().take_while(is_kept).flat_map(|line| [line, "\n"]).collect();
    files::write_whole(path, kept.as_bytes())?;
    OpenOptions::new().append(true).open(path).map_err(|error| not_done(path.display(), error))
}
