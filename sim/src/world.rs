//! Cars that move on roads: one rapier world for all of them.
//!
//! Cars that can touch nothing have no collider, so rapier only integrates their motion, which costs a tenth of a
//! microsecond, and a car's path has the same bits alone and among thousands. Cars that race against each other have
//! colliders and a world of their own.

use crate::{
    STEP_SECS,
    car::{CarModel, Command, Motion, Tuning},
    drivetrain::{Drivetrain, LANES},
    obstacle::{Obstacle, ObstacleKind},
    road::{Place, Road},
    traffic::{RoadUser, Traffic},
};
use rapier2d::prelude::*;
use std::{ops::Range, sync::Arc};

/// A car on the road.
#[derive(Debug, Clone)]
pub struct Car {
    body: RigidBodyHandle,
    heat: usize,
    /// What servo and motor are told to reach.
    pub command: Command,
    is_held: bool,
    steering_rad: f32,
    motion: Motion,
    velocity_before: Vector,
    position: Vector,
    /// Where the nose points, as a unit vector.
    nose: Vector,
    place: Place,
    wheels_outside: u32,
}

impl Car {
    /// Measured angle of the front wheels, + left.
    pub fn steering_rad(&self) -> f32 {
        self.steering_rad
    }

    /// Measured velocity and yaw rate.
    pub fn motion(&self) -> Motion {
        self.motion
    }

    /// Velocity of the centre of mass in the world's frame, m/s.
    pub fn velocity(&self) -> Vector {
        self.nose * self.motion.velocity.x + self.nose.perp() * self.motion.velocity.y
    }

    /// What [`Car::velocity`] was before the last physics step.
    pub fn velocity_before(&self) -> Vector {
        self.velocity_before
    }

    /// Whether the car is out of the race for now: it is told to stand, and nobody sees or touches it.
    pub fn is_held(&self) -> bool {
        self.is_held
    }

    /// The centre of mass, metres.
    pub fn position(&self) -> Vector {
        self.position
    }

    /// Where the nose points, as a unit vector.
    pub fn nose(&self) -> Vector {
        self.nose
    }

    /// Where the centre of mass is on the road.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether all four wheels are outside the road.
    pub fn is_off_track(&self) -> bool {
        self.wheels_outside == 4
    }

    /// Whether all four wheels are inside the road.
    pub fn is_all_on_track(&self) -> bool {
        self.wheels_outside == 0
    }

    /// The car as others see it.
    pub fn as_obstacle(&self) -> Obstacle {
        Obstacle {
            kind: ObstacleKind::Car,
            centre: self.position,
            axis: self.nose,
            half_size_m: Obstacle::CAR_HALF_SIZE_M,
            height_m: Obstacle::CAR_HEIGHT_M,
        }
    }
}

/// Cars that drive on the same road and see each other, and what else is on it. Heats of a world know nothing of each
/// other, even on the same road.
#[derive(Debug, Clone)]
pub struct Heat {
    pub road: Arc<Road>,
    pub traffic: Traffic,
    cars: Range<usize>,
}

impl Heat {
    /// Numbers of its cars in the world.
    pub fn cars(&self) -> Range<usize> {
        self.cars.clone()
    }
}

/// Heats and their cars.
pub struct World {
    model: CarModel,
    heats: Vec<Heat>,
    cars: Vec<Car>,
    /// Of eight cars each.
    drivetrains: Vec<Drivetrain>,
    physics: PhysicsWorld,
    /// Physics steps so far.
    tick: u64,
    /// No point of a wheel is further from the centre of mass, metres.
    reach_m: f32,
}

/// Where and how a car is put on the road.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pose {
    /// Progress along the centre line, metres.
    pub s_m: f32,
    /// Distance from the centre line, metres, + left.
    pub lateral_m: f32,
    /// Heading against the direction of driving, radians, + left.
    pub heading_rad: f32,
    /// Forward speed, m/s.
    pub speed_mps: f32,
}

impl World {
    /// A world of heats of one car each, which can touch nothing. All stand on the start line.
    pub fn alone(model: CarModel, roads: impl IntoIterator<Item = Arc<Road>>) -> Self {
        let mut world = Self::empty(model);
        roads.into_iter().for_each(|road| world.add_heat(road, 1, false));
        world.start();
        world
    }

