//! Rewards in Python, run by a real interpreter: files of every style, and every way to go wrong.
//!
//! `PADDOCK_TEST_PYTHON` names an interpreter with numpy, scipy and shapely; without it, files that need them are refused
//! by name, and that is what is tested then.

use sim::{Batch, BatchConfig, StepFacts, drivers, pilot::Pilot};
use sim_spec::{Boxes, RaceType, builtin_tracks, observation::STATE_V1};
use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use trainer::{
    failure::Failure,
    reward::{
        Episode, Payment, Reward, Start, Step,
        python::{File, Limits, Log, Python, PythonReward, Setup},
    },
};

const CARS: usize = 8;

fn python() -> Python {
    let named = env::var("PADDOCK_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    Python::at(Path::new(&named)).expect("a Python")
}

/// A reward that has been started, and what it printed.
struct Started {
    reward: PythonReward,
    printed: Arc<Mutex<Vec<String>>>,
}

fn start_with(source: &str, seed: u64, limits: Limits) -> Result<Started, Failure> {
    let printed = Arc::new(Mutex::new(Vec::new()));
    let log = printed.clone();
    let file = File { name: "reward.py".into(), source: source.into() };
    let log: Log = Arc::new(move |line| log.lock().expect("no panic").push(line.to_owned()));
    let setup = Setup { python: &python(), file: &file, cars: CARS, seed, limits, check: false, log };
    let begun = Start { seed, thread: 0, cars: CARS, iteration: 0 };
    Ok(Started { reward: PythonReward::start(setup, begun)?, printed })
}

fn start(source: &str) -> Result<Started, Failure> {
    start_with(source, 1, Limits::default())
}

/// What cars among boxes get for so many steps on the line, `[steps][CARS]`.
fn drive(reward: &mut PythonReward, steps: u32) -> Result<Vec<Vec<f32>>, Failure> {
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let race_type = RaceType::ObjectAvoidance { boxes: Boxes::Seeded(3) };
    let mut batch = Batch::new(BatchConfig { race_type, ..BatchConfig::new(track, CARS, 7) });
    let mut pilot = Pilot::new(&drivers::centre_line(1.5));
    let cars: Vec<usize> = (0..CARS).collect();
    let (mut facts, mut actions) = (vec![StepFacts::default(); CARS], vec![[0.0; 2]; CARS]);
    let (mut episodes, mut seen) = (vec![Episode::default(); CARS], vec![0.0; STATE_V1.len()]);
    let mut all = Vec::new();
    for _ in 0..steps {
        for (car, action) in actions.iter_mut().enumerate() {
            batch.observe_car(car, &mut seen);
            *action = pilot.act(&seen);
        }
        batch.step(actions.as_flattened(), &mut facts);
        for (episode, facts) in episodes.iter_mut().zip(&facts) {
            episode.steps += 1;
            episode.distance_m += facts.progress_m;
        }
        let step = Step { batch: &batch, cars: &cars, facts: &facts, actions: &actions, episodes: &episodes };
        let (mut rewards, mut terms) = (vec![0.0; CARS], vec![0.0; reward.terms().len()]);
        reward.pay(&step, &mut Payment { rewards: &mut rewards, terms: &mut terms })?;
        let sum: f64 = rewards.iter().copied().map(f64::from).sum();
        assert!((sum - terms[0]).abs() <= sum.abs() * 1e-6 + 1e-6, "{sum} {terms:?}");
        all.push(rewards);
    }
    Ok(all)
}

fn fixtures() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rewards");
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("readable"))
    };
    fs::read_dir(folder).expect("the fixtures").map(read).collect()
}

fn fixture(name: &str) -> String {
    fixtures().remove(name).expect("a fixture")
}

#[test]
fn files_of_every_style_run_unchanged() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 20, "twenty styles");
    for (name, source) in fixtures {
        let paid = start(&source).and_then(|mut started| drive(&mut started.reward, 30));
        match paid {
            Ok(paid) => {
                let rewards = paid.concat();
                assert!(rewards.iter().all(|reward| reward.is_finite()), "{name}: {rewards:?}");
                assert!(rewards.iter().any(|reward| *reward > 0.0), "{name} pays nothing: {rewards:?}");
            }
            // The one reason for a refusal: a package that this Python does not have.
            Err(failure) => {
                let line = failure.line();
                let package = ["numpy", "shapely", "scipy"].into_iter().find(|package| source.contains(package));
                let package = package.unwrap_or_else(|| panic!("{name}: {line}"));
                assert!(env::var("PADDOCK_TEST_PYTHON").is_err(), "{name}: {line}");
                assert!(line.contains(&format!("-m pip install {package}")), "{line}");
                assert!(line.starts_with("reward.py:"), "{line}");
                assert_eq!(failure.status(), 2);
            }
        }
    }
}

