//! Passwords: argon2id, and never more of it at once than the machine bears.

use super::guess_limit::GuessLimit;
use crate::errors::{AppError, AppResult};
use anyhow::anyhow;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use tokio::sync::Semaphore;

/// Characters of a password at least, as NIST SP 800-63B asks.
const MIN_CHARS: usize = 8;
/// Bytes of a password at most: longer ones only cost time.
const MAX_BYTES: usize = 256;
/// Hashes computed at once. Each takes 19 MiB and some ten milliseconds of a core that races want too.
const AT_ONCE: usize = 2;
/// What a password is compared with when there is none, so that the time of the answer does not tell whether a handle
/// exists. Default parameters; nothing hashes to it.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and compares passwords. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    guesses: Arc<Mutex<GuessLimit>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            guesses: Arc::new(Mutex::new(GuessLimit::new(Instant::now()))),
        }
    }
}

impl Passwords {
    /// What to store for a new password, or why it cannot be one.
    pub async fn hash(&self, password: String) -> AppResult<String> {
        if password.chars().count() < MIN_CHARS {
            let detail = format!("A password has at least {MIN_CHARS} characters.");
            return Err(AppError::unprocessable("password_too_short", detail));
        }
        if password.len() > MAX_BYTES {
            let detail = format!("A password has at most {MAX_BYTES} bytes.");
            return Err(AppError::unprocessable("password_too_long", detail));
        }
        self.in_turn(move || {
            let hash =
                Argon2::default().hash_password(password.as_bytes()).map_err(|error| anyhow!("argon2: {error}"))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one that was stored for `handle`; `None` if there is no such handle or it has no
    /// password. Takes as long in every case, and counts as a guess until it is right.
    pub async fn is_right(&self, handle: &str, password: String, stored: Option<String>) -> AppResult<bool> {
        self.guesses.lock().unwrap_or_else(PoisonError::into_inner).take(handle, Instant::now()).map_err(|wait| {
            AppError::too_many("too_many_attempts", "Too many attempts. Wait a little.", wait.as_secs() + 1)
        })?;
        let right = self
            .in_turn(move || {
                let stored = stored.as_deref().unwrap_or(NOBODY);
                let hash = PasswordHash::new(stored).map_err(|error| anyhow!("a stored password hash: {error}"))?;
                let fits = password.len() <= MAX_BYTES;
                Ok(fits && Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        if right {
            self.guesses.lock().unwrap_or_else(PoisonError::into_inner).forget(handle);
        }
        Ok(right)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> AppResult<T> {
        let _turn = self.turns.acquire().await.map_err(AppError::internal)?;
        Ok(tokio::task::spawn_blocking(work).await.map_err(AppError::internal)??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_is_right() {
        let passwords = Passwords::default();
        let stored = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(passwords.is_right("ada", "correct horse".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!passwords.is_right("ada", "correct house".to_owned(), Some(stored)).await.unwrap());
        assert!(!passwords.is_right("nobody", "correct horse".to_owned(), None).await.unwrap());
    }

    #[tokio::test]
    async fn short_and_endless_passwords_are_refused() {
        let passwords = Passwords::default();
        assert!(passwords.hash("1234567".to_owned()).await.is_err());
        assert!(passwords.hash("x".repeat(257)).await.is_err());
    }

    #[test]
    fn nobody_costs_what_everybody_costs() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let somebody = Argon2::default().hash_password(b"somebody").unwrap();
        assert_eq!((nobody.algorithm, nobody.params), (somebody.algorithm, somebody.params));
    }
}
