//! The checks at the door: what comes in as bytes goes on as a policy that can be raced, or not at all.

use crate::errors::{AppError, AppResult};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use futures::StreamExt;
use sim_spec::{Policy, limits::MAX_POLICY_BYTES};

/// The only media type of a policy.
pub const MEDIA_TYPE: &str = "application/octet-stream";

/// Refuses every other media type, with or without parameters.
pub fn require_media_type(headers: &HeaderMap) -> AppResult<()> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(MEDIA_TYPE) {
        return Ok(());
    }
    let detail = format!("Send the policy's bytes as Content-Type: {MEDIA_TYPE}.");
    Err(AppError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail))
}

/// Policies that are read and checked at once: with the limit of each, this bounds the memory that racers can take.
pub const AT_ONCE: usize = 32;

/// The body's bytes. Never holds more of them than a policy may have.
pub async fn read(body: Body) -> AppResult<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|_| AppError::bad_request("body_incomplete", "The body broke off. Send it again."))?;
        let needed = bytes.len() + chunk.len();
        if needed > MAX_POLICY_BYTES {
            let detail = format!("A policy has at most {MAX_POLICY_BYTES} bytes. Train a smaller network.");
            return Err(AppError::new(StatusCode::PAYLOAD_TOO_LARGE, "policy_too_large", detail));
        }
        if needed > bytes.capacity() {
            // Doubling, as a vector does, but never beyond the limit.
            let room = (2 * bytes.capacity()).clamp(needed, MAX_POLICY_BYTES);
            bytes.reserve_exact(room - bytes.len());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The policy in the bytes, written as Paddock writes it, so that one policy has one digest however its file was put
/// together; else the first thing that is wrong with them.
pub async fn check(bytes: Vec<u8>) -> AppResult<Vec<u8>> {
    let checked = tokio::task::spawn_blocking(move || match Policy::from_bytes(&bytes) {
        Ok(policy) => Ok(policy.to_bytes()),
        Err(error) => Err(AppError::unprocessable(error.code(), format!("This policy is refused: {error}."))),
    });
    checked.await.map_err(AppError::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bytes_are_taken() {
        let refused = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, text.parse().unwrap())]);
            require_media_type(&headers).is_err()
        };
        assert!(!refused("application/octet-stream"));
        assert!(!refused("Application/Octet-Stream; charset=binary"));
        assert!(refused("application/json") && refused("application/octet-streams") && refused(""));
        assert!(require_media_type(&HeaderMap::new()).is_err());
    }

    #[tokio::test]
    async fn a_body_may_be_as_long_as_a_policy_and_no_longer() {
        let most = vec![7; MAX_POLICY_BYTES];
        assert_eq!(read(Body::from(most.clone())).await.unwrap(), most);
        let chunks = (0..9).map(|_| Ok::<_, std::io::Error>(vec![0; 1024 * 1024]));
        assert!(read(Body::from_stream(futures::stream::iter(chunks))).await.is_err());
        let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0; 1024 * 1024]));
        assert!(read(Body::from_stream(endless)).await.is_err());
    }

    #[tokio::test]
    async fn the_problem_has_the_policys_own_code() {
        let cases = [
            (&b""[..], "policy_empty"),
            (b"\x80\x04pickle", "policy_is_pickle"),
            (b"PK\x03\x04", "policy_is_torchscript"),
        ];
        for (bytes, code) in cases {
            let error = check(bytes.to_vec()).await.unwrap_err();
            assert!(format!("{error:?}").contains(&format!("{code:?}")), "{error:?}");
        }
    }
}
