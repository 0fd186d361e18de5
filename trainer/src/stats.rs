//! How sure one can be of a difference: small, and each formula with its source.
//!
//! Numbers come in strata: one list per track, of paired differences or of scores. Tracks are what a person chose and
//! count alike; the numbers within one are a sample.

use crate::learn::noise;
use rand_pcg::Pcg64;
use serde::Serialize;

/// How often the numbers are drawn anew for a bootstrap interval, as Agarwal et al. do.
const RESAMPLES: usize = 2000;
/// What lies outside of an interval, both ends together.
const OUTSIDE: f64 = 0.05;

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Estimate {
    /// Whether the whole interval is on one side of `value`.
    pub fn excludes(&self, value: f64) -> bool {
        self.low > value || self.high < value
    }
}

/// The mean of the strata's means, with Student's t interval. Its variance is Σ sᵢ²/nᵢ / k², its degrees of freedom are
/// Welch's and Satterthwaite's (Welch 1947, "The generalization of 'Student's' problem"). Where a stratum has fewer
/// than two numbers, all numbers are one stratum; `None` where even that has fewer than two.
pub fn mean(strata: &[Vec<f64>]) -> Option<Estimate> {
    if strata.iter().any(|numbers| numbers.len() < 2) {
        let all = strata.concat();
        return if all.len() < 2 { None } else { mean(&[all]) };
    }
    let count = strata.len() as f64;
    let value = strata.iter().map(|numbers| average(numbers)).sum::<f64>() / count;
    let (mut variance, mut over_freedom) = (0.0, 0.0);
    for numbers in strata {
        let (n, centre) = (numbers.len() as f64, average(numbers));
        let spread = numbers.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / (n - 1.0);
        let part = spread / n / (count * count);
        variance += part;
        over_freedom += part * part / (n - 1.0);
    }
    let reach = match variance > 0.0 {
        true => t_quantile(1.0 - OUTSIDE / 2.0, variance * variance / over_freedom) * variance.sqrt(),
        false => 0.0,
    };
    Some(Estimate { value, low: value - reach, high: value + reach })
}

/// The mean of the middle half: a quarter of the numbers, rounded down, is left out at each end (Agarwal et al. 2021,
/// "Deep Reinforcement Learning at the Edge of the Statistical Precipice"). A few failed runs do not move it.
pub fn interquartile_mean(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cut = sorted.len() / 4;
    average(&sorted[cut..sorted.len() - cut])
}

/// A statistic with its percentile bootstrap interval, stratified as in Agarwal et al. 2021: of each list of `sizes`
/// numbers, as many are drawn with replacement. `statistic` is given the numbers' indices, a list per stratum.
pub fn bootstrap(sizes: &[usize], seed: u64, statistic: impl Fn(&[Vec<usize>]) -> f64) -> Estimate {
    let mut rng = Pcg64::new(u128::from(seed), 0);
    let value = statistic(&sizes.iter().map(|size| (0..*size).collect()).collect::<Vec<_>>());
    let mut drawn: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let draw = |size: &usize| (0..*size).map(|_| noise::below(&mut rng, *size)).collect();
            statistic(&sizes.iter().map(draw).collect::<Vec<_>>())
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    let at = |share: f64| drawn[(share * (RESAMPLES - 1) as f64).round() as usize];
    Estimate { value, low: at(OUTSIDE / 2.0), high: at(1.0 - OUTSIDE / 2.0) }
}

/// The chance that a fair coin falls at least as unevenly as `wins` to `losses`: the exact two-sided sign test. Ties
/// are left out.
pub fn sign_test(wins: usize, losses: usize) -> f64 {
    let (throws, fewer) = ((wins + losses) as f64, wins.min(losses));
    // As logarithms: 0.5 to the power of 1,100 is no double any more.
    let mut chance = throws * 0.5f64.ln();
    let mut tail = 0.0;
    for heads in 0..=fewer {
        tail += chance.exp();
        chance += ((throws - heads as f64) / (heads as f64 + 1.0)).ln();
    }
    (2.0 * tail).min(1.0)
}

