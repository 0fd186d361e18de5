//! The shape of an agent: what goes in, what comes out, and how its network becomes a policy file.

use crate::{
    learn::{
        distribution::Head,
        network::{Layout, Value},
        normaliser::{self, Moments},
        sight::{Input, Sight},
    },
    run::{config::Config, task::Task},
};
use sim_spec::{ActionSpace, Layer, Normaliser, Policy, PolicyError, Provenance};

/// The shape of an agent.
#[derive(Debug, Clone)]
pub struct Agent {
    pub sight: Sight,
    pub space: ActionSpace,
    pub head: Head,
    pub layout: Layout,
}

impl Agent {
    /// The agent of a run, with a value function beside its policy.
    pub fn new(config: &Config, task: &Task) -> Self {
        let sight = Sight { spec: task.observation, shrink: config.shrink };
        let head = Head::of(&task.action);
        let layout = Layout {
            input: sight.input(),
            beside: 0,
            convolutions: config.convolutions.clone(),
            hidden: config.hidden.clone(),
            outputs: head.outputs(),
            value: if config.separate_value { Value::Separate } else { Value::Shared },
            loose: head.loose(),
        };
        Self { sight, space: task.action.clone(), head, layout }
    }

    /// Numbers of the network's input.
    pub fn input(&self) -> usize {
        self.layout.input.numbers()
    }

    /// What is assumed of inputs before any was seen, as if `count` times. Pictures are scaled by what is known of them.
    pub fn first_moments(&self, count: f64) -> Moments {
        match self.layout.input {
            Input::Numbers(len) => Moments::unit(len, count),
            Input::Pictures { .. } => Moments::new(0),
        }
    }

    /// The normaliser of the network's input.
    pub fn normaliser(&self, moments: &Moments) -> Normaliser {
        match self.layout.input {
            Input::Numbers(_) => moments.freeze(),
            input => normaliser::of_pictures(input.numbers()),
        }
    }

    /// Adds what was seen to `moments`, `[N, input]`.
    pub fn learn_moments(&self, moments: &mut Moments, inputs: &[f32]) {
        if let Input::Numbers(_) = self.layout.input {
            moments.add(inputs);
        }
    }

    /// The policy that does what it finds best: the mean of its actions, or the likeliest. `last` are layers that come
    /// after the network's own. The value function and ln σ are needed for learning alone.
    pub fn policy(
        &self,
        parameters: &[f32],
        moments: &Moments,
        last: &[Layer],
        provenance: Provenance,
    ) -> Result<Policy, PolicyError> {
        let mut layers = Vec::new();
        let normaliser = match self.layout.input {
            Input::Numbers(_) => moments.freeze(),
            Input::Pictures { .. } => normaliser::of_pictures(self.sight.spec.len()),
        };
        if !self.sight.is_plain() {
            layers.push(Layer::AveragePool { size: self.sight.shrink });
        }
        layers.extend(self.layout.policy_layers(parameters, self.head.outputs()));
        layers.extend_from_slice(last);
        Policy::seeing(self.sight.spec, self.space.clone(), normaliser, layers, provenance)
    }
}
