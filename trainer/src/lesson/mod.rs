//! Seven lessons, each with a task that is checked by doing it: what a racer made is read and raced.

mod checks;
mod entry;

pub use entry::Entry;

use crate::failure::Failure;
use serde::Serialize;
use std::path::PathBuf;

/// A lesson.
pub struct Lesson {
    pub number: u8,
    pub title: &'static str,
    /// The lesson itself, Markdown.
    pub text: &'static str,
    /// Where its own commands put what is checked.
    pub files: &'static [&'static str],
    check: fn(&[PathBuf], &mut Findings) -> Result<(), Failure>,
}

/// All lessons, in order.
pub static LESSONS: [Lesson; 7] = [
    Lesson {
        number: 1,
        title: "A first lap",
        text: include_str!("../../../docs/lessons/1-first-lap.md"),
        files: &["runs/lesson-1"],
        check: checks::first_lap,
    },
    Lesson {
        number: 2,
        title: "Read the curve",
        text: include_str!("../../../docs/lessons/2-read-the-curve.md"),
        files: &["runs/lesson-2-short", "runs/lesson-2-long"],
        check: checks::read_the_curve,
    },
    Lesson {
        number: 3,
        title: "Write a reward",
        text: include_str!("../../../docs/lessons/3-write-a-reward.md"),
        files: &["runs/lesson-3"],
        check: checks::write_a_reward,
    },
    Lesson {
        number: 4,
        title: "Tune a setting, and know that it helped",
        text: include_str!("../../../docs/lessons/4-tune-a-setting.md"),
        files: &["runs/lesson-4"],
        check: checks::tune_a_setting,
    },
    Lesson {
        number: 5,
        title: "A track that it never saw",
        text: include_str!("../../../docs/lessons/5-a-track-it-never-saw.md"),
        files: &["runs/lesson-5"],
        check: checks::unseen_tracks,
    },
    Lesson {
        number: 6,
        title: "A wet day and a tired battery",
        text: include_str!("../../../docs/lessons/6-a-wet-day.md"),
        files: &["runs/lesson-6"],
        check: checks::wet_day,
    },
    Lesson {
        number: 7,
        title: "Beat par by design",
        text: include_str!("../../../docs/lessons/7-beat-par.md"),
        files: &["runs/lesson-7"],
        check: checks::beat_par,
    },
];

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Findings {
    pub reached: Vec<String>,
    pub missing: Vec<String>,
    /// What to do about the first thing that is missing.
    pub hint: Option<String>,
}

impl Findings {
    pub fn is_passed(&self) -> bool {
        self.missing.is_empty()
    }

    /// Adds a thing that was to be reached, and what helps where it was not.
    fn expect(&mut self, is_reached: bool, what: String, hint: &str) {
        match is_reached {
            true => self.reached.push(what),
            false => {
                self.hint.get_or_insert_with(|| hint.to_owned());
                self.missing.push(what);
            }
        }
    }
}

impl Lesson {
    /// Looks at what a racer made; without files, at what the lesson's own commands make.
    pub fn check(&self, files: &[PathBuf]) -> Result<Findings, Failure> {
        let named: Vec<PathBuf> = self.files.iter().map(PathBuf::from).collect();
        let mut findings = Findings::default();
        (self.check)(if files.is_empty() { &named } else { files }, &mut findings)?;
        Ok(findings)
    }
}
