//! A feed as JSON Feed 1.1.

use serde::Serialize;

use crate::publish::Format;
use crate::publish::atom::date;
use crate::publish::feed::{Attachment, Author, Feed, FeedItem};

/// What the extension object `_finews` is about.
const ABOUT: &str =
    "share: this item's page at the publisher of the feed; source and medium: where it came from";

/// The document: one line, `version` first, since some readers look for it at the beginning.
pub(super) fn write(feed: &Feed<'_>) -> Vec<u8> {
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.page,
        feed_url: feed.at(Format::Json),
        next_url: next(feed),
        description: &feed.subtitle,
        user_comment: format!("{} {}", feed.notice, feed.page),
        icon: feed.icons.as_ref().map(|(_, large)| large.as_str()),
        favicon: feed.icons.as_ref().map(|(small, _)| small.as_str()),
        authors: vec![Named { name: feed.author.0, url: Some(&feed.author.1) }],
        language: feed.language,
        hubs: feed.hub.map(|url| Hub { kind: "WebSub", url }).into_iter().collect(),
        items: feed.items.iter().map(record).collect(),
    };
    let mut bytes = serde_json::to_vec(&document).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The document of older items.
fn next(feed: &Feed<'_>) -> Option<String> {
    let links = feed.history.links(Format::Json);
    links.into_iter().find_map(|(rel, address)| (rel == "prev-archive").then_some(address))
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    description: &'a str,
    user_comment: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    favicon: Option<&'a str>,
    authors: Vec<Named<'a>>,
    language: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    items: Vec<Record<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Hub<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Record<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    title: &'a str,
    content_html: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Named<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<FileNote<'a>>,
    #[serde(rename = "_finews")]
    extension: Extension<'a>,
}

#[derive(Serialize)]
struct FileNote<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
}

#[derive(Serialize)]
struct Extension<'a> {
    about: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<&'a str>,
    source: Source<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    medium: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommended: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Other<'a>>,
}

#[derive(Serialize)]
struct Other<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Source<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    home: Option<&'a str>,
}

fn record<'a>(item: &'a FeedItem<'_>) -> Record<'a> {
    Record {
        id: &item.id,
        url: item.link.as_deref(),
        title: &item.title,
        content_html: &item.body,
        summary: item.summary.as_deref(),
        image: item.image.as_deref(),
        date_published: date(item.published),
        date_modified: date(item.updated),
        authors: item.authors.iter().map(named).collect(),
        tags: item.tags.iter().map(|tag| &*tag.label).collect(),
        language: item.language,
        attachments: attachments(item),
        extension: extension(item),
    }
}

fn extension<'a>(item: &'a FeedItem<'_>) -> Extension<'a> {
    Extension {
        about: ABOUT,
        share: item.share.as_deref(),
        source: Source {
            title: item.source.title,
            feed: item.source.feed.as_deref(),
            home: item.source.home.as_deref(),
        },
        medium: item.medium.as_deref(),
        recommended: item.remark.as_ref().map(|remark| date(remark.since)),
        note: item.remark.as_ref().and_then(|remark| remark.note),
        also: item.also.iter().map(|o| Other { title: o.title, url: o.link.as_deref() }).collect(),
    }
}

fn named<'a>(author: &'a Author<'_>) -> Named<'a> {
    Named { name: &author.name, url: author.uri.as_deref() }
}

/// The duration of an episode is that of what plays.
fn attachments<'a>(item: &'a FeedItem<'_>) -> Vec<FileNote<'a>> {
    let note = |file: &'a Attachment<'_>| FileNote {
        url: &file.url,
        mime_type: file.media_type,
        size_in_bytes: file.length,
        duration_in_seconds: item.podcast.seconds().filter(|_| file.plays()),
    };
    item.enclosures.iter().map(note).collect()
}
