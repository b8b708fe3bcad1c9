//! What a page says of its article outside the text: `meta`, JSON-LD, `time`, `lang`, `base`, and
//! the body itself where it is there as data.

mod json;
pub(super) mod ld;
pub(super) mod micro;
pub(super) mod state;
mod whole;
#[cfg(test)]
mod tests;

use scraper::{ElementRef, Html};
use serde_json::Value;
use url::Url;

pub(super) use self::whole::{is_cut, lost, wider};
use crate::html;

/// Names under which `meta` gives the time of publication, best first.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "pubdate",
    "publishdate",
    "publish_date",
    "firstpublishedtime",
    "dc.date.issued",
    "dc.date",
    "dcterms.created",
    "date",
    "weibo:article:create_at",
];

/// The address that the page's relative addresses start from.
pub(super) fn base(tree: &Html, url: &Url) -> Url {
    let href = elements(tree, "base").find_map(|base| base.attr("href"));
    let joined = href.and_then(|href| url.join(href.trim()).ok());
    joined.filter(|base| matches!(base.scheme(), "http" | "https")).unwrap_or_else(|| url.clone())
}

/// The title of the article, rather than of the page.
pub(super) fn title(tree: &Html) -> Option<String> {
    let heading = || {
        let mut headings = elements(tree, "h1");
        let text = headings.next().map(|h1| h1.text().collect::<String>());
        text.filter(|_| headings.next().is_none())
    };
    let page = || elements(tree, "title").next().map(|title| title.text().collect());
    meta(tree, &["og:title", "twitter:title"])
        .or_else(|| json_ld(tree, "headline").map(|title| html::line(&title)))
        .or_else(heading)
        .or_else(page)
        .map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|title| !title.is_empty())
}

/// The time of publication as the page writes it.
pub(super) fn published(tree: &Html) -> Option<String> {
    let time = || {
        let mut times = elements(tree, "time").filter_map(|time| time.attr("datetime"));
        times.find(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    meta(tree, PUBLISHED).or_else(|| json_ld(tree, "datePublished")).or_else(time)
}

/// Absolute address of the lead picture.
pub(super) fn image(tree: &Html, base: &Url) -> Option<String> {
    let found = meta(tree, &["og:image:secure_url", "og:image:url", "og:image", "twitter:image"])?;
    let url = base.join(&found).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// BCP 47 language tag.
pub(super) fn language(tree: &Html) -> Option<String> {
    let root = elements(tree, "html").find_map(|html| html.attr("lang")).map(str::to_owned);
    let tag = root.filter(|tag| !tag.trim().is_empty());
    let tag = tag.or_else(|| meta(tree, &["content-language", "og:locale"]))?;
    let tag = tag.trim().replace('_', "-");
    let fits = tag.len() <= 35
        && tag.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    fits.then_some(tag)
}

fn elements<'a>(tree: &'a Html, name: &'a str) -> impl Iterator<Item = ElementRef<'a>> {
    let all = tree.tree.root().descendants().filter_map(ElementRef::wrap);
    all.filter(move |element| element.value().name() == name)
}

/// The content of the first `meta` of any of these names; the order is that of the names.
fn meta(tree: &Html, names: &[&str]) -> Option<String> {
    let metas: Vec<(String, &str)> = elements(tree, "meta").filter_map(named).collect();
    names.iter().find_map(|name| {
        let found = metas.iter().find(|(key, content)| key == name && !content.trim().is_empty());
        found.map(|(_, content)| content.trim().to_owned())
    })
}

fn named(meta: ElementRef<'_>) -> Option<(String, &str)> {
    let meta = meta.value();
    let keys = ["property", "name", "itemprop", "http-equiv"];
    let key = keys.iter().find_map(|key| meta.attr(key))?;
    Some((key.trim().to_ascii_lowercase(), meta.attr("content")?))
}

/// A text field of the first JSON-LD object that has it.
fn json_ld(tree: &Html, field: &str) -> Option<String> {
    ld::values(tree).iter().find_map(|value| find(value, field))
}

/// Looks in the value itself, in the list it is, or in its `@graph`.
fn find(value: &Value, field: &str) -> Option<String> {
    let own =
        value.get(field).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    if let Some(text) = own {
        return Some(text.to_owned());
    }
    let list = value.as_array().or_else(|| value.get("@graph")?.as_array())?;
    list.iter().find_map(|value| value.get(field)?.as_str()).map(str::to_owned)
}
