//! Curves over the steps of a run.

use super::svg::{escaped, number, ticks};
use std::fmt::Write as _;

const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 170.0;
/// Room for the axes' numbers.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 22.0;
/// Points that a curve is drawn with: more cannot be told apart on this width.
const MOST_POINTS: usize = 190;

/// A drawing of one or more curves.
pub struct Chart<'a> {
    pub title: &'a str,
    /// What it shows and how to read it, in a sentence.
    pub note: &'a str,
    /// Name and points as `(control steps, value)`.
    pub lines: Vec<(&'a str, &'a [(f64, f64)])>,
    /// A value to compare with, and its name.
    pub reference: Option<(f64, &'a str)>,
    /// Whether the scale begins at zero.
    pub is_from_zero: bool,
}

impl Chart<'_> {
    /// The chart as a figure; nothing if there is nothing to draw.
    pub fn figure(&self) -> String {
        let lines: Vec<_> = self.lines.iter().map(|(name, points)| (*name, thinned(points))).collect();
        let all = || lines.iter().flat_map(|(_, points)| points);
        let last_x = all().map(|(x, _)| *x).fold(0.0, f64::max);
        if all().next().is_none() {
            return String::new();
        }
        let values = || all().map(|(_, y)| *y).chain(self.reference.map(|(value, _)| value));
        let (Some(low), Some(high)) = (values().reduce(f64::min), values().reduce(f64::max)) else {
            return String::new();
        };
        let low = if self.is_from_zero { low.min(0.0) } else { low };
        // A flat curve runs through the middle.
        let margin = ((high - low) * 0.06).max(high.abs() * 1e-3).max(1e-9);
        let (low, high) = (if self.is_from_zero && low == 0.0 { 0.0 } else { low - margin }, high + margin);
        let x = |steps: f64| LEFT + steps / last_x.max(1.0) * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
        let mut svg = String::new();
        for tick in ticks(low, high, 4) {
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
        for tick in ticks(0.0, last_x, 4) {
            let anchor = if x(tick) > WIDTH - 24.0 { "end" } else { "middle" };
            let _ = write!(
                svg,
                r#"<text class="tick" x="{:.1}" y="{:.1}" text-anchor="{anchor}">{}</text>"#,
                x(tick),
                HEIGHT - 6.0,
                number(tick)
            );
        }
        if let Some((value, name)) = self.reference {
            let y = y(value);
            let _ = write!(
                svg,
                r#"<path class="reference" d="M{LEFT} {y:.1}H{:.1}"/><text class="tick" x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
                WIDTH - RIGHT,
                WIDTH - RIGHT,
                y - 4.0,
                escaped(name)
            );
        }
        for (number, (_, points)) in lines.iter().enumerate() {
            let path: Vec<_> =
                points.iter().map(|(steps, value)| format!("{:.1} {:.1}", x(*steps), y(*value))).collect();
            let _ = write!(svg, r#"<path class="curve c{}" d="M{}"/>"#, number % 6, path.join("L"));
        }
        let data: Vec<_> = lines.iter().map(|(name, points)| data(name, points)).collect();
        let legend = if lines.len() > 1 { legend(self.lines.iter().map(|(name, _)| *name)) } else { String::new() };
        let title = escaped(self.title);
        format!(
            r#"<figure class="chart" data-plot="{LEFT} {right} {last_x}" data-lines="{data}"><figcaption><h3>{title}</h3><p class="now">{now}</p>{legend}</figcaption>
<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}: {note}">{svg}</svg><p class="note">{note}</p></figure>
"#,
            right = WIDTH - RIGHT,
            data = escaped(&format!("[{}]", data.join(","))),
            now = now(&self.lines),
            note = escaped(self.note),
        )
    }
}

/// The curve with neighbours averaged.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let size = points.len().div_ceil(MOST_POINTS).max(1);
    let mean = |group: &[(f64, f64)]| {
        let sum = group.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        (sum.0 / group.len() as f64, sum.1 / group.len() as f64)
    };
    points.chunks(size).map(mean).collect()
}

/// The last value, where there is one curve.
fn now(lines: &[(&str, &[(f64, f64)])]) -> String {
    match lines {
        [(_, points)] => points.last().map_or(String::new(), |(_, value)| number(*value)),
        _ => String::new(),
    }
}

fn legend<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let entry =
        |(number, name): (usize, &str)| format!(r#"<span class="key k{}">{}</span>"#, number % 6, escaped(name));
    format!(r#"<p class="legend">{}</p>"#, names.enumerate().map(entry).collect::<String>())
}

/// What the pointer reads from: name and points of a curve, as JSON.
fn data(name: &str, points: &[(f64, f64)]) -> String {
    let points: Vec<_> = points.iter().map(|(steps, value)| format!("[{steps:.0},{value:.4}]")).collect();
    format!("[{},[{}]]", serde_json::json!(name), points.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_fits_its_frame_and_names_its_last_value() {
        let points: Vec<_> = (0..1000).map(|at| (f64::from(at) * 1000.0, f64::from(at))).collect();
        let lines = vec![("a<b", &points[..])];
        let figure =
            Chart { title: "Reward", note: "more is better", lines, reference: None, is_from_zero: true }.figure();
        assert!(figure.contains("<h3>Reward</h3><p class=\"now\">999</p>"), "{figure}");
        assert!(figure.contains(r#"aria-label="Reward: more is better""#) && figure.contains("a&lt;b"));
        let path = figure.split("class=\"curve c0\" d=\"M").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(path.split('L').count(), 1000_usize.div_ceil(6));
        for point in path.split('L') {
            let (x, y) = point.split_once(' ').unwrap();
            assert!((LEFT..=WIDTH - RIGHT).contains(&x.parse().unwrap()), "{point}");
            assert!((TOP..=HEIGHT - BOTTOM).contains(&y.parse().unwrap()), "{point}");
        }
    }

    #[test]
    fn nothing_measured_is_nothing_drawn() {
        let chart = Chart { title: "Lap", note: "", lines: vec![("lap", &[])], reference: None, is_from_zero: false };
        assert_eq!(chart.figure(), "");
        let chart = Chart { reference: Some((1.0, "par")), ..chart };
        assert_eq!(chart.figure(), "", "a line to compare nothing with");
        let flat = [(0.0, 1.0), (10.0, 1.0)];
        let chart = Chart { lines: vec![("lap", &flat)], ..chart };
        assert!(chart.figure().contains("reference"));
    }
}
