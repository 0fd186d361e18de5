//! Whether stations describe a road that can be raced on.

use crate::{Station, TrackError, limits::*};

type Point = [f64; 2];

/// Length of the closed centre line, metres.
pub fn length_m(stations: &[Station]) -> f64 {
    neighbours(stations).map(|(_, here, next)| distance(here.centre, next.centre)).sum()
}

/// All that makes stations a track, from the cheap to the dear.
pub fn check(stations: &[Station]) -> Result<(), TrackError> {
    if !(MIN_STATIONS..=MAX_STATIONS).contains(&stations.len()) {
        return Err(TrackError::StationCount(stations.len()));
    }
    check_numbers(stations)?;
    check_gaps(stations)?;
    let length_m = length_m(stations);
    if !(MIN_TRACK_LENGTH_M..=MAX_TRACK_LENGTH_M).contains(&length_m) {
        return Err(TrackError::Length(length_m));
    }
    check_borders(stations)?;
    check_crossings(stations)
}

fn check_numbers(stations: &[Station]) -> Result<(), TrackError> {
    let is_usable = |point: Point| point.iter().all(|number| number.abs() <= MAX_COORDINATE_M);
    let broken = |station: &Station| ![station.centre, station.inner, station.outer].into_iter().all(is_usable);
    match stations.iter().position(broken) {
        Some(station) => Err(TrackError::NotFinite(station)),
        None => Ok(()),
    }
}

fn check_gaps(stations: &[Station]) -> Result<(), TrackError> {
    for (index, here, next) in neighbours(stations) {
        let gap_m = distance(here.centre, next.centre);
        if gap_m > MAX_STATION_GAP_M {
            let closes_the_loop = index == stations.len() - 1;
            return Err(if closes_the_loop {
                TrackError::Open(gap_m)
            } else {
                TrackError::Gap { station: index, gap_m }
            });
        }
    }
    Ok(())
}

fn check_borders(stations: &[Station]) -> Result<(), TrackError> {
    for (index, station) in stations.iter().enumerate() {
        let half_width_m = distance(station.centre, station.inner).min(distance(station.centre, station.outer));
        if half_width_m < MIN_HALF_WIDTH_M {
            return Err(TrackError::TooNarrow { station: index, half_width_m });
        }
        let [to_inner, to_outer] =
            [difference(station.inner, station.centre), difference(station.outer, station.centre)];
        if dot(to_inner, to_outer) >= 0.0 {
            return Err(TrackError::Borders(index));
        }
    }
    Ok(())
}

/// No two pieces of the centre line, of a border, or of the two borders cross.
fn check_crossings(stations: &[Station]) -> Result<(), TrackError> {
    let line = |pick: fn(&Station) -> Point| stations.iter().map(pick).collect::<Vec<_>>();
    let [centre, inner, outer] = [line(|s| s.centre), line(|s| s.inner), line(|s| s.outer)];
    for (name, line) in [("centre line", &centre), ("inner border", &inner), ("outer border", &outer)] {
        if let Some((first, second)) = crossing(line, line) {
            return Err(TrackError::Crossing { line: name, first, second });
        }
    }
    match crossing(&inner, &outer) {
        Some((first, second)) => Err(TrackError::Crossing { line: "borders", first, second }),
        None => Ok(()),
    }
}

/// The first pair of pieces of two closed lines that cross properly (touching ends do not count, so neighbouring
/// pieces of one line never do).
fn crossing(one: &[Point], other: &[Point]) -> Option<(usize, usize)> {
    for first in 0..one.len() {
        let [a, b] = piece(one, first);
        let [low_x, high_x] = [a[0].min(b[0]), a[0].max(b[0])];
        for second in 0..other.len() {
            let [c, d] = piece(other, second);
            // Most pairs lie apart; one comparison tells.
            if c[0].max(d[0]) < low_x || c[0].min(d[0]) > high_x {
                continue;
            }
            let c_and_d_on_both_sides = side(a, b, c) * side(a, b, d) < 0.0;
            if c_and_d_on_both_sides && side(c, d, a) * side(c, d, b) < 0.0 {
                return Some((first, second));
            }
        }
    }
    None
}

fn piece(line: &[Point], index: usize) -> [Point; 2] {
    [line[index], line[(index + 1) % line.len()]]
}

