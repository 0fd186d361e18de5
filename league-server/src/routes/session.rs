//! Signing in and out with a browser.

use super::me::Me;
use crate::{
    auth::{Person, require_same_origin, session},
    errors::{AppError, AppResult},
    extract::Json,
    openapi::{NotAllowed, NotSignedIn},
    people::Handle,
    state::AppState,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sim_spec::Sha256Hex;
use utoipa::ToSchema;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    handle: String,
    password: String,
}

/// Signs in and sets the session's cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = Credentials, responses(
    (status = 200, description = "Signed in; the answer sets the cookie `paddock_session`.", body = Me),
    NotSignedIn, NotAllowed,
    (status = 429, description = "Too many attempts; Retry-After says how long to wait.",
     body = crate::errors::Problem, content_type = "application/problem+json"),
))]
pub async fn sign_in(
    State(app): State<AppState>,
    headers: HeaderMap,
    Json(credentials): Json<Credentials>,
) -> AppResult<Response> {
    require_same_origin(&headers)?;
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        person: Person,
        password_hash: Option<String>,
    }
    // What is no handle is nobody's; it is guessed at like any other.
    let handle = credentials.handle.parse::<Handle>().map(|handle| handle.to_string()).unwrap_or_default();
    let row: Option<Row> =
        sqlx::query_as("select id, handle, role, created_at, password_hash from people where handle = $1")
            .bind(&handle)
            .fetch_optional(&app.db.read)
            .await?;
    let (person, stored) = row.map_or((None, None), |row| (Some(row.person), row.password_hash));
    let right = app.passwords.is_right(&handle, credentials.password, stored).await?;
    let Some(person) = person.filter(|_| right) else {
        return Err(AppError::unauthorized("credentials_invalid", "The handle or the password is not right."));
    };
    let cookie = session::begin(&app.db, &person.id, app.config.https).await?;
    Ok(([(header::SET_COOKIE, cookie)], axum::Json(Me::from(person))).into_response())
}

/// Signs out: the session ends, here and in the browser.
#[utoipa::path(delete, path = "/session", tag = "session", responses(
    (status = 204, description = "Signed out, or nobody was signed in."),
    NotAllowed,
))]
pub async fn sign_out(State(app): State<AppState>, headers: HeaderMap) -> AppResult<Response> {
    require_same_origin(&headers)?;
    let secret = session::secret_in(&headers).unwrap_or_default();
    let cookie = session::end(&app.db, Sha256Hex::of(secret.as_bytes()), app.config.https).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

#[cfg(test)]
mod tests {
    use crate::people::Role;
    use crate::test_league::{Answer, TestLeague};
    use axum::{body::Body, http::Request};

    async fn sign_in(league: &TestLeague, handle: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "handle": handle, "password": password }).to_string();
        let request = Request::post("/api/v1/session").header("content-type", "application/json");
        league.ask(request.body(body.into()).unwrap()).await
    }

    #[tokio::test]
    async fn a_browser_signs_in_and_out() {
        let league = TestLeague::start().await;
        league.person("ada", Role::Racer, Some("correct horse")).await;
        for (handle, password) in
            [("ada", "wrong horse"), ("nobody", "correct horse"), ("Not a handle", "x"), ("pace 1.0", "")]
        {
            let refused = sign_in(&league, handle, password).await;
            assert_eq!((refused.status.as_u16(), refused.code()), (401, "credentials_invalid".to_owned()), "{handle}");
        }
        let answer = sign_in(&league, "ada", "correct horse").await;
        assert_eq!((answer.status.as_u16(), &answer.json()["handle"]), (200, &"ada".into()));
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let with_cookie = |request: axum::http::request::Builder| request.header("cookie", &cookie);

        let me = league.ask(with_cookie(Request::get("/api/v1/me")).body(Body::empty()).unwrap()).await;
        assert_eq!(me.json()["handle"], "ada");
        // Another site's page may make the browser send a request, but not one that changes anything.
        let forged = with_cookie(Request::delete("/api/v1/session")).header("sec-fetch-site", "cross-site");
        assert_eq!(league.ask(forged.body(Body::empty()).unwrap()).await.code(), "cross_origin");
        let own = with_cookie(Request::delete("/api/v1/session")).header("sec-fetch-site", "same-origin");
        assert_eq!(league.ask(own.body(Body::empty()).unwrap()).await.status.as_u16(), 204);
        let me = league.ask(with_cookie(Request::get("/api/v1/me")).body(Body::empty()).unwrap()).await;
        assert_eq!(me.code(), "session_ended");
        // Neither passwords nor secrets stand in the database.
        let secret = cookie.split_once('=').unwrap().1.to_owned();
        let found: i64 = sqlx::query_scalar("select count(*) from sessions where sha256 = $1")
            .bind(secret)
            .fetch_one(&league.app.db.read)
            .await
            .unwrap();
        assert_eq!(found, 0);
    }

    #[tokio::test]
    async fn guessing_is_slowed_down() {
        let league = TestLeague::start().await;
        league.person("ada", Role::Racer, Some("correct horse")).await;
        for _ in 0..10 {
            assert_eq!(sign_in(&league, "ada", "wrong horse").await.status.as_u16(), 401);
        }
        let refused = sign_in(&league, "ada", "correct horse").await;
        assert_eq!((refused.status.as_u16(), refused.code()), (429, "too_many_attempts".to_owned()));
        assert!(refused.headers.contains_key("retry-after"));
    }

    #[tokio::test]
    async fn a_session_that_nobody_used_ends() {
        let league = TestLeague::start().await;
        league.person("ada", Role::Racer, Some("correct horse")).await;
        let answer = sign_in(&league, "ada", "correct horse").await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let me = || Request::get("/api/v1/me").header("cookie", &cookie).body(Body::empty()).unwrap();
        league.meddle("update sessions set last_seen_at = last_seen_at - 3600 * 1000").await;
        assert_eq!(league.ask(me()).await.status.as_u16(), 200);
        assert_eq!(
            league.count("select count(*) from sessions where last_seen_at > (unixepoch() - 60) * 1000").await,
            1
        );
        league.meddle("update sessions set last_seen_at = last_seen_at - 25 * 3600 * 1000").await;
        assert_eq!(league.ask(me()).await.code(), "session_ended");
    }
}
