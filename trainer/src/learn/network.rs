//! The actor and the critic, as libtorch tensors.
//!
//! ```text
//! input ─▶ convolutions (pictures only) ─▶ hidden layers ─┬─▶ outputs of the policy
//!                                                         └─▶ value      (shared)
//! input ─▶ the same again, with its own weights ─────────────▶ value      (separate)
//! ```
//!
//! All parameters stand in one flat list, so that optimiser, checkpoint and threads need not know the shape.

use crate::learn::{init::orthogonal, noise, sight::Input};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// A convolution without padding, followed by a ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convolution {
    /// Pictures that come out.
    pub filters: usize,
    /// Side of the square that each filter looks at.
    pub kernel: usize,
    /// Pixels from one square to the next.
    pub stride: usize,
}

/// Where the value function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// There is none.
    None,
    /// One more output of the policy's network.
    Shared,
    /// In a network of its own.
    Separate,
}

/// The network's shape, and where each tensor lies in the flat list of parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub input: Input,
    /// Numbers that come beside the input and join it before the hidden layers: an action that is to be valued.
    pub beside: usize,
    /// For pictures; without them none.
    pub convolutions: Vec<Convolution>,
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// Numbers that the policy gives per input.
    pub outputs: usize,
    pub value: Value,
    /// Parameters that belong to no layer: ln σ of each action.
    pub loose: usize,
}

/// One tensor's place in the network.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Layer {
    /// `[filters, channels, kernel, kernel]` and `[filters]`.
    Convolution { convolution: Convolution, channels: usize },
    /// `[outputs, inputs]` and `[outputs]`.
    Linear { inputs: usize, outputs: usize },
}

impl Layer {
    fn weight(&self) -> Vec<i64> {
        match *self {
            Self::Convolution { convolution: Convolution { filters, kernel, .. }, channels } => {
                [filters, channels, kernel, kernel].map(|side| side as i64).to_vec()
            }
            Self::Linear { inputs, outputs } => vec![outputs as i64, inputs as i64],
        }
    }

    fn bias(&self) -> usize {
        match *self {
            Self::Convolution { convolution, .. } => convolution.filters,
            Self::Linear { outputs, .. } => outputs,
        }
    }

    fn parameters(&self) -> usize {
        self.weight().iter().product::<i64>() as usize + self.bias()
    }
}

impl Layout {
    /// The layers of one network with that many outputs, first to last.
    fn layers(&self, outputs: usize) -> Vec<Layer> {
        let mut layers = Vec::new();
        let mut width = self.input.numbers();
        if let Input::Pictures { frames, mut height, width: mut columns } = self.input {
            let mut channels = frames;
            for convolution in &self.convolutions {
                layers.push(Layer::Convolution { convolution: *convolution, channels });
                let after = |side: usize| (side - convolution.kernel) / convolution.stride + 1;
                (channels, height, columns) = (convolution.filters, after(height), after(columns));
            }
            width = channels * height * columns;
        }
        width += self.beside;
        for outputs in self.hidden.iter().copied().chain([outputs]) {
            layers.push(Layer::Linear { inputs: width, outputs });
            width = outputs;
        }
        layers
    }

    /// Outputs of the policy's network: the value is the last of them if it is shared.
    fn policy_outputs(&self) -> usize {
        self.outputs + usize::from(self.value == Value::Shared)
    }

    /// The layers of the policy's network, then those of the value's own.
    fn networks(&self) -> [Vec<Layer>; 2] {
        let own = if self.value == Value::Separate { self.layers(1) } else { Vec::new() };
        [self.layers(self.policy_outputs()), own]
    }

    /// Numbers in the flat list.
    pub fn parameters(&self) -> usize {
        self.networks().iter().flatten().map(Layer::parameters).sum::<usize>() + self.loose
    }

