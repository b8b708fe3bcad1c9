//! An answer as a value, with the headers that go with each kind of it.

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW,
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::media::Kind;

/// The methods that are answered.
pub(super) const METHODS: &str = "GET, HEAD, OPTIONS";

const PAGE_POLICY: &str = "default-src 'none'; img-src https: http: data:; \
    media-src https: http:; frame-src https://www.youtube-nocookie.com https://player.vimeo.com \
    https://www.dailymotion.com https://player.twitch.tv https://player.bilibili.com \
    https://open.spotify.com https://w.soundcloud.com https://bandcamp.com; style-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'";
const FEED_POLICY: &str = "default-src 'none'; sandbox";

/// An answer before it is known whether its body is wanted.
#[derive(Debug)]
pub(super) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    /// An answer with the headers that a kind of document always has.
    pub(super) fn new(status: StatusCode, kind: Kind) -> Self {
        let mut reply = Self { status, headers: HeaderMap::new(), body: Bytes::new() };
        reply.set(X_CONTENT_TYPE_OPTIONS, "nosniff");
        reply.set(REFERRER_POLICY, "no-referrer");
        let policy = if kind == Kind::Page { PAGE_POLICY } else { FEED_POLICY };
        reply.set(CONTENT_SECURITY_POLICY, policy);
        if kind == Kind::Feed {
            reply.set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
            reply.set(ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Last-Modified, Link");
        }
        reply
    }

    /// A line for programs and people; it never tells back what was asked for.
    pub(super) fn line(status: StatusCode, kind: Kind, text: &'static str) -> Self {
        let kind = if kind == Kind::Page { Kind::Part } else { kind };
        let mut reply = Self::new(status, kind);
        reply.set(CONTENT_TYPE, "text/plain; charset=utf-8");
        reply.set(CACHE_CONTROL, "no-store");
        reply.body = Bytes::from_static(text.as_bytes());
        reply
    }

    /// The refusal of a method.
    pub(super) fn refusal() -> Self {
        Self::refusal_but(METHODS)
    }

    /// The refusal of a method where others are allowed than usually.
    pub(super) fn refusal_but(methods: &str) -> Self {
        let mut reply =
            Self::line(StatusCode::METHOD_NOT_ALLOWED, Kind::Part, "method not allowed\n");
        reply.set(ALLOW, methods);
        reply
    }

    /// Sets a header; a value that no header can hold is left out.
    pub(super) fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    /// The answer as it is sent; `HEAD` gets the length of the body but not the body.
    pub(super) fn send(mut self, head: bool) -> Response {
        let bodiless = matches!(self.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if !bodiless {
            let length = self.body.len().to_string();
            self.set(CONTENT_LENGTH, &length);
            self.set(ACCEPT_RANGES, "none");
        }
        let body = if head || bodiless { Body::empty() } else { Body::from(self.body) };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
