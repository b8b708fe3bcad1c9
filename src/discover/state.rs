//! JSON in a page: data scripts, JSON-LD, and what scripts assign to variables.

use std::sync::LazyLock;

use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use url::Url;

use super::dates::Clock;
use super::records;
use super::rules::Hidden;
use super::{Draft, columns, is_json};
use crate::html;
use crate::listing::plan::Wrap;
use crate::listing::wrapped;

/// Scripts of a page that are looked at.
const MOST_SCRIPTS: usize = 200;
/// Attributes of a page that are read.
const MOST_ATTRIBUTES: usize = 20;
/// Assignments of a page that are tried.
const MOST_ASSIGNMENTS: usize = 60;

static ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"((?:var|let|const)\s+|window\.|self\.|window\[["'])?([A-Za-z_$][\w$.]*)(?:["']\])?\s*=\s*(?:JSON\.parse\(\s*["']|[\[{])"#).ok()
});

/// One JSON document of a page.
struct Document {
    hidden: Hidden,
    value: Value,
    linked_data: bool,
}

/// Drafts of rules for the records of the JSON in a page, or of a JSON answer.
pub(super) fn drafts(page: &str, url: &Url, clock: Clock) -> Vec<Draft> {
    if is_json(page) {
        let value = first_value(page.trim_start_matches('\u{feff}'));
        let found = value.map(|value| records::drafts(&value, &Hidden::No, false, &[], url, clock));
        return found.unwrap_or_default();
    }
    let parsed = html::dom::page(page);
    let documents = documents(page, &parsed);
    if documents.is_empty() {
        return Vec::new();
    }
    let links = links(&parsed, url);
    let mut drafts = Vec::new();
    for one in documents {
        let Document { hidden, value, linked_data } = one;
        drafts.extend(records::drafts(&value, &hidden, linked_data, &links, url, clock));
    }
    drafts
}

fn links(page: &Html, url: &Url) -> Vec<Url> {
    let base = super::outline::base(page, url);
    let Ok(selector) = Selector::parse("a[href]") else { return Vec::new() };
    let hrefs = page.select(&selector).filter_map(|link| link.value().attr("href"));
    hrefs.take(5_000).filter_map(|href| base.join(href.trim()).ok()).collect()
}

fn documents(text: &str, page: &Html) -> Vec<Document> {
    let Ok(scripts) = Selector::parse("script") else { return Vec::new() };
    let mut documents = attributes(page);
    let mut assignments = 0;
    let mut types: Vec<&str> = Vec::new();
    for script in page.select(&scripts).take(MOST_SCRIPTS) {
        let kind = script.value().attr("type").unwrap_or_default();
        let first = !types.contains(&kind);
        types.push(kind);
        let content: String = script.text().collect();
        if kind.to_ascii_lowercase().contains("json") {
            let linked_data = kind.to_ascii_lowercase().contains("ld+json");
            let value = first_value(&content);
            let hidden = value.and_then(|value| Some((selector(script, kind, first)?, value)));
            documents.extend(hidden.map(|(css, value)| {
                let hidden = Hidden::Within(css);
                Document { hidden, value, linked_data }
            }));
        } else {
            assigned(text, &content, &mut assignments, &mut documents);
        }
    }
    documents
}

/// JSON in attributes, as in `<div id="app" data-page="{…}">`.
fn attributes(page: &Html) -> Vec<Document> {
    let elements = page.root_element().descendent_elements();
    let found = elements.filter_map(|element| {
        let data = element
            .value()
            .attrs()
            .find(|(name, value)| name.starts_with("data-") && value.len() > 200 && is_json(value));
        let (name, text) = data?;
        let value = first_value(text)?;
        let tag = element.value().name();
        let id = element.value().attr("id").filter(|id| columns::is_word(id));
        let css = id.map_or_else(|| format!("{tag}[{name}]"), |id| format!("{tag}#{id}"));
        let hidden = Hidden::Within(format!("{css}@{name}"));
        Some(Document { hidden, value, linked_data: false })
    });
    found.take(MOST_ATTRIBUTES).collect()
}

fn first_value(text: &str) -> Option<Value> {
    serde_json::Deserializer::from_str(text.trim()).into_iter().next()?.ok()
}

/// A selector that finds this script first.
fn selector(script: ElementRef<'_>, kind: &str, first: bool) -> Option<String> {
    let value = script.value();
    if let Some(id) = value.attr("id").filter(|id| !id.is_empty() && id.len() < 80) {
        return Some(format!("script#{}", columns::escaped(id)));
    }
    if first && !kind.contains(['"', '\\']) {
        return Some(format!("script[type=\"{kind}\"]"));
    }
    let parent = script.parent().and_then(ElementRef::wrap)?;
    let parent = Some(parent.value().name()).filter(|name| matches!(*name, "head" | "body"))?;
    let is_script = |node: &ElementRef<'_>| node.value().name() == "script";
    let before = script.prev_siblings().filter_map(ElementRef::wrap).filter(is_script).count();
    Some(format!("{parent} > script:nth-of-type({})", before + 1))
}

fn assigned(page: &str, script: &str, tried: &mut usize, documents: &mut Vec<Document>) {
    let Some(form) = ASSIGNMENT.as_ref() else { return };
    let mut behind = 0;
    for found in form.captures_iter(script) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(2)) else { continue };
        if whole.start() < behind {
            continue;
        }
        *tried += 1;
        if *tried > MOST_ASSIGNMENTS {
            return;
        }
        let start = whole.end() - 1;
        let Some((value, length)) = value(script.get(start..).unwrap_or_default()) else {
            continue;
        };
        behind = start + length;
        if length < 40 {
            continue;
        }
        let word = found.get(1).map_or("", |word| word.as_str()).trim_end();
        let hidden = Hidden::Variable(variable(page, word, name.as_str()));
        documents.push(Document { hidden, value, linked_data: false });
    }
}

/// The value that a text begins with, in JSON or as scripts write it, and a lower bound of its
/// length in bytes.
fn value(text: &str) -> Option<(Value, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    if let Some(Ok(value)) = values.next().filter(|_| text.starts_with(['{', '['])) {
        return Some((value, values.byte_offset()));
    }
    let quoted = if text.starts_with(['"', '\'']) { format!("({text}") } else { text.to_owned() };
    let value = wrapped::unwrap(&quoted, &Wrap::Auto).ok()?;
    let length = value.to_string().len() / 2;
    Some((value, length))
}

/// The name by which the value is found: with the word before it where the bare name stands
/// elsewhere too.
fn variable(page: &str, word: &str, name: &str) -> String {
    let alone = page.matches(name).take(2).count() < 2;
    match word {
        "window." | "self." => format!("{word}{name}"),
        "var" | "let" | "const" if !alone => format!("{word} {name}"),
        _ => name.to_owned(),
    }
}
