//! Proximal policy optimisation, from collecting to learning.
//!
//! [`Ppo::iterate`] is the whole algorithm; each stage is one method of [`Learner`] below it:
//!
//! 1. **collect**: every car drives a few control steps, choosing its actions at random as its policy says;
//! 2. **estimate**: what happened is compared with what the value function expected ([`gae`]);
//! 3. **update**: actions that turned out better become likelier, within limits ([`loss`](mod@crate::learn::loss));
//! 4. **report**: numbers that tell whether learning works.
//!
//! The details that papers leave out and that decide whether PPO learns are collected in Huang et al. 2022, "The 37
//! implementation details of PPO" (<https://iclr-blog-track.github.io/2022/03/25/ppo-implementation-details/>). Those
//! that are used are named where they stand.

use crate::{
    failure::Failure,
    learn::{
        adam::{Adam, clip_norm},
        agent::Agent,
        algorithm::{Algorithm, Report, State},
        cars::{Cars, Crew, Outcome, Tally},
        gae,
        loss::{LossSums, loss},
        network::Network,
        noise::{self, Purpose, generator},
        normaliser::{Moments, normalise},
        rivals::{self, PastSelf},
        rollout::Rollout,
        team::{Member, Team},
    },
    reward::Start,
    run::{config::Config, simtrace::Row, task::Task},
};
use sim::CONTROL_HZ;
use sim_spec::{Normaliser, Policy, PolicyError, Provenance, action::ACTION_LEN};
use std::collections::BTreeMap;
use tch::Device;

/// A training run between two iterations.
pub struct Ppo {
    config: Config,
    seed: u64,
    task: Task,
    agent: Agent,
    /// What the cars have seen so far, to normalise inputs by.
    moments: Moments,
    /// One per thread. Parameters and optimiser are the same in all of them, to the bit.
    learners: Vec<Learner>,
    /// Earlier selves to race against; only for races head to head.
    pool: Vec<PastSelf>,
    /// Iterations done.
    iteration: u64,
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
    agent: &'a Agent,
    /// Frozen: what is learned from is seen as it was when it was acted on.
    normaliser: &'a Normaliser,
    learning_rate: f64,
    seed: u64,
    iteration: u64,
}

impl Ppo {
    /// What a run begins with: random weights.
    pub fn first_state(config: &Config, seed: u64, task: &Task) -> State {
        let agent = Agent::new(config, task);
        let parameters =
            agent.layout.first_parameters(config.first_log_sigma, &mut generator(seed, Purpose::Weights, 0, 0));
        state(0, parameters, &Adam::new(agent.layout.parameters()), &agent.first_moments(config.cars as f64), &[])
    }

    /// A run that goes on from a state. `driven` is what its cars were told, iteration by iteration, since they all
    /// started anew: they drive it again.
    pub fn new(
        config: Config,
        seed: u64,
        task: Task,
        device: Device,
        state: State,
        driven: &[Vec<f32>],
    ) -> Result<Self, Failure> {
        let agent = Agent::new(&config, &task);
        let State { iteration, mut lists, counters, moments } = state;
        let mut list = |name: &str| lists.remove(name).unwrap_or_default();
        let parameters = list("parameters");
        let adam = Adam {
            first_moment: list("adam.first_moment"),
            second_moment: list("adam.second_moment"),
            steps: counters.get("adam.steps").copied().unwrap_or_default(),
        };
        let pool = (0..).map_while(|index| {
            let name = |part| format!("past.{index}.{part}");
            let [parameters, mean, std] = ["parameters", "mean", "std"].map(|part| list(&name(part)));
            (!parameters.is_empty()).then_some(PastSelf { parameters, normaliser: Normaliser { mean, std } })
        });
        let mut pool: Vec<_> = pool.collect();
        if pool.is_empty() && task.course.race_type.cars() > 1 {
            pool.push(PastSelf { parameters: parameters.clone(), normaliser: agent.normaliser(&moments) });
        }
        let cars = config.cars / config.threads;
        let began = iteration - driven.len() as u64;
        let learner = |thread| {
            let mut network = Network::new(agent.layout.clone(), device);
            network.set(&parameters);
            let mut rng = generator(seed, Purpose::Spawns, began, thread);
            let reward = task.reward.start(Start { seed, thread, cars, iteration: began })?;
            Ok(Learner {
                cars: Cars::new(&task, &agent, crew(&config, thread, began), &pool, reward, &mut rng),
                rollout: Rollout::new(config.horizon, cars, agent.input(), agent.head.stored()),
                network,
                parameters: parameters.clone(),
                adam: adam.clone(),
            })
        };
        let mut learners = (0..config.threads).map(learner).collect::<Result<Vec<_>, Failure>>()?;
        let share = driven.first().map_or(0, |actions| actions.len() / config.threads);
        let driven_again = Team::run(&mut learners, |member, learner| {
            tch::set_num_threads(1);
            let mut again = |actions: &Vec<f32>| {
                learner.cars.drive_again(&actions[member.index() * share..][..share], config.horizon)
            };
            driven.iter().try_for_each(&mut again)
        });
        driven_again.into_iter().collect::<Result<(), _>>()?;
        Ok(Self { learners, moments, pool, iteration, config, seed, task, agent })
    }

