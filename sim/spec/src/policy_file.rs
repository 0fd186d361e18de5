//! The policy file: safetensors, version 1.
//!
//! The header's `__metadata__` has one entry, `paddock_policy`: a JSON manifest with the version, the ids of observation
//! and action, the list of layers and the provenance. The tensors are float32: `normaliser.mean`, `normaliser.std`,
//! and `layers.N.weight` `[outputs, inputs]`, `layers.N.bias` `[outputs]` for each linear layer N of the list.
//!
//! Nothing in the file is believed before it is checked, and nothing is allocated beyond the file's own size.

use crate::{Layer, Normaliser, Policy, Provenance, action::ActionSpec, limits::*, observation::ObservationSpec};
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Deserializer, Serialize, de::MapAccess, de::Visitor};
use std::{collections::BTreeSet, collections::HashMap, fmt};

const MANIFEST_KEY: &str = "paddock_policy";
const VERSION: u64 = 1;
/// safetensors begins with the header's length, eight bytes little-endian.
const LENGTH_BYTES: usize = 8;

/// Why some bytes are not a policy that can be raced. The sentence says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy file is empty; send the policy.safetensors that `paddock train` wrote")]
    Empty,
    #[error("the policy file has {0} bytes; at most {MAX_POLICY_BYTES} are accepted: train a smaller network")]
    TooLarge(usize),
    #[error("this is a Python pickle, which can run code; only policy.safetensors files of `paddock train` are raced")]
    Pickle,
    #[error("this is a PyTorch or TorchScript archive, which can run code; only policy.safetensors files are raced")]
    TorchScript,
    #[error("this looks like an ONNX model; only policy.safetensors files of `paddock train` are raced")]
    Onnx,
    #[error("this is not a safetensors file; send the policy.safetensors that `paddock train` wrote")]
    NotSafetensors,
    #[error("the file claims a header of {0} bytes; at most {MAX_POLICY_HEADER_BYTES} are read: the file is damaged")]
    HeaderTooLarge(u64),
    #[error("the file claims tensors of {0} bytes; at most {MAX_POLICY_BYTES} are accepted: the file is damaged")]
    ClaimsTooMuch(u64),
    #[error("the policy file is cut off or padded: its header and its size do not agree; copy it again")]
    Truncated,
    #[error("the policy file's header is not valid: {0}")]
    Header(String),
    #[error("the header names {0:?} twice")]
    DuplicateTensor(String),
    #[error("the file holds tensors but no Paddock manifest; export it with `paddock train`")]
    NoManifest,
    #[error("the policy's manifest is not valid: {0}")]
    Manifest(String),
    #[error("policy format version {0} is unknown; this program reads version 1: update Paddock or train again")]
    Version(u64),
    #[error("the policy was trained for observations {0:?}, which this league does not give; train again")]
    UnknownObservation(String),
    #[error("the policy was trained for actions {0:?}, which this league does not take; train again")]
    UnknownAction(String),
    #[error("layer {layer} is of kind {kind:?}; the kinds are \"linear\", \"relu\" and \"tanh\"")]
    UnknownLayer { layer: usize, kind: String },
    #[error("the network has {0} layers; it must have 1 to {MAX_LAYERS}")]
    LayerCount(usize),
    #[error("layer {layer} has {outputs} outputs; a layer has 1 to {MAX_LAYER_WIDTH}")]
    LayerWidth { layer: usize, outputs: usize },
    #[error("the network has more than {MAX_PARAMETERS} weights: train a smaller one")]
    TooManyParameters,
    #[error("layer {layer} takes {inputs} numbers, but {wanted} come in")]
    Chain { layer: usize, inputs: usize, wanted: usize },
    #[error("the network gives {outputs} numbers, but an action has {wanted}")]
    Outputs { outputs: usize, wanted: usize },
    #[error("tensor {tensor:?} has shape {found:?}, but the manifest needs {wanted:?}")]
    Shape { tensor: String, found: Vec<usize>, wanted: Vec<usize> },
    #[error("tensor {0:?} is not float32")]
    Dtype(String),
    #[error("tensor {0:?} is missing")]
    MissingTensor(String),
    #[error("tensor {0:?} belongs to no layer")]
    UnexpectedTensor(String),
    #[error("tensor {0:?} holds NaN or infinity: the training diverged; lower the learning rate and train again")]
    NotFinite(String),
    #[error("normaliser.std must be greater than zero, and is not at position {0}")]
    Normaliser(usize),
    #[error(
        "the provenance has a text over {MAX_PROVENANCE_TEXT_BYTES} bytes, a control character, or over {MAX_PROVENANCE_TRACKS} tracks"
    )]
    Provenance,
}

