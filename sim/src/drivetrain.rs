//! A physics step of eight cars: servo, motor, four tyres each.
//!
//! Eight cars are computed side by side ([`f32x8`]); no car's numbers depend on its neighbours'. Tyres are stiffer than a
//! sixtieth of a second allows, so a step is halved, and within each half the tyres' forces are those of its *end*
//! (a linearly implicit step): at any speed, standing included, friction only ever takes energy away.

use crate::{
    STEP_SECS,
    car::{CarModel, Command, GRAVITY, Motion, Tuning},
    tyre::{Patch, Response},
};
use rapier2d::math::Vector;
use sim_spec::action::MAX_STEERING_RAD;
use wide::f32x8;

/// Cars that are computed side by side.
pub const LANES: usize = 8;

/// Parts of a physics step. Two keep a slide's path within a few per cent of what a thousand would give.
const SUBSTEPS: usize = 2;

/// Length of a part, seconds.
const SUBSTEP_SECS: f32 = STEP_SECS / SUBSTEPS as f32;

/// The share of the car's mass that one tyre may stop in a substep: four of them act on one body, and on one that turns.
const STOPPED_MASS_SHARE: f32 = 0.15;

/// No wheel is lighter than this share of its standing load: one that lifts still touches.
const MIN_LOAD_SHARE: f32 = 0.02;

/// Below this speed rolling resistance fades out, m/s: it must not push a standing car.
const ROLLING_FADES_MPS: f32 = 0.1;

/// Places in the line of commands on their way: the longest delay, and the newest.
const LINE: usize = CarModel::MAX_DELAY_STEPS as usize + 1;

/// The parts of eight cars that carry something from one step to the next.
#[derive(Debug, Clone)]
pub struct Drivetrain {
    /// Angle of the front wheels, rad, + left.
    steering: f32x8,
    /// The motor's force at the rims, N.
    motor: f32x8,
    /// Speed of the rear rims, m/s: left, right.
    rims: [f32x8; 2],
    /// The acceleration that the springs have noticed, m/s²: forward, to the left.
    leaning: [f32x8; 2],
    friction: f32x8,
    mass: f32x8,
    yaw_inertia: f32x8,
    delay_steps: [u32; LANES],
    /// Commands on their way, by physics step.
    steering_line: [[f32; LANES]; LINE],
    speed_line: [[f32; LANES]; LINE],
}

/// How much a step changes the motion of eight cars, in the cars' frames at the step's start.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// m/s, forward and to the left.
    velocity: [f32x8; 2],
    /// rad/s
    yaw_rate: f32x8,
}

impl Change {
    /// The change of one of the eight.
    pub fn lane(&self, lane: usize) -> Motion {
        let [forward, left] = self.velocity.map(|lanes| lanes.as_array()[lane]);
        Motion { velocity: Vector::new(forward, left), yaw_rate: self.yaw_rate.as_array()[lane] }
    }
}

impl Drivetrain {
    pub fn new(model: &CarModel) -> Self {
        let zero = f32x8::ZERO;
        let mut drivetrain = Self {
            steering: zero,
            motor: zero,
            rims: [zero; 2],
            leaning: [zero; 2],
            friction: zero,
            mass: zero,
            yaw_inertia: zero,
            delay_steps: [0; LANES],
            steering_line: [[0.0; LANES]; LINE],
            speed_line: [[0.0; LANES]; LINE],
        };
        (0..LANES).for_each(|lane| drivetrain.tune(lane, model, Tuning::of(model)));
        drivetrain
    }

    /// Makes one of the eight differ from its model.
    pub fn tune(&mut self, lane: usize, model: &CarModel, tuning: Tuning) {
        self.friction.as_mut_array()[lane] = model.friction * tuning.grip;
        self.mass.as_mut_array()[lane] = model.mass_kg * tuning.mass;
        self.yaw_inertia.as_mut_array()[lane] = model.yaw_inertia * tuning.mass;
        self.delay_steps[lane] = tuning.delay_steps.min(CarModel::MAX_DELAY_STEPS);
    }

