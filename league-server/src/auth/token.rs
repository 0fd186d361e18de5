//! Personal tokens: `pdk_` and 256 random bits. The database has only their SHA-256, so a copy of it signs nobody in.

use super::Person;
use crate::{clock::now_ms, db::Db, ids};
use sim_spec::Sha256Hex;
use sqlx::SqliteConnection;

/// What every token begins with, so that a scanner of repositories finds one that was committed.
const PREFIX: &str = "pdk_";

/// A token that was just made. The only moment at which its text is known.
pub struct NewToken {
    pub id: String,
    pub text: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Makes a token for a person.
pub async fn create(tx: &mut SqliteConnection, person_id: &str, name: &str) -> sqlx::Result<NewToken> {
    let token = NewToken { id: ids::new("tok"), text: format!("{PREFIX}{}", ids::secret()), created_at: now_ms() };
    sqlx::query("insert into tokens (id, person_id, name, sha256, created_at) values ($1, $2, $3, $4, $5)")
        .bind(&token.id)
        .bind(person_id)
        .bind(name)
        .bind(Sha256Hex::of(token.text.as_bytes()).to_string())
        .bind(token.created_at)
        .execute(tx)
        .await?;
    Ok(token)
}

/// Whose token this is.
pub async fn person_of(db: &Db, token: &str) -> sqlx::Result<Option<Person>> {
    if !token.starts_with(PREFIX) {
        return Ok(None);
    }
    sqlx::query_as(
        "select people.id, people.handle, people.role, people.created_at
         from tokens join people on people.id = tokens.person_id
         where tokens.sha256 = $1",
    )
    .bind(Sha256Hex::of(token.as_bytes()).to_string())
    .fetch_optional(&db.read)
    .await
}
