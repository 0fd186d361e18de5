//! The handlers: each file has the requests and answers of a noun, and the SQL behind them.

pub mod entries;
pub mod events;
pub mod leaderboard;
pub mod me;
pub mod operations;
pub mod people;
pub mod races;
pub mod season;
pub mod session;
pub mod submission_files;
pub mod submissions;
pub mod submit;
pub mod tokens;
pub mod tracks;
