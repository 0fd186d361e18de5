//! Entering a race with a policy. What is answered 202 is on disk and will be raced.

use super::submissions::SubmissionStatus;
use crate::{
    auth::Person,
    clock::timestamp,
    door,
    errors::{AppError, AppResult},
    extract::Path,
    idempotency,
    openapi::{Bytes, Conflict, NotAcceptable, NotFound, NotSignedIn},
    pause, queue, races,
    state::{App, AppState},
    submissions,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Serialize;
use sim_spec::Sha256Hex;
use utoipa::ToSchema;

/// A submission that was taken.
#[derive(Serialize, ToSchema)]
pub struct Accepted {
    pub id: String,
    /// The race's id.
    pub race: String,
    /// `queued`; later states only when a request is repeated with its Idempotency-Key.
    pub status: SubmissionStatus,
    /// Place in the queue, from 1; null once the race has begun.
    #[schema(required)]
    pub position: Option<i64>,
    pub policy_sha256: String,
    pub submitted_at: Timestamp,
}

/// Enters a race with a policy.
///
/// The policy is checked before it is taken: what is refused is not stored. Repeating a request with the same
/// `Idempotency-Key` and the same bytes gives the same submission.
#[utoipa::path(post, path = "/races/{race}/submissions", tag = "submissions",
    params(
        ("race" = String, Path, description = "The race's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 characters, new for each submission."),
    ),
    security(("token" = []), ("session" = [])),
    request_body(content = Bytes, content_type = "application/octet-stream",
        description = "The bytes of policy.safetensors, at most 8 MiB."),
    responses(
        (status = 202, description = "Taken: it is on disk and will be raced.", body = Accepted,
         headers(("Location" = String, description = "Address of the submission."))),
        NotSignedIn, NotFound, Conflict, NotAcceptable,
        (status = 413, description = "Code `policy_too_large`.", body = crate::errors::Problem,
         content_type = "application/problem+json"),
        (status = 415, description = "Code `unsupported_media_type`.", body = crate::errors::Problem,
         content_type = "application/problem+json"),
    ))]
