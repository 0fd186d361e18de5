//! There and back, models of others, and every way in which a model can be refused.

use super::{Refusal, messages::*, read, write};
use proptest::prelude::*;
use prost::Message;
use sim::pilot::Pilot;
use sim_spec::{
    ActionSpace, Layer, Normaliser, Policy, Provenance,
    observation::{CAMERA_2_V1, LIDAR_V1, ObservationSpec, STATE_V1},
};

/// A number that looks drawn by chance, in ±0.5.
fn number(index: usize) -> f32 {
    (index.wrapping_mul(7919) % 1009) as f32 / 1009.0 - 0.5
}

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(number).collect()
}

fn linear(inputs: usize, outputs: usize) -> Layer {
    Layer::Linear { inputs, outputs, weight: numbers(inputs * outputs), bias: numbers(outputs) }
}

fn policy_of(observation: &'static ObservationSpec, action: ActionSpace, layers: Vec<Layer>) -> Policy {
    let inputs = observation.len();
    let std = numbers(inputs).iter().map(|number| number + 1.5).collect();
    let provenance = Provenance { trainer_version: "paddock \"0\"".into(), seed: u64::MAX, ..Provenance::default() };
    Policy::seeing(observation, action, Normaliser { mean: numbers(inputs), std }, layers, provenance).expect("valid")
}

fn policies() -> [Policy; 4] {
    let ranges = ActionSpace::Continuous { steering_rad: [-0.3, 0.2], speed_mps: [0.7, 2.9] };
    let discrete = ActionSpace::Discrete { actions: vec![[0.3, 1.0], [0.0, 3.3], [-0.31, 1.1]] };
    let convolution =
        Layer::Conv2d { inputs: 2, outputs: 3, kernel: 4, stride: 2, weight: numbers(96), bias: numbers(3) };
    // 15 x 20 tiles; 6 x 9 places.
    let camera = vec![Layer::AveragePool { size: 8 }, convolution.clone(), Layer::Relu, linear(162, 3)];
    [
        policy_of(&STATE_V1, ActionSpace::full(), vec![linear(18, 5), Layer::Relu, linear(5, 2)]),
        policy_of(&LIDAR_V1, ranges, vec![linear(68, 4), Layer::Tanh, linear(4, 2), Layer::Tanh]),
        policy_of(&CAMERA_2_V1, discrete, camera),
        policy_of(&CAMERA_2_V1, ActionSpace::full(), vec![Layer::AveragePool { size: 16 }, linear(140, 2)]),
    ]
}

#[test]
fn a_policy_comes_back_equal() {
    for policy in policies() {
        let imported = read::policy(&write::model(&policy), None).expect("our own model");
        assert_eq!(imported.policy, policy);
        assert_eq!(imported.output, "action");
    }
}

#[test]
fn without_metadata_the_same_actions_come_back() {
    for policy in policies() {
        let mut model = Model::decode(&write::model(&policy)[..]).expect("our own model");
        model.metadata_props.clear();
        let imported = read::policy(&model.encode_to_vec(), None).expect("a model").policy;
        assert_eq!(imported.observation().id, policy.observation().id);
        assert_eq!(
            imported.provenance().trainer_version,
            format!("imported from paddock {}", env!("CARGO_PKG_VERSION"))
        );
        let observation: Vec<f32> = (0..policy.observation().len()).map(|index| 9.0 * number(index + 3)).collect();
        let [one, other] = [&policy, &imported].map(|policy| Pilot::new(policy).act(&observation));
        for (one, other) in one.iter().zip(other) {
            assert!((one - other).abs() < 1e-5, "{one} is not {other}");
        }
    }
}

/// A model with an input of `sides`, made by hand as other programs make theirs.
struct Made {
    graph: Graph,
}

impl Made {
    fn new(sides: &[i64]) -> Self {
        let dim = sides.iter().map(|side| Dimension { value: Some(*side), name: None }).collect();
        let of = Type { tensor: Some(TensorType { element: FLOAT, shape: Some(TensorShape { dim }) }) };
        let input = vec![ValueInfo { name: "input".into(), of: Some(of) }];
        Self { graph: Graph { input, ..Graph::default() } }
    }

    /// From 18 numbers to 2.
    fn linear() -> Self {
        let mut made = Self::new(&[1, 18]);
        made.constant("weight", &[18, 2], &numbers(36));
        made.node("MatMul", &["", "weight"], vec![]);
        made
    }