impl PolicyError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "policy_empty",
            Self::TooLarge(_) => "policy_too_large",
            Self::Pickle => "policy_is_pickle",
            Self::TorchScript => "policy_is_torchscript",
            Self::Onnx => "policy_is_onnx",
            Self::NotSafetensors => "policy_not_safetensors",
            Self::HeaderTooLarge(_) => "policy_header_too_large",
            Self::ClaimsTooMuch(_) => "policy_claims_too_much",
            Self::Truncated => "policy_truncated",
            Self::Header(_) => "policy_header",
            Self::DuplicateTensor(_) => "policy_duplicate_tensor",
            Self::NoManifest => "policy_no_manifest",
            Self::Manifest(_) => "policy_manifest",
            Self::Version(_) => "policy_unsupported_version",
            Self::UnknownObservation(_) => "policy_unknown_observation",
            Self::UnknownAction(_) => "policy_unknown_action",
            Self::UnknownLayer { .. } => "policy_unknown_layer",
            Self::LayerCount(_) => "policy_layer_count",
            Self::LayerWidth { .. } => "policy_layer_width",
            Self::TooManyParameters => "policy_too_many_parameters",
            Self::Chain { .. } | Self::Outputs { .. } | Self::Shape { .. } => "policy_shape_mismatch",
            Self::Dtype(_) => "policy_dtype",
            Self::MissingTensor(_) => "policy_missing_tensor",
            Self::UnexpectedTensor(_) => "policy_unexpected_tensor",
            Self::NotFinite(_) => "policy_not_finite",
            Self::Normaliser(_) => "policy_normaliser",
            Self::Provenance => "policy_provenance",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u64,
    observation: String,
    action: String,
    layers: Vec<LayerEntry>,
    provenance: Provenance,
}

/// Read before the manifest, so that a file of a later version is told by its version and not by its news.
#[derive(Deserialize)]
struct ManifestVersion {
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LayerEntry {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inputs: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outputs: Option<usize>,
}

pub fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
    let header = header(bytes)?;
    check_entries(header)?;
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(refuse)?;
    let text = metadata.metadata().as_ref().and_then(|map| map.get(MANIFEST_KEY)).ok_or(PolicyError::NoManifest)?;
    let manifest = manifest(text)?;
    let observation = ObservationSpec::find(&manifest.observation)
        .ok_or_else(|| PolicyError::UnknownObservation(manifest.observation.clone()))?;
    let tensors = SafeTensors::deserialize(bytes).map_err(refuse)?;
    let normaliser =
        Normaliser { mean: vector(&tensors, "normaliser.mean")?, std: vector(&tensors, "normaliser.std")? };
    let layer = |(index, entry): (usize, &LayerEntry)| layer(&tensors, index, entry);
    let layers = manifest.layers.iter().enumerate().map(layer).collect::<Result<Vec<_>, _>>()?;
    check_no_tensor_is_left(&tensors, &layers)?;
    Policy::seeing(observation, normaliser, layers, manifest.provenance)
}

