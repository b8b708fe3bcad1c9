//! The index of everything kept, and what is asked of it.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use super::rows;
use super::sql::{self, Connection};
use super::{Error, Store};
use crate::html;
use crate::model::{Item, ItemId};
use crate::search;

/// Rows that there are for one second: items are numbered by when they were published, and where
/// only days are known, all of a day were at its midnight.
const A_SECOND: i64 = 1 << 16;
/// Items that are indexed in one transaction.
const BATCH: i64 = 200;

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// The items asked for, newest first.
    pub items: Vec<Item>,
    /// How many there are in all, as far as they were counted.
    pub total: usize,
    /// Whether there are more than were counted.
    pub more: bool,
}

/// Rows of the index whose items are looked up at a time.
const AT_ONCE: usize = 100;
/// Hits that are counted.
const COUNTED: usize = 1_000;

impl Store {
    /// What an expression of the index finds, newest first, without what is withheld; for a member
    /// of a story the item that stands for it, once.
    pub async fn search(&self, expression: &str, most: usize, skip: usize) -> Result<Hits, Error> {
        // One walk from the index's end, which is in the order of publication, tells both how many
        // there are and which are the newest.
        let wanted = skip.saturating_add(most);
        let limit = wanted.max(COUNTED + 1);
        let mut numbers = self.numbers(expression, i64::MAX, limit).await?;
        let total = numbers.len();
        let (mut ids, mut seen) = (Vec::new(), HashSet::new());
        while ids.len() < wanted && !numbers.is_empty() {
            for some in numbers.chunks(wanted.clamp(1, AT_ONCE)) {
                let heads = self.heads(some).await?;
                ids.extend(heads.into_iter().filter(|id| seen.insert(id.clone())));
                if ids.len() >= wanted {
                    break;
                }
            }
            let last = numbers.last().copied().filter(|_| numbers.len() >= limit);
            numbers = match last.filter(|_| ids.len() < wanted) {
                Some(last) => self.numbers(expression, last, limit).await?,
                None => Vec::new(),
            };
        }
        let ids: Vec<ItemId> = ids.into_iter().skip(skip).take(most).map(ItemId::new).collect();
        let mut items = self.items_by_id(&ids).await?;
        items.sort_by_key(|item| ids.iter().position(|id| *id == item.id));
        Ok(Hits { items, total: total.min(COUNTED), more: total > COUNTED })
    }

    /// The same as everybody may know of it: without items of private categories, which are not
    /// counted either.
    pub async fn search_public(
        &self,
        expression: &str,
        most: usize,
        skip: usize,
    ) -> Result<Hits, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM category WHERE private > 0)";
        let any: bool = sql::query_scalar(query).fetch_one(&self.pool).await?;
        if !any {
            return self.search(expression, most, skip).await;
        }
        let (mut all, mut seen, mut below) = (Vec::new(), HashSet::new(), i64::MAX);
        while all.len() <= COUNTED {
            let numbers = self.numbers(expression, below, COUNTED + 1).await?;
            let heads = self.without_private(self.heads(&numbers).await?).await?;
            all.extend(heads.into_iter().filter(|id| seen.insert(id.clone())));
            match numbers.last() {
                Some(last) if numbers.len() > COUNTED => below = *last,
                _ => break,
            }
        }
        let (total, shown) = (all.len(), all.into_iter().skip(skip).take(most));
        let ids: Vec<ItemId> = shown.map(ItemId::new).collect();
        let mut items = self.items_by_id(&ids).await?;
        items.sort_by_key(|item| ids.iter().position(|id| *id == item.id));
        Ok(Hits { items, total: total.min(COUNTED), more: total > COUNTED })
    }

    async fn without_private(&self, ids: Vec<String>) -> Result<Vec<String>, Error> {
        let query = "SELECT value FROM json_each(?) WHERE NOT EXISTS \
                     (SELECT 1 FROM private_item WHERE item = value) ORDER BY key";
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        Ok(sql::query_scalar(query).bind(ids).fetch_all(&self.pool).await?)
    }

    /// The newest rows of the index that an expression finds, below a number.
    async fn numbers(&self, expression: &str, below: i64, most: usize) -> Result<Vec<i64>, Error> {
        let query = "SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? \
                     ORDER BY rowid DESC LIMIT ?";
        let query = sql::query_scalar(query).bind(expression).bind(below).bind(most as i64);
        Ok(query.fetch_all(&self.pool).await?)
    }

    /// The items that are shown for rows of the index, in the same order.
    async fn heads(&self, numbers: &[i64]) -> Result<Vec<String>, Error> {
        let query = "SELECT coalesce(head, indexed.item) AS shown_as FROM indexed \
             LEFT JOIN story ON story.item = indexed.item \
             WHERE indexed.number IN (SELECT value FROM json_each(?)) AND EXISTS \
                 (SELECT 1 FROM shown WHERE shown.id = coalesce(head, indexed.item)) \
             ORDER BY indexed.number DESC";
        let numbers = serde_json::to_string(numbers).unwrap_or_default();
        Ok(sql::query_scalar(query).bind(numbers).fetch_all(&self.pool).await?)
    }

    /// Everything that an expression finds, withheld or not.
    pub async fn found(&self, expression: &str) -> Result<Vec<ItemId>, Error> {
        let query = "SELECT item FROM search JOIN indexed ON number = search.rowid \
                     WHERE search MATCH ?";
        let ids: Vec<String> =
            sql::query_scalar(query).bind(expression).fetch_all(&self.pool).await?;
        Ok(ids.into_iter().map(ItemId::new).collect())
    }

    /// Indexes items that are not yet, a batch of them; says whether there were any.
    pub async fn index_more(&self) -> Result<bool, Error> {
        let query = "SELECT * FROM item WHERE NOT EXISTS \
                     (SELECT 1 FROM indexed WHERE indexed.item = item.id) LIMIT ?";
        let rows = sql::query(query).bind(BATCH).fetch_all(&self.pool).await?;
        let entry = |item: Item| {
            let entry = Entry::of(&item, &html::text(item.body.as_str()));
            (item, entry)
        };
        let items: Vec<_> =
            rows.iter().map(|row| Ok(entry(rows::item(row)?))).collect::<Result<_, Error>>()?;
        let wanted: Vec<_> = items.iter().map(|(item, entry)| (item, entry)).collect();
        let mut tx = self.begin().await?;
        index(&mut tx, &wanted).await?;
        tx.commit()?;
        Ok(!rows.is_empty())
    }

    /// The items of a category, all of them.
    pub async fn members(
        &self,
        category: &crate::model::CategoryId,
    ) -> Result<HashSet<ItemId>, Error> {
        let query = "SELECT item FROM item_category JOIN category ON number = category \
                     WHERE id = ?";
        let ids: Vec<String> =
            sql::query_scalar(query).bind(category.as_str()).fetch_all(&self.pool).await?;
        Ok(ids.into_iter().map(ItemId::new).collect())
    }
}

