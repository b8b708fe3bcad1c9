//! JSON as it is found: plain, as JSONP, assigned to a variable, or inside a page's script.

use serde_json::Value;

use super::Error;
use super::plan::Wrap;

/// Takes the JSON document out of whatever is around it.
pub fn unwrap(text: &str, wrap: &Wrap) -> Result<Value, Error> {
    match wrap {
        Wrap::Auto => auto(text),
        Wrap::Variable(name) => variable(text, name),
        Wrap::Script(selector) => {
            let page = scraper::Html::parse_document(text);
            let script = page.select(selector).next().ok_or_else(|| {
                not_json("the selector of `within` matches nothing in the page".to_owned())
            })?;
            auto(&script.text().collect::<String>())
        }
    }
}

fn auto(text: &str) -> Result<Value, Error> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(not_json("the answer is empty".to_owned()));
    }
    if text.starts_with('<') {
        return Err(not_json("the answer is a page (`within` or `variable` read one)".to_owned()));
    }
    if text.starts_with(['{', '[']) {
        return first_value(text);
    }
    // The first bracket decides: `name({…})` and `var x = {…};` both end in a value and a tail.
    let at = text.find(['(', '=', '{', '[']).ok_or_else(|| not_json(beginning(text)))?;
    let rest = text[at..].trim_start_matches(['(', '=', ' ', '\t', '\r', '\n']);
    first_value(rest)
}

/// The value after `name =`, wherever in the page that stands first with a value behind it.
fn variable(text: &str, name: &str) -> Result<Value, Error> {
    let mut last = not_json(format!("no value is assigned to `{name}`"));
    for (at, _) in text.match_indices(name) {
        let rest = text[at + name.len()..].trim_start().trim_start_matches(['"', '\'', ']']);
        let Some(value) = rest.trim_start().strip_prefix(['=', ':']) else { continue };
        match first_value(value.trim_start()) {
            Ok(value) => return Ok(value),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The first JSON value; whatever follows it is not looked at.
fn first_value(text: &str) -> Result<Value, Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(why)) => Err(not_json(format!("{why}; it begins with {}", beginning(text)))),
        None => Err(not_json("the answer is empty".to_owned())),
    }
}

fn beginning(text: &str) -> String {
    format!("`{}`", crate::html::excerpt(text, 40))
}

fn not_json(what: String) -> Error {
    Error::NotJson { what }
}
