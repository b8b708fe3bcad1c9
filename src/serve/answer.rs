//! A request to its answer.

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, LAST_MODIFIED, LINK, LOCATION,
    RETRY_AFTER, VARY,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;

use super::inside::{Asker, Peer, Place};
use super::media::{self, Kind, Media};
use super::reply::{METHODS, Reply};
use super::shelf::Content;
use super::{Found, Inbox, Rules, Site, address, coding, conditional, document, inbox, lookup};

/// Answers a request; its body is read where letters are taken, and nowhere else.
pub(super) async fn answer(State(site): State<Site>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let reply = if size(&head.headers) > site.0.rules.limits.head {
        Reply::line(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Kind::Part,
            "the request is too large\n",
        )
    } else {
        match head.method {
            _ if let Some((inbox, path)) = addressee(&site, path) => {
                inbox::answer(&site, inbox, path, &head, body).await
            }
            Method::GET | Method::HEAD => {
                let peer = head.extensions.get::<ConnectInfo<Peer>>().map(|info| info.0);
                let asker = Asker { peer, version: head.version, headers: &head.headers };
                get(&site, path, head.uri.query(), &asker).await
            }
            Method::OPTIONS => options(path),
            _ => Reply::refusal(),
        }
    };
    let path = document::loggable(&site.0.rules, path);
    tracing::debug!(method = %head.method, path = &*path, status = reply.status.as_u16(), "answered");
    reply.send(head.method == Method::HEAD)
}

/// Who takes letters at a path, and the path as they know it.
fn addressee<'s>(site: &'s Site, path: &str) -> Option<(&'s dyn Inbox, String)> {
    let inbox = site.0.inbox.as_deref()?;
    let path = address::decode(path, &site.0.rules.base)?;
    inbox.takes(&path).then_some((inbox, path))
}

async fn get(site: &Site, path: &str, query: Option<&str>, asker: &Asker<'_>) -> Reply {
    let Some(path) = address::decode(path, &site.0.rules.base) else {
        return missing(site, path).await;
    };
    match path.as_str() {
        "/healthz" => return Reply::line(StatusCode::OK, Kind::Part, "ok\n"),
        "/readyz" => return ready(site).await,
        _ => {}
    }
    if let Some(inside) = &site.0.inside {
        if let Some(reply) = inside.answer(&path, asker).await {
            return reply;
        }
        if matches!(inside.place, Place::Alone { .. }) && !is_part(&path) {
            return Reply::line(StatusCode::NOT_FOUND, Kind::Part, "not found\n");
        }
    }
    if let Some(file) = address::file(&path) {
        match site.0.shelf.get(file).await {
            Ok(Some(content)) => return found(&site.0.rules, file, &content, asker.headers),
            Ok(None) => {}
            Err(cause) => return unreadable(file, &cause),
        }
    }
    match site.0.lookup.find(&path, query).await {
        Found::Nothing => missing(site, &path).await,
        Found::Gone => Reply::line(StatusCode::GONE, media::wanted(&path), "gone\n"),
        Found::Moved(target) => match lookup::own(&target) {
            Some(target) => moved(&site.0.rules, &path, &target),
            None => missing(site, &path).await,
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

fn found(rules: &Rules, file: &str, content: &Content, headers: &HeaderMap) -> Reply {
    let media = media::of(file);
    let coding = content.coding(coding::wanted(headers));
    let tag = content.tag(coding);
    let unchanged = conditional::unchanged(headers, &tag, content.modified);
    let status = if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut reply = Reply::new(status, media.kind);
    reply.set(ETAG, &tag);
    reply.set(CACHE_CONTROL, &freshness(rules, file, content.is_followed));
    reply.set(VARY, "Accept-Encoding");
    if unchanged {
        return reply;
    }
    reply.set(LAST_MODIFIED, &conditional::http_date(content.modified));
    reply.set(CONTENT_TYPE, media.name);
    if let Some(link) = rules.topics.as_ref().and_then(|topics| topics.link(file)) {
        reply.set(LINK, &link);
    }
    if let Some(name) = coding.name() {
        reply.set(CONTENT_ENCODING, name);
    }
    reply.body = content.bytes(coding);
    reply
}

fn freshness(rules: &Rules, file: &str, is_followed: bool) -> String {
    if is_followed && rules.lasting.iter().any(|beginning| file.starts_with(beginning.as_str())) {
        return "public, max-age=31536000, immutable".to_owned();
    }
    let age = rules.max_age.as_secs();
    format!("public, max-age={age}, stale-while-revalidate={age}, stale-if-error=86400")
}

fn moved(rules: &Rules, path: &str, target: &str) -> Reply {
    let mut reply =
        Reply::line(StatusCode::MOVED_PERMANENTLY, media::wanted(path), "moved permanently\n");
    reply.set(LOCATION, target);
    reply.set(CACHE_CONTROL, &format!("public, max-age={}", rules.max_age.as_secs()));
    reply
}

pub(super) fn made(media_type: &str, bytes: Vec<u8>) -> Reply {
    let kind = if media_type.starts_with("text/html") { Kind::Page } else { Kind::Part };
    let mut reply = Reply::new(StatusCode::OK, kind);
    reply.set(CONTENT_TYPE, media_type);
    reply.set(CACHE_CONTROL, "no-store");
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
    reply.set(CONTENT_TYPE, name);
    reply.set(CACHE_CONTROL, "no-store");
    reply.body = page.bytes(coding::Coding::Identity);
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
