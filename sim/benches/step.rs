//! How fast the simulator is. `cargo bench -p sim`

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sim::{Batch, BatchConfig, StepFacts, drivers, pilot::Pilot, referee};
use sim_spec::{RaceRules, Track, action::ACTION_LEN, builtin_tracks, observation::STATE_V1};

fn harbour() -> Track {
    builtin_tracks::find("harbour").expect("a built-in track")
}

/// Control steps with observations, cars driving along the track and back at a new place when they leave it.
fn batch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("control steps with state observations");
    for cars in [1, 64, 1024, 16_384] {
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
                lost.for_each(|(car, _)| batch.spawn_anywhere(car));
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

criterion_group!(benches, batch, races);
criterion_main!(benches);
