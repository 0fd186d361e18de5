//! A request that is refused is still heard to its end.
//!
//! An answer often stands before the body was read: there is no token, the race is closed, the policy is too large. If
//! the connection were closed on unread bytes, the system would reset it, and the client would see a broken connection
//! instead of the answer. So what is left of the body is read and thrown away first, within limits.

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::header,
    middleware::Next,
    response::Response,
};
use futures::{StreamExt, stream};
use std::{sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// Bytes that are thrown away at most: several times the largest policy. Who sends more gets a reset connection.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Time for them at most: a client that dawdles over a body that nobody wants is not waited for.
const MAX_TIME: Duration = Duration::from_secs(5);

/// Runs the handler, then reads what it left of the body.
pub async fn hear_out(request: Request, next: Next) -> Response {
    // Who asks first whether to send a body is told by the answer, and sends none.
    if request.body().is_end_stream() || request.headers().contains_key(header::EXPECT) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let chunks = Arc::new(Mutex::new(body.into_data_stream()));
    let for_the_handler = stream::unfold(chunks.clone(), |chunks| async move {
        let chunk = chunks.lock().await.next().await?;
        Some((chunk, chunks))
    });
    let response = next.run(Request::from_parts(parts, Body::from_stream(for_the_handler))).await;
    let rest = async {
        let mut left = MAX_BYTES;
        while let Some(Ok(chunk)) = chunks.lock().await.next().await {
            match left.checked_sub(chunk.len()) {
                Some(less) => left = less,
                None => break,
            }
        }
    };
    // Whether the rest came in time or not, the answer is the same.
    let _ = tokio::time::timeout(MAX_TIME, rest).await;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Bytes, http::StatusCode, routing::post};
    use tower::ServiceExt;

    /// A request whose body counts how many of its ten chunks were taken.
    fn request(taken: Arc<std::sync::atomic::AtomicUsize>) -> Request {
        let chunks = stream::iter(0..10).map(move |_| {
            taken.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from_static(b"chunk"))
        });
        Request::post("/").body(Body::from_stream(chunks)).unwrap()
    }

    fn app(handler: axum::routing::MethodRouter) -> Router {
        Router::new().route("/", handler).layer(axum::middleware::from_fn(hear_out))
    }

    #[tokio::test]
    async fn a_refused_body_is_read_to_its_end_and_a_wanted_one_arrives_whole() {
        let taken = Arc::default();
        let refuse = post(|| async { StatusCode::UNAUTHORIZED });
        let answer = app(refuse).oneshot(request(Arc::clone(&taken))).await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(taken.load(std::sync::atomic::Ordering::Relaxed), 10);

        let echo = post(|bytes: Bytes| async move { bytes });
        let answer = app(echo).oneshot(request(Arc::default())).await.unwrap();
        let bytes = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
        assert_eq!(bytes, "chunk".repeat(10));
    }

    #[tokio::test]
    async fn a_body_without_end_is_not_waited_for() {
        let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![0; 1024 * 1024])));
        let request = Request::post("/").body(Body::from_stream(endless)).unwrap();
        let refuse = post(|| async { StatusCode::UNAUTHORIZED });
        assert_eq!(app(refuse).oneshot(request).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
}
