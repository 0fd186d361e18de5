//! A run as one HTML page: what was learned, how it drives, what to try next.
//!
//! [`run::Run`] is read, its best policy raced again, [`measured::Measured`] holds what both come to, [`findings`] draws
//! sentences from that, and [`page::Page`] draws it.

mod chart;
mod findings;
mod map;
mod measured;
mod page;
mod race;
pub mod run;
pub(crate) mod sectors;
mod svg;
mod tiles;

use crate::{failure::Failure, par_cache::par_of};
use measured::Measured;
use page::Page;
use race::Raced;
use run::Run;
use sim_spec::RaceType;
use std::path::Path;

/// The report of the run in a folder, as a page that needs nothing else.
pub fn of(path: &Path) -> Result<String, Failure> {
    let run = Run::read(path)?;
    let race_type: RaceType = serde_json::from_value(run.settings["course"]["race_type"].clone()).unwrap_or_default();
    let raced = run.policy.as_ref().map(|policy| Raced::of(policy, &run.track, &race_type)).transpose()?;
    let par = par_of(&run.track);
    let measured = Measured::of(&run, raced.as_ref(), &par);
    let findings = findings::findings(&measured);
    Ok(Page { run: &run, raced: raced.as_ref(), par: &par, measured: &measured, findings: &findings }.html())
}
