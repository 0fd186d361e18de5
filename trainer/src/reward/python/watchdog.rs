//! Ends a worker that takes too long.

use std::{
    process::Child,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How often the watchdog looks. It counts looks and not the clock's time, so that a laptop that sleeps or a program that
/// was halted (Ctrl-Z) does not count as slow.
const TICK: Duration = Duration::from_millis(50);
/// Time for the worker to write where it is, before it is ended.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Watches one worker from a thread of its own.
#[derive(Debug)]
pub struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    child: Mutex<Child>,
    /// Ticks that are left; 0: nobody is waited for.
    left: AtomicU64,
    has_bitten: AtomicBool,
    is_over: AtomicBool,
}

impl Watchdog {
    pub fn new(child: Child) -> Self {
        let shared = Arc::new(Shared {
            child: Mutex::new(child),
            left: AtomicU64::new(0),
            has_bitten: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        });
        let watched = shared.clone();
        let thread = thread::spawn(move || watched.watch());
        Self { shared, thread: Some(thread) }
    }

    /// From now on the worker has this much time.
    pub fn allow(&self, time: Duration) {
        let ticks = time.as_millis().div_ceil(TICK.as_millis()) as u64;
        self.shared.left.store(ticks + 1, Ordering::Release);
    }

    /// The worker has answered.
    pub fn rest(&self) {
        self.shared.left.store(0, Ordering::Release);
    }

    /// Whether the worker was ended because it took too long.
    pub fn has_bitten(&self) -> bool {
        self.shared.has_bitten.load(Ordering::Acquire)
    }

    /// What `look` sees of the worker's process.
    pub fn with_child<T>(&self, look: impl FnOnce(&mut Child) -> T) -> T {
        look(&mut self.shared.child.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shared {
    fn watch(&self) {
        while !self.is_over.load(Ordering::Acquire) {
            thread::park_timeout(TICK);
            let one_less = |left: u64| left.checked_sub(1);
            if self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_less) == Ok(1) {
                self.bite();
            }
        }
    }

    fn bite(&self) {
        self.has_bitten.store(true, Ordering::Release);
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        ask_where(&child);
        thread::sleep(LAST_WORDS);
        // Its end is seen by whoever reads from it; that it is gone already is no fault.
        let _ = child.kill();
    }
}

impl Drop for Watchdog {
    /// Ends the worker, and leaves no zombie.
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A thread that panicked watches no more; the worker is ended below in any case.
            let _ = thread.join();
        }
        self.with_child(|child| {
            let _ = child.kill();
            let _ = child.wait();
        });
    }
}

/// Asks a worker to write on its stderr where it is (`faulthandler` answers, even for code that is not Python's).
#[cfg(unix)]
fn ask_where(child: &Child) {
    // SAFETY: sends a signal; the child has not been waited for, so the number is still its own.
    unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGUSR1) };
}

/// Other systems have no such signal: the line stays unknown.
#[cfg(not(unix))]
fn ask_where(_: &Child) {}
