//! What the cars of a run were told since they all started anew, one file per start.
//!
//! A checkpoint holds what was learned, not where some hundred cars are. Since the sim is deterministic, what they were told
//! says that too, in 131 kB per iteration by default: a run that is resumed lets them drive it again and goes on as if it had never
//! stopped.
//!
//! `journal-N.bin` belongs to the iterations from N times [`restart_every`](crate::run::config::Config) on; it is the iterations'
//! numbers, float32, one after the other. Which of them count says the checkpoint: what was added after it is cut off.

use crate::failure::{Failure, not_done};
use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

/// The journal of a run.
pub struct Journal {
    folder: PathBuf,
    restart_every: u64,
    /// The file that is being written, and its number.
    file: Option<(u64, File)>,
}

impl Journal {
    pub fn new(folder: &Path, restart_every: u64) -> Self {
        Self { folder: folder.to_owned(), restart_every, file: None }
    }

    fn path(&self, block: u64) -> PathBuf {
        self.folder.join(format!("journal-{block}.bin"))
    }

    /// Adds what the cars were told in the iteration before `iteration`.
    pub fn add(&mut self, iteration: u64, driven: &[f32]) -> Result<(), Failure> {
        if driven.is_empty() {
            return Ok(());
        }
        let block = (iteration - 1) / self.restart_every;
        let path = self.path(block);
        let cannot = |error: std::io::Error| not_done(path.display(), format!("cannot be written: {error}"));
        if self.file.as_ref().is_none_or(|(open, _)| *open != block) {
            let file = OpenOptions::new().create(true).append(true).open(&path).map_err(cannot)?;
            self.file = Some((block, file));
        }
        let bytes: Vec<u8> = driven.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.file.as_mut().map_or(Ok(()), |(_, file)| file.write_all(&bytes)).map_err(cannot)
    }

    /// Removes what no checkpoint needs any more, once the one of `iteration` is written.
    pub fn forget_before(&self, iteration: u64) {
        let needed = iteration / self.restart_every;
        if iteration.is_multiple_of(self.restart_every) && needed > 0 {
            // A file that cannot be removed costs its place on the disk, nothing else.
            let _ = fs::remove_file(self.path(needed - 1));
        }
    }

    /// What the cars were told up to `iteration` since they started anew, each iteration of `count` numbers; what was added
    /// later is cut off. Nothing if the file does not reach so far.
    pub fn resume(&mut self, iteration: u64, count: usize) -> Result<Vec<Vec<f32>>, Failure> {
        let (block, iterations) = (iteration / self.restart_every, (iteration % self.restart_every) as usize);
        let path = self.path(block);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(not_done(path.display(), format!("cannot be read: {error}"))),
        };
        let needed = iterations * count * size_of::<f32>();
        let kept = if bytes.len() < needed { 0 } else { needed };
        if path.exists() {
            let cannot = |error: std::io::Error| not_done(path.display(), format!("cannot be written: {error}"));
            let file = OpenOptions::new().write(true).open(&path).map_err(cannot)?;
            file.set_len(kept as u64).map_err(cannot)?;
        }
        let (numbers, _) = bytes[..kept].as_chunks();
        let numbers: Vec<f32> = numbers.iter().copied().map(f32::from_le_bytes).collect();
        Ok(numbers.chunks_exact(count.max(1)).map(<[f32]>::to_vec).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_checkpoint_does_not_know_is_cut_off() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut journal = Journal::new(folder.path(), 4);
        for iteration in 1..=7u8 {
            journal.add(iteration.into(), &[f32::from(iteration); 2]).map_err(|error| error.line()).expect("written");
        }
        let resume = |iteration| Journal::new(folder.path(), 4).resume(iteration, 2).map_err(|error| error.line());
        // Since the start before iteration 5: iterations 5 and 6. The checkpoint came before the 7th.
        assert_eq!(resume(6), Ok(vec![vec![5.0; 2], vec![6.0; 2]]));
        assert_eq!(fs::read(folder.path().join("journal-1.bin")).expect("there").len(), 16);
        // Nobody wrote what a checkpoint of iteration 7 would need any more.
        assert_eq!(resume(7), Ok(vec![]));
        assert_eq!(resume(8), Ok(vec![]));
        journal.forget_before(4);
        assert!(!folder.path().join("journal-0.bin").exists());
    }
}
