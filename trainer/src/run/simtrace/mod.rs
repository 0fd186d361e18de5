//! DeepRacer's trace of what a car did, step by step, as the community's notebooks read it.
//!
//! Below the folder `simtrace` of a run, which the package `deepracer-utils` opens as it is
//! (`DeepRacerLog("RUN/simtrace")`, a folder of its kind `DRFC_MODEL_SINGLE_WORKERS`):
//!
//! | file | content |
//! |---|---|
//! | `training-simtrace/N-iteration.csv` | [`EPISODES_PER_FILE`] episodes that began to be watched in iteration N, from 0 |
//! | `evaluation-ITERATION/evaluation-simtrace/0-iteration.csv` | the races of an evaluation, a lap per episode; ITERATION has 14 digits, where DeepRacer has a date |
//!
//! An episode ends where DeepRacer's does: with a lap, a fault or the time limit. Each begins with a row `prepare` at the
//! place and the moment of its start, so that its first and last row are its time apart.

mod evaluation;
mod row;
mod watched;

pub use evaluation::evaluation_rows;
pub use row::{COLUMNS, Row, Status, read};
pub use watched::{Step, Watched};

use crate::{
    failure::{Failure, not_done},
    files,
};
use sim_spec::Replay;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Episodes in a training file. The notebooks reckon with the same number in each. More: fewer, longer files.
pub const EPISODES_PER_FILE: usize = 10;
/// Iterations from the end of one training file to where the next may begin: enough files to see how driving changes, few
/// enough that a run of an hour stays below a hundred megabytes or so.
const NEXT_FILE_AFTER: u64 = 8;

/// The traces of a run under way. Files are whole or absent.
pub struct Simtrace {
    folder: PathBuf,
    /// The iteration from which on a new file is begun.
    next: u64,
    block: Option<Block>,
}

/// A training file that is not full yet.
struct Block {
    /// N of its name.
    number: u64,
    episodes: Vec<Vec<Row>>,
}

impl Simtrace {
    /// Traces in `folder` of a run that has done `iterations`. What a run that was cut off traced after them goes away:
    /// those iterations are done again.
    pub fn open(folder: &Path, iterations: u64) -> Result<Self, Failure> {
        let training = folder.join("training-simtrace");
        fs::create_dir_all(&training).map_err(|error| not_done(training.display(), error))?;
        let cannot = |path: &Path, error| not_done(path.display(), format!("cannot be removed: {error}"));
        for (number, path) in numbered(&training, "", "-iteration.csv") {
            if number >= iterations {
                fs::remove_file(&path).map_err(|error| cannot(&path, error))?;
            }
        }
        for (number, path) in numbered(folder, "evaluation-", "") {
            if number > iterations {
                fs::remove_dir_all(&path).map_err(|error| cannot(&path, error))?;
            }
        }
        Ok(Self { folder: folder.into(), next: iterations, block: None })
    }

    /// Takes episodes that ended in an iteration, counted from 0, and writes a file when it is full.
    pub fn add(&mut self, iteration: u64, episodes: impl IntoIterator<Item = Vec<Row>>) -> Result<(), Failure> {
        if self.block.is_none() && iteration >= self.next {
            // The notebooks need a file 0.
            let number = if self.training_file(0).exists() { iteration } else { 0 };
            self.block = Some(Block { number, episodes: Vec::new() });
        }
        let Some(block) = &mut self.block else { return Ok(()) };
        block.episodes.extend(episodes);
        if block.episodes.len() < EPISODES_PER_FILE {
            return Ok(());
        }
        let Block { number, mut episodes } = self.block.take().expect("it was there a line ago");
        self.next = iteration + NEXT_FILE_AFTER;
        for (index, rows) in episodes[..EPISODES_PER_FILE].iter_mut().enumerate() {
            let episode = number * EPISODES_PER_FILE as u64 + index as u64;
            rows.iter_mut().for_each(|row| row.episode = episode);
        }
        let text = row::csv(episodes[..EPISODES_PER_FILE].iter().flatten());
        files::write_whole(&self.training_file(number), text.as_bytes())
    }

