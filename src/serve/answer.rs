//! A request to its answer.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LAST_MODIFIED, LINK,
    LOCATION, RETRY_AFTER, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;

use super::coding::Accepted;
use super::conditional::Held;
use super::content::Content;
use super::inside::{Asker, Peer, Place};
use super::media::{self, Kind, Media};
use super::reply::{METHODS, Reply};
use super::{Found, Site, address, conditional, document, inbox, lookup};

/// Answers a request; its body is read where letters are taken, and nowhere else.
pub(super) async fn answer(
    site: &Site,
    peer: Peer,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let mut reply = if size(&head.headers) > site.0.rules.limits.head {
        Reply::line(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Kind::Part,
            "the request is too large\n",
        )
    } else {
        reply(site, peer, &head, body).await
    };
    if let Some(policy) = &site.0.rules.framing {
        reply.frame(policy);
    }
    let status = reply.status.as_u16();
    let path = document::loggable(&site.0.rules, head.uri.path());
    tracing::debug!(method = %head.method, path = &*path, status, "answered");
    reply.send(head.method == Method::HEAD)
}

async fn reply(site: &Site, peer: Peer, head: &Parts, body: Incoming) -> Reply {
    let asked = head.uri.path();
    let path = address::decode(asked, &site.0.rules.base);
    if let (Some(inbox), Some(path)) = (site.0.inbox.as_deref(), &path)
        && inbox.takes(path)
    {
        return inbox::answer(site, inbox, path.clone(), head, body).await;
    }
    match (&head.method, path) {
        (&Method::GET | &Method::HEAD, Some(path)) => {
            let asker = Asker { peer: Some(peer), version: head.version, headers: &head.headers };
            get(site, &path, head.uri.query(), &asker).await
        }
        (&Method::GET | &Method::HEAD, None) => missing(site, asked).await,
        (&Method::OPTIONS, _) => options(asked),
        _ => Reply::refusal(),
    }
}

async fn get(site: &Site, path: &str, query: Option<&str>, asker: &Asker<'_>) -> Reply {
    match path {
        "/healthz" => return Reply::line(StatusCode::OK, Kind::Part, "ok\n"),
        "/readyz" => return ready(site).await,
        _ => {}
    }
    if let Some(inside) = &site.0.inside {
        if let Some(reply) = inside.answer(path, asker).await {
            return reply;
        }
        if matches!(inside.place, Place::Alone { .. }) && !is_part(path) {
            return Reply::line(StatusCode::NOT_FOUND, Kind::Part, "not found\n");
        }
    }
    if let Some(file) = address::file(path) {
        match site.0.shelf.get(file).await {
            Ok(Some(content)) => return found(site, file, &content, asker.headers).await,
            Ok(None) => {}
            Err(cause) => return unreadable(file, &cause),
        }
    }
    match site.0.lookup.find(path, query).await {
        Found::Nothing => missing(site, path).await,
        Found::Gone => Reply::line(StatusCode::GONE, media::wanted(path), "gone\n"),
        Found::Moved(target) => match lookup::own(&target) {
            Some(target) => moved(site, path, &target),
            None => missing(site, path).await,
        },
        Found::Made { media_type, bytes } => made(&media_type, bytes),
        Found::Document { media_type, bytes, reach } => {
            document::reply(&site.0.rules, &media_type, bytes, reach, asker.headers)
        }
    }
}

/// What a page is made of, at the root: its style and icons.
fn is_part(path: &str) -> bool {
    !path.trim_start_matches('/').contains('/') && media::of(path).kind == Kind::Part
}

async fn found(site: &Site, file: &str, content: &Arc<Content>, headers: &HeaderMap) -> Reply {
    let accepted = Accepted::of(headers);
    let Some(best) = accepted.best() else { return unacceptable(content.media.kind) };
    let would = |coding| accepted.takes(coding) && content.may_be(coding);
    let held = conditional::held(headers, &content.digest, content.modified, would);
    let lasts = site.0.lookup.lasts(file).await;
    let fresh = site.0.freshness.of(file, content.is_followed, lasts);
    if let Held::In(coding) = held {
        return validated(StatusCode::NOT_MODIFIED, content, content.tag(coding), fresh);
    }
    let form = site.0.shelf.form(file, content, best).await;
    if held == Held::Same {
        return validated(StatusCode::NOT_MODIFIED, content, form.tag.clone(), fresh);
    }
    let mut reply = validated(StatusCode::OK, content, form.tag.clone(), fresh);
    reply.put(LAST_MODIFIED, content.last_modified.clone());
    reply.word(CONTENT_TYPE, content.media.name);
    reply.put(CONTENT_LENGTH, form.length.clone());
    if let Some(link) = content.link.get_or_init(|| link(site, file)) {
        reply.put(LINK, link.clone());
    }
    if let Some(name) = form.coding.name() {
        reply.word(CONTENT_ENCODING, name);
    }
    reply.body = form.bytes.clone();
    reply
}

