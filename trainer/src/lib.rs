//! Learning to race, and the racer's program `paddock`.
//!
//! The trainer turns what the sim states into reward, and learns from it. It is the only crate that knows libtorch.
//!
//! [`ppo::Ppo::iterate`] is the algorithm; [`training::Training::run`] is a run around it: evaluate, keep the best,
//! checkpoint. A run's files are those of [`run_folder`]. Whatever leaves the trainer does so through [`export`], whole.

pub mod action_grid;
pub mod adam;
pub mod agent;
pub mod algorithm;
pub mod allocator;
pub mod cars;
pub mod checkpoint;
pub mod commands;
pub mod compare;
pub mod config;
pub mod credentials;
pub mod deepracer;
pub mod distribution;
pub mod evaluation;
pub mod failure;
pub mod files;
pub mod gae;
mod init;
pub mod journal;
pub mod league;
pub mod limits;
pub mod live;
pub mod loss;
pub mod memory;
pub mod network;
pub mod noise;
pub mod normaliser;
pub mod onnx;
mod par_cache;
pub mod ppo;
pub mod recipe;
pub mod report;
pub mod reward;
pub mod rivals;
pub mod rollout;
pub mod run_folder;
pub mod runs;
pub mod sac;
pub mod sac_loss;
pub mod settings;
pub mod sight;
pub mod simtrace;
pub mod stats;
pub mod sweep;
pub mod task;
pub mod task_bar;
pub mod team;
pub mod tensorboard;
pub mod training;
pub mod trial;
pub mod warm_start;
pub mod watch;
