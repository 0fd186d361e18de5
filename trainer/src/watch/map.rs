//! A track and a line on it as text: braille, two by four dots to a letter.

use sim_spec::Track;

/// Dots of a letter.
const ACROSS: usize = 2;
const DOWN: usize = 4;
/// The letter without a dot.
const BRAILLE: u32 = 0x2800;
/// The bit of each dot in its letter, `[down][across]`.
const BITS: [[u32; ACROSS]; DOWN] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
/// Points of a line that are further apart than this are not joined: the car was put back.
const JUMP_M: f64 = 1.0;
/// Between dots of a border, metres: thin enough that the line stands out.
const BORDER_EVERY_M: f64 = 0.35;

/// The map, `columns` letters wide; its height follows from the track's shape.
pub fn lines(track: &Track, line: &[[f32; 2]], columns: usize) -> Vec<String> {
    let borders = track.stations().iter().flat_map(|station| [station.inner, station.outer]);
    let points: Vec<[f64; 2]> = borders.collect();
    let edge = |axis: usize, pick: fn(f64, f64) -> f64| points.iter().map(|point| point[axis]).reduce(pick);
    let [low, high] = [f64::min, f64::max]
        .map(|pick: fn(f64, f64) -> f64| [0, 1].map(|axis| edge(axis, pick).expect("a track has stations")));
    let per_dot = (high[0] - low[0]) / (columns * ACROSS - 1) as f64;
    let rows = (((high[1] - low[1]) / per_dot) as usize + 1).div_ceil(DOWN);
    let mut letters = vec![vec![0u32; columns]; rows];
    let mut dot = |[x, y]: [f64; 2]| {
        let column = ((x - low[0]) / per_dot).round().max(0.0) as usize;
        let row = ((high[1] - y) / per_dot).round().max(0.0) as usize;
        if let Some(letter) = letters.get_mut(row / DOWN).and_then(|row| row.get_mut(column / ACROSS)) {
            *letter |= BITS[row % DOWN][column % ACROSS];
        }
    };
    for side in [|station: &sim_spec::Station| station.inner, |station: &sim_spec::Station| station.outer] {
        let border: Vec<[f64; 2]> = track.stations().iter().map(side).collect();
        let mut since_last = 0.0;
        for (here, next) in border.iter().zip(border.iter().cycle().skip(1)) {
            since_last += distance(*here, *next);
            if since_last >= BORDER_EVERY_M {
                dot(*here);
                since_last = 0.0;
            }
        }
    }
    for pair in line.windows(2) {
        let [from, to] = [pair[0], pair[1]].map(|point| point.map(f64::from));
        let length = distance(from, to);
        if length < JUMP_M {
            let parts = (length / per_dot).ceil().max(1.0) as usize;
            let at = |part: usize| part as f64 / parts as f64;
            (0..=parts).for_each(|part| dot([0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * at(part))));
        }
    }
    let letter = |bits: &u32| char::from_u32(BRAILLE + bits).unwrap_or(' ');
    letters.iter().map(|row| row.iter().map(letter).collect()).collect()
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::builtin_tracks;

    #[test]
    fn the_map_has_the_width_asked_for_and_shows_the_line() {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let dots = |lines: &[String]| -> u32 {
            lines.iter().flat_map(|line| line.chars()).map(|letter| (letter as u32 - BRAILLE).count_ones()).sum()
        };
        let bare = lines(&track, &[], 40);
        assert!(bare.iter().all(|line| line.chars().count() == 40));
        assert!(bare[0].chars().any(|letter| letter as u32 > BRAILLE), "the track touches the top");
        let centre =
            track.stations().iter().map(|it| [0, 1].map(|axis| ((it.inner[axis] + it.outer[axis]) / 2.0) as f32));
        let driven = lines(&track, &centre.collect::<Vec<_>>(), 40);
        assert!(dots(&driven) > dots(&bare) + 60, "{} and {}", dots(&driven), dots(&bare));
    }
}
