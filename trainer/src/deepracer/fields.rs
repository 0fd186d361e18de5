//! The fields of one of DeepRacer's JSON files: each is taken once, checked, and what nobody took is named.

use crate::failure::{Failure, bad_input};
use serde_json::{Map, Value};
use std::{
    fmt::Display,
    fs::File,
    io::Read,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

/// Largest of these files. Theirs have a few hundred bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The fields of a file that were not taken yet.
pub struct Fields {
    path: PathBuf,
    /// Where in the file they stand, for example `action_space.speed.`.
    prefix: String,
    values: Map<String, Value>,
}

impl Fields {
    /// The fields of the object that a file holds.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let cannot = |error: std::io::Error| bad_input(path.display(), format!("cannot be read: {error}"));
        let mut text = String::new();
        let read = File::open(path).map_err(cannot)?.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(cannot)?;
        if read as u64 > MAX_BYTES {
            return Err(bad_input(path.display(), format!("larger than {MAX_BYTES} bytes: not a file of DeepRacer")));
        }
        // Windows' editors put a mark in front that JSON does not know.
        let text = text.trim_start_matches('\u{feff}');
        let values = serde_json::from_str(text).map_err(|error| bad_input(path.display(), error))?;
        Ok(Self { path: path.to_owned(), prefix: String::new(), values })
    }

    /// The fields of an object inside this one.
    pub fn inner(&self, key: impl Display, value: Value) -> Result<Self, Failure> {
        match value {
            Value::Object(values) => {
                Ok(Self { path: self.path.clone(), prefix: format!("{}{key}.", self.prefix), values })
            }
            other => Err(self.wrong(key, &other, "an object")),
        }
    }

    /// A field as it stands, if it is there; null is the same as not there.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.values.remove(key).filter(|value| !value.is_null())
    }

    /// A number in a range, or `default`. Numbers in quotes are numbers: SageMaker writes them so.
    pub fn number(&mut self, key: &str, allowed: RangeInclusive<f64>, default: f64) -> Result<f64, Failure> {
        let Some(value) = self.take(key) else { return Ok(default) };
        let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
        let range = || format!("{:?} to {:?}", allowed.start(), allowed.end());
        number.filter(|number| allowed.contains(number)).ok_or_else(|| self.wrong(key, &value, range()))
    }

    /// The same for whole numbers.
    pub fn whole(&mut self, key: &str, allowed: RangeInclusive<u64>, default: u64) -> Result<u64, Failure> {
        let Some(value) = self.take(key) else { return Ok(default) };
        let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
        let whole = number.filter(|number| number.fract() == 0.0 && *number >= 0.0).map(|number| number as u64);
        let range = || match allowed.start() == allowed.end() {
            true => allowed.start().to_string(),
            false => format!("whole numbers from {} to {}", allowed.start(), allowed.end()),
        };
        whole.filter(|number| allowed.contains(number)).ok_or_else(|| self.wrong(key, &value, range()))
    }

    /// What one of some words stands for, in whatever case, or the first word's meaning.
    pub fn word<T: Clone>(&mut self, key: &str, meanings: &[(&str, T)]) -> Result<T, Failure> {
        let Some(value) = self.take(key) else { return Ok(meanings[0].1.clone()) };
        let word = value.as_str().unwrap_or_default();
        let found = meanings.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        let allowed = || meanings.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(|(_, meaning)| meaning.clone()).ok_or_else(|| self.wrong(key, &value, allowed()))
    }

    /// The line that refuses a value: the file, the key, what stands there and what may.
    pub fn wrong(&self, key: impl Display, value: &Value, allowed: impl Display) -> Failure {
        bad_input(self.path.display(), format!("{}{key} is {value}; allowed: {allowed}", self.prefix))
    }

    /// The line that says that a field is needed.
    pub fn missing(&self, key: &str) -> Failure {
        bad_input(self.path.display(), format!("{}{key} is missing", self.prefix))
    }

    /// A warning for each field that nobody took.
    pub fn left(self) -> Vec<String> {
        let file = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.values.keys().map(|key| format!("{file}: {}{key} is unknown and was ignored", self.prefix)).collect()
    }
}
