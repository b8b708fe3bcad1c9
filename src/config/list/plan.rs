//! The keys of a list that is read by paths or selectors.

use std::collections::BTreeMap;

use scraper::Selector;

use super::super::read::{At, Table};
use super::super::site::web_address;
use super::picks::{conditions, path, pick, picks, scalars, vars};
use crate::listing::plan::{Expect, Field, Locate, Pick, Plan, Wrap};

pub(super) fn plan(table: &mut Table<'_>, in_page: bool) -> Option<Plan> {
    let items = table.required("items").and_then(|text| items(table, &text, in_page));
    let only = conditions(table, "only", in_page);
    let skip = conditions(table, "skip", in_page);
    let fields = fields(table, in_page);
    let vars = vars(table, in_page);
    let base = table.string("base").and_then(|text| web_address(table, "base", &text));
    let wrap = wrap(table);
    let expect = expect(table);
    let cursor = table.string("cursor").and_then(|text| path(table, "cursor", &text));
    let next = next(table, in_page);
    Some(Plan { only, skip, fields, vars, base, wrap, expect, cursor, next, ..Plan::new(items?) })
}

fn items(table: &Table<'_>, text: &At<String>, in_page: bool) -> Option<Pick> {
    let items = pick(table, "items", text, in_page)?;
    let fits = match &items.locate {
        Locate::Path(_) => true,
        Locate::Select { selector, attribute } => selector.is_some() && attribute.is_none(),
        Locate::Template(_) => false,
    };
    if !fits {
        table.marks().add(&table.span, format!("`items` cannot be `{}`", items.typed));
    }
    fits.then_some(items)
}

fn fields(table: &mut Table<'_>, in_page: bool) -> BTreeMap<Field, Vec<Pick>> {
    let mut fields = BTreeMap::new();
    for (field, word) in Field::ALL {
        if let Some(value) = table.value(word) {
            fields.insert(field, picks(table, word, value, in_page));
        }
    }
    if in_page {
        page_defaults(&mut fields);
    } else if !fields.contains_key(&Field::Title) && !fields.contains_key(&Field::Link) {
        table.marks().add(&table.span, "this list needs `title` or `link`");
    }
    fields
}

/// Where nothing is said, an element's first link and its text are the entry.
fn page_defaults(fields: &mut BTreeMap<Field, Vec<Pick>>) {
    for (field, places) in [(Field::Title, ["a", "."]), (Field::Link, ["a@href", "@href"])] {
        let picks = || places.iter().filter_map(|place| Pick::parse(place, true).ok());
        fields.entry(field).or_insert_with(|| picks().collect());
    }
}

fn next(table: &mut Table<'_>, in_page: bool) -> Vec<Pick> {
    let Some(value) = table.value("next") else { return Vec::new() };
    let next = picks(table, "next", value, in_page);
    if next.iter().any(|pick| matches!(pick.locate, Locate::Template(_))) {
        let hint = "an address made of a value is `url` with `{cursor}`, and `cursor`";
        table.marks().add_hint(&value.span(), "`next` cannot be a template", hint);
    }
    next
}

fn wrap(table: &mut Table<'_>) -> Wrap {
    let within = table.string("within").and_then(|text| within(table, &text));
    let variable = table.string("variable");
    match (within, variable) {
        (None, None) => Wrap::Auto,
        (None, Some(name)) => Wrap::Variable(name.value),
        (Some((css, None)), None) => Wrap::Script(css),
        (Some((css, Some(attribute))), None) => Wrap::Attribute(css, attribute),
        (Some((css, None)), Some(name)) => Wrap::VariableIn(css, name.value),
        (Some((css, Some(_))), Some(name)) => {
            table.marks().add(&name.span, "`variable` is looked for in text, not in an attribute");
            Wrap::VariableIn(css, name.value)
        }
    }
}

/// A selector with an optional `@attribute`.
fn within(table: &Table<'_>, text: &At<String>) -> Option<(Selector, Option<String>)> {
    let found = pick(table, "within", text, true)?;
    if let Locate::Select { selector: Some(selector), attribute } = found.locate {
        return Some((selector, attribute));
    }
    table.marks().add(&text.span, format!("`within`: `{}` is no selector", text.value));
    None
}

fn expect(table: &mut Table<'_>) -> Option<Expect> {
    let mut parts = table.table("expect")?;
    let at = parts.required("path").and_then(|text| path(&parts, "path", &text));
    if !parts.has("equals") {
        parts.required("equals");
    }
    let equals = scalars(&mut parts, "equals").into_iter().next();
    let message = parts.string("message").and_then(|text| path(&parts, "message", &text));
    parts.finish();
    Some(Expect { path: at?, equals: equals?, message })
}
