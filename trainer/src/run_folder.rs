//! The folder of a run: what it leaves behind, and what it goes on from.
//!
//! | file | content |
//! |---|---|
//! | `policy.safetensors` | the best policy so far, by the referee's judgement |
//! | `run.json` | the settings: enough to repeat the run to the bit |
//! | `track.toml` | the track, so that the run needs nothing else |
//! | `metrics.jsonl` | one line per iteration |
//! | `checkpoint.safetensors` | what `--resume` goes on from |

use crate::{
    checkpoint,
    config::Config,
    failure::{Failure, bad_input, not_done},
    files,
    network::Layout,
    ppo::State,
    reward::{self, Reward},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sim_spec::{Policy, Sha256Hex, Track};
use std::{
    fs::{self, File, OpenOptions},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

const FORMAT: &str = "paddock-run";
const VERSION: u32 = 1;
const POLICY: &str = "policy.safetensors";
const RUN: &str = "run.json";
const TRACK: &str = "track.toml";
const METRICS: &str = "metrics.jsonl";
const CHECKPOINT: &str = "checkpoint.safetensors";

/// What decides a run: `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub format: String,
    pub version: u32,
    /// `paddock` and its version.
    pub trainer_version: String,
    /// Version of the simulator that the run was driven in.
    pub sim_version: String,
    /// Digest of `track.toml`'s road.
    pub track_sha256: Sha256Hex,
    pub track: String,
    pub observation: String,
    pub algorithm: String,
    pub reward: String,
    pub seed: u64,
    /// Laps that a policy is judged over; the best by them is the one that is kept.
    pub laps: u32,
    /// Control steps done so far. `--steps` of this number, with all else as here, gives the same policy to the bit.
    pub steps: u64,
    pub config: Config,
}

impl Settings {
    /// The settings of a new run.
    pub fn new(track: &Track, reward: &Reward, seed: u64, laps: u32, config: Config) -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            trainer_version: trainer_version(),
            sim_version: sim::SIM_VERSION.into(),
            track_sha256: track.sha256(),
            track: track.name().into(),
            observation: sim_spec::observation::STATE_V1.id.into(),
            algorithm: "ppo".into(),
            reward: reward.name.into(),
            seed,
            laps,
            steps: 0,
            config,
        }
    }
}

/// The program and its version, as it stands in policies.
pub fn trainer_version() -> String {
    format!("paddock {}", env!("CARGO_PKG_VERSION"))
}

/// A run's folder.
pub struct RunFolder {
    path: PathBuf,
    metrics: BufWriter<File>,
}

/// A run that was found in its folder.
pub struct Found {
    pub folder: RunFolder,
    pub settings: Settings,
    pub track: Track,
    pub reward: &'static Reward,
    pub state: State,
    /// The best policy so far, if one was written.
    pub policy: Option<Policy>,
}

impl RunFolder {
    /// A new run. A folder that holds a run already is not touched.
    pub fn create(path: &Path, settings: &Settings, track: &Track) -> Result<Self, Failure> {
        if path.join(RUN).exists() {
            return Err(bad_input(
                path.display(),
                "holds a run already; go on with --resume, or name another folder with --out",
            ));
        }
        fs::create_dir_all(path).map_err(|error| bad_input(path.display(), error))?;
        files::write_whole(&path.join(TRACK), track.to_text().as_bytes())?;
        let metrics = File::create(path.join(METRICS)).map_err(|error| not_done(path.display(), error))?;
        let folder = Self { path: path.to_owned(), metrics: BufWriter::new(metrics) };
        folder.write_settings(settings)?;
        Ok(folder)
    }

    /// A run to go on with.
    pub fn open(path: &Path) -> Result<Found, Failure> {
        let text = fs::read_to_string(path.join(RUN))
            .map_err(|error| bad_input(path.display(), format!("holds no run to resume: {error}")))?;
        let not_valid = |error: serde_json::Error| bad_input(path.join(RUN).display(), error);
        let settings: Settings = serde_json::from_str(&text).map_err(not_valid)?;
        if settings.format != FORMAT || settings.version != VERSION {
            return Err(bad_input(path.join(RUN).display(), "not a run of this version of paddock"));
        }
        let track = files::read_track(&path.join(TRACK).to_string_lossy())?;
        if track.sha256() != settings.track_sha256 {
            return Err(bad_input(path.join(TRACK).display(), "not the track that the run began on"));
        }
        let reward = reward::find(&settings.reward)
            .ok_or_else(|| bad_input(&settings.reward, "this version of paddock has no such reward"))?;
        settings.config.check().map_err(|why| bad_input(path.join(RUN).display(), why))?;
        let layout =
            Layout { observation: sim_spec::observation::STATE_V1.len(), hidden: settings.config.hidden.clone() };
        let state = checkpoint::read(&path.join(CHECKPOINT), layout.parameters())?;
        let policy = path.join(POLICY);
        let policy = if policy.exists() { Some(files::read_policy(&policy)?.0) } else { None };
        let metrics = metrics_up_to(&path.join(METRICS), state.iteration)?;
        let folder = Self { path: path.to_owned(), metrics: BufWriter::new(metrics) };
        Ok(Found { folder, settings, track, reward, state, policy })
    }

    /// Where the policy is.
    pub fn policy_path(&self) -> PathBuf {
        self.path.join(POLICY)
    }

    /// Adds a line to the metrics.
    pub fn log(&mut self, line: &Value) -> Result<(), Failure> {
        writeln!(self.metrics, "{line}").map_err(|error| not_done(METRICS, error))
    }

    /// Writes the best policy.
    pub fn write_policy(&self, policy: &Policy) -> Result<(), Failure> {
        files::write_whole(&self.policy_path(), &policy.to_bytes())
    }

    /// Writes what a run goes on from. The metrics are on disk before the checkpoint that counts on them.
    pub fn write_checkpoint(&mut self, state: &State, settings: &Settings) -> Result<(), Failure> {
        self.metrics.flush().map_err(|error| not_done(METRICS, error))?;
        checkpoint::write(&self.path.join(CHECKPOINT), state)?;
        self.write_settings(settings)
    }

    fn write_settings(&self, settings: &Settings) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(settings).expect("settings are plain data");
        files::write_whole(&self.path.join(RUN), format!("{text}\n").as_bytes())
    }
}

/// The metrics without what came after the checkpoint: those iterations are done again.
fn metrics_up_to(path: &Path, iteration: u64) -> Result<File, Failure> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let is_kept = |line: &&str| {
        let line: Option<Value> = serde_json::from_str(line).ok();
        line.and_then(|line| line["iteration"].as_u64()).is_some_and(|number| number <= iteration)
    };
    let kept: String = text.lines().take_while(is_kept).flat_map(|line| [line, "\n"]).collect();
    files::write_whole(path, kept.as_bytes())?;
    OpenOptions::new().append(true).open(path).map_err(|error| not_done(path.display(), error))
}
