//! Many cars for training. Nobody judges them: the trainer decides when an episode ends.

use crate::{
    Road, STEPS_PER_CONTROL,
    car::CarModel,
    crash::crash,
    judge::{GRID_COLUMN, GRID_SLOT_M, START_HEADING_RAD, START_LATERAL_M, is_clear, put_clear_of_boxes, tuning},
    race::command,
    rng::{self, Purpose},
    sensors::Sensors,
    traffic::RoadUser,
    world::{Pose, World},
};
use rand_pcg::{Pcg32, rand_core::Rng};
use serde::{Deserialize, Serialize};
use sim_spec::{
    Conditions, Direction, RaceRules, RaceType, Track,
    action::ACTION_LEN,
    observation::{ObservationSpec, STATE_V1},
};
use std::sync::Arc;

/// What happened to a car in one control step, and how it stands at its end.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StepFacts {
    /// Way along the centre line in this step, metres; negative backwards.
    pub progress_m: f32,
    /// Distance from the centre line over the half width on that side, + left; ±1 at the border.
    pub lateral: f32,
    /// Heading against the direction of driving, radians, + left.
    pub heading_error_rad: f32,
    /// Forward speed, m/s.
    pub speed_mps: f32,
    /// Measured angle of the front wheels, + left.
    pub steering_rad: f32,
    /// What the servo was told, + left. DeepRacer's rewards are paid by the commands, not by what the car makes of them.
    pub commanded_steering_rad: f32,
    /// What the motor was told.
    pub commanded_speed_mps: f32,
    /// Distance from the centre line to the border on the car's side, metres.
    pub half_width_m: f32,
    /// Distance between the middles of the car and of the next box, bot or car ahead, metres; infinite if there is none.
    pub object_ahead_m: f32,
    /// Whether that object is on the car's side of the centre line.
    pub object_in_lane: bool,
    /// Whether all four wheels were outside the road at any physics step of this control step.
    pub off_track: bool,
    /// Whether all four wheels are inside the road at the end.
    pub all_on_track: bool,
    /// Whether the car ran into something ahead of it at any physics step of this control step.
    pub crashed: bool,
    /// Length of a lap, metres.
    pub track_length_m: f32,
}

/// How far from the ideal a car may be spawned: enough that a policy learns to come back from where its own mistakes
/// lead it.
mod spawn {
    /// Distance from the centre line, as a share of the half width.
    pub const LATERAL: f32 = 0.5;
    /// Heading against the direction of driving, radians.
    pub const HEADING_RAD: f32 = 0.3;
    /// Forward speed, m/s.
    pub const SPEED_MPS: [f32; 2] = [0.0, 2.5];
    /// Places that are drawn until one is free of other cars; the last is taken in any case.
    pub const TRIES: u32 = 20;
}

/// Where the cars of a batch start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Starts {
    /// Anywhere on the road, roughly along it and rolling: all of the track is learned at once.
    #[default]
    Anywhere,
    /// Standing at the start line, as in a race.
    Line,
    /// Standing on the centre line, each time a twentieth of the lap further on: as DeepRacer trains.
    Around,
}

/// Share of the lap between two starts of [`Starts::Around`] (DeepRacer's 5 %).
const AROUND_STEP: f32 = 0.05;
/// How far before or behind another car of its heat a car is spawned, metres: near enough that they meet.
const BESIDE_M: f32 = 3.0;

/// What a batch trains for.
#[derive(Debug, Clone)]
pub struct BatchConfig {
    /// Cars, or cars of each heat times heats if they race head to head.
    pub cars: usize,
    /// Heats drive on these in turn.
    pub tracks: Vec<Track>,
    /// Which ways round: heats drive all tracks one way, the next ones all tracks the other.
    pub directions: Vec<Direction>,
    /// Where cars start.
    pub starts: Starts,
    /// Each car has boxes or bots of its own, anew at every start; cars that race head to head share a heat.
    pub race_type: RaceType,
    pub conditions: Conditions,
    pub observation: &'static ObservationSpec,
    pub seed: u64,
    /// Number of the first car. All that is drawn for a car depends on the seed and its number, so two batches of 512 cars
    /// from 0 and from 512 drive the same bits as one of 1,024: one per thread.
    pub first_car: usize,
}

