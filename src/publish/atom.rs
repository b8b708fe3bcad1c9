//! A feed as Atom 1.0 (RFC 4287).

use chrono::SecondsFormat;

use crate::model::Instant;
use crate::publish::Format;
use crate::publish::feed::{Author, Feed, FeedItem};
use crate::publish::xml::Xml;

/// The document.
pub(super) fn write(feed: &Feed<'_>) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.comment(&format!("{} {}", feed.notice, feed.page));
    let namespaces = [
        ("xmlns", "http://www.w3.org/2005/Atom"),
        ("xmlns:media", "http://search.yahoo.com/mrss/"),
        ("xml:lang", feed.language),
    ];
    xml.open("feed", &namespaces);
    head(&mut xml, feed);
    links(&mut xml, feed);
    xml.leaf("generator", &[], "finews");
    if let Some((_, icon)) = &feed.icons {
        xml.leaf("icon", &[], icon);
    }
    for item in &feed.items {
        entry(&mut xml, item);
    }
    xml.finish()
}

fn head(xml: &mut Xml, feed: &Feed<'_>) {
    xml.leaf("id", &[], &feed.id);
    xml.leaf("title", &[("type", "text")], &feed.title);
    xml.leaf("subtitle", &[("type", "text")], &feed.subtitle);
    xml.leaf("updated", &[], &date(feed.updated));
    xml.open("author", &[]);
    xml.leaf("name", &[], feed.author.0);
    xml.leaf("uri", &[], &feed.author.1);
    xml.close();
}

fn links(xml: &mut Xml, feed: &Feed<'_>) {
    let mut link = |rel, media_type, href: &str| {
        xml.empty("link", &[("rel", rel), ("type", media_type), ("href", href)]);
    };
    if let Some(own) = feed.at(Format::Atom) {
        link("self", Format::Atom.bare_media_type(), &own);
    }
    link("alternate", "text/html", &feed.page);
    for (format, address) in feed.others(Format::Atom) {
        link("alternate", format.bare_media_type(), &address);
    }
    if let Some(hub) = feed.hub {
        link("hub", "", hub);
    }
}

fn entry(xml: &mut Xml, item: &FeedItem<'_>) {
    xml.open("entry", &[("xml:lang", item.language.unwrap_or(""))]);
    xml.leaf("id", &[], &item.id);
    xml.leaf("title", &[("type", "text")], &item.title);
    xml.leaf("updated", &[], &date(item.updated));
    xml.leaf("published", &[], &date(item.published));
    entry_links(xml, item);
    for author in &item.authors {
        person(xml, author);
    }
    for tag in &item.tags {
        let scheme = tag.scheme.as_deref().unwrap_or("");
        xml.empty("category", &[("term", &*tag.term), ("scheme", scheme), ("label", &*tag.label)]);
    }
    source(xml, item);
    text(xml, item);
    if let Some(image) = &item.image {
        xml.empty("media:thumbnail", &[("url", image)]);
    }
    xml.close();
}

fn entry_links(xml: &mut Xml, item: &FeedItem<'_>) {
    let mut page = |rel, href: Option<&str>| {
        if let Some(href) = href {
            xml.empty("link", &[("rel", rel), ("type", "text/html"), ("href", href)]);
        }
    };
    page("alternate", item.link.as_deref());
    page("related", item.share.as_deref().filter(|_| item.original().is_some()));
    for other in &item.also {
        if let Some(link) = other.link.as_deref() {
            let title = ("title", other.title);
            xml.empty("link", &[("rel", "related"), ("type", "text/html"), title, ("href", link)]);
        }
    }
    for file in &item.enclosures {
        let length = file.length.map_or_else(String::new, |bytes| bytes.to_string());
        let attributes = [
            ("rel", "enclosure"),
            ("type", file.media_type),
            ("length", &length),
            ("href", &file.url),
        ];
        xml.empty("link", &attributes);
    }
}

fn person(xml: &mut Xml, author: &Author<'_>) {
    xml.open("author", &[]);
    xml.leaf("name", &[], &author.name);
    if let Some(uri) = &author.uri {
        xml.leaf("uri", &[], uri);
    }
    xml.close();
}

/// Where the entry was copied from (§4.2.11). Its own date is not known: the entry's stands for it.
fn source(xml: &mut Xml, item: &FeedItem<'_>) {
    xml.open("source", &[]);
    xml.leaf("id", &[], &item.source.id);
    xml.leaf("title", &[], item.source.title);
    xml.leaf("updated", &[], &date(item.updated));
    if let Some(feed) = &item.source.feed {
        xml.empty("link", &[("rel", "self"), ("href", feed)]);
    }
    if let Some(home) = &item.source.home {
        xml.empty("link", &[("rel", "alternate"), ("href", home)]);
    }
    xml.close();
}

/// An entry without a link must have content (§4.1.2), be it empty.
fn text(xml: &mut Xml, item: &FeedItem<'_>) {
    if let Some(summary) = &item.summary {
        xml.leaf("summary", &[("type", "text")], summary);
    }
    if !item.body.is_empty() || item.link.is_none() {
        let base = item.link.as_deref().unwrap_or("");
        xml.leaf("content", &[("type", "html"), ("xml:base", base)], &item.body);
    }
}

/// RFC 3339 in UTC.
pub(super) fn date(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
