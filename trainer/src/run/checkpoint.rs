//! The checkpoint of a run: all that it needs to go on, in one safetensors file.
//!
//! `__metadata__` has one entry, `paddock_checkpoint`, JSON with the version and the counters. The tensors are the state's
//! lists by their names (float32), and `moments.mean`, `moments.deviation` (float64).

use crate::{
    failure::{Failure, bad_input},
    learn::{algorithm::State, normaliser::Moments},
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

const KEY: &str = "paddock_checkpoint";
const VERSION: u32 = 2;
const MEAN: &str = "moments.mean";
const DEVIATION: &str = "moments.deviation";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counters {
    version: u32,
    iteration: u64,
    counters: BTreeMap<String, u64>,
    /// Observations that the moments are of.
    observations: f64,
}

/// The bytes of a checkpoint.
pub fn to_bytes(state: &State) -> Vec<u8> {
    let counters = Counters {
        version: VERSION,
        iteration: state.iteration,
        counters: state.counters.clone(),
        observations: state.moments.count,
    };
    let singles = |numbers: &Vec<f32>| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let doubles = |numbers: &Vec<f64>| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let mut tensors: Vec<(&str, Dtype, Vec<u8>)> =
        state.lists.iter().map(|(name, list)| (name.as_str(), Dtype::F32, singles(list))).collect();
    tensors.push((MEAN, Dtype::F64, doubles(&state.moments.mean)));
    tensors.push((DEVIATION, Dtype::F64, doubles(&state.moments.deviation)));
    let views = tensors.iter().map(|(name, dtype, bytes)| {
        let len = if *dtype == Dtype::F32 { bytes.len() / 4 } else { bytes.len() / 8 };
        (name, TensorView::new(*dtype, vec![len], bytes).expect("the lengths are those of the lists"))
    });
    let counters = serde_json::to_string(&counters).expect("counters are plain data");
    let bytes = safetensors::serialize(views, Some(HashMap::from([(KEY.to_owned(), counters)])));
    bytes.expect("the tensors are serialisable")
}

/// Reads the checkpoint of a run whose first state was like `first`: the same lists, of the same lengths. Lists of past
/// selves may have been added.
pub fn read(path: &Path, first: &State) -> Result<State, Failure> {
    let bad = |why: String| bad_input(path.display(), why);
    let bytes = fs::read(path).map_err(|error| bad(format!("cannot be read: {error}")))?;
    let not_one = |error: safetensors::SafeTensorError| bad(format!("not a checkpoint: {error}"));
    let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(not_one)?;
    let counters = metadata.metadata().as_ref().and_then(|map| map.get(KEY));
    let counters = counters.ok_or_else(|| bad("not a checkpoint of paddock".into()))?;
    let counters: Counters =
        serde_json::from_str(counters).map_err(|error| bad(format!("its counters are not valid: {error}")))?;
    if counters.version != VERSION {
        return Err(bad(format!("checkpoint version {} is unknown; this program reads {VERSION}", counters.version)));
    }
    let mut state = State { iteration: counters.iteration, counters: counters.counters, ..first.clone() };
    state.moments.count = counters.observations;
    for (name, view) in SafeTensors::deserialize(&bytes).map_err(not_one)?.iter() {
        let (singles, _) = view.data().as_chunks();
        let (doubles, _) = view.data().as_chunks();
        match (name, view.dtype()) {
            (MEAN, Dtype::F64) => state.moments.mean = doubles.iter().copied().map(f64::from_le_bytes).collect(),
            (DEVIATION, Dtype::F64) => {
                state.moments.deviation = doubles.iter().copied().map(f64::from_le_bytes).collect();
            }
            (_, Dtype::F32) => {
                let list = singles.iter().copied().map(f32::from_le_bytes).collect();
                state.lists.insert(name.to_owned(), list);
            }
            _ => return Err(bad(format!("its {name} is no list of numbers"))),
        }
    }
    let lengths = |moments: &Moments| [moments.mean.len(), moments.deviation.len()];
    let is_like = |(name, list): (&String, &Vec<f32>)| state.lists.get(name).map(Vec::len) == Some(list.len());
    if lengths(&state.moments) != lengths(&first.moments) || !first.lists.iter().all(is_like) {
        return Err(bad("does not fit the run's network".into()));
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_as_it_was_written_and_only_where_it_fits() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("checkpoint");
        let state = State {
            iteration: 7,
            counters: BTreeMap::from([("adam.steps".into(), 28)]),
            lists: BTreeMap::from([("parameters".into(), vec![1.5, -0.1, f32::MIN_POSITIVE])]),
            moments: Moments { count: 3.0, mean: vec![0.1, 0.2], deviation: vec![1.0, 2.0] },
        };
        fs::write(&path, to_bytes(&state)).expect("writable");
        let first =
            State { iteration: 0, lists: BTreeMap::from([("parameters".into(), vec![0.0; 3])]), ..state.clone() };
        assert_eq!(read(&path, &first).map_err(|error| error.line()), Ok(state));
        let other = State { lists: BTreeMap::from([("parameters".into(), vec![0.0; 4])]), ..first };
        let error = read(&path, &other).expect_err("another network");
        assert!(error.line().contains("does not fit"), "{}", error.line());
    }
}