impl BatchConfig {
    /// Cars alone on one track, that see their state.
    pub fn new(track: Track, cars: usize, seed: u64) -> Self {
        Self {
            cars,
            tracks: vec![track],
            directions: vec![Direction::Forward],
            starts: Starts::Anywhere,
            race_type: RaceType::TimeTrial,
            conditions: Conditions::default(),
            observation: &STATE_V1,
            seed,
            first_car: 0,
        }
    }
}

/// Many cars. Those that do not meet drive exactly as they would alone.
pub struct Batch {
    /// One world of cars alone, or one per heat of cars that race each other.
    worlds: Vec<World>,
    cars_per_world: usize,
    config: BatchConfig,
    sensors: Sensors,
    /// The seeds of each car's starts.
    starts: Vec<Pcg32>,
    /// How often each car was spawned.
    spawned: Vec<u32>,
}

impl Batch {
    /// Cars spawned anywhere on their tracks.
    pub fn new(config: BatchConfig) -> Self {
        let ways = config.directions.iter().flat_map(|way| config.tracks.iter().map(|track| track.driven(*way)));
        let roads: Vec<_> = ways.map(|track| Arc::new(Road::new(&track))).collect();
        let heat_size = config.race_type.cars();
        assert!(config.cars.is_multiple_of(heat_size), "whole heats of {heat_size} cars");
        let first_heat = config.first_car / heat_size;
        let road_of = |heat: usize| roads[(first_heat + heat) % roads.len()].clone();
        let (worlds, cars_per_world) = match heat_size {
            1 => (vec![World::alone(CarModel::default(), (0..config.cars).map(road_of))], config.cars),
            cars => {
                let world = |heat| World::together(CarModel::default(), road_of(heat), cars);
                ((0..config.cars / cars).map(world).collect(), cars)
            }
        };
        let start = |car: usize| rng::stream(config.seed, Purpose::Starts, (config.first_car + car) as u64);
        let mut batch = Self {
            worlds,
            cars_per_world,
            sensors: Sensors::new(config.observation, &config.conditions, config.cars),
            starts: (0..config.cars).map(start).collect(),
            spawned: vec![0; config.cars],
            config,
        };
        for car in 0..batch.len() {
            batch.spawn(car);
        }
        batch
    }

    /// Number of cars.
    pub fn len(&self) -> usize {
        self.config.cars
    }

    /// Whether there is no car at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The world of a car, and its number there.
    pub fn world_of(&self, car: usize) -> (&World, usize) {
        (&self.worlds[car / self.cars_per_world], car % self.cars_per_world)
    }

    /// The track that a car drives on, with its stations in the order of the file, and which way round it is driven.
    pub fn track_of(&self, car: usize) -> (&Track, Direction) {
        let BatchConfig { tracks, directions, race_type, first_car, .. } = &self.config;
        let heat = (first_car + car) / race_type.cars();
        (&tracks[heat % tracks.len()], directions[heat / tracks.len() % directions.len()])
    }

    /// What the batch trains for.
    pub fn config(&self) -> &BatchConfig {
        &self.config
    }

    /// Fills `observations` (`[cars, observation.len()]`) with what each car sees.
    pub fn observe(&mut self, observations: &mut [f32]) {
        let len = self.config.observation.len();
        assert_eq!(observations.len(), self.len() * len, "one observation per car");
        for (car, observation) in observations.chunks_exact_mut(len).enumerate() {
            self.observe_car(car, observation);
        }
    }

    /// Fills `observation` (`[observation.len()]`) with what one car sees. Once per control step and start of a car.
    pub fn observe_car(&mut self, car: usize, observation: &mut [f32]) {
        let world = &self.worlds[car / self.cars_per_world];
        self.sensors.observe(world, car % self.cars_per_world, car, observation);
    }

