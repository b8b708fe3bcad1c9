//! Items to files: which documents exist, what they are called, what they hold.

mod address;
mod atom;
mod desk;
mod embed;
mod feed;
mod fit;
mod fixed;
mod history;
mod json;
mod linked;
mod markdown;
mod opml;
mod pages;
mod podcast;
mod qr;
mod rss;
mod share;
mod shared;
pub mod status;
mod text;
mod words;
mod xml;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::model::{Category, CategoryId, File, Instant, Item, SourceId};
use crate::publish::desk::Desk;
use crate::publish::feed::Feed;
use crate::publish::pages::Pages;

pub use crate::publish::embed::Embed;
pub use crate::publish::opml::Subscription;
pub use crate::publish::pages::{NAMED, Search};
pub use crate::publish::shared::{Private, Shared};

/// What the whole site says of itself.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name.
    pub title: String,
    /// One sentence about it.
    pub description: Option<String>,
    /// Where it is published: `http` or `https`, ends with `/`, may have a path.
    pub url: url::Url,
    /// BCP 47 language tag; the site's own words are Chinese for `zh…`, else English.
    pub language: String,
    /// The zone in which pages show times; feeds are in UTC.
    pub zone: chrono_tz::Tz,
    /// Authority of our `tag:` names (RFC 4151), minted once and never changed: `example.org,2026`.
    pub authority: String,
    /// How long a reader may wait between two visits, in minutes.
    pub ttl_minutes: u32,
    /// WebSub hub.
    pub hub: Option<url::Url>,
    /// Plain text at the foot of every page, such as a disclaimer.
    pub footer: Option<String>,
}

/// What is said of a source in public: no credentials, no keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceNote {
    /// Its name.
    pub title: String,
    /// Address of its feed, where it has one.
    pub feed: Option<String>,
    /// Address of its site.
    pub home: Option<String>,
}

/// What published items refer to.
#[derive(Clone, Debug)]
pub struct Library {
    /// The site.
    pub site: Site,
    /// Every category that has an address.
    pub categories: BTreeMap<CategoryId, Category>,
    /// Every source, those that were removed from the settings too.
    pub sources: BTreeMap<SourceId, SourceNote>,
}

/// A category on the home page.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a> {
    /// Which.
    pub category: &'a Category,
    /// Its newest items, a few.
    pub items: &'a [Item],
    /// How many it has in all.
    pub total: u64,
}

/// The items of one document, and where it stands in the history of its feed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sheet<'a> {
    /// What it holds.
    pub items: &'a [Item],
    /// What was taken down from the feed, or from this archive document, the last first.
    pub withdrawn: &'a [Withdrawn],
    /// Its number among the archive documents, the oldest being 1; 0 for the current document.
    pub page: u32,
    /// The number of the newest archive document; 0 where the current document holds everything.
    pub last: u32,
}

impl<'a> Sheet<'a> {
    /// A feed that has these items and never had others.
    pub fn whole(items: &'a [Item]) -> Self {
        Self { items, ..Self::default() }
    }
}

/// An item that was taken down: what is left of it is a tombstone (RFC 6721).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// What it was called in feeds.
    pub uri: String,
    /// When it was taken down.
    pub since: Instant,
}

/// The form that a document takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
    /// `CommonMark`.
    Markdown,
    /// A page for people.
    Html,
}

impl Format {
    /// The last part of a file's name, without its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
            Self::Markdown => "md",
            Self::Html => "html",
        }
    }

    /// The media type with its parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
        }
    }

    /// The media type alone.
    fn bare_media_type(self) -> &'static str {
        let whole = self.media_type();
        whole.split_once(';').map_or(whole, |(bare, _)| bare)
    }
}

/// Why there can be no press.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template of ours does not compile.
    #[error("template: {0}")]
    Template(#[from] minijinja::Error),
}

/// The library and the compiled templates; the same items give the same bytes for ever.
pub struct Press {
    desk: Desk,
    pages: Pages,
    longest: usize,
}

impl Press {
    /// A press for a library.
    pub fn new(library: Library) -> Result<Self, Error> {
        Self::with_templates(library, &[])
    }

    /// The same with templates, and a `style.css`, of the operator's own: name and text. Ours are
    /// there besides, as `finews/<name>`.
    pub fn with_templates(library: Library, templates: &[(String, String)]) -> Result<Self, Error> {
        let desk = Desk::new(library);
        let pages = Pages::new(&desk, templates)?;
        Ok(Self { desk, pages, longest: fit::LONGEST })
    }

    /// The same with documents of feeds that are at most so long, in bytes, as far as that goes
    /// without leaving items out.
    #[must_use]
    pub fn with_longest(mut self, bytes: usize) -> Self {
        self.longest = bytes;
        self
    }

    /// What a template of the operator's failed at, if one did: its pages are not to be published.
    pub fn fault(&self) -> Option<&str> {
        self.pages.fault()
    }

    /// One category: `category/<slug>` as page and in each feed format, or one of its archive
    /// documents, `archive/<slug>/<number>`.
    pub fn category(&self, category: &Category, sheet: Sheet<'_>) -> Vec<File> {
        let feed = self.desk.category(category, sheet);
        match sheet.page {
            0 => self.documents(&format!("category/{}", category.slug), "../", feed),
            page => self.documents(&format!("archive/{}/{page}", category.slug), "../../", feed),
        }
    }

