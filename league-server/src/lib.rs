//! The league: takes policies, races them, keeps the boards and shows them.
//!
//! **One story.** A policy comes in at [`routes::submit`], is checked at the [`door`], kept among the [`blobs`] and
//! written down with its job in one transaction ([`submissions`], [`queue`]). The [`worker`] runs
//! [`jobs::run_race`]: the sim as referee, the replay among the blobs, then result, [`board`] and [`events`] in one
//! transaction. [`router`] is the list of all routes.
//!
//! **What holds.** A submission that was answered 202 is on disk and counts exactly once, whatever is killed when.
//! The league never computes physics or reward, and shows nobody another's submission. What a result is worth is said
//! in [`scoring`] and nowhere else.

pub mod auth;
pub mod blobs;
pub mod board;
pub mod cache;
pub mod clock;
pub mod commands;
pub mod config;
pub mod db;
pub mod demo_season;
pub mod door;
pub mod errors;
pub mod events;
pub mod extract;
pub mod hear_out;
pub mod idempotency;
pub mod ids;
pub mod jobs;
pub mod metrics;
pub mod middleware;
pub mod openapi;
pub mod pages;
pub mod paging;
pub mod pause;
pub mod people;
pub mod queue;
pub mod races;
pub mod results;
pub mod router;
pub mod routes;
pub mod scoring;
pub mod state;
pub mod submissions;
pub mod telemetry;
#[cfg(test)]
mod test_league;
pub mod worker;
