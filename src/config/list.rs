//! The tables `[source.list]` and `[[source.list]]`: where a source's lists are and how they are
//! read.

use std::collections::BTreeSet;
use std::ops::Range;

use url::Url;

use super::access::headers;
use super::read::{At, Table};
use super::source::{First, Form, List, Pages, known_categories, template, templates};
use crate::listing::sitemap;
use crate::template::Template;

mod first;
mod picks;
mod plan;

#[cfg(test)]
mod tests;

/// The kinds of sources by their word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Feed,
    Api,
    Page,
    Sitemap,
}

const KINDS: &str = "write `feed`, `api`, `page` or `sitemap`";

/// What every address may hold.
const PLACES: [&str; 3] = ["page", "cursor", "now"];

/// An address and where it stands in the file.
type Address = (Template, Range<usize>);

/// What all lists of a source share.
struct Shared<'s> {
    kind: Kind,
    urls: &'s [Address],
    full_text: bool,
    categories: &'s BTreeSet<String>,
}

/// The list of a source that is only an address.
pub(super) fn feed_at(url: &Url) -> List {
    let literal = url.as_str().replace('{', "{{").replace('}', "}}");
    let urls = Template::parse(&literal).into_iter().collect();
    plain(urls, Form::Feed)
}

fn plain(urls: Vec<Template>, form: Form) -> List {
    List {
        name: "main".to_owned(),
        first: None,
        urls,
        body: None,
        headers: Vec::new(),
        form,
        pages: Pages::One,
        categories: Vec::new(),
    }
}

/// All lists of a source; none where any of them has a fault.
pub(super) fn lists(
    source: &mut Table<'_>,
    categories: &BTreeSet<String>,
    full_text: bool,
) -> Option<Vec<List>> {
    let urls = addresses(source);
    source.value("list");
    let kind = kind(source)?;
    let tables = source.tables("list");
    if tables.is_empty() {
        return bare(source, kind, &urls, full_text).map(|list| vec![list]);
    }
    let shared = Shared { kind, urls: &urls, full_text, categories };
    let marks = source.marks();
    let mut names = BTreeSet::new();
    let mut lists = Vec::new();
    let count = tables.len();
    for (index, table) in tables.into_iter().enumerate() {
        let span = table.span.clone();
        let default = if count == 1 { "main".to_owned() } else { format!("list{}", index + 1) };
        let list = list(table, default, &shared)?;
        if !names.insert(list.name.clone()) {
            marks.add(&span, format!("there is a list `{}` already", list.name));
        }
        lists.push(list);
    }
    Some(lists)
}

/// The list of a source without `[source.list]`.
fn bare(source: &Table<'_>, kind: Kind, urls: &[Address], full_text: bool) -> Option<List> {
    let form = match kind {
        Kind::Feed => Form::Feed,
        Kind::Sitemap => {
            let titles = !full_text;
            Form::Sitemap(Box::new(sitemap::Plan { titles, ..sitemap::Plan::default() }))
        }
        Kind::Api | Kind::Page => {
            let hint = "say where entries are: [source.list] with `items`, `title`, `link`";
            let what = "a source of this kind needs `[source.list]`";
            source.marks().add_hint(&source.span, what, hint);
            return None;
        }
    };
    if urls.is_empty() {
        source.marks().add(&source.span, "`source` needs `url`");
        return None;
    }
    known_places(source, urls, None);
    Some(plain(urls.iter().map(|(url, _)| url.clone()).collect(), form))
}

fn kind(source: &mut Table<'_>) -> Option<Kind> {
    let Some(text) = source.string("kind") else { return Some(Kind::Feed) };
    match text.value.as_str() {
        "feed" => Some(Kind::Feed),
        "api" => Some(Kind::Api),
        "page" => Some(Kind::Page),
        "sitemap" => Some(Kind::Sitemap),
        other => {
            source.marks().add_hint(&text.span, format!("`{other}` is no kind"), KINDS);
            None
        }
    }
}

/// `url`: one address or several; checked as addresses with their places filled in.
fn addresses(table: &mut Table<'_>) -> Vec<Address> {
    let texts = table.strings("url").unwrap_or_default();
    let address = |text: &At<String>| Some((address(table, text)?, text.span.clone()));
    texts.iter().filter_map(address).collect()
}

fn address(table: &Table<'_>, text: &At<String>) -> Option<Template> {
    let url = template(table, "url", text)?;
    let filled = url.fill(|_| Some("1".to_owned())).unwrap_or_default();
    let at = At { value: filled, span: text.span.clone() };
    super::site::web_address(table, "url", &at).map(|_| url)
}

