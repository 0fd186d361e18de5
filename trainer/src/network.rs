//! The actor and the critic: one network with a shared trunk, as libtorch tensors.

use crate::{init::orthogonal, noise};
use tch::{Device, Kind, Tensor};

/// Numbers that the policy gives per observation.
pub const ACTIONS: usize = sim_spec::action::ACTION_LEN;
/// Outputs of the network: the mean of each action, then the value.
pub const OUTPUTS: usize = ACTIONS + 1;

/// The network's shape, and where each tensor lies in the flat list of parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub observation: usize,
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
}

impl Layout {
    /// Inputs and outputs of each linear layer, first to last.
    pub fn layers(&self) -> Vec<[usize; 2]> {
        let widths: Vec<usize> =
            [self.observation].into_iter().chain(self.hidden.iter().copied()).chain([OUTPUTS]).collect();
        widths.windows(2).map(|pair| [pair[0], pair[1]]).collect()
    }

    /// Shape of each tensor in order: weight `[out, in]` and bias `[out]` of each layer, then log σ `[ACTIONS]`.
    fn shapes(&self) -> Vec<Vec<usize>> {
        let layers = self.layers();
        let linear = layers.iter().flat_map(|[inputs, outputs]| [vec![*outputs, *inputs], vec![*outputs]]);
        linear.chain([vec![ACTIONS]]).collect()
    }

    /// Numbers in the flat list.
    pub fn parameters(&self) -> usize {
        self.shapes().iter().map(|shape| shape.iter().product::<usize>()).sum()
    }
}

/// The first parameters: orthogonal weights (gain √2 before a ReLU, 0.01 for the actions so that the first policy
/// hardly prefers anything, 1 for the value), biases 0, log σ as given. Details 2 of Huang et al. 2022.
pub fn first_parameters(layout: &Layout, log_sigma: f32, seed: u64) -> Vec<f32> {
    let mut rng = noise::generator(seed, noise::Purpose::Weights, 0, 0);
    let mut parameters = Vec::with_capacity(layout.parameters());
    let layers = layout.layers();
    for (index, &[inputs, outputs]) in layers.iter().enumerate() {
        if index + 1 < layers.len() {
            parameters.extend(orthogonal(&mut rng, outputs, inputs, std::f64::consts::SQRT_2));
        } else {
            parameters.extend(orthogonal(&mut rng, ACTIONS, inputs, 0.01));
            parameters.extend(orthogonal(&mut rng, outputs - ACTIONS, inputs, 1.0));
        }
        parameters.extend(std::iter::repeat_n(0.0, outputs));
    }
    parameters.extend([log_sigma; ACTIONS]);
    parameters
}

/// One copy of the network. Each thread that learns has its own.
#[derive(Debug)]
pub struct Network {
    layout: Layout,
    /// The leaves that gradients are taken of, in the order of [`Layout::shapes`].
    leaves: Vec<Tensor>,
}

impl Network {
    /// A network of that shape with all parameters 0.
    pub fn new(layout: Layout) -> Self {
        let leaf = |shape: &Vec<usize>| {
            let shape: Vec<i64> = shape.iter().map(|side| *side as i64).collect();
            Tensor::zeros(shape.as_slice(), (Kind::Float, Device::Cpu)).set_requires_grad(true)
        };
        let leaves = layout.shapes().iter().map(leaf).collect();
        Self { layout, leaves }
    }

    /// Takes over the flat `parameters`.
    pub fn set(&mut self, parameters: &[f32]) {
        let mut at = 0;
        tch::no_grad(|| {
            for leaf in &mut self.leaves {
                let len = leaf.numel();
                leaf.copy_(&Tensor::from_slice(&parameters[at..at + len]).view_as(leaf));
                at += len;
            }
        });
    }

    /// Outputs `[N, OUTPUTS]` for normalised observations `[N, observation]`.
    pub fn forward(&self, observations: &Tensor) -> Tensor {
        let hidden = self.layout.hidden.len();
        let mut activations = observations.shallow_clone();
        for layer in 0..=hidden {
            activations = activations.linear(&self.leaves[2 * layer], Some(&self.leaves[2 * layer + 1]));
            if layer < hidden {
                activations = activations.relu_();
            }
        }
        activations
    }

    /// The same without gradients, from and to plain memory.
    pub fn evaluate(&self, observations: &[f32], outputs: &mut [f32]) {
        let observations = Tensor::from_slice(observations).view([-1, self.layout.observation as i64]);
        tch::no_grad(|| self.forward(&observations)).copy_data(outputs, outputs.len());
    }

    /// Logarithm of the standard deviation of each action, `[ACTIONS]`; it does not depend on the observation.
    pub fn log_sigma(&self) -> &Tensor {
        &self.leaves[self.leaves.len() - 1]
    }

    /// Writes the gradient of `loss`, flat as the parameters are.
    pub fn gradient(&self, loss: &Tensor, out: &mut [f32]) {
        let gradients = Tensor::run_backward(&[loss], &self.leaves, false, false);
        let mut at = 0;
        for gradient in gradients {
            let len = gradient.numel();
            gradient.copy_data(&mut out[at..at + len], len);
            at += len;
        }
    }
}
