//! `paddock track`

use super::print_json;
use crate::{
    failure::{Failure, bad_input},
    files::{read_track, write_whole},
};
use clap::Subcommand;
use serde_json::{Value, json};
use sim::Road;
use sim_spec::builtin_tracks;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum Track {
    /// List the built-in tracks, from easy to hard
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a track
    Show {
        /// Built-in track, or a track file of ours or of DeepRacer (.npy)
        track: String,
        /// Print it as JSON
        #[arg(long, conflicts_with = "text")]
        json: bool,
        /// Print it as a track file of ours
        #[arg(long)]
        text: bool,
    },
    /// Make a track file of ours from a route file of DeepRacer
    Import {
        /// The route: a NumPy array of float64, N × 6
        file: PathBuf,
        /// The track file to write [default: NAME.toml]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Short name: a-z, 0-9, '-' and '_' [default: the file's name]
        #[arg(long)]
        name: Option<String>,
        /// The name that people read [default: the file's name]
        #[arg(long)]
        title: Option<String>,
    },
}

impl Track {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { json } => list(json),
            Self::Show { track, json, text } => show(&read_track(&track)?, json, text),
            Self::Import { file, out, name, title } => return import(file, out, name, title),
        }
        Ok(())
    }
}

fn list(json: bool) {
    let tracks: Vec<_> = builtin_tracks::names().into_iter().filter_map(builtin_tracks::find).collect();
    if json {
        return print_json(&tracks.iter().map(facts).collect::<Vec<_>>());
    }
    for track in &tracks {
        println!("{:<12} {:<20} {:>6.2} m", track.name(), track.title(), track.length_m());
    }
}

fn show(track: &sim_spec::Track, json: bool, text: bool) {
    let facts = facts(track);
    if text {
        print!("{}", track.to_text());
    } else if json {
        print_json(&facts);
    } else {
        let metres = |value: &Value| format!("{:.2}", value.as_f64().unwrap_or_default());
        println!("{} ({})", track.title(), track.name());
        println!("  length           {} m", metres(&facts["length_m"]));
        println!("  width            {} to {} m", metres(&facts["width_m"][0]), metres(&facts["width_m"][1]));
        println!("  tightest radius  {} m", metres(&facts["tightest_radius_m"]));
        println!("  stations         {}", facts["stations"]);
        println!("  sha256           {}", track.sha256());
    }
}

/// What there is to say of a track.
fn facts(track: &sim_spec::Track) -> Value {
    let width_m = |station: &sim_spec::Station| {
        let [inner, outer] = [station.inner, station.outer];
        (outer[0] - inner[0]).hypot(outer[1] - inner[1])
    };
    let widths = track.stations().iter().map(width_m);
    json!({
        "name": track.name(),
        "title": track.title(),
        "track_sha256": track.sha256(),
        "length_m": track.length_m(),
        "width_m": [widths.clone().fold(f64::INFINITY, f64::min), widths.fold(0.0, f64::max)],
        "tightest_radius_m": f64::from(Road::new(track).tightest_radius_m()),
        "stations": track.stations().len(),
    })
}

fn import(file: PathBuf, out: Option<PathBuf>, name: Option<String>, title: Option<String>) -> Result<(), Failure> {
    let read = read_track(&file.to_string_lossy())?;
    let (name, title) = (name.as_deref().unwrap_or(read.name()), title.as_deref().unwrap_or(read.title()));
    let track = sim_spec::Track::new(name, title, read.stations().to_vec());
    let track = track.map_err(|error| bad_input(file.display(), error))?;
    let out = out.unwrap_or_else(|| PathBuf::from(format!("{name}.toml")));
    if out.exists() {
        return Err(bad_input(out.display(), "is there already; name another file with --out"));
    }
    write_whole(&out, track.to_text().as_bytes())?;
    println!("{}: {:.2} m; try: paddock train --track {}", out.display(), track.length_m(), out.display());
    Ok(())
}
