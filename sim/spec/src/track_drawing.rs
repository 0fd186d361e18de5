//! Drawing a track: a handful of points becomes a smooth closed road.

use crate::{Station, Track, TrackError, limits::MAX_COORDINATE_M, track_measure};

/// Distance between the stations of a drawn track, metres, about.
const STATION_GAP_M: f64 = 0.2;
/// Points that each span of the curve is computed at before it is measured.
const SPAN_POINTS: usize = 64;
/// Points of a drawing: a curve of this kind has four at work at any place.
pub const MIN_POINTS: usize = 4;
/// Points of a drawing. Our longest has 30; a kilometre needs some hundreds.
pub const MAX_POINTS: usize = 1000;

/// A track as it is drawn.
#[derive(Debug, Clone)]
pub struct Drawing<'a> {
    /// Short name: lower-case letters, digits, '-' and '_'.
    pub name: &'a str,
    /// The name that people read.
    pub title: &'a str,
    /// Width of the road, metres.
    pub width_m: f64,
    /// The closed line that pulls the centre line along, in the order of driving, metres. Points close together make a
    /// tight curve. The line is where the road is straightest.
    pub points: &'a [[f64; 2]],
}

impl Drawing<'_> {
    /// The track. Its coordinates are whole tenths of a millimetre.
    pub fn track(&self) -> Result<Track, TrackError> {
        // A station every 20 cm: what is too far away is refused before there are too many of them.
        let is_usable = |point: &[f64; 2]| point.iter().all(|number| number.abs() <= MAX_COORDINATE_M);
        if !(MIN_POINTS..=MAX_POINTS).contains(&self.points.len()) || !self.points.iter().all(is_usable) {
            return Err(TrackError::Drawing);
        }
        let mut centre = evenly_spaced(&curve(self.points));
        let start = straightest(&centre);
        centre.rotate_left(start);
        let count = centre.len();
        let counter_clockwise = enclosed_area(&centre) > 0.0;
        let station = |index: usize| {
            let [before, here, after] = [index + count - 1, index, index + 1].map(|index| centre[index % count]);
            let [along_x, along_y] = [after[0] - before[0], after[1] - before[1]];
            let half_width = self.width_m / 2.0 / libm::hypot(along_x, along_y);
            let to_left = [-along_y * half_width, along_x * half_width];
            let left = [here[0] + to_left[0], here[1] + to_left[1]];
            let right = [here[0] - to_left[0], here[1] - to_left[1]];
            let [inner, outer] = if counter_clockwise { [left, right] } else { [right, left] };
            Station { centre: rounded(here), inner: rounded(inner), outer: rounded(outer) }
        };
        Track::new(self.name, self.title, (0..count).map(station).collect())
    }
}

/// A closed uniform cubic B-spline: it stays within its points and bends evenly (its second derivative is continuous).
fn curve(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let count = points.len();
    let point = |span: usize, step: usize| {
        let t = step as f64 / SPAN_POINTS as f64;
        let weights = [
            (1.0 - t) * (1.0 - t) * (1.0 - t),
            3.0 * t * t * t - 6.0 * t * t + 4.0,
            -3.0 * t * t * t + 3.0 * t * t + 3.0 * t + 1.0,
            t * t * t,
        ];
        let axis = |axis: usize| (0..4).map(|k| weights[k] * points[(span + k) % count][axis]).sum::<f64>() / 6.0;
        [axis(0), axis(1)]
    };
    (0..count)
        .flat_map(|span| (0..SPAN_POINTS).map(move |step| (span, step)))
        .map(|(span, step)| point(span, step))
        .collect()
}

/// Points on a closed line, all the same way apart.
fn evenly_spaced(line: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let way = |index: usize| {
        let [here, next] = [line[index], line[(index + 1) % line.len()]];
        libm::hypot(next[0] - here[0], next[1] - here[1])
    };
    let length_m: f64 = (0..line.len()).map(way).sum();
    let count = (length_m / STATION_GAP_M).round().max(1.0) as usize;
    let gap_m = length_m / count as f64;
    let (mut piece, mut piece_start_m) = (0, 0.0);
    let at = |index: usize| {
        let wanted_m = gap_m * index as f64;
        while piece + 1 < line.len() && piece_start_m + way(piece) < wanted_m {
            piece_start_m += way(piece);
            piece += 1;
        }
        let share = (wanted_m - piece_start_m) / way(piece);
        let [here, next] = [line[piece], line[(piece + 1) % line.len()]];
        [here[0] + share * (next[0] - here[0]), here[1] + share * (next[1] - here[1])]
    };
    (0..count).map(at).collect()
}

/// The station from which the road goes straightest for the next metre and back for one.
fn straightest(centre: &[[f64; 2]]) -> usize {
    const AROUND_M: f64 = 1.0;
    let around = (AROUND_M / STATION_GAP_M) as usize;
    let count = centre.len();
    let bend = |index: &usize| -> f64 {
        let curvature = |offset: usize| track_measure::curvature_at(centre, (index + count + offset - around) % count);
        (0..=2 * around).map(|offset| curvature(offset).abs()).sum()
    };
    (0..count).min_by(|one, other| bend(one).total_cmp(&bend(other))).unwrap_or_default()
}

/// Twice the signed area of a closed line, positive if it runs counter-clockwise.
fn enclosed_area(line: &[[f64; 2]]) -> f64 {
    let next = line.iter().cycle().skip(1);
    line.iter().zip(next).map(|(here, next)| here[0] * next[1] - here[1] * next[0]).sum()
}

fn rounded(point: [f64; 2]) -> [f64; 2] {
    // Dividing gives the float that is nearest to the decimal, so that text and number are the same.
    point.map(|number| (number * 1e4).round() / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_of_points_becomes_a_round_road_of_even_stations() {
        let points = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]];
        let track =
            Drawing { name: "square", title: "Square", width_m: 0.8, points: &points }.track().expect("a track");
        let stations = track.stations();
        let gap = |index: usize| {
            let [here, next] = [stations[index].centre, stations[(index + 1) % stations.len()].centre];
            libm::hypot(next[0] - here[0], next[1] - here[1])
        };
        assert!((0..stations.len()).all(|index| (gap(index) - 0.2).abs() < 0.01));
        for station in stations {
            let width_m = libm::hypot(station.outer[0] - station.inner[0], station.outer[1] - station.inner[1]);
            assert!((width_m - 0.8).abs() < 1e-3);
            // The spline passes at two thirds of the corner's depth: (1, 1, 4) / 6 of its points.
            let from_middle = libm::hypot(station.centre[0] - 2.0, station.centre[1] - 2.0);
            assert!((1.8..2.1).contains(&from_middle), "{from_middle}");
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let square = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]];
        let draw = |width_m: f64, points: &[[f64; 2]]| {
            let drawing = Drawing { name: "bad", title: "Bad", width_m, points };
            drawing.track().expect_err("no track").code()
        };
        assert_eq!(draw(0.8, &[]), "track_drawing");
        assert_eq!(draw(0.8, &square[..3]), "track_drawing");
        assert_eq!(draw(0.8, &[[0.0; 2]; MAX_POINTS + 1]), "track_drawing");
        for far in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(draw(0.8, &[square[0], square[1], square[2], [0.0, far]]), "track_drawing");
        }
        assert_eq!(draw(f64::NAN, &square), "track_not_finite");
        assert_eq!(draw(0.1, &square), "track_too_narrow");
        assert!(draw(0.8, &[[1.0, 1.0]; 6]).starts_with("track_"));
    }
}
