//! The shapes of the tracks.

use crate::{
    errors::{AppError, AppResult},
    extract::Path,
    openapi::NotFound,
    state::AppState,
};
use anyhow::Context;
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

/// A track with its shape.
#[derive(Serialize, ToSchema)]
#[schema(as = Track)]
pub struct TrackInfo {
    pub name: String,
    pub title: String,
    /// Digest of the geometry.
    pub track_sha256: String,
    /// Length of the centre line.
    pub length_m: f64,
    /// Points along the track, in driving direction. The last one is joined to the first.
    pub stations: Vec<Station>,
}

/// Three points across the road, metres, x and y.
#[derive(Serialize, ToSchema)]
pub struct Station {
    pub centre: [f64; 2],
    pub inner: [f64; 2],
    pub outer: [f64; 2],
}

/// A track that a race is run on.
#[utoipa::path(get, path = "/tracks/{name}", operation_id = "get_track", tag = "races", params(("name" = String, Path, description = "The track's name.")),
    responses((status = 200, description = "The track and its shape.", body = TrackInfo), NotFound))]
pub async fn get(State(app): State<AppState>, Path(name): Path<String>) -> AppResult<Json<TrackInfo>> {
    let definition: Option<String> = sqlx::query_scalar("select definition from tracks where name = $1")
        .bind(&name)
        .fetch_optional(&app.db.read)
        .await?;
    let definition =
        definition.ok_or_else(|| AppError::not_found("track_not_found", "No race is run on a track of that name."))?;
    let track = sim_spec::Track::parse(&name, definition.as_bytes()).context("a track in the database")?;
    let station = |station: &sim_spec::Station| {
        let sim_spec::Station { centre, inner, outer } = *station;
        Station { centre, inner, outer }
    };
    Ok(Json(TrackInfo {
        title: track.title().to_owned(),
        track_sha256: track.sha256().to_string(),
        length_m: track.length_m(),
        stations: track.stations().iter().map(station).collect(),
        name,
    }))
}
