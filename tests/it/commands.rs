//! `paddock` as a program: its exit status, its one line, its one document.

use std::fs;
use tests::{paddock, paddock_in};

#[test]
fn bad_usage_and_bad_input_end_with_2_and_one_line() {
    let cases: [(&[&str], &str); 22] = [
        (&[], "say what to do; see `paddock help`"),
        (&["lesson"], "say what to do; see `paddock help lesson`"),
        (&["train", "--sed", "3"], "'--seed'"),
        (&["fly"], "unrecognized subcommand 'fly'"),
        (&["train", "--seconds", "-1"], "a number of seconds"),
        (&["train", "--seconds", "soon"], "invalid value 'soon'"),
        (&["train", "--track", "nowhere"], "lagoon, orchard, meadow"),
        (&["train", "--reward", "gold"], "progress (metres along the track"),
        (&["train", "--until-laps", "0"], "at least 1"),
        (&["train", "--resume", "no-such-run"], "holds no run"),
        (&["train", "--resume", "no-such-run", "--discrete", "5x3"], "cannot be used with"),
        (&["train", "--resume", "no-such-run", "--device", "cuda"], "cannot be used with"),
        (&["train", "--discrete", "1000000x1000000"], "2 to 30"),
        (&["train", "--set", "gamma=2"], "gamma"),
        (&["train", "--set", "cars=1000000000"], "cars"),
        (&["train", "--set", "hidden=[1024,1024]"], "weights"),
        (&["train", "--repeat", "no-such-run", "--seconds", "3"], "cannot be used with"),
        (&["train", "--watch", "settings.toml"], "not a Python file"),
        (&["eval", "no-such-file"], "cannot be read"),
        (&["eval", "."], "a folder; a run's policy is ./policy.safetensors"),
        (&["runs", "no-such-folder"], "no such folder"),
        (&["track", "show", "nowhere"], "neither a file nor a built-in track"),
    ];
    for (arguments, words) in cases {
        let run = paddock(arguments);
        run.refused(2, words);
        assert!(run.stdout.is_empty(), "{run:?}");
    }
}

#[test]
fn without_a_league_it_says_how_to_log_in() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = folder.path().to_str().expect("a path of text");
    let environment = [("HOME", home), ("XDG_CONFIG_HOME", home)];
    paddock_in(folder.path(), environment, ["board", "harbour-sprint"]).refused(2, "paddock login");
    // Nobody listens on a closed port; that is not the caller's mistake.
    let league = [("PADDOCK_LEAGUE", "http://127.0.0.1:1"), ("PADDOCK_TOKEN", "pdk_x")];
    paddock_in(folder.path(), league, ["board", "harbour-sprint"]).refused(1, "does not answer");
}

/// `paddock runs | head`: it ends as other programs do, without a panic.
#[test]
#[cfg(unix)]
fn a_pipe_that_nobody_reads_ends_it_without_a_word() {
    use std::{io, os::unix::process::ExitStatusExt, process::Command};
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    let mut command = Command::new(tests::program("paddock"));
    let run = command.args(["track", "list"]).stdout(writer).output().expect("paddock starts");
    assert_eq!((run.status.signal(), String::from_utf8_lossy(&run.stderr).as_ref()), (Some(13), ""), "SIGPIPE");
}

#[test]
fn json_is_one_document_with_the_promised_names() {
    let bench = paddock(["bench", "--json", "--seconds", "0.1"]).succeeded();
    for name in
        ["env_steps_per_sec", "train_steps_per_sec", "races_per_sec", "lidar_steps_per_sec", "camera_steps_per_sec"]
    {
        assert!(bench.json()[name].as_f64().is_some_and(|figure| figure > 0.0), "{name} in {bench:?}");
    }
    assert!(bench.json()["threads"].is_object() && bench.json()["machine"].is_object());
    let track = paddock(["track", "show", "harbour", "--json"]).succeeded().json();
    assert_eq!(track["name"], "harbour");
    assert!((5.0..6.0).contains(&track["par_secs"].as_f64().expect("par")), "{track}");
    let names = paddock(["track", "list", "--json"]).succeeded().json();
    assert_eq!(names.as_array().map(Vec::len), Some(12));
}

#[test]
fn a_track_goes_out_as_text_and_comes_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = paddock(["track", "show", "ridge", "--text"]).succeeded().stdout;
    std::fs::write(folder.path().join("copy.toml"), text).expect("a writable folder");
    let show = |track: &str| paddock_in(folder.path(), [], ["track", "show", track, "--json"]).succeeded().json();
    assert_eq!(show("copy.toml"), show("ridge"));
}

#[test]
fn tracks_are_made_and_written_in_every_format() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    paddock(["track", "generate", "--seed", "7", "--out", &path("seven.toml")]).succeeded();
    paddock(["track", "generate", "--seed", "7", "--out", &path("seven.toml")]).refused(2, "is there already");
    paddock(["track", "export", &path("seven.toml"), "--out", &path("seven.npy")]).succeeded();
    paddock(["track", "export", &path("seven.toml"), "--out", &path("seven.svg")]).succeeded();
    paddock(["track", "export", &path("seven.toml"), "--out", &path("seven.png")]).refused(2, ".svg for a picture");
    let [one, other] = ["seven.toml", "seven.npy"]
        .map(|name| paddock(["track", "show", &path(name), "--json"]).succeeded().json()["track_sha256"].clone());
    assert_eq!(one, other);
    assert!(fs::read_to_string(path("seven.svg")).expect("a picture").starts_with("<svg "));
}

#[test]
fn every_type_of_race_is_run_and_verified() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    for (name, speed_mps) in [("slow", 1.0), ("fast", 1.6)] {
        fs::write(path(name), sim::drivers::centre_line(speed_mps).to_bytes()).expect("a policy");
    }
    let eval = |more: &[&str]| {
        let (slow, fast, replay) = (path("slow"), path("fast"), path("race.replay"));
        let mut words = vec!["eval", &slow, "--laps", "1", "--replay", &replay, "--json"];
        words.extend(more.iter().map(|word| if *word == "FAST" { fast.as_str() } else { word }));
        let results = paddock(words).succeeded().json();
        paddock(["verify", &replay]).succeeded();
        results
    };
    assert!(
        eval(&["--boxes", "3"])["crashes"].as_u64().is_some_and(|crashes| crashes > 0),
        "it does not steer round them"
    );
    assert!(eval(&["--bots", "3", "--max-resets", "0"])["status"] == "out_of_resets");
    assert_eq!(eval(&["--direction", "reverse"])["status"], "finished");
    let places = eval(&["FAST"]);
    assert_eq!(places.as_array().map(Vec::len), Some(2));
    assert_eq!(places[0]["finish_place"].as_u64().zip(places[1]["finish_place"].as_u64()).map(|(a, b)| a + b), Some(3));
    paddock(["eval", &path("slow"), &path("fast"), "--boxes", "3"]).refused(2, "head to head");
    paddock(["eval", &path("slow"), "--boxes", "99"]).refused(2, "1 to 8 boxes");
}
