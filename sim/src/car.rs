//! The car: how steering and motor move it, and what its tyres can hold.
//!
//! A single-track ("bicycle") model: the two wheels of an axle act as one. x points forward, y to the left, forces act
//! in the car's frame at its centre of mass.

use crate::STEP_SECS;
use rapier2d::math::Vector;
use sim_spec::action::MAX_STEERING_RAD;

/// Standard gravity, m/s².
const GRAVITY: f32 = 9.80665;

/// Slip angles are measured against at least this rolling speed, m/s: at rest they have no meaning.
const MIN_ROLLING_SPEED_MPS: f32 = 0.1;

/// The share of an axle's sideways motion that its tyres may stop within one physics step. A tyre's force grows with
/// slip so steeply at low speed that a full step would overshoot and oscillate; below 1 the motion dies out. Lower:
/// softer at low speed. Both axles act on one body, and a value up to 1.5 is stable.
const MAX_SLIP_STOPPED_PER_STEP: f32 = 0.8;

/// What a car is made of. The defaults are DeepRacer's geometry with tyres that allow its record laps.
#[derive(Debug, Clone, PartialEq)]
pub struct CarModel {
    /// kg. Default 6.36: chassis 5 and four wheels of 0.34, DeepRacer's URDF. Forces scale with it, so it changes
    /// nothing on its own.
    pub mass_kg: f32,
    /// kg m² about the vertical axis. Default 0.076: a plate of the car's mass and footprint, m (l² + w²) / 12.
    /// More: turns in and recovers more slowly.
    pub yaw_inertia: f32,
    /// Centre of mass to front axle, metres. Default 0.0823 (URDF).
    pub front_axle_m: f32,
    /// Centre of mass to rear axle, metres. Default 0.0817 (URDF); with the front axle a wheelbase of 0.164 m.
    pub rear_axle_m: f32,
    /// Centre of mass to the wheels' centres, sideways, metres. Default 0.08: half the URDF's track of 0.162 and 0.159.
    pub half_track_m: f32,
    /// Friction of tyre on road, as a multiple of the load. Default 0.7: the URDF's nominal 0.5 would not allow the
    /// record laps of the field (3.2 to 3.8 m/s on average), and from 1.0 on most tracks are driven flat out, which
    /// teaches nothing. More: faster curves.
    pub friction: f32,
    /// Cornering stiffness of the front axle per unit of load, 1/rad. Default 12: a model car's rubber tyre, full grip
    /// at 10° of slip (3 μ / stiffness).
    pub front_stiffness: f32,
    /// The same for the rear axle. Default 14: stiffer than the front, so that the car understeers a little.
    pub rear_stiffness: f32,
    /// Largest driving or braking force as a share of what the rear tyres can hold. Default 0.6: at full throttle
    /// 0.8 of the rear's sideways grip are left. More: stronger, and easier to spin.
    pub motor_limit: f32,
    /// Time constant in which the motor closes the gap to the commanded speed, seconds. Default 0.1.
    pub motor_secs: f32,
    /// Rolling resistance as a share of the weight. Default 0.015.
    pub rolling_resistance: f32,
    /// How fast the servo turns the wheels, rad/s. Default 6: 60° in 0.17 s, an ordinary model servo.
    pub steering_rate: f32,
}

impl Default for CarModel {
    fn default() -> Self {
        Self {
            mass_kg: 6.36,
            yaw_inertia: 0.076,
            front_axle_m: 0.0823,
            rear_axle_m: 0.0817,
            half_track_m: 0.08,
            friction: 0.7,
            front_stiffness: 12.0,
            rear_stiffness: 14.0,
            motor_limit: 0.6,
            motor_secs: 0.1,
            rolling_resistance: 0.015,
            steering_rate: 6.0,
        }
    }
}

/// What servo and motor are told to reach.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Command {
    /// Angle of the front wheels, + left.
    pub steering_rad: f32,
    /// Speed along the car's axis.
    pub speed_mps: f32,
}

