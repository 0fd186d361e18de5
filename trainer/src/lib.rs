//! Learning to race, and the racer's program `paddock`.
//!
//! The trainer turns what the sim states into reward, and learns from it. It is the only crate that knows libtorch.
//!
//! | module | what it holds |
//! |---|---|
//! | [`learn`] | the algorithms: [`Ppo`](learn::ppo::Ppo) and [`Sac`](learn::sac::Sac) are the two stories |
//! | [`run`](mod@run) | a run around them: [`Training::run`](run::training::Training::run), its settings and its folder |
//! | [`reward`] | what a step is worth: in Rust, or in the racer's own Python |
//! | [`compare`], [`sweep`], [`watch`] | finding out what is better |
//! | [`live`], [`report`] | seeing what happens |
//! | [`onnx`], [`deepracer`] | files of other programs |
//! | [`commands`] | one file per command of `paddock` |

// First, so that its `println!` is the one of all modules.
#[macro_use]
mod stdout;

pub mod allocator;
pub mod commands;
pub mod compare;
pub mod credentials;
pub mod deepracer;
pub mod failure;
pub mod files;
pub mod league;
pub mod learn;
pub mod lesson;
pub mod live;
pub mod onnx;
mod par_cache;
pub mod report;
pub mod reward;
pub mod run;
pub mod stats;
pub mod sweep;
pub mod task_bar;
pub mod watch;
