//! The leaderboard: the best run of each person in each race.

use crate::{ids, scoring::Standing};
use sim_spec::RaceResult;
use sqlx::SqliteConnection;
use std::cmp::Ordering;

/// A finished run that may stand on the board.
pub struct Run<'a> {
    pub race_id: &'a str,
    pub person_id: &'a str,
    pub submission_id: &'a str,
    pub submission_seq: i64,
    /// Unix milliseconds.
    pub submitted_at: i64,
    pub score_secs: f64,
    pub result: &'a RaceResult,
    pub replay_sha256: String,
}

/// Puts `run` on the board if its person has no better one there; says whether the board changed.
pub async fn offer(tx: &mut SqliteConnection, run: &Run<'_>) -> sqlx::Result<bool> {
    let standing = Standing {
        score_secs: run.score_secs,
        off_tracks: i64::from(run.result.off_tracks),
        // Whoever has a score has completed a lap; the score stands in for a result that says otherwise.
        best_lap_secs: run.result.best_lap_secs.unwrap_or(run.score_secs),
        submission_seq: run.submission_seq,
    };
    let best: Option<Standing> = sqlx::query_as(
        "select score_secs, off_tracks, best_lap_secs, submission_seq
         from entries where race_id = $1 and person_id = $2",
    )
    .bind(run.race_id)
    .bind(run.person_id)
    .fetch_optional(&mut *tx)
    .await?;
    if best.is_some_and(|best| best.order(&standing) != Ordering::Greater) {
        return Ok(false);
    }
    sqlx::query("delete from entries where race_id = $1 and person_id = $2")
        .bind(run.race_id)
        .bind(run.person_id)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "insert into entries (race_id, person_id, id, submission_id, submission_seq, submitted_at, score_secs,
             off_tracks, best_lap_secs, total_secs, completed_laps, crashes, replay_sha256)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(run.race_id)
    .bind(run.person_id)
    .bind(ids::new("ent"))
    .bind(run.submission_id)
    .bind(standing.submission_seq)
    .bind(run.submitted_at)
    .bind(standing.score_secs)
    .bind(standing.off_tracks)
    .bind(standing.best_lap_secs)
    .bind(run.result.total_secs)
    .bind(run.result.completed_laps)
    .bind(run.result.crashes)
    .bind(&run.replay_sha256)
    .execute(tx)
    .await?;
    Ok(true)
}

/// The place on the board of a submission, from 1; `None` if it does not stand there.
pub async fn rank_of(conn: &mut SqliteConnection, submission_id: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(
        "select (
             select count(*) + 1 from entries
             where race_id = mine.race_id
               and (score_secs, off_tracks, best_lap_secs, submission_seq)
                 < (mine.score_secs, mine.off_tracks, mine.best_lap_secs, mine.submission_seq)
         )
         from entries as mine where mine.submission_id = $1",
    )
    .bind(submission_id)
    .fetch_optional(conn)
    .await
}
