//! The list of all our feeds as OPML 2.0. Its date is that of our names: it holds no item.

use std::collections::BTreeSet;

use crate::model::Category;
use crate::publish::Format;
use crate::publish::address::public;
use crate::publish::desk::Desk;
use crate::publish::rss::date;
use crate::publish::words::fill;
use crate::publish::xml::Xml;

/// The document: everything first, then a group with the categories by address.
pub(super) fn write(desk: &Desk) -> Vec<u8> {
    let site = &desk.library.site;
    let mut xml = Xml::new();
    xml.open("opml", &[("version", "2.0")]);
    xml.open("head", &[]);
    xml.leaf("title", &[], &site.title);
    xml.leaf("dateCreated", &[], &date(desk.places.began()));
    xml.leaf("ownerName", &[], &site.title);
    xml.leaf("ownerId", &[], desk.places.root());
    xml.leaf("docs", &[], "https://opml.org/spec2.opml");
    xml.close();
    xml.open("body", &[]);
    outline(&mut xml, desk, &site.title, &desk.places.all(), &desk.about());
    if desk.has_shares {
        let about = fill(desk.words.shared_by, &[("site", &site.title)]);
        outline(&mut xml, desk, desk.words.shared, &desk.places.file("shares"), &about);
    }
    let group = desk.words.categories;
    xml.open("outline", &[("text", group), ("title", group)]);
    for category in sorted(desk) {
        let about = [("title", &*category.title), ("site", &*site.title)];
        let about = fill(desk.words.gathered, &about);
        outline(&mut xml, desk, &category.title, &desk.places.category(&category.slug), &about);
    }
    xml.finish()
}

fn sorted(desk: &Desk) -> Vec<&Category> {
    let mut categories: Vec<&Category> = desk.library.categories.values().collect();
    categories.sort_by(|a, b| a.slug.cmp(&b.slug));
    categories
}

fn outline(xml: &mut Xml, desk: &Desk, title: &str, address: &str, about: &str) {
    // An attribute without a value is not written, and `text` is required.
    let title = if title.is_empty() { address } else { title };
    let attributes = [
        ("type", "rss"),
        ("text", title),
        ("title", title),
        ("xmlUrl", &format!("{address}.{}", Format::Atom.extension())),
        ("htmlUrl", &format!("{address}.html")),
        ("language", &desk.library.site.language),
        ("description", about),
    ];
    xml.empty("outline", &attributes);
}

/// A feed that somebody else publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// What it is called.
    pub title: String,
    /// Its address.
    pub url: String,
    /// Its site.
    pub home: Option<String>,
    /// The groups that it stands in; in each of them it is named.
    pub groups: Vec<String>,
}

/// A list of others' feeds, for other readers: credentials stay here.
pub(super) fn subscriptions(title: &str, feeds: &[Subscription]) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("opml", &[("version", "2.0")]);
    xml.open("head", &[]);
    xml.leaf("title", &[], title);
    xml.close();
    xml.open("body", &[]);
    for feed in feeds.iter().filter(|feed| feed.groups.is_empty()) {
        theirs(&mut xml, feed);
    }
    let groups: BTreeSet<&String> = feeds.iter().flat_map(|feed| &feed.groups).collect();
    for group in groups {
        xml.open("outline", &[("text", group), ("title", group)]);
        for feed in feeds.iter().filter(|feed| feed.groups.contains(group)) {
            theirs(&mut xml, feed);
        }
        xml.close();
    }
    xml.finish()
}

fn theirs(xml: &mut Xml, feed: &Subscription) {
    let Some(url) = public(&feed.url) else { return };
    let home = feed.home.as_deref().and_then(public).unwrap_or_default();
    let title = if feed.title.is_empty() { &url } else { feed.title.as_str() };
    let attributes =
        [("type", "rss"), ("text", title), ("title", title), ("xmlUrl", &url), ("htmlUrl", &home)];
    xml.empty("outline", &attributes);
}
