//! `paddock runs`

use super::print_json;
use crate::{
    failure::{Failure, bad_input},
    run::runs::{self, Comparison, Listed},
};
use clap::{Args, Subcommand};
use serde_json::Value;
use std::path::PathBuf;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Runs {
    /// Folders to look in [default: runs]
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Show in which settings two runs differ, and what each came to
    Compare {
        one: PathBuf,
        other: PathBuf,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
}

impl Runs {
    pub fn run(self) -> Result<(), Failure> {
        match self.what {
            Some(What::Compare { one, other, json }) => {
                let comparison = runs::compare([&one, &other])?;
                if json { print_json(&comparison) } else { print_comparison(&comparison) }
            }
            None => {
                // Only the folder that is meant without a name may be missing: there may be no run yet.
                if let Some(missing) = self.folders.iter().find(|folder| !folder.is_dir()) {
                    return Err(bad_input(missing.display(), "no such folder"));
                }
                let folders = if self.folders.is_empty() { vec!["runs".into()] } else { self.folders };
                let list = runs::list(&folders);
                if self.json { print_json(&list) } else { print_list(&list) }
            }
        }
        Ok(())
    }
}

fn print_list(list: &[Listed]) {
    if list.is_empty() {
        println!("no runs here: paddock train makes one");
        return;
    }
    let mut rows = vec![
        ["TRACK", "SEES", "LEARNS BY", "REWARD", "SEED", "STEPS", "BEST LAP", "CLEAN", "ABOVE PAR", "AGE", "RUN"]
            .map(str::to_owned),
    ];
    rows.extend(list.iter().map(|run| {
        let Listed { best_lap_secs, above_par, .. } = run;
        [
            run.track.clone(),
            run.observation.clone(),
            run.algorithm.clone(),
            run.reward.clone(),
            run.seed.to_string(),
            format!("{:.1} M", run.steps as f64 / 1e6),
            best_lap_secs.map_or("-".into(), |secs| format!("{secs:.3} s")),
            if run.is_clean { "yes" } else { "no" }.into(),
            above_par.map_or("-".into(), |share| format!("{:.1} %", share * 100.0)),
            age(run.age_secs),
            run.path.display().to_string(),
        ]
    }));
    print_table(&rows);
}

fn print_comparison(comparison: &Comparison) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let settings = comparison.settings.iter().map(|(name, values)| {
        let [one, other] = values.each_ref().map(text);
        [name.clone(), one, other]
    });
    let figures = comparison.figures.iter().map(|(name, values)| {
        let [one, other] = values.map(|value| format!("{value:.4}"));
        [name.clone(), one, other]
    });
    if comparison.settings.is_empty() {
        println!("all settings are the same\n");
    } else {
        print_table(&[["SETTING", "ONE", "OTHER"].map(str::to_owned)].into_iter().chain(settings).collect::<Vec<_>>());
        println!();
    }
    print_table(&[["AT THE END", "ONE", "OTHER"].map(str::to_owned)].into_iter().chain(figures).collect::<Vec<_>>());
}

/// Columns as wide as their widest cell.
fn print_table<const N: usize>(rows: &[[String; N]]) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// How long ago, in the largest unit that is whole.
fn age(secs: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min")];
    let unit = UNITS.iter().find(|(unit_secs, _)| secs >= *unit_secs);
    unit.map_or_else(|| format!("{secs:.0} s"), |(unit_secs, name)| format!("{:.0} {name}", (secs / unit_secs).floor()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_one_unit() {
        let cases = [(5.0, "5 s"), (59.0, "59 s"), (130.0, "2 min"), (7300.0, "2 h"), (200_000.0, "2 d")];
        for (secs, text) in cases {
            assert_eq!(age(secs), text);
        }
    }
}
