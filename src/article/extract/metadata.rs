//! Title, authors, times, site, language, picture and lasting address of a page, from what is most
//! trusted down: JSON-LD, OpenGraph, other `meta`, microdata, what the reader sees.

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::blocks::{self, Block, Blocks};
use super::byline;
use super::entity;
use super::lex;
use super::said::{Said, field, line};
use super::tag::Tag;
use super::tree::Tree;

/// What a page says of its article; every field may be missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Metadata {
    /// Of the article rather than of the page: without the site's name.
    pub title: Option<String>,
    /// Names, in the order given.
    pub authors: Vec<String>,
    /// As the page writes it.
    pub published: Option<String>,
    /// When it was changed, as the page writes it.
    pub modified: Option<String>,
    /// The site's name.
    pub site: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Absolute address of the lead picture.
    pub image: Option<String>,
    /// Absolute lasting address.
    pub canonical: Option<String>,
}

/// Names under which `meta` gives the time of publication, best first.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "article.published",
    "article_date_original",
    "ptime",
    "firstpublishedtime",
    "og:release_date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dc.date.created",
    "dcterms.created",
    "dcterms.date",
    "citation_publication_date",
    "citation_date",
    "date",
    "weibo:article:create_at",
    "date.created",
    "creation_date",
];
const MODIFIED: &[&str] = &[
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "lastmod",
];
const TITLE: &[&str] =
    &["og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "title"];

/// Reads it. `url` is the page's own address; `kept` says which blocks are the article's.
pub(super) fn read(
    tree: &Tree<'_>,
    blocks: &Blocks,
    said: &Said,
    kept: &[bool],
    url: &Url,
) -> Metadata {
    let address = |text: &str| absolute(text, url);
    let stated = said.article();
    let time = |name: &str| stated.and_then(|object| field(object, name));
    let site = site(said);
    Metadata {
        title: title(tree, blocks, said, kept, site.as_deref()),
        authors: authors(tree, blocks, said, kept),
        published: time("datePublished")
            .or_else(|| time("dateCreated"))
            .or_else(|| said.meta(PUBLISHED))
            .or_else(|| said.dated())
            .map(str::to_owned)
            .or_else(|| marked_time(tree, "datepublished"))
            .or_else(|| first_time(tree))
            .or_else(|| byline::date(tree, blocks, kept))
            .or_else(|| {
                said.objects.iter().find_map(|one| field(one, "datePublished")).map(str::to_owned)
            }),
        modified: time("dateModified").or_else(|| said.meta(MODIFIED)).map(str::to_owned),
        site,
        language: language(said),
        image: image(said).and_then(address),
        canonical: canonical(said).and_then(address),
    }
}

fn absolute(text: &str, url: &Url) -> Option<String> {
    let found = url.join(text).ok()?;
    matches!(found.scheme(), "http" | "https").then(|| found.into())
}

fn site(said: &Said) -> Option<String> {
    let publisher = said.article().and_then(|object| object.get("publisher"));
    let named = said.meta(&["og:site_name", "application-name", "al:android:app_name"]);
    named.or_else(|| publisher.and_then(|one| field(one, "name"))).map(line)
}

fn canonical(said: &Said) -> Option<&str> {
    let link = said.links.iter().find(|(rel, _)| rel == "canonical").map(|(_, href)| href.as_str());
    link.or_else(|| said.meta(&["og:url"]))
}

fn image(said: &Said) -> Option<&str> {
    let stated = said.article().and_then(|object| object.get("image")).and_then(address_of);
    let meta = || {
        said.meta(&[
            "og:image:secure_url",
            "og:image:url",
            "og:image",
            "twitter:image",
            "twitter:image:src",
        ])
    };
    let link =
        || said.links.iter().find(|(rel, _)| rel == "image_src").map(|(_, href)| href.as_str());
    meta().or(stated).or_else(link)
}

/// An address, or that of the first of a list, or that of an object.
fn address_of(value: &Value) -> Option<&str> {
    let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
    value.as_str().or_else(|| field(value, "url")).or_else(|| field(value, "contentUrl"))
}

fn language(said: &Said) -> Option<String> {
    let own = said.lang.as_deref().filter(|tag| !tag.trim().is_empty());
    let stated = || said.article().and_then(|object| field(object, "inLanguage"));
    let tag = own
        .or_else(stated)
        .or_else(|| said.meta(&["content-language", "og:locale", "language"]))?;
    let tag = tag.trim().replace('_', "-");
    let fits = tag.len() <= 35
        && tag.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    fits.then_some(tag)
}

/// The title: the page's one great heading where a stated title speaks of the same, else the stated
/// one in the form in which it stands on the page, else without the site's name.
fn title(
    tree: &Tree<'_>,
    blocks: &Blocks,
    said: &Said,
    kept: &[bool],
    site: Option<&str>,
) -> Option<String> {
    let stated = said
        .article()
        .and_then(|object| field(object, "headline").or_else(|| field(object, "name")));
    let stated = stated.map(|text| line(&entity::decode(text)));
    let metas = TITLE.iter().filter_map(|name| said.meta(&[name])).map(line);
    let mut named: Vec<String> =
        stated.into_iter().chain(metas).chain(said.title.clone()).collect();
    named.retain(|title| !title.is_empty());
    let great = great_heading(tree, blocks, &named, kept);
    let first = || named.first().map(|title| byline::without_site(title, site));
    let other = heading(tree, blocks, &named);
    let worth = |text: &String| named.iter().map(|title| worth(text, title)).fold(0.0, f32::max);
    let best = match (great, other) {
        (Some(great), Some(other)) => {
            Some(if worth(&great) >= worth(&other) { great } else { other })
        }
        (great, other) => great.or(other),
    };
    best.or_else(first)
}

/// How well a text of the page fits a stated title: what begins it is hardly the site's name.
fn worth(text: &str, title: &str) -> f32 {
    let (text, title) = (blocks::key(text), blocks::key(title));
    let chars = text.chars().count() as f32;
    let share = if title.contains(&text) { 1.0 } else { 0.5 };
    chars * share + if title.starts_with(&text) { 8.0 } else { 0.0 }
}

/// The last `h1` before the article's end that shares words with a stated title, or the only one.
fn great_heading(
    tree: &Tree<'_>,
    blocks: &Blocks,
    named: &[String],
    kept: &[bool],
) -> Option<String> {
    let last = kept.iter().rposition(|keep| *keep).and_then(|at| blocks.list.get(at));
    let last = last.map_or(u32::MAX, |block| block.nodes.end) as usize;
    let ones = tree.nodes.iter().enumerate().filter(|(at, node)| node.tag == Tag::H1 && *at < last);
    let texts = ones.map(|(at, node)| tree.text(at, node.end as usize)).take(20);
    let fits = |text: &String| (2..=250).contains(&text.chars().count());
    let texts: Vec<String> = texts.filter(fits).collect();
    // A title begins with the article's own; the site's name stands behind.
    let begins =
        |text: &str| named.iter().any(|title| blocks::key(title).starts_with(&blocks::key(text)));
    let shared = |text: &String| {
        let most = named.iter().map(|title| shared_words(text, title)).fold(0.0, f32::max);
        if begins(text) { most + 0.1 } else { most }
    };
    let best = texts.iter().map(|text| (shared(text), text));
    let best = best.fold(None, |best: Option<(f32, &String)>, one| match best {
        Some(best) if best.0 >= one.0 => Some(best),
        _ => Some(one),
    });
    best.filter(|(shared, _)| *shared >= 0.4 || named.is_empty()).map(|(_, text)| text.clone())
}

/// The share of the words of the text that are in the title; a character counts as a word where no
/// spaces are written.
fn shared_words(text: &str, title: &str) -> f32 {
    let words = |text: &str| -> Vec<String> {
        let parted = text.chars().flat_map(|c| {
            let alone = blocks::is_cjk(c);
            let part = if c.is_alphanumeric() { c } else { ' ' };
            [if alone { ' ' } else { '\0' }, part, if alone { ' ' } else { '\0' }]
        });
        let parted: String = parted.filter(|c| *c != '\0').collect();
        parted.split_whitespace().map(str::to_lowercase).collect()
    };
    let (text, title) = (words(text), words(title));
    let shared = text.iter().filter(|word| title.contains(word)).count();
    shared as f32 / text.len().max(1) as f32
}

/// The block of the page, a heading if there is one, that a stated title holds or begins.
fn heading(tree: &Tree<'_>, blocks: &Blocks, named: &[String]) -> Option<String> {
    let named: Vec<String> = named.iter().map(|title| blocks::key(title)).collect();
    let is_heading = |block: &Block| {
        let own = block.container as usize;
        let mut chain = std::iter::once(own).chain(tree.ancestors(own).take(2));
        chain.any(|at| tree.node(at).tag.is_heading())
    };
    let likeness = |block: &Block| {
        let key = blocks.key(block);
        let like = named.iter().map(|title| likeness(key, title)).max().unwrap_or(0);
        like * 2 + usize::from(like > 0 && is_heading(block))
    };
    let short = blocks.list.iter().filter(|block| block.count.chars < 250.0);
    // Of equals the first.
    let best = short.rev().max_by_key(|block| likeness(block)).filter(|block| likeness(block) > 0);
    let text = blocks::text(tree, best?);
    (!text.is_empty()).then_some(text)
}

/// How much of the title the text is, in bytes; 0 where it is another text or too small a part.
fn likeness(key: &str, title: &str) -> usize {
    let part = key.len() >= 6 && key.len() * 5 >= title.len() * 2 && title.contains(key);
    // A title that was cut short.
    let whole = title.len() >= 30 && key.len() < title.len() * 2 && key.starts_with(title);
    if part || whole { key.len() } else { 0 }
}

fn authors(tree: &Tree<'_>, blocks: &Blocks, said: &Said, kept: &[bool]) -> Vec<String> {
    let stated =
        said.article().and_then(|object| object.get("author").or_else(|| object.get("creator")));
    let mut names = Vec::new();
    if let Some(stated) = stated {
        people(stated, &mut names);
    }
    let metas = [
        "article:author",
        "author",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
        "dcterms.creator",
        "citation_author",
        "byl",
        "twitter:data1_",
    ];
    for name in metas {
        if names.is_empty() {
            names.extend(said.metas(name).flat_map(byline::names));
        }
    }
    if names.is_empty() {
        names = byline::authors(tree, blocks, kept);
    }
    let mut seen = Vec::new();
    names.retain(|name| {
        let key = blocks::key(name);
        let new = !key.is_empty() && !seen.contains(&key);
        seen.push(key);
        new
    });
    names
}

/// Names in the forms that linked data has for them.
fn people(value: &Value, names: &mut Vec<String>) {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    for one in list.iter().take(20) {
        let name = one.as_str().or_else(|| field(one, "name"));
        let first = one
            .get("name")
            .and_then(Value::as_array)
            .and_then(|list| list.first())
            .and_then(Value::as_str);
        if let Some(name) = name.or(first) {
            names.extend(byline::names(&entity::decode(name)));
        }
    }
}

/// The time of an element whose `itemprop` or `property` has this name.
fn marked_time(tree: &Tree<'_>, name: &str) -> Option<String> {
    let marked = |at: &usize| {
        let raw = tree.raw(*at);
        let named = |key: &str| {
            lex::attribute_of(raw, key)
                .is_some_and(|value| value.to_ascii_lowercase().ends_with(name))
        };
        // Cheaper than to look at each attribute of each tag.
        raw.contains("itemprop") && named("itemprop")
            || raw.contains("property") && named("property")
    };
    let elements = tree.nodes.iter().enumerate().filter(|(_, node)| node.tag != Tag::Text);
    let at = elements.map(|(at, _)| at).find(marked)?;
    let raw = tree.raw(at);
    let value = lex::attribute_of(raw, "datetime").or_else(|| lex::attribute_of(raw, "content"));
    value.filter(|value| !value.trim().is_empty()).map(line)
}

/// The first `time` of the page that has a date.
fn first_time(tree: &Tree<'_>) -> Option<String> {
    let times = tree.nodes.iter().enumerate().filter(|(_, node)| node.tag == Tag::Time);
    let mut values = times.filter_map(|(at, _)| lex::attribute_of(tree.raw(at), "datetime"));
    values.find(|value| value.bytes().filter(u8::is_ascii_digit).count() >= 6).map(str::to_owned)
}
