//! The one job: run the race of a submission, keep its replay, put it on the board.
//!
//! Exactly once in effect. A race depends on nothing but its rows, so running it twice gives the same result; and a
//! submission is finished by the first transaction that finds it unfinished, whoever else raced it meanwhile.

use crate::{
    board::{self, Run},
    clock::now_ms,
    events, pause,
    queue::RaceJob,
    races::{self, Race},
    state::{App, AppState},
};
use anyhow::Context;
use apalis::prelude::{BoxDynError, Data};
use sim_spec::{Policy, Replay, Sha256Hex, Track};
use std::time::{Duration, Instant};

/// Times that a race may go wrong by itself before it is given up.
const MAX_FAILURES: i64 = 3;
/// Times that a referee may begin a race: a policy that kills the server each time must not do so for ever.
const MAX_STARTS: i64 = 10;
/// Pause after a fault of the server's (a full disk, a database that does not answer), so that it is not asked again
/// at once.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(sqlx::FromRow)]
struct Submission {
    id: String,
    seq: i64,
    race_id: String,
    person_id: String,
    policy_sha256: String,
    submitted_at: i64,
    starts: i64,
}

/// Runs the race of `job`. An error means: try it again.
pub async fn run(job: RaceJob, app: Data<AppState>) -> Result<(), BoxDynError> {
    let began = Instant::now();
    let outcome = attempt(&app, &job.submission_id).await;
    match outcome {
        Ok(None) => Ok(()),
        Ok(Some(outcome)) => {
            app.metrics.raced(outcome, began.elapsed());
            match outcome {
                "retried" => Err("the race went wrong".into()),
                _ => Ok(()),
            }
        }
        Err(error) => {
            tracing::error!(submission = job.submission_id, error = format!("{error:#}"), "a race could not be run");
            // Such a start does not count: only one that nobody came back from does.
            if let Err(error) = take_back(&app, &job.submission_id).await {
                tracing::warn!(%error, "cannot take a start back");
            }
            tokio::time::sleep(PAUSE).await;
            Err(error.into())
        }
    }
}

/// The outcome for the metrics; `None` if the submission was over already.
async fn attempt(app: &App, submission_id: &str) -> anyhow::Result<Option<&'static str>> {
    let Some(submission) = begin(app, submission_id).await? else { return Ok(None) };
    if submission.starts > MAX_STARTS {
        give_up(
            app,
            &submission.id,
            "The referee stopped each time it ran this race. Tell the league's administrator.",
        )
        .await?;
        return Ok(Some("failed"));
    }
    pause::point("race.begun");
    let race = races::find(&app.db, &submission.race_id).await?.context("a submission's race is gone")?;
    match referee(app, &race, &submission).await? {
        Ok(replay) => {
            pause::point("race.driven");
            finish(app, &race, &submission, &replay).await
        }
        Err(fault) => {
            tracing::error!(submission = submission.id, fault, "a race went wrong");
            fail(app, &submission.id, fault).await
        }
    }
}

/// Marks the submission as running; `None` if it is over.
async fn begin(app: &App, submission_id: &str) -> sqlx::Result<Option<Submission>> {
    let mut tx = app.db.write().await?;
    let submission = sqlx::query_as(
        "update submissions set status = 'running', starts = starts + 1
         where id = $1 and status in ('queued', 'running')
         returning id, seq, race_id, person_id, policy_sha256, submitted_at, starts",
    )
    .bind(submission_id)
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(submission)
}

