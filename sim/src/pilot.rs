//! The pilot: runs a policy's network in plain Rust, in an order that never changes.
//!
//! Every output's sum is formed from its bias, input by input (of a picture: channel, row, column), so the bits do not
//! depend on how wide a machine's vectors are; `tanh` is libm's, not the platform's.

use crate::convolution::{Convolution, average_pool};
use sim_spec::{ActionSpace, Layer, Policy, Shape, action::ACTION_LEN, limits::NORMALISED_CLIP};

/// A policy at the wheel.
pub struct Pilot {
    mean: Vec<f32>,
    std: Vec<f32>,
    layers: Vec<Step>,
    action: ActionSpace,
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
    /// `before` is the picture that comes in, `[channels, rows, columns]`.
    AveragePool {
        size: usize,
        before: [usize; 3],
    },
    Conv2d {
        convolution: Convolution,
        before: [usize; 3],
    },
}

impl Pilot {
    pub fn new(policy: &Policy) -> Self {
        let mut shape = Shape::of(policy.observation());
        let step = |(index, layer): (usize, &Layer)| {
            let before = shape;
            shape = before.after(index, layer).expect("a policy's layers chain");
            Step::new(layer, before)
        };
        Self {
            layers: policy.layers().iter().enumerate().map(step).collect(),
            mean: policy.normaliser().mean.clone(),
            std: policy.normaliser().std.clone(),
            action: policy.action().clone(),
            values: Vec::new(),
            next: Vec::new(),
        }
    }

    /// The action for an observation: the two numbers of `CONTINUOUS_V1`, each in [−1, 1].
    pub fn act(&mut self, observation: &[f32]) -> [f32; ACTION_LEN] {
        self.think(observation);
        self.action.act(&self.values)
    }

    /// The network's raw numbers for an observation, from which [`act`](Self::act) makes the action.
    pub fn think(&mut self, observation: &[f32]) -> &[f32] {
        let normalised = observation.iter().zip(&self.mean).zip(&self.std);
        self.values.clear();
        self.values.extend(
            normalised.map(|((value, mean), std)| ((value - mean) / std).clamp(-NORMALISED_CLIP, NORMALISED_CLIP)),
        );
        for layer in &self.layers {
            layer.run(&mut self.values, &mut self.next);
        }
        &self.values
    }
}

impl Step {
    fn new(layer: &Layer, before: Shape) -> Self {
        match layer {
            Layer::Linear { inputs, outputs, weight, bias } => {
                let column = |input: usize| (0..*outputs).map(move |output| weight[output * inputs + input]);
                Self::Linear { columns: (0..*inputs).flat_map(column).collect(), bias: bias.clone() }
            }
            Layer::Relu => Self::Relu,
            Layer::Tanh => Self::Tanh,
            Layer::AveragePool { size } => Self::AveragePool { size: *size, before: before.sides() },
            Layer::Conv2d { kernel, stride, weight, bias, .. } => {
                Self::Conv2d { convolution: Convolution::new(*kernel, *stride, weight, bias), before: before.sides() }
            }
        }
    }

    /// Replaces `values` by what the layer makes of them. `next` is room to write in.
    fn run(&self, values: &mut Vec<f32>, next: &mut Vec<f32>) {
        match self {
            Self::Relu => return values.iter_mut().for_each(|value| *value = value.max(0.0)),
            Self::Tanh => return values.iter_mut().for_each(|value| *value = libm::tanhf(*value)),
            Self::Linear { columns, bias } => {
                next.clone_from(bias);
                for (value, column) in values.iter().zip(columns.chunks_exact(bias.len())) {
                    for (sum, weight) in next.iter_mut().zip(column) {
                        *sum += weight * value;
                    }
                }
            }
            Self::AveragePool { size, before } => average_pool(*size, values, *before, next),
            Self::Conv2d { convolution, before } => convolution.run(values, *before, next),
        }
        std::mem::swap(values, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::{Normaliser, Provenance, observation::CAMERA_V1, observation::STATE_V1};

    #[test]
    fn a_small_network_by_hand() {
        let inputs = STATE_V1.len();
        let mut weight = vec![0.0; 2 * inputs];
        // Row 0: 2 · x0. Row 1: −1 · x1.
        (weight[0], weight[inputs + 1]) = (2.0, -1.0);
        let first = Layer::Linear { inputs, outputs: 2, weight, bias: vec![0.5, 0.25] };
        let second = Layer::Linear { inputs: 2, outputs: 2, weight: vec![1.0, 1.0, 0.0, -1.0], bias: vec![0.0, 0.5] };
        let normaliser = Normaliser { mean: vec![1.0; inputs], std: vec![2.0; inputs] };
        let policy = Policy::new(normaliser, vec![first, Layer::Relu, second], Provenance::default()).expect("valid");
        let mut observation = vec![0.0; inputs];
        (observation[0], observation[1]) = (2.0, 100.0);
        // Normalised: x0 = (2 − 1) / 2 = 0.5; x1 = 49.5, clipped to 10.
        // First layer: 2 · 0.5 + 0.5 = 1.5 and −10 + 0.25 = −9.75; ReLU: 1.5 and 0. Second: 1.5 and 0.5.
        let mut pilot = Pilot::new(&policy);
        assert_eq!(pilot.think(&observation), [1.5, 0.5]);
        assert_eq!(pilot.act(&observation), [1.0, 0.5]);
    }

    /// A camera policy that looks for light: a pool, a convolution, ReLU, and three actions to choose from.
    #[test]
    fn a_camera_network_by_hand() {
        let pooled = Layer::AveragePool { size: 10 };
        // 12 x 16 tiles. Kernel 4, stride 4, all ones: 3 x 4 places. One channel, bias −1.
        let conv =
            Layer::Conv2d { inputs: 1, outputs: 1, kernel: 4, stride: 4, weight: vec![1.0; 16], bias: vec![-1.0] };
        // Left half, right half of the picture, and 2.5 for neither.
        let half = |right: bool| (0..12).map(move |place| if (place % 4 >= 2) == right { 1.0 } else { 0.0 });
        let weight = half(false).chain(half(true)).chain([0.0; 12]).collect();
        let choice = Layer::Linear { inputs: 12, outputs: 3, weight, bias: vec![0.0, 0.0, 2.5] };
        let action = ActionSpace::Discrete { actions: vec![[0.2, 1.0], [-0.2, 1.0], [0.0, 4.0]] };
        let inputs = CAMERA_V1.len();
        let normaliser = Normaliser { mean: vec![55.0; inputs], std: vec![200.0; inputs] };
        let layers = vec![pooled, conv, Layer::Relu, choice];
        let policy = Policy::seeing(&CAMERA_V1, action.clone(), normaliser, layers, Provenance::default());
        let mut pilot = Pilot::new(&policy.expect("valid"));
        // A picture of grey 55, which is 0, with the rightmost 40 columns white, which is 1: there each place of the
        // convolution sees 16 tiles of 1, less the bias: 15, in three rows.
        let picture: Vec<f32> = (0..inputs).map(|pixel| if pixel % 160 >= 120 { 255.0 } else { 55.0 }).collect();
        assert_eq!(pilot.think(&picture), [0.0, 45.0, 2.5]);
        assert_eq!(pilot.act(&picture), action.numbers_of(1));
        assert_eq!(pilot.act(&vec![55.0; inputs]), [0.0, 1.0]);
    }
}
