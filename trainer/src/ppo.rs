//! Proximal policy optimisation, from collecting to learning.
//!
//! [`Ppo::iterate`] is the whole algorithm; each stage is one method of [`Learner`] below it:
//!
//! 1. **collect**: every car drives a few control steps, choosing its actions at random around the policy's mean;
//! 2. **estimate**: what happened is compared with what the value function expected ([`gae`]);
//! 3. **update**: actions that turned out better become likelier, within limits ([`loss`](mod@crate::loss));
//! 4. **report**: numbers that tell whether learning works.
//!
//! The details that papers leave out and that decide whether PPO learns are collected in Huang et al. 2022, "The 37
//! implementation details of PPO" (<https://iclr-blog-track.github.io/2022/03/25/ppo-implementation-details/>). Those
//! that are used are named where they stand.

use crate::{
    adam::{Adam, clip_norm},
    cars::{Cars, OBSERVATION, Outcome, Tally},
    config::Config,
    gae,
    loss::{LossSums, loss},
    network::{ACTIONS, Layout, Network, OUTPUTS, first_parameters},
    noise::{self, Purpose, generator},
    normaliser::{Moments, normalise},
    reward::Reward,
    rollout::Rollout,
    team::{Member, Team},
};
use sim_spec::{Normaliser, Track};
use std::f32::consts::TAU;

/// A training run between two iterations.
pub struct Ppo {
    config: Config,
    seed: u64,
    track: Track,
    reward: &'static Reward,
    /// What the cars have seen so far, to normalise observations by.
    moments: Moments,
    /// One per thread. Parameters and optimiser are the same in all of them, to the bit.
    learners: Vec<Learner>,
    /// Iterations done.
    iteration: u64,
}

/// All that a run needs to go on, besides its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Iterations done.
    pub iteration: u64,
    pub parameters: Vec<f32>,
    pub adam: Adam,
    pub moments: Moments,
}

/// What one thread holds: its cars, what they did, and its copy of the network.
struct Learner {
    cars: Cars,
    rollout: Rollout,
    network: Network,
    parameters: Vec<f32>,
    adam: Adam,
}

/// What an iteration goes by.
struct Plan<'a> {
    config: &'a Config,
    /// Frozen: what is learned from is seen as it was when it was acted on.
    normaliser: &'a Normaliser,
    learning_rate: f64,
    seed: u64,
    iteration: u64,
}

/// What one thread tells of its iteration.
struct Part {
    tally: Tally,
    /// What its cars saw.
    seen: Moments,
    losses: LossSums,
    gradient_norm: f64,
}

/// What an iteration was like.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub tally: Tally,
    pub losses: LossSums,
    pub learning_rate: f64,
    /// Entropy of the actions' distribution, nats.
    pub entropy: f64,
    /// Share of the returns' variance that the value function had foreseen: 1 all, 0 none, below 0 worse than nothing.
    pub explained_variance: f64,
    /// Mean length of the gradients before they were clipped.
    pub gradient_norm: f64,
}

impl Ppo {
    /// A run that has not begun.
    pub fn new(config: Config, seed: u64, track: Track, reward: &'static Reward) -> Self {
        let layout = Layout { observation: OBSERVATION, hidden: config.hidden.clone() };
        let state = State {
            iteration: 0,
            parameters: first_parameters(&layout, config.first_log_sigma, seed),
            adam: Adam::new(layout.parameters()),
            moments: Moments::unit(OBSERVATION, config.cars as f64),
        };
        Self::resume(config, seed, track, reward, state)
    }

    /// A run that goes on from where it was.
    pub fn resume(config: Config, seed: u64, track: Track, reward: &'static Reward, state: State) -> Self {
        let layout = Layout { observation: OBSERVATION, hidden: config.hidden.clone() };
        let cars_per_thread = config.cars / config.threads;
        let learner = |thread| {
            let mut network = Network::new(layout.clone());
            network.set(&state.parameters);
            let mut rng = generator(seed, Purpose::Spawns, state.iteration, thread);
            Learner {
                cars: Cars::new(&track, cars_per_thread, config.episode_steps, reward, &mut rng),
                rollout: Rollout::new(config.horizon, cars_per_thread),
                network,
                parameters: state.parameters.clone(),
                adam: state.adam.clone(),
            }
        };
        let learners = (0..config.threads).map(learner).collect();
        Self { learners, moments: state.moments, iteration: state.iteration, config, seed, track, reward }
    }

