//! The rewards that come with Paddock.
//!
//! The first ones are ours: they pay for *metres*, so that the quickest way round is the best paid. The last four are
//! the examples that DeepRacer's users know, as they are: they pay for *steps*, and a policy that learns by them likes to
//! dawdle where it is paid. Trying both is a good first lesson.

use super::{Payment, Reward, Step};
use crate::failure::Failure;
use sim::StepFacts;

/// Most terms that a built-in reward has.
pub const MAX_TERMS: usize = 3;

/// A reward in Rust.
#[derive(Debug)]
pub struct BuiltinReward {
    /// As `--reward` takes it.
    pub name: &'static str,
    /// One line for a racer who chooses.
    pub summary: &'static str,
    /// Names of the terms, at most [`MAX_TERMS`].
    pub terms: &'static [&'static str],
    /// The terms' values for one step, in the order of their names; the rest is 0.
    pub judge: fn(&StepFacts) -> [f32; MAX_TERMS],
}

/// All of them. The first is the default.
pub static BUILTIN: [BuiltinReward; 8] = [
    BuiltinReward {
        name: "progress",
        summary: "metres along the track; leaving it costs",
        terms: &["progress", "off_track", "crash"],
        judge: progress,
    },
    BuiltinReward {
        name: "smooth",
        summary: "progress, less what turning the wheel far costs: a calmer car",
        terms: &["progress", "off_track", "steering"],
        judge: smooth,
    },
    BuiltinReward {
        name: "centre-line",
        summary: "metres along the track, worth more near the centre line",
        terms: &["centre_line", "off_track"],
        judge: centre_line,
    },
    BuiltinReward {
        name: "traffic",
        summary: "metres along the track; driving close behind an object costs, a crash costs more",
        terms: &["progress", "off_track", "near_object"],
        judge: traffic,
    },
    BuiltinReward {
        name: "follow-centre-line",
        summary: "DeepRacer's first example: each step near the centre line is paid",
        terms: &["centre_line"],
        judge: |facts| [centre_band(facts), 0.0, 0.0],
    },
    BuiltinReward {
        name: "stay-inside",
        summary: "DeepRacer's second: each step well inside the borders is paid",
        terms: &["inside"],
        judge: |facts| [inside(facts), 0.0, 0.0],
    },
    BuiltinReward {
        name: "prevent-zigzag",
        summary: "DeepRacer's third: the first, and less for turning the wheel far",
        terms: &["centre_line"],
        judge: |facts| [centre_band(facts) * zigzag(facts), 0.0, 0.0],
    },
    BuiltinReward {
        name: "avoid-objects",
        summary: "DeepRacer's fourth: stay inside, and keep away from the next object",
        terms: &["inside", "avoid"],
        judge: |facts| [inside(facts), 4.0 * avoid(facts), 0.0],
    },
];

/// The reward of that name.
pub fn find(name: &str) -> Option<&'static BuiltinReward> {
    BUILTIN.iter().find(|reward| reward.name == name)
}

/// A built-in reward at work.
pub struct Judge {
    judge: fn(&StepFacts) -> [f32; MAX_TERMS],
    terms: Vec<String>,
}

impl Judge {
    pub fn new(reward: &BuiltinReward) -> Self {
        Self { judge: reward.judge, terms: reward.terms.iter().map(|term| (*term).to_owned()).collect() }
    }
}

impl Reward for Judge {
    fn terms(&self) -> &[String] {
        &self.terms
    }

    fn pay(&mut self, step: &Step, payment: &mut Payment) -> Result<(), Failure> {
        for (car, reward) in step.cars.iter().zip(payment.rewards.iter_mut()) {
            let terms = (self.judge)(&step.facts[*car]);
            *reward = terms.iter().sum();
            payment.terms.iter_mut().zip(terms).for_each(|(sum, term)| *sum += f64::from(term));
        }
        Ok(())
    }
}