    /// All cars start anew, among newer rivals if they have any: a resumed run need not drive again from further back.
    fn start_anew(&mut self) -> Result<(), Failure> {
        if !self.pool.is_empty() {
            let normaliser = self.agent.normaliser(&self.moments);
            let newest = PastSelf { parameters: self.learners[0].parameters.clone(), normaliser };
            rivals::remember(&mut self.pool, newest);
        }
        let Self { config, task, agent, pool, .. } = self;
        let anew = |(thread, learner): (usize, Learner)| {
            let Learner { cars, rollout, network, parameters, adam } = learner;
            let mut rng = generator(self.seed, Purpose::Spawns, self.iteration, thread);
            let mut reward = cars.into_reward();
            reward.start_anew(self.iteration)?;
            let cars = Cars::new(task, agent, crew(config, thread, self.iteration), pool, reward, &mut rng);
            Ok(Learner { cars, rollout, network, parameters, adam })
        };
        self.learners =
            std::mem::take(&mut self.learners).into_iter().enumerate().map(anew).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn report(&self, tally: Tally, losses: LossSums, learning_rate: f64, gradient_norm: f64) -> Report {
        let per_row = |sum: f64| sum / losses.rows.max(1.0);
        let foreseen = explained_variance(self.learners.iter().map(|learner| &learner.rollout));
        Report {
            tally,
            entropy: per_row(losses.entropy),
            learning_rate,
            more: vec![
                ("losses/policy", per_row(losses.policy)),
                ("losses/value", per_row(losses.value)),
                ("losses/approx_kl", per_row(losses.approx_kl)),
                ("losses/clip_fraction", per_row(losses.clipped)),
                ("losses/explained_variance", foreseen),
                ("losses/gradient_norm", gradient_norm),
            ],
        }
    }
}

impl Algorithm for Ppo {
    /// One iteration of PPO.
    fn iterate(&mut self) -> Result<Report, Failure> {
        let plan = Plan {
            config: &self.config,
            agent: &self.agent,
            normaliser: &self.agent.normaliser(&self.moments),
            learning_rate: self.config.learning_rate_at(self.steps()),
            seed: self.seed,
            iteration: self.iteration,
        };
        let collected = Team::run(&mut self.learners, |member, learner| {
            // libtorch keeps this per thread; more than one would get into the way of the others.
            tch::set_num_threads(1);
            let collected = learner.collect(&plan, member)?;
            learner.estimate(&plan);
            Ok::<_, Failure>(collected)
        });
        let updated = if collected.iter().all(Result::is_ok) {
            Team::run(&mut self.learners, |member, learner| {
                tch::set_num_threads(1);
                learner.update(&plan, member)
            })
        } else {
            Vec::new()
        };
        let learning_rate = plan.learning_rate;
        let (mut tally, mut losses) = (Tally::default(), LossSums::default());
        for part in collected {
            let (part, seen) = part?;
            tally += &part;
            self.moments.merge(&seen);
        }
        updated.iter().for_each(|(part, _)| losses += *part);
        let report = self.report(tally, losses, learning_rate, updated[0].1);
        self.iteration += 1;
        if self.iteration.is_multiple_of(self.config.restart_every) {
            self.start_anew()?;
        }
        Ok(report)
    }

    fn iteration(&self) -> u64 {
        self.iteration
    }

    fn steps(&self) -> u64 {
        self.iteration * self.config.steps_per_iteration()
    }

    fn terms(&self) -> &[String] {
        self.learners[0].cars.terms()
    }

    fn policy(&self, provenance: Provenance) -> Result<Policy, PolicyError> {
        self.agent.policy(&self.learners[0].parameters, &self.moments, &[], provenance)
    }

    fn state(&self) -> State {
        let Learner { parameters, adam, .. } = &self.learners[0];
        state(self.iteration, parameters.clone(), adam, &self.moments, &self.pool)
    }

    fn traced(&mut self) -> Vec<Vec<Row>> {
        self.learners[0].cars.traced()
    }

