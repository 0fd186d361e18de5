//! The rules, applied to the cars of one heat.
//!
//! - Lap k is complete when a car has come k lap lengths along the centre line from the line. The time of crossing is
//!   interpolated between two physics steps.
//! - Who has all four wheels outside the road, runs into something ahead, stands still or drives backwards for too long
//!   is put back on the centre line and stands there for the penalty, unseen and untouchable, while the clock runs. After
//!   a crash that is a metre behind what was hit. It drives on when its place is clear.
//! - A car's race ends with its last lap, with one reset too many, or with the time limit.

use crate::{
    PHYSICS_HZ,
    car::{CarModel, Tuning},
    crash::crash,
    rng::{self, Purpose},
    world::{Pose, World},
};
use sim_spec::{Conditions, Lap, RaceRules, RaceStatus};

/// How far beside its grid slot a car may start, metres: a slot is never met exactly.
pub const START_LATERAL_M: f32 = 0.05;
/// How far from straight ahead a car may start, radians.
pub const START_HEADING_RAD: f32 = 0.03;
/// Way from one grid slot to the next, metres: a car's length of 0.324 and room to steer.
pub const GRID_SLOT_M: f32 = 0.45;
/// How far beside the centre line the grid's two columns stand, as a share of the half width.
pub const GRID_COLUMN: f32 = 0.5;
/// How far behind what it hit a car is put back, metres (DeepRacer's).
const BEHIND_CRASH_M: f32 = 1.0;
/// Steps in which a clear place is looked for behind a place that a box covers, metres.
const CLEAR_STEP_M: f32 = 0.1;
/// Slower than this a car stands, m/s: DeepRacer's 0.3 mm per control step.
const STANDING_MPS: f32 = 0.0045;

/// The state of one car's race.
#[derive(Debug, Clone)]
pub struct Entrant {
    car: usize,
    grid_place: u32,
    /// Way along the centre line since the line, metres; backwards counts against it.
    distance_m: f64,
    /// Progress at the last physics step, metres.
    s_m: f32,
    penalty_steps: u64,
    standing_steps: u64,
    backing_steps: u64,
    laps: Vec<Lap>,
    /// When the current lap began, seconds.
    lap_start_secs: f64,
    lap_faults: Faults,
    faults: Faults,
    status: Option<RaceStatus>,
}

/// How often a car was put back, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Faults {
    pub off_tracks: u32,
    pub crashes: u32,
    pub immobilised: u32,
    pub reversed: u32,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    OffTrack,
    /// Into something that is so far ahead of where the car was a step before, metres.
    Crash {
        ahead_m: f32,
    },
    Immobilised,
    Reversed,
}

impl Faults {
    fn count(&mut self, fault: Fault) {
        *match fault {
            Fault::OffTrack => &mut self.off_tracks,
            Fault::Crash { .. } => &mut self.crashes,
            Fault::Immobilised => &mut self.immobilised,
            Fault::Reversed => &mut self.reversed,
        } += 1;
    }

    /// All of them.
    pub fn total(&self) -> u32 {
        self.off_tracks + self.crashes + self.immobilised + self.reversed
    }
}

impl Entrant {
    /// Way along the centre line since the line, metres.
    pub fn distance_m(&self) -> f64 {
        self.distance_m
    }

    /// Completed laps.
    pub fn laps(&self) -> &[Lap] {
        &self.laps
    }

    pub fn faults(&self) -> Faults {
        self.faults
    }

    /// How the race ended for this car; `None` while it drives.
    pub fn status(&self) -> Option<RaceStatus> {
        self.status
    }

    /// Place on the grid, from 1.
    pub fn grid_place(&self) -> u32 {
        self.grid_place
    }

    /// When the last completed lap ended, seconds since the start.
    pub fn last_line_secs(&self) -> f64 {
        self.lap_start_secs
    }
}

/// One race's judge.
#[derive(Debug, Clone)]
pub struct Judge {
    rules: RaceRules,
    heat: usize,
    /// Physics steps since the start.
    ticks: u64,
    entrants: Vec<Entrant>,
}

