//! The embedded database: one connection that writes, several that read.
//!
//! SQLite lets one connection write at a time. Queueing for it here, in order, is fairer and quicker than letting each
//! request find the file busy. `synchronous=FULL` flushes every commit to disk: what was acknowledged survives a loss
//! of power.

use anyhow::Context;
use apalis_sqlite::SqliteStorage;
use sqlx::{
    ConnectOptions, Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
};

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    /// For queries that change nothing; a change is refused by the connection.
    pub read: SqlitePool,
    /// The one connection that writes. Only the queue's engine takes it as a pool; everybody else through
    /// [`write`](Self::write).
    pub(crate) writer: SqlitePool,
}

/// A transaction that may write.
pub type Tx = Transaction<'static, Sqlite>;

/// Connections that read at once.
const READERS: u32 = 8;
/// How long another process's write is waited for. A commit takes milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);

impl Db {
    /// Opens the database in `file`, makes it if it is missing, and brings its tables up to date.
    pub async fn open(file: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            // The log is about what people do; statements would drown it.
            .disable_statement_logging();
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.clone().create_if_missing(true))
            .await
            .with_context(|| format!("opening the database {}", file.display()))?;
        migrate(&writer, file).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self { read, writer })
    }

    /// Begins a transaction that writes. It holds the database's only write lock until it is committed or dropped, so
    /// nothing slow happens inside.
    pub async fn write(&self) -> sqlx::Result<Tx> {
        self.writer.begin_with("begin immediate").await
    }

    /// Waits for the connections to close; the last one folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.read.close().await;
        self.writer.close().await;
    }
}

/// Brings the league's tables and the queue's up to date. Several processes may start at once: the first one works, the
/// others wait and find nothing to do.
async fn migrate(writer: &SqlitePool, file: &Path) -> anyhow::Result<()> {
    let turn = File::create(file.with_extension("lock")).context("making the file that orders migrations")?;
    loop {
        match turn.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(TryLockError::Error(error)) => return Err(error).context("waiting for another migration"),
        }
    }
    sqlx::migrate!("./migrations").run(writer).await.context("migrating the league's tables")?;
    // Not `SqliteStorage::setup`: it also sets `synchronous = OFF` on the connection, and an acknowledged submission
    // would no longer survive a loss of power. A table of their own keeps the two histories apart.
    let mut queue = SqliteStorage::migrations();
    queue.dangerous_set_table_name("_queue_migrations");
    queue.run(writer).await.context("migrating the queue's tables")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn commits_are_flushed_and_readers_cannot_write() {
        let home = tempfile::tempdir().unwrap();
        let db = Db::open(&home.path().join("new/league.db")).await.unwrap();
        let synchronous: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(&db.writer).await.unwrap();
        assert_eq!(synchronous, 2, "FULL");
        let mode: String = sqlx::query_scalar("pragma journal_mode").fetch_one(&db.read).await.unwrap();
        assert_eq!(mode, "wal");
        let write = sqlx::query("delete from people").execute(&db.read).await;
        assert!(write.unwrap_err().to_string().contains("readonly"));
    }

    #[tokio::test]
    async fn several_processes_may_open_it_at_once() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("league.db");
        let opened = futures::future::join_all((0..4).map(|_| Db::open(&file))).await;
        assert!(opened.iter().all(Result::is_ok));
    }
}
