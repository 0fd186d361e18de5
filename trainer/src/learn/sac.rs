//! Soft actor-critic, from driving to learning.
//!
//! Haarnoja et al. 2018, <https://arxiv.org/abs/1812.05905>. [`Sac::iterate`] is the whole algorithm:
//!
//! 1. **drive**: every car drives a few control steps as the actor says, at random around its mean, and each step is
//!    remembered ([`memory`](crate::learn::memory));
//! 2. **learn**: for each control step, a few gradient steps on remembered rows: two critics learn what an action is worth,
//!    the actor learns to choose what they value, less surely the more entropy is worth, and the temperature learns what that
//!    is ([`sac_loss`]).
//!
//! It differs from PPO in that nothing is thrown away: each step is learned from many times, by chance. So it needs fewer
//! steps for a lap and more time for each. Details that are not in the paper and matter: two critics and the lesser of
//! them (Fujimoto et al. 2018, <https://arxiv.org/abs/1802.09477>), slow copies of the critics as targets, random actions
//! until there is something to learn from (Spinning Up), a time-out that is no end.

use crate::{
    failure::{Failure, bad_input},
    learn::{
        adam::Adam,
        agent::Agent,
        algorithm::{Algorithm, Report, State},
        cars::{Cars, Outcome, Tally},
        memory::Memory,
        network::{Layout, Network, Value},
        noise::{self, Pcg64, Purpose, generator},
        normaliser::{Moments, normalise},
        sac_loss::{actor_loss, alpha_gradient, squashed, target},
        team::{Member, Team},
    },
    reward::Start,
    run::{
        config::{Config, SacConfig},
        simtrace::Row,
        task::Task,
    },
};
use sim_spec::{ActionSpace, Layer, Normaliser, Policy, PolicyError, Provenance, action::ACTION_LEN};
use std::{array, collections::BTreeMap};
use tch::{Device, Kind, Tensor, no_grad};

/// The entropy that is wanted, nats: −1 per number of an action, as in the paper (appendix D).
const WANTED_ENTROPY: f64 = -(ACTION_LEN as f64);
/// Bytes of observations that are remembered at most, over all threads: pictures would fill a laptop otherwise.
const MOST_REMEMBERED_BYTES: usize = 1 << 30;

/// A training run between two iterations.
pub struct Sac {
    config: Config,
    seed: u64,
    agent: Agent,
    /// What the cars have seen so far, to normalise inputs by.
    moments: Moments,
    /// One per thread. All but cars and memory is the same in all of them, to the bit.
    learners: Vec<Learner>,
    /// Iterations done.
    iteration: u64,
}

/// What one thread holds.
struct Learner {
    cars: Cars,
    memory: Memory,
    actor: Trained,
    critics: [Trained; 2],
    /// The critics' slow copies.
    targets: [Network; 2],
    target_parameters: [Vec<f32>; 2],
    /// ln α, and its optimiser.
    log_alpha: [f32; 1],
    alpha_adam: Adam,
}

/// A network and its optimiser.
struct Trained {
    network: Network,
    parameters: Vec<f32>,
    adam: Adam,
}

/// What an iteration goes by.
struct Plan<'a> {
    config: &'a SacConfig,
    gamma: f64,
    agent: &'a Agent,
    normaliser: &'a Normaliser,
    seed: u64,
    iteration: u64,
    /// Steps of all cars before this iteration.
    steps: u64,
}

/// What one thread tells of its learning, summed over its gradient steps.
#[derive(Clone, Copy, Default)]
struct Losses {
    actor: f64,
    critic: f64,
    log_prob: f64,
    rows: f64,
}

/// The actor: for each number of an action the mean, then ln σ.
pub fn actor_layout(agent: &Agent) -> Layout {
    Layout { outputs: 2 * ACTION_LEN, value: Value::None, loose: 0, ..agent.layout.clone() }
}

