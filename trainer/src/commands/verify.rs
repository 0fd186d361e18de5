//! `paddock verify`

use super::{eval::print_results, print_json};
use crate::{
    failure::{Failure, not_done},
    files::{read_replay, read_track},
};
use clap::Args;
use serde_json::json;
use sim_spec::RaceResult;
use std::path::PathBuf;

#[derive(Args)]
pub struct Verify {
    /// The replay to run again
    replay: PathBuf,
    /// Refuse a replay of another track than this
    #[arg(long)]
    track: Option<String>,
    /// Print the verdict as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(self) -> Result<(), Failure> {
        let verdict = self.verdict();
        if self.json {
            match &verdict {
                Ok(results) => {
                    print_json(&json!({"verified": true, "result": results[0], "results": results, "reason": null}));
                }
                Err(failure) => {
                    print_json(&json!({"verified": false, "result": null, "results": null, "reason": failure.line()}));
                }
            }
        } else if let Ok(results) = &verdict {
            println!("verified: run again, every time is the same to the last bit");
            print_results(results);
        }
        verdict.map(drop)
    }

    fn verdict(&self) -> Result<Vec<RaceResult>, Failure> {
        let wanted = self.track.as_deref().map(read_track).transpose()?;
        let replay = read_replay(&self.replay)?;
        let refused = |why: String| not_done(self.replay.display(), why);
        if let Some(wanted) = wanted.filter(|wanted| wanted.sha256() != replay.track().sha256()) {
            let (name, wanted) = (replay.track().name(), wanted.name());
            return Err(refused(format!("the replay is of another track: {name}, not {wanted}")));
        }
        sim::referee::verify(&replay).map_err(|mismatch| refused(mismatch.to_string()))
    }
}
