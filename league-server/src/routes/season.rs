//! The season.

use super::races::{self, RaceInfo};
use crate::{
    clock::timestamp,
    errors::{AppError, AppResult},
    openapi::NotFound,
    state::AppState,
};
use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The season and its races.
#[derive(Serialize, ToSchema)]
pub struct Season {
    pub id: String,
    pub title: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// All races, in the order of the season.
    pub races: Vec<RaceInfo>,
}

/// A season as the database has it.
#[derive(sqlx::FromRow)]
pub struct SeasonRow {
    pub id: String,
    title: String,
    starts_at: i64,
    ends_at: i64,
}

/// The season that began last, if there is one.
pub async fn current(app: &AppState) -> sqlx::Result<Option<SeasonRow>> {
    sqlx::query_as("select id, title, starts_at, ends_at from seasons order by starts_at desc, id limit 1")
        .fetch_optional(&app.db.read)
        .await
}

/// The season that is on.
#[utoipa::path(get, path = "/season", tag = "races", responses(
    (status = 200, description = "The season and its races.", body = Season), NotFound,
))]
pub async fn season(State(app): State<AppState>) -> AppResult<Json<Season>> {
    let season =
        current(&app).await?.ok_or_else(|| AppError::not_found("season_not_found", "There is no season yet."))?;
    let races = races::of_season(&app, &season.id, 0, i64::MAX).await?;
    Ok(Json(Season {
        id: season.id,
        title: season.title,
        starts_at: timestamp(season.starts_at),
        ends_at: timestamp(season.ends_at),
        races: races.into_iter().map(|(_, race)| race).collect(),
    }))
}
