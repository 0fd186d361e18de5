//! Answers that never change: an ETag, and 304 for who has them.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Who may keep a copy.
#[derive(Clone, Copy)]
pub enum Reader {
    /// Everybody, for ever.
    All,
    /// The browser of the one who asked, who must ask again each time: somebody else may sign in at it.
    Owner,
}

/// An answer to be given whole or as 304.
pub struct Unchanging {
    pub reader: Reader,
    pub content_type: &'static str,
    /// What is named by the same text is the same.
    pub name: String,
}

impl Unchanging {
    /// 304 if the asker has it already.
    pub fn not_modified(&self, request: &HeaderMap) -> Option<Response> {
        let known = request.get(header::IF_NONE_MATCH)?.to_str().ok()?;
        let known = known.split(',').any(|tag| tag.trim() == "*" || tag.trim() == self.etag());
        known.then(|| (StatusCode::NOT_MODIFIED, self.headers()).into_response())
    }

    /// The answer itself.
    pub fn whole(&self, body: impl Into<Body>) -> Response {
        let content_type = (header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        (self.headers(), [content_type], body.into()).into_response()
    }

    /// Weak, because the bytes differ when they are compressed on the way.
    fn etag(&self) -> String {
        format!("W/\"{}\"", self.name)
    }

    fn headers(&self) -> [(HeaderName, HeaderValue); 2] {
        let etag = HeaderValue::from_str(&self.etag()).unwrap_or(HeaderValue::from_static("W/\"\""));
        let control = match self.reader {
            Reader::All => "public, max-age=31536000, immutable",
            Reader::Owner => "private, no-cache",
        };
        [(header::ETAG, etag), (header::CACHE_CONTROL, HeaderValue::from_static(control))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_it_is_told_so() {
        let answer = Unchanging { reader: Reader::All, content_type: "text/plain", name: "abc".to_owned() };
        let request = |tags: &'static str| HeaderMap::from_iter([(header::IF_NONE_MATCH, tags.parse().unwrap())]);
        for tags in ["W/\"abc\"", "\"x\", W/\"abc\"", "*"] {
            let response = answer.not_modified(&request(tags)).unwrap();
            assert_eq!(
                (response.status(), &response.headers()[header::ETAG]),
                (StatusCode::NOT_MODIFIED, &"W/\"abc\"".parse::<HeaderValue>().unwrap())
            );
        }
        assert!(answer.not_modified(&request("W/\"abd\"")).is_none());
        assert!(answer.not_modified(&HeaderMap::new()).is_none());
    }
}
