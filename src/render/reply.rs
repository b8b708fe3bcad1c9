//! What the browser is told in answer to its requests: pure.

use serde_json::{Value, json};
use url::Url;

use super::asked::Asked;
use crate::fetch::{self, base64};
use crate::model::Page;

/// What a document may do, besides what is shut off anyway: run its scripts, in its own name.
/// It gets no frames, workers, plug-ins, pop-ups, dialogs, downloads or WebSockets.
const POLICY: &str = "sandbox allow-scripts allow-same-origin; frame-src 'none'; \
    worker-src 'none'; object-src 'none'; connect-src http: https: data: blob:; webrtc 'block'";

/// `Fetch.fulfillRequest` with a page.
pub(super) fn page(asked: &Asked, page: &Page, document: bool) -> Value {
    let mut headers = shared(asked);
    if let Some(kind) = &page.content_type {
        headers.push(header("Content-Type", kind));
    }
    if document {
        headers.push(header("Content-Security-Policy", POLICY));
        headers.push(header("X-DNS-Prefetch-Control", "off"));
    }
    answer(asked, page.status, &headers, &page.bytes)
}

/// With something empty.
pub(super) fn blank(asked: &Asked, kind: &str, bytes: &[u8]) -> Value {
    let mut headers = shared(asked);
    headers.push(header("Content-Type", kind));
    answer(asked, 200, &headers, bytes)
}

/// With the address that our fetcher was led to: what came from there waits for the browser.
pub(super) fn moved(asked: &Asked, to: &Url) -> Value {
    let mut headers = shared(asked);
    headers.push(header("Location", to.as_str()));
    answer(asked, 302, &headers, b"")
}

/// With leave to ask.
pub(super) fn may(asked: &Asked) -> Value {
    let mut headers = shared(asked);
    headers.push(header("Access-Control-Allow-Methods", "GET, POST"));
    let wanted = asked.header("access-control-request-headers").unwrap_or("*");
    headers.push(header("Access-Control-Allow-Headers", wanted));
    answer(asked, 204, &headers, b"")
}

/// With a failure: `Fetch.fulfillRequest` where the server said so, else `Fetch.failRequest`.
pub(super) fn failure(asked: &Asked, why: &fetch::Error) -> (&'static str, Value) {
    let reason = match why {
        fetch::Error::Status { status, .. } if *status >= 400 => {
            return ("Fetch.fulfillRequest", answer(asked, *status, &shared(asked), b""));
        }
        fetch::Error::Timeout { .. } => "TimedOut",
        fetch::Error::Dns { .. } => "NameNotResolved",
        fetch::Error::Connect { .. } => "ConnectionFailed",
        fetch::Error::Blocked(_) => "BlockedByClient",
        _ => "Failed",
    };
    ("Fetch.failRequest", json!({ "requestId": asked.id, "errorReason": reason }))
}

/// Refuses it.
pub(super) fn refusal(asked: &Asked) -> Value {
    json!({ "requestId": asked.id, "errorReason": "BlockedByClient" })
}

/// The `Content-Type` of a page, with the encoding that the operator knows better.
pub(super) fn content_type(own: Option<&str>, charset: Option<&str>) -> String {
    let own = own.unwrap_or("text/html");
    match charset {
        Some(charset) => {
            let kind = own.split(';').next().unwrap_or_default().trim();
            format!("{kind}; charset={charset}")
        }
        None => own.to_owned(),
    }
}

/// Scripts may read every answer: the context has neither cookies nor accounts that could be
/// betrayed, and what is private is answered to its own origin alone.
fn shared(asked: &Asked) -> Vec<Value> {
    let origin = asked.header("origin").unwrap_or("*");
    let mut headers = vec![
        header("Access-Control-Allow-Origin", origin),
        header("Access-Control-Expose-Headers", "*"),
        header("Cache-Control", "no-store"),
    ];
    if origin != "*" {
        headers.push(header("Access-Control-Allow-Credentials", "true"));
    }
    headers
}

fn header(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

fn answer(asked: &Asked, status: u16, headers: &[Value], body: &[u8]) -> Value {
    json!({
        "requestId": asked.id,
        "responseCode": status,
        "responseHeaders": headers,
        "body": base64(body),
    })
}
