//! The checkpoint of a run: all that it needs to go on, in one safetensors file.
//!
//! `__metadata__` has one entry, `paddock_checkpoint`, JSON with the version and the counters. The tensors are
//! `parameters`, `adam.first_moment`, `adam.second_moment` (float32) and `moments.mean`, `moments.deviation` (float64).

use crate::{
    adam::Adam,
    cars::OBSERVATION,
    failure::{Failure, bad_input},
    files,
    normaliser::Moments,
    ppo::State,
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, fs, path::Path};

const KEY: &str = "paddock_checkpoint";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counters {
    version: u32,
    iteration: u64,
    adam_steps: u64,
    observations: f64,
}

/// Writes a checkpoint, whole or not at all.
pub fn write(path: &Path, state: &State) -> Result<(), Failure> {
    let counters = Counters {
        version: VERSION,
        iteration: state.iteration,
        adam_steps: state.adam.steps,
        observations: state.moments.count,
    };
    let singles = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let doubles = |numbers: &[f64]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let tensors = [
        ("parameters", Dtype::F32, state.parameters.len(), singles(&state.parameters)),
        ("adam.first_moment", Dtype::F32, state.parameters.len(), singles(&state.adam.first_moment)),
        ("adam.second_moment", Dtype::F32, state.parameters.len(), singles(&state.adam.second_moment)),
        ("moments.mean", Dtype::F64, OBSERVATION, doubles(&state.moments.mean)),
        ("moments.deviation", Dtype::F64, OBSERVATION, doubles(&state.moments.deviation)),
    ];
    let views = tensors.iter().map(|(name, dtype, len, bytes)| {
        (name, TensorView::new(*dtype, vec![*len], bytes).expect("the lengths are those of the lists"))
    });
    let counters = serde_json::to_string(&counters).expect("counters are plain data");
    let bytes = safetensors::serialize(views, Some(HashMap::from([(KEY.to_owned(), counters)])));
    files::write_whole(path, &bytes.expect("the tensors are serialisable"))
}

/// Reads the checkpoint of a run whose network has `parameters` parameters.
pub fn read(path: &Path, parameters: usize) -> Result<State, Failure> {
    let bad = |why: String| bad_input(path.display(), why);
    let bytes = fs::read(path).map_err(|error| bad(format!("cannot be read: {error}")))?;
    let not_one = |error: safetensors::SafeTensorError| bad(format!("not a checkpoint: {error}"));
    let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(not_one)?;
    let counters = metadata.metadata().as_ref().and_then(|map| map.get(KEY));
    let counters = counters.ok_or_else(|| bad("not a checkpoint of paddock".into()))?;
    let counters: Counters =
        serde_json::from_str(counters).map_err(|error| bad(format!("its counters are not valid: {error}")))?;
    if counters.version != VERSION {
        return Err(bad(format!("checkpoint version {} is unknown; this program reads 1", counters.version)));
    }
    let tensors = SafeTensors::deserialize(&bytes).map_err(not_one)?;
    let raw = |name: &str, dtype: Dtype, len: usize| {
        let view = tensors.tensor(name).map_err(not_one)?;
        if view.dtype() != dtype || view.shape() != [len] {
            return Err(bad(format!("its {name} does not fit the run's network")));
        }
        Ok(view.data().to_vec())
    };
    let singles = |name: &str| {
        let bytes = raw(name, Dtype::F32, parameters)?;
        Ok(bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect::<Vec<_>>())
    };
    let doubles = |name: &str| {
        let bytes = raw(name, Dtype::F64, OBSERVATION)?;
        Ok(bytes.as_chunks().0.iter().copied().map(f64::from_le_bytes).collect::<Vec<_>>())
    };
    Ok(State {
        iteration: counters.iteration,
        parameters: singles("parameters")?,
        adam: Adam {
            first_moment: singles("adam.first_moment")?,
            second_moment: singles("adam.second_moment")?,
            steps: counters.adam_steps,
        },
        moments: Moments {
            count: counters.observations,
            mean: doubles("moments.mean")?,
            deviation: doubles("moments.deviation")?,
        },
    })
}
