//! The tables `[source.list]` and `[[source.list]]`: where a source's lists are and how they are
//! read.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use scraper::Selector;
use serde_json_path::JsonPath;
use toml::Spanned;
use toml::de::DeValue;
use url::Url;

use super::read::{At, Table};
use super::site::zone_named;
use super::source::{Form, List, Pages, headers, known_categories, template, templates};
use crate::listing::plan::{Expect, Field, Locate, Pick, Plan, Wrap};
use crate::template::Template;

/// The kinds of sources by their word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Feed,
    Api,
    Page,
}

const KINDS: &str = "write `feed`, `api` or `page`";

/// The list of a source that is only an address.
pub(super) fn feed_at(url: &Url) -> List {
    let literal = url.as_str().replace('{', "{{").replace('}', "}}");
    List {
        name: "main".to_owned(),
        urls: Template::parse(&literal).into_iter().collect(),
        body: None,
        headers: Vec::new(),
        form: Form::Feed,
        pages: Pages::One,
        categories: Vec::new(),
    }
}

/// All lists of a source; none where any of them has a fault.
pub(super) fn lists(source: &mut Table<'_>, categories: &BTreeSet<String>) -> Option<Vec<List>> {
    let urls = addresses(source);
    source.value("list");
    let kind = kind(source)?;
    let span = source.span.clone();
    let marks = source.marks();
    let tables = source.tables("list");
    if tables.is_empty() {
        if kind != Kind::Feed {
            let hint = "say where entries are: [source.list] with `items`, `title`, `link`";
            marks.add_hint(&span, "a source of this kind needs `[source.list]`", hint);
            return None;
        }
        if urls.is_empty() {
            marks.add(&span, "`source` needs `url`");
            return None;
        }
        let list = List { urls, ..feed_at(&Url::parse("http://localhost/").ok()?) };
        return Some(vec![list]);
    }
    let mut names = BTreeSet::new();
    let mut lists = Vec::new();
    let count = tables.len();
    for (index, table) in tables.into_iter().enumerate() {
        let span = table.span.clone();
        let default = if count == 1 { "main".to_owned() } else { format!("list{}", index + 1) };
        let list = list(table, kind, &urls, default, categories)?;
        if !names.insert(list.name.clone()) {
            marks.add(&span, format!("there is a list `{}` already", list.name));
        }
        lists.push(list);
    }
    Some(lists)
}

fn kind(source: &mut Table<'_>) -> Option<Kind> {
    let Some(text) = source.string("kind") else { return Some(Kind::Feed) };
    match text.value.as_str() {
        "feed" => Some(Kind::Feed),
        "api" => Some(Kind::Api),
        "page" => Some(Kind::Page),
        other => {
            source.marks().add_hint(&text.span, format!("`{other}` is no kind"), KINDS);
            None
        }
    }
}

/// `url`: one address or several; checked as addresses with their places filled in.
fn addresses(table: &mut Table<'_>) -> Vec<Template> {
    let texts = table.strings("url").unwrap_or_default();
    let mut urls = Vec::new();
    for text in &texts {
        let Some(url) = template(table, "url", text) else { continue };
        if let Some(name) = url.names().find(|name| !["page", "cursor", "now"].contains(name)) {
            let what = format!("`url` has no place `{{{name}}}`");
            table.marks().add_hint(&text.span, what, "known: {page}, {cursor}, {now}");
        }
        let filled = url.fill(|_| Some("1".to_owned())).unwrap_or_default();
        let at = At { value: filled, span: text.span.clone() };
        if super::site::web_address(table, "url", &at).is_some() {
            urls.push(url);
        }
    }
    urls
}

fn list(
    mut table: Table<'_>,
    kind: Kind,
    inherited: &[Template],
    default: String,
    categories: &BTreeSet<String>,
) -> Option<List> {
    let name = table.string("name").map_or(default, |text| text.value);
    let own = addresses(&mut table);
    let urls = if own.is_empty() { inherited.to_vec() } else { own };
    if urls.is_empty() && !table.has("url") {
        table.marks().add(&table.span, "this list has no `url`, and neither has its source");
    }
    let body = body(&mut table);
    let headers = headers(&mut table);
    let names = table.strings("categories").unwrap_or_default();
    known_categories(&table, "categories", categories);
    let categories = templates(&table, "categories", &names);
    let pages = pages(&mut table);
    let form = match kind {
        Kind::Feed => Some(Form::Feed),
        Kind::Api => plan(&mut table, false).map(|plan| Form::Api(Box::new(plan))),
        Kind::Page => plan(&mut table, true).map(|plan| Form::Page(Box::new(plan))),
    };
    table.finish();
    Some(List { name, urls, body, headers, form: form?, pages: pages?, categories })
}

fn body(table: &mut Table<'_>) -> Option<Template> {
    let method = table.string("method");
    let body = table.string("body_text");
    if let Some(method) = &method {
        let known = matches!(method.value.as_str(), "GET" | "POST");
        if !known || (method.value == "GET" && body.is_some()) {
            let what = format!("`{}` is no method for this list", method.value);
            table.marks().add_hint(&method.span, what, "`GET`, or `POST` with `body_text`");
        }
    }
    let is_post = method.is_some_and(|method| method.value == "POST");
    match body {
        Some(text) => template(table, "body_text", &text),
        None if is_post => Template::parse("").ok(),
        None => None,
    }
}

