//! Intervals as text: where nought is, and on which side of it the difference lies.

use super::Comparison;
use crate::stats::Estimate;

/// Columns of a picture, nought in the middle.
const COLUMNS: usize = 41;

/// The seconds a lap that B gains: a line per track, and one for all of them.
pub fn lines(comparison: &Comparison) -> Vec<String> {
    let all = comparison.tracks.iter().map(String::as_str).zip(comparison.by_track.iter().copied());
    let mut rows: Vec<(&str, Estimate)> = all.filter_map(|(name, found)| Some((name, found?))).collect();
    if let (Some(found), true) = (comparison.seconds_a_lap, rows.len() != 1) {
        rows.push(("all", found));
    }
    let widest = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(10);
    let reach = rows.iter().flat_map(|(_, found)| [found.low.abs(), found.high.abs()]).fold(0.0, f64::max);
    if rows.is_empty() || reach == 0.0 {
        return Vec::new();
    }
    let half = COLUMNS / 2;
    let mut lines = vec![format!("{:widest$}  {:<half$}0{:>half$}", "s a lap", "A faster", "B faster")];
    lines.extend(rows.iter().map(|(name, found)| {
        format!("{name:widest$}  {}  {:+.2} ({:+.2} to {:+.2})", bar(*found, reach), found.value, found.low, found.high)
    }));
    lines
}

/// One interval on a scale from −reach to reach.
fn bar(found: Estimate, reach: f64) -> String {
    let half = (COLUMNS / 2) as f64;
    let column = |x: f64| (half + x / reach * half).round() as usize;
    let [low, high, value] = [found.low, found.high, found.value].map(column);
    let mark = |at: usize| match at {
        at if at == value => '●',
        at if (low..=high).contains(&at) => '━',
        at if at == COLUMNS / 2 => '│',
        _ => '·',
    };
    (0..COLUMNS).map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_stands_on_its_side_of_nought() {
        let right = bar(Estimate { value: 0.5, low: 0.2, high: 0.8 }, 1.0);
        assert_eq!(right, "····················│···━━━━━━●━━━━━━····");
        let left = bar(Estimate { value: -1.0, low: -1.0, high: -1.0 }, 1.0);
        assert_eq!(left, "●···················│····················");
    }
}
