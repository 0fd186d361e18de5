//! Cars that drive, are judged, and start anew when their episode ends.

use crate::{
    failure::Failure,
    learn::{
        agent::Agent,
        noise::{self, Pcg64},
        rivals::{PastSelf, Rivals},
        sight::Sight,
    },
    reward::{Episode, Payment, Reward, Step},
    run::{
        simtrace::{self, EPISODES_PER_FILE, Row, Watched},
        task::Task,
    },
};
use rand_pcg::rand_core::Rng;
use sim::{Batch, BatchConfig, StepFacts};
use sim_spec::{ActionSpace, action::ACTION_LEN};
use std::{
    ops::AddAssign,
    time::{SystemTime, UNIX_EPOCH},
};

/// Learners of a thread whose episodes are traced step by step: as many as a trace file has episodes.
const WATCHED: usize = EPISODES_PER_FILE;

/// What the cars of one thread did in an iteration, summed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Control steps, summed over the cars.
    pub steps: u64,
    /// Reward by term.
    pub reward: Vec<f64>,
    /// Metres along the centre line.
    pub distance_m: f64,
    /// Episodes that ended by leaving the track.
    pub off_track: u64,
    /// Episodes that ended by running into something.
    pub crashed: u64,
    /// Episodes that the clock ended.
    pub timed_out: u64,
    /// Episodes that ended and had begun at a start, not in the middle of an episode's time.
    pub whole: u64,
    /// Laps' worth of their way, each counted up to one lap.
    pub completion: f64,
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.steps += other.steps;
        self.reward.resize(other.reward.len(), 0.0);
        self.reward.iter_mut().zip(&other.reward).for_each(|(sum, term)| *sum += term);
        self.distance_m += other.distance_m;
        self.off_track += other.off_track;
        self.crashed += other.crashed;
        self.timed_out += other.timed_out;
        self.whole += other.whole;
        self.completion += other.completion;
    }
}

impl Tally {
    /// Episodes that ended.
    pub fn episodes(&self) -> u64 {
        self.off_track + self.crashed + self.timed_out
    }

    /// Mean share of a lap that an episode drove before it ended, 0 to 1; `None` if no whole one ended.
    pub fn completion_rate(&self) -> Option<f64> {
        (self.whole > 0).then(|| self.completion / self.whole as f64)
    }
}

/// What a step of one car led to, besides the next observation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outcome {
    /// What the step was paid.
    pub reward: f32,
    /// The car left the track or ran into something.
    pub terminated: bool,
    /// The episode was cut off by its time limit.
    pub truncated: bool,
}

/// The cars of one thread among those of all.
#[derive(Debug, Clone, Copy)]
pub struct Crew {
    /// How many learn in this thread.
    pub learners: usize,
    /// Number of its first learner among all: tracks and ways round are shared out over all of them.
    pub first: usize,
    /// Length of an episode, control steps.
    pub episode_steps: u32,
    /// Seconds that each car has been driven in this run so far.
    pub driven_secs: f64,
}

/// Many cars that learn.
pub struct Cars {
    batch: Batch,
    sight: Sight,
    space: ActionSpace,
    episode_steps: u32,
    reward: Box<dyn Reward>,
    /// Numbers in the batch of the cars that learn; the others are their rivals.
    learners: Vec<usize>,
    rivals: Rivals,
    /// Of the learners.
    episodes: Vec<Episode>,
    /// Of the learners.
    rewards: Vec<f32>,
    /// Of every car.
    facts: Vec<StepFacts>,
    actions: Vec<[f32; ACTION_LEN]>,
    /// What the learners were told since [`Cars::begin`], `[T, learners]`.
    driven: Vec<[f32; ACTION_LEN]>,
    /// The traces of the first learners, and the episodes of theirs that ended.
    watched: Vec<Watched>,
    traced: Vec<Vec<Row>>,
    /// One observation, and what the network gets of it.
    observation: Vec<f32>,
    input: Vec<f32>,
}

