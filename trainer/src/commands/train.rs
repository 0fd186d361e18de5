//! `paddock train`: what a person asks for. [`train_plan`](super::train_plan) makes a run of it.

use super::train_plan::Plan;
use crate::{
    allocator,
    failure::{Failure, bad_input, not_done},
    files::{read_policy, shell_word},
    learn::algorithm,
    live::Live,
    run::{
        limits::Limits,
        run_folder::{Found, RunFolder},
        settings::{AlgorithmName, DeviceName, Settings},
        task::Way,
        training::{Outcome, Training},
        trial::LAPS,
        warm_start,
    },
    watch::{self, Watch},
};
use clap::{Args, ValueEnum};
use sim::Starts;
use sim_spec::builtin_tracks;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Seconds of training where no limit is given: enough for quick clean laps on the built-in tracks.
const SECONDS: f64 = 20.0;
/// The same for each version of a reward that is watched: an answer before the hand has left the keyboard.
const WATCH_SECONDS: f64 = 5.0;
#[derive(Args)]
pub struct Train {
    /// Built-in track, or a track file of ours or of DeepRacer (.npy); several are learned at once
    #[arg(long, default_value = "harbour", num_args = 1..)]
    pub(super) track: Vec<String>,
    /// What the agent sees [default: state]
    #[arg(long, value_enum)]
    pub(super) obs: Option<Sees>,
    /// What the agent is paid for: one of ours, or a Python file with a reward_function(params) [default: progress]
    #[arg(long, value_name = "NAME|FILE.py")]
    pub(super) reward: Option<String>,
    /// How it learns [default: ppo]
    #[arg(long, value_enum)]
    pub(super) algo: Option<AlgorithmName>,
    /// Let it choose among so many actions: angles × speeds, for example 5x3
    #[arg(long, value_name = "ANGLESxSPEEDS")]
    pub(super) discrete: Option<String>,
    /// Which way round it learns to drive [default: forward]
    #[arg(long, value_enum)]
    pub(super) direction: Option<Way>,
    /// Where cars start while learning [default: anywhere]
    #[arg(long, value_enum)]
    pub(super) starts: Option<StartsName>,
    /// Vary grip, mass, delays and sensors from start to start, so that it trusts nothing too much
    #[arg(long)]
    pub(super) randomise: bool,
    /// Boxes that stand in the way
    #[arg(long, value_name = "N", conflicts_with_all = ["bots", "self_play"])]
    pub(super) boxes: Option<u32>,
    /// Slower cars that go round
    #[arg(long, value_name = "N", conflicts_with = "self_play")]
    pub(super) bots: Option<u32>,
    /// Race against that many earlier selves
    #[arg(long, value_name = "N")]
    pub(super) self_play: Option<u32>,
    /// Begin as this folder of a DeepRacer model says: hyperparameters, actions, sensor and reward, unchanged
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub(super) from: Option<PathBuf>,
    /// Begin with the settings in this file: TOML, or the run.json of another run
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Begin with what this policy can do
    #[arg(long, value_name = "POLICY", conflicts_with = "resume")]
    start_from: Option<PathBuf>,
    /// Change a setting, for example learning_rate=0.002 or hidden=[128,128]; run.json has all of them
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) settings: Vec<String>,
    /// Where the network computes
    #[arg(long, value_enum, default_value = "cpu")]
    device: DeviceName,
    /// Threads that learn side by side; results depend on it [default: one per core, a power of two up to 8]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    /// Stop after this many seconds [default: 20, if no other limit is given]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seconds: Option<f64>,
    /// Stop after this many control steps, over all cars
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Stop once N laps in a row are clean, from three different starts
    #[arg(long, value_name = "N")]
    until_laps: Option<u32>,
    /// Stop after this many control steps without a better policy
    #[arg(long, value_name = "STEPS")]
    patience: Option<u64>,
    /// Seed of everything random: the same seed gives the same agent, to the bit
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the policy, the settings and the metrics [default: runs/TRACK-SEED]
    #[arg(long, value_name = "DIR", conflicts_with = "resume")]
    out: Option<PathBuf>,
    /// Go on with the run in this folder; all that it learns stays as it was
    #[arg(long, value_name = "DIR", conflicts_with_all = [
        "track", "obs", "reward", "algo", "discrete", "direction", "starts", "randomise", "boxes", "bots", "self_play",
        "settings", "seed", "device", "threads", "from", "config",
    ])]
    resume: Option<PathBuf>,
    /// Do the run in this folder again, for as many steps: the same policy, to the bit, on the same machine
    #[arg(long, value_name = "DIR", conflicts_with_all = REPEATED)]
    repeat: Option<PathBuf>,
    /// Train anew on each save of this reward file, and show the new policy beside the last one
    #[arg(long, value_name = "FILE.py", conflicts_with_all = ["resume", "reward"])]
    watch: Option<PathBuf>,
}

