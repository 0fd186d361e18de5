//! Two versions side by side, as lines.

use super::{Version, map, trace::SECTORS};
use crate::run::evaluation;
use crate::{
    compare::{self, Comparison, Verdict},
    run::trial::LAPS,
};

/// Starts that two versions are raced from to say which is better: a race takes milliseconds.
const STARTS: u64 = 10;
/// Letters of one map, and of one curve.
const COLUMNS: usize = 36;
/// Between the two.
const GAP: &str = "    ";
/// A curve's letters, from nothing to all.
const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The new version, beside the last one if there is one.
pub fn lines(last: Option<&Version>, new: &Version) -> Vec<String> {
    let mut lines = Vec::new();
    let all: Vec<&Version> = last.into_iter().chain([new]).collect();
    let beside = |of: &dyn Fn(&Version) -> String| -> String {
        let columns: Vec<String> = all.iter().map(|version| format!("{:COLUMNS$}", of(version))).collect();
        columns.join(GAP).trim_end().to_owned()
    };
    lines.push(beside(&|it| {
        format!("version {}: {:.1} M steps in {:.1} s", it.number, it.steps as f64 / 1e6, it.time.as_secs_f64())
    }));
    lines.push(beside(&|it| curve(&it.completion)));
    let maps: Vec<Vec<String>> = all.iter().map(|it| map::lines(&it.track, &it.trace.line, COLUMNS)).collect();
    let rows = maps.iter().map(Vec::len).max().unwrap_or(0);
    let blank = " ".repeat(COLUMNS);
    for row in 0..rows {
        let part: Vec<&str> = maps.iter().map(|map| map.get(row).map_or(blank.as_str(), String::as_str)).collect();
        lines.push(part.join(GAP).trim_end().to_owned());
    }
    lines.push(beside(&lap));
    if let Some(last) = last {
        lines.extend(sectors(last, new));
    }
    lines.push(String::new());
    lines.push(match last {
        Some(last) => sentence(last, new),
        None => "Save the file again: the next version is shown beside this one.".to_owned(),
    });
    lines
}

/// How a share of a lap grew, in as many letters as there is room for.
fn curve(shares: &[f64]) -> String {
    let letters = shares.len().min(COLUMNS);
    let share = |letter: usize| {
        let part = &shares[letter * shares.len() / letters..(letter + 1) * shares.len() / letters];
        part.iter().sum::<f64>() / part.len() as f64
    };
    (0..letters).map(|letter| BARS[(share(letter).clamp(0.0, 1.0) * 8.0).round() as usize]).collect()
}

fn lap(version: &Version) -> String {
    match (version.trace.lap_secs, version.trace.is_clean) {
        (Some(secs), true) => format!("lap {secs:.2} s, clean"),
        (Some(secs), false) => format!("lap {secs:.2} s, not clean"),
        (None, _) => "no lap yet".to_owned(),
    }
}

/// Each sector's two times and their difference.
fn sectors(last: &Version, new: &Version) -> Vec<String> {
    let (Some(before), Some(now)) = (last.trace.sectors, new.trace.sectors) else { return Vec::new() };
    let line = |sector: usize| {
        let [before, now] = [before[sector], now[sector]];
        format!("sector {}   {before:.2} s, now {now:.2} s   {:+.2}", sector + 1, now - before)
    };
    (0..SECTORS).map(line).collect()
}

/// Which is better, and where.
fn sentence(last: &Version, new: &Version) -> String {
    if last.track != new.track {
        return "The two were trained on different tracks.".to_owned();
    }
    let Ok(rules) = evaluation::rules(&new.track, LAPS) else { return String::new() };
    let race = |version: &Version, seed: u64| compare::race(&version.policy, &version.track, &rules, &[seed]);
    let scores = (1..=STARTS).map(|seed| [race(last, seed), race(new, seed)]).collect();
    let comparison = Comparison::of(vec![new.track.name().to_owned()], &[scores], false);
    let [before, now] = [last, new].map(|version| format!("version {}", version.number));
    let said = comparison.sentence_for([&before, &now]);
    let sectors = last.trace.sectors.zip(new.trace.sectors);
    let place = |sign: f64| {
        let (before, now) = sectors?;
        let gain = |sector: usize| sign * (before[sector] - now[sector]);
        let best = (0..SECTORS).max_by(|a, b| gain(*a).total_cmp(&gain(*b)))?;
        Some(format!(" Most of it in sector {}.", best + 1))
    };
    let place = match comparison.verdict {
        Verdict::BFaster => place(1.0),
        Verdict::AFaster => place(-1.0),
        _ => None,
    };
    said + &place.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_as_long_as_there_is_room() {
        assert_eq!(curve(&[0.0, 0.5, 1.0]), " ▄█");
        assert_eq!(curve(&[]), "");
        let long: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
        assert_eq!(curve(&long).chars().count(), COLUMNS);
    }
}
