//! RSS 0.90 to 2.0, RSS 1.0 and 1.1, CDF: their own elements, into the structures of the `rss` crate.

use ::rss::{Category, Channel, Guid, Item, Source};

use super::raw::{MOST, Raw, add, keep};
use super::references::References;
use super::tree::Element;
use super::{links, text};
use crate::model::Enclosure;

/// Files an element of an item; `false` where RSS has no such element.
pub(super) fn take(element: Element<'_, '_>, references: &References, raw: &mut Raw) -> bool {
    let Raw { rss: item, more, .. } = raw;
    let decoded = || text::decoded(element, references);
    let own = || text::own(element, references);
    match element.name {
        "title" if element.attributes.get("type").is_none() => keep(&mut item.title, decoded()),
        "link" => return link(element, references, item),
        "description" | "abstract" => keep(&mut item.description, decoded()),
        "encoded" | "fullitem" | "body" => keep(&mut item.content, decoded()),
        "author" if !text::has_elements(element) => keep(&mut item.author, decoded()),
        "category" if element.attributes.get("term").is_none() => {
            category(element, references, item);
        }
        "comments" => keep(&mut more.comments, own()),
        "enclosure" => more
            .enclosures
            .extend(enclosure(element, references).filter(|_| more.enclosures.len() < MOST)),
        "guid" => guid(element, references, item),
        "pubdate" => keep(&mut item.pub_date, own()),
        "lastmod" | "lastbuilddate" => keep(&mut more.updated, own()),
        "source" if element.attributes.get("url").is_some() || !text::has_elements(element) => {
            source(element, references, item);
        }
        "image" => image(element, references, &mut more.images),
        "keywords" => {
            decoded().split(',').for_each(|word| add(&mut more.labels, word.trim().to_owned()));
        }
        _ => return false,
    }
    true
}

/// Files an element of a channel.
pub(super) fn take_head(
    element: Element<'_, '_>,
    references: &References,
    channel: &mut Channel,
) -> bool {
    let decoded = || text::decoded(element, references);
    match element.name {
        "title" if channel.title.is_empty() && element.attributes.get("type").is_none() => {
            channel.title = decoded();
        }
        "link" if element.attributes.get("href").is_none() && channel.link.is_empty() => {
            channel.link = links::absolute(&decoded(), element.base());
        }
        "language" => keep(&mut channel.language, decoded()),
        "ttl" => keep(&mut channel.ttl, decoded()),
        _ => return false,
    }
    true
}

/// The address as text; with `href` it is an Atom link, whatever it is called.
fn link(element: Element<'_, '_>, references: &References, item: &mut Item) -> bool {
    if element.attributes.get("href").is_some() {
        return false;
    }
    keep(&mut item.link, links::absolute(&text::decoded(element, references), element.base()));
    true
}

fn category(element: Element<'_, '_>, references: &References, item: &mut Item) {
    let name = text::own(element, references);
    if !name.is_empty() && item.categories.len() < MOST {
        item.categories.push(Category { name, domain: None });
    }
}

fn guid(element: Element<'_, '_>, references: &References, item: &mut Item) {
    let value = text::own(element, references);
    if item.guid.is_none() && !value.is_empty() {
        let permalink = element
            .attributes
            .get("ispermalink")
            .is_none_or(|is| is.trim().eq_ignore_ascii_case("true"));
        item.guid = Some(Guid { value, permalink });
    }
}

fn source(element: Element<'_, '_>, references: &References, item: &mut Item) {
    let url = element
        .attributes
        .get("url")
        .map(|url| references.decode(url).into_owned())
        .unwrap_or_default();
    let title = Some(text::decoded(element, references)).filter(|title| !title.is_empty());
    item.source.get_or_insert(Source { url, title });
}

/// The address is in `url`, in `href`, or is the text.
fn enclosure(element: Element<'_, '_>, references: &References) -> Option<Enclosure> {
    let attribute =
        |name| element.attributes.get(name).map(|value| references.decode(value).trim().to_owned());
    let address = attribute("url")
        .or_else(|| attribute("href"))
        .unwrap_or_else(|| text::decoded(element, references));
    Some(Enclosure {
        url: links::file(&address, element.base())?,
        media_type: attribute("type").filter(|media_type| !media_type.is_empty()),
        length: attribute("length")
            .and_then(|length| length.parse().ok())
            .filter(|length| *length > 0),
    })
}

/// A picture's address, as text or in `url`.
fn image(element: Element<'_, '_>, references: &References, images: &mut Vec<String>) {
    let inner = element.elements().find(|inner| inner.name == "url");
    let address = text::decoded(inner.unwrap_or(element), references);
    images.extend(links::file(&address, element.base()).filter(|_| images.len() < MOST));
}
