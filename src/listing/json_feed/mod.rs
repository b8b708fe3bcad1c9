//! JSON Feed 1.0 and 1.1, with the liberties that its writers take.

use url::Url;

use self::parts::{Flat, Parts};
use self::stream::Document;
use super::{Context, Error};
use crate::date;
use crate::model::{Enclosure, Entry, Fault, Instant, Listing, Person, Text};

mod parts;
mod stream;

/// Reads a JSON Feed, adding to the faults found so far.
///
/// A document that breaks off keeps the items before the break.
pub(super) fn read(
    text: &str,
    context: &Context<'_>,
    mut faults: Vec<Fault>,
) -> Result<Listing, Error> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    // A line break within a text has to be escaped; those who forget it mean a blank.
    let text = text.replace(['\n', '\r', '\t'], " ");
    let mut document = Document::default();
    if let Err(error) = document.read(&text) {
        if document.items.is_empty() {
            return Err(Error::Json(error));
        }
        faults.push(Fault::new(format!("column {}", error.column()), "the JSON breaks off"));
    }
    if let Some(what) = not_a_feed(&document) {
        return Err(Error::NotAFeed { what: what.to_owned() });
    }
    if document.too_many {
        faults.push(Fault::new("items", "more entries than can be kept; the rest was left out"));
    }
    Ok(listing(&document, context, faults))
}

/// What a document is instead of a feed. A feed may lack its items, or its version, but not both.
fn not_a_feed(document: &Document) -> Option<&'static str> {
    let version = document.head.text("version").is_some_and(|version| version.contains("jsonfeed"));
    match document {
        Document { is_object: false, .. } => Some("a JSON list"),
        Document { has_items: false, .. } if !version => Some("another kind of JSON"),
        _ => None,
    }
}

fn listing(document: &Document, context: &Context<'_>, faults: Vec<Fault>) -> Listing {
    let head = &document.head;
    let mut listing = Listing {
        title: owned(head.text("title")),
        home: head.text("home_page_url").map(|url| absolute(url, context.base)),
        language: owned(head.text("language")),
        hub: head.list("hubs").iter().find_map(|hub| text(hub, "url")),
        own: head.text("feed_url").map(|url| absolute(url, context.base)),
        faults,
        ..Listing::default()
    };
    let shared = people(head);
    for (place, item) in document.items.iter().enumerate() {
        let mut reader = Reader { context, place, faults: &mut listing.faults };
        let Some(item) = item else {
            reader.tell("", "not an object");
            continue;
        };
        let mut entry = reader.entry(item);
        if entry.authors.is_empty() {
            entry.authors.clone_from(&shared);
        }
        listing.entries.push(entry);
    }
    listing
}

/// Reads one item.
struct Reader<'c> {
    context: &'c Context<'c>,
    place: usize,
    faults: &'c mut Vec<Fault>,
}

impl Reader<'_> {
    fn entry(&mut self, item: &Parts) -> Entry {
        let base = self.context.base;
        let address = |name| item.text(name).map(|url| absolute(url, base));
        let guid = owned(item.text("id"));
        let key =
            || guid.clone().filter(|id| id.starts_with("http://") || id.starts_with("https://"));
        let html = item.text("content_html").map(|html| Text::Html(html.to_owned()));
        let plain = |name| item.text(name).map(|text| Text::Plain(text.to_owned()));
        Entry {
            // A relative address is of no use to a reader, so it is resolved, though the specification is silent.
            link: address("url").or_else(|| address("external_url")).or_else(key),
            title: plain("title"),
            summary: plain("summary"),
            body: html.or_else(|| plain("content_text")),
            published: self.date(item, "date_published"),
            updated: self.date(item, "date_modified"),
            authors: people(item),
            labels: item.list("tags").iter().filter_map(|tag| text(tag, "name")).collect(),
            language: owned(item.text("language")),
            image: address("image").or_else(|| address("banner_image")),
            enclosures: item
                .list("attachments")
                .iter()
                .filter_map(|file| attachment(file, base))
                .collect(),
            guid,
            ..Entry::default()
        }
    }

    fn date(&mut self, item: &Parts, name: &str) -> Option<Instant> {
        let text = item.text(name)?;
        let read = date::parse(text, self.context.now, self.context.zone);
        if read.is_none() {
            let start: String = text.chars().take(60).collect();
            self.tell(&format!(": {name}"), &format!("`{start}` is no date"));
        }
        read
    }

    fn tell(&mut self, field: &str, what: &str) {
        self.faults.push(Fault::new(format!("entry {}{field}", self.place + 1), what));
    }
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

/// A text of an object that is not blank.
fn text(object: &Flat, name: &str) -> Option<String> {
    object.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn absolute(address: &str, base: Option<&Url>) -> String {
    match (Url::parse(address), base) {
        (Err(_), Some(base)) => {
            base.join(address).map_or_else(|_| address.to_owned(), String::from)
        }
        _ => address.to_owned(),
    }
}

/// `authors` of 1.1 and `author` of 1.0, each one or a list, an object or a name.
fn people(object: &Parts) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for stated in object.list("authors").into_iter().chain(object.list("author")) {
        let [name, email, uri] = ["name", "email", "url"].map(|field| text(&stated, field));
        let person = Person { name, email, uri };
        if person != Person::default() && !people.contains(&person) {
            people.push(person);
        }
    }
    people
}

fn attachment(file: &Flat, base: Option<&Url>) -> Option<Enclosure> {
    Some(Enclosure {
        url: absolute(&text(file, "url")?, base),
        media_type: text(file, "mime_type"),
        length: text(file, "size_in_bytes").and_then(|size| size.parse().ok()),
    })
}
