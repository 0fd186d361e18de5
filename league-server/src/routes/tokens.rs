//! The personal tokens of the person who asks.

use crate::{
    auth::{Person, token},
    clock::timestamp,
    errors::{AppError, AppResult},
    extract::{Json, Path, Query},
    openapi::{Conflict, NotAcceptable, NotFound, NotSignedIn},
    paging::{List, Page},
    state::AppState,
};
use axum::{extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of a token's name at most.
const MAX_NAME_CHARS: usize = 64;
/// Tokens of a person at most: a script that makes one each time is a mistake.
const MAX_TOKENS: i64 = 50;

/// A token, without its text.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenInfo {
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    pub created_at: Timestamp,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub struct CreatedToken {
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// The token itself. It is shown this once.
    pub token: String,
    pub created_at: Timestamp,
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What its owner calls it: 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
}

/// The tokens of the person who asks, the newest first.
#[utoipa::path(get, path = "/me/tokens", operation_id = "list_tokens", tag = "me", params(Page), security(("token" = []), ("session" = [])),
    responses((status = 200, description = "The tokens, without their texts.", body = List<TokenInfo>), NotSignedIn))]
pub async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(page): Query<Page>,
) -> AppResult<axum::Json<List<TokenInfo>>> {
    let limit = page.limit()?;
    let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(
        "select seq, id, name, created_at from tokens where person_id = $1 and seq < $2 order by seq desc limit $3",
    )
    .bind(&person.id)
    .bind(page.after()?.unwrap_or(i64::MAX))
    .bind(limit + 1)
    .fetch_all(&app.db.read)
    .await?;
    let item = |(_, id, name, created_at)| TokenInfo { id, name, created_at: timestamp(created_at) };
    Ok(axum::Json(List::new(rows, limit, |row| row.0, item)))
}

/// Makes a token.
#[utoipa::path(post, path = "/me/tokens", operation_id = "create_token", tag = "me", security(("token" = []), ("session" = [])),
    request_body = NewToken, responses(
    (status = 201, description = "The token, shown this once.", body = CreatedToken),
    NotSignedIn, Conflict, NotAcceptable,
))]
pub async fn create(
    State(app): State<AppState>,
    person: Person,
    Json(request): Json<NewToken>,
) -> AppResult<(StatusCode, axum::Json<CreatedToken>)> {
    let name = request.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        let detail = format!("A token's name has 1 to {MAX_NAME_CHARS} characters.");
        return Err(AppError::unprocessable("token_name_invalid", detail));
    }
    let mut tx = app.db.write().await?;
    let count: i64 = sqlx::query_scalar("select count(*) from tokens where person_id = $1")
        .bind(&person.id)
        .fetch_one(&mut *tx)
        .await?;
    if count >= MAX_TOKENS {
        let detail = format!("You have {count} tokens. Delete those that you no longer use.");
        return Err(AppError::new(StatusCode::CONFLICT, "too_many_tokens", detail));
    }
    let token = token::create(&mut tx, &person.id, &name).await?;
    tx.commit().await?;
    let created = CreatedToken { id: token.id, name, token: token.text, created_at: timestamp(token.created_at) };
    Ok((StatusCode::CREATED, axum::Json(created)))
}

/// Deletes a token: it signs nobody in any more.
#[utoipa::path(delete, path = "/me/tokens/{id}", operation_id = "delete_token", tag = "me", params(("id" = String, Path, description = "The token's id.")),
    security(("token" = []), ("session" = [])),
    responses((status = 204, description = "The token is gone."), NotSignedIn, NotFound))]
pub async fn delete(State(app): State<AppState>, person: Person, Path(id): Path<String>) -> AppResult<StatusCode> {
    let mut tx = app.db.write().await?;
    let deleted = sqlx::query("delete from tokens where id = $1 and person_id = $2")
        .bind(id)
        .bind(&person.id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    match deleted.rows_affected() {
        0 => Err(AppError::not_found("token_not_found", "You have no token of that id.")),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

#[cfg(test)]
mod tests {
    use crate::{people::Role, test_league::TestLeague};
    use axum::{body::Body, http::Request};

    #[tokio::test]
    async fn a_token_is_shown_once_and_works_until_it_is_deleted() {
        let league = TestLeague::start().await;
        let [ada, ben] = [league.person("ada", Role::Racer, None).await, league.person("ben", Role::Racer, None).await];
        let request = Request::post("/api/v1/me/tokens")
            .header("authorization", format!("Bearer {ada}"))
            .header("content-type", "application/json");
        let made = league.ask(request.body(r#"{"name":"laptop"}"#.into()).unwrap()).await;
        let (id, text) = (made.json()["id"].clone(), made.json()["token"].clone());
        let (id, text) = (id.as_str().unwrap(), text.as_str().unwrap());
        assert!(text.starts_with("pdk_") && text.len() == 4 + 64);
        assert_eq!(league.get("/api/v1/me", text).await.json()["handle"], "ada");

        let list = league.get("/api/v1/me/tokens", &ada).await;
        assert_eq!(list.json()["items"][0]["name"], "laptop");
        assert!(!String::from_utf8(list.bytes).unwrap().contains("pdk_"));

        let delete = |token: &str| {
            let request = Request::delete(format!("/api/v1/me/tokens/{id}"));
            request.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap()
        };
        assert_eq!(league.ask(delete(&ben)).await.code(), "token_not_found");
        assert_eq!(league.ask(delete(&ada)).await.status.as_u16(), 204);
        assert_eq!(league.get("/api/v1/me", text).await.code(), "token_invalid");
    }
}
