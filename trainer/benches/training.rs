//! What an iteration of PPO costs. `cargo bench -p trainer`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_spec::builtin_tracks;
use trainer::{allocator, config::Config, ppo::Ppo, reward::REWARDS};

/// The whole loop (drive, choose, learn), with one thread and with two.
fn iteration(criterion: &mut Criterion) {
    allocator::keep_freed_memory();
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let mut group = criterion.benchmark_group("PPO iteration");
    group.sample_size(20);
    for threads in [1, 2] {
        let config = Config { threads, ..Config::default() };
        group.throughput(Throughput::Elements(config.steps_per_iteration()));
        let mut ppo = Ppo::new(config, 1, track.clone(), &REWARDS[0]);
        group.bench_function(format!("{threads} threads"), |bencher| bencher.iter(|| ppo.iterate()));
    }
}

criterion_group!(benches, iteration);
criterion_main!(benches);
