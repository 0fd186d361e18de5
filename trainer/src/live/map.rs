//! The track and the line driven on it, in braille.

use super::view::{LinePoint, View};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Color,
    symbols::Marker,
    widgets::{
        Widget,
        canvas::{Canvas, Context, Line},
    },
};
use sim_spec::action::SPEED_RANGE_MPS;

/// Room around the road, as a share of the map.
const MARGIN_SHARE: f64 = 0.03;
/// Braille dots of a letter, across and down; they stand about equally far apart in both directions.
const DOTS: [f64; 2] = [2.0, 4.0];
/// Points of a line further apart than this were not driven from one to the other, metres: the car was put back.
const JUMP_M: f64 = 1.0;
/// Slow to fast, in the terminal's own colours.
pub const SPEED_COLOURS: [Color; 5] = [Color::LightBlue, Color::Cyan, Color::Green, Color::Yellow, Color::Red];

/// The colour of a speed.
fn colour(speed_mps: f64) -> Color {
    let [slowest, fastest] = SPEED_RANGE_MPS.map(f64::from);
    let share = ((speed_mps - slowest) / (fastest - slowest)).clamp(0.0, 1.0);
    SPEED_COLOURS[((share * SPEED_COLOURS.len() as f64) as usize).min(SPEED_COLOURS.len() - 1)]
}

/// Draws the map, with equal scales in both directions and in the middle of `area`.
pub fn draw(view: &View, area: Rect, has_colours: bool, buffer: &mut Buffer) {
    let stations = view.facts.track.stations();
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for point in stations.iter().flat_map(|station| [station.inner, station.outer]) {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    let dots = [f64::from(area.width) * DOTS[0], f64::from(area.height) * DOTS[1]];
    let metres_per_dot = (0..2).map(|axis| (high[axis] - low[axis]) / dots[axis]).fold(0.0, f64::max);
    let bounds = [0, 1].map(|axis| {
        let middle = (low[axis] + high[axis]) / 2.0;
        let half = metres_per_dot * dots[axis] / 2.0 * (1.0 + 2.0 * MARGIN_SHARE);
        [middle - half, middle + half]
    });
    let seen = |colour: Color| if has_colours { colour } else { Color::Reset };
    let paint = |context: &mut Context| {
        for pick in [|station: &sim_spec::Station| station.inner, |station: &sim_spec::Station| station.outer] {
            let next = stations.iter().cycle().skip(1);
            for (here, next) in stations.iter().zip(next) {
                segment(context, pick(here), pick(next), seen(Color::DarkGray));
            }
        }
        context.layer();
        for pair in view.line.windows(2) {
            let [LinePoint { position_m: here, speed_mps }, LinePoint { position_m: next, .. }] = [pair[0], pair[1]];
            if (next[0] - here[0]).hypot(next[1] - here[1]) < JUMP_M {
                segment(context, here, next, seen(colour(speed_mps)));
            }
        }
    };
    Canvas::default().marker(Marker::Braille).x_bounds(bounds[0]).y_bounds(bounds[1]).paint(paint).render(area, buffer);
}

fn segment(context: &mut Context, from: [f64; 2], to: [f64; 2], colour: Color) {
    context.draw(&Line::new(from[0], from[1], to[0], to[1], colour));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_colours_share_the_speeds() {
        // A fifth of 3.9 m/s is 0.78 m/s.
        let cases = [
            (0.0, Color::LightBlue),
            (0.8, Color::LightBlue),
            (0.9, Color::Cyan),
            (2.0, Color::Green),
            (9.0, Color::Red),
        ];
        for (speed_mps, expected) in cases {
            assert_eq!(colour(speed_mps), expected, "{speed_mps}");
        }
    }
}
