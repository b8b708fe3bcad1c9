//! A feed as RSS 2.0, within the RSS Advisory Board's Best Practices Profile.

use crate::html;
use crate::model::Instant;
use crate::publish::Format;
use crate::publish::atom::MEDIA;
use crate::publish::feed::{Attachment, Feed, FeedItem, media_type};
use crate::publish::xml::{Attribute, Xml};
use crate::publish::{history, podcast};

const ATOM: (&str, &str) = ("xmlns:atom", "http://www.w3.org/2005/Atom");
const CONTENT: (&str, &str) = ("xmlns:content", "http://purl.org/rss/1.0/modules/content/");
const DUBLIN_CORE: (&str, &str) = ("xmlns:dc", "http://purl.org/dc/elements/1.1/");

/// The document.
pub(super) fn write(feed: &Feed<'_>) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.comment(&format!("{} {}", feed.notice, feed.page));
    xml.open("rss", &namespaces(feed));
    xml.open("channel", &[]);
    channel(&mut xml, feed);
    links(&mut xml, feed);
    feed.history.mark(&mut xml);
    image(&mut xml, feed);
    for entry in &feed.items {
        item(&mut xml, entry);
    }
    xml.finish()
}

/// Those that the document uses, behind its version.
fn namespaces(feed: &Feed<'_>) -> Vec<Attribute<'static>> {
    let any = |has: fn(&FeedItem<'_>) -> bool| feed.items.iter().any(has);
    let has_media = any(|item| item.image.is_some() || item.enclosures.len() > 1);
    let modules = [
        (feed.address.is_some(), ATOM),
        (any(|item| !item.body.is_empty()), CONTENT),
        (any(|item| !item.authors.is_empty() || item.rights.is_some()), DUBLIN_CORE),
        (has_media, MEDIA),
        (feed.history.is_marked(), history::NAMESPACE),
        (any(|item| item.podcast.is_any()), podcast::NAMESPACE),
    ];
    let modules = modules.into_iter().filter_map(|(used, module)| used.then_some(module));
    std::iter::once(("version", "2.0")).chain(modules).collect()
}

fn channel(xml: &mut Xml, feed: &Feed<'_>) {
    xml.twice("title", &feed.title);
    xml.leaf("link", &[], &feed.page);
    xml.twice("description", &feed.subtitle);
    xml.leaf("language", &[], feed.language);
    if !feed.is_empty() {
        xml.leaf("lastBuildDate", &[], &date(feed.updated));
    }
    if let Some(minutes) = feed.ttl {
        xml.leaf("ttl", &[], &minutes.to_string());
    }
    xml.leaf("generator", &[], "finews");
    xml.leaf("docs", &[], "https://www.rssboard.org/rss-specification");
}

fn links(xml: &mut Xml, feed: &Feed<'_>) {
    let Some(own) = feed.at(Format::Rss) else { return };
    let mut link = |rel, format: Format, href: &str| {
        let media_type = format.bare_media_type();
        xml.empty("atom:link", &[("rel", rel), ("type", media_type), ("href", href)]);
    };
    link("self", Format::Rss, &own);
    for (format, address) in feed.others(Format::Rss) {
        link("alternate", format, &address);
    }
    for (rel, address) in feed.history.links(Format::Rss) {
        link(rel, Format::Rss, &address);
    }
    if let Some(hub) = feed.hub {
        xml.empty("atom:link", &[("rel", "hub"), ("href", hub)]);
    }
}

fn image(xml: &mut Xml, feed: &Feed<'_>) {
    let Some((icon, _)) = &feed.icons else { return };
    xml.open("image", &[]);
    xml.leaf("url", &[], icon);
    xml.twice("title", &feed.title);
    xml.leaf("link", &[], &feed.page);
    xml.close();
}

fn item(xml: &mut Xml, item: &FeedItem<'_>) {
    xml.open("item", &[]);
    xml.twice("title", &item.title);
    if let Some(link) = &item.link {
        xml.leaf("link", &[], link);
    }
    xml.leaf("guid", &[("isPermaLink", "false")], &item.id);
    xml.leaf("pubDate", &[], &date(item.published));
    attribution(xml, item);
    text(xml, item);
    media(xml, item);
    podcast::write(xml, item);
    xml.close();
}

fn attribution(xml: &mut Xml, item: &FeedItem<'_>) {
    for author in &item.authors {
        xml.leaf("dc:creator", &[], &author.name);
    }
    if let Some(rights) = &item.rights {
        xml.leaf("dc:rights", &[], rights);
    }
    for tag in &item.tags {
        xml.leaf("category", &[("domain", tag.scheme.as_deref().unwrap_or(""))], &tag.label);
    }
    if let Some(feed) = &item.source.feed {
        xml.leaf("source", &[("url", feed)], item.source.title);
    }
}

/// `description` before `content:encoded`: some readers take whichever comes last.
fn text(xml: &mut Xml, item: &FeedItem<'_>) {
    if let Some(summary) = &item.summary {
        xml.leaf("description", &[], &html::escape(summary));
    }
    if !item.body.is_empty() {
        xml.cdata("content:encoded", &item.body);
    }
}

/// One `enclosure` at most (the Profile's rule); all further files are `media:content`.
fn media(xml: &mut Xml, item: &FeedItem<'_>) {
    let main = item.enclosures.iter().position(Attachment::plays).unwrap_or(0);
    for (at, file) in item.enclosures.iter().enumerate() {
        let length = file.length.map(|bytes| bytes.to_string());
        let length = length.as_deref();
        if at == main {
            let length = length.unwrap_or("0");
            let attributes = [("url", &*file.url), ("length", length), ("type", file.media_type)];
            xml.empty("enclosure", &attributes);
        } else {
            let length = length.unwrap_or("");
            let attributes = [
                ("url", &*file.url),
                ("fileSize", length),
                ("type", file.media_type),
                ("medium", medium(file.media_type)),
            ];
            xml.empty("media:content", &attributes);
        }
    }
    if let Some(image) = &item.image {
        let kind = Some(media_type(image)).filter(|kind| kind.starts_with("image/")).unwrap_or("");
        xml.empty("media:content", &[("url", image), ("medium", "image"), ("type", kind)]);
        xml.empty("media:thumbnail", &[("url", image)]);
    }
}

/// What Media RSS calls a media type.
fn medium(media_type: &str) -> &'static str {
    match media_type.split('/').next() {
        Some("audio") => "audio",
        Some("video") => "video",
        Some("image") => "image",
        _ => "document",
    }
}

/// RFC 822 with a year of four digits, as the specification of RSS asks.
pub(super) fn date(instant: Instant) -> String {
    instant.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
