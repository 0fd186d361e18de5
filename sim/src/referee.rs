//! The referee: runs a race, and runs it again to see whether it was so.

use crate::{SIM_VERSION, Telemetry, pilot::Pilot, race::Race};
use sim_spec::{
    Policy, RaceResult, RaceRules, Replay, Track,
    action::{ACTION_LEN, clamp},
    observation::STATE_V1,
};

/// One race of `policy` on `track`. `rules` are in range ([`RaceRules::check`]).
pub fn race(track: &Track, policy: &Policy, rules: &RaceRules, seed: u64) -> Replay {
    let mut race = Race::new(track, rules, seed);
    let mut pilot = Pilot::new(policy);
    let mut observation = vec![0.0; STATE_V1.len()];
    let mut actions = Vec::new();
    while race.status().is_none() {
        race.observe(&mut observation);
        let action = pilot.act(&observation).map(clamp);
        race.step(action);
        actions.push(action);
    }
    let result = race.into_result(track, policy.sha256(), seed);
    Replay::new(track.clone(), rules.clone(), actions, result).expect("a race makes a valid replay")
}

/// How a replay differs from what happens when it is run again.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Mismatch {
    #[error("the replay was recorded by simulator version {recorded}, this is version {SIM_VERSION}: use that version")]
    SimVersion { recorded: String },
    #[error("the replay has {recorded} actions, but the race is over after {needed}")]
    TooManyActions { recorded: usize, needed: usize },
    #[error("the replay's {0} actions end before the race is over: they were changed or cut off")]
    TooFewActions(usize),
    #[error("{what}: recorded {recorded}, run again {again}")]
    Result { what: String, recorded: String, again: String },
}

/// Runs a replay again and compares every part of the result, to the last bit.
pub fn verify(replay: &Replay) -> Result<RaceResult, Mismatch> {
    run_again(replay, |_| ())
}

/// Where the car was, by running the replay again. A replay that does not lead to its result has no telemetry.
pub fn telemetry(replay: &Replay) -> Result<Telemetry, Mismatch> {
    let mut telemetry = Telemetry::new();
    let result = run_again(replay, |race| telemetry.sample(race))?;
    telemetry.lap_secs = result.laps.iter().map(|lap| lap.secs).collect();
    telemetry.total_secs = result.total_secs;
    Ok(telemetry)
}

/// Runs a replay again, shows the race to `watch` at the start and after each control step, and gives back the result
/// if it is the recorded one.
fn run_again(replay: &Replay, mut watch: impl FnMut(&Race)) -> Result<RaceResult, Mismatch> {
    let recorded = replay.result();
    if recorded.sim_version != SIM_VERSION {
        return Err(Mismatch::SimVersion { recorded: recorded.sim_version.clone() });
    }
    let mut race = Race::new(replay.track(), replay.rules(), recorded.seed);
    watch(&race);
    for (index, action) in replay.actions().iter().enumerate() {
        if race.status().is_some() {
            return Err(Mismatch::TooManyActions { recorded: replay.actions().len(), needed: index });
        }
        let action: [f32; ACTION_LEN] = *action;
        race.step(action);
        watch(&race);
    }
    if race.status().is_none() {
        return Err(Mismatch::TooFewActions(replay.actions().len()));
    }
    let again = race.into_result(replay.track(), recorded.policy_sha256, recorded.seed);
    match first_difference(recorded, &again) {
        Some(mismatch) => Err(mismatch),
        None => Ok(again),
    }
}

/// The first thing in which two results differ.
fn first_difference(recorded: &RaceResult, again: &RaceResult) -> Option<Mismatch> {
    let differ = |what: &str, recorded: String, again: String| {
        (recorded != again).then(|| Mismatch::Result { what: what.to_owned(), recorded, again })
    };
    // `{:?}` of a float has all its digits, so equal texts are equal bits.
    let laps = recorded.laps.iter().zip(&again.laps);
    let lap = laps.filter(|(one, other)| one != other).find_map(|(one, other)| {
        differ(&format!("lap {}", one.lap), format!("{:?} s", one.secs), format!("{:?} s", other.secs))
            .or_else(|| differ(&format!("lap {}", one.lap), format!("{one:?}"), format!("{other:?}")))
    });
    lap.or_else(|| differ("completed laps", recorded.laps.len().to_string(), again.laps.len().to_string()))
        .or_else(|| differ("total time", format!("{:?} s", recorded.total_secs), format!("{:?} s", again.total_secs)))
        .or_else(|| differ("off-tracks", recorded.off_tracks.to_string(), again.off_tracks.to_string()))
        .or_else(|| differ("the result", format!("{recorded:?}"), format!("{again:?}")))
}