pub fn write(policy: &Policy) -> Vec<u8> {
    let entry = |layer: &Layer| match layer {
        Layer::Linear { inputs, outputs, .. } => {
            LayerEntry { kind: "linear".into(), inputs: Some(*inputs), outputs: Some(*outputs) }
        }
        Layer::Relu => LayerEntry { kind: "relu".into(), inputs: None, outputs: None },
        Layer::Tanh => LayerEntry { kind: "tanh".into(), inputs: None, outputs: None },
    };
    let manifest = Manifest {
        version: VERSION,
        observation: policy.observation().id.into(),
        action: policy.action().id.into(),
        layers: policy.layers().iter().map(entry).collect(),
        provenance: policy.provenance().clone(),
    };
    let Normaliser { mean, std } = policy.normaliser();
    let mut tensors = vec![
        ("normaliser.mean".to_owned(), vec![mean.len()], little_endian(mean)),
        ("normaliser.std".to_owned(), vec![std.len()], little_endian(std)),
    ];
    for (index, layer) in policy.layers().iter().enumerate() {
        if let Layer::Linear { inputs, outputs, weight, bias } = layer {
            tensors.push((format!("layers.{index}.weight"), vec![*outputs, *inputs], little_endian(weight)));
            tensors.push((format!("layers.{index}.bias"), vec![*outputs], little_endian(bias)));
        }
    }
    let manifest = serde_json::to_string(&manifest).expect("a manifest is plain data");
    // One entry only: safetensors writes the metadata in a hash map's order, and equal policies have equal bytes.
    let metadata = HashMap::from([(MANIFEST_KEY.to_owned(), manifest)]);
    let views = tensors.iter().map(|(name, shape, data)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), data).expect("a policy's shapes fit its numbers");
        (name, view)
    });
    safetensors::serialize(views, Some(metadata)).expect("a policy's tensors are serialisable")
}

/// The header's bytes, once it is sure that there is one. Other formats are named, since a person who sends a pickle
/// needs another answer than one whose copy broke.
fn header(bytes: &[u8]) -> Result<&[u8], PolicyError> {
    if bytes.is_empty() {
        return Err(PolicyError::Empty);
    }
    if bytes.len() > MAX_POLICY_BYTES {
        return Err(PolicyError::TooLarge(bytes.len()));
    }
    match *bytes {
        [b'P', b'K', 3, 4, ..] => return Err(PolicyError::TorchScript),
        // Protocols 2 to 5; the byte after the protocol is an opcode, where a header length of ours has a zero.
        [0x80, 2..=5, opcode, ..] if opcode != 0 => return Err(PolicyError::Pickle),
        // Protobuf: field 1 (the IR version) as a small number, then one of the next fields of ONNX's ModelProto.
        [0x08, 1..=32, 0x12 | 0x1a | 0x22 | 0x2a | 0x32 | 0x3a | 0x42, ..] => return Err(PolicyError::Onnx),
        _ => {}
    }
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
        return Err(PolicyError::Truncated);
    };
    let length = u64::from_le_bytes(*length);
    if length > MAX_POLICY_HEADER_BYTES as u64 {
        // A text file's first letters read as a length are beyond any limit; a damaged length has a header behind it.
        return Err(if rest.first() == Some(&b'{') {
            PolicyError::HeaderTooLarge(length)
        } else {
            PolicyError::NotSafetensors
        });
    }
    rest.get(..length as usize).ok_or(PolicyError::Truncated)
}

fn refuse(error: SafeTensorError) -> PolicyError {
    match error {
        SafeTensorError::MetadataIncompleteBuffer | SafeTensorError::InvalidHeaderLength => PolicyError::Truncated,
        other => PolicyError::Header(other.to_string().replace('\n', " ")),
    }
}

/// What a library would not notice, or would say too late. A JSON reader keeps the last of two equal names, a reviewer
/// may read the first: neither is raced. And who claims gigabytes is told so.
fn check_entries(header: &[u8]) -> Result<(), PolicyError> {
    let mut deserializer = serde_json::Deserializer::from_slice(header);
    let entries = Entries::deserialize(&mut deserializer).map_err(|error| PolicyError::Header(error.to_string()))?;
    let mut seen = BTreeSet::new();
    for (name, entry) in entries.0 {
        let end = entry.data_offsets.map_or(0, |[_, end]| end);
        if end > MAX_POLICY_BYTES as u64 {
            return Err(PolicyError::ClaimsTooMuch(end));
        }
        if !seen.insert(name.clone()) {
            return Err(PolicyError::DuplicateTensor(name));
        }
    }
    Ok(())
}