    /// All cars start anew after `iterations`: what is not full is given up.
    pub fn restart(&mut self, iterations: u64) {
        self.block = None;
        self.next = iterations;
    }

    /// Writes the races of the evaluation after `iterations`. `secs_since_epoch`: when they were run.
    pub fn evaluation(&self, iterations: u64, replays: &[Replay], secs_since_epoch: f64) -> Result<(), Failure> {
        let mut rows = Vec::new();
        for replay in replays {
            let first = rows.last().map_or(0, |last: &Row| last.episode + 1);
            let race = evaluation_rows(replay, 0, secs_since_epoch).map_err(|error| not_done("evaluation", error))?;
            rows.extend(race.into_iter().map(|row| Row { episode: first + row.episode, ..row }));
        }
        let folder = self.folder.join(format!("evaluation-{iterations:014}/evaluation-simtrace"));
        fs::create_dir_all(&folder).map_err(|error| not_done(folder.display(), error))?;
        files::write_whole(&folder.join("0-iteration.csv"), row::csv(&rows).as_bytes())
    }

    fn training_file(&self, number: u64) -> PathBuf {
        self.folder.join(format!("training-simtrace/{number}-iteration.csv"))
    }
}

/// What a folder has whose name is a number between `before` and `behind`, in the order of the numbers.
pub fn numbered(folder: &Path, before: &str, behind: &str) -> Vec<(u64, PathBuf)> {
    let number = |entry: fs::DirEntry| {
        let name = entry.file_name();
        let number = name.to_str()?.strip_prefix(before)?.strip_suffix(behind)?.parse().ok()?;
        Some((number, entry.path()))
    };
    let mut found: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().filter_map(number).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn episode() -> Vec<Row> {
        vec![Row { steps: 0, ..Row::default() }, Row { steps: 1, is_done: true, ..Row::default() }]
    }

    fn files(folder: &Path) -> Vec<u64> {
        numbered(&folder.join("training-simtrace"), "", "-iteration.csv")
            .into_iter()
            .map(|(number, _)| number)
            .collect()
    }

    #[test]
    fn files_have_equally_many_episodes_numbered_through() {
        let folder = tempfile::tempdir().unwrap();
        let mut trace = Simtrace::open(folder.path(), 0).unwrap();
        // 0: seven and then eight episodes, of which ten are kept.
        trace.add(0, vec![episode(); 7]).unwrap();
        assert!(files(folder.path()).is_empty());
        trace.add(1, vec![episode(); 8]).unwrap();
        assert_eq!(files(folder.path()), [0]);
        // 1 + 8 = 9 is the next that counts.
        for iteration in 2..12 {
            trace.add(iteration, vec![episode(); 4]).unwrap();
        }
        assert_eq!(files(folder.path()), [0, 9]);
        let text = fs::read_to_string(folder.path().join("training-simtrace/9-iteration.csv")).unwrap();
        let episodes: Vec<_> = text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!((episodes.len(), episodes[0], episodes[19]), (20, "90", "99"));
    }

    #[test]
    fn a_run_that_was_cut_off_forgets_what_it_does_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut trace = Simtrace::open(folder.path(), 0).unwrap();
        for iteration in 0..40 {
            trace.add(iteration, vec![episode(); 10]).unwrap();
        }
        assert_eq!(files(folder.path()), [0, 8, 16, 24, 32]);
        for iteration in [24, 32] {
            fs::create_dir_all(folder.path().join(format!("evaluation-{iteration:014}"))).unwrap();
        }
        // The evaluation after 24 iterations is not done again, the training in the 25th is.
        let mut trace = Simtrace::open(folder.path(), 24).unwrap();
        assert_eq!(files(folder.path()), [0, 8, 16]);
        assert_eq!(numbered(folder.path(), "evaluation-", "").len(), 1);
        trace.add(24, vec![episode(); 9]).unwrap();
        trace.restart(25);
        trace.add(25, vec![episode(); 9]).unwrap();
        assert_eq!(files(folder.path()), [0, 8, 16]);
    }
}
