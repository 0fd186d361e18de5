//! What crosses two crates, or a boundary. One binary; each module is a story.
//!
//! - `train_to_board`: a policy's life from random weights to the leaderboard
//! - `same_bits`: laptop and league agree, and a replay cannot be forged
//! - `bad_policies`, `bad_tracks`: every broken file gets its own answer, at the door and on the laptop
//! - `commands`: exit status, one line on stderr, one document on stdout
//! - `onnx`: onnxruntime does what a policy does, and actors of stable-baselines3 race
//! - `killed`: SIGKILL at ten points of a submission's life
//! - `many_people`: twenty at the same time
//! - `access`: nobody sees or changes what isn't theirs, on any route
//! - `live`: a run in a terminal of its own
//! - `tensorboard`, `simtrace`: the programs of others read what a run leaves behind
//! - `report`: the page about a run in a real browser, and lists of runs
//! - `pages`: the board and the replay player in a real browser
//! - `training_killed`: SIGKILL at fifty moments of a training run
//! - `architecture`: who may import whom, and whether the map is true

mod access;
mod architecture;
mod bad_policies;
mod bad_tracks;
mod commands;
mod killed;
mod live;
mod many_people;
mod onnx;
mod pages;
mod report;
mod same_bits;
mod simtrace;
mod tensorboard;
mod train_to_board;
mod training_killed;
