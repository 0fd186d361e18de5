//! How fast the simulator is. `cargo bench -p sim`

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sim::{
    Batch, BatchConfig, StepFacts, drivers,
    pilot::Pilot,
    referee::{self, Entry},
};
use sim_spec::{RaceRules, Track, action::ACTION_LEN, builtin_tracks, observation::STATE_V1};

fn harbour() -> Track {
    builtin_tracks::find("harbour").expect("a built-in track")
}

/// Control steps with observations, cars driving along the track and back at a new place when they leave it.
fn batch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("control steps with state observations");
    for cars in [1, 64, 256, 1024, 16_384] {
        group.throughput(Throughput::Elements(cars as u64));
        group.bench_function(format!("{cars} cars"), |bencher| {
            let mut batch = Batch::new(BatchConfig::new(harbour(), cars, 1));
            let mut pilot = Pilot::new(&drivers::centre_line(2.0));
            let mut observations = vec![0.0; cars * STATE_V1.len()];
            let mut facts = vec![StepFacts::default(); cars];
            batch.observe(&mut observations);
            let acts = observations.chunks_exact(STATE_V1.len()).flat_map(|observation| pilot.act(observation));
            let actions: Vec<f32> = acts.collect();
            assert_eq!(actions.len(), cars * ACTION_LEN);
            bencher.iter(|| {
                batch.step(&actions, &mut facts);
                let lost = facts.iter().enumerate().filter(|(_, facts)| facts.off_track);
                lost.for_each(|(car, _)| batch.spawn(car));
                batch.observe(&mut observations);
            });
        });
    }
}

/// Whole races of three laps, one after the other.
fn races(criterion: &mut Criterion) {
    let (track, policy, rules) = (harbour(), drivers::centre_line(2.0), RaceRules::default());
    criterion.bench_function("race of three laps", |bencher| {
        bencher.iter_batched(|| (), |()| referee::race(&track, &policy, &rules, 1), BatchSize::SmallInput);
    });
}

/// Races of three laps of which many wait.
fn waiting_races(criterion: &mut Criterion) {
    const WAITING: u64 = 64;
    let (track, policy, rules) = (harbour(), drivers::centre_line(2.0), RaceRules::default());
    let policies = [&policy];
    let entry = |seed| Entry { track: &track, policies: &policies, rules: &rules, seed };
    let entries: Vec<Entry> = (0..WAITING).map(entry).collect();
    let mut group = criterion.benchmark_group("races of three laps");
    group.throughput(Throughput::Elements(WAITING));
    group.bench_function(format!("{WAITING} waiting"), |bencher| bencher.iter(|| referee::races(&entries)));
}

/// Two threads with half of the cars each.
fn two_threads(criterion: &mut Criterion) {
    const CARS: usize = 2048;
    const STEPS: usize = 20;
    let mut group = criterion.benchmark_group("20 control steps of 2,048 cars");
    group.throughput(Throughput::Elements((CARS * STEPS) as u64));
    for threads in [1, 2] {
        let own = CARS / threads;
        let batch = |thread| Batch::new(BatchConfig { first_car: thread * own, ..BatchConfig::new(harbour(), own, 1) });
        let mut batches: Vec<Batch> = (0..threads).map(batch).collect();
        group.bench_function(format!("{threads} threads"), |bencher| {
            bencher.iter(|| {
                std::thread::scope(|scope| {
                    for batch in &mut batches {
                        scope.spawn(move || {
                            let actions = vec![0.1; own * ACTION_LEN];
                            let mut facts = vec![StepFacts::default(); own];
                            let mut observations = vec![0.0; own * STATE_V1.len()];
                            for _ in 0..STEPS {
                                batch.step(&actions, &mut facts);
                                let lost = facts.iter().enumerate().filter(|(_, facts)| facts.off_track);
                                lost.for_each(|(car, _)| batch.spawn(car));
                                batch.observe(&mut observations);
                            }
                        });
                    }
                });
            });
        });
    }
}

criterion_group!(benches, batch, races, waiting_races, two_threads);
criterion_main!(benches);
