//! A run's own reward: a file, and where it prints to.

use super::{File, Limits, Log, MAX_SOURCE_BYTES, Python, PythonReward, Setup};
use crate::{
    failure::{Failure, bad_input},
    learn::noise::{Purpose, generator},
    reward::Start,
};
use rand_pcg::rand_core::Rng;
use sim_spec::Sha256Hex;
use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

/// A reward that was read from a file.
#[derive(Debug, Clone)]
pub struct PythonSource {
    name: String,
    file: Arc<File>,
    log: Arc<OnceLock<PathBuf>>,
}

impl File {
    /// The file at `path`, by the name that the person gave it.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let cannot = |why: String| bad_input(path.display(), format!("cannot be read: {why}"));
        let file = fs::File::open(path).map_err(|error| cannot(error.to_string()))?;
        let mut bytes = Vec::new();
        file.take(MAX_SOURCE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| cannot(error.to_string()))?;
        if bytes.len() > MAX_SOURCE_BYTES {
            return Err(bad_input(path.display(), format!("a reward has at most {MAX_SOURCE_BYTES} bytes")));
        }
        let source = String::from_utf8(bytes).map_err(|_| bad_input(path.display(), "not a text in UTF-8"))?;
        // Editors of some systems begin a text with a mark that Python does not expect inside one.
        let source = source.strip_prefix('\u{feff}').unwrap_or(&source).to_owned();
        Ok(Self { name: path.display().to_string(), source })
    }
}

impl PythonSource {
    /// The reward in a file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, file: Arc::new(File::read(path)?), log: Arc::default() })
    }

    /// The reward of a run that goes on, whose copy is at `path`.
    pub fn reopen(name: &str, sha256: Sha256Hex, path: &Path) -> Result<Self, Failure> {
        let source = Self { name: name.into(), ..Self::read(path)? };
        match source.sha256() == sha256 {
            true => Ok(source),
            false => Err(bad_input(
                path.display(),
                "not the reward that the run began with; put that one back, or begin a new run with this one and --start-from",
            )),
        }
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn text(&self) -> &str {
        &self.file.source
    }

    /// Digest of the text.
    pub fn sha256(&self) -> Sha256Hex {
        Sha256Hex::of(self.file.source.as_bytes())
    }

    /// From now on, what it prints is added to this file, and not written on stderr.
    pub fn log_to(&self, path: PathBuf) {
        // A run has one folder, so whoever asks again asks for the same.
        let _ = self.log.set(path);
    }

    /// A worker for one thread of a run.
    pub fn start(&self, start: Start) -> Result<PythonReward, Failure> {
        let Start { cars, .. } = start;
        let (limits, log) = (Limits::default(), self.log());
        let python = Python::find()?;
        let setup = Setup { python: &python, file: &self.file, cars, seed: seed(start), limits, check: false, log };
        PythonReward::start(setup, start)
    }

    fn log(&self) -> Log {
        let path = self.log.clone();
        Arc::new(move |line| match path.get() {
            // What a reward prints is not worth stopping a run for.
            Some(path) => drop(append(path, line)),
            None => eprintln!("{line}"),
        })
    }
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    // In one piece, since the workers of all threads write here.
    fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(format!("{line}\n").as_bytes())
}

/// What a worker's random numbers start from.
pub fn seed(Start { seed, thread, iteration, .. }: Start) -> u64 {
    generator(seed, Purpose::Reward, iteration, thread).next_u64()
}
