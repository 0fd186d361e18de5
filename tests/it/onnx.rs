//! onnxruntime gives the actions that a policy gives, and actors of stable-baselines3 race.

use serde_json::Value;
use sim::pilot::Pilot;
use sim_spec::{
    ActionSpace, Layer, Normaliser, Policy, Provenance,
    observation::{CAMERA_2_V1, LIDAR_V1, ObservationSpec, STATE_V1},
};
use std::{fs, path::Path};
use tests::{paddock, python};

/// Runs a model on observations, which are a file of float32 numbers, one at a time, as the car would. Prints a list of
/// what came out by name.
const RUN: &str = "
import json, sys
import numpy, onnx, onnxruntime
onnx.checker.check_model(sys.argv[1], full_check=True)
session = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])
input, names = session.get_inputs()[0].name, [output.name for output in session.get_outputs()]
def run(row):
    return dict(zip(names, [output[0].tolist() for output in session.run(names, {input: row[None]})]))
rows = numpy.fromfile(sys.argv[2], '<f4').reshape(-1, int(sys.argv[3]))
print(json.dumps([run(row) for row in rows]))
";

fn run(model: &Path, observations: &[f32], length: usize) -> Vec<Value> {
    let file = model.with_extension("observations");
    let bytes: Vec<u8> = observations.iter().flat_map(|number| number.to_le_bytes()).collect();
    fs::write(&file, bytes).expect("a writable folder");
    let arguments = [model.as_os_str(), file.as_os_str(), length.to_string().as_ref()].map(ToOwned::to_owned);
    let answer = python(RUN, arguments).succeeded().json();
    answer.as_array().expect("a list").clone()
}

/// Numbers that look drawn by chance, in ±1.
fn numbers(count: usize) -> Vec<f32> {
    (1..=count as u64).map(|index| (index * index % 2003 * 7919 % 1009) as f32 / 504.5 - 1.0).collect()
}

fn linear(inputs: usize, outputs: usize) -> Layer {
    let weight = numbers(inputs * outputs).iter().map(|weight| weight * 3.0 / (inputs as f32).sqrt()).collect();
    Layer::Linear { inputs, outputs, weight, bias: numbers(outputs) }
}

fn policy(observation: &'static ObservationSpec, action: ActionSpace, layers: Vec<Layer>) -> Policy {
    let inputs = observation.len();
    let std = numbers(inputs).iter().map(|number| number.abs() + 0.2).collect();
    let normaliser = Normaliser { mean: numbers(inputs), std };
    Policy::seeing(observation, action, normaliser, layers, Provenance::default()).expect("valid")
}

/// Every layer, every kind of action.
fn policies() -> [(&'static str, Policy); 4] {
    let tanh = vec![linear(18, 64), Layer::Tanh, linear(64, 64), Layer::Tanh, linear(64, 2)];
    let relu = vec![linear(68, 64), Layer::Relu, linear(64, 2)];
    let choice = vec![linear(18, 64), Layer::Relu, linear(64, 4)];
    let ranges = ActionSpace::Continuous { steering_rad: [-0.3, 0.2], speed_mps: [0.7, 2.9] };
    let discrete = ActionSpace::Discrete { actions: vec![[0.5, 0.1], [0.2, 1.0], [-0.2, 2.0], [0.0, 4.0]] };
    let convolution = Layer::Conv2d {
        inputs: 2,
        outputs: 8,
        kernel: 4,
        stride: 2,
        weight: numbers(8 * 2 * 16).iter().map(|weight| weight * 0.5).collect(),
        bias: numbers(8),
    };
    // Pooled by 4: 30 x 40; 14 x 19 places; pooled by 2: 7 x 9.
    let camera = vec![
        Layer::AveragePool { size: 4 },
        convolution,
        Layer::Relu,
        Layer::AveragePool { size: 2 },
        linear(8 * 7 * 9, 2),
    ];
    [
        ("tanh", policy(&STATE_V1, ActionSpace::full(), tanh)),
        ("ranges", policy(&LIDAR_V1, ranges, relu)),
        ("discrete", policy(&STATE_V1, discrete, choice)),
        ("camera", policy(&CAMERA_2_V1, ActionSpace::full(), camera)),
    ]
}

#[track_caller]
fn assert_near(numbers: &Value, expected: &[f32]) {
    let found: Vec<f64> =
        numbers.as_array().expect("a list").iter().map(|number| number.as_f64().expect("f64")).collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let tolerance = 1e-5 * f64::from(expected.abs()).max(1.0);
        assert!((found - f64::from(*expected)).abs() <= tolerance, "{numbers} instead of {expected}");
    }
}

