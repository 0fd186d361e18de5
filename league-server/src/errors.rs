//! What goes wrong in a request, and how it is told: problem+json (RFC 9457) with a stable `code`.
//!
//! Handlers return [`AppError`]. Each error is handled exactly once, here: a fault of the caller becomes an answer that
//! says what to do; a fault of ours is logged with its cause and answered with a bare sentence.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem; the same for the same `code`.
    #[schema(example = "urn:paddock:problem:race_not_found")]
    pub r#type: String,
    /// The kind of problem in a few words.
    #[schema(example = "Not Found")]
    pub title: String,
    /// The HTTP status, again.
    #[schema(example = 404)]
    pub status: u16,
    /// One sentence for a human: what is wrong and what to do.
    #[schema(example = "There is no race of that name.")]
    pub detail: String,
    /// The kind of problem for programs. Codes never change their meaning.
    #[schema(example = "race_not_found")]
    pub code: String,
}

/// Why a request was not answered as asked.
#[derive(Debug)]
pub struct AppError {
    status: StatusCode,
    code: &'static str,
    detail: String,
    hint: Option<Hint>,
    /// For the log only.
    cause: Option<anyhow::Error>,
}

/// What the caller can do, as a header.
#[derive(Debug)]
enum Hint {
    SignIn,
    Wait { secs: u64 },
}

/// What a handler returns.
pub type AppResult<T> = Result<T, AppError>;

impl AppError {
    /// A fault of the caller: `status` is a 4xx, `detail` a sentence that says what to do.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), hint: None, cause: None }
    }

    /// 404: it does not exist, or the caller may not know that it does.
    pub fn not_found(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 400: the request itself is malformed.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 422: well formed, and still not acceptable.
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 401, with the way to sign in.
    pub fn unauthorized(code: &'static str, detail: &str) -> Self {
        Self { hint: Some(Hint::SignIn), ..Self::new(StatusCode::UNAUTHORIZED, code, detail) }
    }

    /// 429, with the seconds to wait.
    pub fn too_many(code: &'static str, detail: &str, retry_after_secs: u64) -> Self {
        let hint = Some(Hint::Wait { secs: retry_after_secs });
        Self { hint, ..Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail) }
    }

    /// 503: not now.
    pub fn unavailable(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
    }

    /// 500: a fault of ours. The cause goes to the log and nowhere else.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "The league could not do this. It has been written to its log.",
            )
        }
    }
}

impl AppError {
    /// The same error for a command line: its sentence, or its cause.
    pub fn into_anyhow(self) -> anyhow::Error {
        self.cause.unwrap_or_else(|| anyhow::Error::msg(self.detail))
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(error = format!("{cause:#}"), "request failed");
        }
        let problem = Problem {
            r#type: format!("urn:paddock:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code.to_owned(),
        };
        let mut response = (self.status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.hint {
            Some(Hint::SignIn) => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            Some(Hint::Wait { secs }) => headers.insert(header::RETRY_AFTER, secs.into()),
            None => None,
        };
        response
    }
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        let busy = match &error {
            sqlx::Error::PoolTimedOut => true,
            // SQLITE_BUSY: another process holds the write lock.
            sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "5"),
            _ => false,
        };
        if busy {
            tracing::error!(%error, "the database is busy");
            return Self::unavailable("database_busy", "The league is very busy. Try again in a moment.");
        }
        Self::internal(anyhow::Error::new(error).context("database"))
    }
}

impl From<anyhow::Error> for AppError {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    async fn body(error: AppError) -> (StatusCode, Value) {
        let response = error.into_response();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn a_fault_of_the_caller_says_what_to_do() {
        let error = AppError::not_found("race_not_found", "There is no race of that name.");
        let expected = json!({
            "type": "urn:paddock:problem:race_not_found", "title": "Not Found", "status": 404,
            "detail": "There is no race of that name.", "code": "race_not_found",
        });
        assert_eq!(body(error).await, (StatusCode::NOT_FOUND, expected));
    }

    #[tokio::test]
    async fn a_fault_of_ours_says_nothing_inside() {
        let error = AppError::from(anyhow::anyhow!("no such table: people at /secret/path"));
        let (status, problem) = body(error).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(problem["code"], "internal");
        assert!(!problem.to_string().contains("secret"), "{problem}");
    }

    #[tokio::test]
    async fn waiting_and_signing_in_are_said_in_headers() {
        let response = AppError::too_many("too_many_attempts", "Wait.", 7).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
        let response = AppError::unauthorized("not_signed_in", "Sign in.").into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
}