/// How a car moves, in its own frame.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Motion {
    /// Velocity of the centre of mass, forward and to the left, m/s.
    pub velocity: Vector,
    /// rad/s, counter-clockwise.
    pub yaw_rate: f32,
}

/// What acts on a car over one physics step, in its own frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forces {
    /// N, forward and to the left, at the centre of mass.
    pub force: Vector,
    /// N m about the vertical axis.
    pub torque: f32,
}

/// One axle: where it is, what it carries.
struct Axle {
    /// Ahead of the centre of mass, metres; negative for the rear.
    ahead_m: f32,
    /// N
    load: f32,
    /// 1/rad
    stiffness: f32,
}

impl CarModel {
    /// The front wheels' angle one physics step on: towards the command, no faster than the servo.
    pub fn steer(&self, steering_rad: f32, command: Command) -> f32 {
        let reach = self.steering_rate * STEP_SECS;
        let wanted = command.steering_rad.clamp(-MAX_STEERING_RAD, MAX_STEERING_RAD);
        steering_rad + (wanted - steering_rad).clamp(-reach, reach)
    }

    /// The forces of motor, road and tyres on a car that moves like `motion` with its front wheels at `steering_rad`.
    pub fn forces(&self, motion: Motion, steering_rad: f32, command: Command) -> Forces {
        let wheelbase_m = self.front_axle_m + self.rear_axle_m;
        let weight = self.mass_kg * GRAVITY;
        let front = Axle {
            ahead_m: self.front_axle_m,
            load: weight * self.rear_axle_m / wheelbase_m,
            stiffness: self.front_stiffness,
        };
        let rear = Axle {
            ahead_m: -self.rear_axle_m,
            load: weight * self.front_axle_m / wheelbase_m,
            stiffness: self.rear_stiffness,
        };
        let drive = self.drive_force(motion.velocity.x, command.speed_mps, rear.load);
        let (sin, cos) = libm::sincosf(steering_rad);
        let front_side = self.side_force(&front, motion, Vector::new(cos, sin), 0.0);
        let rear_side = self.side_force(&rear, motion, Vector::X, drive);
        let rolling = -self.rolling_resistance * weight * (motion.velocity.x * 10.0).clamp(-1.0, 1.0);
        // The front's side force stands across the steered wheel: (−sin, cos).
        let force = Vector::new(drive + rolling - sin * front_side, cos * front_side + rear_side);
        let torque = front.ahead_m * cos * front_side + rear.ahead_m * rear_side;
        Forces { force, torque }
    }

    /// The motor's force on the rear axle, N: proportional to the gap between commanded and actual speed, and limited.
    fn drive_force(&self, speed_mps: f32, commanded_mps: f32, rear_load: f32) -> f32 {
        let limit = self.motor_limit * self.friction * rear_load;
        (self.mass_kg * (commanded_mps - speed_mps) / self.motor_secs).clamp(-limit, limit)
    }

    /// An axle's side force, N, to the left of where its wheels point.
    ///
    /// Fiala's brush tyre: with z the tangent of the slip angle, C the stiffness and F the grip,
    /// `−C z + C²/(3F) |z| z − C³/(27F²) z³`, until the whole contact patch slides at `|z| = 3F/C`
    /// (Hindiyeh and Gerdes, "A controller framework for autonomous drifting", 2014, eq. 4). What the motor uses of the
    /// grip is lost to the side force: F² = (μ load)² − drive² (the friction circle).
    fn side_force(&self, axle: &Axle, motion: Motion, wheel: Vector, drive: f32) -> f32 {
        let velocity = Vector::new(motion.velocity.x, motion.velocity.y + motion.yaw_rate * axle.ahead_m);
        let rolling_mps = velocity.dot(wheel);
        let slipping_mps = velocity.y * wheel.x - velocity.x * wheel.y;
        let total = self.friction * axle.load;
        let grip = (total * total - drive * drive).max(0.0).sqrt();
        let stiffness = axle.stiffness * axle.load;
        let slip = slipping_mps / rolling_mps.abs().max(MIN_ROLLING_SPEED_MPS);
        let sliding_slip = 3.0 * grip / stiffness;
        let magnitude = if slip.abs() >= sliding_slip {
            grip
        } else {
            let share = slip.abs() / sliding_slip;
            // The formula above with C z = 3 F · share.
            grip * share * (3.0 - 3.0 * share + share * share)
        };
        let inverse_mass = 1.0 / self.mass_kg + axle.ahead_m * axle.ahead_m / self.yaw_inertia;
        let stopping = MAX_SLIP_STOPPED_PER_STEP * slipping_mps.abs() / (inverse_mass * STEP_SECS);
        -magnitude.min(stopping).copysign(slipping_mps)
    }

