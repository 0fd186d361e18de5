//! What an iteration of PPO costs. `cargo bench -p trainer`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_spec::{
    ActionSpace, builtin_tracks,
    observation::{CAMERA_2_V1, LIDAR_V1, ObservationSpec, STATE_V1},
};
use tch::Device;
use trainer::{
    allocator,
    learn::{algorithm::Algorithm, ppo::Ppo},
    reward::{BUILTIN, Source},
    run::{
        config::Config,
        task::{Course, Task},
    },
};

/// The whole loop (drive, choose, learn), with one thread and with two, for each sight.
fn iteration(criterion: &mut Criterion) {
    allocator::keep_freed_memory();
    let mut group = criterion.benchmark_group("PPO iteration");
    group.sample_size(20);
    let sights: [(&'static ObservationSpec, &[usize]); 3] =
        [(&STATE_V1, &[1, 2]), (&LIDAR_V1, &[2]), (&CAMERA_2_V1, &[2])];
    for (observation, threads) in
        sights.into_iter().flat_map(|(spec, all)| all.iter().map(move |threads| (spec, *threads)))
    {
        let task = Task {
            tracks: vec![builtin_tracks::find("harbour").expect("a built-in track")],
            course: Course::default(),
            observation,
            action: ActionSpace::full(),
            reward: Source::find(BUILTIN[0].name).unwrap_or_else(|error| unreachable!("{}", error.line())),
        };
        let config = Config { threads, ..Config::of(observation) };
        group.throughput(Throughput::Elements(config.steps_per_iteration()));
        let first = Ppo::first_state(&config, 1, &task);
        let mut ppo =
            Ppo::new(config, 1, task, Device::Cpu, first, &[]).unwrap_or_else(|error| unreachable!("{}", error.line()));
        group.bench_function(format!("{}, {threads} threads", observation.id), |bencher| {
            bencher.iter(|| drop(ppo.iterate()))
        });
    }
}

criterion_group!(benches, iteration);
criterion_main!(benches);
