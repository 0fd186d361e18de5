//! The sensors of some cars: what their policies see, late and with noise as the race's conditions say.

use crate::{
    camera::{Camera, Look},
    lidar::Lidar,
    observe,
    obstacle::Obstacle,
    rng::{self, Purpose},
    world::World,
};
use rand_pcg::Pcg32;
use sim_spec::{
    Conditions,
    observation::{BEAMS, ObservationSpec, PICTURE, Sensor},
};

const PIXELS: usize = PICTURE[0] * PICTURE[1];

/// The sensors of some cars. Each car has an eye of its own: its noise, its past readings.
pub struct Sensors {
    spec: &'static ObservationSpec,
    conditions: Conditions,
    eyes: Vec<Eye>,
    lidar: Lidar,
    camera: Camera,
    /// What stands and drives around the car that is looking.
    obstacles: Vec<Obstacle>,
}

/// What belongs to one car.
struct Eye {
    noise: Pcg32,
    /// Readings that are still on their way, oldest first, each of `spec.len()` numbers. Empty if readings are not late.
    late: Vec<f32>,
    /// The last pictures, oldest first. Empty without a camera.
    pictures: Vec<u8>,
    look: Look,
    is_new: bool,
}

impl Sensors {
    /// Sensors of `cars` cars.
    pub fn new(spec: &'static ObservationSpec, conditions: &Conditions, cars: usize) -> Self {
        let late = spec.len() * conditions.sensor_delay_steps as usize;
        let frames = if let Sensor::Camera { frames } = spec.sensor { frames } else { 0 };
        let eye = || Eye {
            noise: rng::stream(0, Purpose::Sensors, 0),
            late: vec![0.0; late],
            pictures: vec![0; frames * PIXELS],
            look: Look::PLAIN,
            is_new: true,
        };
        let eyes = std::iter::repeat_with(eye).take(cars).collect();
        let (lidar, camera) = (Lidar::default(), Camera::default());
        Self { spec, conditions: conditions.clone(), eyes, lidar, camera, obstacles: Vec::new() }
    }

    /// What they read.
    pub fn spec(&self) -> &'static ObservationSpec {
        self.spec
    }

    /// A new start of one of the cars: nothing is left of what it saw. `number` tells cars of the same seed apart.
    pub fn start(&mut self, eye: usize, seed: u64, number: u64) {
        let eye = &mut self.eyes[eye];
        eye.noise = rng::stream(seed, Purpose::Sensors, number);
        if self.conditions.random_look {
            eye.look = Look::random(&mut eye.noise);
        }
        eye.is_new = true;
    }

    /// Fills `observation` (`[spec.len()]`) with what the car of that number sees through one of the eyes. Call it once
    /// per control step: delay and noise go on from reading to reading.
    pub fn observe(&mut self, world: &World, car: usize, eye: usize, observation: &mut [f32]) {
        assert_eq!(observation.len(), self.spec.len(), "one observation");
        match self.spec.sensor {
            Sensor::State => observe::state(world, car, observation),
            Sensor::Traffic => observe::traffic(world, car, observation),
            Sensor::Lidar => self.scan(world, car, observation),
            Sensor::Camera { .. } => self.look(world, car, eye, observation),
        }
        let Eye { noise, late, is_new, .. } = &mut self.eyes[eye];
        if self.conditions.sensor_noise > 0.0 {
            let factor = self.conditions.sensor_noise as f32;
            let mut readings = observation.iter_mut();
            for field in self.spec.fields {
                let sigma = field.noise * factor;
                readings.by_ref().take(field.count).for_each(|reading| *reading += sigma * rng::gaussian(noise));
            }
        }
        if !late.is_empty() {
            if *is_new {
                late.chunks_exact_mut(observation.len()).for_each(|reading| reading.copy_from_slice(observation));
            }
            // The oldest comes out, the newest goes in behind.
            late[..observation.len()].swap_with_slice(observation);
            late.rotate_left(observation.len());
        }
        *is_new = false;
    }

    /// Instruments and beams: [`sim_spec::observation::LIDAR_V1`].
    fn scan(&mut self, world: &World, car: usize, observation: &mut [f32]) {
        let (road, own) = (world.road_of(car), &world.cars()[car]);
        let motion = own.motion();
        let (instruments, ranges) = observation.split_at_mut(observation.len() - BEAMS);
        instruments.copy_from_slice(&[motion.velocity.x, motion.velocity.y, motion.yaw_rate, own.steering_rad()]);
        self.obstacles.clear();
        self.obstacles.extend(world.others_of(car).map(|other| other.obstacle));
        self.lidar.scan(road, own.position(), own.nose(), own.place(), &self.obstacles, ranges);
    }

    /// The last pictures.
    fn look(&mut self, world: &World, car: usize, eye: usize, observation: &mut [f32]) {
        let (road, own) = (world.road_of(car), &world.cars()[car]);
        self.obstacles.clear();
        self.obstacles.extend(world.others_of(car).map(|other| other.obstacle));
        let Eye { pictures, look, is_new, .. } = &mut self.eyes[eye];
        pictures.copy_within(PIXELS.., 0);
        let newest = pictures.len() - PIXELS;
        self.camera.draw(road, own.position(), own.nose(), &self.obstacles, look, &mut pictures[newest..]);
        if *is_new {
            // There is no past yet: the first picture stands for it.
            let (past, first) = pictures.split_at_mut(newest);
            past.chunks_exact_mut(PIXELS).for_each(|picture| picture.copy_from_slice(first));
        }
        observation.iter_mut().zip(pictures).for_each(|(number, grey)| *number = f32::from(*grey));
    }
}
