//! Trains anew on each save of a reward file, and shows the new policy beside the last one.
//!
//! [`watch`] is the loop. What it is told of saves by is a channel ([`saves::of`] for a real file), what it shows are plain
//! lines, so that it works in any terminal and without one. [`show`] puts both
//! together for a person.
//!
//! Versions are numbered runs in one folder, `v001`, `v002` and so on; each holds the reward that it was trained with. The
//! seed is the same for all, so what differs between two versions is the reward.

mod card;
pub mod map;
pub mod saves;
mod show;
mod trace;
mod version;

pub use show::show;
pub use trace::Trace;
pub use version::Version;

use crate::{
    failure::{Failure, bad_input, not_done},
    live::Live,
    run::{limits::Limits, training::Training},
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

/// Between two looks whether a training has ended, and how far it is.
const TICK: Duration = Duration::from_millis(100);
/// An editor saves in several steps; what follows a save within this time belongs to it.
const SETTLES_WITHIN: Duration = Duration::from_millis(50);

/// What is watched, and how each version is trained.
pub struct Watch<'a> {
    pub file: &'a Path,
    /// Folder of the versions.
    pub out: &'a Path,
    pub limits: Limits,
    /// Begins a run in a folder, with the file as it is now. What is wrong with the file is its failure.
    pub begin: &'a (dyn Fn(&Path) -> Result<Training, Failure> + Sync),
}

/// What the watch tells.
pub enum News<'a> {
    /// A version is being trained: the steps that it has.
    Training { number: u32, steps: u64 },
    /// The file cannot be used; the next save is waited for.
    Refused(&'a Failure),
    /// A version is trained. The lines compare it with the one before.
    Trained { version: &'a Version, lines: &'a [String] },
}

/// How a training ended.
enum Ending {
    Trained(Box<Version>),
    /// The file was saved meanwhile.
    Overtaken,
    Refused(Failure),
}

/// Trains on each save until `saves` has no more to tell.
pub fn watch(watch: &Watch, saves: &Receiver<()>, mut tell: impl FnMut(News)) -> Result<(), Failure> {
    fs::create_dir_all(watch.out).map_err(|error| bad_input(watch.out.display(), error))?;
    let mut last: Option<Version> = None;
    let mut source = read(watch.file)?;
    loop {
        let number = next_number(watch.out);
        match train(watch, number, &mut source, saves, &mut tell) {
            Ending::Overtaken => continue,
            Ending::Refused(failure) => tell(News::Refused(&failure)),
            Ending::Trained(version) => {
                let lines = card::lines(last.as_ref(), &version);
                tell(News::Trained { version: &version, lines: &lines });
                last = Some(*version);
            }
        }
        loop {
            if saves.recv().is_err() {
                return Ok(());
            }
            if is_changed(watch.file, &mut source, saves) {
                break;
            }
        }
    }
}

/// Trains one version, in a thread of its own so that a save can end it.
fn train(
    watch: &Watch,
    number: u32,
    source: &mut Vec<u8>,
    saves: &Receiver<()>,
    tell: &mut impl FnMut(News),
) -> Ending {
    let folder = watch.out.join(name(number));
    let is_stopped = Arc::new(AtomicBool::new(false));
    let ending = thread::scope(|scope| {
        let work = || -> Result<Version, Failure> {
            let mut training = (watch.begin)(&folder)?;
            let outcome = training.run(watch.limits, &mut Live::silent_until(is_stopped.clone()))?;
            Version::read(number, &folder, &outcome)
        };
        let worker = scope.spawn(work);
        while !worker.is_finished() {
            match saves.recv_timeout(TICK) {
                Ok(()) if is_changed(watch.file, source, saves) => {
                    is_stopped.store(true, Ordering::Relaxed);
                    break;
                }
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => tell(News::Training { number, steps: version::steps(&folder) }),
                // Nobody will save any more: what is under way is trained to its end.
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        worker.join().unwrap_or_else(|_| Err(not_done("the training", "it panicked")))
    });
    match ending {
        _ if is_stopped.load(Ordering::Relaxed) => {
            // It was no version; its number is used again. What is left of it is in nobody's way.
            let _ = fs::remove_dir_all(&folder);
            Ending::Overtaken
        }
        Ok(version) => Ending::Trained(Box::new(version)),
        Err(failure) => Ending::Refused(failure),
    }
}

/// Whether the file has another content than `source`, which it then becomes. Saves that follow at once are waited for.
fn is_changed(file: &Path, source: &mut Vec<u8>, saves: &Receiver<()>) -> bool {
    while saves.recv_timeout(SETTLES_WITHIN).is_ok() {}
    // Between two steps of a save there may be no file.
    let Ok(now) = read(file) else { return false };
    let is_changed = now != *source;
    *source = now;
    is_changed
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| bad_input(file.display(), format!("cannot be read: {error}")))
}

fn name(number: u32) -> PathBuf {
    PathBuf::from(format!("v{number:03}"))
}

/// The number after the last version's.
fn next_number(out: &Path) -> u32 {
    (1..).find(|number| !out.join(name(*number)).exists()).expect("a folder has no end of names")
}