    /// A world of one heat of `cars` cars that push each other. All stand on the start line.
    pub fn together(model: CarModel, road: Arc<Road>, cars: usize) -> Self {
        let mut world = Self::empty(model);
        world.add_heat(road, cars, true);
        world.start();
        world
    }

    fn empty(model: CarModel) -> Self {
        let mut physics = PhysicsWorld { gravity: Vector::ZERO, ..PhysicsWorld::default() };
        physics.integration_parameters.dt = STEP_SECS;
        // One step of integration, whether cars can touch or not: a car that meets nobody drives the same bits in both
        // kinds of world. Contacts are iterated within it.
        physics.integration_parameters.num_solver_iterations = 1;
        physics.integration_parameters.num_internal_pgs_iterations = 4;
        let reach_m = model.wheels().into_iter().map(Vector::length).fold(0.0, f32::max);
        Self { model, heats: Vec::new(), cars: Vec::new(), drivetrains: Vec::new(), physics, tick: 0, reach_m }
    }

    fn add_heat(&mut self, road: Arc<Road>, cars: usize, touching: bool) {
        let first = self.cars.len();
        let mass = MassProperties::new(Vector::ZERO, self.model.mass_kg, self.model.yaw_inertia);
        for _ in 0..cars {
            let body = RigidBodyBuilder::dynamic().can_sleep(false).additional_mass_properties(mass);
            let body = self.physics.bodies.insert(body);
            if touching {
                let [length, width] = Obstacle::CAR_HALF_SIZE_M;
                let bumper = ColliderBuilder::cuboid(length, width)
                    .density(0.0)
                    .friction(contact::FRICTION)
                    .restitution(contact::RESTITUTION);
                self.physics.colliders.insert_with_parent(bumper, body, &mut self.physics.bodies);
            }
            if self.cars.len().is_multiple_of(LANES) {
                self.drivetrains.push(Drivetrain::new(&self.model));
            }
            self.cars.push(Car {
                body,
                heat: self.heats.len(),
                command: Command::default(),
                is_held: false,
                steering_rad: 0.0,
                motion: Motion::default(),
                velocity_before: Vector::ZERO,
                position: Vector::ZERO,
                nose: Vector::X,
                place: Place::default(),
                wheels_outside: 0,
            });
        }
        self.heats.push(Heat { road, traffic: Traffic::default(), cars: first..first + cars });
    }

    fn start(&mut self) {
        (0..self.cars.len()).for_each(|car| self.put(car, Pose::default()));
        // Rapier works out a new body's mass in its next step. Standing cars do not move in it.
        self.physics.step();
    }

    pub fn heats(&self) -> &[Heat] {
        &self.heats
    }

    /// The heat of that number, to change its traffic or its road. Put its cars on the road again afterwards.
    pub fn heat_mut(&mut self, heat: usize) -> &mut Heat {
        &mut self.heats[heat]
    }

    /// The road that a car drives on.
    pub fn road_of(&self, car: usize) -> &Road {
        &self.heats[self.cars[car].heat].road
    }

    /// The heat that a car drives in.
    pub fn heat_of(&self, car: usize) -> &Heat {
        &self.heats[self.cars[car].heat]
    }

    pub fn cars(&self) -> &[Car] {
        &self.cars
    }

    /// The car of that number, to command it.
    pub fn car_mut(&mut self, car: usize) -> &mut Car {
        &mut self.cars[car]
    }

    /// Takes a car out of the race where it stands, or back into it: while held it is told to stand, and nobody sees or
    /// touches it.
    pub fn hold(&mut self, car: usize, is_held: bool) {
        let car = &mut self.cars[car];
        car.is_held = is_held;
        for collider in self.physics.bodies[car.body].colliders() {
            self.physics.colliders[*collider].set_enabled(!is_held);
        }
    }

    /// Makes a car differ from its model.
    pub fn tune(&mut self, car: usize, tuning: Tuning) {
        self.drivetrains[car / LANES].tune(car % LANES, &self.model, tuning);
    }

    /// Measured speed of a car's rear rims, m/s: left, right.
    pub fn rims_mps(&self, car: usize) -> [f32; 2] {
        self.drivetrains[car / LANES].rims_mps(car % LANES)
    }

