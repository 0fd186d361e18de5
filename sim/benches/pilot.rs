//! How long a network thinks: what `MAX_STEP_WORK` and the costs beside it rest on. `cargo bench -p sim --bench pilot`

use criterion::{Criterion, criterion_group, criterion_main};
use sim::pilot::Pilot;
use sim_spec::{
    ActionSpace, Layer, Normaliser, Policy, Provenance,
    observation::{CAMERA_V1, LIDAR_V1, ObservationSpec, STATE_V1},
};

fn linear(inputs: usize, outputs: usize) -> Layer {
    Layer::Linear { inputs, outputs, weight: vec![0.01; inputs * outputs], bias: vec![0.0; outputs] }
}

fn convolution(inputs: usize, outputs: usize, kernel: usize, stride: usize) -> Layer {
    let weight = vec![0.01; outputs * inputs * kernel * kernel];
    Layer::Conv2d { inputs, outputs, kernel, stride, weight, bias: vec![0.0; outputs] }
}

/// One control step of a network.
fn thinking(criterion: &mut Criterion) {
    let pool = |size| Layer::AveragePool { size };
    let state = vec![linear(18, 64), Layer::Relu, linear(64, 64), Layer::Relu, linear(64, 2)];
    let convolutions = vec![convolution(1, 16, 4, 2), Layer::Relu, convolution(16, 32, 3, 2), Layer::Relu];
    let head = vec![linear(32 * 6 * 9, 64), Layer::Relu, linear(64, 2)];
    let cases: [(&str, &'static ObservationSpec, Vec<Layer>); 5] = [
        ("state, 64-64", &STATE_V1, state),
        ("pooled by 4, two convolutions, 64", &CAMERA_V1, [vec![pool(4)], convolutions, head].concat()),
        ("800 thousand weights", &LIDAR_V1, vec![linear(68, 850), linear(850, 850), linear(850, 2)]),
        (
            "nearly all the work that is allowed, as tanh",
            &CAMERA_V1,
            [vec![Layer::Tanh; 5], vec![pool(16), linear(70, 2)]].concat(),
        ),
        ("tiny kernels on a whole picture", &CAMERA_V1, vec![convolution(1, 16, 1, 1), pool(16), linear(1120, 2)]),
    ];
    let mut group = criterion.benchmark_group("one control step");
    for (name, observation, layers) in cases {
        let inputs = observation.len();
        let normaliser = Normaliser { mean: vec![128.0; inputs], std: vec![64.0; inputs] };
        let policy = Policy::seeing(observation, ActionSpace::full(), normaliser, layers, Provenance::default());
        let mut pilot = Pilot::new(&policy.expect("within the limits"));
        let seen: Vec<f32> = (0..inputs).map(|index| (index * 7919 % 256) as f32).collect();
        group.bench_function(name, |bencher| bencher.iter(|| pilot.act(&seen)));
    }
}

criterion_group!(benches, thinking);
criterion_main!(benches);