    /// The first parameters: orthogonal weights (gain √2 before a ReLU, 0.01 for the policy's outputs so that the first
    /// policy hardly prefers anything, 1 for values), biases 0, the loose ones as given. Detail 2 of Huang et al. 2022.
    pub fn first_parameters(&self, loose: f32, rng: &mut noise::Pcg64) -> Vec<f32> {
        let mut parameters = Vec::with_capacity(self.parameters());
        for (network, layers) in self.networks().iter().enumerate() {
            for (index, layer) in layers.iter().enumerate() {
                let weight = layer.weight();
                let rows = weight[0] as usize;
                let columns = weight[1..].iter().product::<i64>() as usize;
                let is_last = index + 1 == layers.len();
                let policy_rows = if network == 0 { self.outputs } else { 0 };
                match is_last {
                    false => parameters.extend(orthogonal(rng, rows, columns, std::f64::consts::SQRT_2)),
                    true => {
                        parameters.extend(orthogonal(rng, policy_rows, columns, 0.01));
                        parameters.extend(orthogonal(rng, rows - policy_rows, columns, 1.0));
                    }
                }
                parameters.extend(std::iter::repeat_n(0.0, layer.bias()));
            }
        }
        parameters.extend(std::iter::repeat_n(loose, self.loose));
        parameters
    }

    /// The layers of the policy alone, as a policy file has them: of the last layer only the first `rows` rows.
    pub fn policy_layers(&self, parameters: &[f32], rows: usize) -> Vec<sim_spec::Layer> {
        let layers = self.layers(self.policy_outputs());
        let mut policy = Vec::with_capacity(2 * layers.len());
        let mut rest = parameters;
        for (index, layer) in layers.iter().enumerate() {
            let (weight, after) = rest.split_at(layer.parameters() - layer.bias());
            let (bias, after) = after.split_at(layer.bias());
            rest = after;
            let is_last = index + 1 == layers.len();
            policy.push(match *layer {
                Layer::Convolution { convolution: Convolution { filters, kernel, stride }, channels } => {
                    sim_spec::Layer::Conv2d {
                        inputs: channels,
                        outputs: filters,
                        kernel,
                        stride,
                        weight: weight.to_vec(),
                        bias: bias.to_vec(),
                    }
                }
                Layer::Linear { inputs, outputs } => {
                    let outputs = if is_last { rows } else { outputs };
                    let (weight, bias) = (weight[..outputs * inputs].to_vec(), bias[..outputs].to_vec());
                    sim_spec::Layer::Linear { inputs, outputs, weight, bias }
                }
            });
            if !is_last {
                policy.push(sim_spec::Layer::Relu);
            }
        }
        policy
    }

    /// The other way: writes a policy's layers over `parameters`, all but those that a policy file does not have. Gives
    /// back whether they are of this shape.
    pub fn take_over(&self, parameters: &mut [f32], rows: usize, policy: &[sim_spec::Layer]) -> bool {
        let shape = |layers: &[sim_spec::Layer]| -> Vec<[usize; 4]> {
            let weighted = layers.iter().filter_map(|layer| match layer {
                sim_spec::Layer::Linear { inputs, outputs, .. } => Some([*inputs, *outputs, 0, 0]),
                sim_spec::Layer::Conv2d { inputs, outputs, kernel, stride, .. } => {
                    Some([*inputs, *outputs, *kernel, *stride])
                }
                _ => None,
            });
            weighted.collect()
        };
        let is_relu = |layer: &&sim_spec::Layer| matches!(layer, sim_spec::Layer::Relu);
        let own = self.policy_layers(parameters, rows);
        let relus = [policy, &own].map(|layers| layers.iter().filter(is_relu).count());
        if shape(policy) != shape(&own) || relus[0] != relus[1] {
            return false;
        }
        let mut at = 0;
        let weighted = policy.iter().filter_map(|layer| match layer {
            sim_spec::Layer::Linear { weight, bias, .. } | sim_spec::Layer::Conv2d { weight, bias, .. } => {
                Some((weight, bias))
            }
            _ => None,
        });
        for (layer, (weight, bias)) in self.layers(self.policy_outputs()).iter().zip(weighted) {
            parameters[at..at + weight.len()].copy_from_slice(weight);
            let bias_at = at + layer.parameters() - layer.bias();
            parameters[bias_at..bias_at + bias.len()].copy_from_slice(bias);
            at += layer.parameters();
        }
        true
    }
}