    /// Everything: `all` as page and in each feed format, or one of its archive documents,
    /// `archive/<number>`, as page and in Atom.
    pub fn all(&self, sheet: Sheet<'_>) -> Vec<File> {
        let feed = self.desk.all(sheet);
        match sheet.page {
            0 => self.documents("all", "", feed),
            page => self.documents(&format!("archive/{page}"), "../", feed),
        }
    }

    /// The same, where there are more categories than the library has.
    #[must_use]
    pub fn with_categories(mut self, in_all: usize) -> Self {
        self.desk.categories = in_all;
        self
    }

    /// The same, where something is recommended, or was: then the lists of feeds name that too.
    #[must_use]
    pub fn with_shares(mut self, there: bool) -> Self {
        self.desk.has_shares = there;
        self
    }

    /// What is recommended, the newest first: `shares` as page and in each feed format; `total` is
    /// how much there is in all.
    pub fn shares(&self, shares: &[Shared], total: u64) -> Vec<File> {
        self.documents("shares", "", self.desk.shares(shares, total))
    }

    /// A private category in one form, for one subscriber.
    pub fn private(&self, own: &Private<'_>, format: Format) -> Vec<u8> {
        let mut feed = self.desk.private(own);
        let bytes = |feed: &Feed<'_>| match format {
            Format::Rss => self::rss::write(feed),
            Format::Atom => atom::write(feed),
            Format::Json => json::write(feed),
            Format::Markdown => markdown::write(feed),
            Format::Html => self.pages.private(&self.desk, feed),
        };
        let longest = if format == Format::Html { usize::MAX } else { self.longest };
        let write = |feed: &Feed<'_>| vec![bytes(feed)];
        let mut written = fit::fit(&mut feed, self.desk.words, longest, write, Vec::len);
        written.pop().unwrap_or_default()
    }

    /// The newest of every category: `index.html`, its shelves in the order given.
    pub fn home(&self, shelves: &[Shelf<'_>]) -> File {
        self.home_with(shelves, &[])
    }

    /// The same with the newest of what is recommended.
    pub fn home_with(&self, shelves: &[Shelf<'_>], shares: &[Shared]) -> File {
        let items = shelves.iter().flat_map(|shelf| shelf.items);
        let shared = shares.iter().map(|one| one.item.updated.max(one.since));
        let modified = items.map(|item| item.updated).chain(shared).max();
        page("index.html", self.pages.home(&self.desk, shelves, shares), modified)
    }

    /// One item's own page: `share/<id>.html`.
    pub fn share(&self, item: &Item) -> File {
        let path = format!("share/{}.html", item.id);
        page(&path, self.pages.share(&self.desk, item), Some(item.updated))
    }

    /// What others show for a link to an item's page; `most` is the room that they have for a picture.
    pub fn embed(&self, item: &Item, form: Embed, most: Option<u32>) -> Vec<u8> {
        embed::write(&self.desk, item, form, most)
    }

    /// What a search found: `search.html`, made for whoever asks.
    pub fn search(&self, search: &Search<'_>) -> Vec<u8> {
        self.pages.search(&self.desk, search)
    }

    /// All category feeds as one list: `opml.xml`.
    pub fn opml(&self) -> File {
        fixed::file("opml.xml", "text/x-opml; charset=utf-8", &opml::write(&self.desk))
    }

    /// The files that hold no item: `404.html`, `style.css`, the icons.
    pub fn fixed(&self) -> Vec<File> {
        let mut files = fixed::files(self.pages.style());
        files.push(page("404.html", self.pages.missing(&self.desk), None));
        files
    }

    fn documents(&self, stem: &str, up: &str, mut feed: Feed<'_>) -> Vec<File> {
        let modified = (!feed.is_empty()).then_some(feed.updated);
        let file = |format: Format, bytes| File {
            path: format!("{stem}.{}", format.extension()),
            media_type: format.media_type(),
            bytes,
            modified,
        };
        let is_archive = feed.history.page.is_some();
        let archived = feed.history.forms;
        let forms = desk::EACH.into_iter();
        let forms: Vec<_> = forms.filter(|form| !is_archive || archived.contains(form)).collect();
        let bytes = |form, feed: &Feed<'_>| match form {
            Format::Rss => self::rss::write(feed),
            Format::Atom => atom::write(feed),
            Format::Json => json::write(feed),
            _ => self.pages.list(&self.desk, feed, up),
        };
        let write = |feed: &Feed<'_>| forms.iter().map(|form| bytes(*form, feed)).collect();
        let written = fit::fit(&mut feed, self.desk.words, self.longest, write, Vec::len);
        forms.iter().zip(written).map(|(form, bytes)| file(*form, bytes)).collect()
    }
}

/// What tells one design from another: pages are made again when it changes.
pub fn design() -> String {
    pages::print()
}

/// Others' feeds as OPML, for other readers.
pub fn subscriptions(title: &str, feeds: &[Subscription]) -> Vec<u8> {
    opml::subscriptions(title, feeds)
}

/// The items of one source as one document, for a stream: it has no address of its own.
pub fn document(site: &Site, source: &SourceNote, items: &[Item], format: Format) -> Vec<u8> {
    let words = words::words(&site.language);
    let feed = feed::lone(site, source, items, words);
    match format {
        Format::Rss => self::rss::write(&feed),
        Format::Atom => atom::write(&feed),
        Format::Json => json::write(&feed),
        Format::Markdown => markdown::write(&feed),
        Format::Html => pages::lone(site, &feed, words),
    }
}

fn page(path: &str, bytes: Vec<u8>, modified: Option<Instant>) -> File {
    File { path: path.to_owned(), media_type: Format::Html.media_type(), bytes, modified }
}