/// The places of an address must be known: ours, and the values of the first page.
fn known_places(table: &Table<'_>, urls: &[Address], first: Option<&First>) {
    let mut known: Vec<_> = PLACES.to_vec();
    known.extend(first.into_iter().flat_map(|first| first.values.keys()).map(String::as_str));
    for (url, span) in urls {
        if let Some(name) = url.names().find(|name| !known.contains(name)) {
            let what = format!("`url` has no place `{{{name}}}`");
            let places: Vec<_> = known.iter().map(|name| format!("{{{name}}}")).collect();
            table.marks().add_hint(span, what, format!("known: {}", places.join(", ")));
        }
    }
}

fn list(mut table: Table<'_>, default: String, shared: &Shared<'_>) -> Option<List> {
    let name = table.string("name").map_or(default, |text| text.value);
    let first = first::first(&mut table);
    let own = addresses(&mut table);
    let urls = if own.is_empty() { shared.urls } else { &own };
    if urls.is_empty() && !table.has("url") {
        table.marks().add(&table.span, "this list has no `url`, and neither has its source");
    }
    known_places(&table, urls, first.as_ref());
    let (urls, spans): (Vec<_>, Vec<_>) = urls.iter().cloned().unzip();
    let body = body(&mut table);
    let headers = headers(&mut table);
    let names = table.strings("categories").unwrap_or_default();
    known_categories(&table, "categories", shared.categories);
    let categories = templates(&table, "categories", &names);
    let pages = if shared.kind == Kind::Sitemap { Some(Pages::One) } else { pages(&mut table) };
    paged(&table, &urls, &spans, body.as_ref(), pages);
    let form = match shared.kind {
        Kind::Feed => Some(Form::Feed),
        Kind::Api => plan::plan(&mut table, false).map(|plan| Form::Api(Box::new(plan))),
        Kind::Page => plan::plan(&mut table, true).map(|plan| Form::Page(Box::new(plan))),
        Kind::Sitemap => Some(Form::Sitemap(Box::new(sitemap(&mut table, shared.full_text)))),
    };
    table.finish();
    Some(List { name, first, urls, body, headers, form: form?, pages: pages?, categories })
}

/// A list of several pages asks for each by its number or cursor; else all would be the first.
fn paged(
    table: &Table<'_>,
    urls: &[Template],
    spans: &[Range<usize>],
    body: Option<&Template>,
    pages: Option<Pages>,
) {
    let place = match pages {
        Some(Pages::Numbered { most: 2.., .. }) => "page",
        Some(Pages::Cursor { .. }) => "cursor",
        _ => return,
    };
    let has = |template: &Template| template.names().any(|name| name == place);
    if body.is_some_and(has) {
        return;
    }
    for (_, span) in urls.iter().zip(spans).filter(|(url, _)| !has(url)) {
        let what = format!("`pages` asks for several pages, but `url` has no `{{{place}}}`");
        let hint = format!("put `{{{place}}}` where its number stands, or leave out `pages`");
        table.marks().add_hint(span, what, hint);
    }
}

fn sitemap(table: &mut Table<'_>, full_text: bool) -> sitemap::Plan {
    let plain = sitemap::Plan::default();
    let matching = table.string("match").and_then(|text| picks::regex(table, &text));
    let number = |number: Option<u64>, default| number.map_or(default, |number| number as usize);
    sitemap::Plan {
        matching,
        most: number(table.number("most", 1..50_001), plain.most),
        children: number(table.number("children", 1..51), plain.children),
        titles: !full_text,
    }
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
    let (by_cursor, by_link) = (table.has("cursor"), table.has("next"));
    let Some(mut pages) = table.table("pages") else {
        if by_link {
            let what = "`next` needs `pages`: how many pages a visit may ask for";
            table.marks().add_hint(&table.span, what, "write `pages = { most = 3 }`");
        }
        return Some(Pages::One);
    };
    let most = pages.number("most", 1..1_001);
    let first = pages.number("first", 0..1_000_000).unwrap_or(1);
    let step = pages.number("step", 1..1_000_000).unwrap_or(1);
    if most.is_none() && !pages.has("most") {
        pages.marks().add(&pages.span, "`pages` needs `most`: how many pages a visit may ask for");
    }
    if by_cursor && by_link {
        pages.marks().add(&pages.span, "a list has `cursor` or `next`, not both");
    }
    pages.finish();
    let most = most?;
    Some(match (by_link, by_cursor) {
        (true, _) => Pages::Linked { most },
        (_, true) => Pages::Cursor { most },
        _ => Pages::Numbered { first, step, most },
    })
}
