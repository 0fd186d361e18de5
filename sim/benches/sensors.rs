//! How fast the sensors and the judge are. `cargo bench -p sim --bench sensors`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim::{Batch, BatchConfig, StepFacts};
use sim_spec::{
    Boxes, RaceType, Track,
    action::ACTION_LEN,
    builtin_tracks,
    observation::{CAMERA_V1, LIDAR_V1, ObservationSpec, STATE_TRAFFIC_V1},
};

fn harbour() -> Track {
    builtin_tracks::find("harbour").expect("a built-in track")
}

/// Control steps with observations, physics included; cars that leave the road start anew.
fn observed_steps(criterion: &mut Criterion) {
    let with_boxes = RaceType::ObjectAvoidance { boxes: Boxes::Seeded(6) };
    let cases: [(&ObservationSpec, usize, RaceType); 5] = [
        (&STATE_TRAFFIC_V1, 1024, with_boxes.clone()),
        (&LIDAR_V1, 1024, RaceType::TimeTrial),
        (&LIDAR_V1, 1024, with_boxes.clone()),
        (&CAMERA_V1, 64, RaceType::TimeTrial),
        (&CAMERA_V1, 64, with_boxes),
    ];
    let mut group = criterion.benchmark_group("control steps");
    for (spec, cars, race_type) in cases {
        let what = if race_type == RaceType::TimeTrial { "empty road" } else { "six boxes" };
        let config = BatchConfig { race_type, ..BatchConfig::new(harbour(), cars, 1) };
        let mut batch = Batch::new(BatchConfig { observation: spec, ..config });
        let mut observations = vec![0.0; cars * spec.len()];
        let mut facts = vec![StepFacts::default(); cars];
        let actions: Vec<f32> = (0..cars * ACTION_LEN).map(|index| (index % 7) as f32 * 0.1 - 0.3).collect();
        group.throughput(Throughput::Elements(cars as u64));
        group.bench_function(format!("{}, {what}, {cars} cars", spec.id), |bencher| {
            bencher.iter(|| {
                batch.step(&actions, &mut facts);
                let lost = facts.iter().enumerate().filter(|(_, facts)| facts.off_track || facts.crashed);
                lost.for_each(|(car, _)| batch.spawn(car));
                batch.observe(&mut observations);
            });
        });
    }
}

criterion_group!(benches, observed_steps);
criterion_main!(benches);
