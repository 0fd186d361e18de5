//! `league-server`: parses the command line, runs the command, says in one line what went wrong.

use clap::Parser;
use league_server::{commands::Cli, config::ConfigError, people::NotAHandle};
use std::{io::IsTerminal, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// What is logged unless `RUST_LOG` says otherwise: our own doings, and others' troubles.
const DEFAULT_LOG: &str = "warn,league_server=info";

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOG)))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("league-server: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("league-server: {error:#}");
            // 2 is for what the caller can put right on the command line, as clap's own errors are.
            let bad_input = error.is::<ConfigError>() || error.is::<NotAHandle>();
            if bad_input { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}
