//! Many cars for training, in one world. Nobody judges them: the trainer decides when an episode ends.

use crate::{
    STEPS_PER_CONTROL,
    car::CarModel,
    race::command,
    rng,
    world::{Pose, World},
};
use rand_pcg::Pcg32;
use sim_spec::{Track, action::ACTION_LEN, observation::STATE_V1};

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
    /// Whether all four wheels were outside the road at any physics step of this control step.
    pub off_track: bool,
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
}

/// Many cars on one track. They never meet, and each drives exactly as it would alone.
pub struct Batch {
    world: World,
    rng: Pcg32,
}

impl Batch {
    /// `cars` cars, spawned anywhere on the track.
    pub fn new(track: &Track, cars: usize, seed: u64) -> Self {
        let mut batch = Self {
            world: World::alone(CarModel::default(), vec![std::sync::Arc::new(crate::Road::new(track)); cars]),
            rng: rng::stream(seed, rng::Purpose::Grid, 0),
        };
        for car in 0..cars {
            batch.spawn_anywhere(car);
        }
        batch
    }

    /// Number of cars.
    pub fn len(&self) -> usize {
        self.world.cars().len()
    }

    /// Whether there is no car at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `observations` (`[cars, STATE_V1.len()]`) with what each car sees.
    pub fn observe(&self, observations: &mut [f32]) {
        assert_eq!(observations.len(), self.len() * STATE_V1.len(), "one observation per car");
        for (car, observation) in observations.chunks_exact_mut(STATE_V1.len()).enumerate() {
            self.world.observe(car, observation);
        }
    }

    /// Fills `observation` (`[STATE_V1.len()]`) with what one car sees.
    pub fn observe_car(&self, car: usize, observation: &mut [f32]) {
        self.world.observe(car, observation);
    }

    /// One control step. `actions` is `[cars, 2]`, a policy's raw numbers; `facts` is `[cars]`.
    pub fn step(&mut self, actions: &[f32], facts: &mut [StepFacts]) {
        assert_eq!(actions.len(), self.len() * ACTION_LEN, "one action per car");
        assert_eq!(facts.len(), self.len(), "one entry per car");
        let track_length_m = self.world.road_of(0).length_m();
        let (actions, _) = actions.as_chunks::<ACTION_LEN>();
        for (car, (action, facts)) in actions.iter().zip(facts.iter_mut()).enumerate() {
            self.world.car_mut(car).command = command(*action);
            let s_m = self.world.cars()[car].place().s_m;
            *facts = StepFacts { progress_m: -s_m, track_length_m, ..StepFacts::default() };
        }
        for _ in 0..STEPS_PER_CONTROL {
            self.world.step();
            for (facts, car) in facts.iter_mut().zip(self.world.cars()) {
                facts.off_track |= car.is_off_track();
            }
        }
        let road = self.world.road_of(0);
        for (facts, car) in facts.iter_mut().zip(self.world.cars()) {
            let place = car.place();
            let tangent = road.tangent(place);
            let [left, right] = road.half_widths(place);
            facts.progress_m = road.shortest_way(facts.progress_m + place.s_m);
            facts.lateral = place.lateral_m / if place.lateral_m >= 0.0 { left } else { right };
            facts.heading_error_rad = libm::atan2f(tangent.perp_dot(car.nose()), tangent.dot(car.nose()));
            facts.speed_mps = car.motion().velocity.x;
            facts.steering_rad = car.steering_rad();
        }
    }

    /// Puts a car at a random place of the track, roughly along it and rolling.
    pub fn spawn_anywhere(&mut self, car: usize) {
        let rng = &mut self.rng;
        let s_m = rng::uniform(rng, 0.0, self.world.road_of(0).length_m());
        let [left, right] = self.world.road_of(0).half_widths(self.world.road_of(0).at(s_m));
        let [slowest, fastest] = spawn::SPEED_MPS;
        let pose = Pose {
            s_m,
            lateral_m: rng::uniform(rng, -spawn::LATERAL * right, spawn::LATERAL * left),
            heading_rad: rng::uniform(rng, -spawn::HEADING_RAD, spawn::HEADING_RAD),
            speed_mps: rng::uniform(rng, slowest, fastest),
        };
        self.world.put(car, pose);
    }
}
