//! Races as the database has them: what they are run by, and whether they take submissions.

use crate::{
    clock::now_ms,
    db::Db,
    errors::{AppError, AppResult},
    scoring::Ranking,
};
use axum::http::StatusCode;
use serde::Serialize;
use sim_spec::RaceRules;
use utoipa::ToSchema;

/// A race and its track.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Race {
    pub id: String,
    pub title: String,
    /// Name of the track.
    pub track: String,
    pub track_title: String,
    pub track_sha256: String,
    pub length_m: f64,
    /// The track file.
    pub definition: String,
    pub opens_at: i64,
    pub closes_at: i64,
    ranking_method: String,
    ranking_laps: Option<u32>,
    laps: u32,
    off_track_penalty_secs: f64,
    time_limit_secs: f64,
    seed: i64,
}

/// Whether a race takes submissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RaceStatus {
    /// It opens later.
    Upcoming,
    /// It takes submissions.
    Open,
    /// It is over; its leaderboard stays.
    Closed,
}

impl Race {
    /// What the race ranks by.
    pub fn ranking(&self) -> Ranking {
        // The table's checks allow these three methods, and laps with the second one only.
        match (self.ranking_method.as_str(), self.ranking_laps) {
            ("mean_consecutive", Some(laps)) => Ranking::MeanConsecutive { laps },
            ("total_time", _) => Ranking::TotalTime,
            _ => Ranking::BestLap,
        }
    }

    /// The rules that the referee runs it by.
    pub fn rules(&self) -> RaceRules {
        RaceRules {
            laps: self.laps,
            off_track_penalty_secs: self.off_track_penalty_secs,
            time_limit_secs: self.time_limit_secs,
            ..RaceRules::default()
        }
    }

    /// The seed of every run of this race. It is public.
    pub fn seed(&self) -> u64 {
        self.seed.unsigned_abs()
    }

    /// Whether it takes submissions now.
    pub fn status(&self) -> RaceStatus {
        let now = now_ms();
        match () {
            () if now < self.opens_at => RaceStatus::Upcoming,
            () if now < self.closes_at => RaceStatus::Open,
            () => RaceStatus::Closed,
        }
    }

    /// Refuses a submission outside of the race's time.
    pub fn require_open(&self) -> AppResult<()> {
        match self.status() {
            RaceStatus::Open => Ok(()),
            RaceStatus::Upcoming => {
                Err(AppError::new(StatusCode::CONFLICT, "race_not_open", "This race has not opened yet."))
            }
            RaceStatus::Closed => Err(AppError::new(StatusCode::CONFLICT, "race_closed", "This race is closed.")),
        }
    }
}

/// The columns of a [`Race`], in the order of the season.
const SELECT: &str = "select races.*, tracks.title as track_title, tracks.sha256 as track_sha256, tracks.length_m,
    tracks.definition from races join tracks on tracks.name = races.track";

/// The race of that id.
pub async fn find(db: &Db, id: &str) -> sqlx::Result<Option<Race>> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} where races.id = $1"))).bind(id).fetch_optional(&db.read).await
}

/// The race of that id, or the problem to answer with.
pub async fn require(db: &Db, id: &str) -> AppResult<Race> {
    find(db, id).await?.ok_or_else(|| AppError::not_found("race_not_found", "There is no race of that name."))
}

/// The races of a season after place `after`, at most `limit`, with their places.
pub async fn of_season(db: &Db, season_id: &str, after: i64, limit: i64) -> sqlx::Result<Vec<(i64, Race)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        place: i64,
        #[sqlx(flatten)]
        race: Race,
    }
    let query = format!("{SELECT} where races.season_id = $1 and races.place > $2 order by races.place limit $3");
    let rows: Vec<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(season_id).bind(after).bind(limit).fetch_all(&db.read).await?;
    Ok(rows.into_iter().map(|row| (row.place, row.race)).collect())
}