/// A critic: what an action is worth where something is seen.
fn critic_layout(agent: &Agent) -> Layout {
    Layout { outputs: 1, beside: ACTION_LEN, value: Value::None, loose: 0, ..agent.layout.clone() }
}

impl Sac {
    /// What a run begins with: random weights.
    pub fn first_state(config: &Config, seed: u64, task: &Task) -> State {
        let agent = Agent::new(config, task);
        let mut rng = generator(seed, Purpose::Weights, 0, 0);
        let mut lists = BTreeMap::new();
        let mut trained = |name: &str, layout: Layout| {
            let parameters = layout.first_parameters(0.0, &mut rng);
            put_adam(&mut lists, name, &Adam::new(parameters.len()));
            lists.insert(format!("{name}.parameters"), parameters.clone());
            parameters
        };
        trained("actor", actor_layout(&agent));
        let critics = ["critic.0", "critic.1"].map(|name| trained(name, critic_layout(&agent)));
        for (index, parameters) in critics.into_iter().enumerate() {
            lists.insert(format!("target.{index}.parameters"), parameters);
        }
        put_adam(&mut lists, "alpha", &Adam::new(1));
        lists.insert("alpha.parameters".into(), vec![config.sac.alpha.ln() as f32]);
        let moments = agent.first_moments(config.sac.cars as f64);
        State { iteration: 0, counters: BTreeMap::from([("adam.steps".to_owned(), 0)]), lists, moments }
    }

    /// A run that goes on from a state, with cars that start anew and nothing remembered.
    pub fn new(config: Config, seed: u64, task: &Task, device: Device, state: State) -> Result<Self, Failure> {
        let ActionSpace::Continuous { .. } = task.action else {
            return Err(bad_input("--algo sac", "it steers continuously; choose ppo for a list of actions"));
        };
        if task.course.race_type.cars() > 1 {
            return Err(bad_input("--algo sac", "it does not race against itself; choose ppo for head to head"));
        }
        let agent = Agent::new(&config, task);
        let State { iteration, counters, mut lists, moments } = state;
        let adam_steps = counters.get("adam.steps").copied().unwrap_or_default();
        let mut list = |name: &str| lists.remove(name).unwrap_or_default();
        let mut adam = |name: &str| Adam {
            first_moment: list(&format!("{name}.adam.first_moment")),
            second_moment: list(&format!("{name}.adam.second_moment")),
            steps: adam_steps,
        };
        let [actor_adam, alpha_adam] = ["actor", "alpha"].map(&mut adam);
        let critic_adams = ["critic.0", "critic.1"].map(&mut adam);
        let [actor, alpha] = ["actor", "alpha"].map(|name| list(&format!("{name}.parameters")));
        let [critics, targets] =
            ["critic", "target"].map(|kind| [0, 1].map(|index| list(&format!("{kind}.{index}.parameters"))));

        let network = |layout: Layout, parameters: &[f32]| {
            let mut network = Network::new(layout, device);
            network.set(parameters);
            network
        };
        let (cars, input) = (config.sac.cars / config.threads, agent.input());
        let most = MOST_REMEMBERED_BYTES / (2 * input * size_of::<f32>());
        let capacity = config.sac.memory.min(most) / config.threads;
        if capacity * config.threads < config.sac.warm_up {
            let steps = capacity * config.threads;
            return Err(bad_input(
                "--set sac.warm_up",
                format!(
                    "only {steps} steps of what this agent sees fit the memory, so that learning would never begin"
                ),
            ));
        }
        let learner = |thread| {
            let mut rng = generator(seed, Purpose::Spawns, iteration, thread);
            let reward = task.reward.start(Start { seed, thread, cars, iteration })?;
            let trained = |layout: Layout, parameters: &Vec<f32>, adam: &Adam| Trained {
                network: network(layout, parameters),
                parameters: parameters.clone(),
                adam: adam.clone(),
            };
            Ok(Learner {
                cars: Cars::new(task, &agent, cars, config.episode_steps, &[], reward, &mut rng),
                memory: Memory::new(capacity, input),
                actor: trained(actor_layout(&agent), &actor, &actor_adam),
                critics: array::from_fn(|index| trained(critic_layout(&agent), &critics[index], &critic_adams[index])),
                targets: array::from_fn(|index| network(critic_layout(&agent), &targets[index])),
                target_parameters: targets.clone(),
                log_alpha: [alpha[0]],
                alpha_adam: alpha_adam.clone(),
            })
        };
        let learners = (0..config.threads).map(learner).collect::<Result<_, Failure>>()?;
        Ok(Self { config, seed, agent, moments, learners, iteration })
    }
}