/// The server could not run the race: it waits again, as if it had not begun.
async fn take_back(app: &App, submission_id: &str) -> sqlx::Result<()> {
    let mut tx = app.db.write().await?;
    sqlx::query("update submissions set status = 'queued', starts = starts - 1 where id = $1 and status = 'running'")
        .bind(submission_id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Runs the race. The outer error is the server's, the inner one the race's: a sentence for the racer.
async fn referee(app: &App, race: &Race, submission: &Submission) -> anyhow::Result<Result<Replay, &'static str>> {
    let name: Sha256Hex = submission.policy_sha256.parse()?;
    let Some(bytes) = app.blobs.get(name).await? else {
        return Ok(Err("The policy's file is missing or damaged on the server. Submit it again."));
    };
    let track = Track::parse(&race.track, race.definition.as_bytes()).context("a track in the database")?;
    let (rules, seed) = (race.rules(), race.seed());
    let raced = tokio::task::spawn_blocking(move || {
        let policy = Policy::from_bytes(&bytes).map_err(|_| "This version of the league cannot read the policy.")?;
        Ok(sim::referee::race(&track, &policy, &rules, seed))
    });
    // A panic of the sim ends here and not the worker.
    Ok(raced.await.unwrap_or(Err("The race broke off by a fault of the simulator. Tell the league's administrator.")))
}

/// Keeps the replay, then writes result, board and event in one transaction, unless somebody else has.
async fn finish(
    app: &App,
    race: &Race,
    submission: &Submission,
    replay: &Replay,
) -> anyhow::Result<Option<&'static str>> {
    let replay_sha256 = app.blobs.put(replay.to_bytes()).await?.to_string();
    pause::point("race.replay_stored");
    let result = replay.result();
    let score_secs = race.ranking().score_secs(result);
    let mut tx = app.db.write().await?;
    let finished = sqlx::query(
        "update submissions
         set status = 'finished', finished_at = $2, detail = null, result = $3, replay_sha256 = $4, score_secs = $5
         where id = $1 and status in ('queued', 'running')",
    )
    .bind(&submission.id)
    .bind(now_ms())
    .bind(serde_json::to_string(result)?)
    .bind(&replay_sha256)
    .bind(score_secs)
    .execute(&mut *tx)
    .await?;
    if finished.rows_affected() == 0 {
        return Ok(None);
    }
    let mut board_changed = false;
    if let Some(score_secs) = score_secs {
        let run = Run {
            race_id: &submission.race_id,
            person_id: &submission.person_id,
            submission_id: &submission.id,
            submission_seq: submission.seq,
            submitted_at: submission.submitted_at,
            score_secs,
            result,
            replay_sha256,
        };
        board_changed = board::offer(&mut tx, &run).await?;
        if board_changed {
            events::board_changed(&mut tx, &submission.race_id).await?;
        }
    }
    pause::point("race.uncommitted");
    tx.commit().await?;
    pause::point("race.committed");
    if board_changed {
        app.events.ring();
    }
    tracing::info!(submission = submission.id, race = submission.race_id, score_secs, "raced");
    Ok(Some("finished"))
}

/// Writes down that the race went wrong: it is tried again, or given up after [`MAX_FAILURES`].
async fn fail(app: &App, submission_id: &str, fault: &str) -> anyhow::Result<Option<&'static str>> {
    let mut tx = app.db.write().await?;
    let failures: Option<i64> = sqlx::query_scalar(
        "update submissions set failures = failures + 1, status = 'queued'
         where id = $1 and status in ('queued', 'running') returning failures",
    )
    .bind(submission_id)
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    match failures {
        None => Ok(None),
        Some(failures) if failures < MAX_FAILURES => Ok(Some("retried")),
        Some(_) => {
            give_up(app, submission_id, fault).await?;
            Ok(Some("failed"))
        }
    }
}

