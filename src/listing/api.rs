//! A JSON document to the entries it lists, by the paths of the settings (RFC 9535).

use serde_json::{Number, Value};
use serde_json_path::JsonPath;

use super::plan::{Builder, Locate, Plan, next_address};
use super::{Context, Error, wrapped};
use crate::charset;
use crate::html;
use crate::model::Listing;

#[cfg(test)]
mod tests;

/// No list has more records than this; what follows is left for the next visit.
const MOST: usize = 5_000;
/// Values of one place in one record; more are left out.
const MOST_VALUES: usize = 200;
/// Where servers put their words about what went wrong.
const WORDS: [&str; 8] =
    ["message", "msg", "error", "errmsg", "error_message", "error_description", "errMsg", "info"];

/// Reads an API's answer. An answer that the plan's `expect` does not find good is
/// [`Error::Refused`] with the server's message, whatever its HTTP status was.
pub fn read(bytes: &[u8], plan: &Plan, context: &Context<'_>) -> Result<Listing, Error> {
    let decoded = charset::decode(bytes, context.content_type, context.charset);
    let value = wrapped::unwrap(&decoded.text, &plan.wrap)?;
    expect(&value, plan)?;
    let records = records(&value, plan)?;
    let mut builder = Builder::new(plan, *context);
    let mut records = records.into_iter();
    for record in records.by_ref().take(MOST) {
        builder.record(&|place, _want| find(record, place));
    }
    if records.next().is_some() {
        builder.tell_of_more();
    }
    let (entries, faults) = builder.finish();
    let next = next_address(plan, context, &|place, _want| find(&value, place));
    let cursor = plan.cursor.as_ref().and_then(|path| cursor(&value, path));
    Ok(Listing { cursor: next.map(String::from).or(cursor), entries, faults, ..Listing::default() })
}

fn expect(value: &Value, plan: &Plan) -> Result<(), Error> {
    let Some(expect) = &plan.expect else { return Ok(()) };
    let got = texts(value, &expect.path).into_iter().next();
    if got.as_deref() == Some(expect.equals.as_str()) {
        return Ok(());
    }
    let words = expect.message.as_ref().and_then(|path| texts(value, path).into_iter().next());
    let words = words.map(|words| html::excerpt(&words, 200));
    let got =
        got.map_or_else(|| "nothing".to_owned(), |got| format!("`{}`", html::excerpt(&got, 60)));
    let message = match words {
        Some(words) => {
            format!("`{}` ({got} instead of `{}`)", html::excerpt(&words, 200), expect.equals)
        }
        None => format!("{got} instead of `{}`", expect.equals),
    };
    Err(Error::Refused { message })
}

/// The records; an empty list is none, a list that is not there is an error.
fn records<'v>(value: &'v Value, plan: &Plan) -> Result<Vec<&'v Value>, Error> {
    let Locate::Path(path) = &plan.items.locate else { return Ok(Vec::new()) };
    let found = path.query(value).all();
    // `$.list` for an array means its members, as people write it.
    if !found.is_empty() && found.iter().all(|one| one.is_array()) {
        return Ok(found.into_iter().filter_map(Value::as_array).flatten().collect());
    }
    if let [one] = found.as_slice()
        && is_empty(one)
    {
        return Ok(Vec::new());
    }
    if !found.is_empty() || is_empty_list(value, &plan.items.typed) {
        return Ok(found);
    }
    let locator = format!("`{}`", plan.items.typed);
    Err(match words(value) {
        Some(words) => Error::Refused { message: format!("`{words}` ({locator} matches nothing)") },
        None => Error::NoItems { locator },
    })
}

fn is_empty_list(value: &Value, typed: &str) -> bool {
    let parent = typed.trim_end().strip_suffix("[*]").or(typed.trim_end().strip_suffix(".*"));
    let Some(Ok(parent)) = parent.map(JsonPath::parse) else { return false };
    parent.query(value).all().into_iter().any(is_empty)
}

/// What servers write in the place of a list without members.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::String(text) => text.trim().is_empty(),
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// What the server says where the records should be.
fn words(value: &Value) -> Option<String> {
    let said = WORDS.iter().filter_map(|key| value.get(*key)?.as_str());
    let said = said.map(|words| html::excerpt(words, 200));
    let good = |words: &str| ["", "ok", "success", "succeed", "成功"].contains(&words);
    said.map(|words| words.trim().to_owned()).find(|words| !good(&words.to_lowercase()))
}

/// A cursor that leads on; `null`, `false` and an empty text end the list.
fn cursor(value: &Value, path: &JsonPath) -> Option<String> {
    let last = path.query(value).all().into_iter().find(|one| !one.is_null())?;
    if last.is_boolean() {
        return None;
    }
    as_texts(last).into_iter().next().filter(|cursor| !cursor.trim().is_empty())
}

fn find(record: &Value, place: &Locate) -> Vec<String> {
    match place {
        Locate::Path(path) => texts(record, path),
        Locate::Select { .. } | Locate::Template(_) => Vec::new(),
    }
}

/// The values at a path as text; numbers keep every digit.
pub fn texts(value: &Value, path: &JsonPath) -> Vec<String> {
    path.query(value).all().into_iter().flat_map(as_texts).take(MOST_VALUES).collect()
}

/// A number as it is written; only one with an exponent is written out.
fn digits(number: &Number) -> String {
    let written = number.to_string();
    let whole = number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15);
    match whole {
        Some(whole) if written.contains(['e', 'E']) => format!("{whole:.0}"),
        _ => written,
    }
}

fn as_texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![digits(number)],
        Value::Bool(flag) => vec![flag.to_string()],
        Value::Array(list) => list.iter().filter(|v| !v.is_array()).flat_map(as_texts).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}
