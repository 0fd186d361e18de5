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
    failure::{Failure, bad_input},
    reward::{BUILTIN, Source},
    run::{
        config::Config,
        settings::AlgorithmName,
        task::{Course, Task},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sim_spec::{
    ActionSpace, Track,
    observation::{ObservationSpec, STATE_V1},
};
use std::{fmt::Display, fs, path::Path};

/// A recipe. What is `None` or missing has the trainer's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// A reward's name, or a Python file; its path counts from where the program is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<String>,
    /// Id of an observation, for example `state-v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<AlgorithmName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionSpace>,
    /// How tracks are driven while learning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<Course>,
    /// Fields of [`Config`]; those inside another are in an object of their own, or are named with a dot (`sac.tau`).
    pub config: Map<String, Value>,
}

impl Recipe {
    /// The recipe in a file: TOML, JSON, or the `run.json` of a run.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bad = |why: &dyn Display| bad_input(path.display(), why);
        let text = fs::read_to_string(path).map_err(|error| bad(&format!("cannot be read: {error}")))?;
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let recipe: Self = if is_json {
            let document: Value = serde_json::from_str(&text).map_err(|error| bad(&error))?;
            serde_json::from_value(of_a_run(document, path)).map_err(|error| bad(&error))?
        } else {
            toml::from_str(&text).map_err(|error| bad(&error))?
        };
        recipe.config().map_err(|failure| bad(&failure.line()))?;
        Ok(recipe)
    }

    /// The recipe of the run in a folder.
    pub fn of_run(folder: &Path) -> Result<Self, Failure> {
        Self::read(&folder.join("run.json"))
    }

    /// The settings: the defaults for what is seen, with what the recipe says.
    pub fn config(&self) -> Result<Config, Failure> {
        let mut all = serde_json::to_value(Config::of(self.sees()?)).expect("settings are plain data");
        for (name, value) in &self.config {
            let mut change = value.clone();
            for part in name.rsplit('.') {
                change = Value::Object(Map::from_iter([(part.to_owned(), change)]));
            }
            merge(&mut all, change);
        }
        let config: Config = serde_json::from_value(all).map_err(|error| bad_input("settings", error))?;
        config.check().map_err(|why| bad_input("settings", why))?;
        Ok(config)
    }

    /// What is to be learned on these tracks.
    pub fn task(&self, tracks: &[Track]) -> Result<Task, Failure> {
        let action = self.action.clone().unwrap_or_else(ActionSpace::full);
        action.check().map_err(|error| bad_input("action", error))?;
        Ok(Task {
            tracks: tracks.to_vec(),
            course: self.course.clone().unwrap_or_default(),
            observation: self.sees()?,
            action,
            reward: Source::find(self.reward.as_deref().unwrap_or(BUILTIN[0].name))?,
        })
    }

    fn sees(&self) -> Result<&'static ObservationSpec, Failure> {
        let Some(id) = &self.observation else { return Ok(&STATE_V1) };
        ObservationSpec::find(id).ok_or_else(|| bad_input(id, "no such observation; state-v1 is one"))
    }

    /// The recipe as a file.
    pub fn to_toml(&self) -> Result<String, Failure> {
        toml::to_string(self).map_err(|error| bad_input("the recipe", error))
    }
}

/// Puts `change` into `all`; objects are merged, all else is replaced.
fn merge(all: &mut Value, change: Value) {
    match (all, change) {
        (Value::Object(all), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(all.entry(name).or_insert(Value::Null), change);
            }
        }
        (all, change) => *all = change,
    }
}

/// What of a `run.json` is a recipe; whatever else is left as it is. A reward of the racer's own is the copy beside it.
fn of_a_run(document: Value, path: &Path) -> Value {
    if !document["format"].is_string() {
        return document;
    }
    let taken = |key: &str| Some((key.to_owned(), document.get(key)?.clone()));
    let mut recipe =
        Map::from_iter(["observation", "algorithm", "action", "course", "config"].into_iter().filter_map(taken));
    let own = || path.with_file_name("reward.py").to_string_lossy().into_owned().into();
    let is_own = !document["reward"]["sha256"].is_null();
    recipe.insert("reward".into(), if is_own { own() } else { document["reward"]["name"].clone() });
    Value::Object(recipe)
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
        let expected = Config { gamma: 0.9, hidden: vec![32], ..Config::of(&STATE_V1) };
        assert_eq!(recipe.config().map_err(|failure| failure.line()), Ok(expected));
        assert_eq!(recipe.reward.as_deref(), Some("centre-line"));
        let text = recipe.to_toml().expect("plain data");
        assert_eq!(read("b.toml", &text), Ok(recipe));
        assert_eq!(read("c.toml", ""), Ok(Recipe::default()));
    }

    #[test]
    fn a_run_is_a_recipe() {
        let text = r#"{"format": "paddock-run", "seed": 3, "reward": {"name": "progress", "sha256": null}, "config": {"epochs": 2}}"#;
        let recipe = read("run.json", text).expect("a recipe");
        assert_eq!(recipe.config().expect("settings").epochs, 2);
        assert_eq!(recipe.reward.as_deref(), Some("progress"));
        // Its own file was called mine.py, and is kept as reward.py.
        let text = text.replace(r#""progress", "sha256": null"#, r#""mine.py", "sha256": "ab""#);
        let reward = read("run.json", &text).expect("a recipe").reward.expect("its own");
        assert!(reward.ends_with("/reward.py") && !reward.starts_with("reward.py"), "{reward}");
    }

    #[test]
    fn settings_inside_settings_are_changed_one_by_one() {
        for text in ["[config.sac]\ntau = 0.1", "[config]\n\"sac.tau\" = 0.1"] {
            let config = read("a.toml", text).and_then(|it| it.config().map_err(|failure| failure.line())).expect(text);
            let sac = crate::run::config::SacConfig { tau: 0.1, ..Default::default() };
            assert_eq!(config.sac, sac);
        }
    }

    #[test]
    fn what_no_run_can_go_by_is_refused() {
        let cases = [
            ("a.toml", "[config]\nlerning_rate = 1", "unknown field `lerning_rate`"),
            ("a.toml", "[config]\nepochs = 0", "epochs is 1 to 1000, not 0"),
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
