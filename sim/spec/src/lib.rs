//! The vocabulary of Paddock and every one of its file formats.
//!
//! All programs of the house speak through this crate, and through nothing else:
//!
//! | file | type | format |
//! |---|---|---|
//! | track | [`Track`] | TOML text, or DeepRacer's route file (`.npy`) |
//! | policy | [`Policy`] | safetensors with a manifest |
//! | replay | [`Replay`] | start and actions, binary with a checksum |
//! | result | [`RaceResult`] | JSON |
//!
//! **Parse at the door.** Bytes become a type whose existence is the proof that they are valid; nobody checks again.
//! Each refusal is its own error with a stable `code()` and a sentence that says what to do. What is allowed at most
//! stands in [`limits`]. The tables of what a policy sees and does are [`observation`] and [`action`].
//!
//! Units are metres, seconds and radians; x points forward, y to the left, angles grow counter-clockwise.

pub mod action;
mod action_space;
pub mod builtin_tracks;
mod conditions;
mod digest;
mod direction;
mod layer;
pub mod limits;
pub mod observation;
mod policy;
mod policy_error;
mod policy_file;
#[cfg(test)]
mod policy_file_tests;
mod race_type;
mod replay;
#[cfg(test)]
mod replay_tests;
mod result;
mod route_file;
mod rules;
mod track;
pub mod track_drawing;
pub mod track_generator;
mod track_measure;
mod track_shape;
mod track_svg;
mod track_text;

pub use action_space::{ActionError, ActionSpace};
pub use conditions::Conditions;
pub use digest::Sha256Hex;
pub use direction::Direction;
pub use layer::{Layer, Shape};
pub use policy::{Normaliser, Policy, Provenance};
pub use policy_error::PolicyError;
pub use race_type::{Bots, BoxPlace, Boxes, RaceType};
pub use replay::{Replay, ReplayError};
pub use result::{Lap, RaceResult, RaceStatus};
pub use rules::{RaceRules, RulesError};
pub use track::{Station, Track, TrackError};
pub use track_measure::Level;
