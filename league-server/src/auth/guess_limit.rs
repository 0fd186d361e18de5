//! How often passwords may be guessed: a bucket of tries per handle and one for all of them.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// Tries for one handle in a row, and the time after which one more is given.
const HANDLE_TRIES: f64 = 10.0;
const HANDLE_REFILL: Duration = Duration::from_secs(30);
/// Tries for all handles together: a whole town hall may sign in at once, a list of passwords may not.
const ALL_TRIES: f64 = 200.0;
const ALL_REFILL: Duration = Duration::from_millis(200);
/// Handles remembered. Those whose bucket is full again are forgotten first.
const MAX_HANDLES: usize = 10_000;

struct Bucket {
    tries: f64,
    at: Instant,
}

impl Bucket {
    fn refill(&mut self, most: f64, every: Duration, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tries = (self.tries + passed / every.as_secs_f64()).min(most);
        self.at = now;
    }

    /// Takes one try, or says how long until there is one.
    fn take(&mut self, every: Duration) -> Result<(), Duration> {
        if self.tries < 1.0 {
            return Err(every.mul_f64(1.0 - self.tries));
        }
        self.tries -= 1.0;
        Ok(())
    }
}

/// Counts the tries. Lives in memory: whoever can restart the server need not guess.
pub struct GuessLimit {
    all: Bucket,
    by_handle: HashMap<String, Bucket>,
}

impl GuessLimit {
    pub fn new(now: Instant) -> Self {
        Self { all: Bucket { tries: ALL_TRIES, at: now }, by_handle: HashMap::new() }
    }

    /// Takes one try for `handle`, or says how long to wait.
    pub fn take(&mut self, handle: &str, now: Instant) -> Result<(), Duration> {
        if self.by_handle.len() >= MAX_HANDLES {
            self.by_handle.retain(|_, bucket| {
                bucket.refill(HANDLE_TRIES, HANDLE_REFILL, now);
                bucket.tries < HANDLE_TRIES
            });
        }
        let full = || Bucket { tries: HANDLE_TRIES, at: now };
        let bucket = self.by_handle.entry(handle.to_owned()).or_insert_with(full);
        bucket.refill(HANDLE_TRIES, HANDLE_REFILL, now);
        bucket.take(HANDLE_REFILL)?;
        self.all.refill(ALL_TRIES, ALL_REFILL, now);
        self.all.take(ALL_REFILL)
    }

    /// The password was right: the handle starts afresh.
    pub fn forget(&mut self, handle: &str) {
        self.by_handle.remove(handle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_passwords_and_then_one_every_half_minute() {
        let start = Instant::now();
        let mut limit = GuessLimit::new(start);
        for _ in 0..10 {
            assert_eq!(limit.take("ada", start), Ok(()));
        }
        assert_eq!(limit.take("ada", start), Err(Duration::from_secs(30)));
        assert_eq!(limit.take("ben", start), Ok(()), "another handle is not hindered");
        assert_eq!(limit.take("ada", start + Duration::from_secs(31)), Ok(()));
        assert!(limit.take("ada", start + Duration::from_secs(31)).is_err());
        limit.forget("ada");
        assert_eq!(limit.take("ada", start), Ok(()));
    }

    #[test]
    fn many_handles_share_one_limit() {
        let start = Instant::now();
        let mut limit = GuessLimit::new(start);
        let allowed = (0..300).filter(|i| limit.take(&format!("handle{i}"), start).is_ok()).count();
        assert_eq!(allowed, 200);
    }
}
