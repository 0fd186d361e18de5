//! The reference driver: follows a racing line at the limit.

use super::{Limits, Line};
use crate::{World, car::CarModel, race::Race};
use sim_spec::{
    Lap, RaceRules, Replay, Sha256Hex, Track,
    action::{ACTION_LEN, CONTINUOUS_V1},
};

/// The driver's own line stays inside the borders by one of these, metres: nobody steers to the centimetre.
const MARGINS_M: [f64; 5] = [-0.04, 0.0, 0.06, 0.12, 0.2];
/// What its line counts turning in for, as a factor on what par does: the more, the smoother.
const SMOOTHNESSES: [f64; 3] = [1.0, 2.0, 4.0];
/// Share of the grip that its line is looked for with.
const PLANNED_GRIP: f64 = 0.95;
/// Shares of the grip that a first lap is tried with, boldest first.
const FIRST_GRIPS: [f64; 5] = [0.95, 0.88, 0.8, 0.7, 0.5];
/// Laps of a trial: one to come up to speed, one that counts.
const TRIAL_LAPS: u32 = 2;
/// Parts of the lap whose speed is learnt apart.
const PARTS: usize = 32;
/// Paces are learnt within these shares of what the limits say, shifts within so many metres.
const PACES: [f64; 2] = [0.8, 1.2];
const MOST_SHIFT_M: f64 = 0.15;
/// Sweeps of trials over all that is learnt: with each kind of line, and then with the best of them, ever finer.
const FIRST_SWEEPS: std::ops::Range<usize> = 0..2;
const LAST_SWEEPS: std::ops::Range<usize> = 2..12;
const AGAIN: std::ops::Range<usize> = 0..10;
/// Drivers that learn to the end.
const FINALISTS: usize = 3;
/// A slide of so much more than is let go takes all force off the motor, rad.
const SLIDE_RAD: f64 = 0.06;
/// Below this speed the course of the velocity says nothing, m/s.
const CREEPING_MPS: f32 = 0.3;

/// What the driver's hands know.
#[derive(Debug, Clone, PartialEq)]
struct Hands {
    /// Share of the sideways grip that the speed is planned with.
    grip: f64,
    /// Factor on the steering that the curve alone needs.
    turns_in: f64,
    /// How far ahead in time it steers, and looks at the speed, seconds: the delay of commands, the servo, half a control step.
    steers_ahead_secs: f64,
    speeds_ahead_secs: f64,
    /// How quickly it comes back to the line, rad/s, damped by 0.9 of the critical damping.
    back_to_line: f64,
    /// Steering per rad/s that the car turns faster than the line, seconds.
    catches_yaw: f64,
    /// Slip angle of the rear axle up to which it does nothing about it, rad.
    lets_slide: f64,
    /// Share of the planned speed where the parts of the lap begin.
    paces: [f64; PARTS],
    /// How far it aims beside the line there, metres, + left.
    shifts_m: [f64; PARTS],
}

/// A driver that knows the track and the car's limits.
#[derive(Debug, Clone)]
pub struct ReferenceDriver {
    line: Line,
    limits: Limits,
    hands: Hands,
    wheelbase_m: f64,
    rear_axle_m: f64,
    motor_secs: f64,
}

/// The time of the lap that counts, if it was clean.
pub fn flying_lap_secs(laps: &[Lap]) -> Option<f64> {
    laps.get(TRIAL_LAPS as usize - 1).filter(|lap| lap.clean).map(|lap| lap.secs)
}

impl ReferenceDriver {
    /// A driver who has learnt the track: tried, in the simulator, how early to steer and how fast to be in each part of
    /// the lap, and kept what was quickest without leaving the road. The same track gives the same driver.
    pub fn calibrated(track: &Track, model: &CarModel) -> Self {
        Self::with_finalists(track, model, FINALISTS)
    }

