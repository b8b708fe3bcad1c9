//! Atom 0.3 and 1.0, into the structures of the `atom_syndication` crate.

use atom_syndication::{Category, Content, Feed, Link, Person, Text, TextType};

use super::names::Space;
use super::raw::{MOST, Raw, keep};
use super::references::References;
use super::tree::Element;
use super::{links, mend, text};

/// Files an element of an entry; `false` where Atom has no such element.
pub(super) fn take(element: Element<'_, '_>, references: &References, raw: &mut Raw) -> bool {
    let Raw { atom: entry, more, .. } = raw;
    let decoded = || text::decoded(element, references);
    match element.name {
        "id" if entry.id.is_empty() => entry.id = decoded(),
        "title" if entry.title.value.is_empty() => entry.title = construct(element, references),
        "link" => push(&mut entry.links, link(element, references)),
        "summary" if entry.summary.is_none() => {
            entry.summary = Some(construct(element, references));
        }
        "content" => content(element, references, raw),
        "author" => push(&mut entry.authors, person(element, references)),
        "contributor" => push(&mut entry.contributors, person(element, references)),
        "category" => push(&mut entry.categories, category(element, references)),
        "published" | "issued" => keep(&mut more.published, decoded()),
        "created" => keep(&mut more.created, decoded()),
        "updated" | "modified" => keep(&mut more.updated, decoded()),
        "source" => source(element, references, raw),
        _ => return false,
    }
    true
}

/// Files an element of a feed.
pub(super) fn take_head(element: Element<'_, '_>, references: &References, feed: &mut Feed) {
    match element.name {
        "title" if feed.title.value.is_empty() => feed.title = construct(element, references),
        "link" => push(&mut feed.links, link(element, references)),
        "author" => push(&mut feed.authors, person(element, references)),
        _ => {}
    }
}

fn push<T>(list: &mut Vec<T>, value: Option<T>) {
    list.extend(value.filter(|_| list.len() < MOST));
}

/// An attribute's value, decoded; `None` where it is missing or blank.
fn attribute(element: Element<'_, '_>, references: &References, name: &str) -> Option<String> {
    let value = element.attributes.get(name)?;
    Some(references.decode(value).trim().to_owned()).filter(|value| !value.is_empty())
}

/// A link; the address may stand as text, where it is not in `href`.
fn link(element: Element<'_, '_>, references: &References) -> Option<Link> {
    let href = attribute(element, references, "href")
        .unwrap_or_else(|| text::decoded(element, references));
    let rel = attribute(element, references, "rel")
        .map_or_else(|| "alternate".to_owned(), |rel| relation(&rel));
    (!href.is_empty()).then(|| Link {
        href: links::absolute(&href, element.base()),
        rel,
        hreflang: None,
        mime_type: attribute(element, references, "type"),
        title: None,
        length: attribute(element, references, "length"),
    })
}

/// A registered relation may be written as an address (RFC 4287 §4.2.7.2).
fn relation(rel: &str) -> String {
    let rel = rel.to_ascii_lowercase();
    rel.strip_prefix("http://www.iana.org/assignments/relation/").map(str::to_owned).unwrap_or(rel)
}

/// The inside of a text construct, by its `type` (RFC 4287 §3.1.1, §4.1.3.3) or its `mode` (Atom 0.3).
fn construct(element: Element<'_, '_>, references: &References) -> Text {
    let attribute = |name| {
        element
            .attributes
            .get(name)
            .map(|value| value.trim().to_ascii_lowercase())
            .unwrap_or_default()
    };
    let media_type = attribute("type");
    let inline = text::has_elements(element);
    let kind = kind(&media_type);
    let (value, html) = match kind {
        _ if attribute("mode") == "base64" => {
            return encoded(element, references, kind == Kind::Html);
        }
        Kind::Binary => return encoded(element, references, false),
        Kind::Xhtml => (in_markup(element, references, inline), true),
        Kind::Html => (text::decoded(element, references), true),
        Kind::Plain if inline => (text::markup(element, references), true),
        Kind::Plain => (text::decoded(element, references), false),
    };
    text_of(value, html)
}

fn in_markup(element: Element<'_, '_>, references: &References, inline: bool) -> String {
    if inline { text::markup(element, references) } else { text::decoded(element, references) }
}

fn text_of(value: String, html: bool) -> Text {
    Text {
        value,
        base: None,
        lang: None,
        r#type: if html { TextType::Html } else { TextType::Text },
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Html,
    Xhtml,
    /// In base64.
    Binary,
}

/// The three kinds of RFC 4287, and the media types that stand for them.
fn kind(media_type: &str) -> Kind {
    match media_type.split(';').next().unwrap_or_default().trim() {
        "" | "text" | "plain" => Kind::Plain,
        "html" | "text/html" => Kind::Html,
        "xhtml" | "xml" => Kind::Xhtml,
        other if other.ends_with("+xml") || other.ends_with("/xml") => Kind::Xhtml,
        other if other.starts_with("text/") || !other.contains('/') => Kind::Plain,
        _ => Kind::Binary,
    }
}

/// Base64 that holds text; anything else is taken for the text itself.
fn encoded(element: Element<'_, '_>, references: &References, html: bool) -> Text {
    let written = text::decoded(element, references);
    let value = mend::base64(&written).unwrap_or(written);
    let html = html || text::looks_like_html(&value);
    text_of(value, html)
}

fn content(element: Element<'_, '_>, references: &References, raw: &mut Raw) {
    let Text { value, r#type, .. } = construct(element, references);
    if let Some(src) = attribute(element, references, "src") {
        keep(&mut raw.more.content_address, links::absolute(&src, element.base()));
    }
    if raw.atom.content.is_none() && !value.is_empty() {
        raw.more.content_base = element.base().map(ToString::to_string);
        let content_type = (r#type != TextType::Text).then(|| "html".to_owned());
        raw.atom.content = Some(Content { value: Some(value), content_type, ..Content::default() });
    }
}

/// A person construct (RFC 4287 §3.2); 0.3 called the address `url`.
pub(super) fn person(element: Element<'_, '_>, references: &References) -> Option<Person> {
    let mut person = Person::default();
    for part in element.elements() {
        let value = text::decoded(part, references);
        match part.name {
            "name" => person.name = value,
            "email" => person.email = Some(value).filter(|email| !email.is_empty()),
            "uri" | "url" | "homepage" => {
                person.uri =
                    Some(links::absolute(&value, part.base())).filter(|uri| !uri.is_empty());
            }
            _ => {}
        }
    }
    if person == Person::default() {
        person.name = text::decoded(element, references);
    }
    (person != Person::default()).then_some(person)
}

fn category(element: Element<'_, '_>, references: &References) -> Option<Category> {
    let term = attribute(element, references, "term")
        .unwrap_or_else(|| text::decoded(element, references));
    let label = attribute(element, references, "label");
    (!term.is_empty() || label.is_some()).then_some(Category { term, scheme: None, label })
}

/// The feed that an aggregated entry came from (RFC 4287 §4.2.11).
fn source(element: Element<'_, '_>, references: &References, raw: &mut Raw) {
    for part in element.elements().filter(|part| matches!(part.space, Space::Atom | Space::Rss)) {
        match part.name {
            "title" => keep(&mut raw.more.source_title, construct(part, references).value),
            "author" => push(&mut raw.more.source_authors, person(part, references)),
            _ => {}
        }
    }
}
