//! Where things are: every absolute address of ours comes from the site's own, and from nothing else.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveTime};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::model::{Instant, ItemId};

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What may not stand in an address at all (RFC 3986 §2); non-ASCII is always encoded besides.
const ILLEGAL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The site's addresses.
#[derive(Clone, Debug)]
pub(super) struct Places {
    root: String,
    /// Authority of our `tag:` names, as in `example.org,2026`.
    authority: String,
}

impl Places {
    /// The places below an address; a last `/` is added where it is missing.
    pub(super) fn new(site: &Url, authority: &str) -> Self {
        let mut root = site.as_str().to_owned();
        if !root.ends_with('/') {
            root.push('/');
        }
        Self { root, authority: authority.to_owned() }
    }

    /// The home page, with its last `/`.
    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// The taxonomy of our categories: the scheme or domain of their terms.
    pub(super) fn categories(&self) -> String {
        format!("{}category/", self.root)
    }

    /// A category's address without its suffix.
    pub(super) fn category(&self, slug: &str) -> String {
        format!("{}category/{}", self.root, encode(slug))
    }

    /// The address of everything, without its suffix.
    pub(super) fn all(&self) -> String {
        format!("{}all", self.root)
    }

    /// The archive of everything as a folder, with its last `/`.
    pub(super) fn archive(&self) -> String {
        format!("{}archive/", self.root)
    }

    /// A category's archive as a folder, with its last `/`.
    pub(super) fn archive_of(&self, slug: &str) -> String {
        format!("{}archive/{}/", self.root, encode(slug))
    }

    /// When our names began: the day in their authority. What has no date of its own bears it,
    /// since the clock has no part in what is published.
    pub(super) fn began(&self) -> Instant {
        let date = self.authority.rsplit(',').next().unwrap_or_default();
        let mut parts = date.split('-').map(|part| part.parse::<u32>().ok());
        let mut part = || parts.next().flatten();
        let (year, month, day) = (part(), part().unwrap_or(1), part().unwrap_or(1));
        let year = i32::try_from(year.unwrap_or(2000)).unwrap_or(2000);
        let day = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        day.and_time(NaiveTime::MIN).and_utc()
    }

    /// An item's share page.
    pub(super) fn share(&self, item: &ItemId) -> String {
        format!("{}share/{}.html", self.root, encode(item.as_str()))
    }

    /// A file that lies at the root.
    pub(super) fn file(&self, name: &str) -> String {
        format!("{}{name}", self.root)
    }

    /// A lasting name of ours (RFC 4151); `parts` are percent-encoded.
    pub(super) fn tag(&self, parts: &[&str]) -> String {
        let specific: Vec<String> = parts.iter().map(|part| encode(part)).collect();
        format!("tag:{}:{}", self.authority, specific.join("/"))
    }
}

/// A text as one part of an address's path or as a value in its query.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A foreign address fit to be published: `http` or `https`, no credentials, ASCII only.
pub(super) fn public(address: &str) -> Option<Cow<'_, str>> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    match rest {
        Some(rest) if is_plain(rest) => Some(Cow::Borrowed(address)),
        _ => repair(address).map(Cow::Owned),
    }
}

fn is_plain(rest: &str) -> bool {
    let mark = |byte: u8| b"\"<>\\^`{|}@".contains(&byte);
    rest.bytes().all(|byte| byte.is_ascii_graphic() && !mark(byte))
}

fn repair(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(utf8_percent_encode(url.as_str(), ILLEGAL).to_string())
}
