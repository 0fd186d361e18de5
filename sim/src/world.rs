//! Cars that move on a road: one rapier world for all of them.
//!
//! A car that can touch nothing has no collider, so rapier only integrates its motion; what moves it are the impulses
//! of its tyres. That makes a car's path the same bits alone and among thousands, and costs a tenth of a microsecond.

use crate::{
    STEP_SECS,
    car::{CarModel, Command, Motion},
    road::{Place, Road},
};
use rapier2d::prelude::*;
use sim_spec::Track;

/// A car on the road.
#[derive(Debug, Clone)]
pub struct Car {
    body: RigidBodyHandle,
    /// What servo and motor are told to reach.
    pub command: Command,
    /// Whether the car is held where it stands: nothing moves it, whatever is commanded.
    pub is_held: bool,
    steering_rad: f32,
    motion: Motion,
    position: Vector,
    /// Where the nose points, as a unit vector.
    nose: Vector,
    place: Place,
    is_off_track: bool,
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
        self.is_off_track
    }
}

/// A road and the cars on it. The cars pass through each other.
pub struct World {
    road: Road,
    model: CarModel,
    cars: Vec<Car>,
    physics: PhysicsWorld,
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
    /// A world of `cars` cars, all standing on the start line.
    pub fn new(track: &Track, model: CarModel, cars: usize) -> Self {
        let mut physics = PhysicsWorld { gravity: Vector::ZERO, ..PhysicsWorld::default() };
        physics.integration_parameters.dt = STEP_SECS;
        // Nothing touches anything, so there is nothing for the solver to iterate.
        physics.integration_parameters.num_solver_iterations = 1;
        let mass = MassProperties::new(Vector::ZERO, model.mass_kg, model.yaw_inertia);
        let car = || Car {
            body: physics.bodies.insert(RigidBodyBuilder::dynamic().can_sleep(false).additional_mass_properties(mass)),
            command: Command::default(),
            is_held: false,
            steering_rad: 0.0,
            motion: Motion::default(),
            position: Vector::ZERO,
            nose: Vector::X,
            place: Place::default(),
            is_off_track: false,
        };
        let cars: Vec<Car> = std::iter::repeat_with(car).take(cars).collect();
        // Rapier works out a new body's mass in its next step; until then impulses would be lost.
        physics.step();
        let reach_m = model.wheels().into_iter().map(Vector::length).fold(0.0, f32::max);
        let mut world = Self { road: Road::new(track), model, cars, physics, reach_m };
        for car in 0..world.cars.len() {
            world.put(car, Pose::default());
        }
        world
    }

    pub fn road(&self) -> &Road {
        &self.road
    }

    pub fn cars(&self) -> &[Car] {
        &self.cars
    }

    /// The car of that number, to command or hold it.
    pub fn car_mut(&mut self, car: usize) -> &mut Car {
        &mut self.cars[car]
    }

    /// Puts a car on the road with its wheels straight.
    pub fn put(&mut self, car: usize, pose: Pose) {
        let place = self.road.at(pose.s_m);
        let tangent = self.road.tangent(place);
        let position = self.road.centre(place) + tangent.perp() * pose.lateral_m;
        let (sin, cos) = libm::sincosf(pose.heading_rad);
        let nose = tangent * cos + tangent.perp() * sin;
        let car = &mut self.cars[car];
        let body = &mut self.physics.bodies[car.body];
        body.set_position(
            rapier2d::math::Pose::from_parts(position, Rotation::from_cos_sin_unchecked(nose.x, nose.y)),
            true,
        );
        body.set_linvel(nose * pose.speed_mps, true);
        body.set_angvel(0.0, true);
        car.steering_rad = 0.0;
        car.place = Place { lateral_m: pose.lateral_m, ..place };
        car.is_off_track = false;
        car.read(body);
    }

    /// One physics step, a sixtieth of a second: the servo turns, motor and tyres push, rapier moves the bodies, and
    /// every car is looked up on the road again.
    pub fn step(&mut self) {
        for car in self.cars.iter_mut().filter(|car| !car.is_held) {
            car.steering_rad = self.model.steer(car.steering_rad, car.command);
            let forces = self.model.forces(car.motion, car.steering_rad, car.command);
            let body = &mut self.physics.bodies[car.body];
            let force = car.nose * forces.force.x + car.nose.perp() * forces.force.y;
            body.apply_impulse(force * STEP_SECS, true);
            body.apply_torque_impulse(forces.torque * STEP_SECS, true);
        }
        self.physics.step();
        for car in &mut self.cars {
            car.read(&self.physics.bodies[car.body]);
            car.place = self.road.locate(car.position, car.place.segment);
            car.is_off_track = is_off_track(&self.road, &self.model, car, self.reach_m);
        }
    }
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

/// DeepRacer's rule: off the track is who has all four wheels outside the road.
fn is_off_track(road: &Road, model: &CarModel, car: &Car, reach_m: f32) -> bool {
    let [left, right] = road.half_widths(car.place);
    // Well inside, as nearly always, no wheel has to be looked at.
    if car.place.lateral_m.abs() + reach_m < left.min(right) {
        return false;
    }
    let on_road = |wheel: Vector| {
        let point = car.position + car.nose * wheel.x + car.nose.perp() * wheel.y;
        road.contains(point, car.place.segment)
    };
    !model.wheels().into_iter().any(on_road)
}
