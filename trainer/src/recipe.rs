//! What a run is trained by, as a file: what `compare` and `sweep` train, and what `sweep` finds.
//!
//! ```toml
//! reward = "progress"
//!
//! [config]
//! learning_rate = 2e-3
//! hidden = [64, 64]
//! ```
//!
//! `[config]` has fields of [`Config`]; those that are left out have their defaults. A run's `run.json` is one, too.

use crate::{
    config::Config,
    failure::{Failure, bad_input},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{fs, path::Path};

/// A recipe. What is `None` or missing has the trainer's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// A reward's name, or a Python file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<String>,
    /// Id of an observation, for example `state-v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observation: Option<String>,
    /// `ppo` or `sac`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// Fields of [`Config`].
    pub config: Map<String, Value>,
}

impl Recipe {
    /// The recipe in a file: TOML, JSON, or the `run.json` of a run.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text =
            fs::read_to_string(path).map_err(|error| bad_input(path.display(), format!("cannot be read: {error}")))?;
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let recipe = match is_json {
            true => serde_json::from_str(&text).map(of_a_run).and_then(serde_json::from_value).map_err(one_line),
            false => toml::from_str(&text).map_err(one_line),
        };
        let recipe: Self = recipe.map_err(|why| bad_input(path.display(), why))?;
        recipe.config().map_err(|failure| bad_input(path.display(), failure.line()))?;
        Ok(recipe)
    }

    /// The recipe of the run in a folder.
    pub fn of_run(folder: &Path) -> Result<Self, Failure> {
        let mut recipe = Self::read(&folder.join("run.json"))?;
        let own = folder.join("reward.py");
        if own.exists() {
            recipe.reward = Some(own.to_string_lossy().into_owned());
        }
        Ok(recipe)
    }

    /// The settings: the defaults, with what the recipe says.
    pub fn config(&self) -> Result<Config, Failure> {
        let defaults = serde_json::to_value(Config::default()).expect("settings are plain data");
        let Value::Object(mut fields) = defaults else { return Ok(Config::default()) };
        fields.extend(self.config.clone());
        let config: Config =
            serde_json::from_value(Value::Object(fields)).map_err(|error| bad_input("settings", error))?;
        config.check().map_err(|why| bad_input("settings", why))?;
        Ok(config)
    }

    /// The recipe as a file.
    pub fn to_toml(&self) -> Result<String, Failure> {
        toml::to_string(self).map_err(|error| bad_input("the recipe", error))
    }
}

fn one_line(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// What of a `run.json` is a recipe; whatever else is left as it is.
fn of_a_run(document: Value) -> Value {
    match document["format"].is_string() {
        true => Value::Object(
            ["reward", "observation", "algorithm", "config"]
                .into_iter()
                .filter_map(|key| Some((key.to_owned(), document.get(key)?.clone())))
                .collect(),
        ),
        false => document,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<Recipe, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name);
        fs::write(&path, text).expect("writable");
        Recipe::read(&path).map_err(|failure| failure.line())
    }

    #[test]
    fn a_recipe_changes_what_it_names() {
        let recipe =
            read("a.toml", "reward = \"centre-line\"\n[config]\ngamma = 0.9\nhidden = [32]").expect("a recipe");
        let expected = Config { gamma: 0.9, hidden: vec![32], ..Config::default() };
        assert_eq!(recipe.config().map_err(|failure| failure.line()), Ok(expected));
        assert_eq!(recipe.reward.as_deref(), Some("centre-line"));
        let text = recipe.to_toml().expect("plain data");
        assert_eq!(read("b.toml", &text), Ok(recipe));
        assert_eq!(read("c.toml", ""), Ok(Recipe::default()));
    }

    #[test]
    fn a_run_is_a_recipe() {
        let text = r#"{"format": "paddock-run", "seed": 3, "reward": "progress", "config": {"epochs": 2}}"#;
        let recipe = read("run.json", text).expect("a recipe");
        assert_eq!(recipe.config().expect("settings").epochs, 2);
        assert_eq!(recipe.reward.as_deref(), Some("progress"));
    }

    #[test]
    fn what_no_run_can_go_by_is_refused() {
        let cases = [
            ("a.toml", "[config]\nlerning_rate = 1", "unknown field `lerning_rate`"),
            ("a.toml", "[config]\nepochs = 0", "epochs must be at least 1"),
            ("a.toml", "[config]\nepochs = \"many\"", "invalid type"),
            ("a.toml", "rewards = \"progress\"", "unknown field `rewards`"),
            ("a.json", "{\"reward\": 1}", "invalid type"),
        ];
        for (name, text, words) in cases {
            let line = read(name, text).expect_err("it is wrong");
            assert!(line.contains(name) && line.contains(words), "{line}");
        }
    }
}