impl Judge {
    /// Puts the cars of a heat on the grid, and boxes and bots on the road. `rules` are in range ([`RaceRules::check`]).
    pub fn start(world: &mut World, heat: usize, rules: &RaceRules, seed: u64) -> Self {
        let road = world.heats()[heat].road.clone();
        let cars = world.heats()[heat].cars();
        world.heat_mut(heat).traffic.set_up(&rules.race_type, &road, seed);
        let tuning = tuning(&rules.conditions, seed);
        let slots = grid(cars.len(), seed);
        let entrant = |(car, slot): (usize, usize)| {
            let rng = &mut rng::stream(seed, Purpose::Grid, slot as u64);
            let [left, right] = road.half_widths(road.at(-GRID_SLOT_M * slot as f32));
            // A car alone starts in the middle, at the line.
            let column_m = match cars.len() {
                1 => 0.0,
                _ if slot.is_multiple_of(2) => GRID_COLUMN * left,
                _ => -GRID_COLUMN * right,
            };
            let pose = Pose {
                s_m: -GRID_SLOT_M * slot as f32,
                lateral_m: column_m + rng::uniform(rng, -START_LATERAL_M, START_LATERAL_M),
                heading_rad: rng::uniform(rng, -START_HEADING_RAD, START_HEADING_RAD),
                speed_mps: 0.0,
            };
            world.tune(car, tuning);
            world.hold(car, false);
            world.put(car, pose);
            Entrant {
                car,
                grid_place: slot as u32 + 1,
                distance_m: f64::from(pose.s_m),
                s_m: world.cars()[car].place().s_m,
                penalty_steps: 0,
                standing_steps: 0,
                backing_steps: 0,
                laps: Vec::new(),
                lap_start_secs: 0.0,
                lap_faults: Faults::default(),
                faults: Faults::default(),
                status: None,
            }
        };
        let entrants = cars.clone().zip(slots).map(entrant).collect();
        Self { rules: rules.clone(), heat, ticks: 0, entrants }
    }

    /// The cars' races, in the order of the heat's cars.
    pub fn entrants(&self) -> &[Entrant] {
        &self.entrants
    }

    pub fn rules(&self) -> &RaceRules {
        &self.rules
    }

    /// Seconds since the start.
    pub fn secs(&self) -> f64 {
        self.ticks as f64 / f64::from(PHYSICS_HZ)
    }

    /// Whether the race is over for all cars.
    pub fn is_over(&self) -> bool {
        self.entrants.iter().all(|entrant| entrant.status.is_some())
    }

    /// Before a physics step: who stands for a penalty, and who may drive on.
    pub fn release(&mut self, world: &mut World) {
        for entrant in &mut self.entrants {
            let is_held = world.cars()[entrant.car].is_held();
            let stays =
                entrant.status.is_some() || entrant.penalty_steps > 0 || is_held && !is_clear(world, entrant.car);
            entrant.penalty_steps = entrant.penalty_steps.saturating_sub(1);
            if stays != is_held {
                world.hold(entrant.car, stays);
            }
        }
    }

    /// After a physics step: what the rules say to it.
    pub fn judge(&mut self, world: &mut World) {
        self.ticks += 1;
        let secs = self.secs();
        // All are judged on the same picture, whoever is put back.
        let mut faults = [None; sim_spec::limits::MAX_CARS as usize];
        for (fault, entrant) in faults.iter_mut().zip(&mut self.entrants) {
            if entrant.status.is_none() && !world.cars()[entrant.car].is_held() {
                *fault = entrant.fault(world, &self.rules);
            }
        }
        for (fault, entrant) in faults.into_iter().zip(&mut self.entrants) {
            if entrant.status.is_some() {
                continue;
            }
            match fault {
                Some(fault) => entrant.put_back(world, &self.rules, fault),
                None => entrant.advance(world, &self.rules, self.ticks),
            }
            if entrant.status.is_none() && secs >= self.rules.time_limit_secs {
                entrant.status = Some(RaceStatus::TimeUp);
            }
            if entrant.status.is_some() {
                world.hold(entrant.car, true);
            }
        }
    }

    /// Places at the end, from 1, in the order of the heat's cars: who finished, by time; then the others, by how far
    /// they came; then by the grid.
    pub fn finish_places(&self) -> Vec<u32> {
        let key = |entrant: &Entrant| {
            let finish_secs = match entrant.status {
                Some(RaceStatus::Finished) => entrant.lap_start_secs,
                _ => f64::INFINITY,
            };
            (finish_secs, -entrant.distance_m, entrant.grid_place)
        };
        let is_before = |one: &Entrant, other: &Entrant| key(one) < key(other);
        let place = |own: &Entrant| 1 + self.entrants.iter().filter(|other| is_before(other, own)).count() as u32;
        self.entrants.iter().map(place).collect()
    }

    /// The heat that is judged.
    pub fn heat(&self) -> usize {
        self.heat
    }
}

impl Entrant {
    /// What the car did wrong in the last physics step.
    fn fault(&mut self, world: &World, rules: &RaceRules) -> Option<Fault> {
        let car = &world.cars()[self.car];
        let steps = |secs: f64| (secs * f64::from(PHYSICS_HZ)).round() as u64;
        let is_standing = car.motion().velocity.length() < STANDING_MPS;
        self.standing_steps = if is_standing { self.standing_steps + 1 } else { 0 };
        let way_m = world.road_of(self.car).shortest_way(car.place().s_m - self.s_m);
        self.backing_steps = if way_m < 0.0 { self.backing_steps + 1 } else { 0 };
        if car.is_off_track() {
            return Some(Fault::OffTrack);
        }
        if let Some(crash) = crash(world, self.car, rules.crash_speed_mps as f32) {
            return Some(Fault::Crash { ahead_m: way_m + crash.ahead_m });
        }
        if self.standing_steps >= steps(rules.immobilised_secs) {
            return Some(Fault::Immobilised);
        }
        (self.backing_steps >= steps(rules.reversed_secs)).then_some(Fault::Reversed)
    }

