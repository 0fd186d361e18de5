//! What changed, told to the pages that are open.
//!
//! An event is a row, written in the transaction of what it tells, so it is never told too early and never lost: a
//! page that was away asks for what came after the last number it saw. One reader per process looks for new rows (at
//! once after a change of this process, else every second for those of others) and hands them to all open streams.

use crate::{clock::now_ms, db::Db};
use sqlx::SqliteConnection;
use std::{sync::Arc, time::Duration};
use tokio::sync::{Notify, broadcast};

/// How often other processes' events are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// Events that a slow stream may fall behind before it has to read them from the database.
const BACKLOG: usize = 256;
/// Events read at once.
pub const BATCH: i64 = 100;

/// The board of a race changed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Event {
    /// Grows with every event of the league.
    pub seq: i64,
    /// What happened: `leaderboard`.
    pub kind: String,
    pub race_id: String,
}

/// Hands new events to the open streams. Cheap to clone.
#[derive(Clone)]
pub struct Events {
    bell: Arc<Notify>,
    fresh: broadcast::Sender<Event>,
}

impl Default for Events {
    fn default() -> Self {
        Self { bell: Arc::default(), fresh: broadcast::channel(BACKLOG).0 }
    }
}

impl Events {
    /// To be called after a commit that wrote an event.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// Events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.fresh.subscribe()
    }

    /// Looks for new events and hands them out, for ever.
    pub async fn watch(&self, db: &Db) {
        let mut seen = None;
        loop {
            match self.look(db, seen).await {
                Ok(last) => seen = Some(last),
                Err(error) => tracing::warn!(%error, "cannot look for events"),
            }
            // Whichever comes first; a bell that rang meanwhile is not forgotten.
            _ = tokio::time::timeout(LOOK, self.bell.notified()).await;
        }
    }

    async fn look(&self, db: &Db, seen: Option<i64>) -> sqlx::Result<i64> {
        let Some(mut seen) = seen else { return latest(db).await };
        loop {
            let events = after(db, seen).await?;
            let Some(last) = events.last() else { return Ok(seen) };
            seen = last.seq;
            for event in events {
                // Nobody listening is no error.
                _ = self.fresh.send(event);
            }
        }
    }
}

/// Writes that the board of a race changed.
pub async fn board_changed(tx: &mut SqliteConnection, race_id: &str) -> sqlx::Result<()> {
    sqlx::query("insert into events (kind, race_id, created_at) values ('leaderboard', $1, $2)")
        .bind(race_id)
        .bind(now_ms())
        .execute(tx)
        .await?;
    Ok(())
}

/// The number of the newest event; 0 before the first.
pub async fn latest(db: &Db) -> sqlx::Result<i64> {
    sqlx::query_scalar("select coalesce(max(seq), 0) from events").fetch_one(&db.read).await
}

/// The events after number `seq`, at most [`BATCH`], in order.
pub async fn after(db: &Db, seq: i64) -> sqlx::Result<Vec<Event>> {
    sqlx::query_as("select seq, kind, race_id from events where seq > $1 order by seq limit $2")
        .bind(seq)
        .bind(BATCH)
        .fetch_all(&db.read)
        .await
}

/// Forgets events of more than a week: a page that was away for longer is loaded anew anyway.
pub async fn forget_old(tx: &mut SqliteConnection) -> sqlx::Result<()> {
    let week_ms = 7 * 24 * 3600 * 1000;
    // The newest one stays, so that `latest` never goes back.
    sqlx::query("delete from events where created_at < $1 and seq < (select max(seq) from events)")
        .bind(now_ms() - week_ms)
        .execute(tx)
        .await?;
    Ok(())
}
