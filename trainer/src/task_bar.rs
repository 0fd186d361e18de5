//! How far a command is that does many things one after another: a bar in a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

/// Between two plain lines, unless it is the last.
const PLAIN_LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows on stderr how much of the work is done.
pub struct TaskBar {
    /// In a terminal.
    bar: Option<ProgressBar>,
    start: Instant,
    /// What was done before this process began.
    before: Option<usize>,
    last_plain_line: Option<Instant>,
}

impl TaskBar {
    /// A bar for work that has not begun.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style("{msg}"));
            bar
        });
        Self { bar, start: Instant::now(), before: None, last_plain_line: None }
    }

    /// `done` of `all` parts are done; `what` says what they are.
    pub fn show(&mut self, done: usize, all: usize, what: &str) {
        let elapsed = self.start.elapsed().as_secs_f64();
        let before = *self.before.get_or_insert(done.saturating_sub(1));
        let left = elapsed * all.saturating_sub(done) as f64 / (done - before).max(1) as f64;
        if let Some(bar) = &self.bar {
            if bar.length().is_none() {
                bar.set_style(style("{bar:24.cyan/dim} {msg}"));
            }
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        }
        self.say(format!("{done} of {all} {what}, {left:.0} s left"));
    }

    /// What is being done, where nobody knows how much of it there is.
    pub fn say(&mut self, line: String) {
        match &self.bar {
            Some(bar) => bar.set_message(line),
            None if self.last_plain_line.is_none_or(|last| last.elapsed() >= PLAIN_LINE_EVERY) => {
                eprintln!("{line}");
                self.last_plain_line = Some(Instant::now());
            }
            None => {}
        }
    }

    /// Prints something else, with the bar out of the way. The next line of its own comes at once.
    pub fn aside(&mut self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
        self.last_plain_line = None;
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Default for TaskBar {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TaskBar {
    /// Leaves the terminal as it was.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
