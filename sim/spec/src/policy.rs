//! A policy: the whole of what a trained agent is, and nothing that could run code.
//!
//! A policy travels whole: normaliser, layers, the ids of what it sees and does, and where it comes from. A network
//! without its normaliser is worthless, so neither exists here without the other.

use crate::{
    ActionSpace, Layer, PolicyError, Sha256Hex, Shape,
    layer::{check_layers, check_tensor},
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
    action: ActionSpace,
    normaliser: Normaliser,
    layers: Vec<Layer>,
    provenance: Provenance,
}

impl Policy {
    /// A policy that sees [`STATE_V1`] and may do all that the car can.
    pub fn new(normaliser: Normaliser, layers: Vec<Layer>, provenance: Provenance) -> Result<Self, PolicyError> {
        Self::seeing(&STATE_V1, ActionSpace::full(), normaliser, layers, provenance)
    }

    /// A policy that sees `observation` and acts by `action`.
    pub fn seeing(
        observation: &'static ObservationSpec,
        action: ActionSpace,
        normaliser: Normaliser,
        layers: Vec<Layer>,
        provenance: Provenance,
    ) -> Result<Self, PolicyError> {
        action.check()?;
        check_normaliser(&normaliser, observation.len())?;
        check_layers(&layers, Shape::of(observation), action.outputs())?;
        check_provenance(&provenance)?;
        Ok(Self { observation, action, normaliser, layers, provenance })
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
    pub fn action(&self) -> &ActionSpace {
        &self.action
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
    check_tensor("normaliser.mean", &normaliser.mean, &[observation])?;
    check_tensor("normaliser.std", &normaliser.std, &[observation])?;
    match normaliser.std.iter().position(|std| *std <= 0.0) {
        Some(index) => Err(PolicyError::Normaliser(index)),
        None => Ok(()),
    }
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
