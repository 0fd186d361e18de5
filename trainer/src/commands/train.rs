//! `paddock train`

use crate::{
    algorithm, allocator,
    config::Config,
    failure::{Failure, bad_input, not_done},
    files::{read_policy, read_track},
    limits::Limits,
    live::Live,
    reward::{BUILTIN, Source},
    run_folder::RunFolder,
    settings::{AlgorithmName, DeviceName, Settings},
    task::{Course, Task, Way},
    training::{Outcome, Training},
    warm_start,
};
use clap::{Args, ValueEnum};
use sim::Starts;
use sim_spec::{
    ActionSpace, Bots, Boxes, Conditions, RaceRules, RaceType,
    observation::{CAMERA_2_V1, LIDAR_V1, ObservationSpec, STATE_TRAFFIC_V1, STATE_V1},
};
use std::{path::PathBuf, time::Duration};

/// Seconds of training where no limit is given: enough for quick clean laps on the built-in tracks.
const SECONDS: f64 = 20.0;
/// Laps that a policy is judged over where the run does not say how many it wants.
const LAPS: u32 = 3;
/// Control steps per second of training that the learning rate's schedule counts on where a run is limited by time: what
/// two cores do. The schedule is part of the run's settings, so the clock never decides what is learned from a step.
const STEPS_PER_SEC: f64 = 400_000.0;

#[derive(Args)]
pub struct Train {
    /// Built-in track, or a track file of ours or of DeepRacer (.npy); several are learned at once
    #[arg(long, default_value = "harbour", num_args = 1..)]
    track: Vec<String>,
    /// What the agent sees
    #[arg(long, value_enum, default_value = "state")]
    obs: Observation,
    /// What the agent is paid for: one of ours, or a Python file with a reward_function(params)
    #[arg(long, value_name = "NAME|FILE.py", default_value = BUILTIN[0].name)]
    reward: String,
    /// How it learns
    #[arg(long, value_enum, default_value = "ppo")]
    algo: AlgorithmName,
    /// Let it choose among so many actions: angles × speeds, for example 5x3
    #[arg(long, value_name = "ANGLESxSPEEDS")]
    discrete: Option<String>,
    /// Which way round it learns to drive
    #[arg(long, value_enum, default_value = "forward")]
    direction: Way,
    /// Where cars start while learning
    #[arg(long, value_enum, default_value = "anywhere")]
    starts: StartsName,
    /// Vary grip, mass, delays and sensors from start to start, so that it trusts nothing too much
    #[arg(long)]
    randomise: bool,
    /// Boxes that stand in the way
    #[arg(long, value_name = "N", conflicts_with_all = ["bots", "self_play"])]
    boxes: Option<u32>,
    /// Slower cars that go round
    #[arg(long, value_name = "N", conflicts_with = "self_play")]
    bots: Option<u32>,
    /// Race against that many earlier selves
    #[arg(long, value_name = "N")]
    self_play: Option<u32>,
    /// Begin with what this policy can do
    #[arg(long, value_name = "POLICY", conflicts_with = "resume")]
    start_from: Option<PathBuf>,
    /// Change a setting, for example learning_rate=0.002 or hidden=[128,128]; run.json has all of them
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// Where the network computes
    #[arg(long, value_enum, default_value = "cpu")]
    device: DeviceName,
    /// Threads that learn side by side; results depend on it [default: one per core, up to 8]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
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
    #[arg(long, value_name = "DIR", conflicts_with_all = ["track", "obs", "reward", "algo", "settings", "seed", "threads"])]
    resume: Option<PathBuf>,
}

/// What an agent can see.
#[derive(Clone, Copy, ValueEnum)]
enum Observation {
    /// The car's own state and the road ahead; objects too, where there are any
    State,
    /// Distances all around
    Lidar,
    /// Two pictures in a row
    Camera,
}

#[derive(Clone, Copy, ValueEnum)]
enum StartsName {
    /// Anywhere, rolling
    Anywhere,
    /// At the line, standing
    Line,
    /// A twentieth of the lap further each time, standing, as DeepRacer does
    Around,
}

impl Train {
    pub fn run(self) -> Result<(), Failure> {
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
        let Self { seconds, steps, until_laps, patience, .. } = self;
        if let Some(0) = until_laps {
            return Err(bad_input("--until-laps", "at least 1"));
        }
        let seconds = match (seconds, steps, until_laps, patience) {
            (None, None, None, None) => Some(SECONDS),
            (seconds, ..) => *seconds,
        };
        let time = seconds.map(Duration::try_from_secs_f64).transpose();
        let time = time.map_err(|_| bad_input("--seconds", "a number of seconds from 0"))?;
        Ok(Limits { time, steps: *steps, patience: *patience, clean_laps: *until_laps })
    }

