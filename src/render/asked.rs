//! What a page asks for, and what becomes of that: pure.

use serde_json::Value;
use url::{Origin, Url};

use crate::fetch::{Accept, Method, Request};

/// A request of a page that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The browser's name for it.
    pub id: String,
    /// Where to, without fragment.
    pub url: Url,
    method: String,
    kind: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    /// Whether there is a body that the browser did not tell.
    untold: bool,
    frame: String,
}

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Our fetcher asks for it.
    Fetch(Box<Request>),
    /// The browser has it in itself: it is in the address, or made by a script.
    Within,
    /// It is answered with nothing of the kind: text does not need it, but scripts wait for it.
    Blank(&'static str, &'static [u8]),
    /// The browser asks whether it may ask.
    May,
    /// It is refused.
    Refuse,
}

/// For whom a page asks: decides what goes along.
#[derive(Debug)]
pub(super) struct Page<'p> {
    /// The request that led to it, with headers and permissions, and without validators.
    pub request: &'p Request,
    /// Where the document that asks is.
    pub document: &'p Url,
    /// Its main frame.
    pub frame: &'p str,
    /// Bytes that may still come.
    pub left: usize,
}

/// A transparent picture of one pixel: pages that see a picture fail put another in its place.
const PIXEL: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\
    \x01\0\0\x02\x02D\x01\0;";

/// Headers that only the one who asks can set.
const OURS: &[&str] = &[
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "upgrade",
    "upgrade-insecure-requests",
    "expect",
    "user-agent",
    "accept-encoding",
    "if-none-match",
    "if-modified-since",
    "range",
    "cookie",
];

impl Asked {
    /// Of a `Fetch.requestPaused`; none where it is none.
    pub(super) fn read(params: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let request = &params["request"];
        let mut url = Url::parse(request["url"].as_str()?).ok()?;
        url.set_fragment(None);
        let headers = request["headers"].as_object().into_iter().flatten();
        let headers = headers.filter_map(|(name, value)| Some((name.to_lowercase(), text(value)?)));
        let body = text(&request["postData"]);
        Some(Self {
            id: text(&params["requestId"])?,
            url,
            method: text(&request["method"])?,
            kind: text(&params["resourceType"])?,
            headers: headers.collect(),
            untold: body.is_none() && request["hasPostData"].as_bool() == Some(true),
            body,
            frame: text(&params["frameId"]).unwrap_or_default(),
        })
    }

    /// Whether it is the page itself, and not something in it.
    pub(super) fn is_document(&self, frame: &str) -> bool {
        self.kind == "Document" && self.frame == frame
    }

    /// A header that it has.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// What becomes of it.
    pub(super) fn judged(&self, page: &Page<'_>) -> Verdict {
        match self.url.scheme() {
            "data" | "blob" | "about" => return Verdict::Within,
            "http" | "https" => {}
            _ => return Verdict::Refuse,
        }
        match self.kind.as_str() {
            "Document" if self.is_document(page.frame) => self.fetched(page),
            "Stylesheet" => Verdict::Blank("text/css", b""),
            "Image" => Verdict::Blank("image/gif", PIXEL),
            "Preflight" => Verdict::May,
            "Script" | "XHR" | "Fetch" if self.method == "OPTIONS" => Verdict::May,
            "Script" | "XHR" | "Fetch" => self.fetched(page),
            _ => Verdict::Refuse,
        }
    }

    fn fetched(&self, page: &Page<'_>) -> Verdict {
        let method = match self.method.as_str() {
            "GET" => Method::Get,
            "POST" if !self.untold => Method::Post,
            _ => return Verdict::Refuse,
        };
        let own = self.is_own(page);
        let document = self.kind == "Document";
        let mut headers = if own { page.request.headers.clone() } else { Vec::new() };
        for (name, value) in self.headers.iter().filter(|(name, _)| is_pages(name)) {
            if !headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                headers.push((name.clone(), value.clone()));
            }
        }
        Verdict::Fetch(Box::new(Request {
            url: self.url.clone(),
            method,
            headers,
            body: self.body.clone(),
            accept: if document { Accept::Page } else { Accept::Json },
            allow_private: if own { page.request.allow_private.clone() } else { Vec::new() },
            bytes: Some(page.left),
            part: !document,
            ..page.request.clone()
        }))
    }

    /// Whether it goes to the page's own server, and the page is still where it was asked for.
    /// Permissions and secrets are for that server alone: scripts of strangers run in the page.
    fn is_own(&self, page: &Page<'_>) -> bool {
        let origins: [Origin; 2] = [page.request.url.origin(), page.document.origin()];
        origins.iter().all(|origin| *origin == self.url.origin())
    }
}

fn is_pages(name: &str) -> bool {
    !OURS.contains(&name) && !name.starts_with("sec-") && !name.starts_with("proxy-")
}
