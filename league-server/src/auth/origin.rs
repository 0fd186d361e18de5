//! Whether a browser sends a request from the league's own pages.
//!
//! The rule is that of Go's `net/http.CrossOriginProtection`: `Sec-Fetch-Site` decides where there is one; else the
//! host of `Origin` must be the one asked for; a request with neither comes from no browser of the last ten years, and
//! so cannot be forged by a page. `SameSite=Strict` on the cookie is the second lock on the same door.

use crate::errors::{AppError, AppResult};
use axum::http::{HeaderMap, StatusCode, header};

/// Refuses a request that another site's page may have sent.
pub fn require_same_origin(headers: &HeaderMap) -> AppResult<()> {
    if same_origin(headers) {
        return Ok(());
    }
    Err(AppError::new(StatusCode::FORBIDDEN, "cross_origin", "This request came from another site's page."))
}

fn same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let (Ok(origin), Some(Ok(host))) = (origin.to_str(), headers.get(header::HOST).map(|host| host.to_str())) else {
        return false;
    };
    origin.split_once("://").is_some_and(|(_, origin_host)| origin_host.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_leagues_own_pages_and_no_browsers_pass() {
        let cases: [(&[(&str, &str)], bool); 8] = [
            (&[("host", "league:8080")], true),
            (&[("host", "league:8080"), ("sec-fetch-site", "same-origin")], true),
            (&[("host", "league:8080"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "league:8080"), ("sec-fetch-site", "cross-site"), ("origin", "http://league:8080")], false),
            (&[("host", "league:8080"), ("origin", "http://league:8080")], true),
            (&[("host", "league:8080"), ("origin", "http://evil.example")], false),
            (&[("host", "league:8080"), ("origin", "null")], false),
            (&[("origin", "http://league:8080")], false),
        ];
        for (pairs, passes) in cases {
            let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            assert_eq!(same_origin(&headers.collect::<HeaderMap>()), passes, "{pairs:?}");
        }
    }
}