#[test]
fn each_car_has_globals_of_its_own() {
    let mut counting = start(&fixture("counts_calls")).expect("it loads");
    let paid = drive(&mut counting.reward, 3).expect("it pays");
    // The n-th call of each car pays n, whatever the other cars did.
    assert_eq!(paid, [vec![1.0; CARS], vec![2.0; CARS], vec![3.0; CARS]]);
}

#[test]
fn a_list_that_a_reward_changes_is_whole_again_in_the_next_call() {
    let mut changing = start(&fixture("waypoints_changed")).expect("it loads");
    let paid = drive(&mut changing.reward, 3).expect("it pays").concat();
    let stations = builtin_tracks::find("harbour").expect("a built-in track").stations().len();
    // The first waypoint is there again at the end.
    assert!(paid.iter().all(|reward| *reward == (stations + 1) as f32 + 0.4), "{paid:?}");
}

#[test]
fn the_same_seed_draws_the_same_numbers() {
    let draw = "try:\n    import numpy\nexcept ImportError:\n    numpy = None\nimport random\nfirst = random.random()\n\
                def reward_function(params):\n    more = 0.0\n    if numpy:\n        more = numpy.random.rand() + \
                numpy.random.default_rng().random()\n    return first + random.random() + more + hash('text') % 7\n";
    let paid = |seed| {
        let mut started = start_with(draw, seed, Limits::default()).expect("it loads");
        drive(&mut started.reward, 5).expect("it pays")
    };
    assert_eq!(paid(3), paid(3));
    assert_ne!(paid(3), paid(4));
}

#[test]
fn what_is_printed_is_shown_and_not_too_much_of_it() {
    let mut printing = start(&fixture("prints")).expect("it loads");
    drive(&mut printing.reward, 2).expect("it pays");
    let printed = printing.printed.lock().expect("no panic").join("\n");
    for line in ["step 1 progress", "to stderr", "{'x': ", "no line end"] {
        assert!(printed.contains(line), "{line}: {printed}");
    }

    let limits = Limits { output_bytes: 100, ..Limits::default() };
    let loud = "print('loading')\ndef reward_function(params):\n    print('x' * 30)\n    return 1\n";
    let mut loud = start_with(loud, 1, limits).expect("it loads");
    drive(&mut loud.reward, 20).expect("it pays on");
    let printed = loud.printed.lock().expect("no panic").clone();
    assert!(printed[0] == "loading" && printed.last().expect("a line").contains("that is enough"), "{printed:?}");
    assert!(printed.concat().len() < 300, "{printed:?}");
}

/// What a file fails with, when it is loaded or when it is called.
fn failure_of(source: &str, limits: Limits) -> (u8, String) {
    let failure = match start_with(source, 1, limits) {
        Ok(mut started) => drive(&mut started.reward, 2).expect_err("it fails"),
        Err(failure) => failure,
    };
    (failure.status(), failure.line())
}

/// `body` in `reward_function`, from line 2 on.
fn failing(body: &str) -> String {
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    format!("def reward_function(params):\n{body}    return 1.0\n")
}

fn short() -> Limits {
    Limits { load: Duration::from_secs(10), batch: Duration::from_millis(400), ..Limits::default() }
}

