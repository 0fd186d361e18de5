//! What a setting may be, and drawing from it.

use super::Choice;
use crate::learn::noise::{Purpose, below, generator, uniform};
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Digits that a drawn number keeps: enough to tell two apart, few enough to read.
const DIGITS: i32 = 3;

/// What a setting may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Range {
    /// One of these.
    List(Vec<Value>),
    /// Between the two, each as likely.
    Uniform { uniform: [f64; 2] },
    /// Between the two, each order of magnitude as likely.
    Log { log: [f64; 2] },
    /// Whole numbers from the first to the last.
    Integers { integers: [u32; 2] },
}

impl Range {
    /// What is wrong with it, if something is.
    pub(super) fn check(&self) -> Result<(), String> {
        let [low, high] = match self {
            Self::List(values) if values.is_empty() => return Err("an empty list".into()),
            Self::List(_) => return Ok(()),
            Self::Log { log: [low, _] } if *low <= 0.0 => return Err("a log range begins above 0".into()),
            Self::Uniform { uniform: ends } | Self::Log { log: ends } => *ends,
            Self::Integers { integers } => integers.map(f64::from),
        };
        if low < high { Ok(()) } else { Err("the low end comes first, below the high one".into()) }
    }

    /// The values of a list.
    pub(super) fn list(&self) -> Option<&[Value]> {
        if let Self::List(values) = self { Some(values) } else { None }
    }

    fn draw(&self, rng: &mut Pcg64) -> Value {
        match self {
            Self::List(values) => values[below(rng, values.len())].clone(),
            Self::Uniform { uniform: [low, high] } => {
                rounded(low + (high - low) * f64::from(uniform(rng)), *low, *high)
            }
            Self::Log { log: [low, high] } => {
                let exponent = low.ln() + (high.ln() - low.ln()) * f64::from(uniform(rng));
                rounded(exponent.exp(), *low, *high)
            }
            Self::Integers { integers: [low, high] } => json!(*low as usize + below(rng, (high - low) as usize + 1)),
        }
    }
}

/// A number with a few digits, within its range.
fn rounded(number: f64, low: f64, high: f64) -> Value {
    // 0.998 and 0.9982 are far apart for a discount: digits are counted in the distance from the end that is near.
    let size = number.abs().min((number - high).abs()).max(f64::MIN_POSITIVE);
    let decimals = DIGITS - 1 - size.log10().floor() as i32;
    // Written and read, so that it has no more digits than it shows.
    let read = format!("{number:.*}", decimals.clamp(0, 300) as usize).parse().unwrap_or(number);
    json!(read.clamp(low, high))
}

/// The combination that a trial has.
pub(super) fn draw(search: &BTreeMap<String, Range>, seed: u64, trial: usize) -> Choice {
    let mut rng = generator(seed, Purpose::Search, trial as u64, 0);
    search.iter().map(|(name, range)| (name.clone(), range.draw(&mut rng))).collect()
}

/// All combinations of the lists, the last name changing first.
pub(super) fn grid(search: &BTreeMap<String, Range>) -> Vec<Choice> {
    let lists = search.iter().filter_map(|(name, range)| Some((name, range.list()?)));
    lists.fold(vec![Choice::new()], |choices, (name, values)| {
        let with = |choice: &Choice, value: &Value| {
            let mut choice = choice.clone();
            choice.insert(name.clone(), value.clone());
            choice
        };
        choices.iter().flat_map(|choice| values.iter().map(move |value| with(choice, value))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_numbers_can_be_read() {
        let cases = [
            (0.001_234_567, 1e-4, 1e-2, 0.00123),
            (0.977_123, 0.9, 0.998, 0.9771),
            (0.997_891, 0.9, 0.998, 0.997_891),
            (123_456.0, 1.0, 1e6, 123_456.0),
            (0.0, 0.0, 1.0, 0.0),
        ];
        for (number, low, high, expected) in cases {
            assert_eq!(rounded(number, low, high), json!(expected));
        }
    }
}
