//! The desk at which feeds are made: the library, and what follows from it once for all.

use std::borrow::Cow;

use crate::html;
use crate::model::{Category, Item};
use crate::publish::address::{Places, public};
use crate::publish::feed::{
    Elsewhere, Feed, FeedItem, Origin, Tag, add_labels, common, newest, newest_first, origin,
};
use crate::publish::history::History;
use crate::publish::words::{Words, fill, words};
use crate::publish::xml::legible;
use crate::publish::{Format, Library, Sheet};

/// The forms of a category's documents.
pub(super) const EACH: [Format; 4] = [Format::Html, Format::Rss, Format::Atom, Format::Json];
/// The forms of the archive of everything, which is as large as all others together.
const OF_ALL: [Format; 2] = [Format::Html, Format::Atom];

/// What every feed and page is made with.
pub(super) struct Desk {
    pub library: Library,
    pub places: Places,
    pub words: &'static Words,
    /// How many categories there are in all, where the library has but those that are needed.
    pub categories: usize,
    /// Whether something is recommended, or was.
    pub has_shares: bool,
    /// The taxonomy of our own categories.
    scheme: String,
}

impl Desk {
    /// A desk with everything on it that does not change from item to item.
    pub(super) fn new(library: Library) -> Self {
        let places = Places::new(&library.site.url, &library.site.authority);
        let words = words(&library.site.language);
        Self {
            scheme: places.categories(),
            has_shares: false,
            categories: 0,
            library,
            places,
            words,
        }
    }

    /// The feed of one category.
    pub(super) fn category<'a>(&'a self, category: &Category, sheet: Sheet<'a>) -> Feed<'a> {
        let site = &self.library.site;
        let archive = self.places.archive_of(&category.slug);
        let address = self.places.category(&category.slug);
        Feed {
            id: self.places.tag(&["c", category.id.as_str()]),
            title: format!("{} — {}", category.title, site.title),
            heading: self.heading(&category.title, sheet),
            subtitle: fill(
                self.words.gathered,
                &[("title", &category.title), ("site", &site.title)],
            ),
            ..self.feed(&address, &archive, sheet, &EACH)
        }
    }

    /// The feed of everything; as `self.category` is, but under the site's own name.
    pub(super) fn all<'a>(&'a self, sheet: Sheet<'a>) -> Feed<'a> {
        self.feed(&self.places.all(), &self.places.archive(), sheet, &OF_ALL)
    }

    /// What a page of the feed is headed with.
    fn heading(&self, title: &str, sheet: Sheet<'_>) -> String {
        match sheet.page {
            0 => title.to_owned(),
            page => {
                fill(self.words.archive_page, &[("title", title), ("number", &page.to_string())])
            }
        }
    }

    /// A feed whose current document has this address, without its suffix.
    fn feed<'a>(
        &'a self,
        current: &str,
        archive: &str,
        sheet: Sheet<'a>,
        archived: &'static [Format],
    ) -> Feed<'a> {
        let site = &self.library.site;
        let items = self.items(sheet.items);
        let address = match sheet.page {
            0 => current.to_owned(),
            page => format!("{archive}{page}"),
        };
        let updated = newest(&items, sheet.withdrawn);
        Feed {
            id: self.places.tag(&["all"]),
            title: site.title.clone(),
            heading: self.heading(self.words.everything, sheet),
            subtitle: self.about(),
            language: &site.language,
            author: (&site.title, self.places.root().to_owned()),
            page: format!("{address}.html"),
            address: Some(address),
            hub: site.hub.as_ref().map(url::Url::as_str),
            ttl: Some(site.ttl_minutes),
            icons: Some((self.places.file("icon-144.png"), self.places.file("icon-512.png"))),
            notice: self.words.notice,
            history: History::of(sheet, current, archive, archived),
            updated: updated.unwrap_or_else(|| self.places.began()),
            items,
        }
    }

    /// What the site says of itself.
    pub(super) fn about(&self) -> String {
        let site = &self.library.site;
        let fallback = || fill(self.words.gathered_all, &[("site", &site.title)]);
        site.description.clone().filter(|text| !text.trim().is_empty()).unwrap_or_else(fallback)
    }

    /// The items, newest first, whatever order they came in.
    pub(super) fn items<'a>(&'a self, items: &'a [Item]) -> Vec<FeedItem<'a>> {
        newest_first(items).into_iter().map(|item| self.item(item)).collect()
    }

    /// What is said of one item.
    pub(super) fn item<'a>(&'a self, item: &'a Item) -> FeedItem<'a> {
        let share = self.places.share(&item.id);
        let source = self.origin(item);
        let link = item.link.as_deref().and_then(public);
        FeedItem {
            link: Some(link.unwrap_or_else(|| Cow::Owned(share.clone()))),
            share: Some(share),
            tags: self.tags(item, &source),
            also: self.also(item),
            body: self.with_also(item),
            ..common(item, source, &self.library.site.language)
        }
    }

    /// The other sources of the story, each once.
    fn also<'a>(&'a self, item: &'a Item) -> Vec<Elsewhere<'a>> {
        let mut also: Vec<Elsewhere<'a>> = Vec::new();
        for other in &item.also {
            let note = self.library.sources.get(&other.source);
            let title = note.map_or(other.source.as_str(), |note| &note.title);
            let link = other.link.as_deref().and_then(public);
            if !also.iter().any(|known| known.title == title && known.link == link) {
                also.push(Elsewhere { title, link });
            }
        }
        also
    }

    /// The body with a line that names the others, for readers of feeds.
    fn with_also<'a>(&'a self, item: &'a Item) -> Cow<'a, str> {
        let body = legible(item.body.as_str());
        let also = self.also(item);
        if also.is_empty() {
            return body;
        }
        let name = |other: &Elsewhere<'_>| {
            let title = html::escape(&legible(other.title));
            match &other.link {
                Some(link) => format!("<a href=\"{}\">{title}</a>", html::escape(link)),
                None => title,
            }
        };
        let names: Vec<String> = also.iter().map(name).collect();
        let (label, comma) = (self.words.also_in, self.words.comma);
        Cow::Owned(format!("{body}<p>{label} {}</p>", names.join(comma)))
    }

    fn origin<'a>(&'a self, item: &'a Item) -> Origin<'a> {
        let own = || self.places.tag(&["s", item.source.as_str()]);
        match self.library.sources.get(&item.source) {
            Some(note) => origin(note, own),
            None => Origin {
                id: Cow::Owned(own()),
                title: item.source.as_str(),
                feed: None,
                home: None,
            },
        }
    }

    fn tags<'a>(&'a self, item: &'a Item, source: &Origin<'a>) -> Vec<Tag<'a>> {
        let known = item.categories.iter().filter_map(|id| self.library.categories.get(id));
        let mut tags: Vec<Tag<'a>> = known
            .map(|category| Tag {
                term: Cow::Borrowed(&*category.slug),
                label: Cow::Borrowed(&*category.title),
                scheme: Some(Cow::Borrowed(&self.scheme)),
            })
            .collect();
        add_labels(&mut tags, item, source);
        tags
    }
}
