//! Submissions, for those who made them: others do not even learn that they exist.

use crate::{
    auth::Person,
    board,
    clock::timestamp,
    errors::{AppError, AppResult},
    extract::{Path, Query},
    openapi::{NotFound, NotSignedIn},
    paging::{List, Page},
    people::Role,
    queue,
    results::RaceResult,
    state::AppState,
};
use anyhow::Context;
use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use utoipa::{IntoParams, ToSchema};

/// Where a submission is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum SubmissionStatus {
    /// It waits for its race.
    Queued,
    /// It is raced.
    Running,
    /// It has a result.
    Finished,
    /// The race could not be run; `detail` says why.
    Failed,
}

/// A submission.
#[derive(Serialize, ToSchema)]
pub struct Submission {
    pub id: String,
    /// The race's id.
    pub race: String,
    pub handle: String,
    pub status: SubmissionStatus,
    /// Place in the queue, from 1; null when it does not wait.
    #[schema(required)]
    pub position: Option<i64>,
    pub policy_sha256: String,
    pub submitted_at: Timestamp,
    #[schema(required)]
    pub finished_at: Option<Timestamp>,
    /// Null until it is finished.
    #[schema(required)]
    pub result: Option<RaceResult>,
    /// What the race's ranking made of the result; null if it does not qualify.
    #[schema(required)]
    pub score_secs: Option<f64>,
    /// Place on the leaderboard, if this is the run that stands there.
    #[schema(required)]
    pub rank: Option<i64>,
    /// One sentence if the race could not be run.
    #[schema(required)]
    pub detail: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    id: String,
    race_id: String,
    handle: String,
    status: SubmissionStatus,
    policy_sha256: String,
    submitted_at: i64,
    finished_at: Option<i64>,
    detail: Option<String>,
    result: Option<String>,
    score_secs: Option<f64>,
}

/// Whose submissions a person may read: their own, or everybody's (`None`).
pub fn readable(person: &Person) -> Option<&str> {
    (person.role != Role::Admin).then_some(&person.id)
}

/// Which submissions to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only those of this race.
    race: Option<String>,
}

/// The submissions of the person who asks, the newest first; an administrator gets everybody's.
#[utoipa::path(get, path = "/submissions", operation_id = "list_submissions", tag = "submissions", params(Filter, Page),
    security(("token" = []), ("session" = [])),
    responses((status = 200, description = "The submissions.", body = List<Submission>), NotSignedIn))]
pub async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> AppResult<Json<List<Submission>>> {
    let limit = page.limit()?;
    let mut conn = app.db.read.acquire().await?;
    let rows: Vec<Row> = sqlx::query_as(
        "select submissions.*, people.handle from submissions join people on people.id = submissions.person_id
         where ($1 is null or submissions.person_id = $1) and ($2 is null or submissions.race_id = $2)
           and submissions.seq < $3
         order by submissions.seq desc limit $4",
    )
    .bind(readable(&person))
    .bind(filter.race)
    .bind(page.after()?.unwrap_or(i64::MAX))
    .bind(limit + 1)
    .fetch_all(&mut *conn)
    .await?;
    let rows = List::new(rows, limit, |row| row.seq, |row| row);
    let mut items = Vec::with_capacity(rows.items.len());
    for row in rows.items {
        items.push(shown(&mut conn, row).await?);
    }
    Ok(Json(List { items, next: rows.next }))
}

/// A submission of the person who asks.
#[utoipa::path(get, path = "/submissions/{id}", operation_id = "get_submission", tag = "submissions",
    params(("id" = String, Path, description = "The submission's id.")), security(("token" = []), ("session" = [])),
    responses((status = 200, description = "The submission.", body = Submission), NotSignedIn, NotFound))]
pub async fn get(State(app): State<AppState>, person: Person, Path(id): Path<String>) -> AppResult<Json<Submission>> {
    let mut conn = app.db.read.acquire().await?;
    let row: Option<Row> = sqlx::query_as(
        "select submissions.*, people.handle from submissions join people on people.id = submissions.person_id
         where submissions.id = $1 and ($2 is null or submissions.person_id = $2)",
    )
    .bind(id)
    .bind(readable(&person))
    .fetch_optional(&mut *conn)
    .await?;
    Ok(Json(shown(&mut conn, row.ok_or_else(unknown)?).await?))
}

