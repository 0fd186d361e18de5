//! The demo season: one race on each built-in track, with the league's own cars to beat.

use crate::{clock::now_ms, db::Tx, ids, state::App, submissions};
use anyhow::Context;
use sim_spec::{RaceRules, Sha256Hex, builtin_tracks};

const SEASON: &str = "demo";
/// Length of the season, ms: 90 days.
const LENGTH_MS: i64 = 90 * 24 * 3600 * 1000;
/// Target speeds of the league's own cars, m/s. They keep to the centre line.
const PACES_MPS: [f32; 3] = [1.0, 1.5, 2.0];

struct DemoRace {
    id: &'static str,
    title: &'static str,
    track: &'static str,
    method: &'static str,
    /// Laps that the mean is taken of.
    ranking_laps: Option<i64>,
    laps: u32,
    time_limit_secs: f64,
    seed: i64,
}

const RACES: [DemoRace; 3] = [
    DemoRace {
        id: "harbour-sprint",
        title: "Harbour sprint",
        track: "harbour",
        method: "best_lap",
        ranking_laps: None,
        laps: 3,
        time_limit_secs: 180.0,
        seed: 1,
    },
    DemoRace {
        id: "ridge-endurance",
        title: "Ridge endurance",
        track: "ridge",
        method: "total_time",
        ranking_laps: None,
        laps: 5,
        time_limit_secs: 300.0,
        seed: 2,
    },
    DemoRace {
        id: "cathedral-consistency",
        title: "Cathedral consistency",
        track: "cathedral",
        method: "mean_consecutive",
        ranking_laps: Some(3),
        laps: 5,
        time_limit_secs: 300.0,
        seed: 3,
    },
];

/// Makes what is missing of the demo season and says what it made. Running it again changes nothing.
pub async fn make(app: &App) -> anyhow::Result<String> {
    let mut policies = Vec::new();
    for pace in PACES_MPS {
        let policy = app.blobs.put(sim::drivers::centre_line(pace).to_bytes()).await?;
        policies.push((format!("pace {pace:.1}"), policy));
    }
    let mut tx = app.db.write().await?;
    let races = make_races(&mut tx).await?;
    let mut entered = 0;
    for (handle, policy) in &policies {
        entered += enter_everywhere(&mut tx, handle, *policy).await?;
    }
    tx.commit().await?;
    app.bell.notify_one();
    Ok(format!("demo season: {races} races made, {entered} runs of the league's own cars queued"))
}

async fn make_races(tx: &mut Tx) -> anyhow::Result<u64> {
    let now = now_ms();
    sqlx::query(
        "insert into seasons (id, title, starts_at, ends_at) values ($1, 'Demo season', $2, $3)
         on conflict do nothing",
    )
    .bind(SEASON)
    .bind(now)
    .bind(now + LENGTH_MS)
    .execute(&mut **tx)
    .await?;
    let mut made = 0;
    for (place, race) in (1..).zip(RACES) {
        let track = builtin_tracks::find(race.track).context("a demo race names a built-in track")?;
        let rules = RaceRules { laps: race.laps, time_limit_secs: race.time_limit_secs, ..RaceRules::default() };
        rules.check()?;
        sqlx::query(
            "insert into tracks (name, title, sha256, length_m, definition) values ($1, $2, $3, $4, $5)
             on conflict do nothing",
        )
        .bind(track.name())
        .bind(track.title())
        .bind(track.sha256().to_string())
        .bind(track.length_m())
        .bind(track.to_text())
        .execute(&mut **tx)
        .await?;
        let inserted = sqlx::query(
            "insert into races (id, season_id, track, title, place, ranking_method, ranking_laps, laps,
                 off_track_penalty_secs, time_limit_secs, seed, opens_at, closes_at)
             select $1, id, $2, $3, $4, $5, $6, $7, $8, $9, $10, starts_at, ends_at from seasons where id = $11
             on conflict do nothing",
        )
        .bind(race.id)
        .bind(race.track)
        .bind(race.title)
        .bind(place)
        .bind(race.method)
        .bind(race.ranking_laps)
        .bind(rules.laps)
        .bind(rules.off_track_penalty_secs)
        .bind(rules.time_limit_secs)
        .bind(race.seed)
        .bind(SEASON)
        .execute(&mut **tx)
        .await?;
        made += inserted.rows_affected();
    }
    Ok(made)
}

/// Enters a car of the league in every demo race that it has not entered yet, and says how many.
async fn enter_everywhere(tx: &mut Tx, handle: &str, policy: Sha256Hex) -> anyhow::Result<u64> {
    // No person has such a handle: theirs have no space.
    sqlx::query(
        "insert into people (id, handle, kind, role, created_at) values ($1, $2, 'baseline', 'racer', $3)
         on conflict do nothing",
    )
    .bind(ids::new("per"))
    .bind(handle)
    .bind(now_ms())
    .execute(&mut **tx)
    .await?;
    let person: String =
        sqlx::query_scalar("select id from people where handle = $1").bind(handle).fetch_one(&mut **tx).await?;
    let mut entered = 0;
    for race in &RACES {
        let before: i64 = sqlx::query_scalar("select count(*) from submissions where race_id = $1 and person_id = $2")
            .bind(race.id)
            .bind(&person)
            .fetch_one(&mut **tx)
            .await?;
        if before == 0 {
            submissions::enter(tx, race.id, &person, policy).await?;
            entered += 1;
        }
    }
    Ok(entered)
}
