//! Policies as ONNX models, for other programs and from them. Only on the racer's machine: a league takes policy files.
//!
//! [`write::model`] makes a model of a policy, normaliser and actions included, so that any runtime gives the same
//! actions. Ids, actions and provenance stand in its metadata, so that [`read::policy`] gives back an equal policy.
//!
//! [`read::policy`] also takes actors of others, as PyTorch exports them from stable-baselines3. It follows one chain of
//! nodes from the input to the action and makes of each what a policy can do; whatever else is in the graph (a critic,
//! the probability of an action) is left alone. Nodes of the chain are of a closed list:
//!
//! | nodes | become |
//! |---|---|
//! | `Sub`, `Div`, `Mul`, `Add` by constants, then `Clip` to ±10, at the beginning | the normaliser |
//! | `Gemm`, `MatMul`; `Conv` without padding, dilation and groups; constants added or multiplied after them | a layer |
//! | `Relu`, `Tanh`, `AveragePool` of whole tiles | a layer |
//! | `Clip` to ±1 at the end, and `Mul`, `Add`, `Sub`, `Div` after it or after a last `Tanh` | the range of the actions |
//! | `ArgMax`, then `Gather` or `GatherND` of a table `[actions, 2]` | discrete actions |
//! | `Flatten`, `Reshape`, `Squeeze`, `Unsqueeze`, `Expand`, `Identity`, `Cast`, `Constant` where they change no number | nothing |
//!
//! Everything else is refused in a sentence that names the node and says the way out. The actions are the two numbers
//! in [−1, 1] that a race takes ([`CONTINUOUS_V1`](sim_spec::action::CONTINUOUS_V1)).

mod actions;
mod graph;
mod messages;
pub mod read;
mod reader;
#[cfg(test)]
mod tests;
pub mod write;

use sim_spec::limits::MAX_POLICY_BYTES;
use std::fmt;

/// A model's size: a policy of the largest size with a critic beside it, twice as wide.
pub const MAX_MODEL_BYTES: usize = 4 * MAX_POLICY_BYTES;
/// Nodes of a model. stable-baselines3's largest, with critic and probabilities, has 70.
const MAX_NODES: usize = 1000;
/// Constants of a model: as many as its nodes could need.
const MAX_CONSTANTS: usize = 4 * MAX_NODES;

/// Keys of a model's metadata.
const OBSERVATION_KEY: &str = "paddock.observation";
const ACTION_KEY: &str = "paddock.action";
const PROVENANCE_KEY: &str = "paddock.provenance";

/// Why a model cannot become a policy, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn refuse<T>(sentence: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(sentence.into()))
}
