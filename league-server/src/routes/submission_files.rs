//! The files of a submission, for those who made it: policy, replay and telemetry.

use super::{
    entries::{send_replay, send_telemetry},
    submissions::{readable, unknown},
};
use crate::{
    auth::Person,
    cache::{Reader, Unchanging},
    errors::{AppError, AppResult},
    extract::Path,
    openapi::{Bytes, Conflict, NotFound, NotSignedIn},
    state::{App, AppState},
    telemetry::Telemetry,
};
use anyhow::Context;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use sim_spec::Sha256Hex;

/// The replay of a submission.
#[utoipa::path(get, path = "/submissions/{id}/replay", operation_id = "get_submission_replay", tag = "submissions",
    params(("id" = String, Path, description = "The submission's id.")), security(("token" = []), ("session" = [])),
    responses(
        (status = 200, description = "The replay's bytes, for `paddock verify`.", body = Bytes,
         content_type = "application/octet-stream"),
        NotSignedIn, NotFound, Conflict,
    ))]
pub async fn replay(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> AppResult<Response> {
    send_replay(&app, files_of(&app, &person, &id).await?.replay()?, Reader::Owner, &headers).await
}

/// Where the car of a submission was.
#[utoipa::path(get, path = "/submissions/{id}/telemetry", operation_id = "get_submission_telemetry", tag = "submissions",
    params(("id" = String, Path, description = "The submission's id.")), security(("token" = []), ("session" = [])),
    responses(
        (status = 200, description = "The telemetry.", body = Telemetry), NotSignedIn, NotFound, Conflict,
    ))]
pub async fn telemetry(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> AppResult<Response> {
    send_telemetry(&app, files_of(&app, &person, &id).await?.replay()?, Reader::Owner, &headers).await
}

/// The policy of a submission, as it was sent.
#[utoipa::path(get, path = "/submissions/{id}/policy", operation_id = "get_submission_policy", tag = "submissions",
    params(("id" = String, Path, description = "The submission's id.")), security(("token" = []), ("session" = [])),
    responses(
        (status = 200, description = "The policy's bytes.", body = Bytes, content_type = "application/octet-stream"),
        NotSignedIn, NotFound,
    ))]
pub async fn policy(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> AppResult<Response> {
    let name: Sha256Hex =
        files_of(&app, &person, &id).await?.policy_sha256.parse().context("a policy's name in the database")?;
    let answer =
        Unchanging { reader: Reader::Owner, content_type: "application/octet-stream", name: format!("policy-{name}") };
    if let Some(response) = answer.not_modified(&headers) {
        return Ok(response);
    }
    Ok(answer.whole(app.blobs.get(name).await?.context("a policy's file is missing")?))
}

/// The names of a submission's files.
#[derive(sqlx::FromRow)]
struct Files {
    policy_sha256: String,
    replay_sha256: Option<String>,
}

impl Files {
    fn replay(self) -> AppResult<Sha256Hex> {
        let name = self.replay_sha256.ok_or_else(|| {
            let detail = "This submission has no replay (yet): its status says why.";
            AppError::new(StatusCode::CONFLICT, "not_raced", detail)
        })?;
        Ok(name.parse().context("a replay's name in the database")?)
    }
}

async fn files_of(app: &App, person: &Person, id: &str) -> AppResult<Files> {
    let files: Option<Files> = sqlx::query_as(
        "select policy_sha256, replay_sha256 from submissions where id = $1 and ($2 is null or person_id = $2)",
    )
    .bind(id)
    .bind(readable(person))
    .fetch_optional(&app.db.read)
    .await?;
    files.ok_or_else(unknown)
}
