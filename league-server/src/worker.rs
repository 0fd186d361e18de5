//! The worker: takes races from the queue until it is told to stop.
//!
//! The engine (apalis) stops for good at its first database error, and versions before 1.0 were reported to fall
//! silent in long-running servers (apalis-sqlite issue 58). So it is supervised: when it ends it is started again, and
//! when its heartbeat stays away it is dropped and started again. Races that are lost on the way are queued again by
//! the sweep.

use crate::{
    clock::now_ms,
    events, ids,
    jobs::run_race,
    queue::{self, Bell, RaceJob},
    state::AppState,
};
use apalis::prelude::*;
use apalis_sqlite::SqliteStorage;
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    sync::futures::OwnedNotified,
    time::{Interval, MissedTickBehavior},
};
use tower::limit::ConcurrencyLimitLayer;

/// How often other processes' submissions are looked for. A look that finds nothing writes nothing.
const LOOK: Duration = Duration::from_millis(100);
/// How often the sweep runs. Its first run, at the start, picks up what a killed server left.
const SWEEP: Duration = Duration::from_secs(2);
/// How often what is over is forgotten.
const TIDY: Duration = Duration::from_secs(600);
/// A heart that is silent for so long has stopped.
const SILENCE: Duration = Duration::from_secs(20);
/// Pause before the engine is started again.
const RESTART: Duration = Duration::from_secs(1);
/// How long running races may take to end when the process stops. The longest race allowed computes for some seconds.
const LAST_RACES: Duration = Duration::from_secs(30);

/// When the worker last showed that it lives, Unix milliseconds; 0 before it ever did. Cheap to clone.
#[derive(Clone, Default)]
pub struct Pulse(Arc<AtomicI64>);

impl Pulse {
    fn beat(&self) {
        self.0.store(now_ms(), Ordering::Relaxed);
    }

    /// Whether this process has a worker that lives; `None` if it never had one.
    pub fn is_alive(&self) -> Option<bool> {
        let last_ms = self.0.load(Ordering::Relaxed);
        (last_ms != 0).then(|| now_ms() - last_ms < SILENCE.as_millis() as i64)
    }
}

/// Works until the process is told to stop, then lets the races that are running end.
pub async fn run(app: &AppState) {
    tokio::select! {
        () = sweep_for_ever(app) => {}
        () = supervise(app) => {}
    }
}

async fn supervise(app: &AppState) {
    while !app.is_stopping() {
        // A name of its own each time: the engine refuses a name whose last owner was seen a moment ago.
        let name = ids::new("worker");
        let context = WorkerContext::new(&name);
        app.pulse.beat();
        let mut engine = tokio::spawn(engine(app, context.clone()));
        tokio::select! {
            ended = &mut engine => tracing::error!(?ended, "the queue's engine ended; it is started again"),
            () = silence(&app.pulse) => {
                tracing::error!("the queue's engine fell silent; it is started again");
                engine.abort();
            }
            () = app.stopped() => {
                // An engine that has not started yet cannot be stopped and need not be.
                if context.stop().is_ok() && tokio::time::timeout(LAST_RACES, &mut engine).await.is_err() {
                    tracing::warn!("a race is still running; it will be run again after the start");
                }
                engine.abort();
            }
        }
        if let Err(error) = queue::sign_off(&app.db, &name).await {
            tracing::warn!(%error, "cannot sign the worker off");
        }
        _ = tokio::time::timeout(RESTART, app.stopped()).await;
    }
}

/// The engine: fetches jobs and runs as many at once as the settings say.
fn engine(app: &AppState, context: WorkerContext) -> impl Future<Output = Result<(), WorkerError>> + Send + use<> {
    let backend = SqliteStorage::<RaceJob>::new(&app.db.writer)
        .with_config(queue::config())
        .poll_with_strategy(Look::new(app.bell.clone()));
    let pulse = app.pulse.clone();
    WorkerBuilder::new(context)
        .backend(backend)
        .data(app.clone())
        .layer(ConcurrencyLimitLayer::new(app.config.races_at_once.get()))
        .on_event(move |_, event| match event {
            Event::HeartBeat => pulse.beat(),
            Event::Error(error) => tracing::warn!(%error, "a race is tried again"),
            _ => {}
        })
        .build(run_race::run)
        .run()
}

async fn silence(pulse: &Pulse) {
    while pulse.is_alive() != Some(false) {
        tokio::time::sleep(queue::HEARTBEAT).await;
    }
}

async fn sweep_for_ever(app: &AppState) {
    let mut sweeps = tokio::time::interval(SWEEP);
    let mut tidied: Option<tokio::time::Instant> = None;
    loop {
        let now = sweeps.tick().await;
        match queue::sweep(&app.db).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(count, "submissions without a living job were queued again");
                app.bell.notify_one();
            }
            Err(error) => tracing::warn!(error = format!("{error:#}"), "the sweep failed"),
        }
        if tidied.is_none_or(|at| now - at > TIDY) {
            tidied = Some(now);
            if let Err(error) = tidy(app).await {
                tracing::warn!(%error, "tidying up failed");
            }
        }
    }
}

async fn tidy(app: &AppState) -> sqlx::Result<()> {
    let mut tx = app.db.write().await?;
    queue::tidy(&mut tx).await?;
    events::forget_old(&mut tx).await?;
    tx.commit().await
}

/// When the engine looks for jobs: when the bell rings, and every [`LOOK`]. The bell only makes it sooner; a ring that
/// comes in the middle of a look may be missed.
///
/// The engine's own interval is not used: it does not ask to be woken again until it is polled twice.
struct Look {
    bell: Bell,
    ring: Pin<Box<OwnedNotified>>,
    clock: Interval,
}

impl Look {
    fn new(bell: Bell) -> Self {
        let mut clock = tokio::time::interval(LOOK);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { ring: Box::pin(bell.clone().notified_owned()), bell, clock }
    }
}

impl PollStrategy for Look {
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        let mut look = Poll::Pending;
        // Until both say "not yet": only then they have promised to wake the engine.
        while self.ring.as_mut().poll(cx).is_ready() {
            self.ring = Box::pin(self.bell.clone().notified_owned());
            look = Poll::Ready(Some(()));
        }
        while self.clock.poll_tick(cx).is_ready() {
            look = Poll::Ready(Some(()));
        }
        look
    }
}
