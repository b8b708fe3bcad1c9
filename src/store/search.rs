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

/// Hits that are counted.
const COUNTED: usize = 1_000;

impl Store {
    /// What an expression of the index finds, newest first, without what is withheld.
    pub async fn search(&self, expression: &str, most: usize, skip: usize) -> Result<Hits, Error> {
        // The index is in the order of publication: it is read from its end, and no further than
        // needed.
        let query = "SELECT item FROM search JOIN indexed ON number = search.rowid \
             WHERE search MATCH ?1 AND NOT EXISTS \
                 (SELECT 1 FROM withheld WHERE withheld.item = indexed.item) \
             ORDER BY search.rowid DESC LIMIT ?2 OFFSET ?3";
        let ids: Vec<String> = sql::query_scalar(query)
            .bind(expression)
            .bind(most as i64)
            .bind(skip as i64)
            .fetch_all(&self.pool)
            .await?;
        let query = "SELECT count(*) FROM \
             (SELECT rowid FROM search WHERE search MATCH ? LIMIT ?)";
        let total: i64 = sql::query_scalar(query)
            .bind(expression)
            .bind(COUNTED as i64 + 1)
            .fetch_one(&self.pool)
            .await?;
        let ids: Vec<ItemId> = ids.into_iter().map(ItemId::new).collect();
        let mut items = self.items_by_id(&ids).await?;
        items.sort_by_key(|item| ids.iter().position(|id| *id == item.id));
        let total = total as usize;
        Ok(Hits { items, total: total.min(COUNTED), more: total > COUNTED })
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
        let mut tx = self.begin().await?;
        for row in &rows {
            index(&mut tx, &rows::item(row)?).await?;
        }
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

/// Puts an item into the index, in the place of what was there of it.
pub(super) async fn index(tx: &mut Connection, item: &Item) -> Result<(), Error> {
    let columns = search::columns(item, &html::text(item.body.as_str()));
    let print = print(&columns);
    let known = sql::query("SELECT number, print FROM indexed WHERE item = ?")
        .bind(item.id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    let number = match &known {
        Some(row) if row.bytes("print")? == print => return Ok(()),
        Some(row) => {
            let number: i64 = row.try_get("number")?;
            let query = "DELETE FROM search WHERE rowid = ?";
            sql::query(query).bind(number).execute(&mut *tx).await?;
            number
        }
        None => free(tx, item).await?,
    };
    let query = "INSERT OR REPLACE INTO indexed VALUES (?, ?, ?)";
    let query = sql::query(query).bind(number).bind(item.id.as_str()).bind(&print[..]);
    query.execute(&mut *tx).await?;
    let mut query = sql::query(
        "INSERT INTO search (rowid, title, summary, body, link, source, medium, label, author, \
         language, single) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    query = query.bind(number);
    for column in &columns {
        query = query.bind(column);
    }
    query.execute(tx).await?;
    Ok(())
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
