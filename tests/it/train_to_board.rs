//! A policy's life, from random weights to the leaderboard, by the commands that a person types.

use std::fs;
use tests::{TestLeague, paddock_in};

#[test]
fn a_fresh_agent_learns_races_and_ranks() {
    let league = TestLeague::start();
    let rookie = league.person("rookie");
    let folder = league.folder();
    let environment = [("PADDOCK_LEAGUE", league.base()), ("PADDOCK_TOKEN", rookie.token.as_deref().unwrap_or(""))];
    let paddock = |arguments: &[&str]| paddock_in(folder, environment, arguments);

    // Train until three clean laps in a row; the step limit is a bound, not the aim.
    let train =
        ["train", "--track", "harbour", "--until-laps", "3", "--steps", "3000000", "--seed", "7", "--out", "agent"];
    paddock(&train).succeeded();
    for file in ["policy.safetensors", "run.json", "metrics.jsonl"] {
        assert!(folder.join("agent").join(file).exists(), "{file}");
    }

    let policy = "agent/policy.safetensors";
    let eval = paddock(&["eval", policy, "--track", "harbour", "--seed", "1", "--json"]).succeeded().json();
    assert_eq!(eval["status"], "finished");
    assert_eq!(eval["completed_laps"], 3);
    assert!(eval["laps"].as_array().expect("laps").iter().all(|lap| lap["clean"] == true), "{eval}");

    let submission = paddock(&["submit", policy, "--race", "harbour-sprint", "--wait", "--json"]).succeeded().json();
    assert_eq!(submission["status"], "finished");
    assert_eq!(submission["result"]["policy_sha256"], eval["policy_sha256"]);

    let board = league.board("harbour-sprint");
    let entry = board.iter().find(|entry| entry["handle"] == "rookie").expect("the rookie is on the board");
    assert_eq!(entry["kind"], "person");
    assert_eq!(entry["score_secs"], submission["result"]["best_lap_secs"]);
    assert!(board.iter().any(|entry| entry["kind"] == "baseline"), "baselines stand on the board");
    let scores: Vec<_> = board.iter().map(|entry| entry["score_secs"].as_f64().expect("a score")).collect();
    assert!(scores.is_sorted(), "{scores:?}");

    let shown = paddock(&["board", "harbour-sprint"]).succeeded().stdout;
    assert!(shown.contains("rookie"), "{shown}");

    // What stands on the board can be looked at, and run again, by anybody.
    let entry_path = format!("/api/v1/races/harbour-sprint/entries/{}", entry["entry"].as_str().expect("an id"));
    let replay = league.anonymous().get(&format!("{entry_path}/replay")).expect(200).body;
    fs::write(folder.join("board.replay"), replay).expect("a writable folder");
    paddock(&["verify", "board.replay"]).succeeded();
    let telemetry = league.anonymous().get(&format!("{entry_path}/telemetry")).expect(200).json();
    let [positions, speeds] = ["x_m", "speed_mps"].map(|list| telemetry[list].as_array().expect("a list").len());
    assert!(positions == speeds && positions > 100, "{positions} positions, {speeds} speeds");
}
