//! What the operator recommends, as a feed; and what a subscriber of a private category reads.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::html;
use crate::model::{Category, Instant, Item, ItemId};
use crate::publish::Sheet;
use crate::publish::desk::Desk;
use crate::publish::feed::{Feed, FeedItem, newest};
use crate::publish::history::History;
use crate::publish::words::fill;
use crate::publish::xml::legible;

/// An item that the operator recommends.
#[derive(Clone, Debug)]
pub struct Shared {
    /// Which.
    pub item: Item,
    /// Why.
    pub note: Option<String>,
    /// Since when.
    pub since: Instant,
    /// When the note was last changed.
    pub changed: Instant,
}

/// What is said of a recommendation.
pub(super) struct Remark<'a> {
    pub note: Option<&'a str>,
    pub since: Instant,
}

/// A category that is published nowhere, as one subscriber reads it.
#[derive(Clone, Copy, Debug)]
pub struct Private<'a> {
    /// Which.
    pub category: &'a Category,
    /// Its newest items.
    pub items: &'a [Item],
    /// Whether these are all that it has.
    pub is_whole: bool,
    /// Those of them that have no page of their own.
    pub secret: &'a HashSet<ItemId>,
    /// What the subscriber's addresses have in common: below the site's own, without a suffix.
    pub path: &'a str,
}

impl Desk {
    /// The feed of what is recommended, in the order in which it was; `total` is how much there is.
    pub(super) fn shares<'a>(&'a self, shares: &'a [Shared], total: u64) -> Feed<'a> {
        let site = &self.library.site;
        let items: Vec<FeedItem<'a>> = shares.iter().map(|one| self.share_of(one)).collect();
        let address = self.places.file("shares");
        let title = self.words.shared;
        Feed {
            id: self.places.tag(&["shares"]),
            title: format!("{title} — {}", site.title),
            heading: title.to_owned(),
            subtitle: fill(self.words.shared_by, &[("site", &site.title)]),
            page: format!("{address}.html"),
            address: Some(address),
            history: History { is_complete: shares.len() as u64 >= total, ..History::default() },
            updated: newest(&items, &[]).unwrap_or_else(|| self.places.began()),
            items,
            ..self.all(Sheet::default())
        }
    }

    fn share_of<'a>(&'a self, shared: &'a Shared) -> FeedItem<'a> {
        let own = self.item(&shared.item);
        let note = shared.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
        let body = match note {
            Some(note) => Cow::Owned(format!("{}{}", self.paragraphs(note), own.body)),
            None => own.body.clone(),
        };
        FeedItem {
            updated: own.updated.max(shared.since).max(shared.changed),
            summary: note.map(|note| legible(note)).or_else(|| own.summary.clone()),
            remark: Some(Remark { note, since: shared.since }),
            body,
            ..own
        }
    }

    /// A note as markup: each line a paragraph, the first after a word that says what it is.
    fn paragraphs(&self, note: &str) -> String {
        let lines = note.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines = lines.map(|line| html::escape(&legible(line)));
        let text = lines.collect::<Vec<_>>().join("</p><p>");
        format!("<p><strong>{}</strong> {text}</p><hr>", self.words.note)
    }

    /// The feed of a private category, at a subscriber's own address: no hub is told of it, and no
    /// link leads to a page that is not there.
    pub(super) fn private<'a>(&'a self, own: &Private<'a>) -> Feed<'a> {
        let sheet = Sheet { items: own.items, ..Sheet::default() };
        let address = self.places.file(own.path);
        let mut feed = Feed {
            page: format!("{address}.html"),
            address: Some(address),
            hub: None,
            history: History { is_complete: own.is_whole, ..History::default() },
            ..self.category(own.category, sheet)
        };
        for item in feed.items.iter_mut().filter(|item| own.secret.contains(item.name)) {
            if item.original().is_none() {
                item.link = None;
            }
            item.share = None;
        }
        feed
    }
}
