//! A sitemap to the entries it lists, or an index to the sitemaps it names (sitemaps.org 0.9).

use std::cmp::Reverse;
use std::collections::HashSet;

use regex::Regex;
use url::Url;

use super::plan::{date, text, web_address};
use super::{Context, Error, feed};
use crate::charset;
use crate::model::{Entry, Fault, Instant, Listing, Text};

mod address;
mod blocks;
mod unpack;

#[cfg(test)]
mod tests;

use blocks::{Block, Kind};

/// Addresses that one sitemap may hold, by the protocol; more are not read.
const MOST: usize = 50_000;
/// Faults that are told one by one.
const MOST_FAULTS: usize = 200;

/// What of a sitemap is read.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Only addresses that fit.
    pub matching: Option<Regex>,
    /// The most entries, the newest first.
    pub most: usize,
    /// How many sitemaps of an index are followed, the newest first.
    pub children: usize,
    /// Whether an entry without a title takes it from its address: no article will tell it.
    pub titles: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { matching: None, most: 500, children: 3, titles: true }
    }
}

/// What a sitemap holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sitemap {
    /// Its entries; none where it is an index.
    pub listing: Listing,
    /// The sitemaps that an index names, the newest first.
    pub children: Vec<Url>,
}

/// Reads a sitemap: XML with the news, image and video extensions, or an address a line, either
/// packed by gzip. A feed is a sitemap, too.
pub fn read(bytes: &[u8], plan: &Plan, context: &Context<'_>) -> Result<Sitemap, Error> {
    let mut faults = Vec::new();
    let bytes = unpack::unpacked(bytes, &mut faults);
    let decoded = charset::decode(&bytes, context.content_type, context.charset);
    let text = decoded.text.trim_start();
    if !text.starts_with('<') {
        return lines(text, plan, faults);
    }
    let found = blocks::read(text, MOST);
    match found.root.map(str::to_ascii_lowercase).as_deref() {
        Some("urlset" | "sitemapindex") => {}
        Some("rss" | "feed" | "rdf") => {
            let listing = feed::read(&bytes, context)?;
            let listing = Listing { entries: chosen(listing.entries, plan), ..listing };
            return Ok(Sitemap { listing, children: Vec::new() });
        }
        _ if !found.blocks.is_empty() => {}
        Some("html") => return Err(not_one("an HTML page")),
        Some(name) => {
            let name: String = name.chars().take(40).collect();
            return Err(not_one(format!("a document of `{name}`")));
        }
        None => return Err(not_one("an empty document")),
    }
    if found.more {
        faults.push(Fault::new("sitemap", format!("only the first {MOST} addresses were read")));
    }
    if found.unclosed > 0 {
        faults.push(Fault::new("sitemap", "it breaks off; what was there is read"));
    }
    Ok(sitemap(found.blocks, plan, context, faults))
}

fn not_one(what: impl Into<String>) -> Error {
    Error::NotASitemap { what: what.into() }
}

fn sitemap(
    blocks: Vec<Block>,
    plan: &Plan,
    context: &Context<'_>,
    mut faults: Vec<Fault>,
) -> Sitemap {
    let mut children = Vec::new();
    let mut entries = Vec::new();
    for (index, block) in blocks.into_iter().enumerate() {
        let mut fault = |what: String| {
            if faults.len() < MOST_FAULTS {
                faults.push(Fault::new(format!("address {}", index + 1), what));
            }
        };
        let address = block.location.as_deref().unwrap_or_default();
        let Some(url) = web_address(address, context.base) else {
            fault(format!("`{}` is no web address", crate::html::excerpt(address, 60)));
            continue;
        };
        match block.kind {
            Kind::Sitemap => children.push((instant(block.modified.as_deref(), context), url)),
            Kind::Url if fits(plan, &url) => entries.push(entry(block, url, context, &mut fault)),
            Kind::Url => {}
        }
    }
    let entries = titled(chosen(entries, plan), plan);
    Sitemap {
        listing: Listing { entries, faults, ..Listing::default() },
        children: newest(children),
    }
}

