//! `paddock sweep`

use super::print_json;
use crate::{
    allocator,
    failure::{Failure, bad_input},
    files::shell_word,
    sweep::{Importance, Plan, Report, Row, Sweep as Search},
    task_bar::TaskBar,
};
use clap::Args;
use std::{path::PathBuf, thread};

/// Trials that are shown; all of them stand in the JSON.
const SHOWN: usize = 10;
/// More often than that a random ranking may not do as well for a setting to be called important.
const BY_CHANCE: f64 = 0.05;

#[derive(Args)]
pub struct Sweep {
    /// What to search: see docs/trying.md
    file: PathBuf,
    /// Folder of the sweep; one that was stopped goes on there [default: runs/sweep-FILE]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Trainings at a time [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    cores: Option<u16>,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

impl Sweep {
    pub fn run(self) -> Result<(), Failure> {
        allocator::keep_freed_memory();
        let plan = Plan::read(&self.file)?;
        let stem = self.file.file_stem().ok_or_else(|| bad_input(self.file.display(), "not a file"))?;
        let named = || PathBuf::from("runs").join(format!("sweep-{}", stem.to_string_lossy()));
        let tracks: String = plan.tracks.iter().map(|track| format!(" --track {}", shell_word(track))).collect();
        let sweep = Search::open(plan, &self.out.clone().unwrap_or_else(named))?;
        let here = || thread::available_parallelism().map_or(1, usize::from);
        let mut bar = TaskBar::new();
        let report =
            sweep.run(self.cores.map_or_else(here, usize::from), |done, all| bar.show(done, all, "trainings"))?;
        drop(bar);
        match self.json {
            true => print_json(&report),
            false => {
                print(&report);
                let best = sweep.best_path();
                println!("best:  {}", best.display());
                println!("next:  paddock compare {} progress{tracks}", shell_word(&best.display()));
            }
        }
        Ok(())
    }
}

fn print(report: &Report) {
    for (place, row) in report.rows.iter().take(SHOWN).enumerate() {
        println!("{:>2}. {}", place + 1, line(row));
    }
    if report.rows.len() > SHOWN {
        println!("    and {} more", report.rows.len() - SHOWN);
    }
    println!();
    println!("what mattered, 0 (nothing) to 1 (all):");
    for Importance { setting, strength, is_number, by_chance } in &report.importance {
        let how = match (*by_chance > BY_CHANCE, is_number, *strength > 0.0) {
            (true, ..) => format!("may be chance ({:.0} %)", 100.0 * by_chance),
            (_, false, _) => "which one it is matters".to_owned(),
            (_, true, true) => "more is better".to_owned(),
            (_, true, false) => "less is better".to_owned(),
        };
        println!("  {setting:<18} {:.2}  {how}", strength.abs());
    }
    println!();
}

fn line(row: &Row) -> String {
    let settings: Vec<String> = row.settings.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let score = match row.score {
        Some(score) => match score.lap_secs {
            Some(secs) => format!("{secs:.2} s a lap"),
            None => format!("{:.0} % driven", 100.0 * score.completion),
        },
        None => "broke down".to_owned(),
    };
    format!("{score:>14}  {:>6.2} M steps  trial {:<3} {}", row.steps as f64 / 1e6, row.trial, settings.join(", "))
}
