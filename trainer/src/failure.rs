//! How a command fails: a sentence for the person, and an exit status for the program that called it.

use std::fmt::Display;

/// Why a command did not do what it was asked. Each becomes one line on stderr.
#[derive(Debug)]
pub enum Failure {
    /// What was given cannot be used. Exit status 2.
    BadInput(String),
    /// What was given is fine, but the thing was not done. Exit status 1.
    NotDone(String),
}

/// What was given cannot be used: `about` says what, `why` what is wrong with it.
pub fn bad_input(about: impl Display, why: impl Display) -> Failure {
    Failure::BadInput(format!("{about}: {why}"))
}

/// The thing was not done.
pub fn not_done(about: impl Display, why: impl Display) -> Failure {
    Failure::NotDone(format!("{about}: {why}"))
}

impl Failure {
    /// The process's exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::BadInput(_) => 2,
            Self::NotDone(_) => 1,
        }
    }

    /// The line for stderr. Whatever a library says in several lines is said in one.
    pub fn line(&self) -> String {
        let (Self::BadInput(text) | Self::NotDone(text)) = self;
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
