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

/// What clap says in several lines, in one: the first paragraph, and where to read on.
fn bad_usage(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let first = first.trim_start_matches("error: ");
    Failure::BadInput(format!("{first}; see `paddock help`"))
}
