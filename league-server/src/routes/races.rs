//! The races of the season.

use super::season;
use crate::{
    clock::timestamp,
    errors::AppResult,
    extract::{Path, Query},
    openapi::NotFound,
    paging::{List, Page},
    races::{self, Race, RaceStatus},
    scoring::Ranking,
    state::AppState,
};
use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A race.
#[derive(Serialize, ToSchema)]
#[schema(as = Race)]
pub struct RaceInfo {
    /// A word for addresses.
    #[schema(example = "harbour-sprint")]
    pub id: String,
    pub title: String,
    pub track: RaceTrack,
    pub ranking: RankingInfo,
    pub rules: RaceRules,
    /// Seed of every run of this race. With the policy and the rules it gives the same race on any machine.
    pub seed: u64,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub status: RaceStatus,
    /// Cars on the leaderboard, the league's own included.
    pub entrants: i64,
}

/// The track of a race, without its shape.
#[derive(Serialize, ToSchema)]
pub struct RaceTrack {
    /// Name in `/api/v1/tracks/{name}`.
    pub name: String,
    pub title: String,
    /// Digest of the geometry.
    pub track_sha256: String,
    /// Length of the centre line.
    pub length_m: f64,
}

/// The rules that a race is run by.
#[derive(Serialize, ToSchema)]
#[schema(as = Rules)]
pub struct RaceRules {
    /// Laps to drive.
    pub laps: u32,
    /// Seconds that a car stands after leaving the track; the clock runs on.
    pub off_track_penalty_secs: f64,
    /// Seconds after which the race is stopped.
    pub time_limit_secs: f64,
}

/// What a race ranks by. Lower is better with every method.
#[derive(Serialize, ToSchema)]
#[schema(as = Ranking)]
pub struct RankingInfo {
    pub method: RankingMethod,
    /// Laps that the mean is taken of; only with `mean_consecutive`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub laps: Option<u32>,
}

/// How a result becomes a score.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RankingMethod {
    /// The shortest completed lap.
    BestLap,
    /// The smallest mean of some completed laps in a row.
    MeanConsecutive,
    /// The whole race; all of its laps must be completed.
    TotalTime,
}

impl From<Ranking> for RankingInfo {
    fn from(ranking: Ranking) -> Self {
        match ranking {
            Ranking::BestLap => Self { method: RankingMethod::BestLap, laps: None },
            Ranking::MeanConsecutive { laps } => Self { method: RankingMethod::MeanConsecutive, laps: Some(laps) },
            Ranking::TotalTime => Self { method: RankingMethod::TotalTime, laps: None },
        }
    }
}

impl RaceInfo {
    fn new(race: Race, entrants: i64) -> Self {
        let (ranking, seed, status, rules) = (race.ranking(), race.seed(), race.status(), race.rules());
        Self {
            id: race.id,
            title: race.title,
            track: RaceTrack {
                name: race.track,
                title: race.track_title,
                track_sha256: race.track_sha256,
                length_m: race.length_m,
            },
            ranking: ranking.into(),
            rules: RaceRules {
                laps: rules.laps,
                off_track_penalty_secs: rules.off_track_penalty_secs,
                time_limit_secs: rules.time_limit_secs,
            },
            seed,
            opens_at: timestamp(race.opens_at),
            closes_at: timestamp(race.closes_at),
            status,
            entrants,
        }
    }
}

/// The races of a season after place `after`, with their places.
pub async fn of_season(app: &AppState, season_id: &str, after: i64, limit: i64) -> AppResult<Vec<(i64, RaceInfo)>> {
    let races = races::of_season(&app.db, season_id, after, limit).await?;
    let counts: Vec<(String, i64)> =
        sqlx::query_as("select race_id, count(*) from entries group by race_id").fetch_all(&app.db.read).await?;
    let counts: HashMap<String, i64> = counts.into_iter().collect();
    let info = |(place, race): (i64, Race)| {
        let entrants = counts.get(&race.id).copied().unwrap_or(0);
        (place, RaceInfo::new(race, entrants))
    };
    Ok(races.into_iter().map(info).collect())
}

/// The races of the season that is on, in its order.
#[utoipa::path(get, path = "/races", operation_id = "list_races", tag = "races", params(Page), responses(
    (status = 200, description = "The races.", body = List<RaceInfo>),
))]
pub async fn list(State(app): State<AppState>, Query(page): Query<Page>) -> AppResult<Json<List<RaceInfo>>> {
    let (limit, after) = (page.limit()?, page.after()?.unwrap_or(0));
    let races = match season::current(&app).await? {
        Some(season) => of_season(&app, &season.id, after, limit + 1).await?,
        None => Vec::new(),
    };
    Ok(Json(List::new(races, limit, |race| race.0, |race| race.1)))
}

/// A race.
#[utoipa::path(get, path = "/races/{race}", operation_id = "get_race", tag = "races", params(("race" = String, Path, description = "The race's id.")),
    responses((status = 200, description = "The race.", body = RaceInfo), NotFound))]
pub async fn get(State(app): State<AppState>, Path(id): Path<String>) -> AppResult<Json<RaceInfo>> {
    let race = races::require(&app.db, &id).await?;
    let entrants = sqlx::query_scalar("select count(*) from entries where race_id = $1")
        .bind(&race.id)
        .fetch_one(&app.db.read)
        .await?;
    Ok(Json(RaceInfo::new(race, entrants)))
}

#[cfg(test)]
mod tests {
    use crate::test_league::TestLeague;
    use serde_json::json;

    #[tokio::test]
    async fn everybody_sees_what_a_race_is_run_by() {
        let league = TestLeague::start().await;
        let race = league.get("/api/v1/races/cathedral-consistency", "").await.json();
        assert_eq!(race["ranking"], json!({ "method": "mean_consecutive", "laps": 3 }));
        assert_eq!(race["rules"], json!({ "laps": 5, "off_track_penalty_secs": 2.0, "time_limit_secs": 300.0 }));
        assert_eq!((&race["seed"], &race["status"], &race["entrants"]), (&json!(3), &json!("open"), &json!(0)));
        let track = league.get("/api/v1/tracks/cathedral", "").await.json();
        assert_eq!(track["track_sha256"], race["track"]["track_sha256"]);
        assert!(track["stations"].as_array().unwrap().len() > 8);

        let season = league.get("/api/v1/season", "").await.json();
        let ids: Vec<_> = season["races"].as_array().unwrap().iter().map(|race| race["id"].clone()).collect();
        assert_eq!(ids, ["harbour-sprint", "ridge-endurance", "cathedral-consistency"]);
        let page = league.get("/api/v1/races?limit=1", "").await.json();
        let rest = format!("/api/v1/races?cursor={}", page["next"].as_str().unwrap());
        assert_eq!(league.get(&rest, "").await.json()["items"].as_array().unwrap().len(), 2);
        assert_eq!(league.get("/api/v1/races/none", "").await.code(), "race_not_found");
    }
}
