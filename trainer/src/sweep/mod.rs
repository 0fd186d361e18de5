//! A search over settings that stops what does not promise much.
//!
//! Successive halving (Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter
//! Optimization"): all trials train for a few steps, the best third of them goes on for three times as many, and so
//! on. The rungs wait for their slowest trial; ASHA (Li et al. 2020) would not, but then the clock decides who goes on,
//! and the same seed would find something else tomorrow.
//!
//! ```toml
//! tracks = ["harbour"]     # all of them are learned at once
//! trials = 18              # draws; without it, every combination of the lists
//! steps = 2_000_000        # of those that come to the end
//! seed = 1
//!
//! [base]                   # a recipe: what all trials have in common
//! reward = "progress"
//!
//! [search]                 # fields of Config, or reward, observation, algorithm
//! learning_rate = { log = [3e-4, 3e-3] }
//! gamma = { uniform = [0.97, 0.998] }
//! epochs = { integers = [2, 8] }
//! hidden = [[32, 32], [64, 64]]
//! ```
//!
//! The sweep's folder has `sweep.json` (what is searched), a run's folder per trial, `scores.jsonl` (a line per training
//! that is done) and at the end `best.toml`, a recipe.

mod ladder;
mod log;
mod report;
mod run;
mod space;

pub use report::{Importance, Report, Row};
pub use run::Sweep;
pub use space::Range;

use crate::{
    failure::{Failure, bad_input},
    run::{recipe::Recipe, settings::AlgorithmName},
};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// Most trials of a sweep: more are a day's work.
const MAX_TRIALS: usize = 1000;

/// What is searched: a sweep's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Built-in tracks or track files.
    #[serde(default = "tracks")]
    pub tracks: Vec<String>,
    /// How many combinations are drawn. Default: all of them, which only lists have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials: Option<usize>,
    /// Control steps of the last rung.
    #[serde(default = "steps")]
    pub steps: u64,
    /// Decides what is drawn, and is every training's seed.
    #[serde(default = "seed")]
    pub seed: u64,
    /// One of that many goes on to the next rung.
    #[serde(default = "keep_one_of")]
    pub keep_one_of: usize,
    #[serde(default)]
    pub base: Recipe,
    /// In alphabetical order, so that the order in the file changes nothing.
    pub search: BTreeMap<String, Range>,
}

fn tracks() -> Vec<String> {
    vec!["harbour".into()]
}

fn steps() -> u64 {
    2_000_000
}

fn seed() -> u64 {
    1
}

fn keep_one_of() -> usize {
    3
}

/// One value per searched setting.
pub type Choice = BTreeMap<String, Value>;

