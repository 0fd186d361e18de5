//! The pilot: runs a policy's network in plain Rust, in an order that never changes.
//!
//! Every output's sum is formed from its bias, input by input, so the bits do not depend on how wide a machine's vectors
//! are; `tanh` is libm's, not the platform's.

use sim_spec::{Layer, Policy, action::ACTION_LEN, limits::NORMALISED_CLIP};

/// A policy at the wheel.
pub struct Pilot {
    mean: Vec<f32>,
    std: Vec<f32>,
    layers: Vec<Step>,
    /// The numbers between two layers.
    values: Vec<f32>,
    next: Vec<f32>,
}

/// A layer, laid out for the forward pass.
enum Step {
    /// `columns` is the weight transposed, `[inputs, outputs]`: one input is spread over all outputs at a time.
    Linear {
        columns: Vec<f32>,
        bias: Vec<f32>,
    },
    Relu,
    Tanh,
}

impl Pilot {
    pub fn new(policy: &Policy) -> Self {
        let step = |layer: &Layer| match layer {
            Layer::Linear { inputs, outputs, weight, bias } => {
                let column = |input: usize| (0..*outputs).map(move |output| weight[output * inputs + input]);
                Step::Linear { columns: (0..*inputs).flat_map(column).collect(), bias: bias.clone() }
            }
            Layer::Relu => Step::Relu,
            Layer::Tanh => Step::Tanh,
        };
        Self {
            mean: policy.normaliser().mean.clone(),
            std: policy.normaliser().std.clone(),
            layers: policy.layers().iter().map(step).collect(),
            values: Vec::new(),
            next: Vec::new(),
        }
    }

    /// The action for an observation (`[STATE_V1.len()]`): the network's raw numbers, not yet clamped.
    pub fn act(&mut self, observation: &[f32]) -> [f32; ACTION_LEN] {
        let normalised = observation.iter().zip(&self.mean).zip(&self.std);
        self.values.clear();
        self.values.extend(
            normalised.map(|((value, mean), std)| ((value - mean) / std).clamp(-NORMALISED_CLIP, NORMALISED_CLIP)),
        );
        for layer in &self.layers {
            match layer {
                Step::Linear { columns, bias } => {
                    self.next.clone_from(bias);
                    for (value, column) in self.values.iter().zip(columns.chunks_exact(bias.len())) {
                        for (sum, weight) in self.next.iter_mut().zip(column) {
                            *sum += weight * value;
                        }
                    }
                    std::mem::swap(&mut self.values, &mut self.next);
                }
                Step::Relu => self.values.iter_mut().for_each(|value| *value = value.max(0.0)),
                Step::Tanh => self.values.iter_mut().for_each(|value| *value = libm::tanhf(*value)),
            }
        }
        std::array::from_fn(|index| self.values[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::{Normaliser, Provenance, observation::STATE_V1};

    #[test]
    fn a_small_network_by_hand() {
        let inputs = STATE_V1.len();
        let mut weight = vec![0.0; 2 * inputs];
        // Row 0: 2 · x0. Row 1: −1 · x1.
        (weight[0], weight[inputs + 1]) = (2.0, -1.0);
        let first = Layer::Linear { inputs, outputs: 2, weight, bias: vec![0.5, 0.25] };
        let second = Layer::Linear { inputs: 2, outputs: 2, weight: vec![1.0, 1.0, 0.0, -1.0], bias: vec![0.0, 1.0] };
        let normaliser = Normaliser { mean: vec![1.0; inputs], std: vec![2.0; inputs] };
        let policy = Policy::new(normaliser, vec![first, Layer::Relu, second], Provenance::default()).expect("valid");
        let mut observation = vec![0.0; inputs];
        (observation[0], observation[1]) = (2.0, 100.0);
        // Normalised: x0 = (2 − 1) / 2 = 0.5; x1 = 49.5, clipped to 10.
        // First layer: 2 · 0.5 + 0.5 = 1.5 and −10 + 0.25 = −9.75; ReLU: 1.5 and 0. Second: 1.5 and 1.
        assert_eq!(Pilot::new(&policy).act(&observation), [1.5, 1.0]);
    }
}