/// One copy of the network. Each thread that learns has its own.
#[derive(Debug)]
pub struct Network {
    layout: Layout,
    networks: [Vec<Layer>; 2],
    device: Device,
    /// The leaves that gradients are taken of: weight and bias of each layer, then the loose ones.
    leaves: Vec<Tensor>,
}

impl Network {
    /// A network of that shape with all parameters 0.
    pub fn new(layout: Layout, device: Device) -> Self {
        let networks = layout.networks();
        let leaf = |shape: &[i64]| Tensor::zeros(shape, (Kind::Float, device)).set_requires_grad(true);
        let layers = networks.iter().flatten();
        let mut leaves: Vec<Tensor> =
            layers.flat_map(|layer| [leaf(&layer.weight()), leaf(&[layer.bias() as i64])]).collect();
        if layout.loose > 0 {
            leaves.push(leaf(&[layout.loose as i64]));
        }
        Self { layout, networks, device, leaves }
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Where its tensors are.
    pub fn device(&self) -> Device {
        self.device
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

    /// Outputs of the policy `[N, outputs]` and values `[N]` for normalised inputs `[N, input + beside]`. Without a value function
    /// the values are empty.
    pub fn forward(&self, inputs: &Tensor) -> (Tensor, Tensor) {
        let [policy, value] = &self.networks;
        let outputs = self.pass(policy, &self.leaves, inputs);
        let own = self.layout.outputs as i64;
        match self.layout.value {
            Value::None => (outputs, Tensor::zeros([0], (Kind::Float, self.device))),
            Value::Shared => (outputs.narrow(1, 0, own), outputs.select(1, own)),
            Value::Separate => {
                let leaves = &self.leaves[2 * policy.len()..];
                (outputs, self.pass(value, leaves, inputs).select(1, 0))
            }
        }
    }

    fn pass(&self, layers: &[Layer], leaves: &[Tensor], inputs: &Tensor) -> Tensor {
        let Layout { input, beside, .. } = self.layout;
        let mut activations = match input {
            Input::Pictures { frames, height, width } => {
                let [frames, height, width] = [frames, height, width].map(|side| side as i64);
                inputs.narrow(1, 0, input.numbers() as i64).reshape([-1, frames, height, width])
            }
            Input::Numbers(_) => inputs.shallow_clone(),
        };
        for (index, (layer, leaves)) in layers.iter().zip(leaves.chunks_exact(2)).enumerate() {
            activations = match layer {
                Layer::Convolution { convolution, .. } => {
                    let stride = [convolution.stride as i64; 2];
                    activations.conv2d(&leaves[0], Some(&leaves[1]), stride, [0, 0], [1, 1], 1)
                }
                Layer::Linear { .. } => {
                    let is_picture = activations.dim() > 2;
                    let mut flat = if is_picture { activations.flatten(1, -1) } else { activations };
                    if is_picture && beside > 0 {
                        flat = Tensor::cat(&[flat, inputs.narrow(1, input.numbers() as i64, beside as i64)], 1);
                    }
                    flat.linear(&leaves[0], Some(&leaves[1]))
                }
            };
            if index + 1 < layers.len() {
                activations = activations.relu_();
            }
        }
        activations
    }

    /// The same without gradients, from and to plain memory: `[N, outputs]` and, if there is a value function, `[N]`.
    pub fn evaluate(&self, inputs: &[f32], outputs: &mut [f32], values: &mut [f32]) {
        let inputs = Tensor::from_slice(inputs).view([-1, self.layout.input.numbers() as i64]).to_device(self.device);
        let (said, valued) = tch::no_grad(|| self.forward(&inputs));
        said.contiguous().to_device(Device::Cpu).copy_data(outputs, outputs.len());
        if self.layout.value != Value::None {
            valued.contiguous().to_device(Device::Cpu).copy_data(values, values.len());
        }
    }

    /// The parameters that belong to no layer: ln σ of each number of an action; it does not depend on the observation.
    /// Where the layout has none, what is given here means nothing, and no head of such a layout asks.
    pub fn loose(&self) -> &Tensor {
        &self.leaves[self.leaves.len() - 1]
    }

    /// Writes the gradient of `loss`, flat as the parameters are; the loss depends on all of them.
    pub fn gradient(&self, loss: &Tensor, out: &mut [f32]) {
        let gradients = Tensor::run_backward(&[loss], &self.leaves, false, false);
        let mut at = 0;
        for (gradient, leaf) in gradients.iter().zip(&self.leaves) {
            let len = leaf.numel();
            gradient.to_device(Device::Cpu).copy_data(&mut out[at..at + len], len);
            at += len;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::noise::{Purpose, generator};

    fn pictures(value: Value) -> Layout {
        Layout {
            input: Input::Pictures { frames: 2, height: 30, width: 40 },
            beside: 0,
            convolutions: vec![
                Convolution { filters: 4, kernel: 5, stride: 2 },
                Convolution { filters: 8, kernel: 3, stride: 2 },
            ],
            hidden: vec![16],
            outputs: 3,
            value,
            loose: 0,
        }
    }

    #[test]
    fn parameters_are_counted_layer_by_layer() {
        // 30 × 40 → (30 − 5) / 2 + 1 = 13 × 18 → 6 × 8.
        // 4·2·25 + 4 = 204; 8·4·9 + 8 = 296; 8·6·8 = 384 inputs: 16·384 + 16 = 6,160; 3 and 4 outputs: 51 and 68.
        assert_eq!(pictures(Value::None).parameters(), 204 + 296 + 6160 + 51);
        assert_eq!(pictures(Value::Shared).parameters(), 204 + 296 + 6160 + 68);
        assert_eq!(pictures(Value::Separate).parameters(), 2 * (204 + 296 + 6160) + 51 + 17);
    }

    #[test]
    fn a_policy_goes_out_and_in_again() {
        for value in [Value::Shared, Value::Separate] {
            let layout = pictures(value);
            let parameters = layout.first_parameters(0.0, &mut generator(1, Purpose::Weights, 0, 0));
            let other = layout.first_parameters(0.0, &mut generator(2, Purpose::Weights, 0, 0));
            let policy = layout.policy_layers(&parameters, 3);
            let mut taken = other.clone();
            assert!(layout.take_over(&mut taken, 3, &policy));
            assert_eq!(layout.policy_layers(&taken, 3), policy);
            // The value's last row stays the other's.
            assert_eq!(taken[taken.len() - 1], other[other.len() - 1]);
            let wider = Layout { hidden: vec![17], ..layout };
            assert!(!wider.take_over(&mut vec![0.0; wider.parameters()], 3, &policy));
        }
    }

    #[test]
    fn a_separate_value_does_not_move_the_policy() {
        for value in [Value::Shared, Value::Separate] {
            let layout = pictures(value);
            let mut network = Network::new(layout.clone(), Device::Cpu);
            network.set(&layout.first_parameters(0.0, &mut generator(1, Purpose::Weights, 0, 0)));
            let inputs = Tensor::ones([5, layout.input.numbers() as i64], (Kind::Float, Device::Cpu));
            let (outputs, values) = network.forward(&inputs);
            assert_eq!((outputs.size(), values.size()), (vec![5, 3], vec![5]));
            let mut gradient = vec![0.0; layout.parameters()];
            let loss = values.sum(Kind::Float) + outputs.sum(Kind::Float) * 0.0;
            network.gradient(&loss, &mut gradient);
            // The first filter of the policy learns from the value only if they share it.
            let moves = gradient[..204].iter().any(|x| *x != 0.0);
            assert_eq!(moves, value == Value::Shared);
        }
    }
}