fn pages(table: &mut Table<'_>) -> Option<Pages> {
    let Some(mut pages) = table.table("pages") else { return Some(Pages::One) };
    let most = pages.number("most", 1..1_001);
    let first = pages.number("first", 0..1_000_000).unwrap_or(1);
    let step = pages.number("step", 1..1_000_000).unwrap_or(1);
    let by_cursor = table.has("cursor");
    if most.is_none() && !pages.has("most") {
        pages.marks().add(&pages.span, "`pages` needs `most`: how many pages a visit may ask for");
    }
    pages.finish();
    let most = most?;
    Some(if by_cursor { Pages::Cursor { most } } else { Pages::Numbered { first, step, most } })
}

fn plan(table: &mut Table<'_>, in_page: bool) -> Option<Plan> {
    let items = table.required("items").and_then(|text| pick(table, "items", &text, in_page));
    let mut fields = BTreeMap::new();
    for (field, word) in Field::ALL {
        if let Some(value) = table.value(word) {
            let picks = picks(table, word, value, in_page);
            fields.insert(field, picks);
        }
    }
    if in_page {
        page_defaults(&mut fields);
    } else if !fields.contains_key(&Field::Title) && !fields.contains_key(&Field::Link) {
        table.marks().add(&table.span, "this list needs `title` or `link`");
    }
    let vars = vars(table, in_page);
    let wrap = wrap(table);
    let expect = expect(table);
    let cursor = table.string("cursor").and_then(|text| path(table, "cursor", &text));
    let items = items.filter(|items| {
        let fits = match &items.locate {
            Locate::Path(_) => true,
            Locate::Select { selector, attribute } => selector.is_some() && attribute.is_none(),
            Locate::Template(_) => false,
        };
        if !fits {
            table.marks().add(&table.span, format!("`items` cannot be `{}`", items.typed));
        }
        fits
    });
    Some(Plan { items: items?, fields, vars, wrap, expect, cursor })
}

/// Where nothing is said, an element's first link and its text are the entry.
fn page_defaults(fields: &mut BTreeMap<Field, Vec<Pick>>) {
    for (field, places) in [(Field::Title, ["a", "."]), (Field::Link, ["a@href", "@href"])] {
        let picks = || places.iter().filter_map(|place| Pick::parse(place, true).ok());
        fields.entry(field).or_insert_with(|| picks().collect());
    }
}

/// A place, or several as alternatives in order.
fn picks(table: &Table<'_>, key: &str, value: &Spanned<DeValue<'_>>, in_page: bool) -> Vec<Pick> {
    match value.get_ref() {
        DeValue::Array(list) => {
            list.iter().filter_map(|one| pick_value(table, key, one, in_page)).collect()
        }
        _ => pick_value(table, key, value, in_page).into_iter().collect(),
    }
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
    let place = ["path", "select", "template"].into_iter().find_map(|word| parts.string(word));
    if place.is_none() {
        parts.marks().add(&parts.span, format!("`{key}` needs `path`, `select` or `template`"));
    }
    for word in ["path", "select", "template"] {
        parts.value(word);
    }
    let pick = place.and_then(|text| pick(&parts, key, &text, in_page));
    let pattern = parts.string("pattern").and_then(|text| regex(&parts, &text));
    let zone = parts.string("zone").and_then(|text| zone_named(&parts, &text));
    let format = parts.string("format").map(|text| text.value);
    parts.finish();
    Some(Pick { pattern, zone, format, ..pick? })
}

fn pick(table: &Table<'_>, key: &str, text: &At<String>, in_page: bool) -> Option<Pick> {
    let pick = Pick::parse(&text.value, in_page);
    if let Err(why) = &pick {
        table.marks().add(&text.span, format!("`{key}`: `{}`: {why}", text.value));
    }
    pick.ok()
}

fn regex(table: &Table<'_>, text: &At<String>) -> Option<Regex> {
    let regex = Regex::new(&text.value);
    if let Err(why) = &regex {
        let why = why.to_string();
        let last = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
        table.marks().add(&text.span, format!("`{}` is no pattern: {last}", text.value));
    }
    regex.ok()
}

fn path(table: &Table<'_>, key: &str, text: &At<String>) -> Option<JsonPath> {
    let path = JsonPath::parse(&text.value);
    if let Err(why) = &path {
        table.marks().add(&text.span, format!("`{key}`: `{}`: {why}", text.value));
    }
    path.ok()
}

fn vars(table: &mut Table<'_>, in_page: bool) -> BTreeMap<String, Vec<Pick>> {
    let pairs = table.pairs("vars");
    let vars = pairs.into_iter().map(|(name, text)| {
        let picks = pick(table, &name, &text, in_page).into_iter().collect();
        (name, picks)
    });
    vars.collect()
}

fn wrap(table: &mut Table<'_>) -> Wrap {
    let within = table.string("within");
    if let Some(name) = table.string("variable") {
        return Wrap::Variable(name.value);
    }
    let Some(css) = within else { return Wrap::Auto };
    match Selector::parse(&css.value) {
        Ok(selector) => Wrap::Script(selector),
        Err(why) => {
            table.marks().add(&css.span, format!("`within`: `{}`: {why}", css.value));
            Wrap::Auto
        }
    }
}

fn expect(table: &mut Table<'_>) -> Option<Expect> {
    let mut parts = table.table("expect")?;
    let at = parts.required("path").and_then(|text| path(&parts, "path", &text));
    let equals = match parts.value("equals") {
        Some(value) => match value.get_ref() {
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            DeValue::Boolean(flag) => Some(flag.to_string()),
            _ => parts.as_string("equals", value).map(|text| text.value),
        },
        None => parts.required("equals").map(|text| text.value),
    };
    let message = parts.string("message").and_then(|text| path(&parts, "message", &text));
    parts.finish();
    Some(Expect { path: at?, equals: equals?, message })
}