/// Paid per metre along the centre line. At 4 m/s and 15 steps per second that is up to 1.33 per step.
const PER_METRE: f32 = 5.0;
/// Paid for leaving the track, which also ends the episode. More: slower and safer.
const OFF_TRACK: f32 = -2.0;
/// Paid for running into something, which also ends the episode.
const CRASH: f32 = -2.0;
/// The same where there is much to run into: what is driven in the five seconds that it costs in a race, about a third of it.
const CRASH_IN_TRAFFIC: f32 = -20.0;
/// Paid per step at the largest steering angle; a quarter at half of it.
const STEERING: f32 = -0.1;
/// Paid per step that a car is nose to tail behind an object in its lane; nothing from [`NEAR_M`] on.
const NEAR_OBJECT: f32 = -0.5;
/// How near an object is near, metres between the middles.
const NEAR_M: f32 = 1.0;

fn if_true(condition: bool, paid: f32) -> f32 {
    if condition { paid } else { 0.0 }
}

fn progress(facts: &StepFacts) -> [f32; MAX_TERMS] {
    [PER_METRE * facts.progress_m, if_true(facts.off_track, OFF_TRACK), if_true(facts.crashed, CRASH)]
}

fn smooth(facts: &StepFacts) -> [f32; MAX_TERMS] {
    let share = facts.commanded_steering_rad / sim_spec::action::MAX_STEERING_RAD;
    let [progress, off_track, _] = progress(facts);
    [progress, off_track, STEERING * share * share]
}

/// The bands of [`centre_band`], but paid by the metre: the quickest way round in the middle is the best.
fn centre_line(facts: &StepFacts) -> [f32; MAX_TERMS] {
    [PER_METRE * facts.progress_m * centre_band(facts), if_true(facts.off_track, OFF_TRACK), 0.0]
}

fn traffic(facts: &StepFacts) -> [f32; MAX_TERMS] {
    let [progress, off_track, _] = progress(facts);
    let crash = if_true(facts.crashed, CRASH_IN_TRAFFIC);
    let nearness = (1.0 - facts.object_ahead_m / NEAR_M).max(0.0);
    let near = if_true(facts.object_in_lane, NEAR_OBJECT * nearness);
    [progress, off_track, crash + near]
}

/// "Follow the centre line": within 10, 25 and 50 % of the track's width from it, a step is worth 1, 0.5 and 0.1;
/// outside nearly nothing.
fn centre_band(facts: &StepFacts) -> f32 {
    // `lateral` is a share of the half width: 10 % of the width is 0.2 of it.
    match facts.lateral.abs() {
        ..=0.2 => 1.0,
        ..=0.5 => 0.5,
        ..=1.0 => 0.1,
        _ => 1e-3,
    }
}

/// "Stay inside the two borders": all wheels on the road and 5 cm between the car's middle and the border.
fn inside(facts: &StepFacts) -> f32 {
    const MARGIN_M: f32 = 0.05;
    let to_border_m = facts.half_width_m * (1.0 - facts.lateral.abs());
    if facts.all_on_track && to_border_m >= MARGIN_M { 1.0 } else { 1e-3 }
}

/// "Prevent zig-zag": a fifth less beyond 15° of commanded steering.
fn zigzag(facts: &StepFacts) -> f32 {
    const FAR_RAD: f32 = 15.0 / 180.0 * std::f32::consts::PI;
    if facts.commanded_steering_rad.abs() > FAR_RAD { 0.8 } else { 1.0 }
}

