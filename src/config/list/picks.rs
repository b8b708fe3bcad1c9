//! Places of values: one, or alternatives in order, with what is kept of a value.

use std::collections::BTreeMap;

use chrono::format::Item;
use regex::Regex;
use serde_json_path::JsonPath;
use toml::Spanned;
use toml::de::DeValue;

use super::super::read::{At, Table};
use super::super::site::zone_named;
use crate::listing::plan::{Condition, Pick};

/// The words for a place in a table.
const PLACES: [&str; 3] = ["path", "select", "template"];

/// A place, or several as alternatives in order.
pub(super) fn picks(
    table: &Table<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    in_page: bool,
) -> Vec<Pick> {
    each(value).filter_map(|one| pick_value(table, key, one, in_page)).collect()
}

/// A value, or each of a list of them.
pub(super) fn each<'v, 'd>(
    value: &'v Spanned<DeValue<'d>>,
) -> impl Iterator<Item = &'v Spanned<DeValue<'d>>> {
    let list = value.get_ref().as_array();
    let one = list.is_none().then_some(value);
    one.into_iter().chain(list.into_iter().flat_map(|list| list.iter()))
}

fn pick_value(
    table: &Table<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    in_page: bool,
) -> Option<Pick> {
    if value.get_ref().as_table().is_none() {
        let text = table.as_string(key, value)?;
        return pick(table, key, &text, in_page);
    }
    let mut parts = table.as_table(key, value)?;
    let pick = place(&mut parts, key, in_page);
    let zone = parts.string("zone").and_then(|text| zone_named(&parts, &text));
    let format = parts.string("format").filter(|text| is_format(&parts, text));
    let format = format.map(|text| text.value);
    let split = parts.string("split").and_then(|text| regex(&parts, &text));
    parts.finish();
    Some(Pick { zone, format, split, ..pick? })
}

/// A date's form in `strftime`'s marks, with at least one of them.
fn is_format(table: &Table<'_>, text: &At<String>) -> bool {
    let mut items = chrono::format::StrftimeItems::new(&text.value);
    let unknown = items.clone().any(|item| matches!(item, Item::Error));
    let marked = items.any(|item| matches!(item, Item::Numeric(..) | Item::Fixed(_)));
    if unknown || !marked {
        let what = format!("`{}` is no form of a date", text.value);
        table.marks().add_hint(&text.span, what, "write it in marks: `%Y-%m-%d %H:%M`");
    }
    marked && !unknown
}

/// The place that a table names, with its pattern.
fn place(parts: &mut Table<'_>, key: &str, in_page: bool) -> Option<Pick> {
    let place = PLACES.into_iter().find_map(|word| parts.string(word));
    if place.is_none() {
        parts.marks().add(&parts.span, format!("`{key}` needs `path`, `select` or `template`"));
    }
    for word in PLACES {
        parts.value(word);
    }
    let pick = place.and_then(|text| pick(parts, key, &text, in_page));
    let pattern = parts.string("pattern").and_then(|text| regex(parts, &text));
    Some(Pick { pattern, ..pick? })
}

pub(super) fn pick(table: &Table<'_>, key: &str, text: &At<String>, in_page: bool) -> Option<Pick> {
    let pick = Pick::parse(&text.value, in_page);
    if let Err(why) = &pick {
        table.marks().add(&text.span, format!("`{key}`: `{}`: {why}", text.value));
    }
    pick.ok()
}

/// `only` and `skip`: a place, or a table with `equals` besides; or several of them.
pub(super) fn conditions(
    table: &mut Table<'_>,
    key: &'static str,
    in_page: bool,
) -> Vec<Condition> {
    let Some(value) = table.value(key) else { return Vec::new() };
    each(value).filter_map(|one| condition(table, key, one, in_page)).collect()
}

fn condition(
    table: &Table<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    in_page: bool,
) -> Option<Condition> {
    if value.get_ref().as_table().is_none() {
        let text = table.as_string(key, value)?;
        let pick = pick(table, key, &text, in_page)?;
        return Some(Condition { pick, equals: Vec::new() });
    }
    let mut parts = table.as_table(key, value)?;
    let pick = place(&mut parts, key, in_page);
    let equals = scalars(&mut parts, "equals");
    parts.finish();
    Some(Condition { pick: pick?, equals })
}

/// Texts, numbers and flags as text: one, or a list.
pub(super) fn scalars(table: &mut Table<'_>, key: &'static str) -> Vec<String> {
    let Some(value) = table.value(key) else { return Vec::new() };
    let scalar = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        _ => table.as_string(key, value).map(|text| text.value),
    };
    each(value).filter_map(scalar).collect()
}

/// `vars`: a place, or alternatives, for each name.
pub(super) fn vars(table: &mut Table<'_>, in_page: bool) -> BTreeMap<String, Vec<Pick>> {
    let Some(value) = table.value("vars") else { return BTreeMap::new() };
    let Some(names) = value.get_ref().as_table() else {
        table.wrong("vars", value, "a table");
        return BTreeMap::new();
    };
    let var = |(name, value)| named(table, name, value, in_page);
    names.iter().map(var).collect()
}

fn named(
    table: &Table<'_>,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    in_page: bool,
) -> (String, Vec<Pick>) {
    let name = name.get_ref();
    (name.to_string(), picks(table, name, value, in_page))
}

pub(super) fn regex(table: &Table<'_>, text: &At<String>) -> Option<Regex> {
    let regex = Regex::new(&text.value);
    if let Err(why) = &regex {
        let why = why.to_string();
        let last = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
        table.marks().add(&text.span, format!("`{}` is no pattern: {last}", text.value));
    }
    regex.ok()
}

pub(super) fn path(table: &Table<'_>, key: &str, text: &At<String>) -> Option<JsonPath> {
    let path = JsonPath::parse(&text.value);
    if let Err(why) = &path {
        table.marks().add(&text.span, format!("`{key}`: `{}`: {why}", text.value));
    }
    path.ok()
}
