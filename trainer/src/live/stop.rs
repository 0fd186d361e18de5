//! How a person stops a run: the first time it ends as if its limit were reached, the second time at once.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the run was asked to stop. One per process, as signals are.
static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// Whether the run was asked to stop.
pub fn is_asked() -> bool {
    IS_ASKED.load(Ordering::Relaxed)
}

/// Asks the run to stop. Gives whether it was asked before.
pub fn ask() -> bool {
    IS_ASKED.swap(true, Ordering::Relaxed)
}

/// Ends the process as Ctrl-C does, without a destructor: threads that learn would run into what is destroyed.
pub fn now() {
    #[cfg(unix)]
    // SAFETY: both take plain numbers.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::raise(libc::SIGINT);
    }
    #[cfg(not(unix))]
    std::process::abort();
}

/// From now on, Ctrl-C and a polite kill ask the run to stop; the next one ends the process as it always does.
#[cfg(unix)]
pub fn listen() {
    extern "C" fn on_signal(signal: libc::c_int) {
        IS_ASKED.store(true, Ordering::Relaxed);
        // SAFETY: `signal` is safe to call in a signal handler (POSIX, 2.4.3).
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    for signal in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the handler only stores to an atomic and calls `signal`, both safe there.
        unsafe { libc::signal(signal, on_signal as *const () as libc::sighandler_t) };
    }
}

/// Elsewhere Ctrl-C ends the process; the keys of the live view ask it to stop.
#[cfg(not(unix))]
pub fn listen() {}