impl Cars {
    /// Cars all over the tracks, each in the middle of an episode: ages are spread evenly, so that time-outs do not all come in the same step. Head to head, each of them has rivals
    /// out of `pool`.
    pub fn new(
        task: &Task,
        agent: &Agent,
        crew: Crew,
        pool: &[PastSelf],
        reward: Box<dyn Reward>,
        rng: &mut Pcg64,
    ) -> Self {
        let Crew { learners, first, episode_steps, driven_secs } = crew;
        let heat = task.course.race_type.cars();
        let cars = learners * heat;
        let batch = Batch::new(BatchConfig {
            cars,
            tracks: task.tracks.clone(),
            directions: task.course.way.directions().to_vec(),
            starts: task.course.starts,
            race_type: task.course.race_type.clone(),
            conditions: task.course.conditions.clone(),
            observation: task.observation,
            seed: rng.next_u64(),
            first_car: first * heat,
        });
        let age = |_| Episode { steps: noise::below(rng, episode_steps as usize) as u32, ..Episode::default() };
        let episodes = (0..learners).map(age).collect();
        let learners_of: Vec<usize> = (0..cars).step_by(heat).collect();
        let watch = |car: &usize| {
            let (world, own) = batch.world_of(*car);
            Watched::new(world, own, driven_secs)
        };
        let watched = learners_of.iter().take(WATCHED).map(watch).collect();
        let others: Vec<usize> = (0..cars).filter(|car| !car.is_multiple_of(heat)).collect();
        Self {
            batch,
            sight: agent.sight,
            space: agent.space.clone(),
            episode_steps,
            reward,
            learners: learners_of,
            rivals: Rivals::new(pool, &agent.layout, &agent.space, &others, rng),
            episodes,
            rewards: vec![0.0; learners],
            facts: vec![StepFacts::default(); cars],
            actions: vec![[0.0; ACTION_LEN]; cars],
            driven: Vec::new(),
            watched,
            traced: Vec::new(),
            observation: vec![0.0; task.observation.len()],
            input: vec![0.0; agent.input()],
        }
    }

    /// The judge, for the cars that come after these.
    pub fn into_reward(self) -> Box<dyn Reward> {
        self.reward
    }

    /// Names of the reward's terms.
    pub fn terms(&self) -> &[String] {
        self.reward.terms()
    }

    /// Writes what the network gets of each learner, `[learners, input]`.
    pub fn observe(&mut self, inputs: &mut [f32]) {
        let Self { batch, sight, learners, observation, input, .. } = self;
        for (car, out) in learners.iter().zip(inputs.chunks_exact_mut(input.len())) {
            observe(batch, sight, observation, *car, out);
        }
    }

    /// A new iteration begins.
    pub fn begin(&mut self) {
        self.driven.clear();
    }

    /// What the learners were told since the iteration began, step by step.
    pub fn driven(&self) -> &[f32] {
        self.driven.as_flattened()
    }

    /// Drives an iteration of `horizon` steps again by what the learners were told in it: afterwards, all cars are where
    /// they were.
    pub fn drive_again(&mut self, driven: &[f32], horizon: usize) -> Result<(), Failure> {
        let (driven, _) = driven.as_chunks::<ACTION_LEN>();
        let mut inputs = vec![0.0; self.learners.len() * self.input.len()];
        let mut outcomes = vec![Outcome::default(); self.learners.len()];
        for actions in driven.chunks_exact(driven.len() / horizon) {
            // Looking counts: a sensor's noise goes on from reading to reading.
            self.observe(&mut inputs);
            self.drive(actions);
            if self.reward.remembers() {
                self.pay(&mut Tally::default())?;
            }
            self.end_episodes(&mut outcomes, &mut Tally::default(), |_, _| ());
        }
        self.observe(&mut inputs);
        // Nobody saw them drive: the traces begin anew where the cars are now.
        for (watched, car) in self.watched.iter_mut().zip(&self.learners) {
            let (world, own) = self.batch.world_of(*car);
            watched.start(world, own);
        }
        Ok(())
    }

    /// One control step with `actions` of the learners (`[learners]`, the numbers of
    /// [`CONTINUOUS_V1`](sim_spec::action::CONTINUOUS_V1)). A car whose episode ends is paid and put elsewhere; of one whose
    /// time ran out, `last_input` is called with its number among the learners and what the network would have got.
    pub fn step(
        &mut self,
        actions: &[[f32; ACTION_LEN]],
        outcomes: &mut [Outcome],
        tally: &mut Tally,
        last_input: impl FnMut(usize, &[f32]),
    ) -> Result<(), Failure> {
        self.driven.extend_from_slice(actions);
        self.drive(actions);
        self.pay(tally)?;
        let ended = self.watch();
        self.end_episodes(outcomes, tally, last_input);
        for index in ended {
            let (world, own) = self.batch.world_of(self.learners[index]);
            self.watched[index].start(world, own);
        }
        Ok(())
    }

