//! Every broken policy gets its own clear answer, on the laptop and at the league's door, and leaves nothing behind.

use safetensors::{Dtype, tensor::TensorView};
use serde_json::{Value, json};
use sim_spec::limits::MAX_POLICY_BYTES;
use std::{collections::BTreeSet, collections::HashMap, fs, path::Path};
use tests::{TestLeague, numbered_policy, paddock};

/// `(what is wrong, the bytes, the code)`
fn bad_policies() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let good = numbered_policy(1);
    vec![
        ("empty", vec![], "policy_empty"),
        ("truncated", good[..good.len() - 7].to_vec(), "policy_truncated"),
        ("a pickle", b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix.".to_vec(), "policy_is_pickle"),
        ("a TorchScript archive", b"PK\x03\x04\0\0\x08\x08archive/code/__torch__.py".to_vec(), "policy_is_torchscript"),
        ("an ONNX model", b"\x08\x09\x12\x07pytorch\x1a\x062.13.0:\x80\x01".to_vec(), "policy_is_onnx"),
        ("text", b"import torch; torch.load('agent.pt')".to_vec(), "policy_not_safetensors"),
        ("an oversized header", file(10_000_000_000, "{", b""), "policy_header_too_large"),
        ("a tensor of ten gigabytes", claims_ten_gigabytes(), "policy_claims_too_much"),
        ("too many bytes", vec![0; MAX_POLICY_BYTES + 1], "policy_too_large"),
        (
            "NaN weights",
            rebuilt(|_, tensors| tensors[2].2[0..4].copy_from_slice(&f32::NAN.to_le_bytes())),
            "policy_not_finite",
        ),
        ("wrong shapes", rebuilt(|manifest, _| manifest["layers"][0]["inputs"] = 17.into()), "policy_shape_mismatch"),
        (
            "another observation",
            rebuilt(|manifest, _| manifest["observation"] = "camera-v9".into()),
            "policy_unknown_observation",
        ),
        (
            "an unknown layer",
            rebuilt(|manifest, _| manifest["layers"][0]["kind"] = "lstm".into()),
            "policy_unknown_layer",
        ),
        (
            "actions that no car has",
            rebuilt(|manifest, _| {
                (manifest["version"], manifest["action"]) = (2.into(), "ranges-v1".into());
                (manifest["steering_rad"], manifest["speed_mps"]) = (json!([-1.0, 1.0]), json!([0.1, 4.0]));
            }),
            "policy_action_range",
        ),
        (
            "a pool without a picture",
            rebuilt(|manifest, _| {
                manifest["version"] = 2.into();
                manifest["layers"].as_array_mut().expect("a list").push(json!({"kind": "average_pool", "size": 4}));
            }),
            "policy_no_picture",
        ),
        ("duplicate tensors", duplicate_tensors(), "policy_duplicate_tensor"),
        ("another version", rebuilt(|manifest, _| manifest["version"] = 99.into()), "policy_unsupported_version"),
        (
            "no manifest",
            file_of(&json!({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}), &[0; 4]),
            "policy_no_manifest",
        ),
    ]
}

#[test]
fn each_has_its_own_answer_on_the_laptop() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("policy.safetensors");
    let mut sentences = BTreeSet::new();
    for (what, bytes, _) in bad_policies() {
        fs::write(&file, bytes).expect("a writable folder");
        let run = paddock(["eval".as_ref(), file.as_os_str(), "--track".as_ref(), "harbour".as_ref()]);
        run.refused(2, "");
        assert!(run.stdout.is_empty(), "{what}: {run:?}");
        assert!(sentences.insert(run.stderr.clone()), "{what} has the same answer as another: {run:?}");
    }
}