/// Twice the area of the triangle: positive if `point` lies left of the way from `from` to `to`.
fn side(from: Point, to: Point, point: Point) -> f64 {
    let [way, reach] = [difference(to, from), difference(point, from)];
    way[0] * reach[1] - way[1] * reach[0]
}

fn neighbours(stations: &[Station]) -> impl Iterator<Item = (usize, &Station, &Station)> {
    let next = stations.iter().cycle().skip(1);
    stations.iter().zip(next).enumerate().map(|(index, (here, next))| (index, here, next))
}

fn difference(to: Point, from: Point) -> Point {
    [to[0] - from[0], to[1] - from[1]]
}

fn dot(one: Point, other: Point) -> f64 {
    one[0] * other[0] + one[1] * other[1]
}

fn distance(one: Point, other: Point) -> f64 {
    let way = difference(other, one);
    dot(way, way).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// A ring of radius 3 m and a road 0.8 m wide, of `count` stations, each changed by `change`.
    fn ring(count: usize, change: impl Fn(usize, &mut Station)) -> Vec<Station> {
        let at = |index: usize, radius: f64| {
            let angle = TAU * index as f64 / count as f64;
            [radius * angle.cos(), radius * angle.sin()]
        };
        let station = |index| {
            let mut station = Station { centre: at(index, 3.0), inner: at(index, 2.6), outer: at(index, 3.4) };
            change(index, &mut station);
            station
        };
        (0..count).map(station).collect()
    }

    fn code(stations: &[Station]) -> &'static str {
        check(stations).expect_err("this is no track").code()
    }

    #[test]
    fn a_ring_is_a_track_as_long_as_its_polygon() {
        let stations = ring(60, |_, _| {});
        assert_eq!(check(&stations), Ok(()));
        // The polygon in a circle of 3 m: 60 sides of 2 · 3 m · sin(π/60).
        let polygon_m = 60.0 * 2.0 * 3.0 * (TAU / 120.0).sin();
        assert!((length_m(&stations) - polygon_m).abs() < 1e-9);
    }

    #[test]
    fn three_points_are_no_track() {
        assert_eq!(code(&ring(3, |_, _| {})), "track_station_count");
    }

    #[test]
    fn numbers_must_be_finite_and_within_reach() {
        for bad in [f64::NAN, f64::INFINITY, 1e9] {
            let stations = ring(60, |index, station| {
                if index == 7 {
                    station.outer[1] = bad;
                }
            });
            assert_eq!(check(&stations), Err(TrackError::NotFinite(7)), "{bad}");
        }
    }

    #[test]
    fn a_missing_part_makes_it_open() {
        let half: Vec<_> = ring(60, |_, _| {}).into_iter().take(30).collect();
        assert_eq!(code(&half), "track_open");
    }

    #[test]
    fn a_jump_is_a_gap() {
        let mut stations = ring(60, |_, _| {});
        stations.drain(10..20);
        assert_eq!(code(&stations), "track_gap");
    }

    #[test]
    fn a_narrow_place_is_named() {
        let stations = ring(60, |index, station| {
            if index == 5 {
                station.inner = station.centre.map(|number| number * 0.95);
            }
        });
        assert!(matches!(check(&stations), Err(TrackError::TooNarrow { station: 5, .. })));
    }

    #[test]
    fn borders_lie_on_both_sides() {
        let stations = ring(60, |index, station| {
            if index == 5 {
                station.inner = station.outer;
            }
        });
        assert_eq!(check(&stations), Err(TrackError::Borders(5)));
    }

    #[test]
    fn a_figure_of_eight_crosses_itself() {
        let count = 80;
        let eight = |index: usize, offset: f64| {
            let angle = TAU * (index as f64 + 0.5) / count as f64;
            let (x, y) = (4.0 * angle.sin(), 2.0 * (2.0 * angle).sin());
            let (dx, dy) = (4.0 * angle.cos(), 4.0 * (2.0 * angle).cos());
            let norm = (dx * dx + dy * dy).sqrt();
            [x - offset * dy / norm, y + offset * dx / norm]
        };
        let station =
            |index| Station { centre: eight(index, 0.0), inner: eight(index, 0.4), outer: eight(index, -0.4) };
        let stations: Vec<_> = (0..count).map(station).collect();
        assert_eq!(code(&stations), "track_crossing");
    }
}
