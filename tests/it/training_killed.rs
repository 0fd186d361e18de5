//! SIGKILL at fifty moments of one training run. Nothing is ever broken, and in the end it is the run that nobody killed.

use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};
use tests::{program, wait_for};

const KILLS: usize = 50;
/// Control steps of one iteration with these settings.
const ITERATION: usize = 256 * 16;
/// Iterations of the whole run: more than are done while fifty processes start, so that each of them is killed at work.
const ITERATIONS: usize = 12 * KILLS;

fn train(arguments: &[&str]) -> Child {
    let steps = (ITERATION * ITERATIONS).to_string();
    let mut command = Command::new(program("paddock"));
    command.args(["train", "--steps", &steps]).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("paddock starts")
}

fn begin(out: &Path) -> Child {
    let out = out.display().to_string();
    let settings = ["cars=256", "horizon=16", "minibatch=1024", "evaluate_every=16"].map(|change| ["--set", change]);
    train(&[&["--out", &out, "--seed", "7", "--threads", "2"][..], settings.as_flattened()].concat())
}

fn lines(folder: &Path) -> usize {
    fs::read_to_string(folder.join("metrics.jsonl")).unwrap_or_default().lines().count()
}

fn iterations(folder: &Path) -> Vec<u64> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).expect("metrics");
    let line = |line: &str| serde_json::from_str::<Value>(line).expect("whole lines");
    text.lines().map(|text| line(text)["iteration"].as_u64().expect("a number")).collect()
}

#[test]
fn a_run_that_is_killed_fifty_times_ends_as_if_it_had_not_been() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    assert!(begin(&whole).wait().expect("it ends").success());

    let mut run = begin(&killed);
    for kill in 0..KILLS {
        // As soon as the folder holds a run, then some iterations further on: two, one, or none at all.
        wait_for("a run to be there", || killed.join("run.json").exists().then_some(()));
        let reached = lines(&killed) + kill % 3;
        wait_for("an iteration", || {
            let is_over = run.try_wait().expect("its state").is_some();
            (lines(&killed) >= reached || is_over).then_some(())
        });
        run.kill().expect("it runs");
        // Killed, which is no exit code, or done; a resumption that was refused would have code 2.
        let status = run.wait().expect("it ends");
        assert!(status.code().is_none_or(|code| code == 0), "kill {kill}: {status}");
        let bytes = fs::read(killed.join("policy.safetensors"));
        bytes.map(|bytes| sim_spec::Policy::from_bytes(&bytes).expect("a whole policy")).ok();
        run = train(&["--resume", &killed.display().to_string()]);
    }
    assert!(run.wait().expect("it ends").success(), "the last one is left alone");

    assert_eq!(iterations(&killed), (1..=ITERATIONS as u64).collect::<Vec<_>>());
    for file in ["policy.safetensors", "last.safetensors", "checkpoint.safetensors", "run.json"] {
        let [whole, killed] = [&whole, &killed].map(|run| fs::read(run.join(file)).expect(file));
        assert!(whole == killed, "the same {file}");
    }

    // And whoever does it again gets the same.
    let again = folder.path().join("again");
    let repeated =
        tests::paddock(["train", "--repeat", &killed.display().to_string(), "--out", &again.display().to_string()]);
    repeated.succeeded();
    let [killed, again] = [&killed, &again].map(|run| fs::read(run.join("policy.safetensors")).expect("a policy"));
    assert!(killed == again, "the same policy");
}
