//! A run without a terminal: a line now and then, as logs want it.

use super::view::View;
use std::time::{Duration, Instant};

/// Between two lines. Often enough to see that it works, seldom enough for a log.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Writes lines on stderr.
#[derive(Debug, Default)]
pub struct Plain {
    last_line: Option<Instant>,
}

impl Plain {
    /// Writes a line if the last one is old enough.
    pub fn show(&mut self, view: &View, elapsed: Duration) {
        if self.last_line.is_none_or(|last| last.elapsed() >= LINE_EVERY) {
            eprintln!("{}", line(view, elapsed));
            self.last_line = Some(Instant::now());
        }
    }
}

/// How a run stands, in a line.
fn line(view: &View, elapsed: Duration) -> String {
    let best = view.best_lap_secs.map_or("no clean lap yet".into(), |secs| format!("best clean lap {secs:.2} s"));
    let left = view.secs_left(elapsed).map_or(String::new(), |secs| format!(", {secs:.0} s left"));
    format!(
        "{:.1} M steps, {:.0} k/s, {:.0} % of a lap completed, {best}{left}",
        view.steps as f64 / 1e6,
        view.steps_per_sec.last().unwrap_or_default() / 1e3,
        view.completion.last().unwrap_or_default() * 100.0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        live::{Facts, Iteration},
        run::limits::Limits,
    };

    #[test]
    fn a_line_says_how_far_it_is() {
        let track = sim_spec::builtin_tracks::find("harbour").expect("a built-in track");
        let limits = Limits { time: Some(Duration::from_secs(20)), ..Limits::default() };
        let mut view = View::new(Facts { settings: vec![], limits, track, par_secs: None });
        let iteration =
            Iteration { steps: 1_200_000, steps_per_sec: 250_400.0, completion: 0.5, ..Iteration::default() };
        view.add(&iteration);
        let expected = "1.2 M steps, 250 k/s, 50 % of a lap completed, no clean lap yet, 15 s left";
        assert_eq!(line(&view, Duration::from_secs(5)), expected);
        view.add(&Iteration { best_lap_secs: Some(6.214), ..iteration });
        assert!(line(&view, Duration::from_secs(5)).contains("best clean lap 6.21 s, 15 s left"));
    }
}
