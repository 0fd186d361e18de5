//! The people of the league, for administrators.

use crate::{
    auth::{Admin, token},
    clock::timestamp,
    errors::AppResult,
    extract::{Json, Query},
    openapi::{Conflict, NotAcceptable, NotAllowed, NotSignedIn},
    paging::{List, Page},
    people::{self, Handle, Role},
    state::AppState,
};
use axum::{extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person of the league.
#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonInfo {
    pub id: String,
    pub handle: String,
    pub role: Role,
    pub created_at: Timestamp,
}

/// A person to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// 2 to 32 characters of a-z, 0-9, - and _.
    handle: String,
    /// Default `racer`.
    #[serde(default)]
    role: Role,
    /// A first password, if the person should be able to sign in with a browser.
    password: Option<String>,
}

/// A person who was just added.
#[derive(Serialize, ToSchema)]
pub struct CreatedPerson {
    pub id: String,
    pub handle: String,
    pub role: Role,
    /// A token for the person. It is shown this once.
    pub token: String,
}

/// Adds a person.
#[utoipa::path(post, path = "/people", operation_id = "add_person", tag = "people", security(("token" = []), ("session" = [])),
    request_body = NewPerson, responses(
    (status = 201, description = "The person, with a token that is shown this once.", body = CreatedPerson),
    NotSignedIn, NotAllowed, Conflict, NotAcceptable,
))]
pub async fn create(
    State(app): State<AppState>,
    _: Admin,
    Json(request): Json<NewPerson>,
) -> AppResult<(StatusCode, axum::Json<CreatedPerson>)> {
    let handle: Handle = request.handle.parse()?;
    let hash = match request.password {
        Some(password) => Some(app.passwords.hash(password).await?),
        None => None,
    };
    let mut tx = app.db.write().await?;
    let id = people::create(&mut tx, &handle, request.role, hash).await?;
    let token = token::create(&mut tx, &id, "first").await?.text;
    tx.commit().await?;
    let created = CreatedPerson { id, handle: handle.to_string(), role: request.role, token };
    Ok((StatusCode::CREATED, axum::Json(created)))
}

/// The people of the league, in the order in which they were added.
#[utoipa::path(get, path = "/people", operation_id = "list_people", tag = "people", params(Page), security(("token" = []), ("session" = [])),
    responses((status = 200, description = "The people.", body = List<PersonInfo>), NotSignedIn, NotAllowed))]
pub async fn list(
    State(app): State<AppState>,
    _: Admin,
    Query(page): Query<Page>,
) -> AppResult<axum::Json<List<PersonInfo>>> {
    let limit = page.limit()?;
    let rows: Vec<(i64, String, String, Role, i64)> = sqlx::query_as(
        "select seq, id, handle, role, created_at from people
         where kind = 'person' and seq > $1 order by seq limit $2",
    )
    .bind(page.after()?.unwrap_or(0))
    .bind(limit + 1)
    .fetch_all(&app.db.read)
    .await?;
    let item = |(_, id, handle, role, created_at)| PersonInfo { id, handle, role, created_at: timestamp(created_at) };
    Ok(axum::Json(List::new(rows, limit, |row| row.0, item)))
}

#[cfg(test)]
mod tests {
    use crate::{
        people::Role,
        test_league::{Answer, TestLeague},
    };
    use axum::http::Request;
    use serde_json::{Value, json};

    async fn add(league: &TestLeague, token: &str, body: Value) -> Answer {
        let request = Request::post("/api/v1/people")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        league.ask(request.body(body.to_string().into()).unwrap()).await
    }

    #[tokio::test]
    async fn an_administrator_adds_people_who_can_sign_in_at_once() {
        let league = TestLeague::start().await;
        let admin = league.person("root", Role::Admin, None).await;
        let added = add(&league, &admin, json!({ "handle": "ada", "role": "analyst" })).await;
        assert_eq!((added.status.as_u16(), &added.json()["role"]), (201, &json!("analyst")));
        let me = league.get("/api/v1/me", added.json()["token"].as_str().unwrap()).await.json();
        assert_eq!((&me["handle"], &me["id"]), (&json!("ada"), &added.json()["id"]));
        // The league's own cars are not people.
        let people = league.get("/api/v1/people", &admin).await.json();
        let handles: Vec<_> = people["items"].as_array().unwrap().iter().map(|person| &person["handle"]).collect();
        assert_eq!(handles, ["root", "ada"]);
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_person_is_said() {
        let league = TestLeague::start().await;
        let admin = league.person("root", Role::Admin, None).await;
        let cases = [
            (json!({ "handle": "root" }), 409, "handle_taken"),
            (json!({ "handle": "<b>" }), 422, "handle_invalid"),
            (json!({ "handle": "ada", "password": "short" }), 422, "password_too_short"),
            (json!({ "handle": "ada", "role": "god" }), 422, "body_invalid"),
            (json!({ "handle": "ada", "rolle": "racer" }), 422, "body_invalid"),
            (json!({ "handle": "a".repeat(70_000) }), 413, "body_too_large"),
        ];
        for (body, status, code) in cases {
            let answer = add(&league, &admin, body).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (status, code.to_owned()));
        }
    }

    #[tokio::test]
    async fn nobody_else_may() {
        let league = TestLeague::start().await;
        for role in [Role::Racer, Role::Director, Role::Analyst] {
            let token = league.person(&format!("{role:?}").to_lowercase(), role, None).await;
            let answer = add(&league, &token, json!({ "handle": "ada" })).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (403, "admin_only".to_owned()));
            assert_eq!(league.get("/api/v1/people", &token).await.code(), "admin_only");
        }
        assert_eq!(add(&league, "", json!({ "handle": "ada" })).await.status.as_u16(), 401);
    }
}