    fn with_finalists(track: &Track, model: &CarModel, finalists: usize) -> Self {
        let limits = Limits::of(model);
        let hands = Hands {
            grip: 1.0,
            turns_in: 1.0,
            steers_ahead_secs: 0.08,
            speeds_ahead_secs: 0.08,
            back_to_line: 5.0,
            catches_yaw: 0.03,
            lets_slide: 0.08,
            paces: [1.0; PARTS],
            shifts_m: [0.0; PARTS],
        };
        let par = super::par(track, model);
        let candidate = |(margin_m, smoothness): (f64, f64)| {
            let mut limits = limits.clone();
            limits.turning_in *= smoothness;
            let driver = Self {
                line: par.line.refined(track, &limits.using(PLANNED_GRIP), -margin_m),
                limits,
                hands: hands.clone(),
                wheelbase_m: f64::from(model.wheelbase_m()),
                rear_axle_m: f64::from(model.rear_axle_m),
                motor_secs: f64::from(model.motor_secs),
            };
            let (score, mut driver) = driver.first_lap(track);
            (driver.learn(track, score, FIRST_SWEEPS), driver)
        };
        let kinds = MARGINS_M.into_iter().flat_map(|margin_m| SMOOTHNESSES.map(|smoothness| (margin_m, smoothness)));
        let mut candidates: Vec<_> = kinds.map(candidate).collect();
        candidates.sort_by(|one, other| one.0.total_cmp(&other.0));
        candidates.truncate(finalists);
        let finalists = candidates.into_iter().map(|(score, mut driver)| {
            let score = driver.learn(track, score, LAST_SWEEPS);
            // Once more from coarse to fine: what did not help before may help now.
            let score = driver.learn(track, score, AGAIN);
            (score, driver)
        });
        finalists.min_by(|one, other| one.0.total_cmp(&other.0)).expect("there are several").1
    }

    /// The driver with the boldest hands that a clean lap succeeds with, or that come furthest, and what they are worth.
    fn first_lap(mut self, track: &Track) -> (f64, Self) {
        let mut best = f64::INFINITY;
        for grip in FIRST_GRIPS {
            let hands = Hands { grip, ..self.hands.clone() };
            let score = self.trial(track, &hands);
            if score < best {
                (best, self.hands) = (score, hands);
            }
        }
        (best, self)
    }

    /// Tries what makes it quicker, from hands that are worth `first`; gives back what they are worth then.
    fn learn(&mut self, track: &Track, first: f64, sweeps: std::ops::Range<usize>) -> f64 {
        let mut best = first;
        let mut attempt = |driver: &mut Self, hands: Hands| {
            let score = driver.trial(track, &hands);
            let is_better = score < best;
            if is_better {
                best = score;
                driver.hands = hands;
            }
            is_better
        };
        for sweep in sweeps {
            let fine = 1.0 / (1 << (sweep / 2)) as f64;
            type Knob = fn(&mut Hands, f64);
            let knobs: [(Knob, f64); 7] = [
                (|hands, by| hands.grip = (hands.grip + by).clamp(0.3, 1.1), 0.03),
                (|hands, by| hands.turns_in = (hands.turns_in + by).clamp(0.7, 1.2), 0.03),
                (|hands, by| hands.steers_ahead_secs = (hands.steers_ahead_secs + by).clamp(0.0, 0.3), 0.02),
                (|hands, by| hands.speeds_ahead_secs = (hands.speeds_ahead_secs + by).clamp(0.0, 0.3), 0.02),
                (|hands, by| hands.back_to_line = (hands.back_to_line + by).clamp(1.0, 12.0), 1.0),
                (|hands, by| hands.lets_slide = (hands.lets_slide + by).clamp(0.02, 0.3), 0.02),
                (|hands, by| hands.catches_yaw = (hands.catches_yaw + by).clamp(0.0, 0.15), 0.01),
            ];
            for (turn, by) in knobs {
                for signed in [by * fine, -by * fine] {
                    let mut hands = self.hands.clone();
                    turn(&mut hands, signed);
                    // On as long as it helps.
                    while attempt(self, hands.clone()) {
                        turn(&mut hands, signed);
                    }
                }
            }
            for part in 0..PARTS {
                let [slowest, fastest] = PACES;
                let faster = |hands: &mut Hands, by: f64| {
                    hands.paces[part] = (hands.paces[part] + 0.04 * by).clamp(slowest, fastest);
                };
                let aside = |hands: &mut Hands, by: f64| {
                    hands.shifts_m[part] = (hands.shifts_m[part] + 0.04 * by).clamp(-MOST_SHIFT_M, MOST_SHIFT_M);
                };
                for change in [&faster as &dyn Fn(&mut Hands, f64), &aside] {
                    for by in [fine, -fine] {
                        let mut hands = self.hands.clone();
                        change(&mut hands, by);
                        if attempt(self, hands) {
                            break;
                        }
                    }
                }
            }
        }
        best
    }

