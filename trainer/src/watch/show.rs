//! A watch in front of a person.

use super::{News, Watch, saves, watch};
use crate::{failure::Failure, task_bar::TaskBar};

/// Watches the file until the program is ended. What is trained is told on stdout, how far it is and what is wrong with
/// the file on stderr.
pub fn show(what: &Watch) -> Result<(), Failure> {
    let (_watcher, saves) = saves::of(what.file)?;
    let mut bar = TaskBar::new();
    watch(what, &saves, |news| match news {
        News::Training { number, steps } => {
            bar.say(&format!("version {number}: {:.1} M steps; a save begins anew", steps as f64 / 1e6));
        }
        News::Refused(failure) => {
            bar.aside(|| eprintln!("{}", failure.line()));
            bar.say(&format!("waiting for the next save of {}", what.file.display()));
        }
        News::Trained { lines, version } => {
            bar.aside(|| {
                lines.iter().for_each(|line| println!("{line}"));
                println!("kept in {}", version.folder.display());
                println!();
            });
            bar.say(&format!("waiting for the next save of {}", what.file.display()));
        }
    })
}
