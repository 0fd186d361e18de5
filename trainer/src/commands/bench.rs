//! `paddock bench`: what this machine does, measured on the real thing.

use super::print_json;
use crate::{
    allocator,
    failure::{Failure, bad_input},
    learn::{algorithm::Algorithm, ppo::Ppo},
    reward::{BUILTIN, Source},
    run::{
        config::Config,
        task::{Course, Task},
    },
};
use clap::Args;
use serde_json::json;
use sim::{
    Batch, BatchConfig, StepFacts, drivers,
    referee::{self, Entry},
};
use sim_spec::{
    ActionSpace, RaceRules, Track, builtin_tracks,
    observation::{CAMERA_V1, LIDAR_V1, ObservationSpec, STATE_V1},
};
use std::{
    thread,
    time::{Duration, Instant},
};
use tch::Device;

/// Cars of the environment's figure.
const CARS: usize = 1024;
/// The same for cars with a camera, which draw for most of the time.
const CAMERA_CARS: usize = 64;
/// Races that wait when they are run side by side.
const WAITING: usize = 64;
/// Windows that are measured; their median is the figure, since a busy machine disturbs some of them.
const WINDOWS: usize = 5;

#[derive(Args)]
pub struct Bench {
    /// Seconds per figure
    #[arg(long, value_name = "N", default_value_t = 5.0, allow_negative_numbers = true)]
    seconds: f64,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub fn run(self) -> Result<(), Failure> {
        let window = Duration::try_from_secs_f64(self.seconds / WINDOWS as f64);
        let window = window.map_err(|_| bad_input("--seconds", "a number of seconds from 0"))?;
        allocator::keep_freed_memory();
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let config = Config::default();
        let env_steps_per_sec = steps_per_sec(&track, &STATE_V1, CARS, window);
        let [lidar_steps_per_sec, camera_steps_per_sec] = [(&LIDAR_V1, CARS), (&CAMERA_V1, CAMERA_CARS)]
            .map(|(spec, cars)| steps_per_sec(&track, spec, cars, window));
        let races_per_sec = races_per_sec(&track, window);
        let batched_races_per_sec = batched_races_per_sec(&track, window);
        let train_steps_per_sec = train_steps_per_sec(&track, &config, window);
        let document = json!({
            "env_steps_per_sec": env_steps_per_sec.round(),
            "train_steps_per_sec": train_steps_per_sec.round(),
            "races_per_sec": races_per_sec.round(),
            "batched_races_per_sec": batched_races_per_sec.round(),
            "lidar_steps_per_sec": lidar_steps_per_sec.round(),
            "camera_steps_per_sec": camera_steps_per_sec.round(),
            "threads": {"env": 1, "train": config.threads, "races": 1},
            "machine": {
                "cpu": cpu(),
                "cores": thread::available_parallelism().map_or(1, usize::from),
                "os": std::env::consts::OS,
                "arch": std::env::consts::ARCH,
            },
            "settings": {
                "track": track.name(),
                "env_cars": CARS,
                "race_laps": RaceRules::default().laps,
                "train": config,
                "build": if cfg!(debug_assertions) { "dev" } else { "release" },
            },
        });
        match self.json {
            true => print_json(&document),
            false => {
                println!(
                    "simulating  {env_steps_per_sec:>12.0} control steps/s   {CARS} cars that know their state, one thread"
                );
                println!("            {lidar_steps_per_sec:>12.0} control steps/s   {CARS} cars with a lidar");
                println!("            {camera_steps_per_sec:>12.0} control steps/s   {CAMERA_CARS} cars with a camera");
                let Config { threads, epochs, hidden, .. } = config;
                println!(
                    "training    {train_steps_per_sec:>12.0} control steps/s   PPO, {hidden:?}, {epochs} epochs, {threads} threads"
                );
                println!("racing      {races_per_sec:>12.0} races/s           three laps, one by one, one thread");
                println!(
                    "            {batched_races_per_sec:>12.0} races/s           three laps, {WAITING} waiting, one thread"
                );
            }
        }
        Ok(())
    }
}

/// Control steps per second of one thread, observations and new starts included.
fn steps_per_sec(track: &Track, spec: &'static ObservationSpec, cars: usize, window: Duration) -> f64 {
    let mut batch = Batch::new(BatchConfig { observation: spec, ..BatchConfig::new(track.clone(), cars, 1) });
    let mut observations = vec![0.0; cars * spec.len()];
    let mut facts = vec![StepFacts::default(); cars];
    // One action per car, kept: what a policy costs is part of the training figure, not of this one.
    let actions: Vec<f32> = (0..cars).flat_map(|car| [(car % 7) as f32 * 0.05 - 0.15, 0.0]).collect();
    let control_step = || {
        batch.step(&actions, &mut facts);
        for (car, facts) in facts.iter().enumerate() {
            if facts.off_track {
                batch.spawn(car);
            }
        }
        batch.observe(&mut observations);
    };
    median_rate(window, control_step) * cars as f64
}

/// Control steps per second of the whole loop: driving, choosing, learning.
fn train_steps_per_sec(track: &Track, config: &Config, window: Duration) -> f64 {
    let reward = Source::find(BUILTIN[0].name).expect("a reward of ours");
    let task = Task {
        tracks: vec![track.clone()],
        course: Course::default(),
        observation: &STATE_V1,
        action: ActionSpace::full(),
        reward,
    };
    let first = Ppo::first_state(config, 1, &task);
    let mut ppo = Ppo::new(config.clone(), 1, task, Device::Cpu, first, &[]).expect("a reward of ours starts");
    let learn = || drop(ppo.iterate());
    median_rate(window, learn) * config.steps_per_iteration() as f64
}

/// Races per second of one thread, one by one, as the referee runs them.
fn races_per_sec(track: &Track, window: Duration) -> f64 {
    let (policy, rules) = (drivers::centre_line(2.0), RaceRules::default());
    median_rate(window, || drop(referee::race(track, &policy, &rules, 1)))
}

/// The same when many wait.
fn batched_races_per_sec(track: &Track, window: Duration) -> f64 {
    let (policy, rules) = (drivers::centre_line(2.0), RaceRules::default());
    let policies = [&policy];
    let entry = |seed| Entry { track, policies: &policies, rules: &rules, seed };
    let entries: Vec<Entry> = (0..WAITING as u64).map(entry).collect();
    median_rate(window, || drop(referee::races(&entries))) * WAITING as f64
}

/// How often per second `work` is done: the median over some windows, after one that does not count.
fn median_rate(window: Duration, mut work: impl FnMut()) -> f64 {
    let mut measure = || {
        let (start, mut times) = (Instant::now(), 0.0);
        while start.elapsed() < window || times == 0.0 {
            work();
            times += 1.0;
        }
        times / start.elapsed().as_secs_f64()
    };
    measure();
    let mut rates: Vec<f64> = (0..WINDOWS).map(|_| measure()).collect();
    rates.sort_by(f64::total_cmp);
    rates[WINDOWS / 2]
}

/// The processor's name, where the system tells it in a file.
fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")).and_then(|line| line.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}
