//! The home page: the newest of the first categories, and an index of the others.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{Category, Item};
use crate::publish::desk::Desk;
use crate::publish::feed::Feed;
use crate::publish::pages::{Moment, Subscription, category_path, share_path, subscriptions};
use crate::publish::xml::legible;
use crate::publish::{Shared, Sheet, Shelf};

/// Most categories that show items; a page with all of two thousand would be of no use.
const SHELVES: usize = 60;

/// Most categories of the index: the page is made anew with every item, and nobody reads more. The
/// others are in the OPML document, which is made anew when one comes or goes.
const LISTED: usize = 2_500;
/// Categories that the page names at the most.
pub const NAMED: usize = SHELVES + LISTED;

/// What the template is given.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    up: &'static str,
    title: String,
    canonical: &'a str,
    feeds: Vec<Subscription>,
    /// What is recommended.
    shared: Option<Board<'a>>,
    shelves: Vec<Board<'a>>,
    letters: Vec<Letter<'a>>,
    /// How many more there are, if not all are listed.
    more: usize,
}

/// One category with its newest.
#[derive(Serialize)]
struct Board<'a> {
    href: String,
    title: &'a str,
    count: String,
    items: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    href: String,
    title: String,
    language: Option<String>,
    time: Moment,
}

/// The categories whose addresses begin alike.
#[derive(Serialize)]
struct Letter<'a> {
    letter: String,
    categories: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    href: String,
    title: &'a str,
}

/// The page with its shelves in the order given.
pub(super) fn page<'a>(desk: &'a Desk, shelves: &[Shelf<'a>], shares: &[Shared]) -> Page<'a> {
    let feed = desk.all(Sheet::default());
    let full: Vec<&Shelf<'a>> = shelves.iter().filter(|shelf| !shelf.items.is_empty()).collect();
    let shown = full.get(..SHELVES).unwrap_or(&full);
    let seen: BTreeSet<&str> = shown.iter().map(|shelf| shelf.category.slug.as_str()).collect();
    // Those with the newest items come first.
    let listed = shelves.iter().map(|shelf| shelf.category);
    let mut known = BTreeMap::new();
    for category in listed.chain(desk.library.categories.values()) {
        if known.len() >= LISTED {
            break;
        }
        if !seen.contains(category.slug.as_str()) {
            known.insert(category.slug.as_str(), category);
        }
    }
    let all = desk.categories.max(desk.library.categories.len()).max(shelves.len());
    let more = all.saturating_sub(seen.len() + known.len());
    Page {
        up: "",
        title: desk.library.site.title.clone(),
        canonical: desk.places.root(),
        feeds: feeds(desk, &feed),
        shared: (!shares.is_empty()).then(|| shared(desk, shares)),
        shelves: shown.iter().map(|shelf| board(desk, shelf)).collect(),
        letters: letters(known.into_values()),
        more,
    }
}

/// The feeds of everything, and of what is recommended where there is such a thing.
fn feeds(desk: &Desk, all: &Feed<'_>) -> Vec<Subscription> {
    let mut feeds = subscriptions(all);
    if desk.has_shares {
        feeds.extend(subscriptions(&desk.shares(&[], 0)).into_iter().take(1));
    }
    feeds
}

fn shared<'a>(desk: &Desk, shares: &[Shared]) -> Board<'a> {
    Board {
        href: "shares.html".to_owned(),
        title: desk.words.shared,
        count: String::new(),
        items: shares.iter().map(|one| line(desk, &one.item)).collect(),
    }
}

fn board<'a>(desk: &Desk, shelf: &Shelf<'a>) -> Board<'a> {
    let items = crate::publish::feed::newest_first(shelf.items);
    Board {
        href: category_path(&shelf.category.slug),
        title: &shelf.category.title,
        count: desk.words.count(shelf.total),
        items: items.into_iter().map(|item| line(desk, item)).collect(),
    }
}

fn line(desk: &Desk, item: &Item) -> Line {
    let site = &desk.library.site;
    Line {
        href: share_path(&item.id),
        title: legible(&item.title).into_owned(),
        language: item.language.clone().filter(|own| !own.eq_ignore_ascii_case(&site.language)),
        time: Moment::part(item.published, site.zone, "%Y-%m-%d %H:%M"),
    }
}

/// An index by the first letter of the address, which is a name's spelling in Latin letters.
fn letters<'a>(categories: impl Iterator<Item = &'a Category>) -> Vec<Letter<'a>> {
    let mut index: BTreeMap<(bool, String), BTreeMap<String, Entry<'a>>> = BTreeMap::new();
    for category in categories {
        let first = category.slug.chars().next().map(|c| c.to_ascii_uppercase());
        let letter = first.filter(char::is_ascii_uppercase).map(String::from).unwrap_or_default();
        let entry = Entry { href: category_path(&category.slug), title: &category.title };
        let key = format!("{}\n{}", category.slug.to_lowercase(), category.slug);
        index.entry((letter.is_empty(), letter)).or_default().insert(key, entry);
    }
    let letter = |((_, letter), entries): ((bool, String), BTreeMap<String, Entry<'a>>)| Letter {
        letter,
        categories: entries.into_values().collect(),
    };
    index.into_iter().map(letter).collect()
}
