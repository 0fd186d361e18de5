//! The sensors of some cars: what their policies see, late and with noise as the race's conditions say.

use crate::{
    observe,
    rng::{self, Purpose},
    world::World,
};
use rand_pcg::Pcg32;
use sim_spec::{
    Conditions,
    observation::{ObservationSpec, Sensor},
};

/// The sensors of some cars. Each car has an eye of its own: its noise, its past readings.
pub struct Sensors {
    spec: &'static ObservationSpec,
    conditions: Conditions,
    eyes: Vec<Eye>,
}

/// What belongs to one car.
struct Eye {
    noise: Pcg32,
    /// Readings that are still on their way, oldest first, each of `spec.len()` numbers. Empty if readings are not late.
    late: Vec<f32>,
    is_new: bool,
}

impl Sensors {
    /// Sensors of `cars` cars.
    pub fn new(spec: &'static ObservationSpec, conditions: &Conditions, cars: usize) -> Self {
        let late = spec.len() * conditions.sensor_delay_steps as usize;
        let eye = || Eye { noise: rng::stream(0, Purpose::Sensors, 0), late: vec![0.0; late], is_new: true };
        let eyes = std::iter::repeat_with(eye).take(cars).collect();
        Self { spec, conditions: conditions.clone(), eyes }
    }

    /// What they read.
    pub fn spec(&self) -> &'static ObservationSpec {
        self.spec
    }

    /// A new start of one of the cars: nothing is left of what it saw. `number` tells cars of the same seed apart.
    pub fn start(&mut self, eye: usize, seed: u64, number: u64) {
        let eye = &mut self.eyes[eye];
        eye.noise = rng::stream(seed, Purpose::Sensors, number);
        eye.is_new = true;
    }

    /// Fills `observation` (`[spec.len()]`) with what the car of that number sees through one of the eyes. Call it once
    /// per control step: delay and noise go on from reading to reading.
    pub fn observe(&mut self, world: &World, car: usize, eye: usize, observation: &mut [f32]) {
        assert_eq!(observation.len(), self.spec.len(), "one observation");
        match self.spec.sensor {
            Sensor::State => observe::state(world, car, observation),
            Sensor::Traffic => observe::traffic(world, car, observation),
            Sensor::Lidar | Sensor::Camera { .. } => unimplemented!(),
        }
        let Eye { noise, late, is_new } = &mut self.eyes[eye];
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
}
