//! A run: what decides it, what it leaves behind, how it goes on.
//!
//! [`training::Training::run`] is the story; [`settings`] with [`config`] and [`task`] are what decides it, [`run_folder`] is
//! what it leaves behind.

pub mod checkpoint;
pub mod config;
mod config_check;
pub mod evaluation;
pub mod journal;
pub mod limits;
pub mod recipe;
pub mod run_folder;
pub mod runs;
pub mod settings;
pub mod simtrace;
pub mod task;
pub mod tensorboard;
pub mod training;
pub mod trial;
pub mod warm_start;