impl Algorithm for Sac {
    /// One iteration of SAC: each control step is followed by its gradient steps.
    fn iterate(&mut self) -> Result<Report, Failure> {
        let plan = Plan {
            config: &self.config.sac,
            gamma: f64::from(self.config.gamma),
            agent: &self.agent,
            normaliser: &self.agent.normaliser(&self.moments),
            seed: self.seed,
            iteration: self.iteration,
            steps: self.steps(),
        };
        let driven = Team::run(&mut self.learners, |member, learner| {
            tch::set_num_threads(1);
            learner.drive(&plan, member)
        });
        let (mut tally, mut losses) = (Tally::default(), Losses::default());
        for part in driven {
            let (part, seen) = part?;
            tally += &part;
            self.moments.merge(&seen);
        }
        let learned = Team::run(&mut self.learners, |member, learner| {
            tch::set_num_threads(1);
            learner.learn(&plan, member)
        });
        for part in learned {
            losses.actor += part.actor;
            losses.critic += part.critic;
            losses.log_prob += part.log_prob;
            losses.rows += part.rows;
        }
        self.iteration += 1;
        let per_row = |sum: f64| sum / losses.rows.max(1.0);
        Ok(Report {
            tally,
            entropy: -per_row(losses.log_prob),
            learning_rate: self.config.sac.learning_rate,
            more: vec![
                ("losses/actor", per_row(losses.actor)),
                ("losses/critic", per_row(losses.critic)),
                ("losses/alpha", self.learners[0].alpha()),
            ],
        })
    }

    fn iteration(&self) -> u64 {
        self.iteration
    }

    fn steps(&self) -> u64 {
        self.iteration * (self.config.sac.cars * self.config.sac.horizon) as u64
    }

    fn terms(&self) -> &[String] {
        self.learners[0].cars.terms()
    }

    /// The policy that drives by the mean: its last layer is the squashing.
    fn policy(&self, provenance: Provenance) -> Result<Policy, PolicyError> {
        let agent = Agent { layout: actor_layout(&self.agent), ..self.agent.clone() };
        agent.policy(&self.learners[0].actor.parameters, &self.moments, &[Layer::Tanh], provenance)
    }

    fn state(&self) -> State {
        let Learner { actor, critics, target_parameters, log_alpha, alpha_adam, .. } = &self.learners[0];
        let mut lists = BTreeMap::new();
        for (name, trained) in [("actor", actor), ("critic.0", &critics[0]), ("critic.1", &critics[1])] {
            put_adam(&mut lists, name, &trained.adam);
            lists.insert(format!("{name}.parameters"), trained.parameters.clone());
        }
        for (index, parameters) in target_parameters.iter().enumerate() {
            lists.insert(format!("target.{index}.parameters"), parameters.clone());
        }
        put_adam(&mut lists, "alpha", alpha_adam);
        lists.insert("alpha.parameters".into(), log_alpha.to_vec());
        let counters = BTreeMap::from([("adam.steps".to_owned(), actor.adam.steps)]);
        State { iteration: self.iteration, counters, lists, moments: self.moments.clone() }
    }

    fn traced(&mut self) -> Vec<Vec<Row>> {
        self.learners[0].cars.traced()
    }

