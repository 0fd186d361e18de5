//! Folders as DeepRacer's users have them.

use super::*;
use crate::run::config::{Config, ValueLoss};
use std::fs;

/// As the console writes it.
const HYPERPARAMETERS: &str = r#"{
    "batch_size": 128, "beta_entropy": 0.02, "discount_factor": 0.99, "e_greedy_value": 0.05, "epsilon_steps": 10000,
    "exploration_type": "categorical", "loss_type": "huber", "lr": 0.0003, "num_episodes_between_training": 20,
    "num_epochs": 5, "stack_size": 1, "term_cond_avg_score": 350000000.0, "term_cond_max_episodes": 1000000000,
    "sac_alpha": 0.2
}"#;
const DISCRETE: &str = r#"{
    "action_space": [
        {"steering_angle": -30, "speed": 1.0, "index": 0},
        {"steering_angle": "0", "speed": 4, "index": 1},
        {"steering_angle": 15.0, "speed": 0.5, "index": 2}
    ],
    "sensor": ["FRONT_FACING_CAMERA"], "neural_network": "DEEP_CONVOLUTIONAL_NETWORK_SHALLOW",
    "training_algorithm": "clipped_ppo", "action_space_type": "discrete", "version": "4"
}"#;
const CONTINUOUS: &str = r#"{
    "action_space": {"steering_angle": {"high": 30.0, "low": -15.0}, "speed": {"high": 3.5, "low": 0.5}},
    "sensor": ["STEREO_CAMERAS", "SECTOR_LIDAR"], "neural_network": "DEEP_CONVOLUTIONAL_NETWORK",
    "version": 5, "training_algorithm": "clipped_ppo", "action_space_type": "continuous"
}"#;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    folder
}

fn refusal(hyperparameters: &str, metadata: &str) -> String {
    let folder = folder(&[("hyperparameters.json", hyperparameters), ("model_metadata.json", metadata)]);
    let failure = read(folder.path()).expect_err("it is out of range");
    assert_eq!(failure.status(), 2);
    failure.line()
}

#[test]
fn a_consoles_export_is_read_as_it_is() {
    let folder = folder(&[
        ("hyperparameters.json", HYPERPARAMETERS),
        ("model_metadata.json", DISCRETE),
        ("reward_function.py", "def reward_function(params):\n    return 1.0\n"),
    ]);
    let model = read(folder.path()).expect("a model");
    assert_eq!(model.warnings, Vec::<String>::new());
    let pi = std::f32::consts::PI;
    let actions = vec![[-pi / 6.0, 1.0], [0.0, 4.0], [pi / 12.0, 0.5]];
    assert_eq!(model.action_space, ActionSpace::Discrete { actions });
    assert_eq!((model.algorithm, model.observation()), (AlgorithmName::Ppo, "camera-v1"));
    assert_eq!(model.reward, Some(folder.path().join("reward_function.py")));

    let mut config = Config::default();
    let notes = apply(&model, &mut config);
    // 20 episodes of 300 steps: 6,000; two threads of 94 cars by 32 steps are 6,016.
    assert_eq!((config.cars, config.minibatch, config.epochs), (188, 128, 5));
    assert_eq!((config.learning_rate, config.learning_rate_at(u64::MAX)), (3e-4, 3e-4));
    assert_eq!((config.gamma, config.entropy_weight), (0.99, 0.02));
    config.check().expect("a run can go by it");
    assert!(notes.iter().any(|note| note.starts_with("num_episodes_between_training 20: 188 cars")), "{notes:?}");
}

#[test]
fn deepracer_for_clouds_folder_and_sparse_old_files_are_read() {
    let folder = folder(&[
        ("custom_files/hyperparameters.json", "\u{feff}{\"lr\": \"0.001\", \"loss_type\": \"Mean Squared Error\"}"),
        ("custom_files/model_metadata.json", CONTINUOUS),
        ("custom_files/reward.py", ""),
    ]);
    let model = read(folder.path()).expect("a model");
    assert_eq!(model.hyperparameters.lr, 0.001);
    assert_eq!(model.hyperparameters.discount_factor, 0.999);
    assert_eq!(model.hyperparameters.loss_type, ValueLoss::Mse);
    let ActionSpace::Continuous { steering_rad, speed_mps } = model.action_space else { panic!("continuous") };
    assert_eq!(steering_rad.map(|angle| angle.to_degrees().round()), [-15.0, 30.0]);
    assert_eq!(speed_mps, [0.5, 3.5]);
    assert_eq!((model.sensor, model.network), (Sensor::Camera, Network::Deep));
    assert_eq!(model.warnings.len(), 2, "{:?}", model.warnings);
    assert!(model.reward.expect("a reward").ends_with("custom_files/reward.py"));

    let old = r#"{"action_space": [{"steering_angle": 30, "speed": 0.8}, {"steering_angle": -30, "speed": 0.8}]}"#;
    let folder = self::folder(&[("ip/hyperparameters.json", "{}"), ("model/model_metadata.json", old)]);
    let model = read(folder.path()).expect("a model");
    assert!(matches!(&model.action_space, ActionSpace::Discrete { actions } if actions.len() == 2));
    assert_eq!((model.reward, model.warnings), (None, vec![]));
}

