//! The two commands of Paddock, `cargo xtask demo` and `cargo xtask test`, and the set-up that both do first.
//!
//! It runs before libtorch is there, so it depends on none of our crates. One file per topic:
//! [`prerequisites`], [`libtorch`], [`web`], [`chromium`] and [`python_env`] are the set-up; [`demo`] and [`test`] the commands.

mod chromium;
mod demo;
mod league;
mod libtorch;
mod options;
mod prerequisites;
mod process;
mod python_env;
mod report;
mod rookie;
mod setup;
mod signals;
mod test;
mod web;
mod wheels;
mod workspace;

use options::Task;
use std::process::ExitCode;

/// Exit status for bad usage, as of every program of Paddock.
const BAD_USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let task = match options::parse(&arguments) {
        Ok(task) => task,
        Err(complaint) => {
            eprintln!("xtask: {complaint} (`cargo xtask help` lists the commands)");
            return ExitCode::from(BAD_USAGE);
        }
    };
    signals::listen();
    match perform(&task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("xtask: {complaint}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: &Task) -> process::Result<()> {
    if let Task::Help = task {
        print!("{}", options::HELP);
        return Ok(());
    }
    let workspace = workspace::Workspace::find()?;
    match task {
        Task::Help => Ok(()),
        Task::Setup { tests } => setup::run(&workspace, *tests),
        Task::Demo(options) => demo::run(&workspace, options),
        Task::Test => test::run(&workspace),
    }
}
