//! Reading what a person names, and writing so that a file is whole or not there.

use crate::{
    failure::{Failure, bad_input, not_done},
    onnx::MAX_MODEL_BYTES,
};
use sim_spec::{Policy, Replay, Track, builtin_tracks, limits};
use std::{
    fmt::Display,
    fs::{self, File},
    io::{Read, Write},
    path::Path,
};

/// A track: a built-in name, or a file of ours or of DeepRacer.
pub fn read_track(name_or_path: &str) -> Result<Track, Failure> {
    if let Some(track) = builtin_tracks::find(name_or_path) {
        return Ok(track);
    }
    let path = Path::new(name_or_path);
    if !path.exists() {
        let names = builtin_tracks::names().join(", ");
        return Err(bad_input(name_or_path, format!("neither a file nor a built-in track (those are: {names})")));
    }
    let bytes = read(path, limits::MAX_TRACK_BYTES)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    Track::parse(&stem, &bytes).map_err(|error| bad_input(name_or_path, error))
}

/// A policy file: the policy and the bytes that it stands in.
pub fn read_policy(path: &Path) -> Result<(Policy, Vec<u8>), Failure> {
    if path.is_dir() {
        let inside = path.join("policy.safetensors");
        return Err(bad_input(
            path.display(),
            format!("a folder; a run's policy is {}", shell_word(&inside.display())),
        ));
    }
    let bytes = read(path, limits::MAX_POLICY_BYTES)?;
    let policy = Policy::from_bytes(&bytes).map_err(|error| bad_input(path.display(), error))?;
    Ok((policy, bytes))
}

/// A replay file. A file that is there and is no valid replay is a replay that was refused, not bad usage.
pub fn read_replay(path: &Path) -> Result<Replay, Failure> {
    let bytes = read(path, limits::MAX_REPLAY_BYTES)?;
    Replay::from_bytes(&bytes).map_err(|error| not_done(path.display(), error))
}

/// An ONNX model's bytes.
pub fn read_model(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path, MAX_MODEL_BYTES)
}

/// A file's bytes; of a larger one as many as show that it is too large.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let cannot = |error: std::io::Error| bad_input(path.display(), format!("cannot be read: {error}"));
    let mut bytes = Vec::new();
    File::open(path).map_err(cannot)?.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

/// Writes a file so that after a crash at any moment, of this program or of the machine, it is either as before or as it
/// should be.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, bytes, true)
}

/// The same, but only as safe as the system's memory: a killed program loses nothing, a power cut may lose the newest. For
/// what is written many times per second.
pub fn write_often(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, bytes, false)
}

fn replace(path: &Path, bytes: &[u8], is_synced: bool) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| not_done(path.display(), format!("cannot be written: {error}"));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let mut file = File::create(&partial).map_err(cannot)?;
    file.write_all(bytes).map_err(cannot)?;
    if is_synced {
        file.sync_all().map_err(cannot)?;
    }
    fs::rename(&partial, path).map_err(cannot)
}

/// A path as one word of a command that a person copies into a shell.
pub fn shell_word(path: &impl Display) -> String {
    let path = path.to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+,:=@%".contains(letter);
    match !path.is_empty() && path.chars().all(is_plain) {
        true => path,
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_for_a_shell() {
        let cases = [("runs/köln-1", "runs/köln-1"), ("my runs/a", "'my runs/a'"), ("it's", r"'it'\''s'"), ("", "''")];
        for (path, word) in cases {
            assert_eq!(shell_word(&path), word);
        }
    }
}
