//! Draws the live view: a pure function of what it knows, the time and the room there is.
//!
//! ```text
//! settings                                             what the keys do
//! bar, elapsed, left
//! five curves       | map of the track with the last evaluated lap
//! ```
//!
//! In a small terminal the curves become a line each, and the map goes.

use super::{map, series::Series, view::View};
use ratatui::{
    buffer::Buffer,
    layout::{Alignment, Constraint, Layout, Rect},
    style::{Color, Modifier, Style},
    symbols::Marker,
    text::{Line, Span},
    widgets::{
        Widget,
        canvas::{self, Canvas},
    },
};
use sim_spec::action::SPEED_RANGE_MPS;
use std::time::Duration;

/// From this size on there is room for curves and a map, columns and rows.
const ROOMY: [u16; 2] = [72, 20];
/// Narrowest and widest column of curves: a name and a number have to fit beside each other, and beyond the widest the map
/// makes more of the room.
const CURVES_WIDTH: [u16; 2] = [34, 48];
/// What the keys do.
const KEYS: &str = "q or Ctrl-C: stop";
const STOPPING: &str = "stopping after this iteration; once more: at once";

/// How a run may be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// `NO_COLOR` is not set.
    pub has_colours: bool,
}

impl Look {
    fn coloured(self, colour: Color) -> Style {
        if self.has_colours { Style::new().fg(colour) } else { Style::new() }
    }
}

/// A curve and how its newest number is told.
struct Curve<'a> {
    name: &'a str,
    series: &'a Series,
    now: String,
    colour: Color,
}

/// Draws all of it into `area`.
pub fn draw(view: &View, elapsed: Duration, look: Look, area: Rect, buffer: &mut Buffer) {
    let [title, bar, _, body] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1)])
            .areas(area);
    draw_title(view, look, title, buffer);
    draw_bar(view, elapsed, look, bar, buffer);
    let curves = curves(view);
    if area.width < ROOMY[0] || area.height < ROOMY[1] {
        for (curve, row) in curves.iter().zip(body.rows()) {
            draw_small(curve, look, row, buffer);
        }
        return;
    }
    let [left, _, right] = Layout::horizontal([
        Constraint::Length((area.width * 2 / 5).clamp(CURVES_WIDTH[0], CURVES_WIDTH[1])),
        Constraint::Length(2),
        Constraint::Fill(1),
    ])
    .areas(body);
    let rooms: [Rect; 5] = Layout::vertical([Constraint::Fill(1); 5]).areas(left);
    for (curve, room) in curves.iter().zip(rooms) {
        draw_curve(curve, look, room, buffer);
    }
    let [track, legend] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(right);
    map::draw(view, track, look.has_colours, buffer);
    if !view.line.is_empty() {
        draw_legend(look, legend, buffer);
    }
}

fn curves(view: &View) -> [Curve<'_>; 5] {
    let told = |series: &Series, tell: &dyn Fn(f64) -> String| series.last().map_or("–".into(), tell);
    let par = view.facts.par_secs.map_or(String::new(), |secs| format!(", par {secs:.2}"));
    let best = view.best_lap_secs.map_or("no clean lap yet".into(), |secs| format!("best {secs:.2} s{par}"));
    let curve = |name, series, now, colour| Curve { name, series, now, colour };
    [
        curve("reward per step", &view.reward, told(&view.reward, &|it| format!("{it:.3}")), Color::Green),
        curve(
            "of a lap completed",
            &view.completion,
            told(&view.completion, &|it| format!("{:.0} %", it * 100.0)),
            Color::Cyan,
        ),
        curve("clean lap", &view.laps, best, Color::Yellow),
        curve("entropy", &view.entropy, told(&view.entropy, &|it| format!("{it:.2}")), Color::Magenta),
        curve(
            "steps per second",
            &view.steps_per_sec,
            told(&view.steps_per_sec, &|it| format!("{:.0} k", it / 1e3)),
            Color::LightBlue,
        ),
    ]
}

