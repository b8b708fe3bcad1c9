//! The feeds that a page names in its head, in its order.

use scraper::{Html, Selector};
use url::Url;

/// Media types by which a page names a feed (RSS Autodiscovery, JSON Feed 1.1).
const TYPES: [&str; 4] =
    ["application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"];

/// Absolute addresses of the feeds that a page names; its `<base href>` counts.
pub fn feeds(page: &str, url: &Url) -> Vec<Url> {
    let page = Html::parse_document(page);
    let base = first_href(&page, "base[href]").and_then(|href| url.join(&href).ok());
    let base = base.unwrap_or_else(|| url.clone());
    let Ok(links) = Selector::parse("link[rel][type][href]") else { return Vec::new() };
    let mut feeds = Vec::new();
    for link in page.select(&links) {
        let attribute = |name| link.value().attr(name).unwrap_or_default().trim().to_lowercase();
        let alternate = attribute("rel").split_whitespace().any(|word| word == "alternate");
        if !alternate || !TYPES.contains(&attribute("type").as_str()) {
            continue;
        }
        let href = link.value().attr("href").unwrap_or_default();
        let feed = base.join(href.trim()).ok();
        let feed = feed.filter(|feed| matches!(feed.scheme(), "http" | "https"));
        feeds.extend(feed.filter(|feed| !feeds.contains(feed)));
    }
    feeds
}

fn first_href(page: &Html, css: &str) -> Option<String> {
    let selector = Selector::parse(css).ok()?;
    page.select(&selector).next()?.value().attr("href").map(str::to_owned)
}