    fn constant(&mut self, name: &str, sides: &[i64], numbers: &[f32]) {
        let (dims, float_data) = (sides.to_vec(), numbers.to_vec());
        self.graph.initializer.push(Tensor {
            dims,
            data_type: FLOAT,
            name: name.into(),
            float_data,
            ..Tensor::default()
        });
    }

    /// A node; an empty input is what the node before gives.
    fn node(&mut self, operator: &str, inputs: &[&str], attribute: Vec<Attribute>) -> &mut Self {
        let before = self.graph.node.last().map_or("input", |node| &node.output[0]).to_owned();
        let input =
            inputs.iter().map(|input| if input.is_empty() { before.clone() } else { (*input).into() }).collect();
        let name = format!("{operator}_{}", self.graph.node.len());
        let output = vec![format!("{name}_output")];
        self.graph.node.push(Node { input, output, name, op_type: operator.into(), attribute, domain: String::new() });
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut graph = self.graph.clone();
        let name = graph.node.last().expect("a node").output[0].clone();
        graph.output = vec![ValueInfo { name, of: None }];
        let opset_import = vec![Opset { domain: String::new(), version: 13 }];
        Model { ir_version: 8, graph: Some(graph), opset_import, ..Model::default() }.encode_to_vec()
    }

    fn policy(&self) -> Result<Policy, Refusal> {
        read::policy(&self.bytes(), None).map(|imported| imported.policy)
    }
}

fn integer(name: &str, i: i64) -> Attribute {
    Attribute { name: name.into(), i, kind: KIND_INT, ..Attribute::default() }
}

fn list(name: &str, ints: &[i64]) -> Attribute {
    Attribute { name: name.into(), ints: ints.to_vec(), kind: KIND_INTS, ..Attribute::default() }
}

#[test]
fn observations_that_were_never_clipped_are_not_clipped() {
    let mut made = Made::new(&[1, 18]);
    // 3 · x0 and −x1, as a matrix [18, 2].
    let mut weight = vec![0.0; 36];
    (weight[0], weight[3]) = (3.0, -1.0);
    made.constant("weight", &[18, 2], &weight);
    made.constant("bias", &[2], &[0.25, 0.5]);
    made.node("MatMul", &["", "weight"], vec![]).node("Add", &["bias", ""], vec![]);
    let mut observation = vec![0.0; 18];
    (observation[0], observation[1]) = (0.1, 250.0);
    let policy = made.policy().expect("a chain");
    // 250 is far beyond ±10 and reaches the network all the same: 3 · 0.1 + 0.25 and −250 + 0.5.
    assert_eq!(Pilot::new(&policy).think(&observation), [3.0 * 0.1 + 0.25, -249.5]);
}

#[test]
fn a_normaliser_is_found_however_it_is_written() {
    let mut made = Made::new(&[1, 18]);
    made.constant("two", &[], &[2.0]);
    made.constant("mean", &[1, 18], &numbers(18));
    made.constant("low", &[], &[-10.0]);
    made.constant("high", &[], &[10.0]);
    made.constant("weight", &[18, 2], &numbers(36));
    made.node("Sub", &["", "mean"], vec![]).node("Mul", &["two", ""], vec![]).node(
        "Clip",
        &["", "low", "high"],
        vec![],
    );
    made.node("MatMul", &["", "weight"], vec![]);
    let policy = made.policy().expect("a chain");
    // (x − mean) · 2 = (x − mean) / 0.5
    assert_eq!(*policy.normaliser(), Normaliser { mean: numbers(18), std: vec![0.5; 18] });
}

#[test]
fn arithmetic_after_a_layer_becomes_its_weights_and_after_a_tanh_the_range() {
    let mut made = Made::linear();
    made.constant("half", &[2], &[0.5, 0.25]);
    made.constant("more", &[2], &[0.0, -0.5]);
    made.node("Mul", &["", "half"], vec![]).node("Add", &["", "more"], vec![]).node("Tanh", &[""], vec![]);
    made.node("Mul", &["", "half"], vec![]).node("Add", &["", "more"], vec![]);
    let policy = made.policy().expect("a chain");
    let (_, weight, bias) = policy.layers()[0].parameters().expect("a linear layer");
    assert_eq!(weight.len(), 36);
    assert_eq!(bias, [0.0, -0.5]);
    let ActionSpace::Continuous { steering_rad, speed_mps } = policy.action() else { panic!("continuous") };
    // ±0.5 of 30 degrees; −0.5 ± 0.25 of 2.05 ± 1.95 m/s: 0.5875 and 1.5625.
    let [left, fast] = [steering_rad[1].to_degrees(), speed_mps[1]];
    assert!((left - 15.0).abs() < 1e-4 && (fast - 1.5625).abs() < 1e-5, "{left} {fast}");
    assert!((steering_rad[0] + steering_rad[1]).abs() < 1e-6 && (speed_mps[0] - 0.5875).abs() < 1e-5);
}