/// Flags that a run that is repeated does not take: all is as it was.
const REPEATED: [&str; 24] = [
    "track",
    "obs",
    "reward",
    "algo",
    "discrete",
    "direction",
    "starts",
    "randomise",
    "boxes",
    "bots",
    "self_play",
    "from",
    "config",
    "start_from",
    "settings",
    "device",
    "threads",
    "seed",
    "seconds",
    "steps",
    "until_laps",
    "patience",
    "resume",
    "watch",
];

/// What an agent can see.
#[derive(Clone, Copy, ValueEnum)]
pub enum Sees {
    /// The car's own state and the road ahead; objects too, where there are any
    State,
    /// Distances all around
    Lidar,
    /// Two pictures in a row
    Camera,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum StartsName {
    /// Anywhere, rolling
    Anywhere,
    /// At the line, standing
    Line,
    /// A twentieth of the lap further each time, standing, as DeepRacer does
    Around,
}

impl From<StartsName> for Starts {
    fn from(name: StartsName) -> Self {
        match name {
            StartsName::Anywhere => Self::Anywhere,
            StartsName::Line => Self::Line,
            StartsName::Around => Self::Around,
        }
    }
}

impl Train {
    pub fn run(self) -> Result<(), Failure> {
        allocator::keep_freed_memory();
        if let Some(file) = &self.watch {
            return self.watch(file);
        }
        let mut limits = self.limits(SECONDS)?;
        let mut training = match (&self.resume, &self.repeat) {
            (Some(folder), _) => Training::resume(RunFolder::open(folder)?)?,
            (_, Some(folder)) => {
                let found = RunFolder::open(folder)?;
                limits = Limits { steps: Some(found.settings.steps), ..Limits::default() };
                self.repeat(found)?
            }
            _ => self.begin(&limits)?,
        };
        let mut live = Live::new(training.facts(limits));
        let outcome = training.run(limits, &mut live)?;
        tell(&outcome, &training);
        match outcome.is_reached {
            true => Ok(()),
            false => {
                Err(not_done("stopped before the laps were clean", "give it more time with --resume and --seconds"))
            }
        }
    }

    fn limits(&self, seconds_if_none: f64) -> Result<Limits, Failure> {
        let Self { seconds, steps, until_laps, patience, .. } = self;
        if let Some(0) = until_laps {
            return Err(bad_input("--until-laps", "at least 1"));
        }
        let seconds = match (seconds, steps, until_laps, patience) {
            (None, None, None, None) => Some(seconds_if_none),
            (seconds, ..) => *seconds,
        };
        let time = seconds.map(Duration::try_from_secs_f64).transpose();
        let time = time.map_err(|_| bad_input("--seconds", "a number of seconds from 0"))?;
        Ok(Limits { time, steps: *steps, patience: *patience, clean_laps: *until_laps })
    }

