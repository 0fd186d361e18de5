//! What happens around every request: a number for the log, a time limit, and headers that make browsers careful.

use crate::{errors::AppError, ids, state::AppState};
use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Response as HttpResponse, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    any::Any,
    time::{Duration, Instant},
};
use tracing::Instrument;

/// Time to the head of an answer, the upload of a policy over a slow line included.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// Name of the header that ties an answer to its lines in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers of every answer. The pages load nothing from elsewhere, run no inline script and stand in no frame.
const SECURITY: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Gives the request an id, writes one line about it and counts it. Neither address nor person nor query is written:
/// the route's pattern says what was asked for.
pub async fn observe(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = ids::new("req");
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("pages", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, %method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, time) = (response.status().as_u16(), began.elapsed());
    app.metrics.answered(method.as_str(), &route, status, time);
    span.in_scope(|| tracing::info!(status, ms = time.as_millis() as u64, "answered"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Adds the headers of every answer.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What depends on who asks, or on when, is not kept by anybody, unless its handler says so.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Ends a request that takes too long.
pub async fn in_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(TIME_LIMIT, next.run(request)).await.unwrap_or_else(|_| {
        AppError::unavailable("request_timed_out", "This took too long. Try again.").into_response()
    })
}

/// The answer to a request whose handler panicked.
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> HttpResponse<Body> {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
        .to_owned();
    AppError::internal(anyhow::anyhow!("a handler panicked: {message}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::to_bytes, routing::get};
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    #[tokio::test]
    async fn a_panic_is_one_answer_that_tells_nothing() {
        async fn broken() -> &'static str {
            panic!("the secret is 42")
        }
        let router = Router::new().route("/", get(broken)).layer(CatchPanicLayer::custom(panicked));
        let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), 500);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("42"));
    }
}
