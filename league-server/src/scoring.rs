//! From a result to a score and an order. Pure: no clock, no database.
//!
//! Penalties are in the times already, because a race's clock runs on while a car stands; so every method counts them.

use sim_spec::{RaceResult, RaceStatus};
use std::cmp::Ordering;

/// What a race ranks by. Lower is better with all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ranking {
    /// The shortest completed lap.
    BestLap,
    /// The smallest mean of so many completed laps in a row.
    MeanConsecutive {
        /// Laps that the mean is taken of.
        laps: u32,
    },
    /// The whole race, from the start to the end of the last lap.
    TotalTime,
}

impl Ranking {
    /// The score in seconds; `None` if the result does not qualify: no lap completed, too few in a row, or, for the
    /// total time, not all of them.
    pub fn score_secs(&self, result: &RaceResult) -> Option<f64> {
        let laps = result.laps.iter().map(|lap| lap.secs);
        match *self {
            Self::BestLap => laps.min_by(f64::total_cmp),
            Self::MeanConsecutive { laps: n } => {
                let secs: Vec<f64> = laps.collect();
                let n = usize::try_from(n).ok().filter(|n| *n > 0)?;
                secs.windows(n).map(|run| run.iter().sum::<f64>() / n as f64).min_by(f64::total_cmp)
            }
            Self::TotalTime => (result.status == RaceStatus::Finished).then_some(result.total_secs),
        }
    }
}

/// What decides a place on the board: the score, then fewer off-tracks, then the better best lap, then who came first.
#[derive(Debug, Clone, Copy, PartialEq, sqlx::FromRow)]
pub struct Standing {
    pub score_secs: f64,
    pub off_tracks: i64,
    pub best_lap_secs: f64,
    /// Order of acknowledgement: no two submissions share it, so no two places are equal.
    pub submission_seq: i64,
}

impl Standing {
    /// The order of the board: the smaller one stands higher. The index `entries_in_order` says the same in SQL.
    pub fn order(&self, other: &Self) -> Ordering {
        (self.score_secs.total_cmp(&other.score_secs))
            .then(self.off_tracks.cmp(&other.off_tracks))
            .then(self.best_lap_secs.total_cmp(&other.best_lap_secs))
            .then(self.submission_seq.cmp(&other.submission_seq))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_spec::{Lap, Sha256Hex};

    /// A race in which these laps were completed and `rest` seconds went into an unfinished one.
    fn result(lap_secs: &[f64], rest: f64) -> RaceResult {
        let lap =
            |(i, secs): (usize, &f64)| Lap { lap: i as u32 + 1, secs: *secs, clean: true, off_tracks: 0, crashes: 0 };
        RaceResult {
            track: "harbour".to_owned(),
            track_sha256: Sha256Hex::of(b"track"),
            policy_sha256: Sha256Hex::of(b"policy"),
            seed: 1,
            completed_laps: lap_secs.len() as u32,
            laps: lap_secs.iter().enumerate().map(lap).collect(),
            best_lap_secs: lap_secs.iter().copied().min_by(f64::total_cmp),
            total_secs: lap_secs.iter().sum::<f64>() + rest,
            off_tracks: 0,
            crashes: 0,
            immobilised: 0,
            reversed: 0,
            grid_place: 1,
            finish_place: 1,
            status: if rest == 0.0 { RaceStatus::Finished } else { RaceStatus::TimeUp },
            sim_version: "test".to_owned(),
        }
    }

    #[test]
    fn the_best_lap_is_the_shortest_completed_one() {
        assert_eq!(Ranking::BestLap.score_secs(&result(&[12.5, 11.0, 14.0], 0.0)), Some(11.0));
        // Three seconds into the second lap the time was up: that is not a lap of three seconds.
        assert_eq!(Ranking::BestLap.score_secs(&result(&[12.5], 3.0)), Some(12.5));
        assert_eq!(Ranking::BestLap.score_secs(&result(&[], 180.0)), None);
    }

    #[test]
    fn the_mean_is_taken_of_neighbouring_laps() {
        let two = Ranking::MeanConsecutive { laps: 2 };
        // (10 + 14) / 2 = 12, (14 + 11) / 2 = 12.5, (11 + 12) / 2 = 11.5; the two best laps, 10 and 11, are no neighbours.
        assert_eq!(two.score_secs(&result(&[10.0, 14.0, 11.0, 12.0], 0.0)), Some(11.5));
        // An unfinished race counts if enough laps were completed in a row.
        assert_eq!(two.score_secs(&result(&[10.0, 14.0], 7.0)), Some(12.0));
        assert_eq!(two.score_secs(&result(&[10.0], 170.0)), None);
        let three = Ranking::MeanConsecutive { laps: 3 };
        // (9 + 10 + 11) / 3 = 10
        assert_eq!(three.score_secs(&result(&[9.0, 10.0, 11.0], 0.0)), Some(10.0));
        assert_eq!(Ranking::MeanConsecutive { laps: 0 }.score_secs(&result(&[9.0], 0.0)), None);
    }

    #[test]
    fn the_total_counts_only_when_every_lap_was_driven() {
        assert_eq!(Ranking::TotalTime.score_secs(&result(&[10.0, 14.0, 11.0], 0.0)), Some(35.0));
        assert_eq!(Ranking::TotalTime.score_secs(&result(&[10.0, 14.0], 156.0)), None);
    }

    #[test]
    fn ties_go_down_the_chain_and_end_with_who_came_first() {
        let base = Standing { score_secs: 10.0, off_tracks: 1, best_lap_secs: 9.0, submission_seq: 5 };
        let in_order = [
            Standing { score_secs: 9.5, off_tracks: 7, best_lap_secs: 9.5, submission_seq: 9 },
            Standing { off_tracks: 0, best_lap_secs: 9.9, submission_seq: 8, ..base },
            Standing { best_lap_secs: 8.5, submission_seq: 7, ..base },
            base,
            Standing { submission_seq: 6, ..base },
        ];
        for pair in in_order.windows(2) {
            assert_eq!(pair[0].order(&pair[1]), Ordering::Less, "{pair:?}");
        }
    }
}
