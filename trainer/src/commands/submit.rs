//! `paddock submit`

use super::print_json;
use crate::{
    credentials::Credentials,
    failure::{Failure, not_done},
    files::read_policy,
    league::League,
};
use clap::Args;
use serde_json::Value;
use sim_spec::{RaceResult, Sha256Hex};
use std::{
    path::PathBuf,
    process, thread,
    time::{Duration, SystemTime},
};

/// Between two looks at a submission that waits.
const LOOK_EVERY: Duration = Duration::from_millis(200);

#[derive(Args)]
pub struct Submit {
    /// The policy.safetensors to enter
    policy: PathBuf,
    /// Id of the race, as the league's pages and `paddock board` name it
    #[arg(long)]
    race: String,
    /// Wait until it is raced
    #[arg(long)]
    wait: bool,
    /// Print the submission as JSON
    #[arg(long)]
    json: bool,
}

impl Submit {
    pub fn run(self) -> Result<(), Failure> {
        // The same check as at the league's door: a broken file needs no journey.
        let (_, bytes) = read_policy(&self.policy)?;
        let league = League::new(Credentials::load()?)?;
        let path = format!("/api/v1/races/{}/submissions", self.race);
        let mut submission = league.post(&path, &bytes, &new_key(&bytes))?;
        if self.wait {
            submission = wait(&league, &submission)?;
        }
        match self.json {
            true => print_json(&submission),
            false => tell(&submission, &self.race),
        }
        match submission["status"].as_str() {
            Some("failed" | "refused") => Err(not_done("not raced", text(&submission["detail"]))),
            _ => Ok(()),
        }
    }
}

/// A key that no other submission has, of this machine or another.
fn new_key(bytes: &[u8]) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let unique = format!("{} {} {}", Sha256Hex::of(bytes), now.as_nanos(), process::id());
    Sha256Hex::of(unique.as_bytes()).to_string()
}

/// Looks at a submission until it is raced. Says on stderr where it stands in the queue.
fn wait(league: &League, submission: &Value) -> Result<Value, Failure> {
    let path = format!("/api/v1/submissions/{}", text(&submission["id"]));
    let mut last_position = None;
    loop {
        let submission = league.get(&path)?;
        if !matches!(submission["status"].as_str(), Some("queued" | "running")) {
            return Ok(submission);
        }
        let position = submission["position"].as_i64();
        if position != last_position {
            eprintln!("{}", position.map_or("racing".into(), |position| format!("place {position} in the queue")));
            last_position = position;
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn tell(submission: &Value, race: &str) {
    let result: Option<RaceResult> = serde_json::from_value(submission["result"].clone()).ok();
    if let Some(result) = result {
        super::eval::print_results(&[result]);
    }
    match (submission["score_secs"].as_f64(), submission["rank"].as_i64()) {
        (Some(score), Some(rank)) => println!("score {score:.3} s, rank {rank} in {race}"),
        (Some(score), None) => println!("score {score:.3} s; your best run in {race} stays on the board"),
        _ => println!("{} is {}", text(&submission["id"]), text(&submission["status"])),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