    fn driven(&self) -> Vec<f32> {
        if self.iteration.is_multiple_of(self.config.restart_every) {
            return Vec::new();
        }
        self.learners.iter().flat_map(|learner| learner.cars.driven()).copied().collect()
    }
}

/// The cars of a thread that start in an iteration.
fn crew(config: &Config, thread: usize, iteration: u64) -> Crew {
    let learners = config.cars / config.threads;
    let driven_secs = (iteration * config.horizon as u64) as f64 / f64::from(CONTROL_HZ);
    Crew { learners, first: thread * learners, episode_steps: config.episode_steps, driven_secs }
}

/// The state of a run by its parts.
fn state(iteration: u64, parameters: Vec<f32>, adam: &Adam, moments: &Moments, pool: &[PastSelf]) -> State {
    let mut lists = BTreeMap::from([
        ("parameters".to_owned(), parameters),
        ("adam.first_moment".to_owned(), adam.first_moment.clone()),
        ("adam.second_moment".to_owned(), adam.second_moment.clone()),
    ]);
    for (index, PastSelf { parameters, normaliser }) in pool.iter().enumerate() {
        for (part, list) in [("parameters", parameters), ("mean", &normaliser.mean), ("std", &normaliser.std)] {
            lists.insert(format!("past.{index}.{part}"), list.clone());
        }
    }
    State {
        iteration,
        counters: BTreeMap::from([("adam.steps".to_owned(), adam.steps)]),
        lists,
        moments: moments.clone(),
    }
}

impl Learner {
    /// ln σ of each number of an action, the last of the parameters; of discrete actions none.
    fn log_sigma(&self) -> &[f32] {
        &self.parameters[self.parameters.len() - self.network.layout().loose..]
    }

    /// Stage 1: each car drives `horizon` control steps with the policy as it is, and a little at random.
    fn collect(&mut self, plan: &Plan, member: &Member) -> Result<(Tally, Moments), Failure> {
        let agent = plan.agent;
        let (cars, input, head) = (self.rollout.cars, self.rollout.input, agent.head);
        let mut rng = generator(plan.seed, Purpose::Exploration, plan.iteration, member.index());
        let log_sigma = self.log_sigma().to_vec();
        let (mut tally, mut seen) = (Tally::default(), Moments::new(self.rollout.input));
        let mut raw = vec![0.0; cars * input];
        let mut outputs = vec![0.0; cars * head.outputs()];
        let mut commands = vec![[0.0; ACTION_LEN]; cars];
        let mut outcomes = vec![Outcome::default(); cars];
        let (mut cut_rows, mut cut_inputs) = (Vec::new(), Vec::new());

        self.cars.begin();
        for step in 0..self.rollout.horizon {
            let rows = step * cars..(step + 1) * cars;
            let Rollout { inputs, actions, log_probs, values, stored, .. } = &mut self.rollout;
            let inputs = &mut inputs[rows.start * input..rows.end * input];
            let actions = &mut actions[rows.start * *stored..rows.end * *stored];
            self.cars.observe(&mut raw);
            agent.learn_moments(&mut seen, &raw);
            normalise(plan.normaliser, &raw, inputs);
            self.network.evaluate(inputs, &mut outputs, &mut values[rows.clone()]);
            head.draw(&outputs, &log_sigma, &mut rng, actions, &mut log_probs[rows.clone()]);
            for (command, drawn) in commands.iter_mut().zip(actions.chunks_exact(*stored)) {
                *command = head.command(&agent.space, drawn);
            }
            self.cars.step(&commands, &mut outcomes, &mut tally, |car, input| {
                cut_rows.push(step * cars + car);
                cut_inputs.extend_from_slice(input);
            })?;
            for (row, outcome) in rows.zip(&outcomes) {
                self.rollout.rewards[row] = outcome.reward;
                self.rollout.terminated[row] = outcome.terminated;
                self.rollout.truncated[row] = outcome.truncated;
            }
        }

        // A step led to what the next one saw. The last step, and the steps at which a car's time ran out, led to what
        // no step saw: those inputs are valued by themselves. The last row of a car that was cut off in it stands in
        // both lists; the later entry, made before the respawn, is the right one.
        let last_rows = (self.rollout.horizon - 1) * cars..self.rollout.horizon * cars;
        self.rollout.next_values[..last_rows.start].copy_from_slice(&self.rollout.values[cars..]);
        self.cars.observe(&mut raw);
        raw.extend(cut_inputs);
        let mut inputs = vec![0.0; raw.len()];
        normalise(plan.normaliser, &raw, &mut inputs);
        let count = inputs.len() / input;
        let mut values = vec![0.0; count];
        outputs.resize(count * head.outputs(), 0.0);
        self.network.evaluate(&inputs, &mut outputs, &mut values);
        for (row, value) in last_rows.chain(cut_rows).zip(values) {
            self.rollout.next_values[row] = value;
        }
        Ok((tally, seen))
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
        let Plan { config, learning_rate, agent, .. } = plan;
        let mut rng = generator(plan.seed, Purpose::Shuffle, plan.iteration, member.index());
        let mut order: Vec<usize> = (0..self.rollout.values.len()).collect();
        let mut gradient = vec![0.0; self.parameters.len()];
        let (mut sums, mut norms, mut steps) = (LossSums::default(), 0.0, 0.0);
        for _ in 0..config.epochs {
            noise::shuffle(&mut rng, &mut order);
            for rows in order.chunks(config.minibatch / config.threads) {
                let batch = self.rollout.minibatch(rows, self.network.device());
                let (loss, parts) = loss(&self.network, agent.head, &batch, config, rows.len() * config.threads);
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

/// 1 − Var(returns − values) / Var(returns), over all rows: 1 if the value function foresaw all, 0 if nothing, below 0 if
/// it was worse than nothing.
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
