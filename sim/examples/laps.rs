//! Drives the hand-made driver on a track at several speeds. `cargo run -p sim --example laps [FILE]`
//!
//! FILE is a track file of ours or a DeepRacer route file; without one, every built-in track is driven.

use sim_spec::{RaceRules, Track, builtin_tracks};
use std::{error::Error, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let tracks = match std::env::args_os().nth(1).map(PathBuf::from) {
        Some(path) => {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            vec![Track::parse(&stem, &std::fs::read(&path)?)?]
        }
        None => builtin_tracks::names().into_iter().filter_map(builtin_tracks::find).collect(),
    };
    for track in tracks {
        println!("{}: {:.2} m", track.title(), track.length_m());
        for speed_mps in [1.0, 1.5, 2.0, 2.5, 3.0] {
            let replay = sim::referee::race(&track, &sim::drivers::centre_line(speed_mps), &RaceRules::default(), 1);
            let result = replay.result();
            let laps: Vec<_> = result.laps.iter().map(|lap| format!("{:.3}", lap.secs)).collect();
            println!("  {speed_mps} m/s: laps of {} s, {} off-tracks", laps.join(", "), result.off_tracks);
        }
    }
    Ok(())
}
