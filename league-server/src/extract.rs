//! axum's extractors, with this league's errors.

use crate::{
    errors::{AppError, AppResult},
    state::AppState,
};
use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, app: &AppState) -> AppResult<Self> {
        match axum::Json::from_request(request, app).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(match rejection {
                JsonRejection::MissingJsonContentType(_) => AppError::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unsupported_media_type",
                    "Send the body as Content-Type: application/json.",
                ),
                JsonRejection::JsonDataError(error) => AppError::unprocessable("body_invalid", error.body_text()),
                other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    AppError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too long.")
                }
                other => AppError::bad_request("body_malformed", other.body_text()),
            }),
        }
    }
}

/// The variables of the path.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Path<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> AppResult<Self> {
        match axum::extract::Path::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(AppError::bad_request("path_malformed", rejection.body_text())),
        }
    }
}

/// The query of the address.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Query<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> AppResult<Self> {
        match axum::extract::Query::from_request_parts(parts, app).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(AppError::bad_request("query_malformed", rejection.body_text())),
        }
    }
}
