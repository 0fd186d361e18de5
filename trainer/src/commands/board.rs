//! `paddock board`

use super::print_json;
use crate::{credentials::Credentials, failure::Failure, league::League};
use clap::Args;
use serde_json::Value;

#[derive(Args)]
pub struct Board {
    /// Id of the race
    race: String,
    /// Print the board as JSON
    #[arg(long)]
    json: bool,
}

impl Board {
    pub fn run(self) -> Result<(), Failure> {
        let board = League::new(Credentials::load()?)?.get(&format!("/api/v1/races/{}/leaderboard", self.race))?;
        if self.json {
            print_json(&board);
            return Ok(());
        }
        let entries = board["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        if entries.is_empty() {
            println!("nobody has completed {} yet", self.race);
        }
        for entry in entries {
            println!("{}", line(entry));
        }
        if !board["next"].is_null() {
            println!("  ... and more; the league's page shows all");
        }
        Ok(())
    }
}

/// One line of the board: rank, handle, score, gap, off-tracks.
fn line(entry: &Value) -> String {
    let gap = match entry["gap_secs"].as_f64() {
        Some(gap) if gap > 0.0 => format!("+{gap:.3}"),
        _ => String::new(),
    };
    let note = if entry["kind"] == "baseline" { "  (baseline)" } else { "" };
    format!(
        "{:>4}  {:<24} {:>10.3} s {gap:>9}  {} off-tracks{note}",
        entry["rank"].as_i64().unwrap_or_default(),
        entry["handle"].as_str().unwrap_or_default(),
        entry["score_secs"].as_f64().unwrap_or_default(),
        entry["off_tracks"].as_i64().unwrap_or_default(),
    )
}
