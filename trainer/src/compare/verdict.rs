//! From scores to an answer.

use super::Score;
use crate::stats::{self, Estimate};
use serde::Serialize;
use std::cmp::Ordering;

/// Seed of the bootstrap: the same races give the same intervals.
const SEED: u64 = 1;
/// Wins that chance gives more often than that tell nothing.
const BY_CHANCE: f64 = 0.05;
/// A difference that is this many times too small to be told is not chased with more seeds.
const MOST_TIMES_MORE: f64 = 100.0;

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One of them comes farther: it finishes more.
    AFarther,
    BFarther,
    /// Not all finish, and by farther first and quicker second one wins too often for chance.
    ABetter,
    BBetter,
    /// Both come as far, one is quicker.
    AFaster,
    BFaster,
    /// Not one race differs.
    Same,
    /// Chance alone may explain what was seen.
    Unclear,
}

/// Two sides, compared. Differences are B less A, or A less B where less is better: above 0, B is better.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    pub verdict: Verdict,
    /// Races, or trainings, of each side.
    pub pairs: usize,
    pub tracks: Vec<String>,
    pub trains: bool,
    /// How many of them were finished, A and B.
    pub finished: [usize; 2],
    /// Difference of the share of the way that was driven.
    pub completion: Option<Estimate>,
    /// Seconds a lap that B is quicker, over the pairs that both finished.
    pub seconds_a_lap: Option<Estimate>,
    /// The same per track.
    pub by_track: Vec<Option<Estimate>>,
    /// Mean of A's laps in those pairs.
    pub lap_secs: Option<f64>,
    /// Pairs that A won, that B won, and that nobody won.
    pub wins: [usize; 3],
    /// Chance of so uneven wins if they were alike: a sign test of races from the same starts, a rank test of trainings.
    pub by_chance: f64,
    /// How likely B is better: than A from the same start; of trainings, than any of A's on the track.
    pub probability_b_better: Estimate,
    /// Interquartile mean of the pace, m/s, of A and B.
    pub pace_mps: [Estimate; 2],
}

impl Comparison {
    /// Compares `[track][seed]` scores.
    pub fn of(tracks: Vec<String>, scores: &[Vec<[Score; 2]>], trains: bool) -> Self {
        let pairs = scores.iter().map(Vec::len).sum();
        let gain = |of: fn(&[Score; 2]) -> Option<f64>| -> Vec<Vec<f64>> {
            scores.iter().map(|pairs| pairs.iter().filter_map(of).collect()).collect()
        };
        let completion = stats::mean(&gain(|[a, b]| Some(b.completion - a.completion)));
        let gains = gain(|[a, b]| Some(a.lap_secs? - b.lap_secs?));
        let a_laps = gain(|[a, b]| b.lap_secs.and(a.lap_secs)).concat();
        // Tracks on which no pair finished say nothing about time.
        let finished_tracks: Vec<_> = gains.iter().filter(|gains| !gains.is_empty()).cloned().collect();
        let seconds_a_lap = if finished_tracks.is_empty() { None } else { stats::mean(&finished_tracks) };
        let count = |wanted: Ordering| scores.iter().flatten().filter(|[a, b]| b.against(a) == wanted).count();
        let wins = [count(Ordering::Less), count(Ordering::Greater), count(Ordering::Equal)];
        let finished =
            [0, 1].map(|side: usize| scores.iter().flatten().filter(|pair| pair[side].lap_secs.is_some()).count());
        let by_chance = match trains {
            true => stats::rank_test(&ranks(scores), SEED),
            false => stats::sign_test(wins[0], wins[1]),
        };
        let better = if trains { improvement(scores) } else { share_won(scores) };
        let verdict = match (completion, seconds_a_lap) {
            _ if wins[2] == pairs => Verdict::Same,
            (Some(farther), _) if farther.low > 0.0 => Verdict::BFarther,
            (Some(farther), _) if farther.high < 0.0 => Verdict::AFarther,
            _ if finished != [pairs; 2] && by_chance < BY_CHANCE && better.value > 0.5 => Verdict::BBetter,
            _ if finished != [pairs; 2] && by_chance < BY_CHANCE => Verdict::ABetter,
            (_, Some(faster)) if faster.low > 0.0 => Verdict::BFaster,
            (_, Some(faster)) if faster.high < 0.0 => Verdict::AFaster,
            _ => Verdict::Unclear,
        };
        Self {
            verdict,
            pairs,
            tracks,
            trains,
            finished,
            completion,
            seconds_a_lap,
            by_track: gains.iter().map(|gains| stats::mean(std::slice::from_ref(gains))).collect(),
            lap_secs: (!a_laps.is_empty()).then(|| stats::average(&a_laps)),
            wins,
            by_chance,
            probability_b_better: better,
            pace_mps: [0, 1].map(|side| pace(scores, side)),
        }
    }