#[test]
fn each_has_its_own_answer_at_the_door_and_leaves_nothing_behind() {
    let league = TestLeague::start();
    let racer = league.person("racer");
    let blobs = || count_files(&league.folder().join("blobs"));
    // The baselines are raced before, so that whatever appears later is ours.
    wait_for_baselines(&league);
    let blobs_before = blobs();
    let memory_before = peak_memory_bytes(league.pid());
    for (what, bytes, code) in bad_policies() {
        let answer = racer.submit("harbour-sprint", &bytes);
        assert!((400..500).contains(&answer.status), "{what}: {}", answer.text());
        assert_eq!(answer.problem(), code, "{what}: {}", answer.text());
    }
    let listed = racer.get("/api/v1/submissions").expect(200).json();
    assert_eq!(listed["items"], json!([]));
    assert_eq!(blobs(), blobs_before);
    // One body of the limit at a time and what parsing it takes, never what a file claims.
    let most = memory_before + 8 * MAX_POLICY_BYTES;
    assert!(peak_memory_bytes(league.pid()) < most, "{} bytes", peak_memory_bytes(league.pid()));
    // And the door still works.
    racer.submit("harbour-sprint", &numbered_policy(1)).expect(202);
}

#[test]
fn a_good_policy_for_a_bad_race_is_refused_too() {
    let league = TestLeague::start();
    let racer = league.person("racer");
    assert_eq!(racer.submit("no-such-race", &numbered_policy(1)).expect(404).problem(), "race_not_found");
    let path = "/api/v1/races/harbour-sprint/submissions";
    let as_json = racer.post_json(path, &json!({"policy": "please"}));
    assert_eq!(as_json.expect(415).problem(), "unsupported_media_type");
    assert_eq!(league.anonymous().submit("harbour-sprint", &numbered_policy(1)).expect(401).problem(), "not_signed_in");
}

fn wait_for_baselines(league: &TestLeague) {
    tests::wait_for("the baselines to be raced", || {
        let races = ["harbour-sprint", "ridge-endurance", "cathedral-consistency"];
        races.iter().all(|race| league.board(race).len() >= 3).then_some(())
    });
}

fn count_files(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.expect("a folder entry").path());
    paths.map(|path| if path.is_dir() { count_files(&path) } else { 1 }).sum()
}

/// The most memory that a process ever had, from Linux's account of it.
fn peak_memory_bytes(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the tests run on Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}

fn file(header_len: u64, header: &str, data: &[u8]) -> Vec<u8> {
    [&header_len.to_le_bytes()[..], header.as_bytes(), data].concat()
}

fn file_of(header: &Value, data: &[u8]) -> Vec<u8> {
    let header = header.to_string();
    file(header.len() as u64, &header, data)
}

fn claims_ten_gigabytes() -> Vec<u8> {
    file_of(
        &json!({"a": {"dtype": "F32", "shape": [2_500_000_000_u64], "data_offsets": [0, 10_000_000_000_u64]}}),
        &[0; 16],
    )
}

fn duplicate_tensors() -> Vec<u8> {
    let tensor = r#"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#;
    let header = format!(r#"{{"normaliser.mean":{tensor},"normaliser.mean":{tensor}}}"#);
    file(header.len() as u64, &header, &[0; 4])
}

/// A good policy, taken apart, changed and put together again.
fn rebuilt(change: impl FnOnce(&mut Value, &mut Vec<(String, Vec<usize>, Vec<u8>)>)) -> Vec<u8> {
    let good = numbered_policy(1);
    let (_, metadata) = safetensors::SafeTensors::read_metadata(&good).expect("our own file");
    let key = "paddock_policy";
    let mut manifest = serde_json::from_str(&metadata.metadata().as_ref().expect("metadata")[key]).expect("JSON");
    let parsed = safetensors::SafeTensors::deserialize(&good).expect("our own file");
    let names = ["normaliser.mean", "normaliser.std", "layers.0.weight", "layers.0.bias"];
    let take = |name: &str| {
        let view = parsed.tensor(name).expect(name);
        (name.to_owned(), view.shape().to_vec(), view.data().to_vec())
    };
    let mut tensors = names.map(take).to_vec();
    change(&mut manifest, &mut tensors);
    let view = |shape: &Vec<usize>, data| TensorView::new(Dtype::F32, shape.clone(), data).expect("still a tensor");
    let views = tensors.iter().map(|(name, shape, data)| (name, view(shape, data)));
    safetensors::serialize(views, Some(HashMap::from([(key.into(), manifest.to_string())]))).expect("serialisable")
}
