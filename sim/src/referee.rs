//! The referee: runs races, and runs them again to see whether it was so.
//!
//! Races of one car each are run side by side in one world, since a world costs the same for one car as for ten; every
//! race has the same bits as if it were run alone.

use crate::{
    Road, SIM_VERSION, STEPS_PER_CONTROL, Telemetry,
    car::CarModel,
    judge::Judge,
    pilot::Pilot,
    race::{Race, command, results},
    sensors::Sensors,
    world::World,
};
use sim_spec::{Policy, RaceResult, RaceRules, Replay, Sha256Hex, Track, action::ACTION_LEN};
use std::sync::Arc;

/// Races of one car that are run side by side: enough that the world's own cost is spread, few enough that they end
/// at about the same time.
const SIDE_BY_SIDE: usize = 64;

/// A race that is to be run. `rules` are in range ([`RaceRules::check`]).
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    pub track: &'a Track,
    /// One per car of the rules.
    pub policies: &'a [&'a Policy],
    pub rules: &'a RaceRules,
    pub seed: u64,
}

/// One race of one policy. `rules` are in range ([`RaceRules::check`]) and of one car.
pub fn race(track: &Track, policy: &Policy, rules: &RaceRules, seed: u64) -> Replay {
    race_together(track, &[policy], rules, seed)
}

/// One race of as many policies as its rules have cars.
pub fn race_together(track: &Track, policies: &[&Policy], rules: &RaceRules, seed: u64) -> Replay {
    assert_eq!(policies.len(), rules.race_type.cars(), "one policy per car");
    let mut race = Race::new(track, rules, seed);
    let mut drivers: Vec<_> =
        policies.iter().enumerate().map(|(car, policy)| Driver::new(policy, rules, seed, car)).collect();
    let mut actions = Vec::new();
    while !race.is_over() {
        let step: Vec<_> = drivers.iter_mut().enumerate().map(|(car, driver)| driver.act(race.world(), car)).collect();
        race.step(&step);
        actions.extend(step);
    }
    let policies: Vec<_> = policies.iter().map(|policy| policy.sha256()).collect();
    let results = race.into_results(track, &policies, seed);
    Replay::new(track.clone(), rules.clone(), actions, results).expect("a race makes a valid replay")
}

/// Many races, in the order of the entries. Those of one car are run side by side.
pub fn races(entries: &[Entry]) -> Vec<Replay> {
    let mut replays: Vec<Option<Replay>> = entries.iter().map(|_| None).collect();
    let (alone, together): (Vec<usize>, Vec<usize>) =
        (0..entries.len()).partition(|index| entries[*index].rules.race_type.cars() == 1);
    for index in together {
        let Entry { track, policies, rules, seed } = entries[index];
        replays[index] = Some(race_together(track, policies, rules, seed));
    }
    for batch in alone.chunks(SIDE_BY_SIDE) {
        let batch_entries: Vec<Entry> = batch.iter().map(|index| entries[*index]).collect();
        for (index, replay) in batch.iter().zip(side_by_side(&batch_entries)) {
            replays[*index] = Some(replay);
        }
    }
    replays.into_iter().map(|replay| replay.expect("every entry is raced")).collect()
}

