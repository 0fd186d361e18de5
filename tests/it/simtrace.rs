//! The community's package reads what a run has traced, in training and in evaluations.

use tests::{paddock, python};

/// Loads both traces as its documentation says, and prints what its own functions make of them.
const READ: &str = "
import json, sys
from deepracer.logs import AnalysisUtils, DeepRacerLog
said = sys.stdout
sys.stdout = sys.stderr
training = DeepRacerLog(sys.argv[1])
training.load()
rows = training.dataframe()
episodes = AnalysisUtils.simulation_agg(rows)
evaluation = DeepRacerLog(sys.argv[1])
evaluation.load_evaluation_trace()
laps = AnalysisUtils.simulation_agg(evaluation.dataframe(), firstgroup='stream', is_eval=True)
evaluation.stability.analyze()
last = laps[laps['stream'] == laps['stream'].max()]
print(json.dumps({
    'columns': sorted(rows.columns), 'iterations': sorted(int(n) for n in rows['iteration'].unique()),
    'episodes': len(episodes), 'best_progress': float(episodes['progress'].max()),
    'statuses': sorted(rows['episode_status'].unique()), 'laps': [float(secs) for secs in last['time']],
}), file=said)
";

#[test]
fn deepracer_utils_loads_training_and_evaluation() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = folder.path().join("run");
    let text = run.to_str().expect("a path of text");
    paddock(["train", "--track", "ridge", "--steps", "800000", "--out", text]).succeeded();
    let read = python(READ, [run.join("simtrace")]).succeeded().json();
    for column in ["x", "y", "yaw", "steering_angle", "speed", "progress", "closest_waypoint", "wall_clock"] {
        assert!(read["columns"].as_array().expect("a list").contains(&column.into()), "{column} in {read}");
    }
    assert_eq!(read["iterations"][0], 0, "the notebooks count from it");
    assert!(read["episodes"].as_u64() >= Some(10) && read["best_progress"].as_f64() > Some(20.0), "{read}");
    assert!(read["statuses"].as_array().expect("a list").contains(&"off_track".into()), "{read}");
    // The last evaluation that was traced is the best policy's: the referee's own laps, to the digits of the file.
    let policy = run.join("policy.safetensors");
    let policy = policy.to_str().expect("a path of text");
    let result = paddock(["eval", policy, "--track", "ridge", "--laps", "3", "--json"]).succeeded().json();
    let laps = result["laps"].as_array().expect("a list");
    assert_eq!(read["laps"].as_array().map(Vec::len), Some(3), "{read}");
    for (traced, lap) in read["laps"].as_array().into_iter().flatten().zip(laps) {
        let difference_secs = traced.as_f64().expect("seconds") - lap["secs"].as_f64().expect("seconds");
        assert!(difference_secs.abs() < 2e-4, "{read} {result}");
    }
}
