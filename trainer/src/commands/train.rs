//! `paddock train`

use crate::{
    allocator,
    config::Config,
    failure::{Failure, bad_input, not_done},
    files::read_track,
    limits::Limits,
    live::Live,
    reward::{self, REWARDS},
    run_folder::{RunFolder, Settings},
    training::{Outcome, Training},
};
use clap::{Args, ValueEnum};
use std::{path::PathBuf, time::Duration};

/// Seconds of training where no limit is given: enough for quick clean laps on the built-in tracks.
const SECONDS: f64 = 20.0;
/// Laps that a policy is judged over where the run does not say how many it wants.
const LAPS: u32 = 3;

#[derive(Args)]
pub struct Train {
    /// Built-in track, or a track file of ours or of DeepRacer (.npy)
    #[arg(long, default_value = "harbour")]
    track: String,
    /// What the agent sees
    #[arg(long, value_enum, default_value = "state")]
    obs: Observation,
    /// What the agent is paid for: progress or centre-line
    #[arg(long, default_value = REWARDS[0].name)]
    reward: String,
    /// How it learns
    #[arg(long, value_enum, default_value = "ppo")]
    algo: Algorithm,
    /// Stop after this many seconds [default: 20, if no other limit is given]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seconds: Option<f64>,
    /// Stop after this many control steps, over all cars
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Stop once N laps in a row are clean, from three different starts
    #[arg(long, value_name = "N")]
    until_laps: Option<u32>,
    /// Seed of everything random: the same seed gives the same agent, to the bit
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the policy, the settings and the metrics [default: runs/TRACK-SEED]
    #[arg(long, value_name = "DIR", conflicts_with = "resume")]
    out: Option<PathBuf>,
    /// Go on with the run in this folder; its track, reward and seed stay
    #[arg(long, value_name = "DIR", conflicts_with_all = ["track", "reward", "seed"])]
    resume: Option<PathBuf>,
}

/// What an agent can see.
#[derive(Clone, Copy, ValueEnum)]
enum Observation {
    /// The car's own state and the curvature of the road ahead
    State,
}

/// How an agent can learn.
#[derive(Clone, Copy, ValueEnum)]
enum Algorithm {
    /// Proximal policy optimisation
    Ppo,
}

impl Train {
    pub fn run(self) -> Result<(), Failure> {
        // There is one of each; the match keeps it so that a second one is not forgotten here.
        let (Observation::State, Algorithm::Ppo) = (self.obs, self.algo);
        allocator::keep_freed_memory();
        let limits = self.limits()?;
        let mut training = match &self.resume {
            Some(folder) => Training::resume(RunFolder::open(folder)?)?,
            None => self.begin(&limits)?,
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

    fn limits(&self) -> Result<Limits, Failure> {
        let Self { seconds, steps, until_laps, .. } = self;
        if let Some(0) = until_laps {
            return Err(bad_input("--until-laps", "at least 1"));
        }
        let seconds = match (seconds, steps, until_laps) {
            (None, None, None) => Some(SECONDS),
            (seconds, ..) => *seconds,
        };
        let time = seconds.map(Duration::try_from_secs_f64).transpose();
        let time = time.map_err(|_| bad_input("--seconds", "a number of seconds from 0"))?;
        Ok(Limits { time, steps: *steps, clean_laps: *until_laps })
    }

    fn begin(&self, limits: &Limits) -> Result<Training, Failure> {
        let track = read_track(&self.track)?;
        let reward = reward::find(&self.reward).ok_or_else(|| {
            let known = REWARDS.each_ref().map(|reward| format!("{} ({})", reward.name, reward.summary));
            bad_input(&self.reward, format!("no such reward; there are: {}", known.join("; ")))
        })?;
        let laps = limits.clean_laps.unwrap_or(LAPS);
        let settings = Settings::new(&track, reward, self.seed, laps, Config::default());
        let named = || PathBuf::from("runs").join(format!("{}-{}", track.name(), self.seed));
        let folder = RunFolder::create(&self.out.clone().unwrap_or_else(named), &settings, &track)?;
        Ok(Training::new(folder, settings, track, reward))
    }
}

/// What was learned, and what to try next.
fn tell(outcome: &Outcome, training: &Training) {
    let Outcome { steps, time, evaluation, .. } = outcome;
    println!("{:.1} M steps in {:.1} s", *steps as f64 / 1e6, time.as_secs_f64());
    let policy = training.policy_path();
    match (evaluation.is_clean(), evaluation.best_clean_lap_secs()) {
        (true, Some(best)) => println!("clean laps from every start, the best in {best:.3} s"),
        (_, Some(best)) => println!("some laps are clean, the best in {best:.3} s; not all yet: train longer"),
        (_, None) => println!("no clean lap yet: train longer, or pay for something else with --reward"),
    }
    println!("policy: {}", policy.display());
    println!("next:   paddock eval {} --track {}", policy.display(), training.track().name());
}
