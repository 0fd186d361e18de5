//! Par of tracks, and how near the reference driver comes. `cargo run -p sim --example par [FILE...]`
//!
//! FILE is a track file of ours or a DeepRacer route file; without one, every built-in track is driven.

use sim::{
    car::CarModel,
    par::{ReferenceDriver, par},
};
use sim_spec::{Track, builtin_tracks};
use std::{error::Error, path::PathBuf, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let read = |path: PathBuf| -> Result<Track, Box<dyn Error>> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Track::parse(&stem, &std::fs::read(&path)?)?)
    };
    let named: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let tracks = match named.is_empty() {
        true => builtin_tracks::names().into_iter().filter_map(builtin_tracks::find).collect(),
        false => named.into_iter().map(read).collect::<Result<Vec<_>, _>>()?,
    };
    for track in tracks {
        let start = Instant::now();
        let par = par(&track, &CarModel::default());
        let par_took = start.elapsed().as_secs_f64();
        let driver = ReferenceDriver::calibrated(&track, &CarModel::default());
        let lap = driver.drive(&track).map_or(f64::NAN, |lap| lap.secs);
        println!(
            "{:<22} {:>6.2} m  par {:>7.3} s ({:.2} m/s)  driven {lap:>7.3} s  {:+.1} %   {par_took:.2} + {:.2} s",
            track.name(),
            track.length_m(),
            par.lap_secs,
            track.length_m() / par.lap_secs,
            (lap / par.lap_secs - 1.0) * 100.0,
            start.elapsed().as_secs_f64() - par_took,
        );
    }
    Ok(())
}
