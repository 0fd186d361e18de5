//! How far a command is that does many things one after another: one line that moves in a terminal, plain lines elsewhere.

use ratatui::crossterm::terminal;
use std::{
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

/// Between two plain lines. Often enough to see that it works, seldom enough for a log.
const PLAIN_LINE_EVERY: Duration = Duration::from_secs(5);
/// Letters of the bar.
const BAR: usize = 24;
/// Letters of a terminal that does not say how wide it is.
const COLUMNS: usize = 80;

/// Shows on stderr how much of the work is done.
pub struct TaskBar {
    is_terminal: bool,
    start: Instant,
    /// What was done before this process began.
    before: Option<usize>,
    last_plain_line: Option<Instant>,
}

impl TaskBar {
    /// A bar for work that has not begun.
    pub fn new() -> Self {
        Self { is_terminal: stderr().is_terminal(), start: Instant::now(), before: None, last_plain_line: None }
    }

    /// `done` of `all` parts are done; `what` says what they are.
    pub fn show(&mut self, done: usize, all: usize, what: &str) {
        let elapsed = self.start.elapsed().as_secs_f64();
        let before = *self.before.get_or_insert(done.saturating_sub(1));
        let left = elapsed * all.saturating_sub(done) as f64 / (done - before).max(1) as f64;
        let line = format!("{done} of {all} {what}, {left:.0} s left");
        let filled = BAR * done.min(all) / all.max(1);
        self.say(&match self.is_terminal {
            true => format!("{}{} {line}", "━".repeat(filled), "·".repeat(BAR - filled)),
            false => line,
        });
    }

    /// What is being done, where nobody knows how much of it there is.
    pub fn say(&mut self, line: &str) {
        if self.is_terminal {
            let columns = terminal::size().map_or(COLUMNS, |(columns, _)| usize::from(columns));
            // One letter is left free: a full line would begin another.
            let fits: String = line.chars().take(columns.saturating_sub(1)).collect();
            eprint!("{CLEAR}{fits}");
        } else if self.last_plain_line.is_none_or(|last| last.elapsed() >= PLAIN_LINE_EVERY) {
            eprintln!("{line}");
            self.last_plain_line = Some(Instant::now());
        }
    }

    /// Prints something else, with the bar out of the way. The next line of its own comes at once.
    pub fn aside(&mut self, print: impl FnOnce()) {
        self.clear();
        print();
        self.last_plain_line = None;
    }

    fn clear(&self) {
        if self.is_terminal {
            eprint!("{CLEAR}");
        }
    }
}

/// Back to the line's begin, and clear it (ECMA-48: CR, EL 2).
const CLEAR: &str = "\r\x1b[2K";

impl Default for TaskBar {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TaskBar {
    /// Leaves the terminal as it was.
    fn drop(&mut self) {
        self.clear();
    }
}
