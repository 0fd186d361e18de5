//! Sessions of browsers: a cookie of 256 random bits that scripts cannot read and other sites' pages cannot send.

use super::Person;
use crate::{clock::now_ms, db::Db, ids};
use axum::http::{HeaderMap, HeaderValue, header};
use sim_spec::Sha256Hex;

/// Name of the cookie.
pub const COOKIE: &str = "paddock_session";
/// A session that nobody used for so long has ended, ms: a day.
const IDLE_MS: i64 = 24 * 3600 * 1000;
/// A session ends at this age, used or not, ms: two weeks.
const AGE_MS: i64 = 14 * 24 * 3600 * 1000;
/// Use is written down at most so often, ms: reading a page should not write to the database.
const TOUCH_MS: i64 = 5 * 60 * 1000;

/// Begins a session and gives the cookie that carries it. Forgets the sessions that have ended.
pub async fn begin(db: &Db, person_id: &str, https: bool) -> sqlx::Result<HeaderValue> {
    let secret = ids::secret();
    let now = now_ms();
    let mut tx = db.write().await?;
    sqlx::query("delete from sessions where last_seen_at < $1 or created_at < $2")
        .bind(now - IDLE_MS)
        .bind(now - AGE_MS)
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into sessions (sha256, person_id, created_at, last_seen_at) values ($1, $2, $3, $3)")
        .bind(Sha256Hex::of(secret.as_bytes()).to_string())
        .bind(person_id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(cookie(&secret, AGE_MS / 1000, https))
}

/// Ends the session of that digest, if there is one, and gives the cookie that makes the browser forget it.
pub async fn end(db: &Db, secret: Sha256Hex, https: bool) -> sqlx::Result<HeaderValue> {
    let mut tx = db.write().await?;
    sqlx::query("delete from sessions where sha256 = $1").bind(secret.to_string()).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(cookie("", 0, https))
}

/// The session's secret in a request's cookies.
pub fn secret_in(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// Whose session this is, while it lasts.
pub async fn person_of(db: &Db, secret: Sha256Hex) -> sqlx::Result<Option<Person>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        person: Person,
        last_seen_at: i64,
    }
    let now = now_ms();
    let row: Option<Row> = sqlx::query_as(
        "select people.id, people.handle, people.role, people.created_at, sessions.last_seen_at
         from sessions join people on people.id = sessions.person_id
         where sessions.sha256 = $1 and sessions.last_seen_at >= $2 and sessions.created_at >= $3",
    )
    .bind(secret.to_string())
    .bind(now - IDLE_MS)
    .bind(now - AGE_MS)
    .fetch_optional(&db.read)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.last_seen_at < now - TOUCH_MS {
        let mut tx = db.write().await?;
        sqlx::query("update sessions set last_seen_at = $1 where sha256 = $2")
            .bind(now)
            .bind(secret.to_string())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    Ok(Some(row.person))
}

fn cookie(secret: &str, max_age_secs: i64, https: bool) -> HeaderValue {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{COOKIE}={secret}; Path=/; Max-Age={max_age_secs}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("hexadecimal digits and constants are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_found_among_other_cookies() {
        let headers = |text: &str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(text).unwrap())]);
        assert_eq!(secret_in(&headers("a=b; paddock_session=0f; c=d")), Some("0f"));
        assert_eq!(secret_in(&headers("paddock_session_old=0f")), None);
        assert_eq!(secret_in(&HeaderMap::new()), None);
    }

    #[test]
    fn scripts_and_other_sites_do_not_get_the_cookie() {
        let text = cookie("0f", 60, true);
        assert_eq!(text, "paddock_session=0f; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
        assert!(!cookie("0f", 60, false).to_str().unwrap().contains("Secure"));
    }
}
