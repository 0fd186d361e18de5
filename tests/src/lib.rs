//! The harness: a league that runs for real, and the programs as users start them.
//!
//! [`TestLeague`] starts `league-server` as its own process on a free port with an empty database in a temporary
//! folder. A [`Person`] talks HTTP to it. [`paddock`] runs the racer's program.

mod http;
mod league;
mod programs;

pub use http::{Answer, Person};
pub use league::{TestLeague, wait_for};
pub use programs::{Run, chromium, paddock, paddock_in, program, python};

use sim_spec::{Policy, Provenance};

/// A policy file's bytes that races well, and differs for every `number` (in its provenance only).
pub fn numbered_policy(number: u64) -> Vec<u8> {
    let driver = sim::drivers::centre_line(1.5);
    let provenance = Provenance { seed: number, ..driver.provenance().clone() };
    let policy = Policy::new(driver.normaliser().clone(), driver.layers().to_vec(), provenance);
    policy.expect("the driver is valid under any number").to_bytes()
}