/// Races of one car each, in one world.
fn side_by_side(entries: &[Entry]) -> Vec<Replay> {
    let road = |entry: &Entry| Arc::new(Road::new(&entry.track.driven(entry.rules.direction)));
    let mut world = World::alone(CarModel::default(), entries.iter().map(road));
    let start = |(heat, entry): (usize, &Entry)| {
        let judge = Judge::start(&mut world, heat, entry.rules, entry.seed);
        (judge, Driver::new(entry.policies[0], entry.rules, entry.seed, 0), Vec::new())
    };
    let mut races: Vec<_> = entries.iter().enumerate().map(start).collect();
    while races.iter().any(|(judge, ..)| !judge.is_over()) {
        for (car, (judge, driver, actions)) in races.iter_mut().enumerate().filter(|(_, (judge, ..))| !judge.is_over())
        {
            debug_assert_eq!(judge.heat(), car);
            let action = driver.act(&world, car);
            world.car_mut(car).command = command(action);
            actions.push(action);
        }
        for _ in 0..STEPS_PER_CONTROL {
            races.iter_mut().for_each(|(judge, ..)| judge.release(&mut world));
            world.step();
            races.iter_mut().filter(|(judge, ..)| !judge.is_over()).for_each(|(judge, ..)| judge.judge(&mut world));
        }
    }
    let replay = |((judge, _, actions), entry): ((Judge, Driver, Vec<_>), &Entry)| {
        let results = results(&judge, entry.track, &[entry.policies[0].sha256()], entry.seed);
        Replay::new(entry.track.clone(), entry.rules.clone(), actions, results).expect("a race makes a valid replay")
    };
    races.into_iter().zip(entries).map(replay).collect()
}

/// A policy with its sensors.
struct Driver {
    pilot: Pilot,
    sensors: Sensors,
    observation: Vec<f32>,
}

impl Driver {
    fn new(policy: &Policy, rules: &RaceRules, seed: u64, number: usize) -> Self {
        let mut sensors = Sensors::new(policy.observation(), &rules.conditions, 1);
        sensors.start(0, seed, number as u64);
        Self { pilot: Pilot::new(policy), sensors, observation: vec![0.0; policy.observation().len()] }
    }

    fn act(&mut self, world: &World, car: usize) -> [f32; ACTION_LEN] {
        self.sensors.observe(world, car, 0, &mut self.observation);
        self.pilot.act(&self.observation)
    }
}

/// How a replay differs from what happens when it is run again.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Mismatch {
    #[error("the replay was recorded by simulator version {recorded}, this is version {SIM_VERSION}: use that version")]
    SimVersion { recorded: String },
    #[error("the replay has {recorded} steps, but the race is over after {needed}")]
    TooManyActions { recorded: usize, needed: usize },
    #[error("the replay's {0} steps end before the race is over: they were changed or cut off")]
    TooFewActions(usize),
    #[error("{what}: recorded {recorded}, run again {again}")]
    Result { what: String, recorded: String, again: String },
}

/// Runs a replay again and compares every part of the results, to the last bit.
pub fn verify(replay: &Replay) -> Result<Vec<RaceResult>, Mismatch> {
    run_again(replay, |_| ())
}

/// Where the car of that number was, by running the replay again. A replay that does not lead to its result has no
/// telemetry.
pub fn telemetry(replay: &Replay, car: usize) -> Result<Telemetry, Mismatch> {
    let mut telemetry = Telemetry::new();
    let results = run_again(replay, |race| telemetry.sample(race, car))?;
    telemetry.lap_secs = results[car].laps.iter().map(|lap| lap.secs).collect();
    telemetry.total_secs = results[car].total_secs;
    Ok(telemetry)
}

/// Runs a replay again, shows the race to `watch` at the start and after each control step, and gives back the results
/// if they are the recorded ones.
pub fn run_again(replay: &Replay, mut watch: impl FnMut(&Race)) -> Result<Vec<RaceResult>, Mismatch> {
    let recorded = replay.results();
    if recorded[0].sim_version != SIM_VERSION {
        return Err(Mismatch::SimVersion { recorded: recorded[0].sim_version.clone() });
    }
    let mut race = Race::new(replay.track(), replay.rules(), recorded[0].seed);
    watch(&race);
    for (index, actions) in replay.steps().enumerate() {
        if race.is_over() {
            return Err(Mismatch::TooManyActions { recorded: replay.steps().len(), needed: index });
        }
        race.step(actions);
        watch(&race);
    }
    if !race.is_over() {
        return Err(Mismatch::TooFewActions(replay.steps().len()));
    }
    let policies: Vec<Sha256Hex> = recorded.iter().map(|result| result.policy_sha256).collect();
    let again = race.into_results(replay.track(), &policies, recorded[0].seed);
    match recorded.iter().zip(&again).find_map(|(recorded, again)| first_difference(recorded, again)) {
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
