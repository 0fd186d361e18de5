//! Distributions: lap times, and what was commanded.

use super::svg::{number, ticks};
use sim_spec::action::{MAX_STEERING_RAD, SPEED_RANGE_MPS};
use std::fmt::Write as _;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 34.0;
const TOP: f64 = 14.0;
const RIGHT: f64 = 12.0;
/// Bars of the histogram, at most.
const BARS: usize = 36;
/// Laps longer than so many medians are left out of the scale: the first ones that a beginner completes.
const LONGEST: f64 = 2.0;
/// Cells of the action's table: steering, speed.
const STEERINGS: usize = 15;
const SPEEDS: usize = 10;

/// A histogram of lap times, in seconds and whether they were clean, with par beside it.
pub fn lap_histogram(laps: &[(f64, bool)], par_secs: f64) -> String {
    if laps.is_empty() {
        return String::new();
    }
    let mut secs: Vec<f64> = laps.iter().map(|(secs, _)| *secs).collect();
    secs.sort_by(f64::total_cmp);
    let longest = secs[secs.len() / 2] * LONGEST;
    let high = secs.iter().copied().filter(|secs| *secs <= longest).fold(par_secs, f64::max) * 1.01;
    let low = par_secs.min(secs[0]) * 0.98;
    let width_secs = (high - low) / BARS as f64;
    let mut bars = [[0_usize; 2]; BARS];
    for (secs, is_clean) in laps.iter().filter(|(secs, _)| *secs <= longest) {
        bars[(((secs - low) / width_secs) as usize).min(BARS - 1)][usize::from(!is_clean)] += 1;
    }
    // Room above the highest bar for par's name.
    let most = bars.iter().map(|[clean, other]| clean + other).max().unwrap_or(1) as f64 * 1.15;
    let x = |secs: f64| LEFT + (secs - low) / (high - low) * (WIDTH - LEFT - RIGHT);
    let y = |count: f64| HEIGHT - BOTTOM - count / most * (HEIGHT - TOP - BOTTOM);
    let mut svg = rules_of(&x, &y, [low, high], most);
    for (index, [clean, other]) in bars.into_iter().enumerate() {
        let from = low + index as f64 * width_secs;
        let mut stacked = 0.0;
        for (count, class) in [(clean, "clean"), (other, "unclean")].into_iter().filter(|(count, _)| *count > 0) {
            let (bottom, top) = (y(stacked), y(stacked + count as f64));
            stacked += count as f64;
            let _ = write!(
                svg,
                r#"<rect class="bar {class}" x="{:.1}" y="{top:.1}" width="{:.1}" height="{:.1}"><title>{count} {class} laps of {from:.2} to {:.2} s</title></rect>"#,
                x(from) + 0.7,
                x(from + width_secs) - x(from) - 1.4,
                bottom - top,
                from + width_secs
            );
        }
    }
    let _ = write!(
        svg,
        r#"<path class="reference" d="M{0:.1} {TOP}V{1:.1}"/><text class="tick" x="{2:.1}" y="{3:.1}">par {par_secs:.2}</text>"#,
        x(par_secs),
        HEIGHT - BOTTOM,
        x(par_secs) + 4.0,
        TOP + 8.0
    );
    svg_of("Lap times", &svg)
}

fn rules_of(x: &dyn Fn(f64) -> f64, y: &dyn Fn(f64) -> f64, [low, high]: [f64; 2], most: f64) -> String {
    let mut svg = String::new();
    for tick in ticks(0.0, most, 3).into_iter().filter(|tick| tick.fract() == 0.0) {
        let y = y(tick);
        let _ = write!(
            svg,
            r#"<path class="rule" d="M{LEFT} {y:.1}H{:.1}"/><text class="tick" x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 3.5,
            number(tick)
        );
    }
    for tick in ticks(low, high, 6) {
        let _ = write!(
            svg,
            r#"<text class="tick" x="{:.1}" y="{:.1}" text-anchor="middle">{} s</text>"#,
            x(tick),
            HEIGHT - BOTTOM + 16.0,
            number(tick)
        );
    }
    svg
}