    /// One control step. `actions` is `[cars, 2]`, a policy's raw numbers; `facts` is `[cars]`.
    pub fn step(&mut self, actions: &[f32], facts: &mut [StepFacts]) {
        assert_eq!(actions.len(), self.len() * ACTION_LEN, "one action per car");
        assert_eq!(facts.len(), self.len(), "one entry per car");
        let (actions, _) = actions.as_chunks::<ACTION_LEN>();
        let is_empty_road = self.config.race_type == RaceType::TimeTrial;
        let groups = actions.chunks(self.cars_per_world).zip(facts.chunks_mut(self.cars_per_world));
        for (world, (actions, facts)) in self.worlds.iter_mut().zip(groups) {
            for (car, (action, facts)) in actions.iter().zip(facts.iter_mut()).enumerate() {
                world.car_mut(car).command = command(*action);
                let s_m = world.cars()[car].place().s_m;
                *facts = StepFacts { progress_m: -s_m, ..StepFacts::default() };
            }
            for _ in 0..STEPS_PER_CONTROL {
                world.step();
                for (car, facts) in facts.iter_mut().enumerate() {
                    facts.off_track |= world.cars()[car].is_off_track();
                    facts.crashed |= !is_empty_road && crash(world, car, crash_speed_mps()).is_some();
                }
            }
            for (car, facts) in facts.iter_mut().enumerate() {
                facts.read(world, car);
                if !is_empty_road {
                    facts.look_ahead(world, car);
                }
            }
        }
    }

    /// Puts a car on its track where the batch's starts say, as a car of the batch's conditions, among new boxes and bots.
    pub fn spawn(&mut self, car: usize) {
        let seed = self.starts[car].next_u64();
        let count = self.spawned[car];
        self.spawned[car] += 1;
        let world = &mut self.worlds[car / self.cars_per_world];
        let own = car % self.cars_per_world;
        world.tune(own, tuning(&self.config.conditions, seed));
        self.sensors.start(car, seed, 0);
        if self.config.race_type.cars() == 1 {
            let road = world.heats()[own].road.clone();
            world.heat_mut(own).traffic.set_up(&self.config.race_type, &road, seed);
        }
        let rng = &mut rng::stream(seed, Purpose::Grid, 0);
        for _ in 0..spawn::TRIES {
            let road = world.road_of(own);
            let mut pose = match self.config.starts {
                Starts::Anywhere => draw_pose(rng, road),
                Starts::Line => draw_standing_pose(rng, 0.0),
                Starts::Around => draw_standing_pose(rng, count as f32 * AROUND_STEP * road.length_m()),
            };
            // Cars of a heat are there to meet.
            let mut mates = world.heat_of(own).cars().filter(|mate| *mate != own);
            if let Some(mate) = mates.next() {
                pose.s_m = world.cars()[mate].place().s_m + rng::uniform(rng, -BESIDE_M, BESIDE_M);
            }
            put_clear_of_boxes(world, own, pose);
            if is_clear(world, own) {
                break;
            }
        }
    }
}