    /// Puts one of the eight on the road: wheels straight, rolling freely at `speed_mps`, and told to go on like that.
    pub fn reset(&mut self, lane: usize, speed_mps: f32) {
        let [left, right] = &mut self.rims;
        let [ahead, aside] = &mut self.leaning;
        let states = [&mut self.steering, &mut self.motor, ahead, aside];
        states.into_iter().for_each(|state| state.as_mut_array()[lane] = 0.0);
        [left, right].into_iter().for_each(|rim| rim.as_mut_array()[lane] = speed_mps);
        self.steering_line.iter_mut().for_each(|line| line[lane] = 0.0);
        self.speed_line.iter_mut().for_each(|line| line[lane] = speed_mps);
    }

    /// Measured angle of the front wheels, rad, + left.
    pub fn steering_rad(&self, lane: usize) -> f32 {
        self.steering.as_array()[lane]
    }

    /// Measured speed of the rear rims, m/s: left, right.
    pub fn rims_mps(&self, lane: usize) -> [f32; 2] {
        self.rims.map(|rim| rim.as_array()[lane])
    }

    /// One physics step of eight cars that move like `motions` and are told `commands`. `tick` numbers the steps.
    pub fn step(&mut self, model: &CarModel, tick: u64, motions: &[Motion], commands: &[Command]) -> Change {
        let newest = (tick % LINE as u64) as usize;
        for (lane, command) in commands.iter().enumerate() {
            self.steering_line[newest][lane] = command.steering_rad;
            self.speed_line[newest][lane] = command.speed_mps;
        }
        let arriving: [usize; LANES] =
            std::array::from_fn(|lane| (newest + LINE - self.delay_steps[lane] as usize) % LINE);
        let steering = f32x8::new(std::array::from_fn(|lane| self.steering_line[arriving[lane]][lane]));
        let speed = f32x8::new(std::array::from_fn(|lane| self.speed_line[arriving[lane]][lane]));
        let of = |read: fn(&Motion) -> f32| {
            let mut lanes = [0.0; LANES];
            lanes.iter_mut().zip(motions).for_each(|(lane, motion)| *lane = read(motion));
            f32x8::new(lanes)
        };
        let start = [of(|motion| motion.velocity.x), of(|motion| motion.velocity.y), of(|motion| motion.yaw_rate)];
        let [mut ahead, mut aside, mut yaw_rate] = start;
        // Heading against the step's start, rad.
        let mut turned = f32x8::ZERO;
        for _ in 0..SUBSTEPS {
            self.turn_wheels(model, steering);
            let (sin, cos) = sin_cos_small(turned);
            let velocity = [ahead * cos + aside * sin, aside * cos - ahead * sin];
            let [push_ahead, push_aside, spin] = self.push(model, velocity, yaw_rate, speed);
            ahead += push_ahead * cos - push_aside * sin;
            aside += push_ahead * sin + push_aside * cos;
            yaw_rate += spin;
            turned += yaw_rate * SUBSTEP_SECS;
        }
        Change { velocity: [ahead - start[0], aside - start[1]], yaw_rate: yaw_rate - start[2] }
    }

    /// The servo turns the front wheels towards the commanded angle.
    fn turn_wheels(&mut self, model: &CarModel, commanded: f32x8) {
        let [most, reach] = [MAX_STEERING_RAD, model.steering_rate * SUBSTEP_SECS].map(f32x8::splat);
        let wanted = clamp(commanded, most);
        self.steering += clamp(wanted - self.steering, reach);
    }