    /// The answer, for a person.
    pub fn sentence(&self) -> String {
        self.sentence_for(["A", "B"])
    }

    /// The same, with other names for the two.
    pub fn sentence_for(&self, [name_a, name_b]: [&str; 2]) -> String {
        let over = self.over();
        let farther = |better: &str, other: &str, [more, less]: [usize; 2], gained: f64| {
            let finished = match more == less {
                true => format!("of {over} both finish {more}"),
                false => format!("it finishes {more} of {over}, {other} {less}"),
            };
            format!("{better} comes farther: {finished}, and it drives {:.0} % more of the way.", gained.abs() * 100.0)
        };
        let faster = |better: &str, gained: Estimate| {
            let [low, high] = [gained.low.abs().min(gained.high.abs()), gained.low.abs().max(gained.high.abs())];
            let share = self.lap_secs.map_or(0.0, |secs| 100.0 * gained.value.abs() / secs);
            format!(
                "{better} is faster: {:.2} s a lap ({share:.1} %), 95 % between {low:.2} and {high:.2} s, over {over}.",
                gained.value.abs()
            )
        };
        let [a, b] = self.finished;
        let won = |better: &str, other: &str, [more, less]: [usize; 2], share: f64| {
            format!(
                "{better} is better: it finishes {more} of {over}, {other} {less}, and comes farther or is quicker in {:.0} % \
                 of the pairs (by chance alone in {:.1} % of such tries).",
                100.0 * share,
                100.0 * self.by_chance
            )
        };
        let share = self.probability_b_better.value;
        match (self.verdict, self.completion, self.seconds_a_lap) {
            (Verdict::Same, ..) => format!("{name_a} and {name_b} drive alike: not one of {over} differs."),
            (Verdict::AFarther, Some(completion), _) => farther(name_a, name_b, [a, b], completion.value),
            (Verdict::BFarther, Some(completion), _) => farther(name_b, name_a, [b, a], completion.value),
            (Verdict::ABetter, ..) => won(name_a, name_b, [a, b], 1.0 - share),
            (Verdict::BBetter, ..) => won(name_b, name_a, [b, a], share),
            (Verdict::AFaster, _, Some(gained)) => faster(name_a, gained) + &self.but(name_b, gained),
            (Verdict::BFaster, _, Some(gained)) => faster(name_b, gained) + &self.but(name_a, gained),
            (_, None, _) => "No difference can be told from one: run more with --seeds.".to_owned(),
            (_, _, Some(gained)) if a + b == 2 * self.pairs => {
                let ahead = if gained.value >= 0.0 { name_b } else { name_a };
                format!(
                    "No difference can be told: {ahead} is {:.2} s a lap ahead, but chance alone may do that \
                     (95 % between {:+.2} and {:+.2} s for {name_b}, over {over}). {}",
                    gained.value.abs(),
                    gained.low,
                    gained.high,
                    self.hint(gained)
                )
            }
            (_, Some(completion), _) => format!(
                "No difference can be told: {name_a} finishes {a} of {over}, {name_b} {b}; {name_b} drives between {:+.0} and {:+.0} % \
                 more of the way, 95 % sure. {}",
                100.0 * completion.low,
                100.0 * completion.high,
                self.hint(completion)
            ),
        }
    }

    /// On which tracks it is the other way round, as surely.
    fn but(&self, other: &str, gained: Estimate) -> String {
        let is_opposite = |found: &Estimate| found.excludes(0.0) && (found.value > 0.0) != (gained.value > 0.0);
        let opposite =
            self.tracks.iter().zip(&self.by_track).filter(|(_, found)| found.as_ref().is_some_and(is_opposite));
        let names: Vec<&str> = opposite.map(|(name, _)| name.as_str()).collect();
        if names.is_empty() { String::new() } else { format!(" But {other} is faster on {}.", names.join(", ")) }
    }

    /// What the numbers are of: "20 starts on 2 tracks".
    fn over(&self) -> String {
        let what = if self.trains { "trainings" } else { "starts" };
        match self.tracks.as_slice() {
            [one] => format!("{} {what} on {one}", self.pairs),
            several => format!("{} {what} on {} tracks", self.pairs, several.len()),
        }
    }

