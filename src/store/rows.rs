//! What goes into the store and comes out of it, besides the nouns of the model.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use super::sql::{self, Row};
use super::{Aftermath, Error, Leaf, Shelved};
use crate::html::SafeHtml;
use crate::model::{
    Category, CategoryId, Enclosure, Fault, Instant, Item, ItemId, Original, Person, SourceId,
    Validators,
};
use crate::route::{Seat, Withheld};

/// An item to be kept, with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Saved {
    /// The item; its `categories` are the names of `categories` below.
    pub item: Item,
    /// The source's own key.
    pub key: String,
    /// Its id in feeds if the origin's is taken already.
    pub fallback_uri: String,
    /// Print of what a reader sees.
    pub substance: [u8; 16],
    /// The renditions that are new or changed.
    pub originals: Vec<Kept>,
    /// Where it belongs.
    pub categories: Vec<CategoryWish>,
    /// Whether readers should be shown it (anew).
    pub announce: bool,
    /// Why it is not to be published, where it is not.
    pub withheld: Option<Withheld>,
    /// The limits that it needs a seat in.
    pub seats: Vec<Seat>,
}

/// A rendition with what is remembered of it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The rendition.
    pub original: Original,
    /// Print of its entry.
    pub print: [u8; 16],
    /// How often its article was asked for in vain; 0 where it is here or not wanted.
    pub tries: u32,
    /// Its article is not asked for again before then.
    pub not_before: Option<Instant>,
}

/// What a server gave for an address.
#[derive(Clone, Debug)]
pub struct Given {
    /// The address that was asked for.
    pub address: String,
    /// Print of the request: another request must not use these validators.
    pub asked: [u8; 16],
    /// The address that answered, after redirects.
    pub given_by: Option<String>,
    /// The validators.
    pub validators: Validators,
    /// Whether they came with a whole answer, and not with a 304.
    pub full: bool,
}

/// A category that an item asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryWish {
    /// Its name.
    pub id: CategoryId,
    /// What it is called on pages.
    pub title: String,
    /// The address it would like; a number is put behind it where another has it.
    pub slug: String,
    /// Whether the settings name this very address.
    pub fixed: bool,
}

/// An entry that is kept but not published.
#[derive(Clone, Debug)]
pub struct Held {
    /// The source's own key.
    pub key: String,
    /// The entry as it came.
    pub original: Original,
    /// Its print.
    pub print: [u8; 16],
    /// Why it is held.
    pub reason: String,
}

/// The outcome of one visit to a source: goes in whole or not at all.
#[derive(Clone, Debug)]
pub struct Visited {
    /// The source.
    pub source: SourceId,
    /// What it calls itself, where it lives, and the address of its feed.
    pub title: Option<String>,
    /// Its site.
    pub home: Option<String>,
    /// The address of its feed, without credentials.
    pub feed: Option<String>,
    /// When.
    pub at: Instant,
    /// When to come again.
    pub next_visit: Instant,
    /// What went wrong, in a line; `None` for a good visit.
    pub error: Option<String>,
    /// What was wrong and could be got over.
    pub faults: Vec<Fault>,
    /// New and changed items.
    pub items: Vec<Saved>,
    /// Entries that cannot be published.
    pub held: Vec<Held>,
    /// What the servers gave.
    pub validators: Vec<Given>,
    /// Whether it ended before the end of its lists.
    pub incomplete: bool,
    /// Entries that could be published and are held all the same.
    pub held_back: Vec<Held>,
    /// What it found out about keys and lists.
    pub findings: super::Findings,
    /// What it was, for the source's history and its state.
    pub seen: crate::health::Visit,
    /// What is remembered for the next visits.
    pub after: Aftermath,
}

/// What is known of a key.
#[derive(Clone, Debug)]
pub struct KnownItem {
    /// The item.
    pub id: ItemId,
    /// When it was first seen.
    pub first_seen: Instant,
    /// When it was published, as first known.
    pub published: Instant,
    /// When it last changed.
    pub updated: Instant,
    /// Print of what a reader sees.
    pub substance: [u8; 16],
    /// The lists that named it, with their prints.
    pub lists: Vec<(String, [u8; 16])>,
}

/// What a source says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceWords {
    /// Its name in the settings.
    pub source: SourceId,
    /// What it calls itself.
    pub title: Option<String>,
    /// Its site.
    pub home: Option<String>,
    /// Its feed's address.
    pub feed: Option<String>,
}