impl Plan {
    /// The plan in a file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text =
            fs::read_to_string(path).map_err(|error| bad_input(path.display(), format!("cannot be read: {error}")))?;
        let plan: Self = toml::from_str(&text).map_err(|error| bad_input(path.display(), error))?;
        plan.check().map_err(|why| bad_input(path.display(), why))?;
        Ok(plan)
    }

    fn check(&self) -> Result<(), String> {
        if self.search.is_empty() {
            return Err("[search] names no setting".into());
        }
        if self.search.contains_key("threads") {
            return Err("threads: a trial has one, so that as many run as there are cores".into());
        }
        if self.tracks.is_empty() {
            return Err("tracks names no track".into());
        }
        if self.steps == 0 || self.keep_one_of < 2 {
            return Err("steps is at least 1, keep_one_of at least 2".into());
        }
        for (name, range) in &self.search {
            range.check().map_err(|why| format!("{name}: {why}"))?;
        }
        let combinations = self.combinations();
        match (self.trials, combinations) {
            (None, None) => Err("say how many trials = N: a range has no end of combinations".into()),
            (Some(0), _) => Err("trials is at least 1".into()),
            (Some(count), _) | (None, Some(count)) if count > MAX_TRIALS => {
                Err(format!("{count} trials; at most {MAX_TRIALS}"))
            }
            _ => self.choices().iter().try_for_each(|choice| {
                let recipe = self.recipe(choice)?;
                recipe.task(&[]).and(recipe.config()).map(drop).map_err(|failure| failure.line())
            }),
        }
    }

    /// How many combinations there are, if only lists are searched.
    fn combinations(&self) -> Option<usize> {
        self.search.values().map(|range| range.list().map(<[Value]>::len)).product()
    }

    /// What each trial has. Trial number 7 has the same, however many others there are.
    pub fn choices(&self) -> Vec<Choice> {
        let all = || self.combinations().filter(|count| *count <= MAX_TRIALS);
        match (self.trials, all()) {
            (Some(trials), None) => (0..trials).map(|trial| space::draw(&self.search, self.seed, trial)).collect(),
            // Drawing from few would only repeat some of them.
            (Some(trials), Some(count)) if count > trials => {
                (0..trials).map(|trial| space::draw(&self.search, self.seed, trial)).collect()
            }
            _ => space::grid(&self.search),
        }
    }

    /// The recipe of a trial.
    pub fn recipe(&self, choice: &Choice) -> Result<Recipe, String> {
        let mut recipe = self.base.clone();
        for (name, value) in choice {
            let text = || value.as_str().map(str::to_owned).ok_or_else(|| format!("{name} is a list of names"));
            match name.as_str() {
                "reward" => recipe.reward = Some(text()?),
                "observation" => recipe.observation = Some(text()?),
                "algorithm" => {
                    let named = AlgorithmName::from_str(&text()?, true);
                    recipe.algorithm = Some(named.map_err(|_| format!("{value} is no algorithm; ppo and sac are"))?);
                }
                _ => drop(recipe.config.insert(name.clone(), value.clone())),
            }
        }
        Ok(recipe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Result<Plan, String> {
        let plan: Plan = toml::from_str(text).map_err(|error| error.to_string())?;
        plan.check().map(|()| plan)
    }

    #[test]
    fn lists_are_combined_and_ranges_are_drawn() {
        let grid = plan("[search]\nepochs = [2, 4, 8]\nreward = [\"progress\", \"centre-line\"]").expect("a plan");
        let choices = grid.choices();
        assert_eq!(choices.len(), 6);
        let recipe = grid.recipe(&choices[5]).expect("a recipe");
        assert_eq!((recipe.reward.as_deref(), recipe.config["epochs"].as_u64()), (Some("centre-line"), Some(8)));

        let text = "trials = 9\nseed = 4\n[base.config]\nepochs = 2\n[search]\ngamma = { uniform = [0.9, 0.99] }\n\
                    learning_rate = { log = [1e-4, 1e-2] }\nhorizon = { integers = [8, 16] }\nhidden = [[32], [64]]";
        let drawn = plan(text).expect("a plan").choices();
        assert_eq!(drawn.len(), 9);
        for choice in &drawn {
            let within = |name: &str, low: f64, high: f64| (low..=high).contains(&choice[name].as_f64().expect(name));
            assert!(within("gamma", 0.9, 0.99) && within("learning_rate", 1e-4, 1e-2) && within("horizon", 8.0, 16.0));
            assert!(choice["horizon"].is_u64());
        }
        assert!(drawn.iter().any(|choice| choice["learning_rate"].as_f64() < Some(1e-3)), "log: half are below");
        let more = plan(&text.replace("trials = 9", "trials = 10")).expect("a plan").choices();
        assert_eq!(drawn[..], more[..9], "each trial has its own numbers");
        let other = plan(&text.replace("seed = 4", "seed = 5")).expect("a plan").choices();
        assert_ne!(drawn, other);
    }

    #[test]
    fn what_cannot_be_searched_is_refused() {
        let cases = [
            ("[search]", "names no setting"),
            ("[search]\ngamma = { uniform = [0.9, 0.99] }", "say how many trials"),
            ("[search]\nepochs = []", "epochs: an empty list"),
            ("trials = 2\n[search]\ngamma = { log = [0.0, 1.0] }", "gamma: a log range"),
            ("trials = 2\n[search]\ngamma = { uniform = [1.0, 0.0] }", "gamma: the low end"),
            ("[search]\nthreads = [1, 2]", "threads: a trial has one"),
            ("[search]\nreward = [\"no-such\"]", "no-such"),
            ("[search]\nalgorithm = [\"dqn\"]", "no algorithm"),
            ("[search]\nlerning_rate = [1e-3]", "unknown field `lerning_rate`"),
            ("[search]\nepochs = [0]", "epochs is 1 to 1000, not 0"),
            ("trials = 5000\n[search]\ngamma = { uniform = [0.9, 0.99] }", "at most 1000"),
        ];
        for (text, words) in cases {
            let why = plan(text).expect_err(text);
            assert!(why.contains(words), "{why}");
        }
    }
}
