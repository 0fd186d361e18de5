//! Every route of the league in one list, and what all of them have in common.

use crate::{
    errors::AppError,
    hear_out::hear_out,
    middleware, openapi, pages,
    routes::{
        entries, events, leaderboard, me, operations, people, races, season, session, submission_files, submissions,
        submit, tokens, tracks,
    },
    state::AppState,
};
use axum::{Router, extract::DefaultBodyLimit, http::StatusCode};
use std::sync::OnceLock;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A JSON body at most. Policies are read by the door, which has its own limit.
const MAX_JSON_BYTES: usize = 64 * 1024;

/// The routes, with their descriptions.
fn api() -> OpenApiRouter<AppState> {
    let v1 = OpenApiRouter::new()
        // Signing in.
        .routes(routes!(session::sign_in, session::sign_out))
        // The person who asks.
        .routes(routes!(me::me))
        .routes(routes!(me::set_password))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
        // Administrators.
        .routes(routes!(people::create, people::list))
        // Everybody: the season, its boards and what stands on them.
        .routes(routes!(season::season))
        .routes(routes!(races::list))
        .routes(routes!(races::get))
        .routes(routes!(leaderboard::leaderboard))
        .routes(routes!(entries::replay))
        .routes(routes!(entries::telemetry))
        .routes(routes!(tracks::get))
        .routes(routes!(events::events))
        .routes(routes!(operations::openapi))
        // Racers.
        .routes(routes!(submit::submit))
        .routes(routes!(submissions::list))
        .routes(routes!(submissions::get))
        .routes(routes!(submission_files::replay))
        .routes(routes!(submission_files::telemetry))
        .routes(routes!(submission_files::policy));
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .nest("/api/v1", v1)
        // Operators.
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
        .routes(routes!(operations::metrics))
}

/// The league as a service: the API, and the pages for all other addresses.
pub fn router(app: AppState) -> Router {
    let (router, _) = api().split_for_parts();
    let common = tower::ServiceBuilder::new()
        .layer(axum::middleware::from_fn_with_state(app.clone(), middleware::observe))
        .layer(axum::middleware::from_fn(middleware::secure))
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn(middleware::in_time))
        .layer(axum::middleware::from_fn(hear_out))
        .layer(CatchPanicLayer::custom(middleware::panicked))
        .layer(DefaultBodyLimit::max(MAX_JSON_BYTES));
    router
        .fallback(pages::serve)
        .method_not_allowed_fallback(|| async {
            let detail = "This address does not take this method. See /api/v1/openapi.json.";
            AppError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
        })
        .layer(common)
        .with_state(app)
}

/// The OpenAPI document, with a newline at its end.
pub fn document_json() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let (_, document) = api().split_for_parts();
        let document = openapi::finished(document);
        let mut json = document.to_pretty_json().expect("a document of texts and numbers is valid JSON");
        json.push('\n');
        json
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// The web's types are generated from the committed file, so it must be the present one.
    /// `UPDATE_GOLDEN=1 cargo test -p league-server` writes it.
    #[test]
    fn the_committed_document_is_the_present_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/openapi.json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, document_json()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == document_json(),
            "web/openapi.json is old: run UPDATE_GOLDEN=1 cargo test -p league-server"
        );
    }

    #[test]
    fn everything_is_described() {
        let document: Value = serde_json::from_str(document_json()).unwrap();
        let mut ids = std::collections::HashSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id), "{id} names one operation");
                assert!(operation["summary"].is_string(), "{method} {path} says what it does");
                assert!(operation["responses"]["default"].is_object(), "{method} {path} tells its problems");
            }
        }
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for target in document_json().split("#/components/schemas/").skip(1) {
            let target = target.split('"').next().unwrap();
            assert!(schemas.contains_key(target), "a reference leads to {target}");
        }
    }
}