/// What 200 and 304 have in common (RFC 9110 §15.4.5).
fn validated(status: StatusCode, content: &Content, tag: HeaderValue, fresh: HeaderValue) -> Reply {
    let mut reply = Reply::new(status, content.media.kind);
    reply.put(ETAG, tag);
    reply.put(CACHE_CONTROL, fresh);
    reply.word(VARY, "Accept-Encoding");
    reply
}

fn link(site: &Site, file: &str) -> Option<HeaderValue> {
    let link = site.0.rules.topics.as_ref()?.link(file)?;
    HeaderValue::from_str(&link).ok()
}

/// For who takes neither plain bytes nor any coding of ours (RFC 9110 §12.5.3).
pub(super) fn unacceptable(kind: Kind) -> Reply {
    let text = "only as it is, or in gzip, br or zstd\n";
    let mut reply = Reply::line(StatusCode::NOT_ACCEPTABLE, kind, text);
    reply.word(VARY, "Accept-Encoding");
    reply
}

fn moved(site: &Site, path: &str, target: &str) -> Reply {
    let mut reply =
        Reply::line(StatusCode::MOVED_PERMANENTLY, media::wanted(path), "moved permanently\n");
    reply.set(LOCATION, target);
    reply.put(CACHE_CONTROL, site.0.freshness.plain());
    reply
}

pub(super) fn made(media_type: &str, bytes: Vec<u8>) -> Reply {
    let kind = if media_type.starts_with("text/html") { Kind::Page } else { Kind::Part };
    let mut reply = Reply::new(StatusCode::OK, kind);
    reply.set(CONTENT_TYPE, media_type);
    reply.word(CACHE_CONTROL, "no-store");
    reply.body = bytes.into();
    reply
}

/// The site's own page where a person was looking for one, a line where a program was.
async fn missing(site: &Site, path: &str) -> Reply {
    let kind = media::wanted(path);
    let line = Reply::line(StatusCode::NOT_FOUND, kind, "not found\n");
    if kind != Kind::Page {
        return line;
    }
    let Ok(Some(page)) = site.0.shelf.get("404.html").await else { return line };
    let Media { name, kind, .. } = media::of("404.html");
    let mut reply = Reply::new(StatusCode::NOT_FOUND, kind);
    reply.word(CONTENT_TYPE, name);
    reply.word(CACHE_CONTROL, "no-store");
    reply.body = page.plain().bytes.clone();
    reply
}

fn unreadable(file: &str, cause: &std::io::Error) -> Reply {
    tracing::error!(file, %cause, "cannot read a published file");
    unavailable(media::of(file).kind)
}

async fn ready(site: &Site) -> Reply {
    if site.0.ready.as_ref().is_some_and(|ready| !ready.is_ready()) {
        return unavailable(Kind::Part);
    }
    match site.0.shelf.get("index.html").await {
        Ok(Some(_)) => Reply::line(StatusCode::OK, Kind::Part, "ok\n"),
        _ => unavailable(Kind::Part),
    }
}

fn unavailable(kind: Kind) -> Reply {
    let mut reply = Reply::line(StatusCode::SERVICE_UNAVAILABLE, kind, "not available now\n");
    reply.set(RETRY_AFTER, "30");
    reply
}

fn options(path: &str) -> Reply {
    let kind = media::of(path).kind;
    let mut reply = Reply::new(StatusCode::NO_CONTENT, kind);
    reply.set(ALLOW, METHODS);
    if kind == Kind::Feed {
        reply.set(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        reply.set(ACCESS_CONTROL_ALLOW_HEADERS, "If-Modified-Since, If-None-Match");
        reply.set(ACCESS_CONTROL_MAX_AGE, "86400");
    }
    reply
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
