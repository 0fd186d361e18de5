//! What a person sees while xtask works. All of it goes to stderr, so that stdout holds results only.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use crate::process::Result;

/// One line about something that takes no time worth counting.
pub fn note(text: &str) {
    eprintln!("   {text}");
}

/// Runs one step: says that it starts, how it ended and how long it took.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    heading(title);
    let start = Instant::now();
    let outcome = work();
    let verdict = if outcome.is_ok() { "done" } else { "FAILED" };
    note(&format!("{title}: {verdict} in {}", duration(start.elapsed())));
    outcome
}

/// `7.3 s`, or `12 min 05 s` from one minute on.
pub fn duration(elapsed: Duration) -> String {
    let secs = elapsed.as_secs();
    if secs < 60 { format!("{:.1} s", elapsed.as_secs_f64()) } else { format!("{} min {:02} s", secs / 60, secs % 60) }
}

fn heading(title: &str) {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stderr().is_terminal() && !no_color {
        eprintln!("\x1b[1m== {title}\x1b[0m");
    } else {
        eprintln!("== {title}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration(Duration::from_millis(7_340)), "7.3 s");
        assert_eq!(duration(Duration::from_secs(60)), "1 min 00 s");
        assert_eq!(duration(Duration::from_secs(725)), "12 min 05 s");
    }
}