impl Batch {
    /// Puts all cars of a heat on their track: one behind the other at a place of the road, in an order of chance, half of the
    /// times standing as on a grid and half of the times rolling and further apart.
    pub fn spawn_heat(&mut self, car: usize) {
        let heat = self.config.race_type.cars();
        let first = car - car % heat;
        let seed = self.starts[first].next_u64();
        let rng = &mut rng::stream(seed, Purpose::Grid, 0);
        let world = &mut self.worlds[first / self.cars_per_world];
        let road = world.road_of(first % self.cars_per_world);
        let mut s_m = rng::uniform(rng, 0.0, road.length_m());
        let is_standing = rng::uniform(rng, 0.0, 1.0) < 0.5;
        let leader = rng::uniform(rng, 0.0, heat as f32) as usize;
        for slot in 0..heat {
            let number = first + (leader + slot) % heat;
            let own = number % self.cars_per_world;
            let car_seed = self.starts[number].next_u64();
            world.tune(own, tuning(&self.config.conditions, car_seed));
            self.sensors.start(number, car_seed, 0);
            let drawn = draw_pose(rng, world.road_of(own));
            let pose = match is_standing {
                true => {
                    let [left, right] = world.road_of(own).half_widths(world.road_of(own).at(s_m));
                    let column_m = GRID_COLUMN * if slot % 2 == 0 { left } else { -right };
                    let standing = draw_standing_pose(rng, s_m);
                    Pose { lateral_m: column_m + standing.lateral_m, ..standing }
                }
                false => Pose { s_m, ..drawn },
            };
            put_clear_of_boxes(world, own, pose);
            s_m -= if is_standing { GRID_SLOT_M } else { rng::uniform(rng, GRID_SLOT_M, BESIDE_M) };
        }
    }
}

/// From which speed on a touch of cars counts as a crash: as in a race by the default rules.
fn crash_speed_mps() -> f32 {
    RaceRules::default().crash_speed_mps as f32
}

fn draw_pose(rng: &mut Pcg32, road: &Road) -> Pose {
    let s_m = rng::uniform(rng, 0.0, road.length_m());
    let [left, right] = road.half_widths(road.at(s_m));
    let [slowest, fastest] = spawn::SPEED_MPS;
    Pose {
        s_m,
        lateral_m: rng::uniform(rng, -spawn::LATERAL * right, spawn::LATERAL * left),
        heading_rad: rng::uniform(rng, -spawn::HEADING_RAD, spawn::HEADING_RAD),
        speed_mps: rng::uniform(rng, slowest, fastest),
    }
}

/// Standing on the centre line, about as exactly as a car stands on the grid.
fn draw_standing_pose(rng: &mut Pcg32, s_m: f32) -> Pose {
    Pose {
        s_m,
        lateral_m: rng::uniform(rng, -START_LATERAL_M, START_LATERAL_M),
        heading_rad: rng::uniform(rng, -START_HEADING_RAD, START_HEADING_RAD),
        speed_mps: 0.0,
    }
}

impl StepFacts {
    /// How the car stands now. `progress_m` holds the negative of where it was.
    fn read(&mut self, world: &World, car: usize) {
        let (road, car) = (world.road_of(car), &world.cars()[car]);
        let place = car.place();
        let tangent = road.tangent(place);
        let [left, right] = road.half_widths(place);
        self.progress_m = road.shortest_way(self.progress_m + place.s_m);
        self.half_width_m = if place.lateral_m >= 0.0 { left } else { right };
        self.lateral = place.lateral_m / self.half_width_m;
        self.heading_error_rad = libm::atan2f(tangent.perp_dot(car.nose()), tangent.dot(car.nose()));
        self.speed_mps = car.motion().velocity.x;
        self.steering_rad = car.steering_rad();
        self.commanded_steering_rad = car.command.steering_rad;
        self.commanded_speed_mps = car.command.speed_mps;
        self.object_ahead_m = f32::INFINITY;
        self.all_on_track = car.is_all_on_track();
        self.track_length_m = road.length_m();
    }

    /// What is next on the road.
    fn look_ahead(&mut self, world: &World, car: usize) {
        let (road, own) = (world.road_of(car), &world.cars()[car]);
        let way_m = |user: &RoadUser| road.shortest_way(user.place.s_m - own.place().s_m);
        let ahead = world.others_of(car).filter(|user| way_m(user) > 0.0);
        if let Some(next) = ahead.min_by(|one, other| way_m(one).total_cmp(&way_m(other))) {
            self.object_ahead_m = next.obstacle.centre.distance(own.position());
            self.object_in_lane = (next.place.lateral_m >= 0.0) == (own.place().lateral_m >= 0.0);
        }
    }
}
