//! `paddock`, the racer's program.

use clap::{Parser, error::ErrorKind};
use std::{
    io::{Write, stderr},
    process::ExitCode,
};
use trainer::{
    commands::{Cli, run},
    failure::Failure,
};

fn main() -> ExitCode {
    let outcome = match Cli::try_parse() {
        Ok(cli) => run(cli.command),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => error.exit(),
        Err(error) => Err(bad_usage(&error)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where nobody reads it, the status says as much.
            let _ = writeln!(stderr(), "paddock: {}", failure.line());
            ExitCode::from(failure.status())
        }
    }
}

/// What clap says in several lines, in one: the first paragraph, its tip if it has one, and where to read on.
fn bad_usage(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let begins = |with: &str| text.lines().find_map(|line| line.trim().strip_prefix(with));
    let first = match error.kind() {
        // Clap says all of the help then.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "say what to do",
        _ => text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: "),
    };
    let tip = begins("tip: ").map_or(String::new(), |tip| format!(" ({tip})"));
    // "Usage: paddock train [OPTIONS]"
    let usage = begins("Usage: paddock").unwrap_or_default().split_whitespace();
    let command: String =
        usage.take_while(|word| word.starts_with(char::is_alphabetic)).map(|it| format!(" {it}")).collect();
    Failure::BadInput(format!("{first}{tip}; see `paddock help{command}`"))
}
