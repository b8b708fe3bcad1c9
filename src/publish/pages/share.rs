//! The page of one item: whose it is, its whole text, and ways to pass it on.

use minijinja::value::{Serde, Value};
use serde::Serialize;

use crate::html;
use crate::model::{Category, Item};
use crate::publish::address::encode;
use crate::publish::desk::Desk;
use crate::publish::feed::{Attachment, FeedItem};
use crate::publish::pages::{Moment, category_path, outlet};
use crate::publish::share::{Target, targets};
use crate::publish::{linked, qr};

/// Longest description for cards, in characters.
const DESCRIPTION: usize = 200;
/// Most of an item's categories and labels that cards take.
const TAGS: usize = 6;

/// What the template is given.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    up: &'static str,
    title: &'a str,
    language: Option<&'a str>,
    description: Option<String>,
    /// The original, or this page.
    canonical: &'a str,
    url: &'a str,
    /// Where others learn what to show for a link to this page, but for the form.
    oembed: String,
    locale: Option<String>,
    /// Of the card: the item's own or the site's.
    image: &'a str,
    has_image: bool,
    /// To show above the text, where the text has none.
    lead: Option<&'a str>,
    section: Option<&'a str>,
    tags: Vec<&'a str>,
    data: Value,
    outlet: &'a str,
    via: Option<&'a str>,
    home: Option<&'a str>,
    authors: String,
    published: Moment,
    updated: Option<Moment>,
    original: Option<&'a str>,
    body: Value,
    files: Vec<FileNote<'a>>,
    categories: Vec<Entry<'a>>,
    targets: Vec<Target>,
    code: Option<Code>,
}

#[derive(Serialize)]
struct FileNote<'a> {
    href: &'a str,
    name: &'a str,
    note: String,
}

#[derive(Serialize)]
struct Entry<'a> {
    href: String,
    title: &'a str,
}

#[derive(Serialize)]
struct Code {
    size: usize,
    path: Value,
}

/// The page of an item, as a template's value: what it is made of lives no longer than this call.
pub(super) fn page(desk: &Desk, item: &Item) -> Value {
    let site = &desk.library.site;
    let said = desk.item(item);
    let url = said.share.as_deref().unwrap_or_default();
    let icon = desk.places.file("icon-512.png");
    let image = said.image.as_deref();
    let outlet = outlet(&said);
    let moment = |instant| Moment::whole(instant, site.zone, desk.words);
    Value::from(Serde(Page {
        up: "../",
        title: &said.title,
        language: said.language,
        description: said.summary.as_deref().map(|plain| html::excerpt(plain, DESCRIPTION)),
        canonical: said.link.as_deref().unwrap_or(url),
        url,
        oembed: format!("{}?url={}", desk.places.file("oembed"), encode(url)),
        locale: locale(said.language.unwrap_or(&site.language)),
        image: image.unwrap_or(&icon),
        has_image: image.is_some(),
        lead: image.filter(|_| !said.body.contains("<img")),
        section: said.tags.first().map(|tag| &*tag.label),
        tags: said.tags.iter().map(|tag| &*tag.label).take(TAGS).collect(),
        data: Value::from_safe_string(linked::article(&said, &site.language, image)),
        outlet,
        via: Some(said.source.title).filter(|title| *title != outlet),
        home: said.source.home.as_deref(),
        authors: authors(desk, &said),
        published: moment(said.published),
        updated: (said.updated > said.published).then(|| moment(said.updated)),
        original: said.original(),
        body: Value::from_safe_string(said.body.clone().into_owned()),
        files: said.enclosures.iter().map(file).collect(),
        categories: categories(desk, item),
        targets: targets(desk.words, &said.title, url, image),
        code: qr::code(url).map(code),
    }))
}

fn code(code: qr::Code) -> Code {
    Code { size: code.size, path: Value::from_safe_string(code.path) }
}

fn authors(desk: &Desk, said: &FeedItem<'_>) -> String {
    let people = said.authors.iter().filter(|author| !author.is_medium);
    people.map(|author| &*author.name).collect::<Vec<_>>().join(desk.words.comma)
}

fn categories<'a>(desk: &'a Desk, item: &Item) -> Vec<Entry<'a>> {
    let known = item.categories.iter().filter_map(|id| desk.library.categories.get(id));
    let entry = |category: &'a Category| Entry {
        href: category_path(&category.slug),
        title: &category.title,
    };
    known.map(entry).collect()
}

fn file<'a>(file: &'a Attachment<'_>) -> FileNote<'a> {
    let path = file.url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(path);
    let size = file.length.filter(|bytes| *bytes > 0).map(size);
    let note = size
        .map_or_else(|| file.media_type.to_owned(), |size| format!("{}, {size}", file.media_type));
    FileNote { href: &file.url, name, note }
}

/// Bytes in the largest unit that leaves a whole part.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// A language as OpenGraph writes it, which wants a territory: `zh_CN`.
fn locale(language: &str) -> Option<String> {
    let mut parts = language.split(['-', '_']);
    let primary = parts.next()?.to_ascii_lowercase();
    let territory = parts.find(|part| part.len() == 2).map(str::to_ascii_uppercase);
    let usual = match primary.as_str() {
        "zh" => Some("CN".to_owned()),
        "en" => Some("US".to_owned()),
        _ => None,
    };
    territory.or(usual).map(|territory| format!("{primary}_{territory}"))
}
