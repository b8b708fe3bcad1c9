//! JSON as pages hold it: read leniently, walked within bounds, its texts made markup.

use serde_json::{Map, Value};

use crate::article::is_markup;
use crate::html;

/// The most JSON of one script that is read, in bytes.
const MOST: usize = 6 << 20;
/// The most values that are looked at.
const NODES: usize = 300_000;
/// The longest text that is taken.
const LONGEST: usize = 2 << 20;

/// A value, even where it stands in a comment, has raw line ends in its strings, or is followed by
/// something else.
pub(super) fn lenient(text: &str) -> Option<Value> {
    let text = text.trim().trim_start_matches("<!--").trim_start_matches("//<![CDATA[");
    let text = text.trim_start_matches("/*<![CDATA[*/").trim_start();
    if text.len() > MOST || !text.starts_with(['{', '[']) {
        return None;
    }
    match first(text)? {
        Ok(value) => Some(value),
        // Of all faults this can be mended.
        Err(fault) if fault.to_string().starts_with("control character") => {
            let plain = |c: char| if c.is_control() { ' ' } else { c };
            first(&text.chars().map(plain).collect::<String>())?.ok()
        }
        Err(_) => None,
    }
}

/// The value at the start of a text.
fn first(text: &str) -> Option<serde_json::Result<Value>> {
    serde_json::Deserializer::from_str(text).into_iter::<Value>().next()
}

/// Calls with every object; what it gives is of no matter.
pub(super) fn walk<'v>(
    value: &'v Value,
    call: &mut dyn FnMut(&'v Map<String, Value>) -> Option<()>,
) {
    let mut waiting = vec![value];
    let mut left = NODES;
    while let Some(value) = waiting.pop() {
        left = left.saturating_sub(1);
        if left == 0 {
            return;
        }
        match value {
            Value::Object(object) => {
                call(object);
                waiting.extend(object.values().rev().filter(|value| is_deep(value)));
            }
            Value::Array(list) => waiting.extend(list.iter().rev().filter(|value| is_deep(value))),
            _ => {}
        }
    }
}

fn is_deep(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// A text, or the paragraphs of a list.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let parts: Vec<&str> = parts.iter().filter_map(part).collect();
            parts.join("\n\n")
        }
        _ => return None,
    };
    (text.len() <= LONGEST && !text.trim().is_empty()).then_some(text)
}

/// The text of one block of a list.
fn part(value: &Value) -> Option<&str> {
    let names = ["html", "text", "content", "value", "body"];
    match value {
        Value::String(text) => Some(text),
        Value::Object(object) => {
            names.iter().find_map(|name| object.get(*name)).and_then(Value::as_str)
        }
        _ => None,
    }
}

/// A text of JSON to markup: markup stays, escaped markup is unfolded once, and of plain text
/// every line is a paragraph.
pub(super) fn markup(text: &str) -> String {
    if has_tags(text) {
        return text.to_owned();
    }
    if text.contains("&lt;p") || text.contains("&lt;div") || text.contains("&lt;br") {
        return unfolded(text);
    }
    let lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    let plain = |line: &str| if is_markup(line) { html::line(line) } else { line.to_owned() };
    lines.map(|line| ["<p>", &html::escape(&plain(line)), "</p>"].concat()).collect()
}

/// Whether there are tags of a text, not just a sign for less.
fn has_tags(text: &str) -> bool {
    let tags = ["<p", "<div", "<br", "</", "<img", "<h2", "<ul", "<figure"];
    tags.iter().any(|tag| text.contains(tag))
}

fn unfolded(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
