//! What a reward did wrong, as a person should read it.

use super::{last_words::line_of, limits::Limits};
use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::process::ExitStatus;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Training would stop, or teach nothing.
    Error,
    /// It probably does not do what was meant.
    Warning,
    /// Good to know.
    Hint,
}

/// Something found in a reward's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub severity: Severity,
    /// A stable name for programs.
    pub code: String,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, where it is known.
    pub column: Option<u32>,
    /// What is wrong, and what to do about it.
    pub message: String,
}

/// How a worker failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub finding: Finding,
    /// What had been found before by reading the file.
    pub others: Vec<Finding>,
}

/// What a worker was doing when it was ended or died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Load,
    Batch,
}

impl Finding {
    pub fn new(severity: Severity, code: &str, line: Option<u32>, message: impl Into<String>) -> Self {
        Self { severity, code: code.into(), line, column: None, message: message.into() }
    }

    /// `FILE:LINE`, or the file where no line is known.
    pub fn place(&self, file: &str) -> String {
        match self.line {
            Some(line) => format!("{file}:{line}"),
            None => file.into(),
        }
    }
}

impl Fault {
    /// A fault that nothing was found before.
    pub fn new(code: &str, line: Option<u32>, message: impl Into<String>) -> Self {
        Self { finding: Finding::new(Severity::Error, code, line, message), others: Vec::new() }
    }

    /// As a command reports it: one that shows while the file is loaded is bad input.
    pub fn failure(&self, file: &str, stage: Stage) -> Failure {
        let text = format!("{}: {}", self.finding.place(file), self.finding.message);
        match stage {
            Stage::Load => Failure::BadInput(text),
            Stage::Batch => Failure::NotDone(text),
        }
    }

    /// A worker that took too long and was ended.
    pub fn too_slow(words: &str, file: &str, stage: Stage, limits: &Limits) -> Self {
        let line = line_of(words, file);
        let text = match stage {
            Stage::Load => format!(
                "still loading after {:.0?}; a loop there does not end, or what is worked out once takes too long",
                limits.load
            ),
            Stage::Batch => format!(
                "still busy after {:.0?}; a loop there does not end, or a call takes far too long: a reward is called \
                 for every step of every car",
                limits.batch
            ),
        };
        Self::new("too_slow", line, text)
    }

    /// A worker that died of itself.
    pub fn died(words: &str, file: &str, status: Option<ExitStatus>) -> Self {
        let line = line_of(words, file);
        let (code, text) = match status.map(|status| (signal_of(status), status.code())) {
            Some((Some(signal), _)) => ("crash", died_of(signal)),
            Some((_, Some(code))) => {
                // A failure of our own part or of a package shows its last line.
                let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("os._exit does that");
                ("left", format!("the interpreter was left with status {code}, instead of a reward: {last}"))
            }
            _ => ("left", "the interpreter closed its pipes instead of giving a reward".into()),
        };
        Self::new(code, line, text)
    }
}

/// What a signal that ended an interpreter says about the reward.
fn died_of(signal: i32) -> String {
    const ABORT: i32 = 6;
    const KILL: i32 = 9;
    let native =
        "it comes from code outside Python, as ctypes and packages in C have it: do without, or update the package";
    match signal {
        ABORT => format!("the interpreter was aborted (os.abort does that); otherwise {native}"),
        KILL => "the interpreter was killed from outside, perhaps since the machine ran out of memory".into(),
        24 => "the interpreter used more processor time than a batch may; a loop there does not end".into(),
        11 => format!("the interpreter crashed (segmentation fault); {native}"),
        other => format!("the interpreter crashed (signal {other}); {native}"),
    }
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}