    /// How many more seeds it takes to tell a difference of the size that was seen: an interval shrinks with the root
    /// of their number.
    fn hint(&self, difference: Estimate) -> String {
        let times = ((difference.high - difference.low) / 2.0 / difference.value.abs()).powi(2);
        let seeds = self.pairs / self.tracks.len().max(1);
        match times.is_finite() && times <= MOST_TIMES_MORE {
            true => {
                format!("A difference of that size would show with about --seeds {}.", (times * seeds as f64).ceil())
            }
            false => "It is too small to matter, or there is none.".to_owned(),
        }
    }
}

/// Each score's place among those of its track, the worst 0: `[track]` of A's and B's.
fn ranks(scores: &[Vec<[Score; 2]>]) -> Vec<[Vec<f64>; 2]> {
    let of_track = |pairs: &Vec<[Score; 2]>| {
        let worse = |score: &Score| pairs.iter().flatten().filter(|it| score.against(it) == Ordering::Greater).count();
        [0, 1].map(|side: usize| pairs.iter().map(|pair| worse(&pair[side]) as f64).collect())
    };
    scores.iter().map(of_track).collect()
}

/// Share of the pairs that B won; a tie is half a win. Interval by bootstrap over the pairs of each track.
fn share_won(scores: &[Vec<[Score; 2]>]) -> Estimate {
    let sizes: Vec<usize> = scores.iter().map(Vec::len).collect();
    stats::bootstrap(&sizes, SEED, |drawn| {
        let of_track = |(track, drawn): (usize, &Vec<usize>)| {
            drawn.iter().map(|pair| won(&scores[track][*pair][0], &scores[track][*pair][1])).sum::<f64>()
                / drawn.len() as f64
        };
        stats::average(&drawn.iter().enumerate().map(of_track).collect::<Vec<_>>())
    })
}

/// The probability of improvement of Agarwal et al. 2021: how often one of B's trainings beats one of A's, over all
/// pairs on a track (Mann and Whitney's U over its greatest value), averaged over tracks.
fn improvement(scores: &[Vec<[Score; 2]>]) -> Estimate {
    // A and B are drawn apart: two strata per track.
    let sizes: Vec<usize> = scores.iter().flat_map(|pairs| [pairs.len(); 2]).collect();
    stats::bootstrap(&sizes, SEED, |drawn| {
        let of_track = |(track, sides): (usize, &[Vec<usize>])| {
            let wins = sides[0].iter().flat_map(|a| sides[1].iter().map(move |b| (a, b)));
            let wins = wins.map(|(a, b)| won(&scores[track][*a][0], &scores[track][*b][1])).sum::<f64>();
            wins / (sides[0].len() * sides[1].len()) as f64
        };
        stats::average(&drawn.chunks(2).enumerate().map(of_track).collect::<Vec<_>>())
    })
}

fn won(a: &Score, b: &Score) -> f64 {
    match b.against(a) {
        Ordering::Less => 0.0,
        Ordering::Equal => 0.5,
        Ordering::Greater => 1.0,
    }
}

