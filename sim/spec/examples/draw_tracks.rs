//! The drawings of our own tracks: points become track files. `cargo run -p sim-spec --example draw_tracks [FOLDER]`
//!
//! Writes each track and its picture into FOLDER (default: the folder of the built-in tracks; pictures only go into
//! another folder). To draw a track of your own, copy a drawing, move its points and look at the picture.

use sim_spec::track_drawing::Drawing;
use std::{error::Error, fs, path::PathBuf};

const DRAWINGS: [Drawing; 9] = [
    Drawing {
        name: "lagoon",
        title: "Lagoon oval",
        width_m: 1.2,
        points: &[
            [0.0, 0.0],
            [3.0, 0.0],
            [5.6, 0.2],
            [7.4, 1.6],
            [7.4, 3.6],
            [5.6, 5.0],
            [3.0, 5.2],
            [0.0, 5.2],
            [-1.8, 4.0],
            [-1.8, 1.2],
        ],
    },
    Drawing {
        name: "orchard",
        title: "Orchard triangle",
        width_m: 1.1,
        points: &[
            [0.0, 0.0],
            [2.5, -0.3],
            [5.0, 0.0],
            [6.4, 1.4],
            [5.4, 3.0],
            [4.0, 4.6],
            [2.8, 5.8],
            [1.2, 5.6],
            [0.4, 4.0],
            [-0.8, 2.2],
            [-1.2, 0.8],
        ],
    },
    Drawing {
        name: "meadow",
        title: "Meadow bean",
        width_m: 1.0,
        points: &[
            [0.0, 0.0],
            [-1.4, 1.2],
            [-1.4, 3.0],
            [0.2, 4.2],
            [2.2, 4.0],
            [3.4, 2.8],
            [4.8, 2.6],
            [6.2, 3.6],
            [8.0, 3.8],
            [9.2, 2.4],
            [8.8, 0.6],
            [7.0, -0.4],
            [4.6, -0.6],
            [2.2, -0.5],
        ],
    },
    Drawing {
        name: "foundry",
        title: "Foundry corner",
        width_m: 0.9,
        points: &[
            [0.0, 0.0],
            [3.0, 0.0],
            [6.0, 0.0],
            [7.5, 0.3],
            [7.8, 1.8],
            [7.2, 3.0],
            [5.2, 3.2],
            [3.8, 3.6],
            [3.4, 5.0],
            [3.2, 7.0],
            [2.2, 8.0],
            [0.6, 8.0],
            [-0.4, 6.8],
            [-0.6, 4.5],
            [-0.8, 2.0],
            [-0.8, 0.5],
        ],
    },
    Drawing {
        name: "lighthouse",
        title: "Lighthouse mile",
        width_m: 0.9,
        points: &[
            [0.0, 0.0],
            [3.0, 0.0],
            [6.0, 0.0],
            [9.0, 0.0],
            [11.0, 0.3],
            [11.6, 1.4],
            [10.8, 2.4],
            [9.0, 2.4],
            [7.4, 2.2],
            [6.2, 3.0],
            [5.0, 3.4],
            [3.8, 2.4],
            [2.4, 2.2],
            [0.6, 2.6],
            [-1.0, 2.6],
            [-2.0, 1.6],
            [-1.6, 0.3],
        ],
    },
    Drawing {
        name: "mill",
        title: "Mill race",
        width_m: 0.8,
        points: &[
            [0.0, 0.0],
            [-2.0, 0.2],
            [-3.0, 1.4],
            [-2.4, 2.8],
            [-1.0, 3.2],
            [0.0, 4.2],
            [-0.4, 5.6],
            [-1.4, 6.6],
            [-0.8, 8.0],
            [0.8, 8.4],
            [2.2, 7.6],
            [2.4, 6.0],
            [3.4, 5.0],
            [5.0, 5.2],
            [6.2, 6.2],
            [7.6, 5.8],
            [8.0, 4.2],
            [7.0, 3.0],
            [5.6, 2.6],
            [5.2, 1.2],
            [4.0, 0.2],
            [2.0, 0.0],
        ],
    },
    Drawing {
        name: "quarry",
        title: "Quarry steps",
        width_m: 0.75,
        points: &[
            [0.0, 0.0],
            [0.0, 2.4],
            [0.0, 4.8],
            [0.4, 6.4],
            [1.5, 6.6],
            [2.0, 5.2],
            [2.0, 3.4],
            [2.6, 2.4],
            [3.6, 2.6],
            [4.0, 4.0],
            [4.0, 5.6],
            [4.8, 6.6],
            [5.8, 6.0],
            [5.9, 4.4],
            [6.2, 2.8],
            [7.4, 2.4],
            [8.4, 1.6],
            [8.2, 0.2],
            [6.8, -0.2],
            [5.2, 0.4],
            [3.8, 0.6],
            [2.8, -0.4],
            [1.6, -1.4],
            [0.3, -1.2],
        ],
    },
    Drawing {
        name: "serpentine",
        title: "Serpentine",
        width_m: 0.8,
        points: &[
            [0.0, 0.0],
            [3.0, 0.0],
            [6.0, 0.0],
            [9.0, 0.0],
            [11.4, 0.0],
            [12.4, 1.0],
            [11.4, 2.0],
            [9.0, 2.0],
            [6.5, 2.0],
            [5.4, 3.0],
            [6.5, 4.0],
            [9.0, 4.0],
            [11.4, 4.0],
            [12.4, 5.0],
            [11.6, 6.2],
            [9.4, 6.2],
            [7.6, 7.0],
            [5.6, 7.2],
            [4.0, 6.4],
            [3.4, 4.6],
            [2.8, 2.8],
            [1.6, 2.0],
            [0.6, 3.0],
            [0.8, 4.8],
            [0.4, 6.4],
            [-0.8, 6.6],
            [-1.6, 5.2],
            [-1.4, 3.2],
            [-1.8, 1.6],
            [-1.4, 0.3],
        ],
    },
    Drawing {
        name: "needle",
        title: "Needle's eye",
        width_m: 0.62,
        points: &[
            [0.0, 0.0],
            [-1.4, 0.0],
            [-2.0, 0.8],
            [-1.5, 1.6],
            [-0.4, 1.7],
            [0.2, 2.5],
            [-0.3, 3.4],
            [-1.5, 3.4],
            [-2.1, 4.2],
            [-1.6, 5.1],
            [-0.2, 5.1],
            [1.0, 4.9],
            [1.6, 4.0],
            [1.6, 2.8],
            [2.2, 2.0],
            [3.1, 2.4],
            [3.2, 3.8],
            [3.6, 5.0],
            [4.7, 5.1],
            [5.2, 4.2],
            [5.0, 3.0],
            [5.4, 2.0],
            [5.6, 0.9],
            [4.9, 0.1],
            [3.6, 0.3],
            [2.6, 0.5],
            [1.4, 0.0],
        ],
    },
];

fn main() -> Result<(), Box<dyn Error>> {
    let built_in = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tracks");
    let folder = std::env::args_os().nth(1).map_or_else(|| built_in.clone(), PathBuf::from);
    for drawing in DRAWINGS {
        let track = drawing.track()?;
        fs::write(folder.join(format!("{}.toml", track.name())), track.to_text())?;
        if folder != built_in {
            fs::write(folder.join(format!("{}.svg", track.name())), track.to_svg(480))?;
        }
        let (name, level) = (track.name(), track.level().name());
        println!(
            "{name:<12} {:>5.1} m, radius {:.2} m, {:.2} m from itself, difficulty {:.0} ({level})",
            track.length_m(),
            track.tightest_radius_m(),
            track.clearance_m(),
            track.difficulty()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::builtin_tracks;

    #[test]
    fn the_drawings_are_the_built_in_tracks() {
        for drawing in DRAWINGS {
            let built_in = builtin_tracks::find(drawing.name).expect("draw it and name it in builtin_tracks");
            assert!(drawing.track().expect(drawing.name) == built_in, "{}: draw the tracks again", drawing.name);
        }
    }
}
