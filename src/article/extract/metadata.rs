//! Title, authors, times, site, language, picture and lasting address of a page, from what is most
//! trusted down: JSON-LD, OpenGraph, other `meta`, microdata, what the reader sees.

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::blocks::{self, Blocks};
use super::byline;
use super::dateline;
use super::entity;
use super::lex;
use super::said::{Said, field, line};
use super::sites::Sites;
use super::tag::Tag;
use super::title;
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
    let sites = Sites::new(said, site.as_deref(), url);
    Metadata {
        title: title::read(tree, blocks, said, kept, &sites),
        authors: authors(tree, blocks, said, kept, &sites),
        published: time("datePublished")
            .or_else(|| time("dateCreated"))
            .or_else(|| said.meta(PUBLISHED))
            .or_else(|| said.dated())
            .map(str::to_owned)
            .or_else(|| marked_time(tree, "datepublished"))
            .or_else(|| first_time(tree))
            .or_else(|| dateline::read(tree, blocks, kept))
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

fn authors(
    tree: &Tree<'_>,
    blocks: &Blocks,
    said: &Said,
    kept: &[bool],
    sites: &Sites,
) -> Vec<String> {
    let of = |object: &'_ Value| object.get("author").or_else(|| object.get("creator")).cloned();
    let stated = said.article().and_then(of).or_else(|| said.question().and_then(of));
    let mut names = Vec::new();
    if let Some(stated) = &stated {
        people(stated, said, &mut names);
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
    // Where it is but the site that is named, readers may be shown who it was.
    if names.iter().all(|name| sites.names(&blocks::key(name))) {
        let shown = byline::authors(tree, blocks, kept);
        names = if shown.is_empty() { names } else { shown };
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
fn people(value: &Value, said: &Said, names: &mut Vec<String>) {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    for one in list.iter().take(20) {
        // A person may be described elsewhere.
        let described = field(one, "@id").and_then(|id| said.described(id, "name"));
        let name = one.as_str().or(described).or_else(|| field(one, "name"));
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
        named("itemprop") || named("property")
    };
    let elements = tree.nodes.iter().enumerate().filter(|(_, node)| node.look.named);
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