/// Checks that a model is refused in one line that has all of `words`.
fn refused(made: &Made, words: &[&str]) {
    let refusal = made.policy().expect_err(words[0]).to_string();
    assert!(words.iter().all(|word| refusal.contains(word)) && !refusal.contains('\n'), "{words:?}: {refusal}");
}

#[test]
fn other_nodes_are_refused_by_name_with_the_way_out() {
    let cases = [
        ("Sigmoid", "train with ReLU or tanh"),
        ("LSTM", "without recurrence"),
        ("Softmax", "export the logits"),
        ("MaxPool", "average pooling"),
        ("BatchNormalization", "folded into the layer before"),
        ("RandomNormalLike", "deterministic"),
        ("Loop", "without control flow"),
        ("Attention", "not on the list"),
    ];
    for (operator, way_out) in cases {
        refused(Made::linear().node(operator, &[""], vec![]), &[&format!("{operator}_1"), operator, way_out]);
    }
}

#[test]
fn what_a_policy_cannot_do_is_refused() {
    let camera = |operator: &str, sides: &[i64], attributes: Vec<Attribute>| {
        let mut made = Made::new(&[1, 1, 120, 160]);
        made.constant("kernel", sides, &numbers(sides.iter().product::<i64>() as usize));
        let inputs: &[&str] = if operator == "Conv" { &["", "kernel"] } else { &[""] };
        made.node(operator, inputs, attributes);
        made
    };
    let square = |side: i64| [list("kernel_shape", &[side, side]), list("strides", &[side, side])];
    let cases = [
        (camera("Conv", &[2, 1, 3, 3], vec![list("pads", &[1, 1, 1, 1])]), "padding=0"),
        (camera("Conv", &[2, 1, 3, 5], vec![]), "square"),
        (camera("Conv", &[2, 1, 3, 3], vec![integer("group", 2)]), "groups"),
        (camera("Conv", &[2, 1, 3, 3], vec![list("strides", &[1, 2])]), "strides"),
        (camera("Conv", &[2, 3, 3, 3], vec![]), "3 channels, but 1 come in"),
        (camera("Conv", &[2, 1, 17, 17], vec![]), "1 to 16"),
        (camera("AveragePool", &[], vec![square(4)[0].clone()]), "side by side"),
        (camera("AveragePool", &[], [square(4).to_vec(), vec![integer("ceil_mode", 1)]].concat()), "side by side"),
        (camera("Flatten", &[], vec![integer("axis", 2)]), "in the middle"),
        (camera("Relu", &[], vec![]), "19200 numbers"),
        (Made::new(&[1, 7]), "fits no observation"),
        (Made::new(&[18]), "fits no observation"),
    ];
    for (mut made, words) in cases {
        if made.graph.node.is_empty() {
            made.node("Relu", &[""], vec![]);
        }
        refused(&made, &[words]);
    }
}

#[test]
fn the_end_must_be_an_action() {
    let five = || {
        let mut made = Made::new(&[1, 18]);
        made.constant("weight", &[18, 5], &numbers(90));
        made.node("MatMul", &["", "weight"], vec![]);
        made
    };
    refused(&five(), &["5 numbers", "ArgMax", "Gather", "[5, 2]"]);
    refused(five().node("ArgMax", &[""], vec![integer("axis", 1)]), &["append a Gather", "[5, 2]"]);
    refused(five().node("ArgMax", &[""], vec![]), &["axis 1"]);
    let mut far = five();
    far.constant("table", &[5, 2], &[1.5; 10]);
    far.node("ArgMax", &[""], vec![integer("axis", 1)]).node("Gather", &["table", ""], vec![]);
    refused(&far, &["1.5", "±1"]);
    let mut clipped = Made::linear();
    clipped.constant("one", &[], &[1.0]);
    clipped.constant("two", &[], &[2.0]);
    refused(clipped.node("Clip", &["", "two", "one"], vec![]), &["Clip", "±1"]);
    refused(Made::linear().node("Relu", &[""], vec![]).node("Mul", &["", "weight"], vec![]), &["sides [18, 2]"]);
}

