//! People of the league: handles, roles, and how a person is made.

use crate::{
    clock::now_ms,
    errors::{AppError, AppResult},
    ids,
};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use std::{fmt, str::FromStr};
use utoipa::ToSchema;

/// The name that a person races under: 2 to 32 of `a-z`, `0-9`, `-` and `_`, beginning with a letter or a digit.
/// Nobody's name looks like another's, like an address or like a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle(String);

/// The text is not a handle.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("A handle has 2 to 32 characters of a-z, 0-9, - and _, and begins with a letter or a digit.")]
pub struct NotAHandle;

impl FromStr for Handle {
    type Err = NotAHandle;

    fn from_str(text: &str) -> Result<Self, NotAHandle> {
        let alphabet = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        let sound = (2..=32).contains(&text.len())
            && text.bytes().all(alphabet)
            && text.starts_with(|first: char| first.is_ascii_alphanumeric());
        if sound { Ok(Self(text.to_owned())) } else { Err(NotAHandle) }
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<NotAHandle> for AppError {
    fn from(error: NotAHandle) -> Self {
        Self::unprocessable("handle_invalid", error.to_string())
    }
}

/// What a person may do in the league.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum Role {
    /// Races.
    #[default]
    Racer,
    /// Races, and runs races.
    Director,
    /// Races, and reads what the whole company learned.
    Analyst,
    /// May do everything.
    Admin,
}

/// Whether somebody races or the league does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum Kind {
    Person,
    /// A car that the league enters itself, to be beaten.
    Baseline,
}

/// Makes a person without any way to sign in yet, and gives the id.
pub async fn create(
    tx: &mut SqliteConnection,
    handle: &Handle,
    role: Role,
    password_hash: Option<String>,
) -> AppResult<String> {
    let id = ids::new("per");
    let made = sqlx::query(
        "insert into people (id, handle, kind, role, password_hash, created_at) values ($1, $2, 'person', $3, $4, $5)",
    )
    .bind(&id)
    .bind(&handle.0)
    .bind(role)
    .bind(password_hash)
    .bind(now_ms())
    .execute(tx)
    .await;
    match made {
        Ok(_) => Ok(id),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            Err(AppError::new(StatusCode::CONFLICT, "handle_taken", format!("The handle {handle} is taken.")))
        }
        Err(error) => Err(error.into()),
    }
}

/// The id of the person of that handle. Cars of the league are not people.
pub async fn id_of(tx: &mut SqliteConnection, handle: &Handle) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("select id from people where handle = $1 and kind = 'person'")
        .bind(&handle.0)
        .fetch_optional(tx)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_plain() {
        for text in ["ab", "ada-lovelace", "r2_d2", "0x", &"a".repeat(32)] {
            assert_eq!(text.parse::<Handle>().map(|handle| handle.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn hostile_handles_are_refused() {
        let hostile = [
            "",
            "a",
            "Ada",
            "-ada",
            "_ada",
            "a b",
            " ada",
            "ada\n",
            "ada\0",
            "<script>",
            "a';--",
            "../a",
            "ädä",
            "a\u{202e}b",
            "=1+1",
            "pace 1.0",
            &"a".repeat(33),
        ];
        for text in hostile {
            assert_eq!(text.parse::<Handle>(), Err(NotAHandle), "{text:?}");
        }
    }
}
