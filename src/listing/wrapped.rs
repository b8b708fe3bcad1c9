//! JSON as it is found: plain, as JSONP, assigned to a variable, or inside a page's script.

use scraper::{ElementRef, Selector};
use serde_json::Value;

use super::Error;
use super::plan::Wrap;
use crate::html::dom;

mod loose;

#[cfg(test)]
mod tests;

/// Places in a script where a value is tried to be read; each costs one look at what follows.
const MOST_TRIES: usize = 20;
/// Elements of a page that a selector may offer.
const MOST_ELEMENTS: usize = 50;
/// What servers put before JSON so that no page can run it as a script.
const GUARDS: [&str; 5] = [")]}'", ")]}", "while(1);", "for(;;);", "{}&&"];

/// Takes the JSON document out of whatever is around it.
pub fn unwrap(text: &str, wrap: &Wrap) -> Result<Value, Error> {
    match wrap {
        Wrap::Auto => auto(text),
        Wrap::Variable(name) => variable(text, name),
        Wrap::Script(css) => within(text, css, |element| auto(&inside(element))),
        Wrap::Attribute(css, name) => within(text, css, |element| {
            let value = element.value().attr(name);
            auto(value.ok_or_else(|| not_json(format!("the element has no `{name}`")))?)
        }),
        Wrap::VariableIn(css, name) => {
            within(text, css, |element| variable(&inside(element), name))
        }
    }
}

fn inside(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// The first element that reads.
fn within(
    text: &str,
    css: &Selector,
    read: impl Fn(ElementRef<'_>) -> Result<Value, Error>,
) -> Result<Value, Error> {
    let page = dom::page(text);
    let mut last = not_json("the selector of `within` matches nothing in the page".to_owned());
    for element in page.select(css).take(MOST_ELEMENTS) {
        match read(element) {
            Ok(value) => return Ok(value),
            Err(why) => last = why,
        }
    }
    Err(last)
}

fn auto(text: &str) -> Result<Value, Error> {
    let text = unguarded(text);
    if text.is_empty() {
        return Err(not_json("the answer is empty".to_owned()));
    }
    if text.starts_with('<') {
        return Err(not_json("the answer is a page (`within` or `variable` read one)".to_owned()));
    }
    if text.starts_with(['{', '[']) {
        return first_value(text);
    }
    in_script(text)
}

/// Without marks, comments and guards before the first word.
fn unguarded(text: &str) -> &str {
    let mut text = text.trim_start_matches('\u{feff}').trim();
    loop {
        let after = comment(text).or_else(|| GUARDS.iter().find_map(|one| text.strip_prefix(one)));
        let Some(after) = after else { return text };
        text = after.trim_start();
    }
}

/// What follows the comment at the beginning.
fn comment(text: &str) -> Option<&str> {
    if let Some(inside) = text.strip_prefix("/*") {
        return Some(inside.split_once("*/").map_or("", |(_, after)| after));
    }
    let inside = text.strip_prefix("//").or_else(|| text.strip_prefix("<!--"))?;
    Some(inside.split_once('\n').map_or("", |(_, after)| after))
}

/// The value of a script: `name({…})` with whatever follows, `var x = {…};`, `try{f([…])}…`, or
/// text that holds JSON, as `JSON.parse("…")` takes it. An empty value counts only where there
/// is no other.
fn in_script(text: &str) -> Result<Value, Error> {
    let mut empty = None;
    let mut first_error = None;
    for at in openings(text).take(MOST_TRIES) {
        let rest = text.get(at..).unwrap_or_default();
        match first_value(rest) {
            Ok(value) if is_empty(&value) => empty = empty.or(Some(value)),
            Ok(value) => return Ok(value),
            Err(why) => first_error = first_error.or(Some(why)),
        }
    }
    empty.ok_or_else(|| first_error.unwrap_or_else(|| not_json(beginning(text))))
}

/// Where a value may begin: a bracket that is no index, and a quote behind `(` or `=`.
fn openings(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut before = ' ';
    text.char_indices().filter_map(move |(at, c)| {
        let opens = match c {
            '{' => true,
            '[' => !(before.is_alphanumeric() || "_$)]".contains(before)),
            '"' | '\'' => matches!(before, '(' | '='),
            _ => false,
        };
        if !c.is_whitespace() {
            before = c;
        }
        opens.then_some(at)
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The value after `name =`, wherever in the page that stands first with a value behind it.
fn variable(text: &str, name: &str) -> Result<Value, Error> {
    let mut last = not_json(format!("no value is assigned to `{name}`"));
    for (at, _) in text.match_indices(name).take(MOST_TRIES) {
        let rest = text.get(at + name.len()..).unwrap_or_default();
        let rest = rest.trim_start().trim_start_matches(['"', '\'', ']']);
        let Some(value) = rest.trim_start().strip_prefix(['=', ':']) else { continue };
        let value = value.trim_start();
        let read = match value.strip_prefix("JSON.parse(") {
            Some(text) => first_value(text.trim_start()),
            None => first_value(value),
        };
        match read {
            Ok(value) => return Ok(value),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The first JSON value; whatever follows it is not looked at. Text is read once more: the
/// document is inside it.
fn first_value(text: &str) -> Result<Value, Error> {
    let value = match strict(text) {
        Ok(value) => value,
        // What the grammar of JSON refuses, JavaScript's often does not.
        Err(why) => loose::first_value(text)
            .ok_or_else(|| not_json(format!("{why}; it begins with {}", beginning(text))))?,
    };
    match value {
        Value::Array(_) | Value::Object(_) => Ok(value),
        Value::String(inner) if inner.trim_start().starts_with(['{', '[']) => {
            strict(&inner).map_err(|why| not_json(format!("the text holds no JSON: {why}")))
        }
        _ => Err(not_json(format!("neither list nor object: {}", beginning(text)))),
    }
}

fn strict(text: &str) -> Result<Value, String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(why)) => Err(why.to_string()),
        None => Err("the answer is empty".to_owned()),
    }
}

fn beginning(text: &str) -> String {
    format!("`{}`", crate::html::excerpt(text.get(..400).unwrap_or(text), 40))
}

fn not_json(what: String) -> Error {
    Error::NotJson { what }
}