#[test]
fn sac_and_lidar_are_read() {
    let sac = CONTINUOUS.replace("clipped_ppo", "sac").replace(r#""STEREO_CAMERAS", "SECTOR_LIDAR""#, r#""LIDAR""#);
    let one = HYPERPARAMETERS.replace(r#"between_training": 20"#, r#"between_training": 1"#);
    let folder = folder(&[("hyperparameters.json", &one), ("model_metadata.json", &sac)]);
    let model = read(folder.path()).expect("a model");
    assert_eq!((model.algorithm, model.observation()), (AlgorithmName::Sac, "lidar-v1"));
    let line = refusal(HYPERPARAMETERS, &sac);
    assert!(line.ends_with("hyperparameters.json: num_episodes_between_training is 20; allowed: 1"), "{line}");
}

#[test]
fn each_value_out_of_range_is_named_with_its_range() {
    let cases = [
        (r#""batch_size": 128"#, r#""batch_size": 100"#, "batch_size is 100; allowed: 32, 64, 128, 256, 512"),
        (r#""num_epochs": 5"#, r#""num_epochs": 2"#, "num_epochs is 2; allowed: whole numbers from 3 to 10"),
        (r#""num_epochs": 5"#, r#""num_epochs": 5.5"#, "num_epochs is 5.5; allowed: whole numbers from 3 to 10"),
        (r#""lr": 0.0003"#, r#""lr": 0.1"#, "lr is 0.1; allowed: 1e-8 to 0.001"),
        (r#""beta_entropy": 0.02"#, r#""beta_entropy": -1"#, "beta_entropy is -1; allowed: 0.0 to 1.0"),
        (r#""discount_factor": 0.99"#, r#""discount_factor": 1.1"#, "discount_factor is 1.1; allowed: 0.0 to 1.0"),
        (r#""huber""#, r#""hubert""#, "loss_type is \"hubert\"; allowed: mse, mean squared error, huber"),
        (r#"between_training": 20"#, r#"between_training": 4"#, "is 4; allowed: whole numbers from 5 to 100"),
        (r#""sac_alpha": 0.2"#, r#""sac_alpha": 2"#, "sac_alpha is 2; allowed: 0.0 to 1.0"),
        (r#""categorical""#, r#"7"#, "exploration_type is 7; allowed: categorical, e-greedy"),
        (r#""stack_size": 1"#, r#""stack_size": 9"#, "stack_size is 9; allowed: whole numbers from 1 to 4"),
    ];
    for (from, to, words) in cases {
        let line = refusal(&HYPERPARAMETERS.replace(from, to), DISCRETE);
        assert!(line.contains("hyperparameters.json: ") && line.contains(words), "{line}");
    }
    let cases = [
        (DISCRETE, r#""steering_angle": -30"#, r#""steering_angle": -31"#, "action_space[0].steering_angle is -31"),
        (DISCRETE, r#""speed": 4"#, r#""speed": 5"#, "action_space[1].speed is 5; allowed: 0.1 to 4.0"),
        (DISCRETE, r#""speed": 4"#, r#""sped": 4"#, "action_space[1].speed is missing"),
        (DISCRETE, r#""clipped_ppo""#, r#""dqn""#, "training_algorithm is \"dqn\"; allowed: clipped_ppo, sac"),
        (DISCRETE, r#""FRONT_FACING_CAMERA""#, r#""RADAR""#, "sensor[0] is \"RADAR\"; allowed: FRONT_FACING_CAMERA"),
        (CONTINUOUS, r#""low": -15.0"#, r#""low": 5"#, "action_space.steering_angle.low is 5; allowed: -30.0 to 0.0"),
        (CONTINUOUS, r#""low": 0.5"#, r#""low": 3.6"#, "action_space.speed.high is 3.5; allowed: more than low"),
        (CONTINUOUS, r#""continuous""#, r#""discrete""#, "allowed: a list of actions"),
        (CONTINUOUS, r#""action_space":"#, r#""actions":"#, "action_space is missing"),
    ];
    for (file, from, to, words) in cases {
        let line = refusal(HYPERPARAMETERS, &file.replacen(from, to, 1));
        assert!(line.contains("model_metadata.json: ") && line.contains(words), "{line}");
    }
    let one = r#"{"action_space": [{"steering_angle": 0, "speed": 1}]}"#;
    assert!(refusal(HYPERPARAMETERS, one).contains("allowed: 2 to 30 actions"));
    assert!(refusal("{", DISCRETE).contains("hyperparameters.json: EOF"));
}

#[test]
fn unknown_keys_are_named_and_missing_files_too() {
    let hyperparameters = HYPERPARAMETERS.replacen('{', r#"{"learning_rate": 1,"#, 1);
    let folder = folder(&[("hyperparameters.json", &hyperparameters), ("model_metadata.json", DISCRETE)]);
    let warnings = read(folder.path()).expect("a model").warnings;
    assert_eq!(warnings, ["hyperparameters.json: learning_rate is unknown and was ignored"]);
    fs::remove_file(folder.path().join("model_metadata.json")).expect("it is there");
    let line = read(folder.path()).expect_err("a file is missing").line();
    assert!(line.contains("no model_metadata.json in it"), "{line}");
    let line = read(&folder.path().join("nowhere")).expect_err("no folder").line();
    assert!(line.contains("not a folder"), "{line}");
}