async fn shown(conn: &mut SqliteConnection, row: Row) -> AppResult<Submission> {
    let position = match row.status {
        SubmissionStatus::Queued => Some(queue::position(conn, row.seq).await?),
        _ => None,
    };
    let result: Option<sim_spec::RaceResult> =
        row.result.as_deref().map(serde_json::from_str).transpose().context("a result in the database")?;
    Ok(Submission {
        rank: board::rank_of(conn, &row.id).await?,
        id: row.id,
        race: row.race_id,
        handle: row.handle,
        status: row.status,
        position,
        policy_sha256: row.policy_sha256,
        submitted_at: timestamp(row.submitted_at),
        finished_at: row.finished_at.map(timestamp),
        result: result.map(RaceResult::from),
        score_secs: row.score_secs,
        detail: row.detail,
    })
}

/// The same whether the submission is another's or nobody's.
pub fn unknown() -> AppError {
    AppError::not_found("submission_not_found", "You have no submission of that id.")
}

#[cfg(test)]
mod tests {
    use crate::{
        people::Role,
        test_league::{TestLeague, policy},
    };

    #[tokio::test]
    async fn anothers_submission_is_the_same_as_none() {
        let league = TestLeague::start().await;
        let ada = league.person("ada", Role::Racer, None).await;
        let others = [
            league.person("ben", Role::Racer, None).await,
            league.person("dir", Role::Director, None).await,
            league.person("ann", Role::Analyst, None).await,
        ];
        let admin = league.person("root", Role::Admin, None).await;
        let id = league.submit("harbour-sprint", &ada, None, policy(1.5)).await.json()["id"].clone();
        let id = id.as_str().unwrap();
        assert!(league.race(id).await);
        for part in ["", "/replay", "/telemetry", "/policy"] {
            let path = format!("/api/v1/submissions/{id}{part}");
            let none = league.get(&format!("/api/v1/submissions/sub_0{part}"), &ada).await;
            for other in &others {
                let answer = league.get(&path, other).await;
                assert_eq!((answer.status.as_u16(), &answer.bytes), (404, &none.bytes), "{path}");
            }
            assert_eq!(league.get(&path, "").await.status.as_u16(), 401);
            let [own, all] = [league.get(&path, &ada).await, league.get(&path, &admin).await];
            assert_eq!((own.status.as_u16(), &own.bytes), (200, &all.bytes), "{path}");
            assert_ne!(own.headers["cache-control"], "public, max-age=31536000, immutable");
        }
        assert_eq!(league.get(&format!("/api/v1/submissions/{id}/policy"), &ada).await.bytes, policy(1.5));
    }

    #[tokio::test]
    async fn lists_have_the_own_ones_in_pages_the_newest_first() {
        let league = TestLeague::start().await;
        let ada = league.person("ada", Role::Racer, None).await;
        let admin = league.person("root", Role::Admin, None).await;
        for race in ["harbour-sprint", "harbour-sprint", "ridge-endurance"] {
            league.submit(race, &ada, None, policy(1.5)).await;
        }
        let first = league.get("/api/v1/submissions?limit=2", &ada).await.json();
        assert_eq!(first["items"][0]["race"], "ridge-endurance");
        let next = first["next"].as_str().unwrap();
        let last = league.get(&format!("/api/v1/submissions?limit=2&cursor={next}"), &ada).await.json();
        assert_eq!((last["items"].as_array().unwrap().len(), &last["next"]), (1, &serde_json::Value::Null));
        let count = |list: serde_json::Value| list["items"].as_array().unwrap().len();
        assert_eq!(count(league.get("/api/v1/submissions?race=harbour-sprint", &ada).await.json()), 2);
        // The league's own nine are everybody's business only for an administrator.
        assert_eq!(count(league.get("/api/v1/submissions", &admin).await.json()), 12);
    }
}
