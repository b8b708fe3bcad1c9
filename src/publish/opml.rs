//! The list of all our feeds as OPML 2.0. Its date is that of our names: it holds no item.

use crate::model::Category;
use crate::publish::Format;
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
