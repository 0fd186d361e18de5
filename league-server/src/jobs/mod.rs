//! What the worker does, one job per file. A job may be run twice, by two workers at once or after a crash; its effect
//! counts once.

pub mod run_race;
