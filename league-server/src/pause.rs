//! Named points of a submission's life at which a test can hold the server, to kill it there.
//!
//! `PADDOCK_PAUSE=POINT=FILE` makes the process create FILE when it comes to POINT, and then stand still. Only debug
//! builds know it: a released server cannot be stopped by its environment.

/// Stands still for ever if a test asked for it here.
pub fn point(name: &str) {
    if !cfg!(debug_assertions) {
        return;
    }
    let Ok(wanted) = std::env::var("PADDOCK_PAUSE") else { return };
    if let Some((point, file)) = wanted.split_once('=')
        && point == name
        && std::fs::write(file, name).is_ok()
    {
        loop {
            std::thread::park();
        }
    }
}
