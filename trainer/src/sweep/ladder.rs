//! How many trials train for how long.

/// Fewest steps of a first rung: with less, nothing drives yet and chance decides.
const FIRST_STEPS: u64 = 200_000;

/// A rung: so many trials train until they have so many steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    pub trials: usize,
    pub steps: u64,
}

/// The rungs of a sweep, the first one first: each has one of `keep_one_of` of the trials of the one before and that
/// many times its steps.
pub fn rungs(trials: usize, steps: u64, keep_one_of: usize) -> Vec<Rung> {
    let keep = keep_one_of as u64;
    let mut counts = vec![trials];
    let mut first = steps;
    while counts[counts.len() - 1] > 1 && first / keep >= FIRST_STEPS {
        first /= keep;
        counts.push(counts[counts.len() - 1].div_ceil(keep_one_of));
    }
    let last = counts.len() as u32 - 1;
    let rung = |(number, trials): (usize, usize)| Rung { trials, steps: steps / keep.pow(last - number as u32) };
    counts.into_iter().enumerate().map(rung).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_train_longer() {
        let rung = |trials, steps| Rung { trials, steps };
        assert_eq!(rungs(18, 2_000_000, 3), [rung(18, 222_222), rung(6, 666_666), rung(2, 2_000_000)]);
        assert_eq!(
            rungs(5, 100_000_000, 2),
            [rung(5, 12_500_000), rung(3, 25_000_000), rung(2, 50_000_000), rung(1, 100_000_000)]
        );
        // Too few steps to halve.
        assert_eq!(rungs(18, 300_000, 3), [rung(18, 300_000)]);
        assert_eq!(rungs(1, 2_000_000, 3), [rung(1, 2_000_000)]);
    }
}
