//! TensorBoard itself reads the curves of a run, and forgets what a resumed run does again.

use std::{fs, path::Path};
use tests::{paddock, python};

/// Prints a run's scalars as `{tag: [[step, value], ...]}`, read by TensorBoard's own loader.
const READ: &str = "
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0})
events.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()['scalars']}))
";

/// Every number of `metrics.jsonl`, in the same form.
fn metrics(run: &Path, name: &str) -> Vec<(u64, f64)> {
    let text = fs::read_to_string(run.join("metrics.jsonl")).expect("metrics");
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a whole line"));
    lines.filter_map(|line| Some((line["steps"].as_u64()?, line[name].as_f64()?))).collect()
}

fn assert_read(run: &Path) {
    let read = python(READ, [run]).succeeded().json();
    for name in ["charts/completion_rate", "losses/entropy", "reward/progress"] {
        let expected = metrics(run, name);
        let read = read[name].as_array().unwrap_or_else(|| panic!("{name} in {read}"));
        assert_eq!(read.len(), expected.len(), "{name}");
        for (point, (step, value)) in read.iter().zip(expected) {
            assert_eq!(point[0].as_u64(), Some(step), "{name}");
            // TensorBoard's numbers have single precision.
            assert!(
                (point[1].as_f64().expect("a number") - value).abs() <= value.abs() * 1e-6,
                "{name}: {point} {value}"
            );
        }
    }
}

#[test]
fn tensorboard_reads_a_run_and_its_resumption() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = folder.path().join("run");
    let text = run.to_str().expect("a path of text");
    paddock(["train", "--steps", "200000", "--out", text]).succeeded();
    assert_read(&run);
    paddock(["train", "--resume", text, "--steps", "400000"]).succeeded();
    assert_read(&run);
    // A killed process may leave half a record at the end of its file.
    let mut files: Vec<_> = fs::read_dir(&run).expect("the run").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.to_string_lossy().contains("tfevents"));
    files.sort();
    assert_eq!(files.len(), 2);
    let bytes = fs::read(&files[1]).expect("events");
    fs::write(&files[1], &bytes[..bytes.len() - 20]).expect("a writable file");
    let read = python(READ, [&run]).succeeded().json();
    assert_eq!(
        read["losses/entropy"].as_array().map(Vec::len),
        Some(metrics(&run, "losses/entropy").len() - 1),
        "all but the last"
    );
}
