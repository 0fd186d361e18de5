//! The leaderboard of a race.

use super::races::RankingInfo;
use crate::{
    clock::timestamp,
    errors::AppResult,
    extract::{Path, Query},
    openapi::NotFound,
    paging::{List, Page},
    people::Kind,
    races,
    state::AppState,
};
use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of a leaderboard.
#[derive(Serialize, ToSchema)]
pub struct Leaderboard {
    /// The race's id.
    pub race: String,
    pub ranking: RankingInfo,
    /// The best run of each car, in order.
    pub entries: Vec<Entry>,
    /// The `cursor` of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

/// What stands on the board.
#[derive(Serialize, ToSchema)]
pub struct Entry {
    /// Place, from 1. No two are equal: after the score fewer off-tracks decide, then the best lap, then who came first.
    pub rank: i64,
    pub handle: String,
    /// Whether somebody races or the league does.
    pub kind: Kind,
    /// What the race ranks by, in seconds.
    pub score_secs: f64,
    /// Seconds behind the first.
    pub gap_secs: f64,
    pub best_lap_secs: f64,
    pub total_secs: f64,
    pub completed_laps: u32,
    pub off_tracks: u32,
    pub crashes: u32,
    /// Id of the run, for its replay and telemetry. A better run has another.
    pub entry: String,
    pub submitted_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    handle: String,
    kind: Kind,
    score_secs: f64,
    best_lap_secs: f64,
    total_secs: f64,
    completed_laps: u32,
    off_tracks: u32,
    crashes: u32,
    id: String,
    submitted_at: i64,
}

/// The leaderboard of a race: penalties are in the times.
#[utoipa::path(get, path = "/races/{race}/leaderboard", tag = "races",
    params(("race" = String, Path, description = "The race's id."), Page),
    responses((status = 200, description = "A page of the leaderboard.", body = Leaderboard), NotFound))]
pub async fn leaderboard(
    State(app): State<AppState>,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> AppResult<Json<Leaderboard>> {
    let race = races::require(&app.db, &id).await?;
    let (limit, above) = (page.limit()?, page.after()?.unwrap_or(0));
    let rows: Vec<Row> = sqlx::query_as(
        "select people.handle, people.kind, entries.score_secs, entries.best_lap_secs, entries.total_secs,
             entries.completed_laps, entries.off_tracks, entries.crashes, entries.id, entries.submitted_at
         from entries join people on people.id = entries.person_id
         where entries.race_id = $1
         order by entries.score_secs, entries.off_tracks, entries.best_lap_secs, entries.submission_seq
         limit $2 offset $3",
    )
    .bind(&race.id)
    .bind(limit + 1)
    .bind(above)
    .fetch_all(&app.db.read)
    .await?;
    let first: Option<f64> = sqlx::query_scalar("select min(score_secs) from entries where race_id = $1")
        .bind(&race.id)
        .fetch_one(&app.db.read)
        .await?;
    let ranked: Vec<(i64, Row)> = (above + 1..).zip(rows).collect();
    let page = List::new(
        ranked,
        limit,
        |ranked| ranked.0,
        |(rank, row)| Entry {
            rank,
            handle: row.handle,
            kind: row.kind,
            score_secs: row.score_secs,
            gap_secs: row.score_secs - first.unwrap_or(row.score_secs),
            best_lap_secs: row.best_lap_secs,
            total_secs: row.total_secs,
            completed_laps: row.completed_laps,
            off_tracks: row.off_tracks,
            crashes: row.crashes,
            entry: row.id,
            submitted_at: timestamp(row.submitted_at),
        },
    );
    Ok(Json(Leaderboard { ranking: race.ranking().into(), race: race.id, entries: page.items, next: page.next }))
}

#[cfg(test)]
mod tests {
    use crate::test_league::TestLeague;

    #[tokio::test]
    async fn the_board_is_in_order_and_what_stands_on_it_is_public() {
        let league = TestLeague::start().await;
        let ids: Vec<String> = sqlx::query_scalar("select id from submissions where race_id = 'harbour-sprint'")
            .fetch_all(&league.app.db.read)
            .await
            .unwrap();
        for id in &ids {
            assert!(league.race(id).await);
        }
        let board = league.get("/api/v1/races/harbour-sprint/leaderboard", "").await.json();
        let entries = board["entries"].as_array().unwrap();
        let handles: Vec<_> = entries.iter().map(|entry| entry["handle"].as_str().unwrap()).collect();
        assert_eq!(handles, ["pace 2.0", "pace 1.5", "pace 1.0"]);
        for (rank, entry) in (1..).zip(entries) {
            assert_eq!((&entry["rank"], &entry["kind"]), (&rank.into(), &"baseline".into()));
            let gap = entry["score_secs"].as_f64().unwrap() - entries[0]["score_secs"].as_f64().unwrap();
            assert_eq!(entry["gap_secs"], gap);
            let path = format!("/api/v1/races/harbour-sprint/entries/{}", entry["entry"].as_str().unwrap());
            let telemetry = league.get(&format!("{path}/telemetry"), "").await;
            assert_eq!(telemetry.headers["cache-control"], "public, max-age=31536000, immutable");
            assert_eq!(telemetry.json()["hz"], 15);
            let replay = league.get(&format!("{path}/replay"), "").await.bytes;
            assert!(sim_spec::Replay::from_bytes(&replay).is_ok());
            // Under its own race only.
            assert_eq!(league.get(&path.replace("harbour-sprint", "ridge-endurance"), "").await.status.as_u16(), 404);
        }
        // The second page goes on counting.
        let first = league.get("/api/v1/races/harbour-sprint/leaderboard?limit=1", "").await.json();
        let next = first["next"].as_str().unwrap();
        let second = league.get(&format!("/api/v1/races/harbour-sprint/leaderboard?cursor={next}"), "").await.json();
        assert_eq!(second["entries"].as_array().unwrap(), &entries[1..]);
    }
}
