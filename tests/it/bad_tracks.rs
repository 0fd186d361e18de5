//! Every broken track gets its own clear answer.

use sim_spec::{Station, builtin_tracks};
use std::{collections::BTreeSet, f64::consts::TAU, fmt::Write as _, fs};
use tests::paddock;

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
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bad.toml");
    let mut sentences = BTreeSet::new();
    for (what, text, words) in cases {
        fs::write(&file, text).expect("a writable folder");
        let run = paddock(["track".as_ref(), "show".as_ref(), file.as_os_str()]);
        run.refused(2, words);
        assert!(sentences.insert(run.stderr.clone()), "{what} has the same answer as another: {run:?}");
    }
}