    /// The wheels' centres in the car's frame, metres.
    pub fn wheels(&self) -> [Vector; 4] {
        let Self { front_axle_m: front, rear_axle_m: rear, half_track_m: side, .. } = *self;
        [Vector::new(front, side), Vector::new(front, -side), Vector::new(-rear, side), Vector::new(-rear, -side)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRUISE: Command = Command { steering_rad: 0.0, speed_mps: 2.0 };

    fn rolling(velocity: [f32; 2], yaw_rate: f32) -> Motion {
        Motion { velocity: Vector::from_array(velocity), yaw_rate }
    }

    #[test]
    fn rolling_straight_at_the_commanded_speed_only_the_road_resists() {
        let forces = CarModel::default().forces(rolling([2.0, 0.0], 0.0), 0.0, CRUISE);
        // 0.015 · 6.36 kg · 9.80665 m/s²
        assert!((forces.force.x + 0.935_554).abs() < 1e-4, "{forces:?}");
        assert_eq!((forces.force.y, forces.torque), (0.0, 0.0));
    }

    #[test]
    fn sliding_sideways_meets_the_full_friction() {
        let forces = CarModel::default().forces(rolling([2.0, 3.0], 0.0), 0.0, CRUISE);
        // μ m g = 0.7 · 62.37 N = 43.66 N, to the right.
        assert!((forces.force.y + 43.66).abs() < 0.01, "{forces:?}");
    }

    #[test]
    fn small_slip_gives_a_force_in_proportion() {
        let car = CarModel::default();
        let forces = car.forces(rolling([4.0, 0.004], 0.0), 0.0, Command { speed_mps: 4.0, ..CRUISE });
        // Slip z = 0.001. Front: C z = 12 · 31.07 · z = 0.3728, less (C z)² / 3F = 0.0021. Rear: 14 · 31.30 · z = 0.4382,
        // less 0.0029. Together 0.8060 to the right; the cubic terms are a millionth.
        assert!((forces.force.y + 0.8060).abs() < 2e-4, "{forces:?}");
    }

    #[test]
    fn driving_takes_from_the_rear_tyres_grip() {
        let full_throttle = Command { speed_mps: 4.0, ..CRUISE };
        let forces = CarModel::default().forces(rolling([1.0, 3.0], 0.0), 0.0, full_throttle);
        // μ · load: 0.7 · 31.067 N and 0.7 · 31.304 N.
        let [front, rear] = [21.747, 21.913];
        // Drive 0.6 μ F; the side keeps √(1 − 0.6²) = 0.8 of the rear's grip and all of the front's.
        assert!((forces.force.x - (0.6 * rear - 0.9356)).abs() < 0.05, "{forces:?}");
        assert!((forces.force.y + front + 0.8 * rear).abs() < 0.05, "{forces:?}");
    }

    #[test]
    fn steering_left_pushes_the_nose_left() {
        let forces = CarModel::default().forces(rolling([2.0, 0.0], 0.0), 0.1, CRUISE);
        assert!(forces.force.y > 0.0 && forces.torque > 0.0, "{forces:?}");
    }

    #[test]
    fn the_servo_takes_its_time() {
        let car = CarModel::default();
        let full_left = Command { steering_rad: 1.0, speed_mps: 0.0 };
        // 6 rad/s for a sixtieth of a second.
        assert!((car.steer(0.0, full_left) - 0.1).abs() < 1e-6);
        assert_eq!(car.steer(MAX_STEERING_RAD, full_left), MAX_STEERING_RAD);
    }
}
