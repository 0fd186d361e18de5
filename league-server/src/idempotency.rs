//! `Idempotency-Key`: a client that did not hear the answer asks again with the same key and gets the same submission.

use crate::{
    clock::now_ms,
    errors::{AppError, AppResult},
};
use axum::http::HeaderMap;
use sim_spec::Sha256Hex;
use sqlx::SqliteConnection;

/// Name of the header.
pub const HEADER: &str = "idempotency-key";
/// Characters of a key at most.
const MAX_LEN: usize = 255;

/// The request's key, if it has one.
pub fn key(headers: &HeaderMap) -> AppResult<Option<&str>> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=MAX_LEN).contains(&key.len()));
    match key {
        Some(key) => Ok(Some(key)),
        None => {
            let detail = format!("An Idempotency-Key has 1 to {MAX_LEN} visible ASCII characters.");
            Err(AppError::bad_request("idempotency_key_invalid", detail))
        }
    }
}

/// The submission that this key made before. A key that was used with another policy is refused.
pub async fn earlier(
    conn: &mut SqliteConnection,
    person_id: &str,
    race_id: &str,
    key: &str,
    request: Sha256Hex,
) -> AppResult<Option<String>> {
    let row: Option<(String, String)> = sqlx::query_as(
        "select submission_id, request_sha256 from idempotency_keys
         where person_id = $1 and race_id = $2 and key = $3",
    )
    .bind(person_id)
    .bind(race_id)
    .bind(key)
    .fetch_optional(conn)
    .await?;
    match row {
        None => Ok(None),
        Some((submission_id, sha256)) if sha256 == request.to_string() => Ok(Some(submission_id)),
        Some(_) => Err(AppError::unprocessable(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another policy in this race. Take a new key for a new submission.",
        )),
    }
}

/// Remembers what this key made, in the transaction that made it.
pub async fn remember(
    tx: &mut SqliteConnection,
    person_id: &str,
    race_id: &str,
    key: &str,
    request: Sha256Hex,
    submission_id: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into idempotency_keys (person_id, race_id, key, request_sha256, submission_id, created_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(person_id)
    .bind(race_id)
    .bind(key)
    .bind(request.to_string())
    .bind(submission_id)
    .bind(now_ms())
    .execute(tx)
    .await?;
    Ok(())
}
