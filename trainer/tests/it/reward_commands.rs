//! `paddock reward`: what is found in a file, and what it would have paid for an old run.

use sim_spec::builtin_tracks;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

fn paddock(arguments: &[&str]) -> Output {
    let python = std::env::var("PADDOCK_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    let mut command = Command::new(env!("CARGO_BIN_EXE_paddock"));
    command.args(arguments).env("PADDOCK_PYTHON", python).output().expect("paddock runs")
}

/// A reward in a file that goes away with the folder.
fn file(folder: &Path, source: &str) -> String {
    let path = folder.join("reward.py");
    fs::write(&path, source).expect("writable");
    path.to_string_lossy().into_owned()
}

fn fixture(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/rewards", name].iter().collect();
    path.to_string_lossy().into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// Line, code and severity of what `check` finds.
fn findings(source: &str) -> BTreeSet<(u64, String, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = paddock(&["reward", "check", &file(folder.path(), source), "--json"]);
    let document = json(&output);
    assert_eq!(output.status.code(), Some(if document["ok"] == true { 0 } else { 1 }), "{source}");
    let finding = |finding: &serde_json::Value| {
        let text = |name: &str| finding[name].as_str().expect("text").to_owned();
        (finding["line"].as_u64().unwrap_or_default(), text("code"), text("severity"))
    };
    document["findings"].as_array().expect("a list").iter().map(finding).collect()
}

#[test]
fn check_finds_what_is_wrong_and_where() {
    let function = |body: &str| format!("def reward_function(params):\n    {body}\n");
    let cases = [
        (function("return 1 +"), 2, "syntax_error", "error"),
        ("def reward_funktion(params):\n    return 1\n".into(), 1, "no_reward_function", "error"),
        ("def reward_function():\n    return 1\n".into(), 1, "signature", "error"),
        ("def reward_function(params, more):\n    return 1\n".into(), 1, "signature", "error"),
        (function("params['speed']"), 1, "returns_nothing", "error"),
        (function("return params['sped']"), 2, "unknown_key", "error"),
        (function("return params.get('sped', 1)"), 2, "unknown_key", "warning"),
        (function("return len(dict(params))"), 2, "all_keys", "hint"),
        ("import no_such_package\n".to_owned() + &function("return 1"), 1, "import_unavailable", "error"),
        (
            "try:\n    import no_such_package\nexcept ImportError:\n    pass\n".to_owned() + &function("return 1"),
            2,
            "import_unavailable",
            "warning",
        ),
        ("from . import helper\n".to_owned() + &function("return 1"), 1, "import_relative", "error"),
        (function("open('x', 'w')\n    return 1"), 2, "writes_file", "error"),
        (function("open('/etc/passwd')\n    return 1"), 2, "reads_file", "warning"),
        ("import numpy as np\n".to_owned() + &function("np.save('x', 1)\n    return 1"), 3, "writes_file", "error"),
        (
            "from os import system\n".to_owned() + &function("system('true')\n    return 1"),
            3,
            "starts_process",
            "error",
        ),
        ("import socket\n".to_owned() + &function("socket.socket()\n    return 1"), 3, "uses_network", "error"),
        (function("exit()"), 2, "leaves", "error"),
        (function("while True: pass\n    return 1"), 2, "endless_loop", "error"),
        ("import time\n".to_owned() + &function("return time.time() % 2"), 3, "wall_clock", "warning"),
        (function("return params['speed']"), 2, "trap_speed", "hint"),
        (function("return params['is_reversed'] + params['steps']"), 2, "trap_is_reversed", "hint"),
        // Found by running it.
        (function("return 1.0"), 0, "constant", "warning"),
        (function("return params['x'] if params['steps'] < 20 else None"), 2, "wrong_type", "error"),
        (function("return params['x'] / (params['steps'] - 9)"), 2, "exception", "error"),
        (function("return params['x'] * 1e9"), 2, "out_of_range", "error"),
        (function("return params['x'] * float('nan')"), 2, "not_finite", "error"),
        (function("return sum(range(20000)) * 1e-9 * params['x']"), 0, "slow", "warning"),
        (function("return 1.0 - params['distance_from_center']"), 0, "pays_dawdling", "hint"),
        (function("return 1.0 + params['is_offtrack']"), 0, "pays_off_track", "warning"),
        (function("import ctypes\n    return ctypes.string_at(0)"), 3, "crash", "error"),
    ];
    for (source, line, code, severity) in cases {
        let found = findings(&source);
        assert!(found.contains(&(line, code.into(), severity.into())), "{source}{found:?}");
    }
}

#[test]
fn check_says_nothing_of_a_reward_without_fault() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fine = "last = 0.0\ndef reward_function(params):\n    global last\n    gained = params['progress'] - last\n    \
                last = params['progress'] % 100\n    return gained if params['steps'] > 1 else 0\n";
    assert_eq!(findings(fine), BTreeSet::new());
    let output = paddock(&["reward", "check", &file(folder.path(), fine)]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for words in ["in the middle", "off the track", "keys in use: progress, steps", "paddock train --reward"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn check_shows_a_syntax_error_with_a_caret() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = file(folder.path(), "def reward_function(params):\n    return params[\n");
    let output = paddock(&["reward", "check", &path]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with(&format!("{path}:2: error: ")) && lines[0].ends_with("[syntax_error]"), "{text}");
    assert_eq!(lines[1], "     2 |     return params[");
    assert!(lines[2].starts_with("       |") && lines[2].ends_with('^'), "{text}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("paddock: {path}: 1 error\n"));
}

#[test]
fn what_cannot_be_read_is_bad_input() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (missing, reward) = (folder.path().join("missing.py"), fixture("bands.py"));
    let large = file(folder.path(), &"#".repeat(140_001));
    let missing = missing.to_string_lossy();
    for arguments in [&["check", &missing][..], &["check", &large], &["replay", &reward, &missing]] {
        let output = paddock(&[&["reward"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.starts_with("paddock: ") && text.lines().count() == 1, "{text}");
    }
}

#[test]
fn list_has_the_rewards_of_ours() {
    let document = json(&paddock(&["reward", "list", "--json"]));
    assert!(document.as_array().expect("a list").iter().any(|entry| entry["name"] == "progress"));
}

/// A simtrace of DeepRacer's kind, along the middle of harbour: two episodes of ten steps each way round.
fn trace(path: &Path) {
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let stations = track.stations();
    let mut text = String::from(
        "episode,steps,X,Y,yaw,steer,throttle,action,reward,done,all_wheels_on_track,progress,closest_waypoint,track_len,\
         tstamp,episode_status,pause_duration\n",
    );
    for (episode, throttle) in [(0, 1.0), (1, 2.0), (2, 3.0)] {
        for step in 0..10 {
            // The last one goes the other way.
            let index = if episode == 2 { stations.len() - 1 - step } else { step };
            let [x, y] = stations[index].centre;
            let status = if step == 0 { "prepare" } else { "in_progress" };
            text += &format!(
                "{episode},{step},{x:.4},{y:.4},0.00,5.00,{throttle:.2},[{throttle} 5.0],{:.4},False,True,{:.4},{index},\
                 {:.2},{:.3},{status},0.00\n",
                -throttle,
                step as f64,
                track.length_m(),
                step as f64 / 15.0,
            );
        }
    }
    fs::write(path, text).expect("writable");
}

#[test]
fn replay_pays_an_old_run_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("trace.csv");
    trace(&path);
    let path = path.to_string_lossy();
    let reward = "def reward_function(params):\n    assert params['distance_from_center'] < 0.2\n    \
                  assert params['steps'] > 0 and params['heading'] == 0 and params['objects_location'] == []\n    \
                  return params['speed'] + 100 * params['is_reversed']\n";
    let reward = file(folder.path(), reward);
    let output = paddock(&["reward", "replay", &reward, &path, "--track", "harbour", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let document = json(&output)["replay"].clone();
    let sums = |name: &str| -> Vec<f64> {
        let episodes = document["episodes"].as_array().expect("a list");
        episodes.iter().map(|episode| episode[name].as_f64().expect("a number")).collect()
    };
    // Nine steps each: nobody is paid for the one in which a car waits for its start.
    assert_eq!(sums("old"), [-9.0, -18.0, -27.0]);
    assert_eq!(sums("new"), [9.0, 18.0, 927.0]);
    assert_eq!(document["correlation"], -1.0);
    assert_eq!(document["unknown_keys"], serde_json::json!(["objects_location"]));

    let output = paddock(&["reward", "replay", &reward, &path, "--track", "harbour"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("3 episodes, 27 steps") && text.contains("look twice at its signs"), "{text}");

    let failing = file(folder.path(), "def reward_function(params):\n    return 1 / 0\n");
    let output = paddock(&["reward", "replay", &failing, &path, "--track", "harbour"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("reward.py:2: ZeroDivisionError"));
}

/// SIGKILL leaves no time to end a worker, even in an endless loop: it ends itself.
#[cfg(target_os = "linux")]
#[test]
fn a_killed_paddock_takes_its_workers_along() {
    use std::{
        io::{BufRead, BufReader},
        time::{Duration, Instant},
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let endless = "import os\nprint(os.getpid())\nwhile True:\n    pass\n";
    let mut paddock = Command::new(env!("CARGO_BIN_EXE_paddock"))
        .args(["reward", "check", &file(folder.path(), endless)])
        .stderr(Stdio::piped())
        .spawn()
        .expect("paddock runs");
    let mut pid = String::new();
    BufReader::new(paddock.stderr.take().expect("it was asked for")).read_line(&mut pid).expect("the worker's number");
    let worker = Path::new("/proc").join(pid.trim());
    assert!(worker.exists());
    paddock.kill().expect("it runs");
    paddock.wait().expect("it has ended");
    // A zombie has lost its command line; who is to wait for it is up to the system.
    let is_running = || fs::read(worker.join("cmdline")).is_ok_and(|line| !line.is_empty());
    let patience = Instant::now() + Duration::from_secs(20);
    while is_running() && Instant::now() < patience {
        std::thread::yield_now();
    }
    assert!(!is_running(), "the worker goes on");
}
