//! The way of one request from hop to hop: what is sent along, and what must stay behind.

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION, USER_AGENT,
};
use url::{Position, Url};

use crate::fetch::{Detour, Error, Method, Request};
use crate::model::Validators;

/// The next hop of a request, and what is known of those before.
pub(super) struct Route<'a> {
    /// Where to, without user name and password.
    pub url: Url,
    /// How.
    pub method: Method,
    /// What a POST sends.
    pub body: Option<&'a str>,
    /// Configured headers; emptied when the origin changes.
    own: HeaderMap,
    /// Whether there ever were any.
    confided: bool,
    validators: &'a Validators,
    validated: Url,
    been: Vec<(Method, Url)>,
    permanent: bool,
}

impl<'a> Route<'a> {
    /// The first hop.
    pub(super) fn start(request: &'a Request) -> Result<Self, Error> {
        let mut own = HeaderMap::new();
        if let Some(basic) = credentials(&request.url) {
            own.insert(AUTHORIZATION, basic);
        }
        for (name, value) in &request.headers {
            let (name, value) = header(name, value)?;
            own.insert(name, value);
        }
        let url = bare(request.url.clone());
        Ok(Self {
            validated: request.validated.clone().map_or_else(|| url.clone(), bare),
            url,
            method: request.method,
            body: request.body.as_deref().filter(|_| request.method == Method::Post),
            confided: !own.is_empty(),
            own,
            validators: &request.validators,
            been: Vec::new(),
            permanent: true,
        })
    }

    /// Whether this hop asks on a condition.
    pub(super) fn conditional(&self) -> bool {
        self.url == self.validated && *self.validators != Validators::default()
    }

    /// The headers of this hop. Accept-Encoding is set here so that it is the same each time.
    pub(super) fn headers(&self, user_agent: HeaderValue, accept: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, user_agent);
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd"));
        if let Some(body) = self.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(form_or_json(body)));
        }
        if self.conditional() {
            let known = [
                (IF_NONE_MATCH, &self.validators.etag),
                (IF_MODIFIED_SINCE, &self.validators.last_modified),
            ];
            for (name, value) in known {
                let value = value.as_deref().map(HeaderValue::from_bytes);
                if let Some(Ok(value)) = value {
                    headers.insert(name, value);
                }
            }
        }
        headers.extend(self.own.clone());
        headers
    }

    /// Turns to where a redirect leads.
    pub(super) fn follow(
        &mut self,
        status: u16,
        head: &HeaderMap,
        limit: usize,
    ) -> Result<(), Error> {
        if self.been.len() >= limit {
            return Err(Detour::TooMany(limit).into());
        }
        let next = self.target(head).ok_or(Detour::Nowhere)?;
        if self.confided && self.url.scheme() == "https" && next.scheme() == "http" {
            return Err(Detour::Downgrade.into());
        }
        if next.origin() != self.url.origin() {
            self.own.clear();
        }
        let before = self.method;
        if matches!(status, 301..=303) {
            self.method = Method::Get;
            self.body = None;
        }
        self.permanent &= matches!(status, 301 | 308);
        self.been.push((before, std::mem::replace(&mut self.url, next)));
        let circle = self.been.iter().any(|(how, url)| *how == self.method && *url == self.url);
        if circle { Err(Detour::Circle.into()) } else { Ok(()) }
    }

    /// Where the page lives now, if it moved for good.
    pub(super) fn moved_to(&self) -> Option<Url> {
        (self.permanent && !self.been.is_empty()).then(|| self.url.clone())
    }

    fn target(&self, head: &HeaderMap) -> Option<Url> {
        let location = String::from_utf8_lossy(head.get(LOCATION)?.as_bytes());
        self.url.join(location.trim()).ok().map(bare)
    }
}

/// Whether a status is a redirect that is followed.
pub(super) fn redirects(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let unfit = || Error::Header { name: name.to_owned() };
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?;
    if OURS_ALONE.contains(&key.as_str()) {
        return Err(unfit());
    }
    let mut value = HeaderValue::from_str(value).map_err(|_| unfit())?;
    value.set_sensitive(true);
    Ok((key, value))
}

/// Headers that frame the message or choose the host; configured ones would break either.
const OURS_ALONE: &[&str] =
    &["host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "expect"];

/// User name and password of an address as a basic `Authorization` (RFC 7617).
fn credentials(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
    let mut pair = decoded(url.username());
    pair.push(b':');
    pair.extend(decoded(url.password().unwrap_or_default()));
    let mut value = HeaderValue::from_str(&format!("Basic {}", base64(&pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// RFC 4648 §4, with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if place > group.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

/// An address as it is asked for: no user name, no password, no fragment.
fn bare(mut url: Url) -> Url {
    url.set_fragment(None);
    // These fail only for addresses that cannot carry them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

fn form_or_json(body: &str) -> &'static str {
    if body.trim_start().starts_with(['{', '[']) {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    }
}

/// An address for logs and messages: without user name, password and fragment.
pub fn shown(url: &Url) -> String {
    if url.has_host() { bare(url.clone()).into() } else { url[..Position::BeforePath].to_owned() }
}