    /// One iteration of PPO.
    pub fn iterate(&mut self) -> Report {
        let plan = Plan {
            config: &self.config,
            normaliser: &self.moments.freeze(),
            learning_rate: self.config.learning_rate_at(self.steps()),
            seed: self.seed,
            iteration: self.iteration,
        };
        let parts = Team::run(&mut self.learners, |member, learner| {
            // libtorch keeps this per thread; more than one would get into the way of the others.
            tch::set_num_threads(1);
            let (tally, seen) = learner.collect(&plan, member);
            learner.estimate(&plan);
            let (losses, gradient_norm) = learner.update(&plan, member);
            Part { tally, seen, losses, gradient_norm }
        });
        let report = self.report(&parts, plan.learning_rate);
        parts.iter().for_each(|part| self.moments.merge(&part.seen));
        self.iteration += 1;
        if self.iteration.is_multiple_of(self.config.checkpoint_every) {
            self.spawn_all();
        }
        report
    }

    /// All cars start anew, so that a run that goes on from a checkpoint made now finds them where this one does.
    fn spawn_all(&mut self) {
        let Config { cars, threads, episode_steps, .. } = self.config;
        for (thread, learner) in self.learners.iter_mut().enumerate() {
            let mut rng = generator(self.seed, Purpose::Spawns, self.iteration, thread);
            learner.cars = Cars::new(&self.track, cars / threads, episode_steps, self.reward, &mut rng);
        }
    }

    fn report(&self, parts: &[Part], learning_rate: f64) -> Report {
        let (mut tally, mut losses) = (Tally::default(), LossSums::default());
        for part in parts {
            tally += &part.tally;
            losses += part.losses;
        }
        let log_sigma = self.learners[0].log_sigma();
        let entropy = log_sigma.iter().map(|log_sigma| f64::from(log_sigma + 0.5 * (1.0 + TAU.ln()))).sum();
        Report {
            tally,
            losses,
            learning_rate,
            entropy,
            explained_variance: explained_variance(self.learners.iter().map(|learner| &learner.rollout)),
            gradient_norm: parts[0].gradient_norm,
        }
    }

    /// Control steps done, over all cars.
    pub fn steps(&self) -> u64 {
        self.iteration * self.config.steps_per_iteration()
    }

    pub fn iteration(&self) -> u64 {
        self.iteration
    }

    /// The parameters as they are now, and the normaliser that belongs to them.
    pub fn parameters(&self) -> (&[f32], Normaliser) {
        (&self.learners[0].parameters, self.moments.freeze())
    }

    /// What a checkpoint holds.
    pub fn state(&self) -> State {
        let Learner { parameters, adam, .. } = &self.learners[0];
        State {
            iteration: self.iteration,
            parameters: parameters.clone(),
            adam: adam.clone(),
            moments: self.moments.clone(),
        }
    }
}

impl Learner {
    /// ln σ of each action, the last of the parameters.
    fn log_sigma(&self) -> &[f32] {
        &self.parameters[self.parameters.len() - ACTIONS..]
    }

    /// Stage 1: each car drives `horizon` control steps with the policy as it is, and a little at random.
    ///
    /// The sampled actions are stored as they are, though the sim clamps them to [−1, 1]: the probability of what was
    /// *chosen* is known in closed form, that of what the clamp made of it is not (detail 5 of the nine for continuous
    /// actions of Huang et al. 2022).
    fn collect(&mut self, plan: &Plan, member: &Member) -> (Tally, Moments) {
        let cars = self.rollout.cars;
        let mut rng = generator(plan.seed, Purpose::Exploration, plan.iteration, member.index());
        let sigma: Vec<f32> = self.log_sigma().iter().map(|log_sigma| log_sigma.exp()).collect();
        let log_density_at_mean = -self.log_sigma().iter().sum::<f32>() - 0.5 * ACTIONS as f32 * TAU.ln();
        let (mut tally, mut seen) = (Tally::default(), Moments::new(OBSERVATION));
        let mut raw = vec![0.0; cars * OBSERVATION];
        let mut outputs = vec![0.0; cars * OUTPUTS];
        let mut noise = vec![0.0; cars * ACTIONS];
        let mut outcomes = vec![Outcome::default(); cars];
        let (mut cut_rows, mut cut_observations) = (Vec::new(), Vec::new());

        for step in 0..self.rollout.horizon {
            let Rollout { observations, actions, log_probs, values, .. } = &mut self.rollout;
            let observations = &mut observations[step * cars * OBSERVATION..][..cars * OBSERVATION];
            let actions = &mut actions[step * cars * ACTIONS..][..cars * ACTIONS];
            self.cars.observe(&mut raw);
            seen.add(&raw);
            normalise(plan.normaliser, &raw, observations);
            self.network.evaluate(observations, &mut outputs);
            noise::fill_gaussian(&mut rng, &mut noise);
            for car in 0..cars {
                let row = step * cars + car;
                let mut squares = 0.0;
                for index in 0..ACTIONS {
                    let noise = noise[car * ACTIONS + index];
                    actions[car * ACTIONS + index] = outputs[car * OUTPUTS + index] + sigma[index] * noise;
                    squares += noise * noise;
                }
                log_probs[row] = log_density_at_mean - 0.5 * squares;
                values[row] = outputs[car * OUTPUTS + ACTIONS];
            }
            self.cars.step(actions, &mut outcomes, &mut tally, |car, observation| {
                cut_rows.push(step * cars + car);
                cut_observations.extend_from_slice(observation);
            });
            for (car, outcome) in outcomes.iter().enumerate() {
                let row = step * cars + car;
                self.rollout.rewards[row] = outcome.reward;
                self.rollout.terminated[row] = outcome.terminated;
                self.rollout.truncated[row] = outcome.truncated;
            }
        }

        // A step led to what the next one saw. The last step, and the steps at which a car's time ran out, led to what
        // no step saw: those observations are valued by themselves. The last row of a car that was cut off in it stands
        // in both lists; the later entry, made before the respawn, is the right one.
        self.rollout.next_values[..(self.rollout.horizon - 1) * cars].copy_from_slice(&self.rollout.values[cars..]);
        self.cars.observe(&mut raw);
        raw.extend(cut_observations);
        let last_rows = (self.rollout.horizon - 1) * cars..self.rollout.horizon * cars;
        let mut observations = vec![0.0; raw.len()];
        normalise(plan.normaliser, &raw, &mut observations);
        outputs.resize(observations.len() / OBSERVATION * OUTPUTS, 0.0);
        self.network.evaluate(&observations, &mut outputs);
        for (row, outputs) in last_rows.chain(cut_rows).zip(outputs.chunks_exact(OUTPUTS)) {
            self.rollout.next_values[row] = outputs[ACTIONS];
        }
        (tally, seen)
    }

