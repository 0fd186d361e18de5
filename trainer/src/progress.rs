//! The progress of a run on stderr: one line that moves in a terminal, a plain line now and then elsewhere.

use crate::{algorithm::Report, limits::Limits};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::IsTerminal,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Between two plain lines. Often enough to see that it works, seldom enough for a log.
const PLAIN_LINE_EVERY: Duration = Duration::from_secs(5);
/// Ticks of the whole bar.
const BAR: u64 = 1000;

/// Shows how far a run is.
pub struct Progress {
    /// In a terminal.
    bar: Option<ProgressBar>,
    last_plain_line: Option<Instant>,
    /// Set by whoever wants the run to end.
    is_stopped: Option<Arc<AtomicBool>>,
}

impl Progress {
    /// A bar in a terminal, plain lines elsewhere. Colours follow `NO_COLOR`.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(BAR), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:24.cyan/dim} {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, last_plain_line: None, is_stopped: None }
    }

    /// Shows nothing: for runs that are part of something that shows how far it is.
    pub fn hidden() -> Self {
        Self { bar: Some(ProgressBar::hidden()), last_plain_line: None, is_stopped: None }
    }

    /// Shows nothing, and ends the run once somebody sets `is_stopped`.
    pub fn hidden_until(is_stopped: Arc<AtomicBool>) -> Self {
        Self { is_stopped: Some(is_stopped), ..Self::hidden() }
    }

    /// Whether the run is to end now.
    pub fn wants_to_stop(&self) -> bool {
        self.is_stopped.as_ref().is_some_and(|is_stopped| is_stopped.load(Ordering::Relaxed))
    }

    /// Shows the run after an iteration.
    pub fn show(
        &mut self,
        report: &Report,
        steps: u64,
        steps_per_sec: f64,
        elapsed: Duration,
        best_lap_secs: Option<f64>,
        limits: &Limits,
    ) {
        let share = share_done(steps, elapsed, limits);
        let line = || {
            let best = best_lap_secs.map_or("no clean lap yet".into(), |secs| format!("best clean lap {secs:.2} s"));
            let left = if share > 0.0 {
                format!(", {:.0} s left", elapsed.as_secs_f64() * (1.0 - share) / share)
            } else {
                String::new()
            };
            format!(
                "{:.1} M steps, {:.0} k/s, {:.0} % of a lap completed, {best}{left}",
                steps as f64 / 1e6,
                steps_per_sec / 1e3,
                report.tally.completion_rate() * 100.0,
            )
        };
        if let Some(bar) = &self.bar {
            bar.set_position((share * BAR as f64) as u64);
            bar.set_message(line());
        } else if self.last_plain_line.is_none_or(|last| last.elapsed() >= PLAIN_LINE_EVERY) {
            eprintln!("{}", line());
            self.last_plain_line = Some(Instant::now());
        }
    }

    /// Leaves the terminal as it was.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

/// How much of the run is done, by the limit that comes first, 0 to 1; 0 where only laps are asked for.
fn share_done(steps: u64, elapsed: Duration, limits: &Limits) -> f64 {
    let by_time = limits.time.map_or(0.0, |limit| elapsed.as_secs_f64() / limit.as_secs_f64().max(f64::MIN_POSITIVE));
    let by_steps = limits.steps.map_or(0.0, |limit| steps as f64 / limit.max(1) as f64);
    by_time.max(by_steps).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_that_comes_first_counts() {
        let limits = Limits { time: Some(Duration::from_secs(10)), steps: Some(1000), ..Limits::default() };
        assert_eq!(share_done(100, Duration::from_secs(5), &limits), 0.5);
        assert_eq!(share_done(900, Duration::from_secs(5), &limits), 0.9);
        assert_eq!(share_done(2000, Duration::from_secs(5), &limits), 1.0);
        assert_eq!(share_done(900, Duration::from_secs(5), &Limits::default()), 0.0);
    }
}
