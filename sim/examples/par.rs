//! Par of tracks, and how near the reference driver comes. `cargo run --release -p sim --example par [TRACK...]`
//!
//! TRACK is a built-in track, a track file of ours or a DeepRacer route file; without one, every built-in track is driven.
//! Laps on built-in tracks are kept as replays in `tests/reference`, where a test runs them again.

use sim::{
    car::CarModel,
    par::{ReferenceDriver, flying_lap_secs, par},
};
use sim_spec::{Track, builtin_tracks};
use std::{error::Error, fs, path::Path, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let read = |name: &String| -> Result<Track, Box<dyn Error>> {
        if let Some(track) = builtin_tracks::find(name) {
            return Ok(track);
        }
        let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Track::parse(&stem, &fs::read(name)?)?)
    };
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    if names.is_empty() {
        names = builtin_tracks::names().map(str::to_owned).into();
    }
    let tracks = names.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    for track in tracks {
        let start = Instant::now();
        let par = par(&track, &CarModel::default());
        let par_took = start.elapsed().as_secs_f64();
        let replay = ReferenceDriver::calibrated(&track, &CarModel::default()).drive(&track);
        let lap_secs = flying_lap_secs(&replay.result().laps).unwrap_or(f64::NAN);
        println!(
            "| {:<12} | {:>5.1} | {:>6.3} | {:.2} | {lap_secs:>6.3} | {:+.1} % |  {par_took:.1} s, {:.0} s",
            track.name(),
            track.length_m(),
            par.lap_secs,
            track.length_m() / par.lap_secs,
            (lap_secs / par.lap_secs - 1.0) * 100.0,
            start.elapsed().as_secs_f64() - par_took,
        );
        if builtin_tracks::find(track.name()).as_ref() == Some(&track) {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("{}.replay", track.name())), replay.to_bytes())?;
        }
    }
    Ok(())
}
