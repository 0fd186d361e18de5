//! The policy file: safetensors, versions 1 and 2.
//!
//! The header's `__metadata__` has one entry, `paddock_policy`: a JSON manifest with the version, the ids of observation
//! and action, the list of layers and the provenance. The tensors are float32: `normaliser.mean`, `normaliser.std`,
//! and for each linear layer N of the list `layers.N.weight` `[outputs, inputs]` and `layers.N.bias` `[outputs]`.
//!
//! | | version 1 | and in version 2 |
//! |---|---|---|
//! | actions | `continuous-v1` | `ranges-v1` with `steering_rad` and `speed_mps`, each `[low, high]`; `discrete-v1` with `actions`, a list of `[steering_rad, speed_mps]` |
//! | layers | `linear` with `inputs` and `outputs`, `relu`, `tanh` | `average_pool` with `size`; `conv2d` with `inputs`, `outputs`, `kernel`, `stride` and tensors like a linear layer's, the weight `[outputs, inputs, kernel, kernel]` |
//!
//! Version 2 is written only where version 1 cannot say it, so that the digest of a policy never changes.
//!
//! Nothing in the file is believed before it is checked, and nothing is allocated beyond the file's own size.

use crate::{
    ActionSpace, Layer, Normaliser, Policy, PolicyError, Provenance, action::CONTINUOUS_V1, limits::*,
    observation::ObservationSpec,
};
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Deserializer, Serialize, de::MapAccess, de::Visitor};
use std::{collections::BTreeSet, collections::HashMap, fmt};