    /// Writes down the step of the cars that are watched; gives back those whose episode is over.
    fn watch(&mut self) -> Vec<usize> {
        let secs_since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        let mut ended = Vec::new();
        for (index, watched) in self.watched.iter_mut().enumerate() {
            let car = self.learners[index];
            let step = simtrace::Step {
                action: index_of(&self.space, self.actions[car]),
                reward: self.rewards[index],
                is_truncated: self.episodes[index].steps >= self.episode_steps,
                secs_since_epoch,
            };
            let (world, own) = self.batch.world_of(car);
            if let Some(rows) = watched.step(world, own, &self.facts[car], &step) {
                self.traced.push(rows);
                ended.push(index);
            }
        }
        ended
    }

    /// The episodes of the cars that are watched that have ended since this was last asked.
    pub fn traced(&mut self) -> Vec<Vec<Row>> {
        std::mem::take(&mut self.traced)
    }

    /// What the learners get for the step that they have just made.
    fn pay(&mut self, tally: &mut Tally) -> Result<(), Failure> {
        let Self { batch, facts, actions, episodes, rewards, learners, reward, .. } = self;
        let step = Step { batch, cars: learners, facts, actions, episodes };
        tally.reward.resize(reward.terms().len(), 0.0);
        reward.pay(&step, &mut Payment { rewards, terms: &mut tally.reward })
    }

    /// Everybody drives one control step.
    fn drive(&mut self, actions: &[[f32; ACTION_LEN]]) {
        let Self { batch, sight, observation, rivals, .. } = self;
        rivals.choose(&mut self.actions, |car, input| observe(batch, sight, observation, car, input));
        for (car, action) in self.learners.iter().zip(actions) {
            self.actions[*car] = *action;
        }
        self.batch.step(self.actions.as_flattened(), &mut self.facts);
        for (car, episode) in self.learners.iter().zip(&mut self.episodes) {
            episode.steps += 1;
            episode.distance_m += self.facts[*car].progress_m;
        }
    }

    /// Says how the step ended for each learner, and puts those elsewhere whose episode is over.
    fn end_episodes(&mut self, outcomes: &mut [Outcome], tally: &mut Tally, mut last_input: impl FnMut(usize, &[f32])) {
        tally.steps += self.learners.len() as u64;
        for (index, outcome) in outcomes.iter_mut().enumerate() {
            let (car, episode) = (self.learners[index], self.episodes[index]);
            let facts = self.facts[car];
            let terminated = facts.off_track || facts.crashed;
            let truncated = !terminated && episode.steps >= self.episode_steps;
            *outcome = Outcome { reward: self.rewards[index], terminated, truncated };
            tally.distance_m += f64::from(facts.progress_m);
            if truncated {
                observe(&mut self.batch, &self.sight, &mut self.observation, car, &mut self.input);
                last_input(index, &self.input);
            }
            if terminated || truncated {
                tally.off_track += u64::from(facts.off_track);
                tally.crashed += u64::from(facts.crashed && !facts.off_track);
                tally.timed_out += u64::from(truncated);
                if episode.number > 0 {
                    tally.whole += 1;
                    tally.completion += f64::from((episode.distance_m / facts.track_length_m).clamp(0.0, 1.0));
                }
                self.episodes[index] = Episode { number: episode.number + 1, ..Episode::default() };
                match self.batch.config().race_type.cars() {
                    1 => self.batch.spawn(car),
                    _ => self.batch.spawn_heat(car),
                }
            }
        }
        for rival in self.rivals.cars() {
            if self.facts[rival].off_track || self.facts[rival].crashed {
                self.batch.spawn(rival);
            }
        }
    }
}

/// The number of an action in a list of them.
fn index_of(space: &ActionSpace, numbers: [f32; ACTION_LEN]) -> Option<u32> {
    let ActionSpace::Discrete { actions } = space else { return None };
    (0..actions.len()).find(|index| space.numbers_of(*index) == numbers).map(|index| index as u32)
}

/// Writes what the network gets of a car.
fn observe(batch: &mut Batch, sight: &Sight, observation: &mut [f32], car: usize, input: &mut [f32]) {
    if sight.is_plain() {
        batch.observe_car(car, input);
    } else {
        batch.observe_car(car, observation);
        sight.look(observation, input);
    }
}
