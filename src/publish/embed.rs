//! What another site shows for a link to one of our share pages: oEmbed 1.0, as JSON and as XML.

use serde::Serialize;

use crate::html;
use crate::model::Item;
use crate::publish::desk::Desk;
use crate::publish::pages::outlet;
use crate::publish::xml::Xml;

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Embed {
    /// `application/json+oembed` in the page's link, `application/json` in the answer.
    Json,
    /// `text/xml+oembed` in the page's link, `text/xml` in the answer.
    Xml,
}

impl Embed {
    /// The media type of the answer.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Xml => "text/xml; charset=utf-8",
        }
    }

    /// The name for it in a request (oEmbed §2.2.1).
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }
}

/// A picture that is known to be no larger than the asker wants.
const ICON: (&str, u32) = ("icon-512.png", 512);
/// Longest title, in characters.
const TITLE: usize = 300;

/// The answer (§2.3.4); a link says no more than what the page is.
#[derive(Serialize)]
struct Answer<'a> {
    version: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    author_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    author_url: Option<&'a str>,
    provider_name: &'a str,
    provider_url: &'a str,
    cache_age: u32,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    thumbnail: Option<Thumbnail>,
}

#[derive(Serialize)]
struct Thumbnail {
    #[serde(rename = "thumbnail_url")]
    url: String,
    #[serde(rename = "thumbnail_width")]
    width: u32,
    #[serde(rename = "thumbnail_height")]
    height: u32,
}

/// The answer for an item's page; `most` is the largest width or height that the asker has room for.
pub(super) fn write(desk: &Desk, item: &Item, form: Embed, most: Option<u32>) -> Vec<u8> {
    let said = desk.item(item);
    let site = &desk.library.site;
    let fits = most.is_none_or(|most| most >= ICON.1);
    let answer = Answer {
        version: "1.0",
        kind: "link",
        title: html::excerpt(&said.title, TITLE),
        author_name: outlet(&said),
        author_url: said.original(),
        provider_name: &site.title,
        provider_url: desk.places.root(),
        cache_age: site.ttl_minutes.saturating_mul(60),
        thumbnail: fits.then(|| Thumbnail {
            url: desk.places.file(ICON.0),
            width: ICON.1,
            height: ICON.1,
        }),
    };
    match form {
        Embed::Json => serde_json::to_vec(&answer).unwrap_or_default(),
        Embed::Xml => xml(&answer),
    }
}

fn xml(answer: &Answer<'_>) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("oembed", &[]);
    xml.leaf("version", &[], answer.version);
    xml.leaf("type", &[], answer.kind);
    xml.leaf("title", &[], &answer.title);
    xml.leaf("author_name", &[], answer.author_name);
    if let Some(url) = answer.author_url {
        xml.leaf("author_url", &[], url);
    }
    xml.leaf("provider_name", &[], answer.provider_name);
    xml.leaf("provider_url", &[], answer.provider_url);
    xml.leaf("cache_age", &[], &answer.cache_age.to_string());
    if let Some(thumbnail) = &answer.thumbnail {
        xml.leaf("thumbnail_url", &[], &thumbnail.url);
        xml.leaf("thumbnail_width", &[], &thumbnail.width.to_string());
        xml.leaf("thumbnail_height", &[], &thumbnail.height.to_string());
    }
    xml.finish()
}