/// All entries of a JSON object, those of repeated names too.
struct Entries(Vec<(String, Entry)>);

/// What is looked at in a tensor's entry before the library reads it.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    data_offsets: Option<[u64; 2]>,
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Entries, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

fn manifest(text: &str) -> Result<Manifest, PolicyError> {
    let invalid = |error: serde_json::Error| PolicyError::Manifest(error.to_string());
    let ManifestVersion { version } = serde_json::from_str(text).map_err(invalid)?;
    if version != VERSION {
        return Err(PolicyError::Version(version));
    }
    let manifest: Manifest = serde_json::from_str(text).map_err(invalid)?;
    if ActionSpec::find(&manifest.action).is_none() {
        return Err(PolicyError::UnknownAction(manifest.action));
    }
    if manifest.layers.len() > MAX_LAYERS {
        return Err(PolicyError::LayerCount(manifest.layers.len()));
    }
    Ok(manifest)
}

fn layer(tensors: &SafeTensors, index: usize, entry: &LayerEntry) -> Result<Layer, PolicyError> {
    match (entry.kind.as_str(), entry.inputs, entry.outputs) {
        ("linear", Some(inputs), Some(outputs)) => Ok(Layer::Linear {
            inputs,
            outputs,
            weight: numbers(tensors, &format!("layers.{index}.weight"), &[outputs, inputs])?,
            bias: numbers(tensors, &format!("layers.{index}.bias"), &[outputs])?,
        }),
        ("linear", _, _) => Err(PolicyError::Manifest(format!("linear layer {index} lacks inputs or outputs"))),
        ("relu", ..) => Ok(Layer::Relu),
        ("tanh", ..) => Ok(Layer::Tanh),
        (kind, ..) => Err(PolicyError::UnknownLayer { layer: index, kind: kind.into() }),
    }
}

/// A tensor of one dimension, of whatever length; [`Policy::new`] knows the right one.
fn vector(tensors: &SafeTensors, name: &str) -> Result<Vec<f32>, PolicyError> {
    let view = tensors.tensor(name).map_err(|_| PolicyError::MissingTensor(name.into()))?;
    numbers(tensors, name, &[view.shape().iter().product()])
}

fn numbers(tensors: &SafeTensors, name: &str, wanted: &[usize]) -> Result<Vec<f32>, PolicyError> {
    let view = tensors.tensor(name).map_err(|_| PolicyError::MissingTensor(name.into()))?;
    if view.dtype() != Dtype::F32 {
        return Err(PolicyError::Dtype(name.into()));
    }
    if view.shape() != wanted {
        let [found, wanted] = [view.shape().to_vec(), wanted.to_vec()];
        return Err(PolicyError::Shape { tensor: name.into(), found, wanted });
    }
    let (numbers, _) = view.data().as_chunks::<4>();
    Ok(numbers.iter().copied().map(f32::from_le_bytes).collect())
}

fn check_no_tensor_is_left(tensors: &SafeTensors, layers: &[Layer]) -> Result<(), PolicyError> {
    let is_known = |name: &str| {
        if let "normaliser.mean" | "normaliser.std" = name {
            return true;
        }
        layers.iter().enumerate().any(|(index, layer)| {
            let part = name.strip_prefix(&format!("layers.{index}."));
            matches!(layer, Layer::Linear { .. }) && matches!(part, Some("weight" | "bias"))
        })
    };
    match tensors.names().into_iter().filter(|name| !is_known(name)).min() {
        Some(name) => Err(PolicyError::UnexpectedTensor(name.into())),
        None => Ok(()),
    }
}

fn little_endian(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}
