//! Par of a track, worked out once and kept.

use serde::{Deserialize, Serialize};
use sim::{car::CarModel, par};
use sim_spec::Track;
use std::path::PathBuf;

/// What is kept of par.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Par {
    /// The best flying lap that the physics allow the standard car, seconds.
    pub lap_secs: f64,
    /// Its line, in driving order from the start line on.
    pub line: Vec<ParPoint>,
}

/// A point of par's line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ParPoint {
    /// Progress along the centre line, metres.
    pub s_m: f64,
    pub position_m: [f64; 2],
    pub speed_mps: f64,
}

/// Par of a track for the standard car. It takes a few seconds the first time; a cache that cannot be read or written only
/// costs those seconds again.
pub fn par_of(track: &Track) -> Par {
    kept(track).unwrap_or_else(|| {
        let par::Par { lap_secs, line } = par::par(track, &CarModel::default());
        let point = |it: &par::LinePoint| ParPoint { s_m: it.s_m, position_m: it.position, speed_mps: it.speed_mps };
        let found = Par { lap_secs, line: line.points().iter().map(point).collect() };
        if let Some(path) = file(track) {
            let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            let text = serde_json::to_vec(&found).expect("numbers are plain data");
            // Written whole or not at all: another process may read it meanwhile.
            if folder.is_ok() {
                let _ = crate::files::write_whole(&path, &text);
            }
        }
        found
    })
}

/// Par, if it was worked out before: for whoever cannot wait.
pub fn kept(track: &Track) -> Option<Par> {
    serde_json::from_slice(&std::fs::read(file(track)?).ok()?).ok()
}

/// The file that par of a track is kept in.
fn file(track: &Track) -> Option<PathBuf> {
    Some(folder()?.join(format!("{}.json", par::key(track, &CarModel::default()))))
}

/// `$XDG_CACHE_HOME/paddock/par`, or the same below `~/.cache`.
fn folder() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)?;
    Some(cache.join("paddock/par"))
}
