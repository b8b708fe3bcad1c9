//! An answer as a value, with the headers that go with each kind of it.

use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW,
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Full;

use super::media::Kind;

/// Room for the headers of most answers.
const HEADERS: usize = 16;

/// The methods that are answered.
pub(super) const METHODS: &str = "GET, HEAD, OPTIONS";

const PAGE_POLICY: &str = "default-src 'none'; img-src https: http: data:; \
    media-src https: http:; style-src 'self'; script-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'";
const FEED_POLICY: &str = "default-src 'none'; sandbox";

/// The policy of pages that frame players of some hosts and of those below them.
pub(super) fn framing(hosts: &[&str]) -> HeaderValue {
    let mut policy = format!("{PAGE_POLICY}; frame-src");
    for host in hosts {
        policy.push_str(" https://");
        policy.push_str(host);
        policy.push_str(" https://*.");
        policy.push_str(host);
    }
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(PAGE_POLICY))
}

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
        let mut reply =
            Self { status, headers: HeaderMap::with_capacity(HEADERS), body: Bytes::new() };
        reply.word(X_CONTENT_TYPE_OPTIONS, "nosniff");
        reply.word(REFERRER_POLICY, "no-referrer");
        let policy = if kind == Kind::Page { PAGE_POLICY } else { FEED_POLICY };
        reply.word(CONTENT_SECURITY_POLICY, policy);
        if kind == Kind::Feed {
            reply.word(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
            reply.word(ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Last-Modified, Link");
        }
        reply
    }

    /// A line for programs and people; it never tells back what was asked for.
    pub(super) fn line(status: StatusCode, kind: Kind, text: &'static str) -> Self {
        let kind = if kind == Kind::Page { Kind::Part } else { kind };
        let mut reply = Self::new(status, kind);
        reply.word(CONTENT_TYPE, "text/plain; charset=utf-8");
        reply.word(CACHE_CONTROL, "no-store");
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

    /// Says which players a page may frame, if it is a page.
    pub(super) fn frame(&mut self, policy: &HeaderValue) {
        if let Some(own) = self.headers.get_mut(CONTENT_SECURITY_POLICY)
            && own == PAGE_POLICY
        {
            own.clone_from(policy);
        }
    }

    /// Sets a header; a value that no header can hold is left out.
    pub(super) fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.put(name, value);
        }
    }

    /// Sets a header to words of ours.
    pub(super) fn word(&mut self, name: HeaderName, value: &'static str) {
        self.put(name, HeaderValue::from_static(value));
    }

    /// Sets a header to a value that is ready.
    pub(super) fn put(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    /// The answer as it is sent; `HEAD` gets the length of the body but not the body.
    pub(super) fn send(mut self, head: bool) -> Response<Full<Bytes>> {
        let bodiless = matches!(self.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if !bodiless {
            let length = self.body.len();
            self.headers.entry(CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
            self.word(ACCEPT_RANGES, "none");
        }
        let body = if head || bodiless { Bytes::new() } else { self.body };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
