//! The queue of races, on apalis' tables `Jobs` and `Workers`. Nobody else in the league knows these tables.
//!
//! A job is pushed in the transaction of its submission. The row of the submission stays the truth: [`sweep`] gives a
//! new job to every submission that waits without a living one, whatever became of the old one (its worker was killed,
//! its engine stopped, somebody emptied the table). A submission has one job at most: its id is the job's key.

use crate::{clock::now_ms, db::Db};
use apalis::prelude::TaskBuilder;
use apalis_sqlite::{Config, queries};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Name of the queue.
const QUEUE: &str = "race";
/// How often a worker says that it lives.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// Heartbeats that a worker may miss before its races are given to others. Five seconds is longer than a busy machine
/// holds up a heartbeat and short enough for a racer to wait for; where it is wrong, a race runs twice and counts once.
const MISSED_HEARTBEATS: usize = 5;

/// Rung when a job was pushed.
pub type Bell = Arc<Notify>;

/// What a worker is told: run the race of this submission.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RaceJob {
    pub submission_id: String,
}

/// The engine's settings.
pub fn config() -> Config {
    Config::default()
        .queue(QUEUE)
        // One at a time, so that a job waits in the table, where every worker sees it, and not in a worker's memory.
        .batch_size(1)
        .heartbeat_interval(HEARTBEAT)
        .missed_heartbeats(MISSED_HEARTBEATS)
        // A job that was fetched is locked already; marking it again would cost a commit.
        .lock_tasks(false)
}

/// Queues the race of a submission, in the transaction that acknowledges it.
pub async fn push(tx: &mut SqliteConnection, submission_id: &str) -> anyhow::Result<()> {
    let job = RaceJob { submission_id: submission_id.to_owned() };
    let task = TaskBuilder::new(serde_json::to_vec(&job)?).idempotency_key(submission_id).build();
    queries::push_tasks(tx, QUEUE, &[task]).await?;
    Ok(())
}

/// Gives a new job to every submission that waits without a living one, and forgets what is over. Says how many were
/// given one.
pub async fn sweep(db: &Db) -> anyhow::Result<u64> {
    let mut tx = db.write().await?;
    let dead_after_secs = (HEARTBEAT * MISSED_HEARTBEATS as u32).as_secs() as i64;
    // A job lives while it waits, while the engine will try it again, and while a worker that lives holds it.
    let waiting: Vec<String> = sqlx::query_scalar(
        "select submissions.id
         from submissions
         left join Jobs on Jobs.job_type = $1 and Jobs.idempotency_key = submissions.id
         left join Workers on Workers.id = Jobs.lock_by
         where submissions.status in ('queued', 'running')
           and not coalesce(
             (Jobs.status = 'Pending' and Jobs.lock_by is null)
             or (Jobs.status = 'Failed' and Jobs.attempts < Jobs.max_attempts)
             or (Jobs.status in ('Queued', 'Running') and Workers.last_seen > $2 - $3),
             false)
         order by submissions.seq",
    )
    .bind(QUEUE)
    .bind(now_ms() / 1000)
    .bind(dead_after_secs)
    .fetch_all(&mut *tx)
    .await?;
    for submission_id in &waiting {
        sqlx::query("delete from Jobs where job_type = $1 and idempotency_key = $2")
            .bind(QUEUE)
            .bind(submission_id)
            .execute(&mut *tx)
            .await?;
        push(&mut tx, submission_id).await?;
    }
    // What waits is not running, whoever gave the job back.
    sqlx::query(
        "update submissions set status = 'queued' where status = 'running' and id in
             (select idempotency_key from Jobs where job_type = $1 and status = 'Pending')",
    )
    .bind(QUEUE)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(waiting.len() as u64)
}

/// Forgets jobs whose submission is over, and workers that are long dead.
pub async fn tidy(tx: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::query(
        "delete from Jobs where job_type = $1 and status in ('Done', 'Failed', 'Killed') and idempotency_key in
             (select id from submissions where status in ('finished', 'failed'))",
    )
    .bind(QUEUE)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "delete from Workers where last_seen < $1 and not exists (select 1 from Jobs where Jobs.lock_by = Workers.id)",
    )
    .bind(now_ms() / 1000 - 60)
    .execute(tx)
    .await?;
    Ok(())
}

/// Says that a worker has stopped, so that nobody waits for its heartbeat.
pub async fn sign_off(db: &Db, worker: &str) -> sqlx::Result<()> {
    let mut tx = db.write().await?;
    sqlx::query("update Workers set last_seen = 0 where id = $1").bind(worker).execute(&mut *tx).await?;
    tx.commit().await
}

/// Place of a waiting submission in the queue, from 1: it is the next.
pub async fn position(conn: &mut SqliteConnection, seq: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) + 1 from submissions where status = 'queued' and seq < $1")
        .bind(seq)
        .fetch_one(conn)
        .await
}

/// Submissions that wait, and the age in seconds of the oldest.
pub async fn depth(db: &Db) -> sqlx::Result<(i64, f64)> {
    let (count, oldest): (i64, Option<i64>) =
        sqlx::query_as("select count(*), min(submitted_at) from submissions where status = 'queued'")
            .fetch_one(&db.read)
            .await?;
    let age_ms = oldest.map_or(0, |oldest| (now_ms() - oldest).max(0));
    Ok((count, age_ms as f64 / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_league::TestLeague;

    #[tokio::test]
    async fn whatever_became_of_its_job_a_submission_gets_another() {
        let league = TestLeague::start().await;
        let pending = "select count(*) from Jobs where status = 'Pending' and lock_by is null";
        assert_eq!((league.count(pending).await, sweep(&league.app.db).await.unwrap()), (9, 0));
        league.meddle("delete from Jobs where rowid = (select min(rowid) from Jobs)").await;
        // The engine says done, or has given up, but the submission has no result.
        league.meddle("update Jobs set status = 'Done' where rowid = (select max(rowid) from Jobs)").await;
        league
            .meddle("update Jobs set status = 'Failed', attempts = 25 where rowid = (select max(rowid) - 1 from Jobs)")
            .await;
        // A worker that was killed a minute ago holds one, a worker that lives another.
        league
            .meddle("insert into Workers (id, worker_type, storage_name, last_seen) values ('dead', 'race', '', unixepoch() - 60), ('alive', 'race', '', unixepoch())")
            .await;
        league
            .meddle(
                "update Jobs set status = 'Queued', lock_by = 'dead' where rowid = (select max(rowid) - 2 from Jobs)",
            )
            .await;
        league
            .meddle(
                "update Jobs set status = 'Queued', lock_by = 'alive' where rowid = (select max(rowid) - 3 from Jobs)",
            )
            .await;
        league.meddle("update submissions set status = 'running' where seq > 3").await;
        assert_eq!(sweep(&league.app.db).await.unwrap(), 4);
        assert_eq!((league.count(pending).await, sweep(&league.app.db).await.unwrap()), (8, 0));
        let running = "select count(*) from submissions where status = 'running'";
        assert_eq!(league.count(running).await, 1, "only what a living worker holds is running");
    }
}