const MANIFEST_KEY: &str = "paddock_policy";
/// safetensors begins with the header's length, eight bytes little-endian.
const LENGTH_BYTES: usize = 8;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u64,
    observation: String,
    action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    steering_rad: Option<[f32; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speed_mps: Option<[f32; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actions: Option<Vec<[f32; 2]>>,
    layers: Vec<LayerEntry>,
    provenance: Provenance,
}

/// Read before the manifest, so that a file of a later version is told by its version and not by its news.
#[derive(Deserialize)]
struct ManifestVersion {
    version: u64,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LayerEntry {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inputs: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outputs: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kernel: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stride: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
}

pub fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
    let header = header(bytes)?;
    check_entries(header)?;
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(refuse)?;
    let text = metadata.metadata().as_ref().and_then(|map| map.get(MANIFEST_KEY)).ok_or(PolicyError::NoManifest)?;
    let manifest = manifest(text)?;
    let observation = ObservationSpec::find(&manifest.observation)
        .ok_or_else(|| PolicyError::UnknownObservation(manifest.observation.clone()))?;
    let action = action(&manifest)?;
    let tensors = SafeTensors::deserialize(bytes).map_err(refuse)?;
    let normaliser =
        Normaliser { mean: vector(&tensors, "normaliser.mean")?, std: vector(&tensors, "normaliser.std")? };
    let layer = |(index, entry): (usize, &LayerEntry)| layer(&tensors, index, entry);
    let layers = manifest.layers.iter().enumerate().map(layer).collect::<Result<Vec<_>, _>>()?;
    check_no_tensor_is_left(&tensors, &layers)?;
    let needed = version_of(&action, &layers);
    if manifest.version < needed {
        return Err(PolicyError::Manifest(format!("its actions or layers need version {needed}")));
    }
    Policy::seeing(observation, action, normaliser, layers, manifest.provenance)
}

/// The version that can say this.
fn version_of(action: &ActionSpace, layers: &[Layer]) -> u64 {
    let is_old = |layer: &Layer| matches!(layer, Layer::Linear { .. } | Layer::Relu | Layer::Tanh);
    if *action == ActionSpace::full() && layers.iter().all(is_old) { 1 } else { 2 }
}

pub fn write(policy: &Policy) -> Vec<u8> {
    let (steering_rad, speed_mps, actions) = match policy.action() {
        full if *full == ActionSpace::full() => (None, None, None),
        ActionSpace::Continuous { steering_rad, speed_mps } => (Some(*steering_rad), Some(*speed_mps), None),
        ActionSpace::Discrete { actions } => (None, None, Some(actions.clone())),
    };
    let manifest = Manifest {
        version: version_of(policy.action(), policy.layers()),
        observation: policy.observation().id.into(),
        action: policy.action().id().into(),
        steering_rad,
        speed_mps,
        actions,
        layers: policy.layers().iter().map(entry).collect(),
        provenance: policy.provenance().clone(),
    };
    let Normaliser { mean, std } = policy.normaliser();
    let mut tensors = vec![
        ("normaliser.mean".to_owned(), vec![mean.len()], little_endian(mean)),
        ("normaliser.std".to_owned(), vec![std.len()], little_endian(std)),
    ];
    for (index, layer) in policy.layers().iter().enumerate() {
        if let Some((sides, weight, bias)) = layer.parameters() {
            tensors.push((format!("layers.{index}.bias"), vec![sides[0]], little_endian(bias)));
            tensors.push((format!("layers.{index}.weight"), sides, little_endian(weight)));
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

fn entry(layer: &Layer) -> LayerEntry {
    let mut entry = LayerEntry { kind: layer.kind().into(), ..LayerEntry::default() };
    match *layer {
        Layer::Linear { inputs, outputs, .. } => (entry.inputs, entry.outputs) = (Some(inputs), Some(outputs)),
        Layer::Conv2d { inputs, outputs, kernel, stride, .. } => {
            (entry.inputs, entry.outputs) = (Some(inputs), Some(outputs));
            (entry.kernel, entry.stride) = (Some(kernel), Some(stride));
        }
        Layer::AveragePool { size } => entry.size = Some(size),
        Layer::Relu | Layer::Tanh => {}
    }
    entry
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
    if !(1..=2).contains(&version) {
        return Err(PolicyError::Version(version));
    }
    let manifest: Manifest = serde_json::from_str(text).map_err(invalid)?;
    if manifest.layers.len() > MAX_LAYERS {
        return Err(PolicyError::LayerCount(manifest.layers.len()));
    }
    Ok(manifest)
}

fn action(manifest: &Manifest) -> Result<ActionSpace, PolicyError> {
    let Manifest { action, steering_rad, speed_mps, actions, .. } = manifest;
    match (action.as_str(), steering_rad, speed_mps, actions) {
        (id, None, None, None) if id == CONTINUOUS_V1.id => Ok(ActionSpace::full()),
        ("ranges-v1", Some(steering_rad), Some(speed_mps), None) => {
            Ok(ActionSpace::Continuous { steering_rad: *steering_rad, speed_mps: *speed_mps })
        }
        ("discrete-v1", None, None, Some(actions)) => Ok(ActionSpace::Discrete { actions: actions.clone() }),
        (id @ ("continuous-v1" | "ranges-v1" | "discrete-v1"), ..) => {
            Err(PolicyError::Manifest(format!("action {id:?} lacks a field, or has one of another action")))
        }
        (unknown, ..) => Err(PolicyError::UnknownAction(unknown.into())),
    }
}

fn layer(tensors: &SafeTensors, index: usize, entry: &LayerEntry) -> Result<Layer, PolicyError> {
    let weight = |sides: &[usize]| numbers(tensors, &format!("layers.{index}.weight"), sides);
    let bias = |outputs: usize| numbers(tensors, &format!("layers.{index}.bias"), &[outputs]);
    let LayerEntry { ref kind, inputs, outputs, kernel, stride, size } = *entry;
    match (kind.as_str(), inputs, outputs, kernel, stride, size) {
        ("relu", None, None, None, None, None) => Ok(Layer::Relu),
        ("tanh", None, None, None, None, None) => Ok(Layer::Tanh),
        ("linear", Some(inputs), Some(outputs), None, None, None) => {
            Ok(Layer::Linear { inputs, outputs, weight: weight(&[outputs, inputs])?, bias: bias(outputs)? })
        }
        ("average_pool", None, None, None, None, Some(size)) => Ok(Layer::AveragePool { size }),
        ("conv2d", Some(inputs), Some(outputs), Some(kernel), Some(stride), None) => {
            let weight = weight(&[outputs, inputs, kernel, kernel])?;
            Ok(Layer::Conv2d { inputs, outputs, kernel, stride, weight, bias: bias(outputs)? })
        }
        (kind @ ("relu" | "tanh" | "linear" | "average_pool" | "conv2d"), ..) => {
            Err(PolicyError::Manifest(format!("{kind} layer {index} lacks a field, or has one too many")))
        }
        (kind, ..) => Err(PolicyError::UnknownLayer { layer: index, kind: kind.into() }),
    }
}

/// A tensor of one dimension, of whatever length; [`Policy::seeing`] knows the right one.
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
            layer.parameters().is_some() && matches!(part, Some("weight" | "bias"))
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
