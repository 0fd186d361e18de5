//! What a Python reward costs per step of a car. `cargo bench -p trainer --bench python_rewards`
//!
//! As training calls it: a worker per thread, 256 cars each. *Called* does nothing but take eight keys, so it is pipe, dict
//! and call; *ordinary* is a reward of a dozen lines with the same keys. With two workers, a step is counted for each.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim::{Batch, BatchConfig, StepFacts};
use sim_spec::builtin_tracks;
use std::{sync::Arc, thread};
use trainer::reward::{
    Episode, Payment, Reward, Start, Step,
    python::{File, Limits, Log, Python, PythonReward, Setup},
};

const CARS: usize = 256;
const ORDINARY: &str = include_str!("../tests/rewards/centre_line_and_speed.py");
const CALLED: &str = "def reward_function(params):\n    return 1.0\n    params['track_width'], \
                      params['distance_from_center'], params['all_wheels_on_track'], params['speed']\n    \
                      params['steering_angle'], params['progress'], params['steps'], params['is_left_of_center']\n";
/// All keys, among them lists of objects: there is one box.
const ALL: &str = "def reward_function(params):\n    return len(list(params))\n";

/// Cars of one thread, and their worker.
struct Judged {
    batch: Batch,
    reward: PythonReward,
}

impl Judged {
    fn new(python: &Python, source: &str) -> Self {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let mut batch = Batch::new(BatchConfig::new(track, CARS, 1));
        batch.step(&[0.0; 2 * CARS], &mut [StepFacts::default(); CARS]);
        let file = File { name: "reward.py".into(), source: source.into() };
        let (limits, log): (_, Log) = (Limits::default(), Arc::new(|_| ()));
        let setup = Setup { python, file: &file, cars: CARS, seed: 1, limits, check: false, log };
        let start = Start { seed: 1, thread: 0, cars: CARS, iteration: 0 };
        let reward = PythonReward::start(setup, start).map_err(|failure| failure.line()).expect("it loads");
        Self { batch, reward }
    }

    /// One control step of all cars is paid.
    fn pay(&mut self) {
        let cars: [usize; CARS] = std::array::from_fn(|car| car);
        let facts = [StepFacts { track_length_m: 19.0, ..StepFacts::default() }; CARS];
        let step = Step {
            batch: &self.batch,
            cars: &cars,
            facts: &facts,
            actions: &[[0.0; 2]; CARS],
            episodes: &[Episode { steps: 5, ..Episode::default() }; CARS],
        };
        let mut payment = Payment { rewards: &mut [0.0; CARS], terms: &mut [0.0] };
        self.reward.pay(&step, &mut payment).map_err(|failure| failure.line()).expect("it pays");
    }
}

fn step(criterion: &mut Criterion) {
    let python = Python::find().map_err(|failure| failure.line()).expect("a Python");
    let mut group = criterion.benchmark_group("Python reward, per car step");
    for (name, source) in [("called", CALLED), ("ordinary", ORDINARY), ("all keys", ALL)] {
        let mut judged = [Judged::new(&python, source), Judged::new(&python, source)];
        group.throughput(Throughput::Elements(CARS as u64));
        group.bench_function(format!("{name}, one worker"), |bencher| bencher.iter(|| judged[0].pay()));
        group.throughput(Throughput::Elements(2 * CARS as u64));
        group.bench_function(format!("{name}, two workers"), |bencher| {
            bencher.iter_custom(|rounds| {
                let start = std::time::Instant::now();
                thread::scope(|scope| {
                    for judged in &mut judged {
                        scope.spawn(move || (0..rounds).for_each(|_| judged.pay()));
                    }
                });
                start.elapsed()
            });
        });
    }
}

criterion_group!(benches, step);
criterion_main!(benches);