/// How a source is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Health {
    /// Its name.
    pub source: SourceId,
    /// What it calls itself.
    pub title: Option<String>,
    /// Its site.
    pub home: Option<String>,
    /// Its feed's address.
    pub feed: Option<String>,
    /// The next visit.
    pub next_visit: Instant,
    /// The last visit.
    pub last_visit: Option<Instant>,
    /// The last good one.
    pub last_good: Option<Instant>,
    /// Failures in a row.
    pub failures: u32,
    /// The last error, if the last visit failed.
    pub error: Option<String>,
    /// Faults of the last good visit.
    pub faults: Vec<Fault>,
    /// Items kept.
    pub items: u64,
    /// Entries held.
    pub held: u64,
    /// Where it moved for good, and is asked in place of the settings' address.
    pub moved_to: Option<String>,
    /// Since when it is gone (410), and not visited before somebody revives it.
    pub gone: Option<Instant>,
}

/// What has to be published, up to a mark.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    /// Items whose share pages are out of date.
    pub items: Vec<ItemId>,
    /// Categories whose documents are.
    pub categories: Vec<CategoryId>,
    /// Archive documents that are, the newest of each category first.
    pub pages: Vec<Leaf>,
    /// Paths of files that nothing stands for any more.
    pub removals: Vec<String>,
    /// Whether the lists of all categories are: a token of their state.
    pub index: Option<String>,
    pub(super) item_mark: i64,
    pub(super) category_mark: i64,
    pub(super) page_mark: i64,
}

impl Pending {
    /// Whether nothing has to be done.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
            && self.categories.is_empty()
            && self.pages.is_empty()
            && self.removals.is_empty()
            && self.index.is_none()
    }
}

/// A category with the number of its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShelfRow {
    /// Whose documents are the category's.
    pub of: Shelved,
    /// The category.
    pub category: Category,
    /// How many items it has.
    pub total: u64,
    /// When its newest item was published.
    pub newest: Option<Instant>,
}

/// A published file as it was when it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path below the folder.
    pub path: String,
    /// SHA-256 of its contents.
    pub digest: [u8; 32],
    /// Its length in bytes.
    pub size: u64,
    /// Its time of change, in nanoseconds since 1970.
    pub mtime: i64,
}

/// The fields of an item that nobody searches by.
#[derive(Default, Serialize, Deserialize)]
struct Extra {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Person>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    enclosures: Vec<Enclosure>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<String, String>,
}

pub(super) fn extra(item: &Item) -> String {
    let extra = Extra {
        authors: item.authors.clone(),
        labels: item.labels.clone(),
        enclosures: item.enclosures.clone(),
        facts: item.facts.clone(),
    };
    serde_json::to_string(&extra).unwrap_or_else(|_| "{}".to_owned())
}

/// An item without its categories.
pub(super) fn item(row: &Row) -> Result<Item, sql::Error> {
    let extra: Extra = serde_json::from_str(row.text("extra")?).unwrap_or_default();
    Ok(Item {
        id: ItemId::new(row.try_get::<String>("id")?),
        uri: row.try_get("uri")?,
        source: SourceId::new(row.try_get::<String>("source")?),
        link: row.try_get("link")?,
        title: row.try_get("title")?,
        body: SafeHtml::stored(row.try_get("body")?),
        summary: row.try_get("summary")?,
        published: instant(row.try_get("published")?),
        updated: instant(row.try_get("updated")?),
        first_seen: instant(row.try_get("first_seen")?),
        authors: extra.authors,
        medium: row.try_get("medium")?,
        categories: Vec::new(),
        labels: extra.labels,
        enclosures: extra.enclosures,
        image: row.try_get("image")?,
        language: row.try_get("language")?,
        facts: extra.facts,
        also: Vec::new(),
    })
}

pub(super) fn category(row: &Row) -> Result<Category, sql::Error> {
    Ok(Category {
        id: CategoryId::new(row.try_get::<String>("id")?),
        slug: row.try_get("slug")?,
        title: row.try_get("title")?,
    })
}

pub(super) fn instant(seconds: i64) -> Instant {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

pub(super) fn print(bytes: &[u8]) -> [u8; 16] {
    let mut print = [0; 16];
    let length = bytes.len().min(16);
    print[..length].copy_from_slice(&bytes[..length]);
    print
}

/// An original as it is kept: JSON, compressed.
pub(super) fn pack(original: &Original) -> Vec<u8> {
    let json = serde_json::to_vec(original).unwrap_or_default();
    zstd::bulk::compress(&json, 3).unwrap_or(json)
}

pub(super) fn unpack(item: &str, data: &[u8]) -> Result<Original, Error> {
    let failed = |why: String| Error::Original { item: item.to_owned(), why };
    let json = zstd::stream::decode_all(data).map_err(|why| failed(why.to_string()))?;
    serde_json::from_slice(&json).map_err(|why| failed(why.to_string()))
}
