//! What differs from one car, one day and one sensor to the next: domain randomisation, as data.

use crate::limits::{MAX_COMMAND_DELAY_STEPS, MAX_SENSOR_DELAY_STEPS};
use serde::{Deserialize, Serialize};

/// Under what conditions cars drive. Ranges `[low, high]` are drawn from evenly, anew for every start; a range of one
/// value is a fact (a wet road has a grip of `[0.6, 0.6]`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conditions {
    /// Factor on the friction of the tyres. Default `[1, 1]`.
    pub grip: [f64; 2],
    /// Factor on mass and yaw inertia. Default `[1, 1]`.
    pub mass: [f64; 2],
    /// Physics steps (a sixtieth of a second) until a command arrives. Default `[2, 2]`.
    pub command_delay_steps: [u32; 2],
    /// Factor on the sensors' own noise (lidar: σ 0.01 m; state: see [`crate::observation::STATE_NOISE`]; camera: 2 of
    /// 255 grey levels). Default 0: exact readings.
    pub sensor_noise: f64,
    /// Control steps by which readings are late. Default 0.
    pub sensor_delay_steps: u32,
    /// Whether colours and light of the camera's picture are drawn anew for every start. Default no.
    pub random_look: bool,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            grip: [1.0; 2],
            mass: [1.0; 2],
            command_delay_steps: [2; 2],
            sensor_noise: 0.0,
            sensor_delay_steps: 0,
            random_look: false,
        }
    }
}

impl Conditions {
    /// Conditions that teach a policy to trust nothing too much: what a trainer randomises over by default.
    pub fn varied() -> Self {
        Self {
            grip: [0.85, 1.1],
            mass: [0.9, 1.15],
            command_delay_steps: [1, 4],
            sensor_noise: 1.0,
            sensor_delay_steps: 0,
            random_look: true,
        }
    }

    /// What is wrong with them, if something is.
    pub(crate) fn fault(&self) -> Option<String> {
        /// Outside of it a car is another car.
        const FACTORS: std::ops::RangeInclusive<f64> = 0.2..=3.0;
        let is_range = |[low, high]: [f64; 2]| FACTORS.contains(&low) && FACTORS.contains(&high) && low <= high;
        let [soonest, latest] = self.command_delay_steps;
        if !is_range(self.grip) {
            return Some(format!("the grip is a range [low, high] within 0.2 to 3, not {:?}", self.grip));
        }
        if !is_range(self.mass) {
            return Some(format!("the mass is a range [low, high] within 0.2 to 3, not {:?}", self.mass));
        }
        if soonest > latest || latest > MAX_COMMAND_DELAY_STEPS {
            return Some(format!(
                "commands arrive after 0 to {MAX_COMMAND_DELAY_STEPS} steps, not {soonest} to {latest}"
            ));
        }
        if !(0.0..=10.0).contains(&self.sensor_noise) {
            return Some(format!("the sensor noise is a factor of 0 to 10, not {}", self.sensor_noise));
        }
        if self.sensor_delay_steps > MAX_SENSOR_DELAY_STEPS {
            let most = MAX_SENSOR_DELAY_STEPS;
            return Some(format!("sensors are late by 0 to {most} steps, not {}", self.sensor_delay_steps));
        }
        None
    }
}
