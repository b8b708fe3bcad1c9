//! An entry in the structures of the two formats, before it takes the shape that all sources share.
//!
//! Each element is filed under the format that its name belongs to, whichever format the document
//! is: an RSS item with `atom:link` fills both. What neither crate has a place for is in [`More`]:
//! `rss::Item` keeps one enclosure, `atom_syndication::Entry` cannot do without `updated` and
//! holds no date that it could not read, and neither has `rdf:about` or Media RSS. The two
//! structures are a kilobyte each on the stack, of one entry at a time, and cost no allocation.

use super::names::Space;
use super::references::References;
use super::tree::Element;
use super::{atom, extensions, rss};
use crate::model::Enclosure;

/// An entry as its elements say.
pub(super) struct Raw {
    pub(super) rss: ::rss::Item,
    pub(super) atom: atom_syndication::Entry,
    pub(super) more: More,
}

/// What the crates' structures have no place for; dates and addresses as written.
#[derive(Default)]
pub(super) struct More {
    /// `rdf:about` of the item.
    pub(super) about: Option<String>,
    pub(super) published: Option<String>,
    pub(super) created: Option<String>,
    pub(super) updated: Option<String>,
    pub(super) enclosures: Vec<Enclosure>,
    /// Media RSS stand-ins for a missing title and description, and an address to watch at.
    pub(super) media_title: Option<String>,
    pub(super) media_description: Option<String>,
    pub(super) player: Option<String>,
    pub(super) images: Vec<String>,
    pub(super) labels: Vec<String>,
    /// Title of the feed that the entry came from.
    pub(super) source_title: Option<String>,
    pub(super) source_authors: Vec<atom_syndication::Person>,
    /// XHTML straight in the item.
    pub(super) xhtml: Option<String>,
    /// Where the content is, if it is elsewhere.
    pub(super) content_address: Option<String>,
    /// What relative addresses in the content are relative to, where the feed says it.
    pub(super) content_base: Option<String>,
    pub(super) comments: Option<String>,
    pub(super) comment_count: Option<String>,
    /// The article's own address, where the link leads over a counter.
    pub(super) original_link: Option<String>,
}

/// How many of anything an entry may have: categories, enclosures, authors.
pub(super) const MOST: usize = 256;

/// Files the elements of an entry.
pub(super) fn read(entry: Element<'_, '_>, references: &References) -> Raw {
    let mut raw = Raw { rss: ::rss::Item::default(), atom: empty_atom(), more: More::default() };
    own_attributes(entry, references, &mut raw);
    for element in entry.elements() {
        match element.space {
            Space::Atom => {
                _ = atom::take(element, references, &mut raw)
                    || rss::take(element, references, &mut raw);
            }
            Space::Rss => {
                _ = rss::take(element, references, &mut raw)
                    || atom::take(element, references, &mut raw);
            }
            _ => extensions::take(element, references, &mut raw),
        }
    }
    raw
}

/// As `Entry::default()`, which reads the date 1970-01-01 from text each time.
fn empty_atom() -> atom_syndication::Entry {
    atom_syndication::Entry {
        title: atom_syndication::Text::default(),
        id: String::new(),
        updated: atom_syndication::FixedDateTime::default(),
        authors: Vec::new(),
        categories: Vec::new(),
        contributors: Vec::new(),
        links: Vec::new(),
        published: None,
        rights: None,
        source: None,
        summary: None,
        content: None,
        extensions: atom_syndication::extension::ExtensionMap::default(),
        namespaces: std::collections::BTreeMap::default(),
    }
}

/// RDF names an item by an attribute; CDF has the link and the date there.
fn own_attributes(entry: Element<'_, '_>, references: &References, raw: &mut Raw) {
    if entry.attributes.raw().is_empty() {
        return;
    }
    let value =
        |name| entry.attributes.get(name).map(|value| references.decode(value).trim().to_owned());
    raw.more.about = value("about");
    raw.more.updated = value("lastmod");
    raw.rss.link = value("href").map(|link| super::links::absolute(&link, entry.base()));
}

/// Keeps the first text that is not empty.
pub(super) fn keep(place: &mut Option<String>, text: String) {
    if place.as_ref().is_none_or(String::is_empty) && !text.is_empty() {
        *place = Some(text);
    }
}

/// Adds, unless it is empty or there are too many.
pub(super) fn add(list: &mut Vec<String>, text: String) {
    if !text.is_empty() && list.len() < MOST {
        list.push(text);
    }
}