    /// Puts the car back to where it was on the road last, or behind what it hit, and counts why.
    fn put_back(&mut self, world: &mut World, rules: &RaceRules, fault: Fault) {
        self.faults.count(fault);
        self.lap_faults.count(fault);
        (self.standing_steps, self.backing_steps) = (0, 0);
        let (penalty_secs, back_m) = match fault {
            Fault::Crash { ahead_m } => (rules.crash_penalty_secs, (BEHIND_CRASH_M - ahead_m).max(0.0)),
            _ => (rules.off_track_penalty_secs, 0.0),
        };
        self.penalty_steps = (penalty_secs * f64::from(PHYSICS_HZ)).round() as u64;
        let wanted_m = self.s_m - back_m;
        let clear_m = put_clear_of_boxes(world, self.car, Pose { s_m: wanted_m, ..Pose::default() });
        self.distance_m -= f64::from(self.s_m - clear_m);
        self.s_m = world.cars()[self.car].place().s_m;
        world.hold(self.car, true);
        if rules.max_resets.is_some_and(|most| self.faults.total() > most) {
            self.status = Some(RaceStatus::OutOfResets);
        }
    }

    /// Moves the distance on, and completes laps.
    fn advance(&mut self, world: &World, rules: &RaceRules, ticks: u64) {
        let road = world.road_of(self.car);
        let before_m = self.distance_m;
        let s_m = world.cars()[self.car].place().s_m;
        self.distance_m += f64::from(road.shortest_way(s_m - self.s_m));
        self.s_m = s_m;
        let line_m = (self.laps.len() + 1) as f64 * f64::from(road.length_m());
        if self.distance_m < line_m {
            return;
        }
        let share_of_step = (line_m - before_m) / (self.distance_m - before_m);
        let line_secs = ((ticks - 1) as f64 + share_of_step) / f64::from(PHYSICS_HZ);
        self.laps.push(Lap {
            lap: self.laps.len() as u32 + 1,
            secs: line_secs - self.lap_start_secs,
            clean: self.lap_faults.total() == 0,
            off_tracks: self.lap_faults.off_tracks,
            crashes: self.lap_faults.crashes,
        });
        self.lap_start_secs = line_secs;
        self.lap_faults = Faults::default();
        if self.laps.len() as u32 == rules.laps {
            self.status = Some(RaceStatus::Finished);
        }
    }
}

/// Puts a car at a pose, or as little behind it as no box stands in its way. Gives back where, metres along the centre
/// line, in the numbering of `pose`.
pub fn put_clear_of_boxes(world: &mut World, car: usize, pose: Pose) -> f32 {
    let road_length_m = world.road_of(car).length_m();
    let mut s_m = pose.s_m;
    loop {
        world.put(car, Pose { s_m, ..pose });
        let body = world.cars()[car].as_obstacle();
        let boxes = world.heat_of(car).traffic.boxes();
        let is_clear = !boxes.iter().any(|standing| standing.obstacle.overlaps(&body));
        // A lap without a free place would be a road full of boxes; eight do not fill one.
        if is_clear || pose.s_m - s_m > road_length_m {
            return s_m;
        }
        s_m -= CLEAR_STEP_M;
    }
}

/// Whether nobody else is where the car is.
pub fn is_clear(world: &World, car: usize) -> bool {
    let body = world.cars()[car].as_obstacle();
    !world.others_of(car).any(|other| other.obstacle.overlaps(&body))
}

/// How a car differs from its model under `conditions`. In a race, all cars are alike.
pub fn tuning(conditions: &Conditions, seed: u64) -> Tuning {
    let rng = &mut rng::stream(seed, Purpose::Tuning, 0);
    let mut between = |[low, high]: [f64; 2]| rng::uniform(rng, low as f32, high as f32);
    let [grip, mass] = [between(conditions.grip), between(conditions.mass)];
    let [soonest, latest] = conditions.command_delay_steps;
    let delay = between([f64::from(soonest), f64::from(latest) + 1.0]) as u32;
    Tuning { grip, mass, delay_steps: delay.clamp(soonest, latest).min(CarModel::MAX_DELAY_STEPS) }
}

/// Which car starts from which slot: in an order that the seed draws, so that nobody chooses.
fn grid(cars: usize, seed: u64) -> Vec<usize> {
    let mut slots: Vec<usize> = (0..cars).collect();
    let rng = &mut rng::stream(seed, Purpose::Grid, cars as u64);
    // Fisher and Yates' shuffle.
    for last in (1..cars).rev() {
        let chosen = rng::uniform(rng, 0.0, (last + 1) as f32) as usize;
        slots.swap(last, chosen.min(last));
    }
    slots
}