    /// What motor and tyres change in a substep, in the car's frame: forward and sideways velocity, yaw rate.
    fn push(&mut self, model: &CarModel, [ahead, aside]: [f32x8; 2], yaw_rate: f32x8, commanded: f32x8) -> [f32x8; 3] {
        let secs = f32x8::splat(SUBSTEP_SECS);
        let [front_m, rear_m, side_m] = [model.front_axle_m, model.rear_axle_m, model.half_track_m].map(f32x8::splat);
        let steered = self.front_wheels(model);
        let patches = self.patches(model);
        // Front left, front right, rear left, rear right.
        let sides = [side_m, -side_m, side_m, -side_m];
        let over_ground = [0, 1, 2, 3].map(|wheel| {
            let x = if wheel < 2 { front_m } else { -rear_m };
            [ahead - yaw_rate * sides[wheel], aside + yaw_rate * x]
        });
        // Along the wheel, and across it.
        let rolling = [0, 1, 2, 3].map(|wheel| match over_ground[wheel] {
            [along, across] if wheel < 2 => along * steered[wheel][0] + across * steered[wheel][1],
            [along, _] => along,
        });
        let sliding = [0, 1, 2, 3].map(|wheel| match over_ground[wheel] {
            [along, across] if wheel < 2 => across * steered[wheel][0] - along * steered[wheel][1],
            [_, across] => across,
        });
        // The front wheels roll freely; the rear ones run ahead of the road, or behind it.
        let [left_spin, right_spin] = [self.rims[0] - rolling[2], self.rims[1] - rolling[3]];
        let answers = [
            patches[0].response(rolling[0], sliding[0].abs()),
            patches[1].response(rolling[1], sliding[1].abs()),
            patches[2].response(self.rims[0], length(left_spin, sliding[2])),
            patches[3].response(self.rims[1], length(right_spin, sliding[3])),
        ];
        let drive = self.drive(model, [left_spin, right_spin], [answers[2], answers[3]], commanded);
        let stiffness = answers.map(|answer| at_the_end(answer, self.mass * STOPPED_MASS_SHARE));
        // How a change of sideways velocity and of yaw rate changes each wheel's sliding.
        let levers = [
            [steered[0][0], front_m * steered[0][0] + side_m * steered[0][1]],
            [steered[1][0], front_m * steered[1][0] - side_m * steered[1][1]],
            [f32x8::ONE, -rear_m],
            [f32x8::ONE, -rear_m],
        ];
        // (M + h Σ κ n nᵀ) Δ = −h Σ k slide n, with the turning moment of unequal drive: two equations.
        let mut matrix = [self.mass, f32x8::ZERO, self.yaw_inertia];
        let mut right_hand = [f32x8::ZERO, (drive[1] - drive[0]) * side_m * secs];
        for wheel in 0..4 {
            let [shift, turn] = levers[wheel];
            let stiffness = stiffness[wheel] * secs;
            matrix[0] += stiffness * shift * shift;
            matrix[1] += stiffness * shift * turn;
            matrix[2] += stiffness * turn * turn;
            let impulse = answers[wheel].resistance * sliding[wheel] * secs;
            right_hand[0] -= impulse * shift;
            right_hand[1] -= impulse * turn;
        }
        let determinant = matrix[0] * matrix[2] - matrix[1] * matrix[1];
        let shift_by = (right_hand[0] * matrix[2] - right_hand[1] * matrix[1]) / determinant;
        let turn_by = (right_hand[1] * matrix[0] - right_hand[0] * matrix[1]) / determinant;
        let mut force = [self.rolling_force(model, ahead), f32x8::ZERO];
        let mut torque = f32x8::ZERO;
        for wheel in 0..4 {
            let [shift, turn] = levers[wheel];
            let across =
                -answers[wheel].resistance * sliding[wheel] - stiffness[wheel] * (shift * shift_by + turn * turn_by);
            let along = if wheel < 2 { f32x8::ZERO } else { drive[wheel - 2] };
            // Whatever the step's end asks for, a tyre gives no more than its grip.
            let asked = length(along, across).fast_max(patches[wheel].grip);
            let within = patches[wheel].grip / asked;
            let [along, across] = [along * within, across * within];
            if wheel < 2 {
                force[0] -= across * steered[wheel][1];
                force[1] += across * steered[wheel][0];
            } else {
                self.rims[wheel - 2] += (self.motor * 0.5 - along) * (SUBSTEP_SECS / model.rim_mass_kg);
                force[0] += along;
                force[1] += across;
                torque -= along * sides[wheel];
            }
            torque += across * turn;
        }
        let acceleration = force.map(|force| force / self.mass);
        let share = SUBSTEP_SECS / (model.load_secs + SUBSTEP_SECS);
        for (noticed, acceleration) in self.leaning.iter_mut().zip(acceleration) {
            *noticed += (acceleration - *noticed) * share;
        }
        [acceleration[0] * secs, acceleration[1] * secs, torque / self.yaw_inertia * secs]
    }

    /// Where the front wheels point in the car's frame, as unit vectors: left, right. The linkage is Ackermann's: all four
    /// wheels roll about one point, as on a car with a single front wheel in the middle at the steering angle.
    fn front_wheels(&self, model: &CarModel) -> [[f32x8; 2]; 2] {
        let (sin, cos) = sin_cos_small(self.steering);
        let lead = sin * (model.half_track_m / model.wheelbase_m());
        [cos - lead, cos + lead].map(|ahead| {
            let scale = f32x8::ONE / length(ahead, sin);
            [ahead * scale, sin * scale]
        })
    }

