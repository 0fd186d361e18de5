//! `paddock track`

use super::print_json;
use crate::{
    failure::{Failure, bad_input},
    files::{read_track, shell_word, write_whole},
    par_cache::par_of,
};
use clap::Subcommand;
use serde_json::{Value, json};
use sim_spec::{Track as SpecTrack, builtin_tracks, track_generator};
use std::path::{Path, PathBuf};

/// Width of a picture, pixels: fits beside text.
const PICTURE_PX: u32 = 640;

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
        #[arg(long, conflicts_with_all = ["text", "svg"])]
        json: bool,
        /// Print it as a track file of ours
        #[arg(long, conflicts_with = "svg")]
        text: bool,
        /// Print it as an SVG picture
        #[arg(long)]
        svg: bool,
    },
    /// Make a track file of ours from a route file of DeepRacer
    Import {
        /// The route: a NumPy array of float64, N × 6
        file: PathBuf,
        /// The file to write; its ending says what: .toml, .npy or .svg [default: NAME.toml]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Short name: a-z, 0-9, '-' and '_' [default: the file's name]
        #[arg(long)]
        name: Option<String>,
        /// The name that people read [default: the file's name]
        #[arg(long)]
        title: Option<String>,
    },
    /// Write a track as a route file of DeepRacer, a track file of ours or a picture
    Export {
        /// Built-in track, or a track file of ours or of DeepRacer (.npy)
        track: String,
        /// The file to write; its ending says what: .npy, .toml or .svg
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Make a new track from a seed
    Generate {
        /// Each seed is another track
        #[arg(long, value_name = "N")]
        seed: u64,
        /// The file to write; its ending says what: .toml, .npy or .svg [default: generated-N.toml]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

impl Track {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { json } => list(json),
            Self::Show { track, json, text, svg } => show(&read_track(&track)?, json, text, svg),
            Self::Import { file, out, name, title } => return import(&file, out, name, title),
            Self::Export { track, out } => return write_new(&read_track(&track)?, &out),
            Self::Generate { seed, out } => {
                let track = track_generator::generate(seed);
                let out = out.unwrap_or_else(|| PathBuf::from(format!("{}.toml", track.name())));
                return write_new(&track, &out);
            }
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
        let (name, title, level) = (track.name(), track.title(), track.level().name());
        let [narrowest_m, widest_m] = track.widths_m();
        println!(
            "{name:<11} {title:<18} {:>5.1} m  {:.2} m wide  radius {:.2} m  {level} ({:.0})",
            track.length_m(),
            (narrowest_m + widest_m) / 2.0,
            track.tightest_radius_m(),
            track.difficulty()
        );
    }
}

fn show(track: &SpecTrack, json: bool, text: bool, svg: bool) {
    if text {
        return print!("{}", track.to_text());
    }
    if svg {
        return print!("{}", track.to_svg(PICTURE_PX));
    }
    let par = par_of(track);
    if json {
        let mut facts = facts(track);
        facts["par_secs"] = par.lap_secs.into();
        return print_json(&facts);
    }
    let [narrowest_m, widest_m] = track.widths_m();
    println!("{} ({})", track.title(), track.name());
    println!("  length           {:.2} m", track.length_m());
    println!("  width            {narrowest_m:.2} to {widest_m:.2} m");
    println!("  tightest radius  {:.2} m", track.tightest_radius_m());
    println!("  difficulty       {:.0}, {}", track.difficulty(), track.level().name());
    println!("  par              {:.3} s, {:.2} m/s", par.lap_secs, track.length_m() / par.lap_secs);
    println!("  stations         {}", track.stations().len());
    println!("  sha256           {}", track.sha256());
}

/// What there is to say of a track.
fn facts(track: &SpecTrack) -> Value {
    json!({
        "name": track.name(),
        "title": track.title(),
        "track_sha256": track.sha256(),
        "length_m": track.length_m(),
        "width_m": track.widths_m(),
        "tightest_radius_m": track.tightest_radius_m(),
        "difficulty": track.difficulty(),
        "level": track.level().name(),
        "stations": track.stations().len(),
    })
}

fn import(file: &Path, out: Option<PathBuf>, name: Option<String>, title: Option<String>) -> Result<(), Failure> {
    let read = read_track(&file.to_string_lossy())?;
    let (name, title) = (name.as_deref().unwrap_or(read.name()), title.as_deref().unwrap_or(read.title()));
    let track = SpecTrack::new(name, title, read.stations().to_vec());
    let track = track.map_err(|error| bad_input(file.display(), error))?;
    let out = out.unwrap_or_else(|| PathBuf::from(format!("{name}.toml")));
    write_new(&track, &out)
}

/// Writes a track as what the file's ending says.
fn write_new(track: &SpecTrack, out: &Path) -> Result<(), Failure> {
    let (bytes, can_be_raced) = match out.extension().and_then(|ending| ending.to_str()) {
        Some("npy") => (track.to_route_file(), true),
        Some("toml") => (track.to_text().into_bytes(), true),
        Some("svg") => (track.to_svg(PICTURE_PX).into_bytes(), false),
        _ => {
            return Err(bad_input(
                out.display(),
                "name it .npy for DeepRacer, .toml for Paddock or .svg for a picture",
            ));
        }
    };
    if out.exists() {
        return Err(bad_input(out.display(), "is there already; name another file with --out"));
    }
    write_whole(out, &bytes)?;
    let hint = if can_be_raced {
        format!("; try: paddock train --track {}", shell_word(&out.display()))
    } else {
        String::new()
    };
    println!("{}: {:.2} m{hint}", out.display(), track.length_m());
    Ok(())
}
