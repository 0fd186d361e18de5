//! `paddock compare`

use super::print_json;
use crate::{
    allocator,
    compare::{Comparison, Contender, Plan, picture},
    failure::{Failure, bad_input},
    files::{read_track, shell_word},
    run::trial::LAPS,
    task_bar::TaskBar,
};
use clap::Args;
use std::path::{Path, PathBuf};

/// Starts per track where policies are raced: a race is done in milliseconds.
const STARTS: u64 = 20;
/// Trainings per track and side: with fewer, only large differences can be told.
const TRAININGS: u64 = 5;

#[derive(Args)]
pub struct Compare {
    /// A policy (.safetensors), a run's folder, settings (.toml), or a reward (a name or a .py file)
    a: String,
    /// What it is compared with
    b: String,
    /// Built-in track or a track file; repeat it for several
    #[arg(long = "track", value_name = "TRACK", default_value = "harbour")]
    tracks: Vec<String>,
    /// Starts per track, or trainings per track and side [default: 20 starts, 5 trainings]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: Option<u64>,
    /// Control steps of each training, where something has to be trained
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    steps: u64,
    /// Laps of a race
    #[arg(long, default_value_t = LAPS)]
    laps: u32,
    /// Folder in which trainings are kept, so that none is done twice
    #[arg(long, value_name = "DIR", default_value = "runs/compare")]
    out: PathBuf,
    /// Print the comparison as JSON
    #[arg(long)]
    json: bool,
}

impl Compare {
    pub fn run(self) -> Result<(), Failure> {
        if self.steps == 0 {
            return Err(bad_input("--steps", "at least 1"));
        }
        allocator::keep_freed_memory();
        let contenders = [Contender::read(&self.a)?, Contender::read(&self.b)?];
        let tracks = self.tracks.iter().map(|track| read_track(track)).collect::<Result<Vec<_>, _>>()?;
        let mut plan =
            Plan { contenders, tracks, seeds: 0, steps: self.steps, laps: self.laps, folder: self.out.clone() };
        plan.seeds = self.seeds.unwrap_or(if plan.trains() { TRAININGS } else { STARTS });
        if let Some(run) = [&self.a, &self.b].into_iter().find(|named| Path::new(named).is_dir()) {
            let policy = Path::new(run).join("policy.safetensors");
            eprintln!("{run}: its settings are trained anew; its policy is {}", shell_word(&policy.display()));
        }
        let mut bar = TaskBar::new();
        let what = if plan.trains() { "trainings" } else { "races" };
        let scores = plan.scores(|done, all| bar.show(done, all, what))?;
        drop(bar);
        let names = plan.tracks.iter().map(|track| track.name().to_owned()).collect();
        let comparison = Comparison::of(names, &scores, plan.trains());
        match self.json {
            true => print_json(&serde_json::json!({
                "a": plan.contenders[0].label(),
                "b": plan.contenders[1].label(),
                "sentence": comparison.sentence(),
                "comparison": comparison,
                "scores": scores,
            })),
            false => print(&plan, &comparison),
        }
        Ok(())
    }
}

fn print(plan: &Plan, comparison: &Comparison) {
    for (side, contender) in ["A", "B"].iter().zip(&plan.contenders) {
        println!("{side}  {}", contender.label());
    }
    println!();
    println!("{}", comparison.sentence());
    println!();
    let picture = picture::lines(comparison);
    picture.iter().for_each(|line| println!("{line}"));
    if !picture.is_empty() {
        println!();
    }
    let Comparison { pairs, finished, wins, by_chance, probability_b_better: better, pace_mps, .. } = comparison;
    println!("finished       A {} of {pairs}, B {} of {pairs}", finished[0], finished[1]);
    println!(
        "wins           A {}, B {}, nobody {}; by chance alone {:.1} %",
        wins[0],
        wins[1],
        wins[2],
        100.0 * by_chance
    );
    println!(
        "B beats A      {:.0} % (95 % between {:.0} and {:.0} %)",
        100.0 * better.value,
        100.0 * better.low,
        100.0 * better.high
    );
    let [a, b] = pace_mps;
    println!(
        "pace, m/s      A {:.2} ({:.2} to {:.2}), B {:.2} ({:.2} to {:.2}), mean of the middle half",
        a.value, a.low, a.high, b.value, b.low, b.high
    );
}