    fn begin(&self, limits: &Limits) -> Result<Training, Failure> {
        let plan = self.plan(self.reward.as_deref(), limits)?;
        plan.notes.iter().for_each(|note| eprintln!("{note}"));
        let named = || PathBuf::from("runs").join(format!("{}-{}", plan.task.tracks[0].name(), self.seed));
        let path = self.out.clone().unwrap_or_else(named);
        self.begin_in(&path, plan, limits)
    }

    fn begin_in(&self, path: &Path, plan: Plan, limits: &Limits) -> Result<Training, Failure> {
        let Plan { task, algorithm, config, .. } = plan;
        let laps = limits.clean_laps.unwrap_or(LAPS);
        let mut settings = Settings::new(&task, algorithm, self.seed, laps, config);
        settings.device = self.device;
        let mut state = algorithm::first_state(&settings, &task);
        let parent = self.start_from.as_deref().map(read_policy).transpose()?;
        let parent = parent.map(|(policy, _)| policy);
        if let (Some(policy), Some(name)) = (&parent, &self.start_from) {
            settings.parent_sha256 = Some(policy.sha256());
            state = warm_start::from_policy(&settings, &task, policy, state, name.display())?;
        }
        let training = Training::new(path, settings, task, state)?;
        if let Some(policy) = &parent {
            training.folder().write_parent(policy)?;
        }
        Ok(training)
    }

    /// A run that was found, from its beginning.
    fn repeat(&self, found: Found) -> Result<Training, Failure> {
        let Found { folder, settings, task, .. } = found;
        let named = || PathBuf::from(format!("{}-again", folder.path().display()));
        let path = self.out.clone().unwrap_or_else(named);
        let mut state = algorithm::first_state(&settings, &task);
        let parent = settings.parent_sha256.map(|_| read_policy(&folder.parent_path())).transpose()?;
        let parent = parent.map(|(policy, _)| policy);
        if let Some(policy) = &parent {
            state = warm_start::from_policy(&settings, &task, policy, state, folder.parent_path().display())?;
        }
        let training = Training::new(&path, Settings { steps: 0, ..settings }, task, state)?;
        if let Some(policy) = &parent {
            training.folder().write_parent(policy)?;
        }
        Ok(training)
    }

    fn watch(&self, file: &Path) -> Result<(), Failure> {
        if file.extension().is_none_or(|ending| ending != "py") {
            return Err(bad_input(file.display(), "not a Python file (.py); --watch takes a reward of your own"));
        }
        let limits = self.limits(WATCH_SECONDS)?;
        let reward = file.to_string_lossy();
        let begin = |path: &Path| self.begin_in(path, self.plan(Some(&reward), &limits)?, &limits);
        let named = || PathBuf::from("runs").join(file.file_stem().unwrap_or_default());
        let out = self.out.clone().unwrap_or_else(named);
        watch::show(&Watch { file, out: &out, limits, begin: &begin })
    }
}

/// What was learned, and what to try next.
fn tell(outcome: &Outcome, training: &Training) {
    let Outcome { steps, time, evaluation, .. } = outcome;
    println!("{:.1} M steps in {:.1} s", *steps as f64 / 1e6, time.as_secs_f64());
    let policy = training.folder().policy_path();
    match (evaluation.is_clean(), evaluation.best_clean_lap_secs()) {
        (true, Some(best)) => println!("clean laps from every start, the best in {best:.3} s"),
        (_, Some(best)) => println!("some laps are clean, the best in {best:.3} s; not all yet: train longer"),
        (_, None) => println!("no clean lap yet: train longer, or pay for something else with --reward"),
    }
    println!("policy: {}", policy.display());
    let track = &training.task().tracks[0];
    let is_ours = builtin_tracks::find(track.name()).is_some_and(|ours| ours == *track);
    let kept = training.folder().track_path(track.name());
    let track = if is_ours { track.name().to_owned() } else { kept.display().to_string() };
    println!("next:   paddock eval {} --track {}", shell_word(&policy.display()), shell_word(&track));
}
