//! The live view on a terminal: a thread of its own draws and reads keys, so that a run never waits for either.

use super::{
    draw::{Look, draw},
    stop,
    view::View,
};
use ratatui::{
    Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor, event, execute,
        terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
    },
};
use std::{
    io::{self, BufWriter, IsTerminal, Stderr, stderr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Between two drawings. Shorter: smoother, and costs training.
const FRAME: Duration = Duration::from_millis(100);

/// A terminal that shows a run until this is dropped.
pub struct Screen {
    view: Arc<Mutex<View>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Screen {
    /// Whether stderr is a terminal that can be drawn on, and ours.
    pub fn is_possible() -> bool {
        let is_dumb = cfg!(unix) && std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        stderr().is_terminal() && io::stdin().is_terminal() && !is_dumb && is_in_foreground()
    }

    /// Takes the terminal over.
    pub fn open(view: View) -> io::Result<Self> {
        enable_raw_mode()?;
        execute!(stderr(), EnterAlternateScreen, cursor::Hide).inspect_err(|_| restore())?;
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::new(stderr()))).inspect_err(|_| restore())?;
        restore_on_panic();
        let view = Arc::new(Mutex::new(view));
        let is_over = Arc::new(AtomicBool::new(false));
        let shown = Shown { view: view.clone(), is_over: is_over.clone(), terminal, begun: Instant::now() };
        Ok(Self { view, is_over, thread: Some(thread::spawn(move || shown.run())) })
    }

    /// What is shown, to change it.
    pub fn view(&self) -> MutexGuard<'_, View> {
        // A thread that panicked in the middle of drawing has changed nothing.
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Screen {
    /// Leaves the terminal as it was.
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
        restore();
    }
}

/// What the thread holds.
struct Shown {
    view: Arc<Mutex<View>>,
    is_over: Arc<AtomicBool>,
    terminal: Terminal<CrosstermBackend<BufWriter<Stderr>>>,
    begun: Instant,
}

impl Shown {
    fn run(mut self) {
        let look = Look { has_colours: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) };
        while !self.is_over.load(Ordering::Relaxed) {
            let drawn = Instant::now();
            let elapsed = self.begun.elapsed();
            let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
            view.is_stopping = stop::is_asked();
            // A terminal that is gone shows nothing; the run goes on.
            let _ = self.terminal.draw(|frame| draw(&view, elapsed, look, frame.area(), frame.buffer_mut()));
            drop(view);
            while let Some(rest) = FRAME.checked_sub(drawn.elapsed()) {
                match event::poll(rest) {
                    Ok(true) if event::read().is_ok_and(|event| is_stop(&event)) => on_stop(),
                    Ok(true) => {}
                    Ok(false) => break,
                    // Without keys there is still the time to keep.
                    Err(_) => thread::sleep(rest),
                }
            }
        }
    }
}

fn is_stop(event: &event::Event) -> bool {
    use event::{KeyCode, KeyEventKind, KeyModifiers};
    let Some(key) = event.as_key_event() else { return false };
    let is_interrupt = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
    key.kind == KeyEventKind::Press && (is_interrupt || key.code == KeyCode::Char('q'))
}

fn on_stop() {
    if stop::ask() {
        restore();
        stop::now();
    }
}

/// Leaves the terminal as it was. What fails here has no terminal to fail on.
fn restore() {
    let _ = execute!(stderr(), LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}

/// What a panic says must not be lost with the screen.
fn restore_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        before(panic);
    }));
}

/// Whether the terminal's keys are ours: a job in the background that touches the terminal is stopped by the system.
#[cfg(unix)]
fn is_in_foreground() -> bool {
    // SAFETY: both take and give plain numbers.
    unsafe { libc::tcgetpgrp(libc::STDERR_FILENO) == libc::getpgrp() }
}

#[cfg(not(unix))]
fn is_in_foreground() -> bool {
    true
}