async fn give_up(app: &App, submission_id: &str, detail: &str) -> sqlx::Result<()> {
    let mut tx = app.db.write().await?;
    sqlx::query(
        "update submissions set status = 'failed', finished_at = $2, detail = $3
         where id = $1 and status in ('queued', 'running')",
    )
    .bind(submission_id)
    .bind(now_ms())
    .bind(detail)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use crate::{
        people::Role,
        test_league::{TestLeague, policy},
    };
    use sim_spec::{Replay, Sha256Hex};

    async fn submit(league: &TestLeague, race: &str, token: &str, speed_mps: f32) -> String {
        league.submit(race, token, None, policy(speed_mps)).await.json()["id"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_race_run_twice_counts_once() {
        let league = TestLeague::start().await;
        let ada = league.person("ada", Role::Racer, None).await;
        let id = submit(&league, "harbour-sprint", &ada, 1.5).await;
        let (one, two) = tokio::join!(league.race(&id), league.race(&id));
        assert!(one && two && league.race(&id).await);
        assert_eq!(league.count("select count(*) from entries").await, 1);
        assert_eq!(league.count("select count(*) from events").await, 1);

        let shown = league.get(&format!("/api/v1/submissions/{id}"), &ada).await.json();
        assert_eq!((&shown["status"], &shown["rank"]), (&"finished".into(), &1.into()));
        assert_eq!(shown["score_secs"], shown["result"]["best_lap_secs"]);
        // The replay says the same, and can be run again.
        let bytes = league.get(&format!("/api/v1/submissions/{id}/replay"), &ada).await.bytes;
        let result = sim::referee::verify(&Replay::from_bytes(&bytes).unwrap()).unwrap().remove(0);
        assert_eq!(shown["result"], serde_json::to_value(&result).unwrap());
        assert_eq!(result.policy_sha256, Sha256Hex::of(&policy(1.5)));
    }

    #[tokio::test]
    async fn only_a_better_run_takes_the_place_of_a_run() {
        let league = TestLeague::start().await;
        let ada = league.person("ada", Role::Racer, None).await;
        let board = "/api/v1/races/harbour-sprint/leaderboard";
        let mut entries = Vec::new();
        for speed_mps in [1.5, 1.2, 1.5, 1.8] {
            let id = submit(&league, "harbour-sprint", &ada, speed_mps).await;
            assert!(league.race(&id).await);
            entries.push(league.get(board, "").await.json()["entries"][0]["entry"].clone());
        }
        assert!(entries[0] == entries[1] && entries[1] == entries[2], "slower and equal runs change nothing");
        assert_ne!(entries[2], entries[3]);
        assert_eq!(league.count("select count(*) from events").await, 2);
        let gone = format!("/api/v1/races/harbour-sprint/entries/{}/replay", entries[0].as_str().unwrap());
        assert_eq!(league.get(&gone, "").await.code(), "entry_not_found");
    }

    #[tokio::test]
    async fn a_race_that_goes_wrong_is_tried_three_times() {
        let league = TestLeague::start().await;
        let ada = league.person("ada", Role::Racer, None).await;
        let id = submit(&league, "harbour-sprint", &ada, 1.5).await;
        // A name of no file.
        league
            .meddle("update submissions set policy_sha256 = replace(policy_sha256, substr(policy_sha256, 1, 1), '0')")
            .await;
        assert!(!league.race(&id).await && !league.race(&id).await && league.race(&id).await);
        let shown = league.get(&format!("/api/v1/submissions/{id}"), &ada).await.json();
        assert_eq!((&shown["status"], &shown["result"]), (&"failed".into(), &serde_json::Value::Null));
        assert!(shown["detail"].as_str().unwrap().contains("Submit it again"), "{shown}");
        assert_eq!(league.get(&format!("/api/v1/submissions/{id}/replay"), &ada).await.code(), "not_raced");
    }

    #[tokio::test]
    async fn a_race_that_kills_its_referee_is_given_up() {
        let league = TestLeague::start().await;
        let ada = league.person("ada", Role::Racer, None).await;
        let id = submit(&league, "harbour-sprint", &ada, 1.5).await;
        league.meddle("update submissions set starts = 10, status = 'running'").await;
        assert!(league.race(&id).await);
        let shown = league.get(&format!("/api/v1/submissions/{id}"), &ada).await.json();
        assert_eq!(shown["status"], "failed");
    }
}
