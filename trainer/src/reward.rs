//! Facts become reward: the only place where what the sim says is judged.
//!
//! A reward is a sum of named terms. Each is logged on its own (`reward/NAME` in `metrics.jsonl`), so that a racer sees
//! what a policy was paid for.

use sim::StepFacts;

pub mod python;

pub trait Judge: Send {
    fn terms(&self) -> &[String];
    fn pay(&mut self, step: &Step, payment: &mut Payment) -> Result<(), crate::failure::Failure>;
}
pub struct Step<'a> {
    pub batch: &'a sim::Batch,
    pub cars: &'a [usize],
    pub facts: &'a [sim::StepFacts],
    pub actions: &'a [[f32; 2]],
    pub episodes: &'a [Episode],
}
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Episode {
    pub number: u64,
    pub steps: u32,
    pub distance_m: f32,
}
pub struct Payment<'a> {
    pub rewards: &'a mut [f32],
    pub terms: &'a mut [f64],
}

/// Most terms that a reward has.
pub const MAX_TERMS: usize = 2;

/// A way to judge a step.
#[derive(Debug)]
pub struct Reward {
    /// As `--reward` takes it.
    pub name: &'static str,
    /// One line for a racer who chooses.
    pub summary: &'static str,
    /// Names of the terms, at most [`MAX_TERMS`].
    pub terms: &'static [&'static str],
    /// The terms' values for one step, in the order of their names; the rest is 0.
    pub judge: fn(&StepFacts) -> [f32; MAX_TERMS],
}

/// All rewards. The first is the default.
pub static REWARDS: [Reward; 2] = [
    Reward {
        name: "progress",
        summary: "metres along the track; leaving it costs",
        terms: &["progress", "off_track"],
        judge: progress,
    },
    Reward {
        name: "centre-line",
        summary: "DeepRacer's first example: metres along the track, worth more near the centre line",
        terms: &["centre_line", "off_track"],
        judge: centre_line,
    },
];

/// The reward of that name.
pub fn find(name: &str) -> Option<&'static Reward> {
    REWARDS.iter().find(|reward| reward.name == name)
}

/// Paid per metre along the centre line. At 4 m/s and 15 steps per second that is up to 1.33 per step.
const PER_METRE: f32 = 5.0;
/// Paid for leaving the track, which also ends the episode. More: slower and safer.
const OFF_TRACK: f32 = -2.0;

fn off_track(facts: &StepFacts) -> f32 {
    if facts.off_track { OFF_TRACK } else { 0.0 }
}

fn progress(facts: &StepFacts) -> [f32; MAX_TERMS] {
    [PER_METRE * facts.progress_m, off_track(facts)]
}

/// The bands of DeepRacer's default reward function, "follow the centre line": within 10, 25 and 50 % of the track's
/// width from the centre line a step is worth 1, 0.5 and 0.1, outside nearly nothing. There each *step* is paid, which
/// teaches to dawdle on the line; here each *metre* is, so that the quickest way round in the middle is the best.
fn centre_line(facts: &StepFacts) -> [f32; MAX_TERMS] {
    // `lateral` is a share of the half width: 10 % of the width is 0.2 of it.
    let band = match facts.lateral.abs() {
        ..=0.2 => 1.0,
        ..=0.5 => 0.5,
        ..=1.0 => 0.1,
        _ => 1e-3,
    };
    [PER_METRE * facts.progress_m * band, off_track(facts)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(progress_m: f32, lateral: f32, off_track: bool) -> StepFacts {
        StepFacts { progress_m, lateral, off_track, ..StepFacts::default() }
    }

    #[test]
    fn metres_are_paid_and_leaving_the_track_costs() {
        // 5 · 0.2 m = 1
        assert_eq!(progress(&facts(0.2, 0.9, false)), [1.0, 0.0]);
        assert_eq!(progress(&facts(-0.2, 1.4, true)), [-1.0, -2.0]);
    }

    #[test]
    fn the_bands_of_the_centre_line() {
        // 5 · 0.2 m = 1, times the band.
        let cases = [(0.0, 1.0), (-0.2, 1.0), (0.3, 0.5), (-0.5, 0.5), (0.9, 0.1), (-1.2, 1e-3)];
        for (lateral, paid) in cases {
            assert_eq!(centre_line(&facts(0.2, lateral, false)), [paid, 0.0], "{lateral}");
        }
        assert_eq!(centre_line(&facts(0.0, 1.4, true)), [0.0, -2.0]);
    }

    #[test]
    fn names_are_unique_and_terms_fit() {
        for (index, reward) in REWARDS.iter().enumerate() {
            assert!(std::ptr::eq(find(reward.name).expect("its own name finds it"), &REWARDS[index]));
            assert!(reward.terms.len() <= MAX_TERMS);
        }
    }
}