/// The chance that as uneven wins come about if it is drawn at random which side is whose: the permutation test of Mann and
/// Whitney's U, summed over the strata. `[stratum]` has the ranks of A's and of B's numbers; higher is better.
pub fn rank_test(strata: &[[Vec<f64>; 2]], seed: u64) -> f64 {
    let wins = |ranks: &[f64], a: usize| -> f64 {
        let (a, b) = ranks.split_at(a);
        let won = |a: &f64, b: &f64| {
            if b > a {
                1.0
            } else if b == a {
                0.0
            } else {
                -1.0
            }
        };
        a.iter().flat_map(|a| b.iter().map(move |b| won(a, b))).sum()
    };
    let mut pools: Vec<(usize, Vec<f64>)> = strata.iter().map(|[a, b]| (a.len(), [&a[..], &b[..]].concat())).collect();
    let sum = |pools: &[(usize, Vec<f64>)]| pools.iter().map(|(a, ranks)| wins(ranks, *a)).sum::<f64>().abs();
    let seen = sum(&pools);
    let mut rng = Pcg64::new(u128::from(seed), 1);
    let as_uneven = (0..RESAMPLES).filter(|_| {
        pools.iter_mut().for_each(|(_, ranks)| noise::shuffle(&mut rng, ranks));
        sum(&pools) >= seen
    });
    // What was seen is one of the orders, so it is never impossible (Phipson and Smyth 2010).
    (as_uneven.count() as f64 + 1.0) / (RESAMPLES as f64 + 1.0)
}

/// Spearman's rank correlation: Pearson's, of the ranks; equal numbers share the mean of theirs. `None` where one of
/// the lists is constant.
pub fn rank_correlation(xs: &[f64], ys: &[f64]) -> Option<f64> {
    let [xs, ys] = [ranks(xs), ranks(ys)];
    let [x, y] = [average(&xs), average(&ys)];
    let sum = |f: fn(f64, f64) -> f64| xs.iter().zip(&ys).map(|(a, b)| f(a - x, b - y)).sum::<f64>();
    let [along, xx, yy] = [sum(|a, b| a * b), sum(|a, _| a * a), sum(|_, b| b * b)];
    (xx > 0.0 && yy > 0.0).then(|| along / (xx * yy).sqrt())
}

fn ranks(numbers: &[f64]) -> Vec<f64> {
    let below = |x: &f64| numbers.iter().filter(|y| *y < x).count();
    let equal = |x: &f64| numbers.iter().filter(|y| *y == x).count();
    numbers.iter().map(|x| below(x) as f64 + (equal(x) as f64 + 1.0) / 2.0).collect()
}

/// The mean; 0 of nothing.
pub fn average(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// What Student's t with `freedom` degrees of freedom stays below with probability `share`, which is at least a half.
/// Found by halving, from the distribution's tail: half of the regularised incomplete beta function I(ν/(ν + t²); ν/2, ½)
/// (Abramowitz and Stegun 26.7.1).
fn t_quantile(share: f64, freedom: f64) -> f64 {
    let tail = |t: f64| 0.5 * incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5);
    let (mut low, mut high) = (0.0, 1.0);
    while tail(high) > 1.0 - share {
        high *= 2.0;
    }
    // A double has no more bits than these halvings give.
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if tail(middle) > 1.0 - share { low = middle } else { high = middle }
    }
    high
}

