//! A JSON document to the entries it lists, by the paths of the settings (RFC 9535).

use serde_json::Value;
use serde_json_path::JsonPath;

use super::plan::{Builder, Locate, Plan};
use super::{Context, Error, wrapped};
use crate::charset;
use crate::model::Listing;

/// No list has more records than this; what follows is left for the next visit.
const MOST: usize = 5_000;

/// Reads an API's answer. An answer that the plan's `expect` does not find good is
/// [`Error::Refused`] with the server's message, whatever its HTTP status was.
pub fn read(bytes: &[u8], plan: &Plan, context: &Context<'_>) -> Result<Listing, Error> {
    let decoded = charset::decode(bytes, context.content_type, context.charset);
    let value = wrapped::unwrap(&decoded.text, &plan.wrap)?;
    expect(&value, plan)?;
    let records = records(&value, plan)?;
    let mut builder = Builder::new(plan, context);
    for record in records.into_iter().take(MOST) {
        builder.record(&|place, _markup| find(record, place));
    }
    let (entries, faults) = builder.faults();
    let cursor = plan.cursor.as_ref().and_then(|path| texts(&value, path).into_iter().next());
    Ok(Listing { cursor, entries, faults, ..Listing::default() })
}

fn expect(value: &Value, plan: &Plan) -> Result<(), Error> {
    let Some(expect) = &plan.expect else { return Ok(()) };
    let got = texts(value, &expect.path).into_iter().next();
    if got.as_deref() == Some(expect.equals.as_str()) {
        return Ok(());
    }
    let words = expect.message.as_ref().and_then(|path| texts(value, path).into_iter().next());
    let got = got.map_or_else(|| "nothing".to_owned(), |got| format!("`{got}`"));
    let message = match words {
        Some(words) => format!("`{words}` ({got} instead of `{}`)", expect.equals),
        None => format!("{got} instead of `{}`", expect.equals),
    };
    Err(Error::Refused { message })
}

/// The records; an empty list is none, a list that is not there is an error.
fn records<'v>(value: &'v Value, plan: &Plan) -> Result<Vec<&'v Value>, Error> {
    let Locate::Path(path) = &plan.items.locate else { return Ok(Vec::new()) };
    let found = path.query(value).all();
    // `$.list` for an array means its members, as people write it.
    if let [Value::Array(members)] = found.as_slice() {
        return Ok(members.iter().collect());
    }
    if !found.is_empty() || is_empty_list(value, &plan.items.typed) {
        return Ok(found);
    }
    Err(Error::NoItems { locator: format!("`{}`", plan.items.typed) })
}

fn is_empty_list(value: &Value, typed: &str) -> bool {
    let parent = typed.trim_end().strip_suffix("[*]").map(JsonPath::parse);
    let Some(Ok(parent)) = parent else { return false };
    parent.query(value).all().iter().any(|list| match list {
        Value::Array(list) => list.is_empty(),
        other => other.is_null(),
    })
}

fn find(record: &Value, place: &Locate) -> Vec<String> {
    match place {
        Locate::Path(path) => texts(record, path),
        Locate::Select { .. } | Locate::Template(_) => Vec::new(),
    }
}

/// The values at a path as text; numbers keep every digit.
pub fn texts(value: &Value, path: &JsonPath) -> Vec<String> {
    path.query(value).all().into_iter().flat_map(as_texts).collect()
}

fn as_texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(flag) => vec![flag.to_string()],
        Value::Array(list) => list.iter().filter(|v| !v.is_array()).flat_map(as_texts).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}