/// What the index gets of an item.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    columns: [String; 10],
    print: [u8; 16],
}

impl Entry {
    /// `text` is that of the item's body.
    pub fn of(item: &Item, text: &str) -> Self {
        let columns = search::columns(item, text);
        let print = print(&columns);
        Self { columns, print }
    }
}

/// An item, and what the index gets of it.
pub(super) type Wanted<'a> = (&'a Item, &'a Entry);

/// Puts items into the index, each in the place of what was there of it. They are put one after
/// another, with nothing between them: where another table is written meanwhile, the index writes
/// what it has to disk each time, and merges that later.
pub(super) async fn index(tx: &mut Connection, wanted: &[Wanted<'_>]) -> Result<(), Error> {
    let mut rows = Vec::new();
    for (item, entry) in wanted {
        rows.extend(number(tx, item, entry).await?.map(|found| (found, entry)));
    }
    for ((number, is_there), entry) in rows {
        if is_there {
            let query = "DELETE FROM search WHERE rowid = ?";
            sql::query(query).bind(number).execute(&mut *tx).await?;
        }
        let query = "INSERT INTO search (rowid, title, summary, body, link, source, medium, label, \
             author, language, single) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let mut query = sql::query(query).bind(number);
        for column in &entry.columns {
            query = query.bind(column);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// The number that an item has in the index from now on, and whether something is there under it;
/// none where nothing is to be done.
async fn number(
    tx: &mut Connection,
    item: &Item,
    entry: &Entry,
) -> Result<Option<(i64, bool)>, Error> {
    let known = sql::query("SELECT number, print FROM indexed WHERE item = ?")
        .bind(item.id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    let found = match &known {
        Some(row) if row.bytes("print")? == entry.print => return Ok(None),
        Some(row) => (row.try_get("number")?, true),
        None => (free(tx, item).await?, false),
    };
    let query = "INSERT OR REPLACE INTO indexed VALUES (?, ?, ?)";
    let query = sql::query(query).bind(found.0).bind(item.id.as_str()).bind(&entry.print[..]);
    query.execute(tx).await?;
    Ok(Some(found))
}

/// The next number of the second of publication; where it has no more, of the one that follows.
async fn free(tx: &mut Connection, item: &Item) -> Result<i64, Error> {
    let mut first = item.published.timestamp().saturating_mul(A_SECOND);
    loop {
        let end = first.saturating_add(A_SECOND);
        let query = "SELECT max(number) FROM indexed WHERE number >= ? AND number < ?";
        let query = sql::query_scalar(query).bind(first).bind(end);
        let last: Option<i64> = query.fetch_one(&mut *tx).await?;
        let next = last.map_or(first, |last| last.saturating_add(1));
        if next < end || next == i64::MAX {
            return Ok(next);
        }
        first = end;
    }
}

fn print(columns: &[String]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for column in columns {
        hash.update(column);
        hash.update([0]);
    }
    hash.finalize().first_chunk().copied().unwrap_or_default()
}
