//! Documents that are made when they are asked for, and may be asked for again.

use std::borrow::Cow;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, StatusCode};

use super::coding::{self, Accepted, Coding};
use super::conditional::{self, Held};
use super::media::Kind;
use super::reply::Reply;
use super::{Reach, Rules, address, answer, content};

/// What search engines are told of a page (a header, since feeds have no place for it).
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// The answer with such a document.
pub(super) fn reply(
    rules: &Rules,
    media_type: &str,
    bytes: Vec<u8>,
    reach: Reach,
    headers: &HeaderMap,
) -> Reply {
    let accepted = Accepted::of(headers);
    let Some(best) = accepted.best() else { return answer::unacceptable(kind(media_type)) };
    // It is made for this one answer: the codings that take longer would not pay.
    let best = match best {
        Coding::Zstd | Coding::Brotli if accepted.takes(Coding::Gzip) => Coding::Gzip,
        best => best,
    };
    let bytes = Bytes::from(bytes);
    let digest = content::digest(&bytes);
    let held = if headers.contains_key(IF_NONE_MATCH) {
        conditional::held(headers, &digest, DateTime::<Utc>::MAX_UTC, |one| accepted.takes(one))
    } else {
        Held::Nothing
    };
    // Whoever has it needs no bytes, and knows in which coding.
    let (packed, coding) = match held {
        Held::In(coding) => (None, coding),
        Held::Nothing | Held::Same => match coding::pack(best, &bytes) {
            Some(packed) => (Some(packed), best),
            None => (None, Coding::Identity),
        },
    };
    let tag = content::tag(&digest, coding);
    let unchanged = held != Held::Nothing;
    let status = if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut reply = Reply::new(status, kind(media_type));
    reply.headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    reply.headers.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
    let age = rules.max_age.as_secs();
    match reach {
        Reach::Everybody => {
            reply.set(CACHE_CONTROL, &format!("public, max-age={age}"));
            reply.set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        }
        Reach::Holder => {
            reply.set(CACHE_CONTROL, &format!("private, max-age={age}"));
            reply.set(ROBOTS, "noindex, nofollow, noarchive");
        }
    }
    reply.put(ETAG, tag);
    reply.set(VARY, "Accept-Encoding");
    if unchanged {
        return reply;
    }
    reply.set(CONTENT_TYPE, media_type);
    if let Some(name) = coding.name() {
        reply.set(CONTENT_ENCODING, name);
    }
    reply.body = packed.unwrap_or(bytes);
    reply
}

fn kind(media_type: &str) -> Kind {
    if media_type.starts_with("text/html") { Kind::Page } else { Kind::Feed }
}

/// A request's path without what is as good as a key.
pub(super) fn loggable<'p>(rules: &Rules, path: &'p str) -> Cow<'p, str> {
    if rules.secret.is_empty() {
        return Cow::Borrowed(path);
    }
    // What cannot be read as a path is not logged at all: it may be an address with a slip.
    let Some(decoded) = address::decode(path, &rules.base) else { return Cow::Borrowed("…") };
    let secret = |beginning: &&String| {
        let start = decoded.get(..beginning.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(beginning))
    };
    match rules.secret.iter().find(secret) {
        Some(beginning) => Cow::Owned(format!("{beginning}…")),
        None => Cow::Borrowed(path),
    }
}
