//! Ctrl-C and `kill`: they set a flag that every wait of [`crate::process`] looks at, so that a league in the
//! background is stopped in order and nothing is left behind.

use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);

/// Whether somebody asked us to stop.
pub fn stop_requested() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// Starts listening for SIGINT and SIGTERM. Children get the default behaviour back when they start.
#[cfg(unix)]
pub fn listen() {
    extern "C" fn remember(_signal: libc::c_int) {
        STOP.store(true, Ordering::SeqCst);
    }
    for signal in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the handler only stores to an atomic, which is async-signal-safe.
        unsafe { libc::signal(signal, remember as *const () as libc::sighandler_t) };
    }
}

/// Asks a child to end (SIGTERM); it may still take its time.
#[cfg(unix)]
pub fn ask_to_end(child: &mut Child) {
    if let Ok(pid) = libc::pid_t::try_from(child.id()) {
        // SAFETY: `kill` takes plain numbers; the child is not reaped yet, so its number is still its own.
        unsafe { libc::kill(pid, libc::SIGTERM) };
    }
}

/// Makes the kernel end the child when xtask ends in a way that lets it do nothing more (SIGKILL).
/// Such a child must be started from the main thread: the kernel watches the thread that started it.
#[cfg(target_os = "linux")]
pub fn end_with_us(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: between fork and exec this only makes one system call, which is async-signal-safe.
    unsafe {
        command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
}

/// Only Linux can tie a child's life to ours; elsewhere the orderly ways must do.
#[cfg(not(target_os = "linux"))]
pub fn end_with_us(_command: &mut Command) {}

/// Windows ends everything on Ctrl-C by itself.
#[cfg(not(unix))]
pub fn listen() {}

/// Windows has no polite way to end a program without a window.
#[cfg(not(unix))]
pub fn ask_to_end(child: &mut Child) {
    // A child that has ended already is what was asked for.
    let _ = child.kill();
}

/// Whether we may install packages.
pub fn is_root() -> bool {
    #[cfg(unix)]
    // SAFETY: `geteuid` takes nothing, changes nothing and cannot fail.
    return unsafe { libc::geteuid() } == 0;
    #[cfg(not(unix))]
    return false;
}
