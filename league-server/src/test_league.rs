//! A league for tests: its own database, no socket, and races that run when the test says so.

use crate::{
    auth::token,
    config::{Config, Flags},
    demo_season,
    jobs::run_race,
    people::{self, Role},
    queue::RaceJob,
    router::router,
    state::{App, AppState},
};
use apalis::prelude::Data;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

pub struct TestLeague {
    pub app: AppState,
    router: Router,
    _home: TempDir,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The `code` of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl TestLeague {
    /// A league with the demo season, whose own cars have not raced yet.
    pub async fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let flags = Flags { data: Some(home.path().join("data")), ..Flags::default() };
        let app = App::open(Config::settle(&flags, None).unwrap()).await.unwrap();
        demo_season::make(&app).await.unwrap();
        Self { router: router(app.clone()), app, _home: home }
    }

    /// Adds a person and gives a token.
    pub async fn person(&self, handle: &str, role: Role, password: Option<&str>) -> String {
        let hash = match password {
            Some(password) => Some(self.app.passwords.hash(password.to_owned()).await.unwrap()),
            None => None,
        };
        let mut tx = self.app.db.write().await.unwrap();
        let id = people::create(&mut tx, &handle.parse().unwrap(), role, hash).await.unwrap();
        let token = token::create(&mut tx, &id, "test").await.unwrap();
        tx.commit().await.unwrap();
        token.text
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 * 1024 * 1024).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// Reads `path` with a token, or as nobody with an empty one.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        let mut request = Request::get(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// Enters a race.
    pub async fn submit(&self, race: &str, token: &str, key: Option<&str>, policy: Vec<u8>) -> Answer {
        let mut request = Request::post(format!("/api/v1/races/{race}/submissions"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/octet-stream");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.ask(request.body(policy.into()).unwrap()).await
    }

    /// Runs the race of a submission once, as the worker does.
    pub async fn race(&self, submission_id: &str) -> bool {
        let job = RaceJob { submission_id: submission_id.to_owned() };
        run_race::run(job, Data::new(self.app.clone())).await.is_ok()
    }

    /// A number out of the database.
    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.app.db.read).await.unwrap()
    }

    /// Changes the database behind the league's back.
    pub async fn meddle(&self, statement: &'static str) {
        let mut tx = self.app.db.write().await.unwrap();
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// A policy that keeps to the centre line at this speed, as a file.
pub fn policy(speed_mps: f32) -> Vec<u8> {
    sim::drivers::centre_line(speed_mps).to_bytes()
}
