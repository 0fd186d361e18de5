//! Starting from what another run has learned.

use crate::{
    failure::{Failure, bad_input},
    learn::{agent::Agent, algorithm::State, normaliser::Moments},
    run::{settings::Settings, task::Task},
};
use sim_spec::Policy;
use std::fmt::Display;

/// Observations that a policy's normaliser counts as: enough that the new run's own, which come from another track or
/// other conditions, do not change what the network sees under its feet.
const OBSERVATIONS: f64 = 5e6;

/// `first`, a new run's state, with `policy` in place of random weights. The value function stays random: a policy file has
/// none. Between PPO and SAC the weights are taken as they are, though SAC squashes what they say: it begins a little calmer.
/// `name` is what the policy is called in the refusal of one that does not fit.
pub fn from_policy(
    settings: &Settings,
    task: &Task,
    policy: &Policy,
    mut first: State,
    name: impl Display,
) -> Result<State, Failure> {
    let agent = Agent::new(&settings.config, task);
    if policy.observation() != task.observation || policy.action() != &task.action {
        let (sees, acts) = (policy.observation().id, policy.action().id());
        return Err(bad_input(name, format!("it sees {sees} and acts by {acts}, unlike the new run; choose the same")));
    }
    let list = if settings.is_sac() { "actor.parameters" } else { "parameters" };
    let parameters = first.lists.get_mut(list).expect("a state has its parameters");
    let layout = if settings.is_sac() { crate::learn::sac::actor_layout(&agent) } else { agent.layout.clone() };
    if !layout.take_over(parameters, agent.head.outputs(), policy.layers()) {
        let hidden = &settings.config.hidden;
        return Err(bad_input(
            name,
            format!("its network has another shape; set its widths by --set hidden=… (now {hidden:?})"),
        ));
    }
    if !first.moments.mean.is_empty() {
        let normaliser = policy.normaliser();
        first.moments = Moments {
            count: OBSERVATIONS,
            mean: normaliser.mean.iter().map(|mean| f64::from(*mean)).collect(),
            deviation: normaliser.std.iter().map(|std| f64::from(*std).powi(2) * OBSERVATIONS).collect(),
        };
    }
    Ok(first)
}
