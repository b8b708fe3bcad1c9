//! The table `[source.list.first]`: a page that is asked for before the list, and what it tells.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;

use super::super::read::{At, Table};
use super::super::source::First;
use super::picks::{each, pick, regex};
use super::{PLACES, address};
use crate::listing::first::Place;
use crate::listing::plan::{Locate, Pick};

/// `url`, and a place for each name that the list's address, body or headers ask for.
pub(super) fn first(table: &mut Table<'_>) -> Option<First> {
    let value = table.value("first")?;
    let Some(keys) = value.get_ref().as_table() else {
        table.wrong("first", value, "a table");
        return None;
    };
    let mut url = None;
    let mut values = BTreeMap::new();
    for (name, value) in keys {
        let text = name.get_ref().as_ref();
        if text == "url" {
            url = table.as_string("url", value).and_then(|text| first_address(table, &text));
            continue;
        }
        let is_name = text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name || PLACES.contains(&text) {
            let what = format!("`{text}` cannot be the name of a value");
            let hint = "letters, digits and `_`, and none of `page`, `cursor`, `now`";
            table.marks().add_hint(&name.span(), what, hint);
        }
        let places = each(value).filter_map(|one| place(table, text, one)).collect();
        values.insert(text.to_owned(), places);
    }
    if !keys.contains_key("url") {
        table.marks().add(&value.span(), "`first` needs `url`");
    }
    if values.is_empty() {
        let hint = "for example: channel = \"meta[name=channelid]@content\"";
        table.marks().add_hint(&value.span(), "`first` needs a value to read", hint);
    }
    Some(First { url: url?, values })
}

fn first_address(table: &Table<'_>, text: &At<String>) -> Option<crate::template::Template> {
    let url = address(table, text)?;
    if let Some(name) = url.names().find(|name| *name != "now") {
        let what = format!("`url` of a first page has no place `{{{name}}}`");
        table.marks().add_hint(&text.span, what, "known: {now}");
    }
    Some(url)
}

/// `$…` is a path in JSON, other text a selector; a table may hold only a `pattern`.
fn place(table: &Table<'_>, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Place> {
    if value.get_ref().as_table().is_none() {
        let text = table.as_string(name, value)?;
        return located(table, name, &text).map(Place::Pick);
    }
    let mut parts = table.as_table(name, value)?;
    let at = parts.string("path").or_else(|| parts.string("select"));
    parts.value("select");
    let pattern = parts.string("pattern");
    if at.is_none() && pattern.is_none() {
        parts.marks().add(&parts.span, format!("`{name}` needs `path`, `select` or `pattern`"));
    }
    let pattern = pattern.and_then(|text| regex(&parts, &text));
    let place = match at {
        Some(at) => located(&parts, name, &at).map(|pick| Place::Pick(Pick { pattern, ..pick })),
        None => pattern.map(Place::Pattern),
    };
    parts.finish();
    place
}

fn located(table: &Table<'_>, name: &str, text: &At<String>) -> Option<Pick> {
    let pick = pick(table, name, text, !text.value.starts_with('$'))?;
    if matches!(pick.locate, Locate::Template(_)) {
        let what = format!("`{name}`: `{}` is neither path nor selector", text.value);
        table.marks().add(&text.span, what);
        return None;
    }
    Some(pick)
}
