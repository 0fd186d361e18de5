//! The person who asks, about themselves.

use crate::{
    auth::{Person, session},
    clock::timestamp,
    errors::{AppError, AppResult},
    extract::Json,
    openapi::{NotAcceptable, NotAllowed, NotSignedIn},
    people::Role,
    state::AppState,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sim_spec::Sha256Hex;
use utoipa::ToSchema;

/// A person, as the person sees themselves.
#[derive(Serialize, ToSchema)]
pub struct Me {
    pub id: String,
    /// The name on the boards.
    pub handle: String,
    pub role: Role,
    pub created_at: Timestamp,
}

impl From<Person> for Me {
    fn from(person: Person) -> Self {
        Self { id: person.id, handle: person.handle, role: person.role, created_at: timestamp(person.created_at) }
    }
}

/// Who is signed in.
#[utoipa::path(get, path = "/me", tag = "me", security(("token" = []), ("session" = [])), responses(
    (status = 200, description = "The person who asks.", body = Me), NotSignedIn,
))]
pub async fn me(person: Person) -> axum::Json<Me> {
    axum::Json(person.into())
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The password so far; needed if there is one.
    current_password: Option<String>,
    /// 8 characters at least, 256 bytes at most.
    new_password: String,
}

/// Sets or changes the password. All other sessions of the person end.
#[utoipa::path(put, path = "/me/password", tag = "me", security(("token" = []), ("session" = [])),
    request_body = NewPassword, responses(
    (status = 204, description = "The new password holds."), NotSignedIn, NotAllowed, NotAcceptable,
))]
pub async fn set_password(
    State(app): State<AppState>,
    person: Person,
    headers: HeaderMap,
    Json(request): Json<NewPassword>,
) -> AppResult<StatusCode> {
    let stored: Option<String> = sqlx::query_scalar("select password_hash from people where id = $1")
        .bind(&person.id)
        .fetch_one(&app.db.read)
        .await?;
    // A token or an open browser alone must not be enough to lock its owner out.
    if stored.is_some() {
        let current = request.current_password.unwrap_or_default();
        if !app.passwords.is_right(&person.handle, current, stored).await? {
            let detail = "The current password is not right.";
            return Err(AppError::new(StatusCode::FORBIDDEN, "password_wrong", detail));
        }
    }
    let hash = app.passwords.hash(request.new_password).await?;
    let this_session = Sha256Hex::of(session::secret_in(&headers).unwrap_or_default().as_bytes());
    let mut tx = app.db.write().await?;
    sqlx::query("update people set password_hash = $1 where id = $2")
        .bind(hash)
        .bind(&person.id)
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from sessions where person_id = $1 and sha256 <> $2")
        .bind(&person.id)
        .bind(this_session.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use crate::{people::Role, test_league::TestLeague};
    use axum::http::Request;
    use serde_json::{Value, json};

    async fn change(league: &TestLeague, token: &str, body: Value) -> (u16, String) {
        let request = Request::put("/api/v1/me/password")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let answer = league.ask(request.body(body.to_string().into()).unwrap()).await;
        (answer.status.as_u16(), answer.code())
    }

    #[tokio::test]
    async fn a_password_is_changed_by_who_knows_it() {
        let league = TestLeague::start().await;
        let ada = league.person("ada", Role::Racer, None).await;
        // The first one needs none before it.
        assert_eq!(change(&league, &ada, json!({ "new_password": "first horse" })).await.0, 204);
        league.meddle("insert into sessions select 'there', id, 9e15, 9e15 from people where handle = 'ada'").await;
        for current in [Value::Null, json!("wrong horse")] {
            let body = json!({ "current_password": current, "new_password": "second horse" });
            assert_eq!(change(&league, &ada, body).await, (403, "password_wrong".to_owned()));
        }
        let body = json!({ "current_password": "first horse", "new_password": "second horse" });
        assert_eq!(change(&league, &ada, body).await.0, 204);
        assert_eq!(league.count("select count(*) from sessions").await, 0, "whoever was signed in is not any more");
    }
}