    /// Puts a car on the road with its wheels straight.
    pub fn put(&mut self, car: usize, pose: Pose) {
        self.drivetrains[car / LANES].reset(car % LANES, pose.speed_mps);
        let car = &mut self.cars[car];
        let road = &self.heats[car.heat].road;
        let place = road.at(pose.s_m);
        let tangent = road.tangent(place);
        let position = road.centre(place) + tangent.perp() * pose.lateral_m;
        let (sin, cos) = libm::sincosf(pose.heading_rad);
        let nose = tangent * cos + tangent.perp() * sin;
        let body = &mut self.physics.bodies[car.body];
        body.set_position(
            rapier2d::math::Pose::from_parts(position, Rotation::from_cos_sin_unchecked(nose.x, nose.y)),
            true,
        );
        body.set_linvel(nose * pose.speed_mps, true);
        body.set_angvel(0.0, true);
        car.steering_rad = 0.0;
        car.read(body);
        car.place = Place { lateral_m: pose.lateral_m, ..place };
        car.wheels_outside = wheels_outside(road, &self.model, car, self.reach_m);
    }

    /// What a car can see, all but the road: its heat's boxes and bots, and other cars that are in the race.
    pub fn others_of(&self, car: usize) -> impl Iterator<Item = RoadUser> {
        let heat = self.heat_of(car);
        let others = heat.cars().filter(move |other| *other != car).map(|other| &self.cars[other]);
        let racing = others.filter(|other| !other.is_held);
        heat.traffic.users(&heat.road).chain(racing.map(|other| RoadUser {
            obstacle: other.as_obstacle(),
            velocity: other.velocity(),
            place: other.place,
        }))
    }

    /// One physics step, a sixtieth of a second: servos turn, motors and tyres push, rapier moves the bodies, bots go
    /// their way, and every car is looked up on the road again.
    pub fn step(&mut self) {
        let standing = Command::default();
        for (drivetrain, cars) in self.drivetrains.iter_mut().zip(self.cars.chunks_mut(LANES)) {
            let mut motions = [Motion::default(); LANES];
            let mut commands = [standing; LANES];
            for (lane, car) in cars.iter().enumerate() {
                motions[lane] = car.motion;
                commands[lane] = if car.is_held { standing } else { car.command };
            }
            let change = drivetrain.step(&self.model, self.tick, &motions, &commands);
            for (lane, car) in cars.iter_mut().enumerate() {
                let change = change.lane(lane);
                let body = &mut self.physics.bodies[car.body];
                let velocity = car.nose * change.velocity.x + car.nose.perp() * change.velocity.y;
                car.velocity_before = body.linvel();
                body.set_linvel(car.velocity_before + velocity, true);
                body.set_angvel(body.angvel() + change.yaw_rate, true);
                car.steering_rad = drivetrain.steering_rad(lane);
            }
        }
        self.physics.step();
        self.tick += 1;
        for car in &mut self.cars {
            car.read(&self.physics.bodies[car.body]);
            let road = &self.heats[car.heat].road;
            car.place = road.locate(car.position, car.place.segment);
            car.wheels_outside = wheels_outside(road, &self.model, car, self.reach_m);
        }
        for heat in &mut self.heats {
            heat.traffic.step(&heat.road, &self.cars[heat.cars.clone()]);
        }
    }
}

/// What cars do to each other when they touch.
mod contact {
    /// Plastic on plastic.
    pub const FRICTION: f32 = 0.3;
    /// Bodies give way: little of the speed comes back.
    pub const RESTITUTION: f32 = 0.2;
}

impl Car {
    fn read(&mut self, body: &RigidBody) {
        let rotation = body.rotation();
        let velocity = body.linvel();
        self.position = body.translation();
        self.nose = Vector::new(rotation.re, rotation.im);
        let motion = Vector::new(velocity.dot(self.nose), self.nose.perp_dot(velocity));
        self.motion = Motion { velocity: motion, yaw_rate: body.angvel() };
    }
}

/// How many wheels' centres are outside the road. DeepRacer's rule: off the track is who has all four outside.
fn wheels_outside(road: &Road, model: &CarModel, car: &Car, reach_m: f32) -> u32 {
    let [left, right] = road.half_widths(car.place);
    // Well inside, as nearly always, no wheel has to be looked at.
    if car.place.lateral_m.abs() + reach_m < left.min(right) {
        return 0;
    }
    let is_outside = |wheel: &Vector| {
        let point = car.position + car.nose * wheel.x + car.nose.perp() * wheel.y;
        !road.contains(point, car.place.segment)
    };
    model.wheels().iter().filter(|wheel| is_outside(wheel)).count() as u32
}
