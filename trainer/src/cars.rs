//! Cars that drive, are judged, and start anew when their episode ends.

use crate::{
    noise,
    reward::{MAX_TERMS, Reward},
};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use sim::{Batch, BatchConfig, StepFacts};
use sim_spec::{Track, observation::STATE_V1};
use std::ops::AddAssign;

/// Numbers of an observation.
pub const OBSERVATION: usize = STATE_V1.len();

/// What the cars of one thread did in an iteration, summed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Control steps, summed over the cars.
    pub steps: u64,
    /// Reward by term.
    pub reward: [f64; MAX_TERMS],
    /// Metres along the centre line.
    pub distance_m: f64,
    /// Episodes that ended by leaving the track.
    pub off_track: u64,
    /// Episodes that the clock ended.
    pub timed_out: u64,
    /// Laps' worth of way of the episodes that ended, each counted up to one lap.
    pub completion: f64,
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.steps += other.steps;
        self.reward.iter_mut().zip(other.reward).for_each(|(sum, term)| *sum += term);
        self.distance_m += other.distance_m;
        self.off_track += other.off_track;
        self.timed_out += other.timed_out;
        self.completion += other.completion;
    }
}

impl Tally {
    /// Episodes that ended.
    pub fn episodes(&self) -> u64 {
        self.off_track + self.timed_out
    }

    /// Mean share of a lap that an episode drove before it ended, 0 to 1; 0 if none ended.
    pub fn completion_rate(&self) -> f64 {
        self.completion / self.episodes().max(1) as f64
    }
}

/// What a step of one car led to, besides the next observation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outcome {
    pub reward: f32,
    /// The car left the track.
    pub terminated: bool,
    /// The episode was cut off by its time limit.
    pub truncated: bool,
}

/// An episode under way.
#[derive(Debug, Clone, Copy, Default)]
struct Episode {
    steps: u32,
    distance_m: f32,
}

/// Many cars on one track.
pub struct Cars {
    batch: Batch,
    facts: Vec<StepFacts>,
    episodes: Vec<Episode>,
    episode_steps: u32,
    reward: &'static Reward,
}

impl Cars {
    /// `cars` cars all over the track, each in the middle of an episode of at most `episode_steps` control steps: ages
    /// are spread evenly, so that time-outs do not all come in the same step.
    pub fn new(track: &Track, cars: usize, episode_steps: u32, reward: &'static Reward, rng: &mut Pcg64) -> Self {
        let batch = Batch::new(BatchConfig::new(track.clone(), cars, rng.next_u64()));
        let age = |_| Episode { steps: noise::below(rng, episode_steps as usize) as u32, distance_m: 0.0 };
        let episodes = (0..cars).map(age).collect();
        Self { batch, facts: vec![StepFacts::default(); cars], episodes, episode_steps, reward }
    }

    /// Writes what each car sees, `[cars, OBSERVATION]`.
    pub fn observe(&mut self, observations: &mut [f32]) {
        self.batch.observe(observations);
    }

    /// One control step with `actions` (`[cars, ACTIONS]`). A car whose episode ends is judged and spawned elsewhere;
    /// of one whose time ran out, `last_observation` is called with its number and what it saw at the end.
    pub fn step(
        &mut self,
        actions: &[f32],
        outcomes: &mut [Outcome],
        tally: &mut Tally,
        mut last_observation: impl FnMut(usize, &[f32]),
    ) {
        self.batch.step(actions, &mut self.facts);
        tally.steps += self.facts.len() as u64;
        for (car, (facts, outcome)) in self.facts.iter().zip(outcomes).enumerate() {
            let terms = (self.reward.judge)(facts);
            let episode = &mut self.episodes[car];
            episode.steps += 1;
            episode.distance_m += facts.progress_m;
            *outcome = Outcome {
                reward: terms.iter().sum(),
                terminated: facts.off_track,
                truncated: !facts.off_track && episode.steps >= self.episode_steps,
            };
            tally.reward.iter_mut().zip(terms).for_each(|(sum, term)| *sum += f64::from(term));
            tally.distance_m += f64::from(facts.progress_m);
            if outcome.truncated {
                let mut seen = [0.0; OBSERVATION];
                self.batch.observe_car(car, &mut seen);
                last_observation(car, &seen);
            }
            if outcome.terminated || outcome.truncated {
                tally.off_track += u64::from(outcome.terminated);
                tally.timed_out += u64::from(outcome.truncated);
                tally.completion += f64::from((episode.distance_m / facts.track_length_m).clamp(0.0, 1.0));
                *episode = Episode::default();
                self.batch.spawn_anywhere(car);
            }
        }
    }
}
