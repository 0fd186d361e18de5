//! When a file is saved.

use crate::failure::{Failure, bad_input};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::{
    path::Path,
    sync::mpsc::{Receiver, channel},
};

/// Tells whenever something happens to a file. Many editors write another file and put it in its place, so its folder is
/// what is watched. It ends when the watcher is dropped.
pub fn of(file: &Path) -> Result<(RecommendedWatcher, Receiver<()>), Failure> {
    let cannot = |error: notify::Error| bad_input(file.display(), format!("cannot be watched: {error}"));
    let (tell, saves) = channel();
    let name = file.file_name().ok_or_else(|| bad_input(file.display(), "not a file"))?.to_owned();
    let on_event = move |event: notify::Result<Event>| {
        let is_ours =
            |event: &Event| !event.kind.is_access() && event.paths.iter().any(|path| path.file_name() == Some(&name));
        if event.is_ok_and(|event| is_ours(&event)) {
            // Nobody listens any more: then nobody wants to know.
            let _ = tell.send(());
        }
    };
    let mut watcher = notify::recommended_watcher(on_event).map_err(cannot)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    watcher.watch(folder, RecursiveMode::NonRecursive).map_err(cannot)?;
    Ok((watcher, saves))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, time::Duration};

    const LONG_ENOUGH: Duration = Duration::from_secs(10);

    #[test]
    fn a_write_and_a_replacement_are_saves() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("reward.py");
        fs::write(&file, "1").expect("writable");
        let (_watcher, saves) = of(&file).expect("it can be watched");
        fs::write(&file, "2").expect("writable");
        saves.recv_timeout(LONG_ENOUGH).expect("it was written");
        while saves.try_recv().is_ok() {}
        let other = folder.path().join("other");
        fs::write(&other, "3").expect("writable");
        fs::rename(&other, &file).expect("same folder");
        saves.recv_timeout(LONG_ENOUGH).expect("it was replaced");
    }
}
