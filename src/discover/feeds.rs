//! Addresses at which a page's feeds may be: those it names, those it links to, the usual ones.

use scraper::{Html, Selector};
use url::Url;

use crate::html;
use crate::listing::alternate;

/// Where feeds usually are, in the current folder and in the root.
const USUAL: [&str; 9] = [
    "feed",
    "feed.xml",
    "atom.xml",
    "rss.xml",
    "rss",
    "index.xml",
    "feed.json",
    "feed/",
    "index.rss",
];
/// Links that are looked at.
const MOST_LINKS: usize = 20_000;
/// Hints that are given.
const MOST_HINTS: usize = 12;

/// An address that may be a feed's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The address, absolute.
    pub url: Url,
    /// Why it may be one.
    pub why: String,
    /// Whether it seems to hold comments only.
    pub comments: bool,
}

/// The feeds that a page names in its head and links to in its text, comment feeds last.
pub fn hints(page: &str, url: &Url) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    let named = alternate::feeds(page, url).into_iter().map(|feed| {
        let comments = is_comments(feed.as_str());
        Hint { url: feed, why: "the page names it in its head".to_owned(), comments }
    });
    for hint in named.chain(linked(&html::dom::page(page), url)) {
        let api = hint.url.path().contains("/wp-json/");
        if !api && !hints.iter().any(|known| known.url == hint.url) {
            hints.push(hint);
        }
    }
    hints.sort_by_key(|hint| hint.comments);
    hints.truncate(MOST_HINTS);
    hints
}

/// The usual places, nearest first, without those that are known already.
pub fn well_known(url: &Url, known: &[Hint]) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    let root = url.join("/").ok();
    let folder = url.join("./").ok().filter(|folder| Some(folder) != root.as_ref());
    let inside = (!url.path().ends_with('/') && !url.path().contains('.'))
        .then(|| Url::parse(&format!("{}{}/", url.origin().ascii_serialization(), url.path())).ok())
        .flatten();
    let places = [root, inside, folder];
    for name in USUAL {
        for place in places.iter().flatten() {
            let Ok(feed) = place.join(name) else { continue };
            if hints.iter().chain(known).any(|hint| hint.url == feed) {
                continue;
            }
            let why = format!("a usual place for feeds: `{name}`");
            hints.push(Hint { url: feed, why, comments: false });
        }
    }
    hints
}

/// The sitemaps that a `robots.txt` names (RFC 9309 leaves the line to sitemaps.org), and the
/// usual one.
pub fn sitemaps(robots: &str, url: &Url) -> Vec<Url> {
    let named = robots.lines().take(5_000).filter_map(|line| {
        let (name, address) = line.split_once(':')?;
        let named = name.trim().eq_ignore_ascii_case("sitemap");
        named.then(|| url.join(address.trim()).ok())?
    });
    let mut sitemaps: Vec<Url> = Vec::new();
    for sitemap in named.chain(url.join("/sitemap.xml").ok()) {
        let web = matches!(sitemap.scheme(), "http" | "https");
        if web && !sitemaps.contains(&sitemap) && sitemaps.len() < MOST_HINTS {
            sitemaps.push(sitemap);
        }
    }
    // One for news says more than one for everything.
    sitemaps.sort_by_key(|sitemap| !sitemap.path().to_ascii_lowercase().contains("news"));
    sitemaps
}

fn linked(page: &Html, url: &Url) -> Vec<Hint> {
    let base = super::outline::base(page, url);
    let Ok(selector) = Selector::parse("a[href]") else { return Vec::new() };
    let links = page.select(&selector).take(MOST_LINKS).filter_map(|link| {
        let typed = link.value().attr("href")?.trim();
        let text: String = link.text().take(20).collect();
        let label = link.value().attr("title").or(link.value().attr("aria-label"));
        let words = format!(
            "{text} {} {}",
            label.unwrap_or_default(),
            link.value().attr("class").unwrap_or_default()
        );
        let feed = base.join(typed).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let why = match (is_feed_address(&feed), is_feed_text(&words)) {
            (true, _) => "a link whose address looks like a feed's",
            (false, true) => "a link that is called a feed",
            (false, false) => return None,
        };
        let comments = is_comments(feed.as_str()) || is_comments(&words);
        Some(Hint { url: feed, why: why.to_owned(), comments })
    });
    links.collect()
}

fn is_feed_address(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/').to_ascii_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    let tail = [".rss", ".atom", ".rdf", "feed.xml", "rss.xml", "atom.xml", "feed.json"];
    matches!(last, "feed" | "rss" | "atom" | "rss2" | "feeds" | "index.xml")
        || tail.iter().any(|tail| last.ends_with(tail))
        || url.query_pairs().any(|(key, value)| {
            matches!(&*key, "feed" | "format" | "type" | "output")
                && matches!(&*value, "rss" | "rss2" | "atom" | "feed" | "rdf")
        })
}

fn is_feed_text(words: &str) -> bool {
    let words = words.to_lowercase();
    let mut parts = words.split(|c: char| !c.is_alphanumeric());
    parts.any(|word| matches!(word, "rss" | "atom" | "feed" | "订阅rss" | "rss订阅"))
}

fn is_comments(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("comment") || text.contains("评论")
}
