//! `paddock lesson`

use super::print_json;
use crate::{
    failure::{Failure, bad_input, not_done},
    lesson::{Findings, LESSONS, Lesson as Text},
};
use clap::Subcommand;
use serde_json::json;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum Lesson {
    /// List the lessons
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a lesson
    Show {
        /// Its number
        #[arg(value_parser = number)]
        lesson: u8,
    },
    /// See whether a lesson's task is done
    Check {
        /// Its number
        #[arg(value_parser = number)]
        lesson: u8,
        /// Runs or policies [default: where the lesson's own commands put them]
        files: Vec<PathBuf>,
        /// Print what was found as JSON
        #[arg(long)]
        json: bool,
    },
}

fn number(text: &str) -> Result<u8, String> {
    let number = text.parse().ok().filter(|number| LESSONS.iter().any(|lesson| lesson.number == *number));
    number.ok_or_else(|| format!("lessons have the numbers 1 to {}", LESSONS.len()))
}

impl Lesson {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { json: true } => {
                let lesson = |lesson: &Text| json!({"number": lesson.number, "title": lesson.title});
                print_json(&LESSONS.iter().map(lesson).collect::<Vec<_>>());
            }
            Self::List { json: false } => LESSONS.iter().for_each(|it| println!("{}. {}", it.number, it.title)),
            Self::Show { lesson } => print!("{}", find(lesson)?.text),
            Self::Check { lesson, files, json } => return check(find(lesson)?, &files, json),
        }
        Ok(())
    }
}

fn find(number: u8) -> Result<&'static Text, Failure> {
    LESSONS.iter().find(|lesson| lesson.number == number).ok_or_else(|| bad_input(number, "no such lesson"))
}

fn check(lesson: &Text, files: &[PathBuf], json: bool) -> Result<(), Failure> {
    let findings = lesson.check(files)?;
    let Findings { reached, missing, hint } = &findings;
    if json {
        print_json(&json!({
            "lesson": lesson.number,
            "passed": findings.is_passed(),
            "reached": reached,
            "missing": missing,
            "hint": hint,
        }));
    } else {
        reached.iter().for_each(|what| println!("  yes  {what}"));
        missing.iter().for_each(|what| println!("  no   {what}"));
        match (hint, LESSONS.iter().find(|next| next.number == lesson.number + 1)) {
            (Some(hint), _) => println!("try: {hint}"),
            (None, Some(next)) => println!("done. next: paddock lesson show {} ({})", next.number, next.title),
            (None, None) => println!("done. That was the last one: your company's league is waiting."),
        }
    }
    match findings.is_passed() {
        true => Ok(()),
        false => Err(not_done(format!("lesson {}", lesson.number), "not yet")),
    }
}