/// The regularised incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8), which converges
/// quickly below the mean; above it the symmetry of 26.5.2 is used.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = a * x.ln() + b * (1.0 - x).ln() + libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b);
    // Evaluated from the far end; 200 levels are more than any degrees of freedom here need.
    let term = |level: u32| {
        let m = f64::from(level / 2);
        match level % 2 {
            0 => m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            _ => -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        }
    };
    let fraction = (1..=200).rev().fold(1.0, |rest, level| 1.0 + term(level) / rest);
    front.exp() / a / fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() < within, "{found} is not {expected}");
    }

    #[test]
    fn students_t_is_that_of_the_tables() {
        // Abramowitz and Stegun, table 26.10: 95 % both ends together.
        for (freedom, expected) in
            [(1.0, 12.706), (2.0, 4.303), (4.0, 2.776), (9.0, 2.262), (30.0, 2.042), (120.0, 1.980)]
        {
            is_near(t_quantile(0.975, freedom), expected, 6e-4);
        }
        is_near(t_quantile(0.975, 1e5), 1.960, 6e-4);
    }

    #[test]
    fn the_interval_of_a_mean() {
        // Mean 3, s² = (4 + 1 + 0 + 1 + 4) / 4 = 2.5, s/√n = √0.5 = 0.7071; times 2.776: 1.963.
        let one = mean(&[vec![1.0, 2.0, 3.0, 4.0, 5.0]]).expect("five numbers");
        is_near(one.value, 3.0, 1e-12);
        is_near(one.high - one.value, 1.963, 1e-3);
        is_near(one.value - one.low, 1.963, 1e-3);
        // Two strata of the means 1 and 5 and s² of 2 and 8: the variance is (2/2 + 8/2) / 4 = 1.25, the freedom
        // 1.25² / (0.25² + 1²) = 1.4706.
        let two = mean(&[vec![0.0, 2.0], vec![3.0, 7.0]]).expect("four numbers");
        is_near(two.value, 3.0, 1e-12);
        is_near(two.high - two.value, t_quantile(0.975, 1.470_588) * 1.25f64.sqrt(), 1e-4);
        // One number per track: the tracks are the sample.
        assert_eq!(mean(&[vec![1.0], vec![3.0]]), mean(&[vec![1.0, 3.0]]));
        assert_eq!(mean(&[vec![1.0]]), None);
        assert_eq!(mean(&[vec![2.0, 2.0]]), Some(Estimate { value: 2.0, low: 2.0, high: 2.0 }));
    }

    #[test]
    fn the_middle_half() {
        // Of eight, two at each end are left out: (3 + 4 + 5 + 6) / 4.
        is_near(interquartile_mean(&[100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -50.0]), 3.5, 1e-12);
        // Of five, one: (2 + 3 + 4) / 3.
        is_near(interquartile_mean(&[5.0, 4.0, 3.0, 2.0, -9.0]), 3.0, 1e-12);
        is_near(interquartile_mean(&[7.0]), 7.0, 1e-12);
    }

    #[test]
    fn a_bootstrap_draws_within_its_strata_and_repeats_itself() {
        let numbers: Vec<f64> = (0..100).map(f64::from).collect();
        let of = |seed| {
            bootstrap(&[numbers.len()], seed, |drawn| {
                average(&drawn[0].iter().map(|i| numbers[*i]).collect::<Vec<_>>())
            })
        };
        let found = of(1);
        assert_eq!(found, of(1));
        // The mean's standard error is √((100² − 1) / 12 / 100) = 2.887; 1.96 of it on each side of 49.5.
        is_near(found.value, 49.5, 1e-12);
        is_near(found.low, 43.84, 0.5);
        is_near(found.high, 55.16, 0.5);
        let fixed = bootstrap(&[1, 1], 1, |drawn| (drawn[0][0] + drawn[1][0]) as f64);
        assert_eq!(fixed, Estimate { value: 0.0, low: 0.0, high: 0.0 });
    }

    #[test]
    fn the_sign_test_counts_coins() {
        // Five of five: 2 · (1/2)⁵. Nine of ten: 2 · (1 + 10) / 1024. As many as as not: certain.
        is_near(sign_test(5, 0), 0.0625, 1e-12);
        is_near(sign_test(1, 9), 22.0 / 1024.0, 1e-12);
        is_near(sign_test(5, 5), 1.0, 1e-12);
        is_near(sign_test(0, 0), 1.0, 1e-12);
        // Of 20,000 the normal distribution says it: σ = √20,000 / 2 = 70.71, z = (50 − ½) / σ = 0.700, both ends 0.484.
        is_near(sign_test(10_050, 9_950), 0.484, 1e-3);
    }

    #[test]
    fn the_rank_test_counts_orders() {
        let side = |numbers: std::ops::Range<u32>| numbers.map(f64::from).collect::<Vec<_>>();
        // Four against four: 2 of the 70 ways to draw them are as uneven; three against three: 2 of 20.
        is_near(rank_test(&[[side(0..4), side(4..8)]], 1), 2.0 / 70.0, 0.01);
        is_near(rank_test(&[[side(3..6), side(0..3)]], 1), 0.1, 0.02);
        // Two tracks that agree: 2 of 20 · 20.
        is_near(rank_test(&[[side(0..3), side(3..6)], [side(0..3), side(3..6)]], 1), 2.0 / 400.0, 0.004);
        is_near(rank_test(&[[vec![1.0; 3], vec![1.0; 3]]], 1), 1.0, 1e-12);
    }

    #[test]
    fn ranks_correlate() {
        assert_eq!(rank_correlation(&[1.0, 10.0, 100.0], &[3.0, 4.0, 9.0]), Some(1.0));
        assert_eq!(rank_correlation(&[1.0, 10.0, 100.0], &[3.0, 2.0, 1.0]), Some(-1.0));
        assert_eq!(rank_correlation(&[1.0, 1.0], &[3.0, 2.0]), None);
        // Ranks 1.5, 1.5, 3 and 1, 2, 3: Σ = 0.5 + 0 + 1 = 1.5; 1.5 and 2; 1.5 / √3.
        is_near(rank_correlation(&[5.0, 5.0, 6.0], &[1.0, 2.0, 3.0]).expect("both vary"), 0.866_025, 1e-6);
    }
}