    fn begin(&self, limits: &Limits) -> Result<Training, Failure> {
        let task = self.task()?;
        let config = self.config(&task, limits)?;
        let laps = limits.clean_laps.unwrap_or(LAPS);
        let mut settings = Settings::new(&task, self.algo, self.seed, laps, config);
        settings.device = self.device;
        let mut state = algorithm::first_state(&settings, &task);
        if let Some(path) = &self.start_from {
            let (policy, _) = read_policy(path)?;
            settings.parent_sha256 = Some(policy.sha256());
            state = warm_start::from_policy(&settings, &task, &policy, state, path.display())?;
        }
        let named = || PathBuf::from("runs").join(format!("{}-{}", task.tracks[0].name(), self.seed));
        let path = self.out.clone().unwrap_or_else(named);
        Training::new(&path, settings, task, state)
    }

    fn task(&self) -> Result<Task, Failure> {
        let race_type = match (self.boxes, self.bots, self.self_play) {
            (Some(count), ..) => RaceType::ObjectAvoidance { boxes: Boxes::Seeded(count) },
            (_, Some(count), _) => {
                RaceType::AgainstBots { bots: Bots { count, speed_mps: BOT_SPEED_MPS, changes_lanes: true } }
            }
            (.., Some(rivals)) => RaceType::HeadToHead { cars: rivals.saturating_add(1) },
            _ => RaceType::TimeTrial,
        };
        let observation: &'static ObservationSpec = match self.obs {
            Observation::State if race_type == RaceType::TimeTrial => &STATE_V1,
            Observation::State => &STATE_TRAFFIC_V1,
            Observation::Lidar => &LIDAR_V1,
            Observation::Camera => &CAMERA_2_V1,
        };
        let conditions = if self.randomise { Conditions::varied() } else { Conditions::default() };
        let rules = RaceRules { race_type: race_type.clone(), ..RaceRules::default() };
        rules.check().map_err(|error| bad_input("this race cannot be trained for", error))?;
        let starts = match self.starts {
            StartsName::Anywhere => Starts::Anywhere,
            StartsName::Line => Starts::Line,
            StartsName::Around => Starts::Around,
        };
        Ok(Task {
            tracks: self.track.iter().map(|track| read_track(track)).collect::<Result<_, _>>()?,
            course: Course { way: self.direction, starts, race_type, conditions },
            observation,
            action: self.action()?,
            reward: Source::find(&self.reward)?,
        })
    }

    fn action(&self) -> Result<ActionSpace, Failure> {
        let Some(grid) = &self.discrete else { return Ok(ActionSpace::full()) };
        let counts =
            grid.split_once('x').and_then(|(angles, speeds)| Some((angles.parse().ok()?, speeds.parse().ok()?)));
        let (angles, speeds) = counts.ok_or_else(|| bad_input("--discrete", "angles × speeds, for example 5x3"))?;
        let space = crate::action_grid::grid(angles, speeds);
        space.check().map_err(|error| bad_input("--discrete", error))?;
        Ok(space)
    }

    fn config(&self, task: &Task, limits: &Limits) -> Result<Config, Failure> {
        let mut config = Config::of(task.observation);
        if let Some(threads) = self.threads {
            config.threads = threads;
        }
        config.schedule_steps = match (limits.steps, limits.time) {
            (Some(steps), _) => steps.max(1),
            (None, Some(time)) if limits.clean_laps.is_none() => {
                ((time.as_secs_f64() * STEPS_PER_SEC) as u64).max(config.schedule_steps)
            }
            _ => config.schedule_steps,
        };
        for change in &self.settings {
            let (name, value) =
                change.split_once('=').ok_or_else(|| bad_input(change, "a setting is changed by NAME=VALUE"))?;
            config = config.with(name, value).map_err(|why| bad_input("--set", why))?;
        }
        config.check().map_err(|why| bad_input("the run cannot go by these settings", why))?;
        Ok(config)
    }
}

/// How fast the slower cars are, m/s: a third of what a good lap is driven at.
const BOT_SPEED_MPS: f64 = 0.8;

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
    println!("next:   paddock eval {} --track {}", policy.display(), training.task().tracks[0].name());
}
