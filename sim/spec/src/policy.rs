//! A policy: the whole of what a trained agent is, and nothing that could run code.
//!
//! A policy travels whole: normaliser, layers, the ids of what it sees and does, and where it comes from. A network
//! without its normaliser is worthless, so neither exists here without the other.

use crate::{
    PolicyError, Sha256Hex,
    action::{ACTION_LEN, ActionSpec, CONTINUOUS_V1},
    limits::*,
    observation::{ObservationSpec, STATE_V1},
    policy_file,
};
use serde::{Deserialize, Serialize};

/// Scales an observation before the network sees it: `clamp((x − mean) / std, ±NORMALISED_CLIP)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Normaliser {
    /// `[observation]`
    pub mean: Vec<f32>,
    /// `[observation]`, each greater than zero.
    pub std: Vec<f32>,
}

/// One layer of the network. The list is closed: what is not here cannot be raced.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// `y = weight · x + bias`
    Linear {
        inputs: usize,
        outputs: usize,
        /// `[outputs, inputs]`, row-major.
        weight: Vec<f32>,
        /// `[outputs]`
        bias: Vec<f32>,
    },
    /// `max(x, 0)`
    Relu,
    /// Hyperbolic tangent.
    Tanh,
}

/// Where a policy comes from. For people and for reports; the race does not depend on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Program and version, for example `paddock 0.1.0`.
    pub trainer_version: String,
    /// Seed of the training run.
    pub seed: u64,
    /// Control steps trained for, summed over all cars.
    pub steps: u64,
    /// Name of the reward.
    pub reward: String,
    /// Digest of the reward's source, where it has one.
    pub reward_sha256: Option<Sha256Hex>,
    /// Digest of the policy that training started from.
    pub parent_sha256: Option<Sha256Hex>,
    /// Names of the tracks trained on.
    pub tracks: Vec<String>,
}

/// A policy, valid by construction: shapes chain from the observation to the action, all numbers are finite, nothing
/// exceeds [`limits`](crate::limits).
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    observation: &'static ObservationSpec,
    action: &'static ActionSpec,
    normaliser: Normaliser,
    layers: Vec<Layer>,
    provenance: Provenance,
}

impl Policy {
    /// A policy that sees [`STATE_V1`] and acts by [`CONTINUOUS_V1`].
    pub fn new(normaliser: Normaliser, layers: Vec<Layer>, provenance: Provenance) -> Result<Self, PolicyError> {
        Self::seeing(&STATE_V1, normaliser, layers, provenance)
    }

    /// A policy that sees `observation` and acts by [`CONTINUOUS_V1`].
    pub fn seeing(
        observation: &'static ObservationSpec,
        normaliser: Normaliser,
        layers: Vec<Layer>,
        provenance: Provenance,
    ) -> Result<Self, PolicyError> {
        check_normaliser(&normaliser, observation.len())?;
        check_layers(&layers, observation.len(), ACTION_LEN)?;
        check_provenance(&provenance)?;
        Ok(Self { observation, action: &CONTINUOUS_V1, normaliser, layers, provenance })
    }

    /// The policy in a file's bytes. See [`PolicyError`] for all that may be wrong.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PolicyError> {
        policy_file::parse(bytes)
    }

    /// The policy as a file. Equal policies have equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        policy_file::write(self)
    }

    /// Digest of the policy's file.
    pub fn sha256(&self) -> Sha256Hex {
        Sha256Hex::of(&self.to_bytes())
    }

    /// What the policy sees.
    pub fn observation(&self) -> &'static ObservationSpec {
        self.observation
    }

    /// What the policy does.
    pub fn action(&self) -> &'static ActionSpec {
        self.action
    }

    pub fn normaliser(&self) -> &Normaliser {
        &self.normaliser
    }

    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }
}

fn check_normaliser(normaliser: &Normaliser, observation: usize) -> Result<(), PolicyError> {
    for (name, numbers) in [("normaliser.mean", &normaliser.mean), ("normaliser.std", &normaliser.std)] {
        if numbers.len() != observation {
            let [found, wanted] = [vec![numbers.len()], vec![observation]];
            return Err(PolicyError::Shape { tensor: name.into(), found, wanted });
        }
        check_finite(name, numbers)?;
    }
    match normaliser.std.iter().position(|std| *std <= 0.0) {
        Some(index) => Err(PolicyError::Normaliser(index)),
        None => Ok(()),
    }
}

/// Layers chain from `observation` numbers to `action` numbers.
fn check_layers(layers: &[Layer], observation: usize, action: usize) -> Result<(), PolicyError> {
    if layers.is_empty() || layers.len() > MAX_LAYERS {
        return Err(PolicyError::LayerCount(layers.len()));
    }
    let mut width = observation;
    let mut parameters = 0;
    for (index, layer) in layers.iter().enumerate() {
        let Layer::Linear { inputs, outputs, weight, bias } = layer else { continue };
        if *inputs != width {
            return Err(PolicyError::Chain { layer: index, inputs: *inputs, wanted: width });
        }
        if !(1..=MAX_LAYER_WIDTH).contains(outputs) {
            return Err(PolicyError::LayerWidth { layer: index, outputs: *outputs });
        }
        parameters += inputs * outputs + outputs;
        if parameters > MAX_PARAMETERS {
            return Err(PolicyError::TooManyParameters);
        }
        let name = |part| format!("layers.{index}.{part}");
        if weight.len() != inputs * outputs {
            let [found, wanted] = [vec![weight.len()], vec![*outputs, *inputs]];
            return Err(PolicyError::Shape { tensor: name("weight"), found, wanted });
        }
        if bias.len() != *outputs {
            return Err(PolicyError::Shape { tensor: name("bias"), found: vec![bias.len()], wanted: vec![*outputs] });
        }
        check_finite(&name("weight"), weight)?;
        check_finite(&name("bias"), bias)?;
        width = *outputs;
    }
    if width != action {
        return Err(PolicyError::Outputs { outputs: width, wanted: action });
    }
    Ok(())
}

fn check_finite(name: &str, numbers: &[f32]) -> Result<(), PolicyError> {
    if numbers.iter().all(|number| number.is_finite()) {
        return Ok(());
    }
    Err(PolicyError::NotFinite(name.into()))
}

fn check_provenance(provenance: &Provenance) -> Result<(), PolicyError> {
    let texts = [&provenance.trainer_version, &provenance.reward].into_iter().chain(&provenance.tracks);
    for text in texts {
        if text.len() > MAX_PROVENANCE_TEXT_BYTES || text.chars().any(char::is_control) {
            return Err(PolicyError::Provenance);
        }
    }
    if provenance.tracks.len() > MAX_PROVENANCE_TRACKS { Err(PolicyError::Provenance) } else { Ok(()) }
}
