//! Lists in pages: `?limit=` items, and the `next` of one answer is the `cursor` of the following request.

use crate::errors::{AppError, AppResult};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Items of a page when nobody says how many, and at most.
const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Items of the page, 1 to 200. Default 50.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before. Opaque.
    cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// The `cursor` of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

impl Page {
    /// Items of the page.
    pub fn limit(&self) -> AppResult<i64> {
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => Ok(limit),
            _ => Err(AppError::bad_request("limit_invalid", format!("The limit lies between 1 and {MAX_LIMIT}."))),
        }
    }

    /// Where the page before ended, a number that the list counts by; `None` on the first page.
    pub fn after(&self) -> AppResult<Option<i64>> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let number = cursor.strip_prefix('c').and_then(|digits| i64::from_str_radix(digits, 16).ok());
        match number.filter(|number| *number >= 0) {
            Some(number) => Ok(Some(number)),
            None => Err(AppError::bad_request("cursor_invalid", "The cursor is the `next` of an earlier page.")),
        }
    }
}

impl<T> List<T> {
    /// A page of `rows`, of which one more than `limit` was asked for to see whether a next page exists. `place` is
    /// the number that the list counts by.
    pub fn new<R>(mut rows: Vec<R>, limit: i64, place: impl Fn(&R) -> i64, item: impl FnMut(R) -> T) -> Self {
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| format!("c{:x}", place(row)));
        Self { items: rows.into_iter().map(item).collect(), next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_of_a_page_is_the_cursor_of_the_following_one() {
        let list: List<i64> = List::new(vec![20, 19, 18], 2, |n| *n, |n| n);
        assert_eq!((list.items, list.next.as_deref()), (vec![20, 19], Some("c13")));
        let page = Page { limit: None, cursor: list.next };
        assert_eq!(page.after().unwrap(), Some(19));
        let last: List<i64> = List::new(vec![18], 2, |n| *n, |n| n);
        assert_eq!(last.next, None);
    }

    #[test]
    fn nonsense_is_refused() {
        for cursor in ["", "19", "c", "c-1", "cxyz", "cffffffffffffffffff"] {
            assert!(Page { limit: None, cursor: Some(cursor.to_owned()) }.after().is_err(), "{cursor}");
        }
        for limit in [0, -1, 201] {
            assert!(Page { limit: Some(limit), cursor: None }.limit().is_err(), "{limit}");
        }
    }
}
