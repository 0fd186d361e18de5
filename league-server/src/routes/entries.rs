//! What stands on a board is public: its replay and where the car was.

use crate::{
    cache::{Reader, Unchanging},
    errors::{AppError, AppResult},
    extract::Path,
    openapi::{Bytes, NotFound},
    state::{App, AppState},
    telemetry::Telemetry,
};
use anyhow::Context;
use axum::{extract::State, http::HeaderMap, response::Response};
use sim_spec::Sha256Hex;

/// The replay of an entry.
#[utoipa::path(get, path = "/races/{race}/entries/{entry}/replay", operation_id = "get_entry_replay", tag = "races",
    params(
        ("race" = String, Path, description = "The race's id."),
        ("entry" = String, Path, description = "The entry's id, from the leaderboard."),
    ),
    responses(
        (status = 200, description = "The replay's bytes, for `paddock verify`.", body = Bytes,
         content_type = "application/octet-stream"),
        (status = 304, description = "The asker has them."),
        NotFound,
    ))]
pub async fn replay(
    State(app): State<AppState>,
    Path((race, entry)): Path<(String, String)>,
    headers: HeaderMap,
) -> AppResult<Response> {
    send_replay(&app, replay_of(&app, &race, &entry).await?, Reader::All, &headers).await
}

/// Where the car of an entry was.
#[utoipa::path(get, path = "/races/{race}/entries/{entry}/telemetry", operation_id = "get_entry_telemetry", tag = "races",
    params(
        ("race" = String, Path, description = "The race's id."),
        ("entry" = String, Path, description = "The entry's id, from the leaderboard."),
    ),
    responses(
        (status = 200, description = "The telemetry.", body = Telemetry),
        (status = 304, description = "The asker has it."),
        NotFound,
    ))]
pub async fn telemetry(
    State(app): State<AppState>,
    Path((race, entry)): Path<(String, String)>,
    headers: HeaderMap,
) -> AppResult<Response> {
    send_telemetry(&app, replay_of(&app, &race, &entry).await?, Reader::All, &headers).await
}

async fn replay_of(app: &App, race: &str, entry: &str) -> AppResult<Sha256Hex> {
    let name: Option<String> = sqlx::query_scalar("select replay_sha256 from entries where race_id = $1 and id = $2")
        .bind(race)
        .bind(entry)
        .fetch_optional(&app.db.read)
        .await?;
    let name = name.ok_or_else(|| {
        let detail = "No such entry stands on this board. A better run of the same car may have taken its place.";
        AppError::not_found("entry_not_found", detail)
    })?;
    Ok(name.parse().context("a replay's name in the database")?)
}

/// Answers with a replay's bytes.
pub async fn send_replay(app: &App, replay: Sha256Hex, reader: Reader, headers: &HeaderMap) -> AppResult<Response> {
    let answer = Unchanging { reader, content_type: "application/octet-stream", name: format!("replay-{replay}") };
    if let Some(response) = answer.not_modified(headers) {
        return Ok(response);
    }
    Ok(answer.whole(app.blobs.get(replay).await?.context("a replay's file is missing")?))
}

/// Answers with a replay's telemetry.
pub async fn send_telemetry(app: &App, replay: Sha256Hex, reader: Reader, headers: &HeaderMap) -> AppResult<Response> {
    let answer = Unchanging { reader, content_type: "application/json", name: format!("telemetry-{replay}") };
    if let Some(response) = answer.not_modified(headers) {
        return Ok(response);
    }
    Ok(answer.whole(app.telemetries.of(&app.blobs, replay).await?))
}