    /// What these hands are worth, less is better: the seconds of a clean flying lap; if there is none, more than any lap
    /// takes, less how far they came.
    fn trial(&self, track: &Track, hands: &Hands) -> f64 {
        const NO_LAP: f64 = 1e4;
        let driver =
            Self { hands: hands.clone(), line: self.line.with(&self.limits.using(hands.grip)), ..self.clone() };
        let (race, ..) = driver.race(track);
        let entrant = race.entrant(0);
        flying_lap_secs(entrant.laps()).unwrap_or(NO_LAP - entrant.distance_m())
    }

    /// A race of two laps, the second of them flying. Anybody can run it again.
    pub fn drive(&self, track: &Track) -> Replay {
        let driver = Self { line: self.line.with(&self.limits.using(self.hands.grip)), ..self.clone() };
        let (race, rules, actions) = driver.race(track);
        let results = race.into_results(track, &[Sha256Hex::of(b"the reference driver")], 1);
        Replay::new(track.clone(), rules, actions, results).expect("a race makes a valid replay")
    }

    fn race(&self, track: &Track) -> (Race, RaceRules, Vec<[f32; ACTION_LEN]>) {
        let time_limit_secs = (3.0 * self.line.lap_secs() * f64::from(TRIAL_LAPS)).clamp(10.0, 600.0);
        let rules = RaceRules { laps: TRIAL_LAPS, max_resets: Some(0), time_limit_secs, ..RaceRules::default() };
        let mut race = Race::new(track, &rules, 1);
        let mut actions = Vec::new();
        while !race.is_over() {
            let action = self.act(race.world(), 0);
            race.step(&[action]);
            actions.push(action);
        }
        (race, rules, actions)
    }

