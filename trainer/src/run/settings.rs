//! `run.json`: all that decides a run.

use crate::{
    failure::{Failure, bad_input},
    run::{
        config::Config,
        task::{Course, Task},
    },
};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use sim_spec::{ActionSpace, Sha256Hex, Track};
use std::{fs, path::Path};
use tch::Device;

const FORMAT: &str = "paddock-run";
const VERSION: u32 = 2;

/// What decides a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub format: String,
    pub version: u32,
    /// `paddock` and its version.
    pub trainer_version: String,
    /// Version of the simulator that the run was driven in.
    pub sim_version: String,
    /// The tracks; their files are in the run's folder.
    pub tracks: Vec<TrackEntry>,
    pub observation: String,
    pub action: ActionSpace,
    pub algorithm: AlgorithmName,
    pub reward: RewardEntry,
    pub course: Course,
    /// Digest of the policy that the run began with.
    pub parent_sha256: Option<Sha256Hex>,
    pub device: DeviceName,
    pub seed: u64,
    /// Laps that a policy is judged over; the best by them is the one that is kept.
    pub laps: u32,
    /// Control steps done so far. `--steps` of this number, with all else as here, gives the same policy to the bit.
    pub steps: u64,
    pub config: Config,
}

/// A track of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackEntry {
    pub name: String,
    pub sha256: Sha256Hex,
}

/// A run's reward.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RewardEntry {
    pub name: String,
    /// Digest of its file, if it has one.
    pub sha256: Option<Sha256Hex>,
}

/// How an agent can learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum AlgorithmName {
    /// Proximal policy optimisation: quick by the clock
    Ppo,
    /// Soft actor-critic: learns more from a step, and takes longer over it
    Sac,
}

/// Where the network computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum DeviceName {
    Cpu,
    /// An NVIDIA GPU; needs a libtorch that was built for it
    Cuda,
    /// The GPU of a Mac
    Mps,
}

impl DeviceName {
    /// The device, if this machine and its libtorch have it.
    pub fn open(self) -> Result<Device, Failure> {
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda if tch::Cuda::is_available() => Ok(Device::Cuda(0)),
            Self::Mps if tch::utils::has_mps() => Ok(Device::Mps),
            Self::Cuda => Err(bad_input(
                "--device cuda",
                "this libtorch sees no NVIDIA GPU; build with LIBTORCH_USE_PYTORCH=1 and a PyTorch for CUDA, or use cpu",
            )),
            Self::Mps => Err(bad_input("--device mps", "this libtorch sees no GPU of a Mac; use cpu")),
        }
    }
}

impl Settings {
    /// The settings of a new run.
    pub fn new(task: &Task, algorithm: AlgorithmName, seed: u64, laps: u32, config: Config) -> Self {
        let entry = |track: &Track| TrackEntry { name: track.name().into(), sha256: track.sha256() };
        Self {
            format: FORMAT.into(),
            version: VERSION,
            trainer_version: trainer_version(),
            sim_version: sim::SIM_VERSION.into(),
            tracks: task.tracks.iter().map(entry).collect(),
            observation: task.observation.id.into(),
            action: task.action.clone(),
            algorithm,
            reward: RewardEntry { name: task.reward.name(), sha256: task.reward.sha256() },
            course: task.course.clone(),
            parent_sha256: None,
            device: DeviceName::Cpu,
            seed,
            laps,
            steps: 0,
            config,
        }
    }

    /// The settings as they are written.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("settings are plain data")
    }

    /// Control steps in one iteration, over all cars.
    pub fn steps_per_iteration(&self) -> u64 {
        let Config { sac, .. } = &self.config;
        match self.algorithm {
            AlgorithmName::Ppo => self.config.steps_per_iteration(),
            AlgorithmName::Sac => (sac.cars * sac.horizon) as u64,
        }
    }

    pub fn is_sac(&self) -> bool {
        self.algorithm == AlgorithmName::Sac
    }

    /// The settings in a file, checked.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text =
            fs::read_to_string(path).map_err(|error| bad_input(path.display(), format!("holds no run: {error}")))?;
        let bad = |why: &dyn std::fmt::Display| bad_input(path.display(), why);
        let settings: Self = serde_json::from_str(&text).map_err(|error| bad(&error))?;
        if settings.format != FORMAT || settings.version != VERSION {
            return Err(bad(&"not a run of this version of paddock"));
        }
        settings.config.check().map_err(|why| bad(&why))?;
        settings.action.check().map_err(|why| bad(&why))?;
        Ok(settings)
    }
}

/// The program and its version, as it stands in policies.
pub fn trainer_version() -> String {
    format!("paddock {}", env!("CARGO_PKG_VERSION"))
}
