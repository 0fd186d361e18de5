//! What every handler and the worker share.

use crate::{
    auth::password::Passwords, blobs::Blobs, config::Config, db::Db, door, events::Events, metrics::Metrics,
    queue::Bell, telemetry::Telemetries, worker::Pulse,
};
use anyhow::Context;
use std::{fs::DirBuilder, io, path::Path, sync::Arc};
use tokio::sync::{Semaphore, watch};

/// The league of one process.
pub struct App {
    pub config: Config,
    pub db: Db,
    pub blobs: Blobs,
    pub passwords: Passwords,
    pub events: Events,
    pub telemetries: Telemetries,
    pub metrics: Metrics,
    /// Turns at the door.
    pub door: Semaphore,
    /// Rung when a submission was queued, so that this process's worker need not wait for its next look.
    pub bell: Bell,
    /// When this process's worker last showed that it lives.
    pub pulse: Pulse,
    /// Turns true once, when the process should stop.
    stopping: watch::Sender<bool>,
}

/// The state of the router. Cheap to clone.
pub type AppState = Arc<App>;

impl App {
    /// Opens the database and the blobs of `config`.
    pub async fn open(config: Config) -> anyhow::Result<AppState> {
        make_private(&config.data).with_context(|| format!("making the folder {}", config.data.display()))?;
        let db = Db::open(&config.database).await?;
        let blobs = Blobs::open(config.data.join("blobs"))?;
        Ok(Arc::new(Self {
            config,
            db,
            blobs,
            passwords: Passwords::default(),
            events: Events::default(),
            telemetries: Telemetries::default(),
            metrics: Metrics::default(),
            door: Semaphore::new(door::AT_ONCE),
            bell: Bell::default(),
            pulse: Pulse::default(),
            stopping: watch::Sender::new(false),
        }))
    }

    /// Asks everything in this process to stop: open streams end, the worker takes no more races.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether the process was asked to stop.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits until the process is asked to stop.
    pub async fn stopped(&self) {
        // The sender lives as long as this does, so the wait ends with the value and no other way.
        _ = self.stopping.subscribe().wait_for(|stop| *stop).await;
    }
}

/// Makes the data folder, if it is missing, so that only the league's own user reads what people sent.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
