//! A policy as an ONNX model.

use super::{ACTION_KEY, OBSERVATION_KEY, PROVENANCE_KEY, messages::*};
use prost::Message;
use sim_spec::{
    ActionSpace, Layer, Policy, Shape,
    action::{ACTION_LEN, CONTINUOUS_V1},
    limits::NORMALISED_CLIP,
};

/// Version of ONNX's operators. Of 2020, so that every runtime in use reads it; nothing here needs a later one.
const OPSET: i64 = 13;
/// Version of the file's structure that goes with [`OPSET`].
const IR_VERSION: i64 = 7;

/// The bytes of a model that does what the policy does: normaliser, network and actions.
///
/// Its input is `observation`, `[batch, numbers]`; its output `action`, `[batch, 2]`, the numbers in [−1, 1] that a race
/// takes. Discrete actions have `logits`, `[batch, actions]`, and `choice`, `[batch]`, before it.
pub fn model(policy: &Policy) -> Vec<u8> {
    let mut graph = Writer::default();
    graph.normaliser(policy);
    let mut shape = Shape::of(policy.observation());
    if let Shape::Picture(sides) = shape {
        // 0: as many as came in.
        let sides: Vec<i64> = [0].into_iter().chain(sides.map(|side| side as i64)).collect();
        let sides = graph.integers("picture", &sides);
        graph.node("Reshape", &[sides], vec![]);
    }
    for (index, layer) in policy.layers().iter().enumerate() {
        graph.layer(index, layer, shape);
        shape = shape.after(index, layer).expect("a policy's layers chain");
    }
    graph.flatten(shape);
    let outputs = graph.actions(policy.action());
    let json = |value: serde_json::Result<String>| value.expect("plain data");
    let metadata = [
        (OBSERVATION_KEY, policy.observation().id.to_owned()),
        (ACTION_KEY, json(serde_json::to_string(policy.action()))),
        (PROVENANCE_KEY, json(serde_json::to_string(policy.provenance()))),
    ];
    let model = Model {
        ir_version: IR_VERSION,
        producer_name: "paddock".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        graph: Some(Graph {
            node: graph.nodes,
            name: "policy".into(),
            initializer: graph.constants,
            input: vec![described(OBSERVATION, FLOAT, &[policy.observation().len()])],
            output: outputs,
        }),
        opset_import: vec![Opset { domain: String::new(), version: OPSET }],
        metadata_props: metadata.map(|(key, value)| Entry { key: key.into(), value }).to_vec(),
    };
    model.encode_to_vec()
}

const OBSERVATION: &str = "observation";
pub const ACTION: &str = "action";

/// A chain of nodes under way.
struct Writer {
    nodes: Vec<Node>,
    constants: Vec<Tensor>,
    /// What the last node gives.
    last: String,
}

impl Default for Writer {
    fn default() -> Self {
        Self { nodes: Vec::new(), constants: Vec::new(), last: OBSERVATION.into() }
    }
}

impl Writer {
    /// Appends a node that takes what the last one gave, and the constants of those names.
    fn node(&mut self, operator: &str, constants: &[String], attribute: Vec<Attribute>) {
        let name = format!("{}_{}", operator.to_lowercase(), self.nodes.len());
        let input = [std::mem::take(&mut self.last)].into_iter().chain(constants.iter().cloned()).collect();
        self.last.clone_from(&name);
        let output = vec![name.clone()];
        self.nodes.push(Node { input, output, name, op_type: operator.into(), attribute, domain: String::new() });
    }

    /// Gives the last node's output the name that the world knows.
    fn publish(&mut self, name: &str) {
        let node = self.nodes.last_mut().expect("a model normalises first");
        node.output = vec![name.into()];
        self.last = name.into();
    }

    fn numbers(&mut self, name: &str, sides: &[usize], numbers: &[f32]) -> String {
        let raw_data = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(name, sides, FLOAT, raw_data)
    }

    fn integers(&mut self, name: &str, integers: &[i64]) -> String {
        let raw_data = integers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(name, &[integers.len()], INT64, raw_data)
    }

    fn constant(&mut self, name: &str, sides: &[usize], data_type: i32, raw_data: Vec<u8>) -> String {
        let dims = sides.iter().map(|side| *side as i64).collect();
        self.constants.push(Tensor { dims, data_type, name: name.into(), raw_data, ..Tensor::default() });
        name.into()
    }

    fn clip(&mut self, name: &str, [low, high]: [f32; 2]) {
        let ends =
            [(low, "low"), (high, "high")].map(|(end, side)| self.numbers(&format!("{name}.{side}"), &[], &[end]));
        self.node("Clip", &ends, vec![]);
    }

