//! Every broken track gets its own clear answer, and a good one is written as it was.

use sim_spec::{Station, builtin_tracks};
use std::{collections::BTreeSet, f64::consts::TAU, fmt::Write as _, fs};
use tests::{paddock, paddock_in};

/// A track file of `stations`.
fn text(stations: &[[f64; 6]]) -> String {
    let mut text =
        String::from("format = \"paddock-track\"\nversion = 1\nname = \"bad\"\ntitle = \"Bad\"\nstations = [\n");
    for [cx, cy, ix, iy, ox, oy] in stations {
        let number = |number: &f64| if number.is_nan() { "nan".to_owned() } else { format!("{number:?}") };
        let row = [cx, cy, ix, iy, ox, oy].map(number).join(", ");
        writeln!(text, "  [{row}],").expect("a String takes everything");
    }
    text + "]\n"
}

fn harbour() -> Vec<[f64; 6]> {
    let track = builtin_tracks::find("harbour").expect("a built-in track");
    let row = |Station { centre: [cx, cy], inner: [ix, iy], outer: [ox, oy] }: &Station| [*cx, *cy, *ix, *iy, *ox, *oy];
    track.stations().iter().map(row).collect()
}

fn figure_of_eight() -> Vec<[f64; 6]> {
    let station = |index: usize| {
        let angle = TAU * (index as f64 + 0.5) / 80.0;
        let (x, y) = (4.0 * angle.sin(), 2.0 * (2.0 * angle).sin());
        let (dx, dy) = (4.0 * angle.cos(), 4.0 * (2.0 * angle).cos());
        let (nx, ny) = (-dy / dx.hypot(dy) * 0.4, dx / dx.hypot(dy) * 0.4);
        [x, y, x + nx, y + ny, x - nx, y - ny]
    };
    (0..80).map(station).collect()
}

/// A route file of DeepRacer whose header says `dtype` and `shape`, over harbour's numbers.
fn route(dtype: &str, shape: &str) -> Vec<u8> {
    let header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(harbour().into_iter().flatten().flat_map(f64::to_le_bytes));
    bytes
}

#[test]
fn each_has_its_own_answer() {
    let good = harbour();
    let changed = |change: fn(&mut Vec<[f64; 6]>)| {
        let mut stations = good.clone();
        change(&mut stations);
        text(&stations)
    };
    let cases = [
        ("open", changed(|stations| stations.truncate(60)), "open"),
        ("crossing itself", text(&figure_of_eight()), "crosses itself"),
        (
            "too narrow",
            changed(|stations| (stations[9][2], stations[9][3]) = (stations[9][0], stations[9][1])),
            "too narrow",
        ),
        ("not a number", changed(|stations| stations[9][1] = f64::NAN), "station 9"),
        ("three points", changed(|stations| stations.truncate(3)), "stations, not 3"),
        ("of a later version", text(&good).replace("version = 1", "version = 2"), "version 2"),
        ("no track at all", "hello".to_owned(), "not a track file"),
        ("empty", String::new(), "empty"),
    ];
    let rows = good.len();
    let routes = [
        ("an open route", route("<f8", &format!("({rows}, 6)")), "track is open"),
        ("a route of single precision", route("<f4", &format!("({rows}, 6)")), "not little-endian float64"),
        ("a route of four columns", route("<f8", &format!("({rows}, 4)")), "not N × 6"),
        ("a route that claims to be huge", route("<f8", "(4000000000, 6)"), "stations, not 4000000000"),
        ("a route that was cut", route("<f8", &format!("({}, 6)", rows + 1)), "more or fewer numbers"),
    ];
    let texts = cases.into_iter().map(|(what, text, words)| (what, text.into_bytes(), words));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bad.toml");
    let mut sentences = BTreeSet::new();
    for (what, bytes, words) in texts.chain(routes) {
        fs::write(&file, bytes).expect("a writable folder");
        let run = paddock(["track".as_ref(), "show".as_ref(), file.as_os_str()]);
        run.refused(2, words);
        assert!(sentences.insert(run.stderr.clone()), "{what} has the same answer as another: {run:?}");
    }
}

#[test]
fn what_is_written_is_read_again_and_never_written_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let track = |arguments: &[&str]| paddock_in(folder.path(), [], [&["track"], arguments].concat());
    let digest = |name: &str| track(&["show", name, "--json"]).succeeded().json()["track_sha256"].clone();
    for file in ["copy.npy", "copy.toml"] {
        track(&["export", "ridge", "--out", file]).succeeded();
        assert_eq!(digest(file), digest("ridge"), "{file}");
        track(&["export", "ridge", "--out", file]).refused(2, "is there already");
    }
    track(&["import", "copy.npy", "--out", "again.npy", "--name", "again"]).succeeded();
    assert_eq!(digest("again.npy"), digest("ridge"));
    track(&["generate", "--seed", "7"]).succeeded();
    track(&["generate", "--seed", "7"]).refused(2, "is there already");
    assert_eq!(track(&["show", "generated-7.toml", "--json"]).succeeded().json()["name"], "generated-7");
    track(&["export", "ridge", "--out", "copy.svg"]).succeeded();
    let picture = fs::read_to_string(folder.path().join("copy.svg")).expect("a picture");
    assert!(picture.starts_with("<svg "), "{picture}");
    track(&["export", "ridge", "--out", "copy.gpx"]).refused(2, ".npy for DeepRacer");
}

/// The sentence about an empty file names a command; it must be one.
#[test]
fn the_command_that_shows_how_a_track_file_looks_is_there() {
    let shown = paddock(["track", "show", "harbour", "--text"]).succeeded();
    assert!(shown.stdout.starts_with("format = \"paddock-track\""), "{shown:?}");
}
