//! Time as the database keeps it: integer Unix milliseconds in UTC. Outside it is RFC 3339.

use jiff::Timestamp;

/// Now, in Unix milliseconds.
pub fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// What `ms` is called outside. A row with a time that no calendar has (it was edited by hand) shows as 1970.
pub fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_are_shown_as_rfc_3339_in_utc() {
        assert_eq!(super::timestamp(1_790_000_000_250).to_string(), "2026-09-21T14:13:20.25Z");
        assert_eq!(super::timestamp(i64::MAX).to_string(), "1970-01-01T00:00:00Z");
    }
}
