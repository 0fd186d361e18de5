//! What a sweep found, and which settings mattered.

use super::{Choice, Plan, ladder::Rung, log::Entry};
use crate::{
    compare::Score,
    learn::noise::{Purpose, generator, shuffle},
    stats,
};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Orders of the trials that a setting's strength is held against.
const SHUFFLES: usize = 1000;

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub trial: usize,
    /// Control steps that it trained for.
    pub steps: u64,
    /// Its score after them; `None` if the training broke down.
    pub score: Option<Score>,
    pub settings: Choice,
}

/// How much a setting had to do with the ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Importance {
    pub setting: String,
    /// For numbers: Spearman's correlation with the ranking, above 0 if more is better. For names and lists: the
    /// correlation ratio, from 0 (no difference between them) to 1 (they decide all).
    pub strength: f64,
    /// Whether more of it can be better or worse at all.
    pub is_number: bool,
    /// How often a random ranking shows as much.
    pub by_chance: f64,
}

/// What a sweep found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The best first.
    pub rows: Vec<Row>,
    /// The most important first.
    pub importance: Vec<Importance>,
}

impl Report {
    pub(super) fn of(plan: &Plan, choices: &[Choice], rungs: &[Rung], entries: &[Entry], ranking: &[usize]) -> Self {
        let row = |trial: &usize| {
            let entry = entries.iter().filter(|entry| entry.trial == *trial).max_by_key(|entry| entry.rung);
            Row {
                trial: *trial,
                steps: entry.map_or(0, |entry| rungs[entry.rung].steps),
                score: entry.and_then(|entry| entry.score),
                settings: choices[*trial].clone(),
            }
        };
        let rows: Vec<Row> = ranking.iter().map(row).collect();
        let mut importance: Vec<Importance> =
            plan.search.keys().filter_map(|setting| Importance::of(setting, &rows, plan.seed)).collect();
        importance.sort_by(|a, b| b.strength.abs().total_cmp(&a.strength.abs()));
        Self { rows, importance }
    }

    /// The best trial, if any came to something.
    pub fn best(&self) -> Option<usize> {
        self.rows.first().filter(|row| row.score.is_some()).map(|row| row.trial)
    }
}

impl Importance {
    /// Of a setting that has at least two values among the trials.
    fn of(setting: &str, rows: &[Row], seed: u64) -> Option<Self> {
        let values: Vec<&Value> = rows.iter().map(|row| &row.settings[setting]).collect();
        let is_number = values.iter().all(|value| value.is_number());
        // The best has the highest rank.
        let mut ranks: Vec<f64> = (0..rows.len()).rev().map(|place| place as f64).collect();
        let strength = |ranks: &[f64]| match is_number {
            true => {
                let numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
                stats::rank_correlation(&numbers, ranks)
            }
            false => correlation_ratio(&values, ranks),
        };
        let found = strength(&ranks)?;
        let mut rng = generator(seed, Purpose::Search, u64::MAX, 0);
        let as_strong = (0..SHUFFLES).filter(|_| {
            shuffle(&mut rng, &mut ranks);
            strength(&ranks).is_some_and(|by_chance| by_chance.abs() >= found.abs() - 1e-9)
        });
        let by_chance = as_strong.count() as f64 / SHUFFLES as f64;
        Some(Self { setting: setting.into(), strength: found, is_number, by_chance })
    }
}

/// The root of the share of the variance that lies between the groups of equal values (Pearson's η). `None` if there
/// is one group only.
fn correlation_ratio(values: &[&Value], ranks: &[f64]) -> Option<f64> {
    let mut groups: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (value, rank) in values.iter().zip(ranks) {
        groups.entry(value.to_string()).or_default().push(*rank);
    }
    let mean = stats::average(ranks);
    let all: f64 = ranks.iter().map(|rank| (rank - mean).powi(2)).sum();
    let between: f64 = groups.values().map(|ranks| ranks.len() as f64 * (stats::average(ranks) - mean).powi(2)).sum();
    (groups.len() > 1).then(|| (between / all).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(trial: usize, settings: &[(&str, Value)]) -> Row {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Row { trial, steps: 1, score: None, settings }
    }

    #[test]
    fn what_decides_the_ranking_is_important() {
        // The smaller `a`, the better; the reward decides half of it; `b` is the same everywhere.
        let rows: Vec<Row> = (0..8u32)
            .map(|place| {
                let reward = if place < 4 { "x" } else { "y" };
                row(place as usize, &[("a", json!(place)), ("reward", json!(reward)), ("b", json!(1))])
            })
            .collect();
        let a = Importance::of("a", &rows, 1).expect("it varies");
        assert_eq!((a.strength, a.is_number), (-1.0, true));
        assert!(a.by_chance < 0.01, "{}", a.by_chance);
        // Ranks 7 to 4 and 3 to 0: means 5.5 and 1.5 about 3.5, 8 · 4 = 32 of Σ = 42.
        let reward = Importance::of("reward", &rows, 1).expect("it varies");
        assert!((reward.strength - (32.0f64 / 42.0).sqrt()).abs() < 1e-12);
        // 2 of the 70 ways to choose four places are as uneven.
        assert!(reward.by_chance < 0.06, "{}", reward.by_chance);
        assert_eq!(Importance::of("b", &rows, 1), None);
    }
}
