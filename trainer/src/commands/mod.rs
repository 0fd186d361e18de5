//! The commands of `paddock`, one file each.

mod bench;
mod board;
mod compare;
mod eval;
mod export;
mod import;
mod lesson;
mod login;
mod report;
mod reward;
mod runs;
mod submit;
mod sweep;
mod track;
mod train;
mod train_plan;
mod verify;

use crate::failure::Failure;
use clap::{Parser, Subcommand};
use serde::Serialize;

/// Train racing agents, race them, and enter them in your company's league.
#[derive(Parser)]
#[command(name = "paddock", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Train an agent from nothing
    Train(Box<train::Train>),
    /// List runs, and compare two
    Runs(runs::Runs),
    /// Write a page about a run: its curves, its driving, and what to try next
    Report(report::Report),
    /// Race a policy as the league's referee does
    Eval(eval::Eval),
    /// Write a policy as an ONNX model
    Export(export::Export),
    /// Make a policy of an ONNX model
    Import(import::Import),
    /// Tell which of two policies, rewards or settings is better, and how sure that is
    Compare(compare::Compare),
    /// Search for better settings
    Sweep(sweep::Sweep),
    /// Run a replay again and see whether it is true
    Verify(verify::Verify),
    /// Check Python rewards, and try them on old runs
    #[command(subcommand)]
    Reward(reward::Reward),
    /// List, show, import, export and make tracks
    #[command(subcommand)]
    Track(track::Track),
    /// Learn to train: seven lessons, each with a task that is checked
    #[command(subcommand)]
    Lesson(lesson::Lesson),
    /// Remember a league and your token
    Login(login::Login),
    /// Enter a race with a policy
    Submit(submit::Submit),
    /// Show the leaderboard of a race
    Board(board::Board),
    /// Measure how fast this machine simulates, trains and races
    Bench(bench::Bench),
}

/// Runs a command.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Train(train) => train.run(),
        Command::Runs(runs) => runs.run(),
        Command::Report(report) => report.run(),
        Command::Eval(eval) => eval.run(),
        Command::Export(export) => export.run(),
        Command::Import(import) => import.run(),
        Command::Compare(compare) => compare.run(),
        Command::Sweep(sweep) => sweep.run(),
        Command::Verify(verify) => verify.run(),
        Command::Reward(reward) => reward.run(),
        Command::Track(track) => track.run(),
        Command::Lesson(lesson) => lesson.run(),
        Command::Login(login) => login.run(),
        Command::Submit(submit) => submit.run(),
        Command::Board(board) => board.run(),
        Command::Bench(bench) => bench.run(),
    }
}

/// Prints the one JSON document of `--json`.
fn print_json(document: &impl Serialize) {
    let text = serde_json::to_string_pretty(document).expect("what we print is plain data");
    println!("{text}");
}
