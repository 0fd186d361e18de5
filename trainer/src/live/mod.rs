//! A run as it goes on, on stderr: the whole screen of a terminal, a plain line now and then elsewhere.
//!
//! [`view::View`] is what is known, [`draw::draw`] a pure function of it. A terminal is taken over on its second screen, so
//! that it is left as it was; the curves of the run stay behind as three lines.

mod draw;
mod map;
mod plain;
mod screen;
mod series;
mod stop;
mod view;

pub use view::{Facts, Iteration};

use plain::Plain;
use screen::Screen;
use sim::Telemetry;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use view::View;

/// Widest curve that stays behind, letters.
const LAST_CURVE: usize = 60;

/// Shows a run.
pub struct Live {
    shown: Shown,
    begun: Instant,
    /// Set by whoever else wants the run to end.
    is_stopped: Option<Arc<AtomicBool>>,
}

enum Shown {
    Screen(Screen),
    Plain(Plain, Box<View>),
    Nothing,
}

impl Live {
    /// Takes over the terminal, if there is one. From now on q and Ctrl-C ask the run to stop.
    pub fn new(facts: Facts) -> Self {
        stop::listen();
        let view = View::new(facts);
        let shown = match Screen::is_possible().then(|| Screen::open(view.clone())) {
            Some(Ok(screen)) => Shown::Screen(screen),
            // A terminal that cannot be taken over is none.
            Some(Err(_)) | None => Shown::Plain(Plain::default(), Box::new(view)),
        };
        Self { shown, begun: Instant::now(), is_stopped: None }
    }

    /// Shows nothing, and is not asked to stop by anybody.
    pub fn silent() -> Self {
        Self { shown: Shown::Nothing, begun: Instant::now(), is_stopped: None }
    }

    /// Shows nothing, and ends the run once somebody sets `is_stopped`.
    pub fn silent_until(is_stopped: Arc<AtomicBool>) -> Self {
        Self { is_stopped: Some(is_stopped), ..Self::silent() }
    }

    /// Shows the run after an iteration.
    pub fn show(&mut self, iteration: &Iteration) {
        match &mut self.shown {
            Shown::Screen(screen) => screen.view().add(iteration),
            Shown::Plain(plain, view) => {
                view.add(iteration);
                plain.show(view, self.begun.elapsed());
            }
            Shown::Nothing => {}
        }
    }

    /// Whether a lap is drawn; where not, no telemetry has to be made of it.
    pub fn draws_laps(&self) -> bool {
        matches!(self.shown, Shown::Screen(_))
    }

    /// Shows the last lap of a race.
    pub fn lap(&mut self, telemetry: &Telemetry) {
        if let Shown::Screen(screen) = &self.shown {
            screen.view().lap(telemetry);
        }
    }

    /// Whether somebody wants the run to end now, as if its limit were reached.
    pub fn wants_to_stop(&self) -> bool {
        stop::is_asked() || self.is_stopped.as_ref().is_some_and(|is_stopped| is_stopped.load(Ordering::Relaxed))
    }

    /// Leaves the terminal as it was, with the run's curves in it.
    pub fn finish(&mut self) {
        if let Shown::Screen(screen) = std::mem::replace(&mut self.shown, Shown::Nothing) {
            let view = screen.view().clone();
            drop(screen);
            for (name, series) in
                [("reward", &view.reward), ("completion", &view.completion), ("clean laps", &view.laps)]
            {
                eprintln!("{name:<12}{}", series.sparkline(LAST_CURVE));
            }
        }
    }
}
