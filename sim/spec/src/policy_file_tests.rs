//! The policy file: round trip, and every way in which a file can be wrong.

use crate::{
    ActionSpace, Layer, Normaliser, Policy, Provenance,
    limits::*,
    observation::{CAMERA_2_V1, CAMERA_V1, ObservationSpec, STATE_V1},
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn policy() -> Policy {
    let inputs = STATE_V1.len();
    let linear = |inputs: usize, outputs: usize| Layer::Linear {
        inputs,
        outputs,
        weight: (0..inputs * outputs).map(|index| index as f32 * 0.01).collect(),
        bias: vec![0.5; outputs],
    };
    let normaliser = Normaliser { mean: vec![0.25; inputs], std: vec![2.0; inputs] };
    let provenance = Provenance { reward: "progress".into(), seed: u64::MAX, ..Provenance::default() };
    Policy::new(normaliser, vec![linear(inputs, 3), Layer::Relu, linear(3, 2), Layer::Tanh], provenance)
        .expect("a valid policy")
}

/// A policy that only version 2 can say: a camera's network, and actions to choose from.
fn camera_policy() -> Policy {
    let inputs = CAMERA_2_V1.len();
    let layers = vec![
        Layer::AveragePool { size: 8 },
        convolution(2, 3, 4, 2),
        Layer::Relu,
        // 15 x 20 tiles; (15 - 4) / 2 + 1 = 6 rows, (20 - 4) / 2 + 1 = 9 columns.
        linear(3 * 6 * 9, 2),
    ];
    let action = ActionSpace::Discrete { actions: vec![[0.1, 1.0], [-0.3, 0.1]] };
    let normaliser = Normaliser { mean: vec![128.0; inputs], std: vec![64.0; inputs] };
    Policy::seeing(&CAMERA_2_V1, action, normaliser, layers, Provenance::default()).expect("a valid policy")
}

fn linear(inputs: usize, outputs: usize) -> Layer {
    Layer::Linear { inputs, outputs, weight: vec![0.25; inputs * outputs], bias: vec![0.5; outputs] }
}

fn convolution(inputs: usize, outputs: usize, kernel: usize, stride: usize) -> Layer {
    let weight = vec![0.25; outputs * inputs * kernel * kernel];
    Layer::Conv2d { inputs, outputs, kernel, stride, weight, bias: vec![0.5; outputs] }
}

/// A safetensors file of a JSON header and data.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// The header of a policy's file as JSON, and its data.
fn parts(policy: &Policy) -> (Value, Vec<u8>) {
    let bytes = policy.to_bytes();
    let (length, rest) = bytes.split_first_chunk::<8>().expect("a length");
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    (serde_json::from_slice(header).expect("JSON"), data.to_vec())
}

/// [`policy`]'s file with a changed header.
fn with_header(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (mut header, data) = parts(&policy());
    change(&mut header);
    file(&header.to_string(), &data)
}

/// [`policy`]'s file with a changed manifest.
fn with_manifest(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    with_manifest_of(&policy(), change)
}

fn with_manifest_of(policy: &Policy, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (mut header, data) = parts(policy);
    let mut manifest = manifest_in(&header);
    change(&mut manifest);
    header["__metadata__"]["paddock_policy"] = manifest.to_string().into();
    file(&header.to_string(), &data)
}

fn manifest_in(header: &Value) -> Value {
    let text = header["__metadata__"]["paddock_policy"].as_str().expect("a manifest");
    serde_json::from_str(text).expect("JSON")
}

/// [`policy`]'s file with `number` in place of the first of `tensor`.
fn with_number(tensor: &str, number: f32) -> Vec<u8> {
    let (header, mut data) = parts(&policy());
    let at = header[tensor]["data_offsets"][0].as_u64().expect("an offset") as usize;
    data[at..at + 4].copy_from_slice(&number.to_le_bytes());
    file(&header.to_string(), &data)
}

fn check(bytes: &[u8], code: &str) {
    let error = Policy::from_bytes(bytes).expect_err(code);
    assert_eq!(error.code(), code, "{error}");
    assert!(!error.to_string().contains('\n'), "one line: {error}");
}

#[test]
fn writing_and_reading_gives_the_same_policy_and_bytes() {
    let ranged = with_action(ActionSpace::Continuous { steering_rad: [-0.3, 0.1], speed_mps: [0.7, 2.3] });
    for policy in [policy(), camera_policy(), ranged] {
        let bytes = policy.to_bytes();
        let again = Policy::from_bytes(&bytes).expect("our own file");
        assert_eq!(again, policy);
        assert_eq!(again.to_bytes(), bytes);
    }
}

/// [`policy`] with other actions, two of them if they are to choose from.
fn with_action(action: ActionSpace) -> Policy {
    Policy::seeing(&STATE_V1, action, policy().normaliser().clone(), policy().layers().to_vec(), Provenance::default())
        .expect("a valid policy")
}

#[test]
fn version_2_is_written_only_where_version_1_cannot_say_it() {
    let version = |policy: &Policy| manifest_in(&parts(policy).0)["version"].clone();
    assert_eq!(version(&policy()), 1);
    assert_eq!(version(&with_action(ActionSpace::full())), 1);
    assert_eq!(version(&with_action(ActionSpace::Continuous { steering_rad: [-0.3, 0.3], speed_mps: [1.0, 2.0] })), 2);
    assert_eq!(version(&camera_policy()), 2);
    let as_version_1 = with_manifest_of(&camera_policy(), |manifest| manifest["version"] = 1.into());
    check(&as_version_1, "policy_manifest");
    let as_version_2 = with_manifest(|manifest| manifest["version"] = 2.into());
    assert_eq!(Policy::from_bytes(&as_version_2), Ok(policy()));
}

#[test]
fn other_formats_are_named() {
    check(b"", "policy_empty");
    check(b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00}\x94.", "policy_is_pickle");
    check(b"PK\x03\x04\x00\x00\x08\x08archive/data.pkl", "policy_is_torchscript");
    check(b"\x08\x08\x12\x07pytorch\x1a\x052.130", "policy_is_onnx");
    check(b"import torch\nprint('hi')", "policy_not_safetensors");
}

#[test]
fn sizes_are_not_believed() {
    check(&vec![0; MAX_POLICY_BYTES + 1], "policy_too_large");
    check(&[&10_000_000_000_u64.to_le_bytes()[..], b"{}"].concat(), "policy_header_too_large");
    check(&policy().to_bytes()[..5], "policy_truncated");
    // A tensor of ten gigabytes in a file of some hundred bytes.
    let claimed = json!({"a": {"dtype": "F32", "shape": [2_500_000_000_u64], "data_offsets": [0, 10_000_000_000_u64]}});
    check(&file(&claimed.to_string(), &[]), "policy_claims_too_much");
    let overflow = json!({"a": {"dtype": "F32", "shape": [u64::MAX, u64::MAX], "data_offsets": [0, 4]}});
    check(&file(&overflow.to_string(), &[0; 4]), "policy_header");
    check(&[&policy().to_bytes()[..], b"more"].concat(), "policy_truncated");
}

#[test]
fn every_cut_is_refused() {
    let bytes = policy().to_bytes();
    for length in 0..bytes.len() {
        assert!(Policy::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn names_appear_once() {
    let tensor = r#"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#;
    check(&file(&format!(r#"{{"a":{tensor},"a":{tensor}}}"#), &[0; 4]), "policy_duplicate_tensor");
}

#[test]
fn the_manifest_is_checked() {
    check(&with_header(|header| header["__metadata__"] = json!({"made_by": "somebody"})), "policy_no_manifest");
    check(&with_manifest(|manifest| manifest["version"] = 3.into()), "policy_unsupported_version");
    check(&with_manifest(|manifest| manifest["news"] = true.into()), "policy_manifest");
    check(&with_manifest(|manifest| manifest["observation"] = "state-v0".into()), "policy_unknown_observation");
    check(&with_manifest(|manifest| manifest["action"] = "discrete-9".into()), "policy_unknown_action");
    check(&with_manifest(|manifest| manifest["layers"][1]["kind"] = "lstm".into()), "policy_unknown_layer");
    check(&with_manifest(|manifest| manifest["layers"] = json!([])), "policy_unexpected_tensor");
    let many = vec![json!({"kind": "relu"}); MAX_LAYERS + 1];
    check(&with_manifest(|manifest| manifest["layers"] = many.into()), "policy_layer_count");
    check(&with_manifest(|manifest| manifest["layers"][1]["size"] = 2.into()), "policy_manifest");
    let bell = "progress\u{7}";
    check(&with_manifest(|manifest| manifest["provenance"]["reward"] = bell.into()), "policy_provenance");
}

#[test]
fn the_manifest_of_version_2_is_checked() {
    let check = |change: &dyn Fn(&mut Value), code| check(&with_manifest_of(&camera_policy(), change), code);
    check(&|manifest| manifest["actions"] = json!([[0.0, 1.0]]), "policy_action_count");
    check(&|manifest| manifest["actions"] = json!([[0.0, 1.0], [0.0, 4.1]]), "policy_action_range");
    check(&|manifest| manifest["actions"] = json!([[0.0, 1.0], [0.6, 4.0]]), "policy_action_range");
    check(&|manifest| manifest["actions"] = json!([[0.0, 1.0], [0.0, 1.0], [0.0, 2.0]]), "policy_shape_mismatch");
    check(&|manifest| manifest["action"] = "ranges-v1".into(), "policy_manifest");
    check(&|manifest| manifest["action"] = "continuous-v1".into(), "policy_manifest");
    check(&|manifest| manifest["steering_rad"] = json!([-0.1, 0.1]), "policy_manifest");
    check(&|manifest| manifest["layers"][0]["size"] = Value::Null, "policy_manifest");
    check(&|manifest| manifest["layers"][0]["size"] = 0.into(), "policy_kernel");
    check(&|manifest| manifest["layers"][0]["size"] = (MAX_KERNEL + 1).into(), "policy_kernel");
    check(&|manifest| manifest["layers"][1]["stride"] = 0.into(), "policy_kernel");
    check(&|manifest| manifest["layers"][1]["stride"] = u64::MAX.into(), "policy_kernel");
    check(&|manifest| manifest["layers"][1]["stride"] = 1.into(), "policy_shape_mismatch");
    check(&|manifest| manifest["layers"][1]["kernel"] = 5.into(), "policy_shape_mismatch");
    check(&|manifest| manifest["observation"] = "camera-v1".into(), "policy_shape_mismatch");
}

#[test]
fn tensors_fit_the_manifest() {
    check(&with_header(|header| header["layers.0.weight"]["shape"] = json!([18, 3])), "policy_shape_mismatch");
    check(&with_manifest(|manifest| manifest["layers"][0]["inputs"] = 17.into()), "policy_shape_mismatch");
    check(&with_header(|header| header["layers.0.bias"]["dtype"] = "I32".into()), "policy_dtype");
    let rename = |from: &'static str, to: &'static str| {
        with_header(|header| {
            let tensor = header.as_object_mut().expect("an object").remove(from).expect("a tensor");
            header[to] = tensor;
        })
    };
    check(&rename("layers.2.bias", "layers.2.bios"), "policy_missing_tensor");
    check(&rename("normaliser.std", "normalizer.std"), "policy_missing_tensor");
    let extra = with_manifest(|manifest| {
        let layers = manifest["layers"].as_array_mut().expect("a list");
        layers.truncate(2);
    });
    check(&extra, "policy_unexpected_tensor");
}

#[test]
fn numbers_are_finite_and_scales_positive() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        check(&with_number("layers.0.weight", bad), "policy_not_finite");
        check(&with_number("normaliser.mean", bad), "policy_not_finite");
    }
    check(&with_number("normaliser.std", 0.0), "policy_normaliser");
}

#[test]
fn a_network_must_lead_from_the_observation_to_the_action() {
    let cases = [
        (vec![], "policy_layer_count"),
        (vec![linear(18, 3)], "policy_shape_mismatch"),
        (vec![linear(17, 2)], "policy_shape_mismatch"),
        (vec![linear(18, 3), linear(4, 2)], "policy_shape_mismatch"),
        (vec![linear(18, MAX_LAYER_WIDTH + 1), linear(MAX_LAYER_WIDTH + 1, 2)], "policy_layer_width"),
        (vec![linear(18, 1024), linear(1024, 1024), linear(1024, 2)], "policy_too_many_parameters"),
        (vec![Layer::AveragePool { size: 2 }, linear(9, 2)], "policy_no_picture"),
        (vec![convolution(18, 2, 1, 1)], "policy_no_picture"),
    ];
    for (layers, code) in cases {
        refused(&STATE_V1, layers, code);
    }
}

#[test]
fn a_network_for_pictures_must_fit_them_and_cost_little() {
    let pool = |size| Layer::AveragePool { size };
    let cases = [
        (vec![pool(4), convolution(2, 8, 3, 1)], "policy_shape_mismatch"),
        (vec![pool(16), convolution(1, 2, 8, 1)], "policy_picture_too_small"),
        (vec![pool(17)], "policy_kernel"),
        (vec![pool(4), convolution(1, MAX_LAYER_WIDTH + 1, 3, 1)], "policy_layer_width"),
        // 113 x 153 places · 16 lanes, of which one is used · (64 + 8) = 19,916,928
        (vec![convolution(1, 1, 8, 1), pool(16), linear(7 * 9, 2)], "policy_too_much_work"),
        // 19,200 numbers · 80, six times: 9,216,000
        ([vec![Layer::Tanh; 6], vec![linear(19_200, 2)]].concat(), "policy_too_much_work"),
        (vec![linear(19_200, 2), convolution(1, 2, 1, 1)], "policy_no_picture"),
    ];
    for (layers, code) in cases {
        refused(&CAMERA_V1, layers, code);
    }
}

fn refused(observation: &'static ObservationSpec, layers: Vec<Layer>, code: &str) {
    let inputs = observation.len();
    let normaliser = Normaliser { mean: vec![0.0; inputs], std: vec![1.0; inputs] };
    let policy = Policy::seeing(observation, ActionSpace::full(), normaliser, layers, Provenance::default());
    let error = policy.expect_err(code);
    assert_eq!(error.code(), code, "{error}");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Policy::from_bytes(&bytes);
    }

    #[test]
    fn no_changed_byte_panics(at in 0..2000_usize, with in any::<u8>()) {
        let mut bytes = policy().to_bytes();
        let at = at % bytes.len();
        bytes[at] = with;
        let _ = Policy::from_bytes(&bytes);
    }

    #[test]
    fn no_changed_byte_of_a_version_2_header_panics(at in 0..1500_usize, with in any::<u8>()) {
        let mut bytes = camera_policy().to_bytes();
        bytes[at] = with;
        let _ = Policy::from_bytes(&bytes);
    }

    #[test]
    fn actions_come_back_to_the_bit(steering in -0.5_f32..0.5, speed in 0.1_f32..4.0) {
        let policy = with_action(ActionSpace::Discrete { actions: vec![[steering, speed], [-steering, 4.0]] });
        prop_assert_eq!(Policy::from_bytes(&policy.to_bytes()), Ok(policy));
    }

    #[test]
    fn whatever_layers_are_put_together_are_judged(kinds in proptest::collection::vec((0..5_usize, 0..20_usize, 1..6_usize), 0..8)) {
        let mut channels = 1;
        let layer = |(kind, size, outputs): (usize, usize, usize)| match kind {
            0 => linear(size, outputs),
            1 => Layer::Relu,
            2 => Layer::Tanh,
            3 => Layer::AveragePool { size },
            _ => convolution(std::mem::replace(&mut channels, outputs), outputs, size, size),
        };
        let layers: Vec<_> = kinds.into_iter().map(layer).collect();
        let normaliser = Normaliser { mean: vec![0.0; 19_200], std: vec![1.0; 19_200] };
        let _ = Policy::seeing(&CAMERA_V1, ActionSpace::full(), normaliser, layers, Provenance::default());
    }
}