fn draw_title(view: &View, look: Look, area: Rect, buffer: &mut Buffer) {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let name = Span::styled("paddock  ", look.coloured(Color::Green).add_modifier(Modifier::BOLD));
    Line::from(vec![name, Span::styled(view.facts.settings.join(" · "), bold)]).render(area, buffer);
    let (keys, style) = match view.is_stopping {
        true => (STOPPING, look.coloured(Color::Yellow)),
        false => (KEYS, Style::new().add_modifier(Modifier::DIM)),
    };
    // The settings come first where both do not fit.
    let used: usize = view.facts.settings.iter().map(|word| word.chars().count() + 3).sum::<usize>() + 10;
    if view.is_stopping || used + keys.chars().count() <= usize::from(area.width) {
        let width = (keys.chars().count() as u16).min(area.width);
        let right = Rect { x: area.right() - width, width, ..area };
        Line::styled(keys, style).render(right, buffer);
    }
}

/// How far the run is. Without an end in sight, only how long it has run.
fn draw_bar(view: &View, elapsed: Duration, look: Look, area: Rect, buffer: &mut Buffer) {
    let left = view.secs_left(elapsed).map_or(String::new(), |secs| format!(", {} left", clock(secs)));
    let told = format!(" {:.1} M steps in {}{left}", view.steps as f64 / 1e6, clock(elapsed.as_secs_f64()));
    let width = area.width.saturating_sub(told.chars().count() as u16);
    let filled = (view.share_done(elapsed) * f64::from(width)).round() as u16;
    let dim = Style::new().add_modifier(Modifier::DIM);
    let spans = vec![
        Span::styled("━".repeat(filled.into()), look.coloured(Color::Green)),
        Span::styled("─".repeat((width - filled).into()), dim),
        Span::raw(told),
    ];
    Line::from(spans).render(area, buffer);
}

/// Seconds as people say them.
fn clock(secs: f64) -> String {
    match secs {
        ..99.5 => format!("{secs:.0} s"),
        _ => format!("{}:{:02.0} min", (secs / 60.0) as u64, (secs % 60.0).floor()),
    }
}

/// A curve in one line: name, sparkline, newest number.
fn draw_small(curve: &Curve, look: Look, area: Rect, buffer: &mut Buffer) {
    const NAME: usize = 19;
    const NOW: usize = 22;
    let width = usize::from(area.width).saturating_sub(NAME + NOW + 1);
    let spans = vec![
        Span::raw(format!("{:<NAME$}", curve.name)),
        Span::styled(format!("{:<width$} ", curve.series.sparkline(width)), look.coloured(curve.colour)),
        Span::raw(curve.now.clone()),
    ];
    Line::from(spans).render(area, buffer);
}

/// A curve with its name and its newest number above it.
fn draw_curve(curve: &Curve, look: Look, area: Rect, buffer: &mut Buffer) {
    let [title, plot] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    Line::styled(curve.name, Style::new().add_modifier(Modifier::DIM)).render(title, buffer);
    let now = Style::new().add_modifier(Modifier::BOLD);
    Line::styled(&*curve.now, now).alignment(Alignment::Right).render(title, buffer);
    // A letter is two dots wide.
    let points = curve.series.columns(usize::from(plot.width) * 2);
    let Some([low, high]) = curve.series.range() else { return };
    // A flat curve runs through the middle.
    let margin = ((high - low) * 0.05).max(f64::EPSILON * high.abs()).max(1e-9);
    let colour = if look.has_colours { curve.colour } else { Color::Reset };
    Canvas::default()
        .marker(Marker::Braille)
        .x_bounds([0.0, (points.len().max(2) - 1) as f64])
        .y_bounds([low - margin, high + margin])
        .paint(|context| {
            for (index, pair) in points.windows(2).enumerate() {
                let x = index as f64;
                context.draw(&canvas::Line::new(x, pair[0], x + 1.0, pair[1], colour));
            }
        })
        .render(plot, buffer);
}