    /// The action for the car of that number: a policy's raw numbers.
    pub fn act(&self, world: &World, car: usize) -> [f32; ACTION_LEN] {
        let (road, car) = (world.road_of(car), &world.cars()[car]);
        let length_m = f64::from(road.length_m());
        let speed_mps = f64::from(car.motion().velocity.length());
        let s_m = f64::from(car.place().s_m);
        let here = self.line.at_progress(s_m, length_m);
        let step_m = 0.1;
        let on = self.line.at_progress(s_m + step_m, length_m);
        let along = [0, 1].map(|axis| on.position[axis] - here.position[axis]);
        let way = (along[0] * along[0] + along[1] * along[1]).sqrt().max(1e-9);
        let course = match car.velocity().length() > CREEPING_MPS {
            true => car.velocity() / car.velocity().length(),
            false => car.nose(),
        };
        let course = course.to_array().map(f64::from);
        // How far the car is beside the line, + left, and how much it drifts from it, rad.
        let aside_m = f64::from(car.place().lateral_m) - here.lateral_m - in_part(&self.hands.shifts_m, s_m / length_m);
        let drifts = (along[0] * course[1] - along[1] * course[0]) / way;
        // The line is longer or shorter than the centre line on which progress is counted.
        let progress_per_way = step_m / way;
        let ahead = |secs: f64| self.line.at_progress(s_m + speed_mps * secs * progress_per_way, length_m);
        // Steering is slow against the unevenness of a line: it follows the mean of a car's length.
        let bend = |secs: f64| {
            let middle = ahead(secs).s_m;
            let around =
                [-0.3, -0.15, 0.0, 0.15, 0.3].map(|offset_m| self.line.at_progress(middle + offset_m, length_m));
            around.iter().map(|point| point.curvature).sum::<f64>() / around.len() as f64
        };
        let steering = self.steering(
            bend(self.hands.steers_ahead_secs),
            bend(0.0),
            speed_mps,
            aside_m,
            drifts,
            f64::from(car.motion().yaw_rate),
        );
        let motion = car.motion();
        let rear_slip = f64::from(motion.velocity.y) - self.rear_axle_m * f64::from(motion.yaw_rate);
        let rear_slip = rear_slip / f64::from(motion.velocity.x).max(1.0);
        let slides = rear_slip - rear_slip.clamp(-self.hands.lets_slide, self.hands.lets_slide);
        let steering = steering + slides;
        let pace = in_part(&self.hands.paces, s_m / length_m);
        let planned = ahead(self.hands.speeds_ahead_secs).speed_mps * pace;
        let planned_soon = ahead(self.hands.speeds_ahead_secs + 0.1).speed_mps * pace;
        // The motor closes the gap to the command: ask for as much more as the planned acceleration needs.
        let wanted = (planned_soon - planned) / 0.1 + 4.0 * (planned - speed_mps) + 0.15;
        // A rear that slides needs its grip to itself.
        let wanted = wanted * (1.0 - slides.abs() / SLIDE_RAD).max(0.0);
        let commanded = speed_mps + 1.05 * self.motor_secs * wanted;
        let [steering_field, speed_field] = [CONTINUOUS_V1.fields[0], CONTINUOUS_V1.fields[1]];
        let raw = |value: f64, low: f32, high: f32| ((value as f32 - low) / (high - low) * 2.0 - 1.0).clamp(-1.0, 1.0);
        [raw(steering, steering_field.low, steering_field.high), raw(commanded, speed_field.low, speed_field.high)]
    }

    /// Angle of the front wheels, rad: what the curve needs, and what brings the car back to the line.
    fn steering(
        &self,
        curvature_ahead: f64,
        curvature: f64,
        speed_mps: f64,
        aside_m: f64,
        drifts: f64,
        yaw_rate: f64,
    ) -> f64 {
        const DAMPING: f64 = 0.9;
        let rate = self.hands.back_to_line;
        let soon_aside_m = aside_m + speed_mps * drifts * self.hands.steers_ahead_secs;
        let sideways = -rate * rate * soon_aside_m - 2.0 * DAMPING * rate * speed_mps * drifts;
        let understeer = self.limits.understeer(speed_mps * speed_mps * curvature_ahead);
        let catches = self.hands.catches_yaw * (speed_mps * curvature - yaw_rate);
        let curve = self.wheelbase_m * curvature_ahead + understeer;
        self.hands.turns_in * curve + self.wheelbase_m * sideways / (speed_mps * speed_mps).max(1.0) + catches
    }
}

/// A value between where two parts of the lap begin.
fn in_part(values: &[f64; PARTS], share_of_lap: f64) -> f64 {
    let at = share_of_lap.clamp(0.0, 1.0) * PARTS as f64;
    let part = (at as usize).min(PARTS - 1);
    let [here, next] = [values[part], values[(part + 1) % PARTS]];
    here + (at - part as f64) * (next - here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::referee;

    /// Learning works on a track that it has never seen.
    #[test]
    fn a_driver_learns_a_new_track() {
        // A short one, since learning takes its time.
        let tracks = (0..40).map(sim_spec::track_generator::generate);
        let track = tracks.min_by(|one, other| one.length_m().total_cmp(&other.length_m())).expect("there are some");
        let model = CarModel::default();
        let replay = ReferenceDriver::with_finalists(&track, &model, 1).drive(&track);
        assert_eq!(referee::verify(&replay).as_deref(), Ok(replay.results()));
        let driven_secs = flying_lap_secs(&replay.result().laps).expect("a clean lap");
        let par_secs = super::super::par(&track, &model).lap_secs;
        assert!(driven_secs < 1.15 * par_secs, "{driven_secs}, par {par_secs}");
    }
}
