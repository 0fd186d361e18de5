//! A race of one car against the clock, by the rules.
//!
//! - The car starts standing at the line, up to [`START_LATERAL_M`] and [`START_HEADING_RAD`] off, as its seed says.
//! - Lap k is complete when the car has come k lap lengths along the centre line. The time of crossing is interpolated
//!   between two physics steps.
//! - With all four wheels outside the road the car is off the track. It is put back on the centre line where it left,
//!   stands there for the penalty time while the clock runs, and drives on.
//! - The race ends with the last lap, or with the time limit.

use crate::{
    PHYSICS_HZ, SIM_VERSION, STEPS_PER_CONTROL,
    car::{CarModel, Command},
    rng,
    world::{Car, Pose, World},
};
use sim_spec::{
    Lap, RaceResult, RaceRules, RaceStatus, Sha256Hex, Track,
    action::{ACTION_LEN, CONTINUOUS_V1, clamp},
};

/// How far beside the centre line a car may start, metres: a grid slot is never met exactly.
pub const START_LATERAL_M: f32 = 0.05;
/// How far from straight ahead a car may start, radians.
pub const START_HEADING_RAD: f32 = 0.03;

/// What a policy's numbers tell servo and motor.
pub(crate) fn command(action: [f32; ACTION_LEN]) -> Command {
    let [steering, speed] = action.map(clamp);
    let [steering_field, speed_field] = [&CONTINUOUS_V1.fields[0], &CONTINUOUS_V1.fields[1]];
    Command { steering_rad: steering_field.physical(steering), speed_mps: speed_field.physical(speed) }
}

/// A race under way.
pub struct Race {
    world: World,
    rules: RaceRules,
    /// Physics steps since the start.
    ticks: u64,
    /// Way along the centre line since the start, metres; backwards counts against it.
    distance_m: f64,
    /// Progress at the last physics step, metres.
    s_m: f32,
    /// Physics steps that the car still has to stand.
    penalty_ticks: u64,
    laps: Vec<Lap>,
    /// When the current lap began, seconds.
    lap_start_secs: f64,
    /// Off-tracks of the current lap.
    lap_off_tracks: u32,
    off_tracks: u32,
    status: Option<RaceStatus>,
}

impl Race {
    /// A race at its start. `rules` are in range ([`RaceRules::check`]).
    pub fn new(track: &Track, rules: &RaceRules, seed: u64) -> Self {
        let mut world = World::alone(CarModel::default(), [std::sync::Arc::new(crate::Road::new(track))]);
        let rng = &mut rng::stream(seed, rng::Purpose::Grid, 0);
        let grid_slot = Pose {
            lateral_m: rng::uniform(rng, -START_LATERAL_M, START_LATERAL_M),
            heading_rad: rng::uniform(rng, -START_HEADING_RAD, START_HEADING_RAD),
            ..Pose::default()
        };
        world.put(0, grid_slot);
        Self {
            world,
            rules: rules.clone(),
            ticks: 0,
            distance_m: 0.0,
            s_m: 0.0,
            penalty_ticks: 0,
            laps: Vec::new(),
            lap_start_secs: 0.0,
            lap_off_tracks: 0,
            off_tracks: 0,
            status: None,
        }
    }

    /// Fills `observation` (`[STATE_V1.len()]`) with what the car sees.
    pub fn observe(&self, observation: &mut [f32]) {
        self.world.observe(0, observation);
    }

    /// One control step with a policy's raw numbers. Nothing happens once the race is over.
    pub fn step(&mut self, action: [f32; ACTION_LEN]) {
        self.world.car_mut(0).command = command(action);
        for _ in 0..STEPS_PER_CONTROL {
            if self.status.is_none() {
                self.tick();
            }
        }
    }

    /// How the race ended; `None` while it is under way.
    pub fn status(&self) -> Option<RaceStatus> {
        self.status
    }

    /// The car.
    pub fn car(&self) -> &Car {
        &self.world.cars()[0]
    }

    /// Seconds since the start.
    pub fn secs(&self) -> f64 {
        self.ticks as f64 / f64::from(PHYSICS_HZ)
    }

    /// Way along the centre line since the start, metres.
    pub fn distance_m(&self) -> f64 {
        self.distance_m
    }

    /// Completed laps.
    pub fn laps(&self) -> &[Lap] {
        &self.laps
    }

    /// Whether the car stands for a penalty.
    pub fn is_penalised(&self) -> bool {
        self.penalty_ticks > 0
    }

    /// The result of a race that is over; one that is not ends here by the clock.
    pub fn into_result(self, track: &Track, policy_sha256: Sha256Hex, seed: u64) -> RaceResult {
        let status = self.status.unwrap_or(RaceStatus::TimeUp);
        let best_lap_secs = self.laps.iter().map(|lap| lap.secs).min_by(f64::total_cmp);
        RaceResult {
            track: track.name().into(),
            track_sha256: track.sha256(),
            policy_sha256,
            seed,
            completed_laps: self.laps.len() as u32,
            best_lap_secs,
            total_secs: if status == RaceStatus::Finished { self.lap_start_secs } else { self.secs() },
            laps: self.laps,
            off_tracks: self.off_tracks,
            crashes: 0,
            status,
            sim_version: SIM_VERSION.into(),
        }
    }

    /// One physics step and what the rules say to it.
    fn tick(&mut self) {
        self.penalty_ticks = self.penalty_ticks.saturating_sub(1);
        self.world.car_mut(0).is_held = self.penalty_ticks > 0;
        self.world.step();
        self.ticks += 1;
        if self.car().is_off_track() {
            self.penalise();
        } else {
            self.advance();
        }
        if self.status.is_none() && self.secs() >= self.rules.time_limit_secs {
            self.status = Some(RaceStatus::TimeUp);
        }
    }

    /// Puts the car back to where it left the track. Its distance stays what it was there.
    fn penalise(&mut self) {
        self.off_tracks += 1;
        self.lap_off_tracks += 1;
        self.penalty_ticks = (self.rules.off_track_penalty_secs * f64::from(PHYSICS_HZ)).round() as u64;
        self.world.put(0, Pose { s_m: self.s_m, ..Pose::default() });
    }

    /// Moves the distance on, and completes laps.
    fn advance(&mut self) {
        let before_m = self.distance_m;
        let s_m = self.car().place().s_m;
        self.distance_m += f64::from(self.world.road_of(0).shortest_way(s_m - self.s_m));
        self.s_m = s_m;
        let line_m = (self.laps.len() + 1) as f64 * f64::from(self.world.road_of(0).length_m());
        if self.distance_m < line_m {
            return;
        }
        let share_of_step = (line_m - before_m) / (self.distance_m - before_m);
        let line_secs = ((self.ticks - 1) as f64 + share_of_step) / f64::from(PHYSICS_HZ);
        self.laps.push(Lap {
            lap: self.laps.len() as u32 + 1,
            secs: line_secs - self.lap_start_secs,
            clean: self.lap_off_tracks == 0,
            off_tracks: self.lap_off_tracks,
            crashes: 0,
        });
        self.lap_start_secs = line_secs;
        self.lap_off_tracks = 0;
        if self.laps.len() as u32 == self.rules.laps {
            self.status = Some(RaceStatus::Finished);
        }
    }
}
