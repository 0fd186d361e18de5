//! A model's graph: its constants, and the one chain of nodes that leads from the observation to the action.

use super::{MAX_CONSTANTS, MAX_MODEL_BYTES, MAX_NODES, Refusal, messages::*, refuse};
use prost::Message;
use std::collections::BTreeMap;

/// Versions of ONNX's operators that are known here: before 9 some have other attributes, after 28 nobody knows.
const OPSETS: std::ops::RangeInclusive<i64> = 9..=28;

/// Reads a model. Nothing in it is believed but its structure.
pub fn model(bytes: &[u8]) -> Result<Model, Refusal> {
    if bytes.len() > MAX_MODEL_BYTES {
        return refuse(format!(
            "the model has more than {MAX_MODEL_BYTES} bytes: export the actor alone, or a smaller one"
        ));
    }
    let model = Model::decode(bytes).ok().filter(|model| model.ir_version > 0 && model.graph.is_some());
    let Some(model) = model else {
        return refuse("this is not an ONNX model, or it is cut off: export it again");
    };
    let opset = model.opset_import.iter().find(|opset| is_onnx(&opset.domain)).map_or(1, |opset| opset.version);
    if !OPSETS.contains(&opset) {
        return refuse(format!("operators of version {opset}: export with opset_version 13 (9 to 28 are read)"));
    }
    let graph = model.graph.as_ref().expect("looked at above");
    if graph.node.len() > MAX_NODES || graph.initializer.len() > MAX_CONSTANTS {
        return refuse(format!("the model has more than {MAX_NODES} nodes: export the actor alone"));
    }
    Ok(model)
}

fn is_onnx(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

/// A graph with its constants found.
pub struct Chain<'a> {
    pub input: &'a ValueInfo,
    pub output: &'a str,
    /// From the input to the output.
    pub links: Vec<Link<'a>>,
}

/// A node of the chain: one of its inputs comes from the node before, the others are constants.
pub struct Link<'a> {
    node: &'a Node,
    /// Which input comes from the node before.
    pub flows_in: usize,
    constants: Vec<Option<&'a Tensor>>,
}

impl<'a> Chain<'a> {
    /// The chain that leads to the output called action or actions, else to the first output.
    pub fn of(graph: &'a Graph) -> Result<Self, Refusal> {
        let constants = constants(graph);
        let inputs: Vec<_> = graph.input.iter().filter(|input| !constants.contains_key(input.name.as_str())).collect();
        let [input] = inputs[..] else {
            return refuse(format!("the model has {} inputs; a policy has one, the observation", inputs.len()));
        };
        let named = |output: &&ValueInfo| matches!(output.name.as_str(), "action" | "actions");
        let Some(output) = graph.output.iter().find(named).or(graph.output.first()) else {
            return refuse("the model has no output: export it with the action as its output");
        };
        let mut makers = BTreeMap::new();
        for node in &graph.node {
            makers.extend(node.output.iter().map(|output| (output.as_str(), node)));
        }
        let mut links = Vec::new();
        let mut wanted = output.name.as_str();
        while wanted != input.name {
            // A longer way than there are nodes runs in a circle.
            let maker = makers.get(wanted).filter(|_| links.len() <= graph.node.len());
            let Some(node) = maker else {
                return refuse(format!(
                    "no way leads from the input to {wanted:?}: the action must depend on the observation"
                ));
            };
            let link = Link::new(node, &constants)?;
            wanted = &node.input[link.flows_in];
            links.push(link);
        }
        links.reverse();
        Ok(Self { input, output: &output.name, links })
    }
}

/// Initializers and what `Constant` and `Identity` nodes make of them.
fn constants(graph: &Graph) -> BTreeMap<&str, &Tensor> {
    let mut constants: BTreeMap<&str, &Tensor> = BTreeMap::new();
    constants.extend(graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)));
    for node in &graph.node {
        let value = match node.op_type.as_str() {
            "Constant" => node.attribute.iter().find_map(|attribute| attribute.t.as_ref()),
            "Identity" => node.input.first().and_then(|input| constants.get(input.as_str()).copied()),
            _ => None,
        };
        if let (Some(value), Some(output)) = (value, node.output.first()) {
            constants.insert(output, value);
        }
    }
    constants
}

impl<'a> Link<'a> {
    fn new(node: &'a Node, known: &BTreeMap<&str, &'a Tensor>) -> Result<Self, Refusal> {
        let mut link = Self { node, flows_in: 0, constants: Vec::new() };
        if !is_onnx(&node.domain) {
            return link.refuse(format!("an operator of {:?} is not known here: export without it", node.domain));
        }
        if let Some(way_out) = way_out(link.operator()) {
            return link.refuse(way_out);
        }
        link.constants = node.input.iter().map(|input| known.get(input.as_str()).copied()).collect();
        let flowing = |index: &usize| !node.input[*index].is_empty() && link.constants[*index].is_none();
        let flowing: Vec<usize> = (0..node.input.len()).filter(flowing).collect();
        link.flows_in = match (flowing[..].first(), flowing.len(), link.operator()) {
            (Some(first), 1, _) | (Some(first), _, "Expand") => *first,
            (None, ..) => return link.refuse("gives a constant: the action must depend on the observation"),
            _ => return link.refuse("joins two ways: a policy is one chain of layers; export the actor alone"),
        };
        Ok(link)
    }