#[test]
fn onnxruntime_gives_the_same_actions_and_the_policy_comes_back_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str, ending: &str| folder.path().join(name).with_extension(ending);
    for (name, policy) in policies() {
        let [file, model, back] = ["safetensors", "onnx", "back"].map(|ending| path(name, ending));
        fs::write(&file, policy.to_bytes()).expect("a writable folder");
        paddock(["export".as_ref(), file.as_os_str(), "--onnx".as_ref(), model.as_os_str()]).succeeded();
        paddock(["import".as_ref(), model.as_os_str(), "--out".as_ref(), back.as_os_str()]).succeeded();
        assert!(fs::read(&back).expect("a policy") == policy.to_bytes(), "{name}");

        let length = policy.observation().len();
        let observations: Vec<f32> = numbers((20_000 / length).max(3) * length).iter().map(|x| x * 3.0).collect();
        let answers = run(&model, &observations, length);
        assert_eq!(answers.len() * length, observations.len());
        let mut pilot = Pilot::new(&policy);
        let mut chosen = [0; 4];
        for (observation, answer) in observations.chunks_exact(length).zip(&answers) {
            assert_near(&answer["action"], &pilot.act(observation));
            if name == "discrete" {
                let logits = pilot.think(observation).to_vec();
                assert_near(&answer["logits"], &logits);
                let choice = answer["choice"].as_u64().expect("a number") as usize;
                assert_eq!(pilot.act(observation), policy.action().numbers_of(choice));
                chosen[choice] += 1;
            }
        }
        assert!(name != "discrete" || chosen.iter().all(|times| *times > 0), "every action is chosen: {chosen:?}");
    }
}

#[test]
fn actors_of_stable_baselines3_race() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["sb3-ppo-actor.onnx", "sb3-sac-actor.onnx"] {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trainer/tests/fixtures").join(name);
        let model = folder.path().join(name);
        fs::copy(fixture, &model).expect("a fixture");
        let file = folder.path().join("policy.safetensors");
        let import = ["import".as_ref(), model.as_os_str(), "--out".as_ref(), file.as_os_str(), "--json".as_ref()];
        let imported = paddock(import).succeeded().json();
        assert_eq!(imported["observation"], "state-v1");

        let eval = ["eval".as_ref(), file.as_os_str(), "--track".as_ref(), "harbour".as_ref(), "--json".as_ref()];
        let result = paddock(eval).succeeded().json();
        assert_eq!((&result["status"], &result["off_tracks"]), (&"finished".into(), &0.into()), "{name}: {result}");
        assert_eq!(result["policy_sha256"], imported["policy_sha256"]);

        let policy = Policy::from_bytes(&fs::read(&file).expect("a policy")).expect("a policy");
        let mut pilot = Pilot::new(&policy);
        let observations = numbers(18 * 200);
        let output = imported["output"].as_str().expect("a name");
        for (observation, answer) in observations.chunks_exact(18).zip(run(&model, &observations, 18)) {
            assert_near(&answer[output], pilot.think(observation));
        }
    }
}

#[test]
fn what_cannot_be_imported_is_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let model = folder.path().join("policy.onnx");
    let out = folder.path().join("policy.safetensors");
    let import = |more: &[&str]| {
        let plain = ["import".as_ref(), model.as_os_str(), "--out".as_ref(), out.as_os_str()];
        paddock(plain.into_iter().chain(more.iter().map(AsRef::as_ref)))
    };
    import(&[]).refused(2, "cannot be read");
    fs::write(&model, tests::numbered_policy(1)).expect("a writable folder");
    import(&[]).refused(2, "not an ONNX model");
    import(&["--obs", "sonar-v1"]).refused(2, "those are: state-v1");
    assert!(!out.exists(), "nothing is written");
}
