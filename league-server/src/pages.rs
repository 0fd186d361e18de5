//! The web pages, compiled into the program.

use crate::{
    cache::{Reader, Unchanging},
    errors::AppError,
};
use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};

/// The built pages. Empty where `web/dist` did not exist when the program was compiled.
#[derive(Embed)]
#[folder = "../web/dist/"]
#[allow_missing = true]
struct Dist;

/// Where the bundler puts files whose names change with what they hold.
const HASHED: &str = "assets/";

/// Whether the pages were compiled in.
pub fn are_embedded() -> bool {
    Dist::get("index.html").is_some()
}

/// Answers what no route answers: a file of the pages, else the one page that shows every view.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return AppError::not_found("route_not_found", "There is no such address. See /api/v1/openapi.json.")
            .into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return AppError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Pages are only read.")
            .into_response();
    }
    if let Some(file) = Dist::get(path) {
        return answer(path, &file, &headers);
    }
    // A view's address has no dot in its last part; a file that is missing has.
    if path.rsplit('/').next().unwrap_or_default().contains('.') {
        return AppError::not_found("page_not_found", "There is no such page.").into_response();
    }
    match Dist::get("index.html") {
        Some(index) => answer("index.html", &index, &headers),
        None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
    }
}

fn answer(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let name = hex::encode(&file.metadata.sha256_hash()[..16]);
    let answer = Unchanging { reader: Reader::All, content_type: media_type(path), name };
    let mut response = answer.not_modified(headers).unwrap_or_else(|| answer.whole(file.data.to_vec()));
    if !path.starts_with(HASHED) {
        // The next version has other content under the same name.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

const NOT_BUILT: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>Paddock</title>
<h1>The pages are not built</h1>
<p>This league-server was compiled without its web pages. Run <code>cargo xtask setup</code>, then build it again.
<p>The API works: <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>
</html>
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_league::TestLeague;
    use axum::{body::Body, http::Request};

    #[tokio::test]
    async fn views_get_the_page_and_everything_is_guarded() {
        let league = TestLeague::start().await;
        let expected = if are_embedded() { 200 } else { 503 };
        for path in ["/", "/races/harbour-sprint", "/me"] {
            let answer = league.get(path, "").await;
            assert_eq!(answer.status.as_u16(), expected, "{path}");
            assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/html"));
            let policy = answer.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
            assert!(!policy.contains("unsafe"));
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_a_problem() {
        let league = TestLeague::start().await;
        let cases = [
            ("GET", "/api/v1/nothing", 404, "route_not_found"),
            ("POST", "/api", 404, "route_not_found"),
            ("GET", "/assets/old.js", 404, "page_not_found"),
            ("GET", "/../../etc/passwd.txt", 404, "page_not_found"),
            ("PUT", "/api/v1/races", 405, "method_not_allowed"),
            ("POST", "/me", 405, "method_not_allowed"),
        ];
        for (method, path, status, code) in cases {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let answer = league.ask(request).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (status, code.to_owned()), "{method} {path}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
            assert!(answer.headers.contains_key("x-request-id"));
        }
    }
}