fn svg_of(title: &str, content: &str) -> String {
    format!(r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">{content}</svg>"#)
}

/// How often each steering was commanded together with each speed; `commands` in radians and m/s.
pub fn actions(commands: &[[f32; 2]]) -> String {
    let mut cells = [[0_usize; STEERINGS]; SPEEDS];
    let [slowest, fastest] = SPEED_RANGE_MPS;
    for [steering_rad, speed_mps] in commands {
        let cell = |share: f32, cells: usize| ((share * cells as f32) as usize).min(cells - 1);
        // Left is left: + is drawn first.
        let column = cell((MAX_STEERING_RAD - steering_rad) / (2.0 * MAX_STEERING_RAD), STEERINGS);
        let row = cell((speed_mps - slowest) / (fastest - slowest), SPEEDS);
        cells[row][column] += 1;
    }
    let most = cells.iter().flatten().copied().max().unwrap_or(0).max(1) as f64;
    let [cell_w, cell_h] = [(WIDTH - LEFT - RIGHT) / STEERINGS as f64, (HEIGHT - TOP - BOTTOM) / SPEEDS as f64];
    let mut svg = String::new();
    for (row, counts) in cells.into_iter().enumerate() {
        let y = HEIGHT - BOTTOM - (row + 1) as f64 * cell_h;
        for (column, count) in counts.into_iter().enumerate() {
            let share = count as f64 / commands.len().max(1) as f64;
            // The root keeps rare actions visible.
            let _ = write!(
                svg,
                r#"<rect class="cell" x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" fill-opacity="{:.2}"><title>{:.1} % of the steps</title></rect>"#,
                LEFT + column as f64 * cell_w + 0.75,
                y + 0.75,
                cell_w - 1.5,
                cell_h - 1.5,
                (count as f64 / most).sqrt(),
                share * 100.0
            );
        }
    }
    for (share, text, anchor) in [(0.0, "30° left", "start"), (0.5, "straight", "middle"), (1.0, "30° right", "end")]
    {
        let x = LEFT + share * (WIDTH - LEFT - RIGHT);
        let y = HEIGHT - BOTTOM + 16.0;
        let _ = write!(svg, r#"<text class="tick" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#);
    }
    for (share, speed_mps) in [(0.0, slowest), (0.5, (slowest + fastest) / 2.0), (1.0, fastest)] {
        let y = HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM) + 4.0 * (1.0 - share) + 8.0 * share;
        let _ = write!(
            svg,
            r#"<text class="tick" x="{:.1}" y="{y:.1}" text-anchor="end">{speed_mps:.1}</text>"#,
            LEFT - 6.0
        );
    }
    svg_of("Steering and speed that were commanded", &svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lap_is_a_bar_and_beginners_laps_do_not_spoil_the_scale() {
        let laps = [(6.0, true), (6.001, true), (6.5, false), (30.0, true)];
        let svg = lap_histogram(&laps, 5.5);
        assert!(svg.contains("<title>2 clean laps of 5.9"), "{svg}");
        assert_eq!(svg.matches("class=\"bar ").count(), 2);
        assert!(svg.contains("par 5.50") && !svg.contains("30 s"));
        assert_eq!(lap_histogram(&[], 5.5), "");
    }

    #[test]
    fn a_command_is_counted_in_its_cell() {
        let svg = actions(&[[MAX_STEERING_RAD, 4.0], [MAX_STEERING_RAD, 4.0], [0.0, 0.1], [-MAX_STEERING_RAD, 0.1]]);
        assert_eq!(svg.matches("<rect").count(), STEERINGS * SPEEDS);
        assert_eq!(svg.matches("50.0 % of the steps").count(), 1);
        assert_eq!(svg.matches("25.0 % of the steps").count(), 2);
        // Left at full speed is the first cell of the top row.
        assert!(svg.contains(r#"<rect class="cell" x="44.8" y="14.8""#), "{svg}");
    }
}