    /// The memory is not kept, so a run that is resumed fills it anew.
    fn driven(&self) -> Vec<f32> {
        Vec::new()
    }
}

fn put_adam(lists: &mut BTreeMap<String, Vec<f32>>, name: &str, adam: &Adam) {
    lists.insert(format!("{name}.adam.first_moment"), adam.first_moment.clone());
    lists.insert(format!("{name}.adam.second_moment"), adam.second_moment.clone());
}

impl Trained {
    /// One step against the gradient of `loss`, of which every thread has a share.
    fn descend(&mut self, loss: &Tensor, learning_rate: f64, member: &mut Member) {
        let mut gradient = vec![0.0; self.parameters.len()];
        self.network.gradient(loss, &mut gradient);
        member.sum(&mut gradient);
        self.adam.step(&mut self.parameters, &gradient, learning_rate);
        self.network.set(&self.parameters);
    }
}

impl Learner {
    fn alpha(&self) -> f64 {
        f64::from(self.log_alpha[0]).exp()
    }

    /// Stage 1: each car drives and remembers. Until the warm-up is over, a new run's cars do anything at all.
    fn drive(&mut self, plan: &Plan, member: &Member) -> Result<(Tally, Moments), Failure> {
        let agent = plan.agent;
        let (input, cars) = (agent.input(), plan.config.cars / member.count());
        let mut rng = generator(plan.seed, Purpose::Exploration, plan.iteration, member.index());
        let (mut tally, mut seen) = (Tally::default(), Moments::new(input));
        let is_warming_up = plan.steps < plan.config.warm_up as u64;
        let mut outcomes = vec![Outcome::default(); cars];
        let (mut inputs, mut next_inputs) = (vec![0.0; cars * input], vec![0.0; cars * input]);
        self.cars.begin();
        self.cars.observe(&mut inputs);
        for _ in 0..plan.config.horizon {
            agent.learn_moments(&mut seen, &inputs);
            let actions = match is_warming_up {
                true => (0..cars).map(|_| array::from_fn(|_| 2.0 * noise::uniform(&mut rng) - 1.0)).collect(),
                false => self.choose(plan, &inputs, &mut rng),
            };
            let commands: Vec<_> = actions.iter().map(|action| agent.space.act(action)).collect();
            let mut cut = BTreeMap::new();
            self.cars.step(&commands, &mut outcomes, &mut tally, |car, input| {
                cut.insert(car, input.to_vec());
            })?;
            self.cars.observe(&mut next_inputs);
            for (car, outcome) in outcomes.iter().enumerate() {
                let row = car * input..(car + 1) * input;
                let led_to = cut.get(&car).map_or(&next_inputs[row.clone()], Vec::as_slice);
                self.memory.add(&inputs[row], actions[car], outcome.reward, led_to, outcome.terminated);
            }
            std::mem::swap(&mut inputs, &mut next_inputs);
        }
        Ok((tally, seen))
    }

    /// An action for each input, drawn as the actor says.
    fn choose(&self, plan: &Plan, inputs: &[f32], rng: &mut Pcg64) -> Vec<[f32; ACTION_LEN]> {
        let inputs = self.tensor(plan, inputs);
        let (actions, _) = no_grad(|| self.draw(&inputs, rng));
        let mut chosen = vec![[0.0; ACTION_LEN]; actions.size()[0] as usize];
        let len = chosen.len() * ACTION_LEN;
        actions.to_device(Device::Cpu).contiguous().copy_data(chosen.as_flattened_mut(), len);
        chosen
    }

    /// Normalised, on the network's device, `[N, input]`.
    fn tensor(&self, plan: &Plan, inputs: &[f32]) -> Tensor {
        let mut normalised = vec![0.0; inputs.len()];
        normalise(plan.normaliser, inputs, &mut normalised);
        let width = plan.agent.input() as i64;
        Tensor::from_slice(&normalised).view([-1, width]).to_device(self.actor.network.device())
    }

