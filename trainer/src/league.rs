//! Talking to a league over its HTTP API.

use crate::{
    credentials::Credentials,
    failure::{Failure, bad_input, not_done},
};
use serde_json::Value;
use std::{thread, time::Duration};
use ureq::{Agent, Body, http::Response};

/// How long an answer may take. The league answers in milliseconds; a network does not always.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pauses between tries of a request that got no answer.
const PAUSES: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(3)];
/// An answer of the league at most, bytes: the longest page of a board is a fraction of it.
const MAX_ANSWER_BYTES: u64 = 16 * 1024 * 1024;

/// A league that one can talk to.
pub struct League {
    credentials: Credentials,
    agent: Agent,
}

impl League {
    pub fn new(credentials: Credentials) -> Result<Self, Failure> {
        if !credentials.league.starts_with("http://") && !credentials.league.starts_with("https://") {
            return Err(bad_input(&credentials.league, "a league's address begins with http:// or https://"));
        }
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
        Ok(Self { credentials, agent: config.into() })
    }

    /// The JSON at `path`.
    pub fn get(&self, path: &str) -> Result<Value, Failure> {
        self.answer(|| {
            let mut request = self.agent.get(format!("{}{path}", self.credentials.league));
            if let Some(token) = &self.credentials.token {
                request = request.header("Authorization", format!("Bearer {token}"));
            }
            request.call()
        })
    }

    /// Sends `bytes` to `path`. `key` makes it one request, however often it has to be sent.
    pub fn post(&self, path: &str, bytes: &[u8], key: &str) -> Result<Value, Failure> {
        self.answer(|| {
            let mut request = self.agent.post(format!("{}{path}", self.credentials.league));
            request = request.header("Content-Type", "application/octet-stream").header("Idempotency-Key", key);
            if let Some(token) = &self.credentials.token {
                request = request.header("Authorization", format!("Bearer {token}"));
            }
            request.send(bytes)
        })
    }

    /// Sends a request until it gets an answer.
    fn answer(&self, send: impl Fn() -> Result<Response<Body>, ureq::Error>) -> Result<Value, Failure> {
        let mut pauses = PAUSES.iter();
        loop {
            let failed = match send() {
                Ok(response) => match read(response) {
                    Ok(answer) => return answer,
                    Err(error) => error,
                },
                Err(error) => error,
            };
            let Some(pause) = pauses.next() else {
                return Err(not_done(format!("the league at {} does not answer", self.credentials.league), failed));
            };
            thread::sleep(*pause);
        }
    }
}

/// The league's answer, good or bad; the outer error is one of the network.
fn read(mut response: Response<Body>) -> Result<Result<Value, Failure>, ureq::Error> {
    let status = response.status();
    let text = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_string()?;
    let json: Option<Value> = serde_json::from_str(&text).ok();
    if status.is_success() {
        return Ok(json.ok_or_else(|| not_done("the league's answer is not JSON", "is the address right?")));
    }
    // RFC 9457: `detail` is the sentence for people.
    let problem = json.unwrap_or_default();
    let detail = problem["detail"].as_str().or(problem["title"].as_str()).unwrap_or("no reason was given");
    let about = match status.as_u16() {
        401 => "the league does not know you; say `paddock login URL`".to_owned(),
        status => format!("the league refused ({status})"),
    };
    Ok(Err(if status.is_server_error() { not_done(about, detail) } else { bad_input(about, detail) }))
}
