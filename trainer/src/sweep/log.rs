//! `scores.jsonl`: what is done already. A line is on disk before the next training begins, and half a line that a kill
//! left is cut off.

use crate::{
    compare::Score,
    failure::{Failure, bad_input, not_done},
    files,
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

/// How a trial did at the end of a rung.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub trial: usize,
    pub rung: usize,
    /// `None`: the training broke down.
    pub score: Option<Score>,
}

/// The file, and what stands in it.
pub struct Log {
    path: PathBuf,
    file: File,
    pub entries: Vec<Entry>,
}

impl Log {
    /// The log in a sweep's folder, begun if there is none.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("scores.jsonl");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let entries: Vec<Entry> = text.lines().map_while(|line| serde_json::from_str(line).ok()).collect();
        let whole: String = entries.iter().map(line).collect();
        files::write_whole(&path, whole.as_bytes())?;
        let file = OpenOptions::new().append(true).open(&path).map_err(|error| bad_input(path.display(), error))?;
        Ok(Self { path, file, entries })
    }

    /// The score of a trial at a rung, if that is done.
    pub fn find(&self, trial: usize, rung: usize) -> Option<&Entry> {
        self.entries.iter().find(|entry| (entry.trial, entry.rung) == (trial, rung))
    }

    /// Adds a line.
    pub fn add(&mut self, entry: Entry) -> Result<(), Failure> {
        let written = self.file.write_all(line(&entry).as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| not_done(self.path.display(), error))?;
        self.entries.push(entry);
        Ok(())
    }
}

fn line(entry: &Entry) -> String {
    format!("{}\n", serde_json::to_string(entry).expect("a score is plain data"))
}
