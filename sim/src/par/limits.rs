//! What a car can do, seen as one point.

use crate::car::{CarModel, GRAVITY};
use sim_spec::action::SPEED_RANGE_MPS;

/// Entries of the table of slip angles.
const SLIPS: usize = 256;

/// The limits of a car as a whole. Accelerations are positive.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most sideways, m/s².
    pub cornering: f64,
    /// What turning in costs: so many metres times how fast the curvature changes count like curvature, m.
    pub turning_in: f64,
    /// The motor's largest force, on the car's and rims' mass, m/s².
    motor: f64,
    /// The rear tyres' largest force when the motor drives, and when it brakes, the same way.
    rear_grip: [f64; 2],
    /// What of a sideways acceleration the rear tyres carry.
    rear_share: f64,
    rolling: f64,
    /// How hard the motor pulls per m/s that the commanded speed is above the actual one, 1/s.
    motor_gain: f64,
    /// Slip angle, rad, at evenly spaced shares of the cornering limit from 0 to 1.
    slips: Vec<f64>,
    /// How much more than the mean the front tyres slip than the rear ones.
    front_slips_more: f64,
}

impl Limits {
    /// The fastest speed that can be commanded, m/s.
    pub const TOP_MPS: f64 = SPEED_RANGE_MPS[1] as f64;

    pub fn of(model: &CarModel) -> Self {
        let [mass, gravity, friction] = [model.mass_kg, GRAVITY, model.friction].map(f64::from);
        let inertia = mass + 2.0 * f64::from(model.rim_mass_kg);
        let wheelbase = f64::from(model.wheelbase_m());
        // Load that moves to the outer wheels costs the front axle grip; see the test of the car's top speed in a curve.
        let moved = friction * gravity * f64::from(model.mass_height_m) / (2.0 * f64::from(model.half_track_m));
        let standing = gravity * 0.5 * f64::from(model.rear_axle_m) / wheelbase;
        let share = f64::from(model.front_roll_share) * moved / standing;
        let rear_share = f64::from(model.front_axle_m) / wheelbase;
        // Load that driving moves to the rear, and braking off it, per force.
        let lifted = f64::from(model.mass_height_m) / wheelbase;
        let motor = f64::from(model.motor_force_n) / inertia;
        // Fiala's tyre: a share f of the grip needs a share 1 − ∛(1 − f) of the slip at which all slides, 3 μ / stiffness.
        let stiffness = f64::from(model.front_stiffness + model.rear_stiffness) / 2.0;
        let full_slip = 3.0 * friction / stiffness;
        let slip = |index: usize| full_slip * (1.0 - libm::cbrt(1.0 - index as f64 / (SLIPS - 1) as f64));
        Self {
            cornering: friction * gravity * (1.0 - f64::from(model.load_sensitivity) * share * share),
            // An axle's tyres hold the car in the curve and turn it: m a b / L + I r' / L is no more than their grip, with
            // r' = v² κ' for a curvature that changes by κ' per metre. Half of it, since of the two axles one is relieved.
            turning_in: 0.5 * f64::from(model.yaw_inertia)
                / (mass * f64::from(model.rear_axle_m.min(model.front_axle_m))),
            motor,
            rear_grip: [1.0, -1.0]
                .map(|drives| friction * (gravity * rear_share * mass / inertia + drives * lifted * motor)),
            rear_share: rear_share * mass / inertia,
            rolling: f64::from(model.rolling_resistance) * gravity * mass / inertia,
            motor_gain: mass / f64::from(model.motor_secs) / inertia,
            slips: (0..SLIPS).map(slip).collect(),
            front_slips_more: stiffness / f64::from(model.front_stiffness)
                - stiffness / f64::from(model.rear_stiffness),
        }
    }

    /// The same car that uses only a share of its grip.
    pub fn using(&self, share: f64) -> Self {
        Self { cornering: self.cornering * share, rear_grip: self.rear_grip.map(|grip| grip * share), ..self.clone() }
    }

    /// The largest change of speed at a speed and a sideways acceleration: faster, slower, m/s². Faster may be negative:
    /// sliding tyres hold a car back.
    pub fn along(&self, speed_mps: f64, sideways: f64) -> [f64; 2] {
        let carried = self.rear_share * sideways;
        let [drive, brake] =
            self.rear_grip.map(|grip| (grip * grip - carried * carried).max(0.0).sqrt().min(self.motor));
        let drive = drive.min(self.motor_gain * (Self::TOP_MPS - speed_mps));
        let held_back = self.rolling + self.cornering_drag(sideways);
        [drive - held_back, brake + held_back]
    }

    /// Tyres push across themselves, not across the way: sideways acceleration times the slip angle, m/s².
    fn cornering_drag(&self, sideways: f64) -> f64 {
        sideways * self.slip(sideways)
    }

    /// How much more the front wheels are turned than the curve alone needs, rad, at a sideways acceleration, + left.
    pub fn understeer(&self, sideways: f64) -> f64 {
        self.front_slips_more * self.slip(sideways.abs()).copysign(sideways)
    }

    fn slip(&self, sideways: f64) -> f64 {
        let at = (sideways / self.cornering).min(1.0) * (SLIPS - 1) as f64;
        let below = (at as usize).min(SLIPS - 2);
        self.slips[below] + (at - below as f64) * (self.slips[below + 1] - self.slips[below])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_straight_only_motor_and_rolling_resistance_count() {
        // 13 N on 6.7 kg: 1.940 m/s²; rolling 0.015 · 9.807 · 6.36 / 6.7 = 0.1396.
        let [faster, slower] = Limits::of(&CarModel::default()).along(1.0, 0.0);
        assert!((faster - 1.801).abs() < 1e-3 && (slower - 2.080).abs() < 1e-3, "{faster} {slower}");
        // At full speed the motor has nothing to close.
        let [faster, _] = Limits::of(&CarModel::default()).along(4.0, 0.0);
        assert!((faster + 0.1396).abs() < 1e-3);
    }

    #[test]
    fn at_the_limit_of_a_curve_sliding_tyres_slow_the_car() {
        let limits = Limits::of(&CarModel::default());
        // 0.5 · 9.807 less what moving load costs.
        assert!((4.7..4.903).contains(&limits.cornering));
        // Slip of 3 · 0.5 / 13 = 0.115 at the limit: 0.55 m/s², and less than a third of what the motor gives on the straight.
        let [faster, _] = limits.along(2.0, limits.cornering);
        assert!(faster < 0.6, "{faster}");
    }
}
