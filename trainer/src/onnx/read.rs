//! An ONNX model as a policy.

use super::{
    ACTION_KEY, OBSERVATION_KEY, PROVENANCE_KEY, Refusal,
    graph::{self, Chain},
    messages::*,
    reader::Reader,
    refuse,
};
use sim_spec::{
    ActionSpace, Policy, Provenance, Shape, limits::MAX_PROVENANCE_TEXT_BYTES, observation::ObservationSpec,
};

/// A policy, and where in the model it was found.
#[derive(Debug)]
pub struct Imported {
    pub policy: Policy,
    /// Name of the output that was taken for the action.
    pub output: String,
}

/// The policy that a model is. It sees `observation`, else what the model's metadata says, else the observation that
/// has as many numbers as the model's input.
pub fn policy(bytes: &[u8], observation: Option<&'static ObservationSpec>) -> Result<Imported, Refusal> {
    let model = graph::model(bytes)?;
    let graph = model.graph.as_ref().expect("a model that was read has a graph");
    let chain = Chain::of(graph)?;
    let metadata = |key: &str| model.metadata_props.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    let observation = match (observation, metadata(OBSERVATION_KEY)) {
        (Some(observation), _) => observation,
        (None, Some(id)) => match ObservationSpec::find(id) {
            Some(observation) => observation,
            None => return refuse(format!("the model sees {id:?}, which is not known: choose with --obs")),
        },
        (None, None) => by_length(chain.input)?,
    };
    let mut reader = Reader::new(observation, is_picture(chain.input, observation)?);
    for link in &chain.links {
        reader.take(link)?;
    }
    let action = parsed::<ActionSpace>(ACTION_KEY, metadata(ACTION_KEY))?;
    let provenance = parsed::<Provenance>(PROVENANCE_KEY, metadata(PROVENANCE_KEY))?;
    let policy = reader.finish(action, provenance.unwrap_or_else(|| foreign(&model)))?;
    Ok(Imported { policy, output: chain.output.into() })
}

fn parsed<T: serde::de::DeserializeOwned>(key: &str, value: Option<&String>) -> Result<Option<T>, Refusal> {
    let parse = |text: &String| {
        serde_json::from_str(text)
            .map_err(|error| Refusal(format!("the model's metadata {key:?} is not valid: {error}")))
    };
    value.map(parse).transpose()
}

/// Where a model of another program comes from.
fn foreign(model: &Model) -> Provenance {
    let mut from = format!("imported from {} {}", model.producer_name, model.producer_version);
    from.retain(|letter| !letter.is_control());
    while from.len() > MAX_PROVENANCE_TEXT_BYTES {
        from.pop();
    }
    Provenance { trainer_version: from.trim_end().into(), reward: "unknown".into(), ..Provenance::default() }
}

/// Lengths of an input's axes; those that are not fixed are `None`.
fn axes(input: &ValueInfo) -> Vec<Option<usize>> {
    let shape = input.of.as_ref().and_then(|of| of.tensor.as_ref()).and_then(|tensor| tensor.shape.as_ref());
    let length = |dimension: &Dimension| dimension.value.and_then(|value| usize::try_from(value).ok());
    shape.map_or(Vec::new(), |shape| shape.dim.iter().map(length).collect())
}

/// Whether the input has the axes of a picture, and not of one row of numbers.
fn is_picture(input: &ValueInfo, observation: &ObservationSpec) -> Result<bool, Refusal> {
    let element = input.of.as_ref().and_then(|of| of.tensor.as_ref()).map_or(0, |tensor| tensor.element);
    if element != FLOAT && element != UINT8 {
        return refuse(format!("input {:?} is not float32: export with a float32 observation", input.name));
    }
    let axes = axes(input);
    let fits = |sides: &[usize]| {
        let mut pairs = axes.iter().skip(1).zip(sides);
        axes.len() == sides.len() + 1 && pairs.all(|(axis, side)| axis.is_none_or(|axis| axis == *side))
    };
    let (id, numbers) = (observation.id, observation.len());
    match Shape::of(observation) {
        _ if fits(&[numbers]) => Ok(false),
        Shape::Picture(sides) if fits(&sides) => Ok(true),
        _ => {
            refuse(format!("input {:?} does not fit {id}, which is [batch, {numbers}]: choose with --obs", input.name))
        }
    }
}

fn by_length(input: &ValueInfo) -> Result<&'static ObservationSpec, Refusal> {
    let axes = axes(input);
    let sides = axes.get(1..).unwrap_or_default();
    let numbers = sides.iter().try_fold(1_usize, |product, side| product.checked_mul((*side)?));
    let fits = |observation: &&ObservationSpec| Some(observation.len()) == numbers && !sides.is_empty();
    if let Some(observation) = ObservationSpec::all().find(fits) {
        return Ok(observation);
    }
    let known: Vec<_> = ObservationSpec::all().map(|known| format!("{} ({})", known.id, known.len())).collect();
    refuse(format!(
        "input {:?} fits no observation; it is [batch, numbers], where the numbers are those of {}",
        input.name,
        known.join(", ")
    ))
}
