//! Entering a race: the one transaction that acknowledges a submission, for people and for the league's own cars.

use crate::{clock::now_ms, ids, pause, queue};
use sim_spec::Sha256Hex;
use sqlx::SqliteConnection;

/// A submission that the league now answers for, once the transaction is committed.
pub struct Entered {
    pub id: String,
    /// Order of acknowledgement.
    pub seq: i64,
}

/// Writes a submission down and queues its race. The policy's blob is on disk already.
pub async fn enter(
    tx: &mut SqliteConnection,
    race_id: &str,
    person_id: &str,
    policy: Sha256Hex,
) -> anyhow::Result<Entered> {
    let id = ids::new("sub");
    let seq = sqlx::query_scalar(
        "insert into submissions (id, race_id, person_id, policy_sha256, submitted_at, status)
         values ($1, $2, $3, $4, $5, 'queued') returning seq",
    )
    .bind(&id)
    .bind(race_id)
    .bind(person_id)
    .bind(policy.to_string())
    .bind(now_ms())
    .fetch_one(&mut *tx)
    .await?;
    pause::point("submit.row_written");
    queue::push(tx, &id).await?;
    Ok(Entered { id, seq })
}