pub async fn submit(
    State(app): State<AppState>,
    person: Person,
    Path(race): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> AppResult<Response> {
    let race = races::require(&app.db, &race).await?;
    let key = idempotency::key(&headers)?;
    door::require_media_type(&headers)?;
    let turn = app.door.acquire().await.map_err(AppError::internal)?;
    let bytes = door::read(body).await?;
    let request = Sha256Hex::of(&bytes);

    // A repeated request gets its answer even if the race has closed since.
    if let Some(key) = key {
        let mut conn = app.db.read.acquire().await?;
        if let Some(id) = idempotency::earlier(&mut conn, &person.id, &race.id, key, request).await? {
            return accepted(&app, &id).await;
        }
    }
    race.require_open()?;
    let bytes = door::check(bytes).await?;

    pause::point("submit.checked");
    // The file first: the row that is committed below promises that it is there.
    let policy = app.blobs.put(bytes).await?;
    pause::point("submit.file_stored");
    drop(turn);
    let mut tx = app.db.write().await?;
    if let Some(key) = key {
        // The same request may have come twice at once.
        if let Some(id) = idempotency::earlier(&mut tx, &person.id, &race.id, key, request).await? {
            return accepted(&app, &id).await;
        }
    }
    let entered = submissions::enter(&mut tx, &race.id, &person.id, policy).await?;
    if let Some(key) = key {
        idempotency::remember(&mut tx, &person.id, &race.id, key, request, &entered.id).await?;
    }
    pause::point("submit.uncommitted");
    tx.commit().await?;
    pause::point("submit.committed");
    app.bell.notify_one();
    tracing::info!(submission = entered.id, race = race.id, "submitted");
    accepted(&app, &entered.id).await
}

async fn accepted(app: &App, id: &str) -> AppResult<Response> {
    let mut conn = app.db.read.acquire().await?;
    let row: Option<(i64, String, SubmissionStatus, String, i64)> =
        sqlx::query_as("select seq, race_id, status, policy_sha256, submitted_at from submissions where id = $1")
            .bind(id)
            .fetch_optional(&mut *conn)
            .await?;
    let (seq, race, status, policy_sha256, submitted_at) =
        row.ok_or_else(|| AppError::internal(anyhow::anyhow!("the submission {id} was taken and is gone")))?;
    let position = match status {
        SubmissionStatus::Queued => Some(queue::position(&mut conn, seq).await?),
        _ => None,
    };
    let location = format!("/api/v1/submissions/{id}");
    let body =
        Accepted { id: id.to_owned(), race, status, position, policy_sha256, submitted_at: timestamp(submitted_at) };
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], axum::Json(body)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        people::Role,
        test_league::{TestLeague, policy},
    };

    #[tokio::test]
    async fn what_is_taken_is_on_disk_with_its_job() {
        let league = TestLeague::start().await;
        let ada = league.person("ada", Role::Racer, None).await;
        let answer = league.submit("harbour-sprint", &ada, None, policy(1.2)).await;
        let accepted = answer.json();
        assert_eq!((answer.status, &accepted["status"]), (StatusCode::ACCEPTED, &"queued".into()));
        // The league's own nine runs were queued first.
        assert_eq!(accepted["position"], 10);
        let id = accepted["id"].as_str().unwrap();
        assert_eq!(answer.headers[header::LOCATION], format!("/api/v1/submissions/{id}"));
        let kept = league.app.blobs.get(Sha256Hex::of(&policy(1.2))).await.unwrap();
        assert_eq!(kept, Some(policy(1.2)));
        let jobs = "select count(*) from Jobs join submissions on submissions.id = Jobs.idempotency_key
                    where Jobs.status = 'Pending'";
        assert_eq!(league.count(jobs).await, 10);
    }

    #[tokio::test]
    async fn what_is_refused_leaves_no_trace() {
        let league = TestLeague::start().await;
        let ada = league.person("ada", Role::Racer, None).await;
        let before = league.count("select count(*) from submissions").await;
        let cases = [
            ("harbour-sprint", Vec::new(), 422, "policy_empty"),
            ("harbour-sprint", policy(1.0)[..200].to_vec(), 422, "policy_truncated"),
            ("harbour-sprint", vec![0; 9 * 1024 * 1024], 413, "policy_too_large"),
            ("no-such-race", policy(1.0), 404, "race_not_found"),
        ];
        for (race, bytes, status, code) in cases {
            let answer = league.submit(race, &ada, Some("key"), bytes).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (status, code.to_owned()));
            assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
        }
        league.meddle("update races set closes_at = 1 where id = 'harbour-sprint'").await;
        league.meddle("update races set opens_at = 9e15 where id = 'ridge-endurance'").await;
        assert_eq!(league.submit("harbour-sprint", &ada, None, policy(1.2)).await.code(), "race_closed");
        assert_eq!(league.submit("ridge-endurance", &ada, None, policy(1.2)).await.code(), "race_not_open");
        let nobody = league.submit("harbour-sprint", "pdk_0", None, policy(1.2)).await;
        assert_eq!((nobody.status, nobody.code()), (StatusCode::UNAUTHORIZED, "token_invalid".to_owned()));
        assert_eq!(league.count("select count(*) from submissions").await, before);
        assert_eq!(league.count("select count(*) from idempotency_keys").await, 0);
        assert_eq!(league.app.blobs.get(Sha256Hex::of(&policy(1.2))).await.unwrap(), None);
    }

    #[tokio::test]
    async fn the_same_key_gives_the_same_submission() {
        let league = TestLeague::start().await;
        let [ada, ben] = [league.person("ada", Role::Racer, None).await, league.person("ben", Role::Racer, None).await];
        let first = league.submit("harbour-sprint", &ada, Some("k"), policy(1.2)).await.json();
        // At once, as from a client that lost patience.
        let again = (0..5).map(|_| league.submit("harbour-sprint", &ada, Some("k"), policy(1.2)));
        for answer in futures::future::join_all(again).await {
            assert_eq!((answer.status, &answer.json()["id"]), (StatusCode::ACCEPTED, &first["id"]));
        }
        let other_policy = league.submit("harbour-sprint", &ada, Some("k"), policy(1.3)).await;
        assert_eq!((other_policy.status.as_u16(), other_policy.code()), (422, "idempotency_key_reused".to_owned()));
        // Keys are the person's own, and the race's.
        let other_person = league.submit("harbour-sprint", &ben, Some("k"), policy(1.2)).await.json();
        let other_race = league.submit("ridge-endurance", &ada, Some("k"), policy(1.2)).await.json();
        assert!(other_person["id"] != first["id"] && other_race["id"] != first["id"]);
        // The answer that was not heard can be fetched after the race has closed.
        league.meddle("update races set closes_at = 1").await;
        let late = league.submit("harbour-sprint", &ada, Some("k"), policy(1.2)).await;
        assert_eq!((late.status, &late.json()["id"]), (StatusCode::ACCEPTED, &first["id"]));
    }
}
