//! What a share page tells machines: a `NewsArticle` of schema.org as JSON-LD.

use serde_json::{Map, Value, json};

use crate::publish::atom::date;
use crate::publish::feed::{Author, FeedItem};

/// Longest headline that search engines take, in characters.
const HEADLINE: usize = 110;

/// The data, safe inside a `script` element: `<`, `>` and `&` are written as escapes of JSON.
pub(super) fn article(item: &FeedItem<'_>, language: &str, image: Option<&str>) -> String {
    let original = item.link.as_deref().unwrap_or_default();
    let headline: String = item.title.chars().take(HEADLINE).collect();
    let mut article = Map::new();
    let mut set = |key: &str, value: Value| article.insert(key.to_owned(), value);
    set("@context", "https://schema.org".into());
    set("@type", "NewsArticle".into());
    set("headline", headline.into());
    set("datePublished", date(item.published).into());
    set("dateModified", date(item.updated).into());
    set("mainEntityOfPage", original.into());
    set("isBasedOn", original.into());
    set("publisher", publisher(item));
    set("inLanguage", item.language.unwrap_or(language).into());
    if !item.authors.is_empty() {
        set("author", item.authors.iter().map(author).collect());
    }
    if let Some(summary) = &item.summary {
        set("description", summary.as_ref().into());
    }
    if let Some(image) = image {
        set("image", json!([image]));
    }
    inert(&Value::Object(article).to_string())
}

/// A person, or the medium where nobody is named.
fn author(author: &Author<'_>) -> Value {
    let kind = if author.is_medium { "Organization" } else { "Person" };
    json!({"@type": kind, "name": author.name})
}

/// The medium credited, or else the source.
fn publisher(item: &FeedItem<'_>) -> Value {
    match (item.medium.as_deref(), item.source.home.as_deref()) {
        (Some(medium), _) => json!({"@type": "Organization", "name": medium}),
        (None, Some(home)) => {
            json!({"@type": "Organization", "name": item.source.title, "url": home})
        }
        (None, None) => json!({"@type": "Organization", "name": item.source.title}),
    }
}

/// JSON in which nothing can end a `script` element or a line of a script.
fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            _ => out.push(c),
        }
    }
    out
}