/// The interquartile mean of one side's pace, with its bootstrap interval.
fn pace(scores: &[Vec<[Score; 2]>], side: usize) -> Estimate {
    let sizes: Vec<usize> = scores.iter().map(Vec::len).collect();
    stats::bootstrap(&sizes, SEED, |drawn| {
        let of_track = |(track, drawn): (usize, &Vec<usize>)| {
            drawn.iter().map(|pair| scores[track][*pair][side].pace_mps).collect::<Vec<_>>()
        };
        stats::interquartile_mean(&drawn.iter().enumerate().flat_map(of_track).collect::<Vec<_>>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(lap_secs: f64) -> Score {
        Score { completion: 1.0, lap_secs: Some(lap_secs), pace_mps: 20.0 / lap_secs }
    }

    fn stopped(completion: f64) -> Score {
        Score { completion, lap_secs: None, pace_mps: completion }
    }

    fn compare(scores: &[Vec<[Score; 2]>], trains: bool) -> Comparison {
        Comparison::of((0..scores.len()).map(|track| format!("track-{track}")).collect(), scores, trains)
    }

    #[test]
    fn the_quicker_of_two_that_finish() {
        // B gains 0.2, 0.3 and 0.4 s: mean 0.3, s = 0.1, 0.1/√3 · 4.303 = 0.248.
        let scores =
            vec![vec![[finished(7.0), finished(6.8)], [finished(7.0), finished(6.7)], [finished(7.0), finished(6.6)]]];
        let found = compare(&scores, false);
        assert_eq!((found.verdict, found.wins, found.finished), (Verdict::BFaster, [0, 3, 0], [3, 3]));
        let expected = "B is faster: 0.30 s a lap (4.3 %), 95 % between 0.05 and 0.55 s, over 3 starts on track-0.";
        assert_eq!(found.sentence(), expected);
        // Three of three: 2/8.
        assert!((found.by_chance - 0.25).abs() < 1e-12, "{}", found.by_chance);
        assert_eq!(found.probability_b_better, Estimate { value: 1.0, low: 1.0, high: 1.0 });
        let turned: Vec<Vec<[Score; 2]>> = scores.iter().map(|it| it.iter().map(|[a, b]| [*b, *a]).collect()).collect();
        assert_eq!(compare(&turned, false).verdict, Verdict::AFaster);
    }

    #[test]
    fn who_comes_farther_is_better_even_if_slower() {
        let pair = [stopped(0.4), finished(9.0)];
        let found = compare(&[vec![pair, [stopped(0.5), finished(9.0)], [stopped(0.3), finished(9.5)]]], true);
        assert_eq!((found.verdict, found.finished, found.seconds_a_lap), (Verdict::BFarther, [0, 3], None));
        let expected =
            "B comes farther: it finishes 3 of 3 trainings on track-0, A 0, and it drives 60 % more of the way.";
        assert_eq!(found.sentence(), expected);
    }

    #[test]
    fn a_track_on_which_it_is_the_other_way_round_is_named() {
        // On the first A gains 2.5 ± 12.706 · 0.1 = 1.27 s; on the others B gains 0.5 and 1.0, ± 12.706 · 0.05 = 0.64 s.
        let track = |gains: [f64; 2]| gains.map(|gain| [finished(9.0), finished(9.0 - gain)]).to_vec();
        let found = compare(&[track([-2.4, -2.6]), track([0.45, 0.55]), track([0.95, 1.05])], false);
        assert_eq!(found.verdict, Verdict::AFaster);
        let words = "A is faster: 0.33 s a lap";
        assert!(found.sentence().starts_with(words), "{}", found.sentence());
        assert!(found.sentence().ends_with(" But B is faster on track-2."), "{}", found.sentence());
    }

    #[test]
    fn what_cannot_be_told_is_not_told() {
        // Gains of +0.2 and −0.1: 0.05 ± 12.706 · 0.15 = 1.906; (1.906 / 0.05)² is too many times more.
        let found = compare(&[vec![[finished(7.0), finished(6.8)], [finished(7.0), finished(7.1)]]], false);
        assert_eq!(found.verdict, Verdict::Unclear);
        assert!(found.sentence().ends_with("It is too small to matter, or there is none."), "{}", found.sentence());
        // Gains of 0.1, 0.3, 0 and 0.2: 0.15 ± 3.182 · 0.0645 = 0.205; (0.205 / 0.15)² · 4 = 7.5.
        let gains = [0.1, 0.3, 0.0, 0.2].map(|gain| [finished(7.0), finished(7.0 - gain)]);
        let found = compare(&[gains.to_vec()], false);
        assert!(found.sentence().contains("with about --seeds 8."), "{}", found.sentence());
        let one = compare(&[vec![[finished(7.0), finished(6.8)]]], false);
        assert!(one.sentence().contains("--seeds"), "{}", one.sentence());
        let same = compare(&[vec![[finished(7.0); 2]; 3]], false);
        assert_eq!(same.verdict, Verdict::Same);
    }

    #[test]
    fn some_that_finish_beat_some_that_do_not() {
        // All of A's finish and are quicker; B's come to very different ends.
        let ends = [finished(8.0), stopped(0.99), stopped(0.98), finished(8.5), stopped(0.2)];
        let pairs = ends.map(|end| [finished(7.0), end]).to_vec();
        let found = compare(&[pairs], true);
        assert_eq!((found.verdict, found.finished), (Verdict::ABetter, [5, 2]));
        assert!(
            found.completion.expect("five pairs").low < 0.0 && !found.completion.expect("five pairs").excludes(0.0)
        );
        let words =
            "A is better: it finishes 5 of 5 trainings on track-0, B 2, and comes farther or is quicker in 100 %";
        assert!(found.sentence().starts_with(words), "{}", found.sentence());
    }

    #[test]
    fn the_probability_of_improvement_counts_all_pairs() {
        // B's 6 beats both of A's, its 8 none: 2 of 4. On the second track all 4. Mean 0.75.
        let first = vec![[finished(7.0), finished(6.0)], [finished(7.5), finished(8.0)]];
        let second = vec![[finished(7.0), finished(6.0)], [finished(7.0), finished(6.5)]];
        assert_eq!(improvement(&[first.clone(), second]).value, 0.75);
        // From the same start: won, lost.
        assert_eq!(share_won(&[first]).value, 0.5);
    }
}
