//! For those who run the league: is it alive, is it ready, what does it do, and its document.

use crate::{
    errors::{AppError, AppResult},
    queue, router,
    state::AppState,
};
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The process answers.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses(
    (status = 200, description = "It answers.", body = Health),
))]
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether the process can do its work: its database answers, and its worker, if it has one, lives.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses(
    (status = 200, description = "It can.", body = Health),
    (status = 503, description = "It cannot; the code says why.", body = crate::errors::Problem,
     content_type = "application/problem+json"),
))]
pub async fn readyz(State(app): State<AppState>) -> AppResult<Json<Health>> {
    let answer: Result<i64, _> = sqlx::query_scalar("select count(*) from seasons").fetch_one(&app.db.read).await;
    if let Err(error) = answer {
        tracing::warn!(%error, "not ready");
        return Err(AppError::unavailable("database_unavailable", "The database does not answer."));
    }
    if app.pulse.is_alive() == Some(false) {
        return Err(AppError::unavailable("worker_stopped", "The worker does not answer. It is being started again."));
    }
    Ok(Json(Health { status: "ok" }))
}

/// Numbers for Prometheus (OpenMetrics 1.0).
#[utoipa::path(get, path = "/metrics", tag = "operations", responses(
    (status = 200, description = "The numbers.", body = String, content_type = "application/openmetrics-text"),
))]
pub async fn metrics(State(app): State<AppState>) -> AppResult<Response> {
    let (depth, age_secs) = queue::depth(&app.db).await?;
    app.metrics.queue(depth, age_secs);
    let text = app.metrics.text().map_err(AppError::internal)?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type)], text).into_response())
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", responses(
    (status = 200, description = "The OpenAPI document of the league.", body = serde_json::Value),
))]
pub async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], router::document_json()).into_response()
}