    /// Actions that the actor draws for `inputs`, and their log-probabilities.
    fn draw(&self, inputs: &Tensor, rng: &mut Pcg64) -> (Tensor, Tensor) {
        let mut epsilon = vec![0.0; inputs.size()[0] as usize * ACTION_LEN];
        noise::fill_gaussian(rng, &mut epsilon);
        let epsilon = Tensor::from_slice(&epsilon).view([-1, ACTION_LEN as i64]).to_device(inputs.device());
        squashed(&self.actor.network.forward(inputs).0, &epsilon)
    }

    /// Stage 2: gradient steps on what is remembered.
    fn learn(&mut self, plan: &Plan, member: &mut Member) -> Losses {
        let threads = member.count();
        let share = plan.config.minibatch / threads;
        let mut rng = generator(plan.seed, Purpose::Shuffle, plan.iteration, member.index());
        let mut losses = Losses::default();
        if self.memory.len() * threads < plan.config.warm_up {
            return losses;
        }
        for _ in 0..plan.config.horizon * plan.config.updates {
            self.gradient_step(plan, member, share, &mut rng, &mut losses);
        }
        losses
    }

    fn gradient_step(&mut self, plan: &Plan, member: &mut Member, share: usize, rng: &mut Pcg64, losses: &mut Losses) {
        let SacConfig { minibatch, learning_rate, tau, learn_alpha, .. } = *plan.config;
        let (rows, alpha) = (minibatch as f64, self.alpha());
        let drawn = self.memory.draw(share, rng, self.actor.network.device());
        let [inputs, next_inputs] = [&drawn.inputs, &drawn.next_inputs].map(|inputs| self.tensor(plan, inputs));

        // The critics learn what the next step's worth says of this one.
        let wanted = no_grad(|| {
            let (next_actions, next_log_prob) = self.draw(&next_inputs, rng);
            let next = Tensor::cat(&[&next_inputs, &next_actions], 1);
            let [one, other] = [&self.targets[0], &self.targets[1]].map(|critic| critic.forward(&next).0.select(1, 0));
            target(&drawn.rewards, &drawn.alive, &one.minimum(&other), &next_log_prob, alpha, plan.gamma)
        });
        let chosen = Tensor::cat(&[&inputs, &drawn.actions], 1);
        for critic in &mut self.critics {
            let error = critic.network.forward(&chosen).0.select(1, 0) - &wanted;
            let loss = error.square().sum(Kind::Float) * (0.5 / rows);
            losses.critic += loss.double_value(&[]) * rows;
            critic.descend(&loss, learning_rate, member);
        }

        // The actor learns to choose what they value.
        let (actions, log_prob) = self.draw(&inputs, rng);
        let considered = Tensor::cat(&[&inputs, &actions], 1);
        let [one, other] = [0, 1].map(|index| self.critics[index].network.forward(&considered).0.select(1, 0));
        let loss = actor_loss(&one.minimum(&other), &log_prob, alpha) / rows;
        losses.actor += loss.double_value(&[]) * rows;
        self.actor.descend(&loss, learning_rate, member);

        // The temperature follows the entropy.
        let mut log_probs = [log_prob.sum(Kind::Float).double_value(&[]) as f32];
        losses.log_prob += f64::from(log_probs[0]);
        losses.rows += share as f64;
        member.sum(&mut log_probs);
        if learn_alpha {
            let gradient = alpha_gradient(f64::from(log_probs[0]), rows, WANTED_ENTROPY);
            self.alpha_adam.step(&mut self.log_alpha, &[gradient as f32], learning_rate);
        }

        // The slow copies follow the critics.
        for ((slow, network), critic) in self.target_parameters.iter_mut().zip(&mut self.targets).zip(&self.critics) {
            for (slow, quick) in slow.iter_mut().zip(&critic.parameters) {
                *slow += tau as f32 * (quick - *slow);
            }
            network.set(slow);
        }
    }
}