/// "Avoid objects": in the same lane, half within 0.8 m, a fifth within 0.5 m and nearly nothing within 0.3 m.
fn avoid(facts: &StepFacts) -> f32 {
    match facts.object_ahead_m {
        _ if !facts.object_in_lane => 1.0,
        ..0.3 => 1e-3,
        ..0.5 => 0.2,
        ..0.8 => 0.5,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(progress_m: f32, lateral: f32, off_track: bool) -> StepFacts {
        StepFacts {
            progress_m,
            lateral,
            off_track,
            half_width_m: 0.5,
            all_on_track: !off_track,
            ..StepFacts::default()
        }
    }

    #[test]
    fn metres_are_paid_and_leaving_the_track_costs() {
        // 5 · 0.2 m = 1
        assert_eq!(progress(&facts(0.2, 0.9, false)), [1.0, 0.0, 0.0]);
        assert_eq!(progress(&facts(-0.2, 1.4, true)), [-1.0, -2.0, 0.0]);
        assert_eq!(progress(&StepFacts { crashed: true, ..facts(0.2, 0.0, false) }), [1.0, 0.0, -2.0]);
    }

    #[test]
    fn the_bands_of_the_centre_line() {
        // 5 · 0.2 m = 1, times the band.
        let cases = [(0.0, 1.0), (-0.2, 1.0), (0.3, 0.5), (-0.5, 0.5), (0.9, 0.1), (-1.2, 1e-3)];
        for (lateral, paid) in cases {
            assert_eq!(centre_line(&facts(0.2, lateral, false)), [paid, 0.0, 0.0], "{lateral}");
            // A step is paid, however far it went.
            assert_eq!(paid_by("follow-centre-line", &facts(0.0, lateral, false)), paid, "{lateral}");
        }
        assert_eq!(centre_line(&facts(0.0, 1.4, true)), [0.0, -2.0, 0.0]);
    }

    fn paid_by(name: &str, facts: &StepFacts) -> f32 {
        (find(name).expect("a reward").judge)(facts).iter().sum()
    }

    #[test]
    fn the_standard_rewards_by_hand() {
        // Half a metre of half width: 0.9 of it leaves 5 cm to the border, 0.92 leaves 4.
        assert_eq!(paid_by("stay-inside", &facts(0.0, -0.89, false)), 1.0);
        assert_eq!(paid_by("stay-inside", &facts(0.0, 0.92, false)), 1e-3);
        assert_eq!(paid_by("stay-inside", &facts(0.0, 0.0, true)), 1e-3);
        // 0.27 rad are 15.5°, 0.26 rad are 14.9°.
        let steering = |rad| StepFacts { commanded_steering_rad: rad, ..facts(0.0, 0.3, false) };
        assert_eq!(paid_by("prevent-zigzag", &steering(-0.27)), 0.5 * 0.8);
        assert_eq!(paid_by("prevent-zigzag", &steering(0.26)), 0.5);
        let object =
            |object_ahead_m, object_in_lane| StepFacts { object_ahead_m, object_in_lane, ..facts(0.0, 0.0, false) };
        // 1 for the lane, and 4 times 1, 0.5, 0.2, 0.001 or, in the other lane, 1.
        let cases = [(0.9, true, 5.0), (0.7, true, 3.0), (0.4, true, 1.8), (0.2, true, 1.004), (0.2, false, 5.0)];
        for (object_ahead_m, object_in_lane, paid) in cases {
            assert_eq!(paid_by("avoid-objects", &object(object_ahead_m, object_in_lane)), paid, "{object_ahead_m}");
        }
    }

    #[test]
    fn closeness_and_steering_cost() {
        let object = |object_ahead_m| StepFacts { object_ahead_m, object_in_lane: true, ..facts(0.2, 0.0, false) };
        // 1 for 0.2 m, less half of 0.5 at half a metre.
        assert_eq!(paid_by("traffic", &object(0.5)), 0.75);
        assert_eq!(paid_by("traffic", &object(f32::INFINITY)), 1.0);
        let half = sim_spec::action::MAX_STEERING_RAD / 2.0;
        let steering = StepFacts { commanded_steering_rad: -half, ..facts(0.2, 0.0, false) };
        // 0.1 · 0.5² = 0.025
        assert!((paid_by("smooth", &steering) - 0.975).abs() < 1e-6);
    }

    #[test]
    fn names_are_unique_and_terms_fit() {
        for (index, reward) in BUILTIN.iter().enumerate() {
            assert!(std::ptr::eq(find(reward.name).expect("its own name finds it"), &BUILTIN[index]));
            assert!(reward.terms.len() <= MAX_TERMS);
        }
    }
}
