//! Where a car was during a race: what a replay player draws.

use crate::{CONTROL_HZ, race::Race};
use serde::Serialize;

/// Samples of a race, one at the start and one after every control step: lists of the same length. And the result's
/// times, which fall between the samples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Telemetry {
    /// Samples per second.
    pub hz: u32,
    /// Seconds since the start.
    pub secs: Vec<f64>,
    /// Centre of mass, metres.
    pub x_m: Vec<f32>,
    pub y_m: Vec<f32>,
    /// Heading, counter-clockwise from the x axis, in (−π, π].
    pub yaw_rad: Vec<f32>,
    /// Forward speed.
    pub speed_mps: Vec<f32>,
    /// Angle of the front wheels, + left.
    pub steering_rad: Vec<f32>,
    /// Number of the lap under way, from 1.
    pub lap: Vec<u32>,
    /// Way along the centre line since the start.
    pub progress_m: Vec<f32>,
    /// Whether the car stands where it was put back, or is done.
    pub off_track: Vec<bool>,
    /// Seconds of each completed lap, as in the result.
    pub lap_secs: Vec<f64>,
    /// Seconds of the whole race, as in the result.
    pub total_secs: f64,
}

impl Telemetry {
    pub(crate) fn new() -> Self {
        Self {
            hz: CONTROL_HZ,
            secs: Vec::new(),
            x_m: Vec::new(),
            y_m: Vec::new(),
            yaw_rad: Vec::new(),
            speed_mps: Vec::new(),
            steering_rad: Vec::new(),
            lap: Vec::new(),
            progress_m: Vec::new(),
            off_track: Vec::new(),
            lap_secs: Vec::new(),
            total_secs: 0.0,
        }
    }

    pub(crate) fn sample(&mut self, race: &Race, car: usize) {
        let (car, entrant) = (race.car(car), race.entrant(car));
        let (position, nose) = (car.position(), car.nose());
        self.secs.push(race.secs());
        self.x_m.push(position.x);
        self.y_m.push(position.y);
        self.yaw_rad.push(libm::atan2f(nose.y, nose.x));
        self.speed_mps.push(car.motion().velocity.x);
        self.steering_rad.push(car.steering_rad());
        self.lap.push(entrant.laps().len() as u32 + 1);
        self.progress_m.push(entrant.distance_m() as f32);
        self.off_track.push(car.is_held());
    }
}