    pub fn operator(&self) -> &'a str {
        &self.node.op_type
    }

    /// A refusal that names this node.
    pub fn refuse<T>(&self, why: impl std::fmt::Display) -> Result<T, Refusal> {
        refuse(format!("node {:?} ({}): {why}", self.node.name, self.operator()))
    }

    /// Whether there is an input of that number.
    pub fn has(&self, input: usize) -> bool {
        self.node.input.get(input).is_some_and(|name| !name.is_empty())
    }

    /// The numbers of a constant input, and their sides.
    pub fn numbers(&self, input: usize) -> Result<(Vec<usize>, Vec<f32>), Refusal> {
        let tensor = self.tensor(input, FLOAT, "float32")?;
        let numbers = match tensor.raw_data.as_chunks::<4>() {
            ([], []) => tensor.float_data.clone(),
            (numbers, _) => numbers.iter().copied().map(f32::from_le_bytes).collect(),
        };
        Ok((self.sides(tensor, numbers.len())?, numbers))
    }

    /// The whole numbers of a constant input.
    pub fn integers(&self, input: usize) -> Result<Vec<i64>, Refusal> {
        let tensor = self.tensor(input, INT64, "int64")?;
        let integers = match tensor.raw_data.as_chunks::<8>() {
            ([], []) => tensor.int64_data.clone(),
            (integers, _) => integers.iter().copied().map(i64::from_le_bytes).collect(),
        };
        self.sides(tensor, integers.len())?;
        Ok(integers)
    }

    fn tensor(&self, input: usize, data_type: i32, name: &str) -> Result<&'a Tensor, Refusal> {
        let Some(tensor) = self.constants.get(input).copied().flatten() else {
            return self.refuse(format!("its input {input} must be a constant"));
        };
        if tensor.data_location != 0 || !tensor.external_data.is_empty() {
            return self.refuse("its weights lie in another file: export with external_data=False");
        }
        if tensor.data_type != data_type {
            return self.refuse(format!("constant {:?} is not {name}: export in float32", tensor.name));
        }
        Ok(tensor)
    }

    fn sides(&self, tensor: &Tensor, numbers: usize) -> Result<Vec<usize>, Refusal> {
        let sides: Option<Vec<usize>> = tensor.dims.iter().map(|side| usize::try_from(*side).ok()).collect();
        let count = |sides: &Vec<usize>| sides.iter().try_fold(1_usize, |product, side| product.checked_mul(*side));
        match sides {
            Some(sides) if count(&sides) == Some(numbers) => Ok(sides),
            _ => self.refuse(format!("constant {:?} has {numbers} numbers, but says {:?}", tensor.name, tensor.dims)),
        }
    }

    fn attribute(&self, name: &str) -> Option<&'a Attribute> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub fn integer(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).map_or(default, |attribute| attribute.i)
    }

    pub fn number(&self, name: &str, default: f32) -> f32 {
        self.attribute(name).map_or(default, |attribute| attribute.f)
    }

    pub fn list(&self, name: &str) -> &'a [i64] {
        self.attribute(name).map_or(&[], |attribute| &attribute.ints)
    }

    pub fn text(&self, name: &str) -> &'a [u8] {
        self.attribute(name).map_or(&[], |attribute| &attribute.s)
    }
}

/// What to do about an operator that a policy cannot have.
fn way_out(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "Add" | "ArgMax" | "AveragePool" | "Cast" | "Clip" | "Conv" | "Div" | "Expand" | "Flatten" | "Gather"
        | "GatherND" | "Gemm" | "Identity" | "MatMul" | "Mul" | "Relu" | "Reshape" | "Squeeze" | "Sub" | "Tanh"
        | "Unsqueeze" => {
            return None;
        }
        "MaxPool" | "GlobalAveragePool" | "LpPool" => "train with average pooling or with a convolution's stride",
        "Sigmoid" | "HardSigmoid" | "LeakyRelu" | "PRelu" | "Elu" | "Selu" | "Celu" | "Gelu" | "Mish" | "Softplus"
        | "Softsign" | "Swish" | "HardSwish" => "train with ReLU or tanh",
        "LSTM" | "GRU" | "RNN" => "a policy has no memory: train without recurrence",
        "BatchNormalization" | "LayerNormalization" | "InstanceNormalization" | "Dropout" => {
            "train without it, or export in evaluation mode with it folded into the layer before"
        }
        "Softmax" | "LogSoftmax" | "ReduceLogSumExp" | "Log" | "Exp" => {
            "export the logits, the last linear layer's outputs, and not probabilities"
        }
        "RandomNormal" | "RandomNormalLike" | "RandomUniform" | "RandomUniformLike" | "Multinomial" | "Bernoulli" => {
            "the action is drawn by chance: export the deterministic one"
        }
        "If" | "Loop" | "Scan" => "export without control flow",
        "QuantizeLinear" | "DequantizeLinear" | "QLinearConv" | "QLinearMatMul" | "MatMulInteger" => {
            "export in float32, without quantisation"
        }
        _ => {
            "it is not on the list: Gemm, MatMul, Conv, AveragePool, Relu, Tanh, arithmetic by constants, Clip, ArgMax, Gather"
        }
    })
}
