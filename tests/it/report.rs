//! A run's report in a real browser, and runs in a list.

use std::path::Path;
use tests::{chromium, paddock};

#[test]
fn a_report_is_whole_in_itself_and_runs_are_compared() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    for (name, seed) in [("one", "1"), ("other", "2")] {
        paddock(["train", "--steps", "800000", "--seed", seed, "--out", &path(name)]).succeeded();
    }
    let written = paddock(["report", &path("one")]).succeeded().stdout;
    assert_eq!(written.trim(), path("one/report.html"));
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../web"));
    let mut browser = std::process::Command::new("node");
    browser.arg("tests/report.browser.mjs").current_dir(web);
    browser.env("PADDOCK_REPORT", written.trim()).env("PADDOCK_CHROMIUM", chromium());
    tests::Run::from(browser.output().expect("node runs")).succeeded();

    let runs = paddock(["runs", &path(""), "--json"]).succeeded().json();
    let seeds: Vec<_> = runs.as_array().expect("a list").iter().map(|run| run["seed"].as_u64()).collect();
    assert_eq!(seeds.len(), 2, "{runs}");
    assert!(runs[0]["best_lap_secs"].as_f64() <= runs[1]["best_lap_secs"].as_f64(), "the quicker first: {runs}");
    let comparison = paddock(["runs", "compare", &path("one"), &path("other")]).succeeded().stdout;
    assert!(comparison.contains("seed") && comparison.contains("eval/best_lap_secs"), "{comparison}");
    paddock(["report", &path("nowhere")]).refused(2, "holds no run");
}
