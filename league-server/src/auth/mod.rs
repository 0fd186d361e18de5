//! Who is asking: a person by token (`Authorization: Bearer pdk_...`) or by the session cookie of a browser.
//!
//! A handler says whom it answers by what it takes: [`Person`] or [`Admin`]; a handler that takes neither answers all.

mod guess_limit;
mod origin;
pub mod password;
pub mod session;
pub mod token;

use crate::{
    errors::{AppError, AppResult},
    people::Role,
    state::AppState,
};
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};
use sim_spec::Sha256Hex;

pub use origin::require_same_origin;

/// The person who asks.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Person {
    pub id: String,
    pub handle: String,
    pub role: Role,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// The person who asks, who is an administrator.
pub struct Admin(pub Person);

impl FromRequestParts<AppState> for Person {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> AppResult<Self> {
        if let Some(credentials) = parts.headers.get(header::AUTHORIZATION) {
            let token = credentials
                .to_str()
                .ok()
                .and_then(|text| text.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim())
                .ok_or_else(|| {
                    AppError::unauthorized("token_invalid", "Send the token as Authorization: Bearer TOKEN.")
                })?;
            return token::person_of(&app.db, token).await?.ok_or_else(|| {
                AppError::unauthorized("token_invalid", "This token is not valid. It may have been deleted.")
            });
        }
        if let Some(secret) = session::secret_in(&parts.headers) {
            if !parts.method.is_safe() {
                // A browser sends the cookie along whoever wrote the page; a token it never sends by itself.
                require_same_origin(&parts.headers)?;
            }
            return session::person_of(&app.db, Sha256Hex::of(secret.as_bytes()))
                .await?
                .ok_or_else(|| AppError::unauthorized("session_ended", "Your session has ended. Sign in again."));
        }
        Err(AppError::unauthorized("not_signed_in", "Sign in, or send a token as Authorization: Bearer TOKEN."))
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> AppResult<Self> {
        let person = Person::from_request_parts(parts, app).await?;
        match person.role {
            Role::Admin => Ok(Self(person)),
            _ => Err(AppError::new(StatusCode::FORBIDDEN, "admin_only", "Only an administrator may do this.")),
        }
    }
}