    fn normaliser(&mut self, policy: &Policy) {
        let [mean, std] = [&policy.normaliser().mean, &policy.normaliser().std];
        let mean = self.numbers("normaliser.mean", &[mean.len()], mean);
        self.node("Sub", &[mean], vec![]);
        let std = self.numbers("normaliser.std", &[std.len()], std);
        self.node("Div", &[std], vec![]);
        self.clip("normaliser.clip", [-NORMALISED_CLIP, NORMALISED_CLIP]);
    }

    fn layer(&mut self, index: usize, layer: &Layer, before: Shape) {
        let parameters = layer.parameters().map(|(sides, weight, bias)| {
            [("weight", &sides[..], weight), ("bias", &sides[..1], bias)]
                .map(|(part, sides, numbers)| self.numbers(&format!("layers.{index}.{part}"), sides, numbers))
        });
        let parameters = parameters.as_ref().map_or(&[][..], |parameters| parameters);
        match *layer {
            Layer::Linear { .. } => {
                self.flatten(before);
                self.node("Gemm", parameters, vec![integer("transB", 1)]);
            }
            Layer::Relu => self.node("Relu", &[], vec![]),
            Layer::Tanh => self.node("Tanh", &[], vec![]),
            Layer::AveragePool { size } => self.node("AveragePool", &[], window(size, size)),
            Layer::Conv2d { kernel, stride, .. } => self.node("Conv", parameters, window(kernel, stride)),
        }
    }

    fn flatten(&mut self, shape: Shape) {
        if let Shape::Picture(_) = shape {
            self.node("Flatten", &[], vec![integer("axis", 1)]);
        }
    }

    /// From the network's numbers to the two that a race takes. Gives the model's outputs.
    fn actions(&mut self, action: &ActionSpace) -> Vec<ValueInfo> {
        let acted = described(ACTION, FLOAT, &[ACTION_LEN]);
        match action {
            ActionSpace::Continuous { steering_rad, speed_mps } => {
                self.clip("action.clip", [-1.0, 1.0]);
                if *action != ActionSpace::full() {
                    let fields = [(*steering_rad, &CONTINUOUS_V1.fields[0]), (*speed_mps, &CONTINUOUS_V1.fields[1])];
                    let ends = fields.map(|(range, field)| range.map(|end| field.number(end)));
                    let half = self.numbers("action.half", &[ACTION_LEN], &ends.map(|[low, high]| 0.5 * (high - low)));
                    self.node("Mul", &[half], vec![]);
                    let middle =
                        self.numbers("action.middle", &[ACTION_LEN], &ends.map(|[low, high]| 0.5 * (high + low)));
                    self.node("Add", &[middle], vec![]);
                }
                self.publish(ACTION);
                vec![acted]
            }
            ActionSpace::Discrete { actions } => {
                self.publish("logits");
                self.node("ArgMax", &[], vec![integer("axis", 1), integer("keepdims", 0)]);
                self.publish("choice");
                let table: Vec<f32> = (0..actions.len()).flat_map(|index| action.numbers_of(index)).collect();
                let table = self.numbers("action.table", &[actions.len(), ACTION_LEN], &table);
                self.node("Gather", &[table], vec![integer("axis", 0)]);
                // Gather takes the table first.
                self.nodes.last_mut().expect("just written").input.reverse();
                self.publish(ACTION);
                vec![described("logits", FLOAT, &[actions.len()]), described("choice", INT64, &[]), acted]
            }
        }
    }
}

fn integer(name: &str, i: i64) -> Attribute {
    Attribute { name: name.into(), i, kind: KIND_INT, ..Attribute::default() }
}

fn window(size: usize, stride: usize) -> Vec<Attribute> {
    let square = |name: &str, side: usize| Attribute {
        name: name.into(),
        ints: vec![side as i64; 2],
        kind: KIND_INTS,
        ..Attribute::default()
    };
    vec![square("kernel_shape", size), square("strides", stride)]
}

/// An input or output with a batch before its `sides`.
fn described(name: &str, element: i32, sides: &[usize]) -> ValueInfo {
    let batch = Dimension { value: None, name: Some("batch".into()) };
    let side = |side: &usize| Dimension { value: Some(*side as i64), name: None };
    let shape = TensorShape { dim: [batch].into_iter().chain(sides.iter().map(side)).collect() };
    ValueInfo { name: name.into(), of: Some(Type { tensor: Some(TensorType { element, shape: Some(shape) }) }) }
}