/// Each of these is stopped and named: the line, what happened, and the way out.
#[test]
fn what_a_reward_does_wrong_is_named_with_its_line() {
    let cases = [
        ("pass\nreturn None", 3, "nothing was returned"),
        ("if params['steps'] > 0:\n    return\n", 3, "nothing was returned"),
        ("return '1.0'", 2, "a str was returned"),
        ("return [1.0]", 2, "a list was returned"),
        ("return float('nan')", 2, "NaN was returned"),
        ("x = 1\nreturn float('inf')", 3, "an infinite reward"),
        ("return 10 ** 400", 2, "an infinite reward"),
        ("return -2e5", 2, "-200000 was returned"),
        ("return params['sped']", 2, "did you mean 'speed'?"),
        ("x = 1 / 0", 2, "max(x, 0.001)"),
        ("return params['waypoints'][10 ** 6][0]", 2, "len(waypoints)"),
        ("return undefined_name", 2, "undefined_name"),
        ("def deeper(n):\n    return deeper(n + 1)\nreturn deeper(0)", 3, "RecursionError"),
        ("open('notes.txt', 'w')", 2, "cannot write files"),
        ("import os\nos.mkdir('notes')", 3, "cannot write files"),
        ("import os\nos.open('notes', os.O_CREAT | os.O_RDWR)", 3, "cannot write files"),
        ("from pathlib import Path\nPath('notes').write_text('hello')", 3, "cannot write files"),
        ("import subprocess\nsubprocess.run(['true'])", 3, "cannot start processes"),
        ("import os\nos.system('true')", 3, "cannot start processes"),
        ("import os\nos.fork()", 3, "cannot start processes"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 9))", 3, "cannot use the network"),
        ("import os\nos.kill(os.getppid(), 9)", 3, "cannot send signals"),
        ("import sys\nsys.exit()", 3, "tried to leave"),
        ("input('?')", 2, "nobody is there"),
        ("import ctypes\nctypes.string_at(0)", 3, "segmentation fault"),
        ("import os\nos.abort()", 3, "aborted"),
        ("x = [0] * 10 ** 9", 2, "MemoryError"),
        ("hoard = []\nwhile True:\n    hoard.append('x' * 10 ** 7)", 4, "MemoryError"),
        ("while True:\n    pass", 0, "still busy after 400ms"),
        ("import time\ntime.sleep(1000)", 3, "still busy after 400ms"),
        ("x = 3 ** 10 ** 9", 2, "still busy after 400ms"),
    ];
    for (body, line, words) in cases {
        let limits =
            if words.contains("busy") { short() } else { Limits { batch: Duration::from_secs(60), ..short() } };
        let (status, said) = failure_of(&failing(body), limits);
        assert_eq!(status, 1, "{body}: {said}");
        assert!(said.contains(words), "{body}: {said}");
        // An endless loop is stopped in one of its lines.
        match line {
            0 => assert!(said.starts_with("reward.py:2:") || said.starts_with("reward.py:3:"), "{body}: {said}"),
            line => assert!(said.starts_with(&format!("reward.py:{line}:")), "{body}: {said}"),
        }
    }
    assert!(!Path::new("notes.txt").exists());
}

#[test]
fn the_interpreter_that_is_left_is_named() {
    let (status, said) = failure_of(&failing("import os\nos._exit(3)"), Limits::default());
    assert_eq!(status, 1);
    assert!(said.starts_with("reward.py: the interpreter was left with status 3"), "{said}");
    let (_, said) = failure_of(
        &failing(
            "import os\nfor fd in range(3, 64):\n    try:\n        os.close(fd)\n    except OSError:\n        pass",
        ),
        Limits::default(),
    );
    assert!(said.starts_with("reward.py: "), "{said}");
}

#[test]
fn a_file_that_does_not_load_is_bad_input() {
    let cases = [
        ("def reward_function(params)\n    return 1\n", "reward.py:1:", "Python cannot read the file"),
        ("x = 1\n  y = 2\n", "reward.py:2:", "Python cannot read the file"),
        ("print 'two'\n", "reward.py:1:", "Python cannot read the file"),
        ("def reward(params):\n    return 1\n", "reward.py:1:", "rename reward"),
        ("", "reward.py:1:", "write def reward_function(params)"),
        ("import no_such_package\ndef reward_function(params):\n    return 1\n", "reward.py:1:", "-m pip install"),
        ("x = 1 / 0\ndef reward_function(params):\n    return 1\n", "reward.py:1:", "ZeroDivisionError"),
        ("import os\nos.abort()\n", "reward.py:2:", "aborted"),
    ];
    for (source, place, words) in cases {
        let (status, said) = failure_of(source, Limits::default());
        assert_eq!(status, 2, "{source}: {said}");
        assert!(said.starts_with(place) && said.contains(words), "{source}: {said}");
    }
    let limits = Limits { load: Duration::from_secs(2), ..Limits::default() };
    let (status, said) = failure_of("while True:\n    pass\n", limits);
    assert_eq!(status, 2);
    assert!(said.contains("still loading after 2s"), "{said}");
}

/// Whatever the worker was doing, nothing of it is left when its reward is gone.
#[test]
fn no_process_is_left() {
    let mut started = start(&failing("import os\nprint(os.getpid())")).expect("it loads");
    drive(&mut started.reward, 1).expect("it pays");
    let pid = started.printed.lock().expect("no panic")[0].clone();
    let process = Path::new("/proc").join(pid);
    // Where there is no /proc, there is nothing to look at.
    let is_there = process.exists();
    assert_eq!(is_there, Path::new("/proc/self").exists());
    drop(started);
    assert!(!process.exists(), "neither running nor a zombie");
}

/// A secret in the environment is not the reward's, and hashes do not differ from run to run.
#[test]
fn a_worker_sees_little_of_the_world() {
    let look = "import os\nassert os.listdir('.') == [], os.listdir('.')\nassert 'CARGO_MANIFEST_DIR' not in os.environ\n\
                assert os.environ['PYTHONHASHSEED'] == '0'\ndef reward_function(params):\n    return 1\n";
    start(look).map(drop).map_err(|failure| failure.line()).expect("it finds what it should");
}
