//! The same kind of rules as CSS, from the settings: `[[site_rules]]`.

use scraper::{ElementRef, Html};
use url::Url;

use super::take::{as_line, prefer};
use super::{Links, Taken, same_page};
use crate::article::rules::{self, Bad, Css, RawRules, Rules};
use crate::article::{apply, by_rules, extract};
use crate::html::dom;

/// The rules of a `[[site_rules]]` as they stand in the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawSite {
    /// The host; `.example.com` means its subdomains.
    pub host: String,
    /// `body`, `remove`, `unwrap` and `stop_at`.
    pub rules: RawRules,
    /// CSS selector of the title.
    pub title: Option<String>,
    /// CSS selector of authors.
    pub author: Option<String>,
    /// CSS selector of the date; `datetime` or `content` counts more than the text.
    pub date: Option<String>,
    /// CSS selector of the link to the next page.
    pub next: Option<String>,
    /// CSS selector of the link to all pages in one.
    pub single: Option<String>,
}

/// The same compiled.
#[derive(Clone, Debug)]
pub struct SiteCss {
    /// See [`RawSite::host`].
    pub host: String,
    rules: Rules,
    title: Option<Css>,
    author: Option<Css>,
    date: Option<Css>,
    next: Option<Css>,
    single: Option<Css>,
}

impl SiteCss {
    /// Compiles; an error names every fault at once.
    pub fn compile(raw: &RawSite) -> Result<Self, Vec<Bad>> {
        let mut bad = Vec::new();
        let rules = Rules::compile(&raw.rules).map_err(|faults| bad.extend(faults));
        let mut one =
            |field, text: &Option<String>| rules::one(field, text.as_deref(), rules::css, &mut bad);
        let (title, author) = (one("title", &raw.title), one("author", &raw.author));
        let date = one("date", &raw.date);
        let (next, single) = (one("next", &raw.next), one("single", &raw.single));
        match rules {
            Ok(rules) if bad.is_empty() => {
                let host = raw.host.clone();
                Ok(Self { host, rules, title, author, date, next, single })
            }
            _ => Err(bad),
        }
    }
}

/// Reads a page by the rules of the settings.
pub(super) fn take(page: &str, url: &Url, site: &SiteCss) -> Taken {
    let tree = dom::page(page);
    let (mut about, base) = extract::about(page, url);
    let mut faults = Vec::new();
    let body = by_rules(&tree, &site.rules.body, &mut faults);
    let texts = |css: &Option<Css>| -> Vec<String> {
        select(&tree, css.as_ref()).filter_map(|element| as_line(&text(element))).collect()
    };
    let first = |css: &Option<Css>| texts(css).into_iter().next();
    let link = |css: &Option<Css>| {
        let mut hrefs = select(&tree, css.as_ref()).filter_map(|element| element.attr("href"));
        hrefs.find_map(|href| same_page::link(href, url, &base))
    };
    prefer(&mut about, first(&site.title), texts(&site.author), first(&site.date));
    Taken {
        body: body.map(|(html, _)| apply(&html, &site.rules)),
        links: Links { single: link(&site.single), next: link(&site.next) },
        about,
        faults,
        looks: true,
        stripped: None,
        instead: None,
        base,
    }
}

fn select<'a>(tree: &'a Html, css: Option<&'a Css>) -> impl Iterator<Item = ElementRef<'a>> {
    css.into_iter().flat_map(|css| tree.select(&css.selector))
}

/// What an element says for a machine, else its text.
fn text(element: ElementRef<'_>) -> String {
    let machine = ["datetime", "content"].iter().find_map(|name| element.attr(name));
    machine.map_or_else(|| element.text().collect(), str::to_owned)
}