    /// What each tyre stands on: the standing load, moved by the acceleration that the springs have noticed.
    fn patches(&self, model: &CarModel) -> [Patch; 4] {
        let weight = self.mass * GRAVITY;
        let [ahead, aside] = self.leaning.map(|noticed| noticed * self.mass * model.mass_height_m);
        let to_the_rear = ahead / model.wheelbase_m();
        let to_the_right = aside / (2.0 * model.half_track_m);
        let front = weight * (model.rear_axle_m / model.wheelbase_m()) - to_the_rear;
        let rear = weight * (model.front_axle_m / model.wheelbase_m()) + to_the_rear;
        let [front_roll, rear_roll] =
            [to_the_right * model.front_roll_share, to_the_right * (1.0 - model.front_roll_share)];
        let quarter = weight * 0.25;
        let patch = |load: f32x8, stiffness: f32| {
            let load = load.fast_max(quarter * MIN_LOAD_SHARE);
            // Friction falls with the load, in proportion: 1 at the standing load.
            let sensitivity = f32x8::splat(1.0 + model.load_sensitivity) - load / quarter * model.load_sensitivity;
            Patch { stiffness: load * stiffness, grip: self.friction * load * sensitivity }
        };
        [
            patch(front * 0.5 - front_roll, model.front_stiffness),
            patch(front * 0.5 + front_roll, model.front_stiffness),
            patch(rear * 0.5 - rear_roll, model.rear_stiffness),
            patch(rear * 0.5 + rear_roll, model.rear_stiffness),
        ]
    }

    /// The force of the rear tyres along the car, N: left, right. The motor, which both wheels share through a
    /// differential, closes the gap between the rims' speed and the commanded one, with what force and pace it has.
    fn drive(&mut self, model: &CarModel, spin: [f32x8; 2], answers: [Response; 2], commanded: f32x8) -> [f32x8; 2] {
        let stiffness = answers.map(|answer| at_the_end(answer, f32x8::splat(model.rim_mass_kg)));
        let force = [0, 1].map(|wheel| answers[wheel].resistance * spin[wheel]);
        // How much speed an impulse gives a rim that the road holds.
        let ease = stiffness.map(|stiffness| f32x8::ONE / (f32x8::splat(model.rim_mass_kg) + stiffness * SUBSTEP_SECS));
        let gain = self.mass / model.motor_secs;
        let mean_rim = (self.rims[0] + self.rims[1]) * 0.5;
        let held_back = (force[0] * ease[0] + force[1] * ease[1]) * (SUBSTEP_SECS * 0.5);
        // gain · (commanded − the rims' speed at the step's end), which the motor itself changes.
        let wanted = gain * (commanded - mean_rim + held_back)
            / (f32x8::ONE + gain * (ease[0] + ease[1]) * (SUBSTEP_SECS * 0.25));
        let [most, reach] = [model.motor_force_n, model.motor_rate * SUBSTEP_SECS].map(f32x8::splat);
        self.motor += clamp(clamp(wanted, most) - self.motor, reach);
        [0, 1].map(|wheel| {
            let speeds_up = (self.motor * 0.5 - force[wheel]) * SUBSTEP_SECS * ease[wheel];
            force[wheel] + stiffness[wheel] * speeds_up
        })
    }

    fn rolling_force(&self, model: &CarModel, ahead: f32x8) -> f32x8 {
        let direction = clamp(ahead * (1.0 / ROLLING_FADES_MPS), f32x8::ONE);
        -direction * self.mass * (GRAVITY * model.rolling_resistance)
    }
}

/// How a tyre's force changes until the end of a substep, N per m/s: as its tangent says, but at least so much that it
/// stops `mass` (kg) and never throws it back.
fn at_the_end(answer: Response, mass: f32x8) -> f32x8 {
    answer.tangent.fast_max(answer.resistance - mass * (1.0 / SUBSTEP_SECS))
}

/// Clamped to ± `most`.
fn clamp(value: f32x8, most: f32x8) -> f32x8 {
    value.fast_max(-most).fast_min(most)
}

fn length(x: f32x8, y: f32x8) -> f32x8 {
    (x * x + y * y).sqrt()
}

