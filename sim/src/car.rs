//! The car: what it is made of, what it is told, how it moves.
//!
//! How its parts act on each other in a physics step is in `drivetrain`. x points forward, y to the left; the origin is
//! the centre of mass.

use rapier2d::math::Vector;

/// Standard gravity, m/s².
pub const GRAVITY: f32 = 9.80665;

/// What a car is made of: two steered wheels in front, two driven wheels behind, a motor that follows a speed.
///
/// The defaults are DeepRacer's geometry, masses and grip (its URDF, where nothing else is said) with a motor that allows
/// the field's record laps, and not much more.
#[derive(Debug, Clone, PartialEq)]
pub struct CarModel {
    /// kg. Default 6.36: chassis 5, four wheels of 0.34. More: the motor needs longer; the tyres do not care.
    pub mass_kg: f32,
    /// kg m² about the vertical axis. Default 0.076: a plate of the car's mass and footprint, m (l² + w²) / 12.
    /// More: turns in and recovers more slowly.
    pub yaw_inertia: f32,
    /// Centre of mass to front axle, metres. Default 0.0823. More than the rear's: less load in front, and a push wide.
    pub front_axle_m: f32,
    /// Centre of mass to rear axle, metres. Default 0.0817; with the front axle a wheelbase of 0.164 m.
    pub rear_axle_m: f32,
    /// Centre of mass to the wheels' centres, sideways, metres. Default 0.08: half of the URDF's 0.162 and 0.159.
    pub half_track_m: f32,
    /// Height of the centre of mass, metres. Default 0.05: battery and motor lie at the height of the axles (0.035), the
    /// computer above. More: more load moves to the outer and the rear wheels.
    pub mass_height_m: f32,
    /// Time constant in which load moves between the wheels, seconds. Default 0.03: stiff model-car springs.
    pub load_secs: f32,
    /// Friction of a tyre at its share of the standing load. Default 0.5, as in the URDF. With it, trained policies lap
    /// within a few per cent of the field's records (a track of 23.1 m in 7.2 s, one of 25.2 m in 7.26 s); at 0.7 most
    /// tracks are driven flat out, which teaches nothing. More: faster curves.
    pub friction: f32,
    /// How much friction a tyre loses when its load doubles, as a share. Default 0.1, a rubber tyre's usual sensitivity.
    /// More: moving load costs grip, so smooth driving pays.
    pub load_sensitivity: f32,
    /// Stiffness of a front tyre per unit of load, for slip angle (1/rad) and slip ratio alike. Default 12: full slide at
    /// 7° of slip (3 μ / stiffness), a model car's rubber tyre.
    pub front_stiffness: f32,
    /// The same for a rear tyre. Default 14: stiffer than the front, so that the car understeers a little.
    pub rear_stiffness: f32,
    /// Share of the sideways moving load that the front axle carries. Default 0.55: more than half understeers.
    pub front_roll_share: f32,
    /// Inertia of a driven wheel and its share of the motor, as a mass at the rim, kg. Default 0.17: a disc of 0.34 kg,
    /// ½ m. More: the wheels spin up and lock more slowly.
    pub rim_mass_kg: f32,
    /// The motor's largest force at the rims, driving and braking, N. Default 13: 2 m/s². More: later braking, and power
    /// slides.
    pub motor_force_n: f32,
    /// How fast the motor's force changes, N/s. Default 260: from nothing to all in 0.05 s.
    pub motor_rate: f32,
    /// Time constant in which the motor closes the gap to the commanded speed, seconds. Default 0.1.
    pub motor_secs: f32,
    /// Rolling resistance as a share of the weight. Default 0.015.
    pub rolling_resistance: f32,
    /// How fast the servo turns the wheels, rad/s. Default 6: 60° in 0.17 s, an ordinary model servo.
    pub steering_rate: f32,
    /// How many physics steps a command needs to reach servo and motor, up to [`CarModel::MAX_DELAY_STEPS`]. Default 2:
    /// a thirtieth of a second for camera, network and bus. More: harder to balance on the limit.
    pub delay_steps: u32,
}

impl Default for CarModel {
    fn default() -> Self {
        Self {
            mass_kg: 6.36,
            yaw_inertia: 0.076,
            front_axle_m: 0.0823,
            rear_axle_m: 0.0817,
            half_track_m: 0.08,
            mass_height_m: 0.05,
            load_secs: 0.03,
            friction: 0.5,
            load_sensitivity: 0.1,
            front_stiffness: 12.0,
            rear_stiffness: 14.0,
            front_roll_share: 0.55,
            rim_mass_kg: 0.17,
            motor_force_n: 13.0,
            motor_rate: 260.0,
            motor_secs: 0.1,
            rolling_resistance: 0.015,
            steering_rate: 6.0,
            delay_steps: 2,
        }
    }
}

impl CarModel {
    /// The longest delay of a command, physics steps: more than a tenth of a second, beyond which nobody can race.
    pub const MAX_DELAY_STEPS: u32 = 7;

    /// Distance between the axles, metres.
    pub fn wheelbase_m(&self) -> f32 {
        self.front_axle_m + self.rear_axle_m
    }

    /// The wheels' centres, metres: front left, front right, rear left, rear right.
    pub fn wheels(&self) -> [Vector; 4] {
        let Self { front_axle_m: front, rear_axle_m: rear, half_track_m: side, .. } = *self;
        [Vector::new(front, side), Vector::new(front, -side), Vector::new(-rear, side), Vector::new(-rear, -side)]
    }
}

/// How one car differs from its model. Training draws it anew for every start, so that a policy trusts nothing too much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tuning {
    /// Factor on the friction.
    pub grip: f32,
    /// Factor on mass and yaw inertia.
    pub mass: f32,
    /// Physics steps until a command arrives, up to [`CarModel::MAX_DELAY_STEPS`].
    pub delay_steps: u32,
}

impl Tuning {
    /// No difference.
    pub fn of(model: &CarModel) -> Self {
        Self { grip: 1.0, mass: 1.0, delay_steps: model.delay_steps }
    }
}

/// What servo and motor are told to reach.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Command {
    /// Angle of the front wheels, + left.
    pub steering_rad: f32,
    /// Speed of the driven wheels' rims.
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