#[test]
fn graphs_that_are_no_chain_are_refused() {
    refused(Made::linear().node("Add", &["", "input"], vec![]), &["Add_1", "joins two ways"]);
    refused(Made::linear().node("Relu", &["Relu_1_output"], vec![]), &["no way leads"]);
    refused(Made::linear().node("Relu", &["weight"], vec![]), &["gives a constant"]);
    refused(Made::linear().node("Relu", &["nobody"], vec![]), &["no way leads"]);
    let mut external = Made::linear();
    external.graph.initializer[0].data_location = 1;
    refused(&external, &["external_data=False"]);
    let mut lying = Made::linear();
    lying.graph.initializer[0].dims = vec![i64::MAX, i64::MAX];
    refused(&lying, &["says"]);
    let mut many = Made::linear();
    (0..1001).for_each(|_| {
        many.node("Relu", &[""], vec![]);
    });
    refused(&many, &["1000 nodes"]);
}

#[test]
fn what_is_no_model_is_refused() {
    for bytes in [&b""[..], b"\x80\x04pickle", b"{}", b"\x08\x08"] {
        let refusal = read::policy(bytes, None).expect_err("not a model").to_string();
        assert!(refusal.contains("not an ONNX model"), "{refusal}");
    }
    let old = Model {
        opset_import: vec![Opset { domain: String::new(), version: 7 }],
        ..Model::decode(&Made::linear().bytes()[..]).expect("a model")
    };
    let refusal = read::policy(&old.encode_to_vec(), None).expect_err("old").to_string();
    assert!(refusal.contains("opset_version 13"), "{refusal}");
}

#[test]
fn metadata_that_does_not_fit_is_refused() {
    let change = |key: &str, value: &str| {
        let mut model = Model::decode(&write::model(&policies()[1])[..]).expect("our own model");
        let entry = model.metadata_props.iter_mut().find(|entry| entry.key == key).expect("a key of ours");
        entry.value = value.into();
        read::policy(&model.encode_to_vec(), None).expect_err(key).to_string()
    };
    assert!(change("paddock.observation", "sonar-v1").contains("--obs"));
    assert!(change("paddock.observation", "state-v1").contains("does not fit state-v1"));
    let other = r#"{"continuous":{"steering_rad":[-0.3,0.3],"speed_mps":[0.7,2.9]}}"#;
    assert!(change("paddock.action", other).contains("not those that its metadata names"));
    assert!(change("paddock.action", "fast").contains("not valid"));
    assert!(change("paddock.provenance", "{}").contains("not valid"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read::policy(&bytes, None);
    }

    #[test]
    fn no_changed_bytes_panic(which in 0..2_usize, changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..4)) {
        let mut bytes = write::model(&policies()[which]);
        for (at, with) in changes {
            let at = at % bytes.len();
            bytes[at] = with;
        }
        let _ = read::policy(&bytes, None);
    }

    /// Nodes of the list in any order, with constants of any sides.
    #[test]
    fn no_chain_panics(
        input in 0..3_usize,
        nodes in proptest::collection::vec((0..22_usize, proptest::collection::vec(0..20_i64, 0..5), -2..3_i64), 1..7),
    ) {
        const OPERATORS: [&str; 22] = [
            "Add", "ArgMax", "AveragePool", "Cast", "Clip", "Conv", "Div", "Expand", "Flatten", "Gather", "Gemm", "Identity",
            "MatMul", "Mul", "Relu", "Reshape", "Squeeze", "Sub", "Tanh", "Unsqueeze", "GatherND", "Conv",
        ];
        let mut made = Made::new([&[1, 18][..], &[1, 1, 120, 160], &[1, 19_200]][input]);
        for (index, (operator, sides, number)) in nodes.into_iter().enumerate() {
            // Most constants fit what a small network would have.
            let sides = match (OPERATORS[operator], index) {
                ("Gemm" | "MatMul", 0) => vec![18, 2],
                ("Conv", _) if number > 0 => vec![2, 1, number, number],
                _ => sides,
            };
            let name = format!("constant_{index}");
            made.constant(&name, &sides, &numbers(sides.iter().product::<i64>().unsigned_abs() as usize));
            let attributes = vec![
                integer("axis", number), integer("to", number), list("kernel_shape", &sides), list("strides", &sides),
            ];
            let inputs: &[&str] = match OPERATORS[operator] {
                "Gather" | "GatherND" => &[&name, ""],
                "Relu" | "Tanh" | "AveragePool" | "Cast" | "Flatten" | "Identity" | "ArgMax" => &[""],
                "Clip" | "Gemm" | "Conv" => &["", &name, &name],
                _ => &["", &name],
            };
            made.node(OPERATORS[operator], inputs, attributes);
        }
        let _ = made.policy();
    }
}