/// Sine and cosine by their series up to the seventh and eighth power: to 1e-7 within ±0.6 rad, where steering and the
/// turn within a step lie. Plain sums and products, so the bits are the same everywhere.
fn sin_cos_small(angle: f32x8) -> (f32x8, f32x8) {
    let square = angle * angle;
    let sin = (square * (-1.0 / 5040.0) + 1.0 / 120.0) * square - 1.0 / 6.0;
    let cos = ((square * (1.0 / 40320.0) - 1.0 / 720.0) * square + 1.0 / 24.0) * square - 0.5;
    (angle + angle * square * sin, square * cos + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// ½ m v² + ½ I ω² + ½ m v² of the rims, J.
    fn energy(model: &CarModel, motion: Motion, rims: [f32; 2]) -> f32 {
        let of_rims: f32 = rims.iter().map(|rim| 0.5 * model.rim_mass_kg * rim * rim).sum();
        0.5 * model.mass_kg * motion.velocity.length_squared()
            + 0.5 * model.yaw_inertia * motion.yaw_rate.powi(2)
            + of_rims
    }

    proptest! {
        /// However a car slides and spins, at whatever speed its wheels turn and however it steers: with its motor off it
        /// only loses energy, in every single step, and stands in the end.
        #[test]
        fn without_drive_energy_never_grows(
            ahead in -4.0..4.0_f32, aside in -4.0..4.0_f32, yaw_rate in -20.0..20.0_f32, rim in -5.0..5.0_f32,
            steering in proptest::collection::vec(-0.6..0.6_f32, 1..10),
        ) {
            let model = CarModel { motor_force_n: 0.0, ..CarModel::default() };
            let mut drivetrain = Drivetrain::new(&model);
            drivetrain.reset(3, rim);
            let mut motions = [Motion::default(); LANES];
            motions[3] = Motion { velocity: Vector::new(ahead, aside), yaw_rate };
            for tick in 0..3000 {
                let before = energy(&model, motions[3], drivetrain.rims_mps(3));
                let steering_rad = steering[tick as usize / 20 % steering.len()];
                let commands = [Command { steering_rad, speed_mps: 4.0 }; LANES];
                let change = drivetrain.step(&model, tick, &motions, &commands).lane(3);
                // The frame of the next step is turned by this one's yaw.
                let yaw_rate = motions[3].yaw_rate + change.yaw_rate;
                let velocity = motions[3].velocity + change.velocity;
                let (sin, cos) = libm::sincosf(yaw_rate * STEP_SECS);
                let velocity = Vector::new(
                    velocity.x * cos + velocity.y * sin,
                    velocity.y * cos - velocity.x * sin,
                );
                motions[3] = Motion { velocity, yaw_rate };
                let after = energy(&model, motions[3], drivetrain.rims_mps(3));
                prop_assert!(after <= before * (1.0 + 1e-5) + 1e-6, "step {tick}: {before} to {after} J");
            }
            let rest = energy(&model, motions[3], drivetrain.rims_mps(3));
            prop_assert!(rest < 0.05, "{rest} J left");
        }
    }

    #[test]
    fn the_series_are_sine_and_cosine() {
        for index in -60..=60 {
            let angle = index as f32 * 0.01;
            let (sin, cos) = sin_cos_small(f32x8::splat(angle));
            let [sin, cos] = [sin, cos].map(|lanes| f64::from(lanes.to_array()[0]));
            assert!((sin - f64::from(angle).sin()).abs() < 1.2e-7, "{angle}");
            assert!((cos - f64::from(angle).cos()).abs() < 1.2e-7, "{angle}");
        }
    }

    #[test]
    fn neighbours_do_not_matter() {
        let model = CarModel::default();
        let lone = Motion { velocity: Vector::new(2.0, 0.5), yaw_rate: 1.0 };
        let change_of = |lane: usize, others: Motion| {
            let mut drivetrain = Drivetrain::new(&model);
            let mut motions = [others; LANES];
            motions[lane] = lone;
            let commands = [Command { steering_rad: 0.3, speed_mps: 3.0 }; LANES];
            (0..5).map(|tick| drivetrain.step(&model, tick, &motions, &commands).lane(lane)).collect::<Vec<_>>()
        };
        let alone = change_of(0, Motion::default());
        let wild = Motion { velocity: Vector::new(-3.0, 9.0), yaw_rate: 30.0 };
        for lane in 0..LANES {
            assert_eq!(change_of(lane, wild), alone, "lane {lane}");
        }
    }
}