fn fits(plan: &Plan, url: &Url) -> bool {
    plan.matching.as_ref().is_none_or(|pattern| pattern.is_match(url.as_str()))
}

/// The newest entries that fit, each address once; those without a date keep their order behind.
fn chosen(mut entries: Vec<Entry>, plan: &Plan) -> Vec<Entry> {
    let mut seen = HashSet::new();
    entries.retain(|entry| {
        let Some(link) = &entry.link else { return true };
        let fits = plan.matching.as_ref().is_none_or(|pattern| pattern.is_match(link));
        fits && seen.insert(link.clone())
    });
    entries.sort_by_key(|entry| Reverse(entry.published.max(entry.updated)));
    entries.truncate(plan.most);
    entries
}

fn titled(mut entries: Vec<Entry>, plan: &Plan) -> Vec<Entry> {
    for entry in entries.iter_mut().filter(|entry| plan.titles && entry.title.is_none()) {
        entry.title = entry.link.as_deref().and_then(address::title).map(Text::Plain);
    }
    entries
}

/// The newest first; where no time is told, by a date in the address, else in their order.
fn newest(mut children: Vec<(Option<Instant>, Url)>) -> Vec<Url> {
    children.sort_by_cached_key(|(modified, url)| Reverse((*modified, address::date(url))));
    let mut seen = HashSet::new();
    let urls = children.into_iter().map(|(_, url)| url);
    urls.filter(|url| seen.insert(url.as_str().to_owned())).collect()
}

fn instant(text: Option<&str>, context: &Context<'_>) -> Option<Instant> {
    date(text?, context.now, context.zone)
}

/// `lastmod` is no time of publication: it only says when the page last changed. Texts are
/// escaped twice more often than they mean an entity.
fn entry(block: Block, url: Url, context: &Context<'_>, fault: &mut dyn FnMut(String)) -> Entry {
    let mut dated = |text: Option<&str>, what: &str| {
        let date = instant(text, context);
        if let (None, Some(text)) = (date, text) {
            fault(format!("{what}: `{}` is no date", crate::html::excerpt(text, 60)));
        }
        date
    };
    let labels = block.keywords.as_deref().unwrap_or_default().split([',', '，', ';', '、']);
    Entry {
        published: dated(block.published.as_deref(), "publication_date"),
        updated: dated(block.modified.as_deref(), "lastmod"),
        link: Some(url.into()),
        title: block.title.map(text),
        summary: block.description.map(text),
        medium: block.medium,
        language: block.language,
        image: block.image.and_then(|image| web_address(&image, context.base)).map(String::from),
        labels: labels.map(str::trim).filter(|label| !label.is_empty()).map(String::from).collect(),
        ..Entry::default()
    }
}

/// An address a line (sitemaps.org, "Text file").
fn lines(text: &str, plan: &Plan, mut faults: Vec<Fault>) -> Result<Sitemap, Error> {
    // Where the file breaks off, its last line does, too.
    let whole =
        if faults.is_empty() { text } else { text.rsplit_once('\n').map_or("", |(all, _)| all) };
    let given = whole.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut entries = Vec::new();
    let mut others = 0_usize;
    for line in given.take(MOST) {
        match web_address(line, None) {
            Some(url) => entries.push(Entry { link: Some(url.into()), ..Entry::default() }),
            None => others += 1,
        }
    }
    if entries.is_empty() {
        let what = if others == 0 { "an empty document" } else { "plain text without addresses" };
        return Err(not_one(what));
    }
    if others > 0 {
        faults.push(Fault::new("sitemap", format!("{others} lines are no web address")));
    }
    let entries = titled(chosen(entries, plan), plan);
    Ok(Sitemap { listing: Listing { entries, faults, ..Listing::default() }, children: Vec::new() })
}
