//! A race: cars, a judge, and a clock that counts physics steps.

use crate::{
    Road, SIM_VERSION, STEPS_PER_CONTROL,
    car::{CarModel, Command},
    judge::{Entrant, Judge},
    world::{Car, World},
};
use sim_spec::{
    RaceResult, RaceRules, RaceStatus, Sha256Hex, Track,
    action::{ACTION_LEN, CONTINUOUS_V1, clamp},
};
use std::sync::Arc;

/// What a policy's numbers tell servo and motor.
pub fn command(action: [f32; ACTION_LEN]) -> Command {
    let [steering, speed] = action.map(clamp);
    let [steering_field, speed_field] = [&CONTINUOUS_V1.fields[0], &CONTINUOUS_V1.fields[1]];
    Command { steering_rad: steering_field.physical(steering), speed_mps: speed_field.physical(speed) }
}

/// A race under way. Cars are numbered as they were entered; where they start from the seed decides.
pub struct Race {
    world: World,
    judge: Judge,
}

impl Race {
    /// A race at its start. `rules` are in range ([`RaceRules::check`]).
    pub fn new(track: &Track, rules: &RaceRules, seed: u64) -> Self {
        let road = Arc::new(Road::new(&track.driven(rules.direction)));
        let mut world = match rules.race_type.cars() {
            1 => World::alone(CarModel::default(), [road]),
            cars => World::together(CarModel::default(), road, cars),
        };
        let judge = Judge::start(&mut world, 0, rules, seed);
        Self { world, judge }
    }

    /// One control step with a policy's raw numbers for each car. Nothing happens once the race is over.
    pub fn step(&mut self, actions: &[[f32; ACTION_LEN]]) {
        assert_eq!(actions.len(), self.world.cars().len(), "one action per car");
        for (car, action) in actions.iter().enumerate() {
            self.world.car_mut(car).command = command(*action);
        }
        for _ in 0..STEPS_PER_CONTROL {
            if !self.is_over() {
                self.judge.release(&mut self.world);
                self.world.step();
                self.judge.judge(&mut self.world);
            }
        }
    }

    /// Whether the race is over for all cars.
    pub fn is_over(&self) -> bool {
        self.judge.is_over()
    }

    /// The cars and the road.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The car of that number.
    pub fn car(&self, car: usize) -> &Car {
        &self.world.cars()[car]
    }

    /// How that car's race stands.
    pub fn entrant(&self, car: usize) -> &Entrant {
        &self.judge.entrants()[car]
    }

    /// Seconds since the start.
    pub fn secs(&self) -> f64 {
        self.judge.secs()
    }

    /// The results of a race that is over, in the order of the cars; one that is not ends here by the clock.
    pub fn into_results(self, track: &Track, policies: &[Sha256Hex], seed: u64) -> Vec<RaceResult> {
        results(&self.judge, track, policies, seed)
    }
}

/// The results of a judge's cars.
pub(crate) fn results(judge: &Judge, track: &Track, policies: &[Sha256Hex], seed: u64) -> Vec<RaceResult> {
    let result = |((entrant, finish_place), policy_sha256): ((&Entrant, u32), &Sha256Hex)| {
        let status = entrant.status().unwrap_or(RaceStatus::TimeUp);
        let faults = entrant.faults();
        RaceResult {
            track: track.name().into(),
            track_sha256: track.sha256(),
            policy_sha256: *policy_sha256,
            seed,
            completed_laps: entrant.laps().len() as u32,
            best_lap_secs: entrant.laps().iter().map(|lap| lap.secs).min_by(f64::total_cmp),
            total_secs: if status == RaceStatus::Finished { entrant.last_line_secs() } else { judge.secs() },
            laps: entrant.laps().to_vec(),
            off_tracks: faults.off_tracks,
            crashes: faults.crashes,
            immobilised: faults.immobilised,
            reversed: faults.reversed,
            grid_place: entrant.grid_place(),
            finish_place,
            status,
            sim_version: SIM_VERSION.into(),
        }
    };
    judge.entrants().iter().zip(judge.finish_places()).zip(policies).map(result).collect()
}