    /// Stage 2: how much better each action turned out than expected.
    fn estimate(&mut self, plan: &Plan) {
        let mut advantages = std::mem::take(&mut self.rollout.advantages);
        gae::advantages(&self.rollout.segment(), plan.config.gamma, plan.config.lambda, &mut advantages);
        let learned = advantages.iter().zip(&self.rollout.values).map(|(advantage, value)| advantage + value);
        self.rollout.returns.clear();
        self.rollout.returns.extend(learned);
        self.rollout.advantages = advantages;
    }

    /// Stage 3: several passes over the rows in a new order each, a gradient step per minibatch.
    ///
    /// Every row is used once per pass (detail 6 of Huang et al. 2022; drawing with replacement would leave out a third
    /// of them). Each thread takes the gradient over its share of a minibatch; the shares are added up and every thread
    /// takes the same step, so that all copies of the network stay equal. A share's advantages are standardised by
    /// themselves, as in CleanRL's `ppo_atari_multigpu.py`.
    fn update(&mut self, plan: &Plan, member: &mut Member) -> (LossSums, f64) {
        let Plan { config, learning_rate, .. } = plan;
        let mut rng = generator(plan.seed, Purpose::Shuffle, plan.iteration, member.index());
        let mut order: Vec<usize> = (0..self.rollout.values.len()).collect();
        let mut gradient = vec![0.0; self.parameters.len()];
        let (mut sums, mut norms, mut steps) = (LossSums::default(), 0.0, 0.0);
        for _ in 0..config.epochs {
            noise::shuffle(&mut rng, &mut order);
            for rows in order.chunks(config.minibatch / config.threads) {
                let (loss, parts) =
                    loss(&self.network, &self.rollout.minibatch(rows), config, rows.len() * config.threads);
                self.network.gradient(&loss, &mut gradient);
                member.sum(&mut gradient);
                norms += f64::from(clip_norm(&mut gradient, config.max_gradient_norm));
                self.adam.step(&mut self.parameters, &gradient, *learning_rate);
                self.network.set(&self.parameters);
                sums += parts;
                steps += 1.0;
            }
        }
        (sums, norms / steps)
    }
}

/// 1 − Var(returns − values) / Var(returns), over all rows.
fn explained_variance<'a>(rollouts: impl Iterator<Item = &'a Rollout> + Clone) -> f64 {
    let returns = rollouts.clone().flat_map(|rollout| rollout.returns.iter().map(|x| f64::from(*x)));
    let errors = rollouts.flat_map(|rollout| rollout.advantages.iter().map(|x| f64::from(*x)));
    1.0 - variance(errors) / variance(returns).max(f64::MIN_POSITIVE)
}

fn variance(numbers: impl Iterator<Item = f64>) -> f64 {
    let (mut count, mut mean, mut deviation) = (0.0, 0.0, 0.0);
    for number in numbers {
        count += 1.0;
        let delta = number - mean;
        mean += delta / count;
        deviation += delta * (number - mean);
    }
    deviation / f64::max(count, 1.0)
}
