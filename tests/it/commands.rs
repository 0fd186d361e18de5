//! `paddock` as a program: its exit status, its one line, its one document.

use tests::{paddock, paddock_in};

#[test]
fn bad_usage_and_bad_input_end_with_2_and_one_line() {
    let cases: [(&[&str], &str); 10] = [
        (&[], "paddock help"),
        (&["fly"], "unrecognized subcommand 'fly'"),
        (&["train", "--seconds", "-1"], "a number of seconds"),
        (&["train", "--seconds", "soon"], "invalid value 'soon'"),
        (&["train", "--track", "nowhere"], "lagoon, orchard, meadow"),
        (&["train", "--reward", "gold"], "progress (metres along the track"),
        (&["train", "--until-laps", "0"], "at least 1"),
        (&["train", "--resume", "no-such-run"], "holds no run"),
        (&["eval", "no-such-file"], "cannot be read"),
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

#[test]
fn json_is_one_document_with_the_promised_names() {
    let bench = paddock(["bench", "--json", "--seconds", "0.1"]).succeeded();
    for name in ["env_steps_per_sec", "train_steps_per_sec", "races_per_sec"] {
        assert!(bench.json()[name].as_f64().is_some_and(|figure| figure > 0.0), "{name} in {bench:?}");
    }
    assert!(bench.json()["threads"].is_object() && bench.json()["machine"].is_object());
    let track = paddock(["track", "show", "cathedral", "--json"]).succeeded().json();
    assert_eq!(track["name"], "cathedral");
    let names = paddock(["track", "list", "--json"]).succeeded().json();
    assert_eq!(names.as_array().map(Vec::len), Some(13));
}

#[test]
fn a_track_goes_out_as_text_and_comes_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = paddock(["track", "show", "ridge", "--text"]).succeeded().stdout;
    std::fs::write(folder.path().join("copy.toml"), text).expect("a writable folder");
    let show = |track: &str| paddock_in(folder.path(), [], ["track", "show", track, "--json"]).succeeded().json();
    assert_eq!(show("copy.toml"), show("ridge"));
}
