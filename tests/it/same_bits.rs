//! Laptop and league agree to the last bit, and a replay cannot be forged.

use serde_json::Value;
use sim_spec::{RaceRules, Replay, Sha256Hex, builtin_tracks};
use std::{fs, path::Path};
use tests::{TestLeague, numbered_policy, paddock};

/// A policy that drives fast enough to leave the track, so that penalties are in the comparison too.
fn wild_policy() -> Vec<u8> {
    sim::drivers::centre_line(4.0).to_bytes()
}

#[test]
fn the_laptop_and_the_league_give_the_same_times() {
    let league = TestLeague::start();
    let racer = league.person("racer");
    let races = league.anonymous().get("/api/v1/races").expect(200).json();
    for race in races["items"].as_array().expect("races") {
        let (id, track) = (race["id"].as_str().expect("an id"), race["track"]["name"].as_str().expect("a name"));
        for (name, policy) in [("steady", numbered_policy(1)), ("wild", wild_policy())] {
            let submission = racer.submit(id, &policy).expect(202).json();
            let raced = league.raced(&racer, submission["id"].as_str().expect("an id"));
            let file = league.folder().join(format!("{name}.safetensors"));
            fs::write(&file, &policy).expect("a writable folder");
            let rules = &race["rules"];
            let arguments = [
                "eval".as_ref(),
                file.as_os_str(),
                "--track".as_ref(),
                track.as_ref(),
                "--laps".as_ref(),
                rules["laps"].to_string().as_ref(),
                "--seed".as_ref(),
                race["seed"].to_string().as_ref(),
                "--off-track-penalty".as_ref(),
                rules["off_track_penalty_secs"].to_string().as_ref(),
                "--time-limit".as_ref(),
                rules["time_limit_secs"].to_string().as_ref(),
                "--json".as_ref(),
            ]
            .map(std::ffi::OsStr::to_owned);
            let eval = paddock(arguments).succeeded().json();
            // Equal JSON: every float is written with all its digits.
            assert_eq!(raced["result"], eval, "{name} on {track}");
        }
    }
}

#[test]
fn paddock_verifies_what_the_league_stores() {
    let league = TestLeague::start();
    let racer = league.person("racer");
    let submission = racer.submit("ridge-endurance", &wild_policy()).expect(202).json();
    let id = submission["id"].as_str().expect("an id");
    let raced = league.raced(&racer, id);
    let file = league.folder().join("ridge.replay");
    fs::write(&file, racer.get(&format!("/api/v1/submissions/{id}/replay")).expect(200).body).expect("writable");
    let verified = verify(&file, &["--json"]).succeeded().json();
    assert_eq!(verified["verified"], true);
    assert_eq!(verified["result"], raced["result"]);
}

#[test]
fn a_forged_replay_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("some.replay");
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let replay = sim::referee::race(&track, &sim::drivers::centre_line(2.0), &RaceRules::default(), 1);
    let write = |bytes: &[u8]| fs::write(&file, bytes).expect("a writable folder");

    write(&replay.to_bytes());
    verify(&file, &[]).succeeded();
    verify(&file, &["--track", "harbour"]).succeeded();
    verify(&file, &["--track", "ridge"]).refused(1, "another track");

    let mut flipped = replay.to_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    write(&flipped);
    verify(&file, &[]).refused(1, "checksum");

    // A forger recomputes the checksum. The times still cannot be had with other actions,
    let forged = |change: fn(&mut Vec<[f32; 2]>, &mut sim_spec::RaceResult)| {
        let (mut actions, mut result) = (replay.actions().to_vec(), replay.result().clone());
        change(&mut actions, &mut result);
        let replay = Replay::new(track.clone(), replay.rules().clone(), actions, vec![result]);
        replay.expect("well formed").to_bytes()
    };
    write(&forged(|actions, _| actions[30][1] -= 1e-3));
    verify(&file, &[]).refused(1, "lap 1");
    write(&forged(|actions, _| actions[30..60].iter_mut().for_each(|action| action[1] = -1.0)));
    verify(&file, &[]).refused(1, "changed or cut off");
    // nor better times with these actions,
    write(&forged(|_, result| result.total_secs -= f64::EPSILON * 64.0));
    verify(&file, &[]).refused(1, "total time");
    // nor from another start.
    write(&forged(|_, result| result.seed = 2));
    verify(&file, &[]).refused(1, "some.replay");

    // The result names the track inside; one moved border and it is another one.
    let mut moved = replay.to_bytes();
    let at = moved.len() - 32 - replay.actions().len() * 8 - 8;
    moved[at] ^= 1;
    moved.truncate(moved.len() - 32);
    let checksum = Sha256Hex::of(&moved);
    moved.extend(checksum.as_bytes());
    write(&moved);
    verify(&file, &[]).refused(1, "another track");
    let json: Value = serde_json::from_str(&verify(&file, &["--json"]).stdout).expect("JSON");
    assert_eq!(json["verified"], false);
}

fn verify(file: &Path, more: &[&str]) -> tests::Run {
    let more = more.iter().map(AsRef::as_ref);
    paddock(["verify".as_ref(), file.as_os_str()].into_iter().chain(more))
}
