//! JSON Feed 1.0 and 1.1, with the liberties that its writers take.

use serde_json::{Map, Value};
use url::Url;

use super::{Context, Error};
use crate::date;
use crate::model::{Enclosure, Entry, Fault, Instant, Listing, Person, Text};

/// Entries, and anything listed within one, beyond this are left out.
const MOST_ENTRIES: usize = 5_000;
const MOST: usize = 256;

/// Reads a JSON Feed, adding to the faults found so far.
pub(super) fn read(
    text: &str,
    context: &Context<'_>,
    faults: Vec<Fault>,
) -> Result<Listing, Error> {
    let document: Value = serde_json::from_str(text.trim().trim_start_matches('\u{feff}'))?;
    let Value::Object(head) = document else { return Err(not_a_feed("a JSON list")) };
    let items = match head.get("items") {
        Some(Value::Array(items)) => items.as_slice(),
        // `items` may be left out by a feed that has none, but not by another kind of document.
        _ if is_feed(&head) => &[],
        _ => return Err(not_a_feed("another kind of JSON")),
    };
    let base = context.base;
    let shared = people(&head);
    let mut listing = Listing {
        title: string(&head, "title"),
        home: string(&head, "home_page_url").map(|url| absolute(&url, base)),
        language: string(&head, "language"),
        hub: hub(&head),
        faults,
        ..Listing::default()
    };
    for (place, item) in items.iter().take(MOST_ENTRIES).enumerate() {
        match item {
            Value::Object(item) => {
                let mut reader = Reader { context, place, faults: &mut listing.faults };
                let mut entry = reader.entry(item);
                if entry.authors.is_empty() {
                    entry.authors.clone_from(&shared);
                }
                listing.entries.push(entry);
            }
            _ => listing.faults.push(Fault::new(format!("entry {}", place + 1), "not an object")),
        }
    }
    if items.len() > MOST_ENTRIES {
        listing
            .faults
            .push(Fault::new("items", "more entries than can be kept; the rest was left out"));
    }
    Ok(listing)
}

fn not_a_feed(what: &str) -> Error {
    Error::NotAFeed { what: what.to_owned() }
}

fn is_feed(head: &Map<String, Value>) -> bool {
    string(head, "version").is_some_and(|version| version.contains("jsonfeed"))
}

/// The first WebSub hub.
fn hub(head: &Map<String, Value>) -> Option<String> {
    let hubs = head.get("hubs")?.as_array()?;
    hubs.iter().filter_map(Value::as_object).find_map(|hub| string(hub, "url"))
}

/// Reads one item.
struct Reader<'c> {
    context: &'c Context<'c>,
    place: usize,
    faults: &'c mut Vec<Fault>,
}

impl Reader<'_> {
    fn entry(&mut self, item: &Map<String, Value>) -> Entry {
        let base = self.context.base;
        let address = |name| string(item, name).map(|url| absolute(&url, base));
        let guid = string(item, "id");
        let html = string(item, "content_html").map(Text::Html);
        Entry {
            link: address("url")
                .or_else(|| address("external_url"))
                .or_else(|| guid.clone().filter(|id| id.starts_with("http"))),
            title: string(item, "title").map(Text::Plain),
            summary: string(item, "summary").map(Text::Plain),
            body: html.or_else(|| string(item, "content_text").map(Text::Plain)),
            published: self.date(item, "date_published"),
            updated: self.date(item, "date_modified"),
            authors: people(item),
            labels: labels(item),
            language: string(item, "language"),
            image: address("image").or_else(|| address("banner_image")),
            enclosures: attachments(item, base),
            guid,
            ..Entry::default()
        }
    }

    fn date(&mut self, item: &Map<String, Value>, name: &str) -> Option<Instant> {
        let text = string(item, name)?;
        let read = date::parse(&text, self.context.now, self.context.zone);
        if read.is_none() {
            let start: String = text.chars().take(60).collect();
            self.faults.push(Fault::new(
                format!("entry {}: {name}", self.place + 1),
                format!("`{start}` is no date"),
            ));
        }
        read
    }
}

/// A text that is not blank; numbers count as text.
fn string(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
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
fn people(object: &Map<String, Value>) -> Vec<Person> {
    let stated = [object.get("authors"), object.get("author")];
    let one_or_many = |value: &'_ Value| match value {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    let found: Vec<Person> = stated
        .into_iter()
        .flatten()
        .flat_map(one_or_many)
        .take(MOST)
        .filter_map(|value| person(&value))
        .collect();
    let mut people: Vec<Person> = Vec::new();
    for person in found {
        if !people.contains(&person) {
            people.push(person);
        }
    }
    people
}

fn person(value: &Value) -> Option<Person> {
    let person = match value {
        Value::String(name) => Person { name: Some(name.trim().to_owned()), ..Person::default() },
        Value::Object(object) => Person {
            name: string(object, "name"),
            email: string(object, "email"),
            uri: string(object, "url"),
        },
        _ => return None,
    };
    (person != Person::default()).then_some(person)
}

fn labels(item: &Map<String, Value>) -> Vec<String> {
    let Some(Value::Array(tags)) = item.get("tags") else {
        return string(item, "tags").into_iter().collect();
    };
    let text =
        |tag: &Value| tag.as_str().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty());
    tags.iter().filter_map(text).take(MOST).collect()
}

fn attachments(item: &Map<String, Value>, base: Option<&Url>) -> Vec<Enclosure> {
    let Some(Value::Array(list)) = item.get("attachments") else { return Vec::new() };
    let one = |object: &Map<String, Value>| {
        Some(Enclosure {
            url: absolute(&string(object, "url")?, base),
            media_type: string(object, "mime_type"),
            length: string(object, "size_in_bytes").and_then(|size| size.parse().ok()),
        })
    };
    list.iter().filter_map(Value::as_object).filter_map(one).take(MOST).collect()
}