/// What the colours on the map mean.
fn draw_legend(look: Look, area: Rect, buffer: &mut Buffer) {
    let [slowest, fastest] = SPEED_RANGE_MPS;
    let mut spans = vec![Span::raw("last evaluated lap")];
    if look.has_colours {
        spans.push(Span::raw(format!(", {slowest} ")));
        spans.extend(map::SPEED_COLOURS.map(|colour| Span::styled("━━", Style::new().fg(colour))));
        spans.push(Span::raw(format!(" {fastest} m/s")));
    }
    Line::from(spans).style(Style::new().add_modifier(Modifier::DIM)).alignment(Alignment::Center).render(area, buffer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        live::{Facts, Iteration},
        run::limits::Limits,
    };
    use sim_spec::{RaceRules, builtin_tracks};

    /// Half of a run of twenty seconds.
    fn view() -> View {
        let track = builtin_tracks::find("harbour").expect("a built-in track");
        let limits = Limits { time: Some(Duration::from_secs(20)), ..Limits::default() };
        let settings = ["harbour", "state", "ppo", "progress", "seed 1"].map(str::to_owned).to_vec();
        let mut view = View::new(Facts { settings, limits, track, par_secs: Some(5.71) });
        for number in 1..=100_u32 {
            let share = f64::from(number) / 100.0;
            view.add(&Iteration {
                steps: u64::from(number) * 25_000,
                steps_per_sec: 250_000.0 + 5000.0 * (f64::from(number) * 0.3).sin(),
                reward: share * (2.0 - share),
                completion: share.min(0.98),
                entropy: 1.5 - share,
                best_lap_secs: (number > 40).then_some(8.0 - 2.0 * share),
                lap_secs: (number > 40 && number.is_multiple_of(4)).then_some(8.0 - 2.0 * share),
            });
        }
        let rules = RaceRules { laps: 2, ..RaceRules::default() };
        let replay = sim::referee::race(&view.facts.track, &sim::drivers::centre_line(1.5), &rules, 1);
        view.lap(&sim::referee::telemetry(&replay, 0).expect("a true replay"));
        view
    }

    fn drawn(view: &View, width: u16, height: u16, look: Look) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        draw(view, Duration::from_secs(10), look, buffer.area, &mut buffer);
        buffer
    }

    fn text(buffer: &Buffer) -> String {
        let rows = buffer.content.chunks(buffer.area.width.into());
        let row = |cells: &[ratatui::buffer::Cell]| cells.iter().map(|cell| cell.symbol()).collect::<String>();
        rows.map(|cells| row(cells).trim_end().to_owned() + "\n").collect()
    }

    const PLAIN: Look = Look { has_colours: false };

    #[test]
    fn a_large_terminal_has_curves_and_a_map() {
        assert_eq!(text(&drawn(&view(), 76, 20, PLAIN)), include_str!("golden/large.txt"));
    }

    #[test]
    fn a_small_terminal_has_a_line_per_curve() {
        assert_eq!(text(&drawn(&view(), 60, 10, PLAIN)), include_str!("golden/small.txt"));
        // However small, it is drawn as far as it goes.
        for (width, height) in [(1, 1), (3, 2), (20, 4), (200, 3), (72, 20), (300, 100)] {
            drawn(&view(), width, height, Look { has_colours: true });
        }
    }

    #[test]
    fn a_run_that_has_just_begun_is_drawn_too() {
        let mut view = View::new(view().facts);
        view.is_stopping = true;
        let text = text(&drawn(&view, 100, 24, PLAIN));
        assert!(text.contains(STOPPING) && text.contains("no clean lap yet") && text.contains("0.0 M steps"), "{text}");
    }

    #[test]
    fn colours_are_there_unless_they_are_unwanted() {
        let colours = |look| {
            let buffer = drawn(&view(), 100, 32, look);
            buffer.content.iter().map(|cell| cell.fg).collect::<std::collections::HashSet<_>>()
        };
        assert_eq!(colours(PLAIN), [Color::Reset].into());
        assert!(colours(Look { has_colours: true }).contains(&Color::Cyan), "the speed of the line");
    }

    #[test]
    fn times_are_told_in_seconds_and_minutes() {
        let cases = [(0.4, "0 s"), (99.4, "99 s"), (99.6, "1:39 min"), (3600.0, "60:00 min")];
        for (secs, told) in cases {
            assert_eq!(clock(secs), told);
        }
    }
}
