//! `cargo xtask test`: every check and every test of every part, all of them even when one fails.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{Result, npm, run as run_command};
use crate::report::{duration, note, step};
use crate::setup::TestPrograms;
use crate::workspace::Workspace;
use crate::{setup, signals};

/// One step that has run.
struct Outcome {
    title: &'static str,
    passed: bool,
    elapsed: Duration,
}

/// Runs all steps; the error says how many failed.
pub fn run(workspace: &Workspace) -> Result<()> {
    let start = Instant::now();
    let TestPrograms { chromium, python } = setup::ensure_for_tests(workspace)?;

    let cargo = |arguments: &[&str]| {
        let mut command = workspace.cargo();
        command.args(arguments);
        command
    };
    let web = |arguments: &[&str]| {
        let mut command = npm();
        command.args(arguments).current_dir(workspace.root.join("web"));
        command
    };
    // The tests across the boundaries start the built programs, a browser and Python.
    let mut tests = cargo(&["test", "--no-fail-fast"]);
    tests.env("PADDOCK_BIN_DIR", &workspace.bin_dir).env("PADDOCK_CHROMIUM", &chromium);
    tests.env("PADDOCK_TEST_PYTHON", &python);

    // cargo without --workspace means the default members: all but the viewer, whose build takes too long.
    let steps: [(&'static str, Command); 6] = [
        ("format (cargo fmt)", cargo(&["fmt", "--all", "--check"])),
        ("lints (cargo clippy)", cargo(&["clippy", "--all-targets", "--", "-D", "warnings"])),
        ("web types (npm run check)", web(&["run", "--if-present", "check"])),
        ("web tests (npm test)", web(&["test", "--if-present"])),
        ("programs (cargo build)", cargo(&["build", "-p", "trainer", "-p", "league-server", "--bins"])),
        ("tests (cargo test)", tests),
    ];
    let mut outcomes = Vec::new();
    for (title, mut command) in steps {
        let begun = Instant::now();
        let result = step(title, || run_command(&mut command));
        if signals::stop_requested() {
            return Err("interrupted".into());
        }
        if let Err(reason) = &result {
            note(reason);
        }
        outcomes.push(Outcome { title, passed: result.is_ok(), elapsed: begun.elapsed() });
    }
    print!("{}", table(&outcomes));
    verdict(&outcomes, start.elapsed())
}

fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::from("\n");
    for Outcome { title, passed, elapsed } in outcomes {
        let word = if *passed { "ok" } else { "FAILED" };
        text += &format!("{word:<8}{title:<28}{:>14}\n", duration(*elapsed));
    }
    text
}

fn verdict(outcomes: &[Outcome], elapsed: Duration) -> Result<()> {
    let failed: Vec<&str> = outcomes.iter().filter(|outcome| !outcome.passed).map(|outcome| outcome.title).collect();
    if failed.is_empty() {
        println!("everything passed in {}", duration(elapsed));
        Ok(())
    } else {
        Err(format!("{} of {} steps failed: {}", failed.len(), outcomes.len(), failed.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_failed() {
        let outcome = |title, passed| Outcome { title, passed, elapsed: Duration::from_secs(3) };
        let outcomes = [outcome("lints", true), outcome("tests", false)];
        assert_eq!(verdict(&outcomes, Duration::ZERO), Err("1 of 2 steps failed: tests".into()));
        assert_eq!(verdict(&outcomes[..1], Duration::ZERO), Ok(()));
        let table = table(&outcomes);
        assert!(table.contains("ok      lints") && table.contains("FAILED  tests"), "{table}");
    }
}
