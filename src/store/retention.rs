//! What is forgotten: the bodies of items and where they stood, never that they were there.

use super::leaves::{self, EVERYTHING};
use super::pending::pend_category;
use super::rows::Saved;
use super::sql::{self, Connection};
use super::{Error, Store};
use crate::model::{CategoryId, Instant, ItemId, SourceId};
use crate::route::Kept;

/// Items that are forgotten in one transaction.
const BATCH: i64 = 200;
/// Pages that are given back to the disk at a time, so that nobody waits for long.
const PAGES: i64 = 256;

/// What is kept of a source or a category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// What was published before this is not.
    pub since: Option<Instant>,
    /// Nor is what stands behind so many newer ones.
    pub items: Option<usize>,
}

impl Store {
    /// Forgets a batch of what a source has beyond its span; says how many they were. Ids, keys,
    /// titles, links and prints stay, so that nothing comes back as new.
    pub async fn forget(&self, source: &SourceId, span: Span) -> Result<usize, Error> {
        let mut tx = self.begin().await?;
        let query = "SELECT id FROM (SELECT id, published, \
                 row_number() OVER (ORDER BY published DESC, id) AS place \
                 FROM item WHERE source = ?1 AND NOT EXISTS (SELECT 1 FROM withheld \
                     WHERE withheld.item = item.id AND kept = 'forgotten')) \
             WHERE published < ?2 OR place > ?3 LIMIT ?4";
        let ids: Vec<String> = sql::query_scalar(query)
            .bind(source.as_str())
            .bind(span.since.map_or(i64::MIN, |since| since.timestamp()))
            .bind(span.items.map_or(i64::MAX, |items| items as i64))
            .bind(BATCH)
            .fetch_all(&mut *tx)
            .await?;
        for id in &ids {
            empty(&mut tx, id).await?;
        }
        tx.commit()?;
        Ok(ids.len())
    }

    /// Takes a batch of what a category has beyond its span out of it; says how many they were.
    pub async fn outgrow(&self, category: &CategoryId, span: Span) -> Result<usize, Error> {
        let mut tx = self.begin().await?;
        let query = "SELECT number, item FROM (SELECT number, item, published, \
                 row_number() OVER (ORDER BY published DESC, item) AS place \
                 FROM item_category JOIN category ON number = category WHERE id = ?1) \
             WHERE published < ?2 OR place > ?3 LIMIT ?4";
        let rows: Vec<(i64, String)> = sql::query_as(query)
            .bind(category.as_str())
            .bind(span.since.map_or(i64::MIN, |since| since.timestamp()))
            .bind(span.items.map_or(i64::MAX, |items| items as i64))
            .bind(BATCH)
            .fetch_all(&mut *tx)
            .await?;
        for (number, item) in &rows {
            take_out(&mut tx, item, &[*number]).await?;
        }
        tx.commit()?;
        Ok(rows.len())
    }

    /// Gives a little of what is free back to the disk; says whether there is more.
    pub async fn compact(&self) -> Result<bool, Error> {
        sql::query("INSERT INTO search (search, rank) VALUES ('merge', 100)")
            .execute(&self.pool)
            .await?;
        // The pragma frees a page with each row that is asked of it.
        sql::query(&format!("PRAGMA incremental_vacuum({PAGES})")).fetch_all(&self.pool).await?;
        let free: i64 = sql::query_scalar("PRAGMA freelist_count").fetch_one(&self.pool).await?;
        let gives: i64 = sql::query_scalar("PRAGMA auto_vacuum").fetch_one(&self.pool).await?;
        Ok(free > 0 && gives == 2)
    }

    /// Whether an item is known of which nothing more is kept.
    pub async fn is_forgotten(&self, item: &str) -> Result<bool, Error> {
        let query = "SELECT 1 FROM withheld WHERE item = ? AND kept = ?";
        let found: Option<i64> = sql::query_scalar(query)
            .bind(item)
            .bind(Kept::Forgotten.word())
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.is_some())
    }
}

pub(super) async fn is_forgotten(tx: &mut Connection, item: &ItemId) -> Result<bool, Error> {
    let query = "SELECT 1 FROM withheld WHERE item = ? AND kept = 'forgotten'";
    let found: Option<i64> =
        sql::query_scalar(query).bind(item.as_str()).fetch_optional(tx).await?;
    Ok(found.is_some())
}

/// Remembers just the prints of what came of a forgotten item.
pub(super) async fn remember(tx: &mut Connection, saved: &Saved) -> Result<(), Error> {
    for kept in &saved.originals {
        let query = "INSERT OR REPLACE INTO original (item, list, print, tries, data) \
                     VALUES (?, ?, ?, 0, x'')";
        sql::query(query)
            .bind(saved.item.id.as_str())
            .bind(&kept.original.list)
            .bind(&kept.print[..])
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Takes an item out of categories, and marks them: the one way out besides another filing.
async fn take_out(tx: &mut Connection, item: &str, numbers: &[i64]) -> Result<(), Error> {
    for number in numbers {
        let query = "DELETE FROM item_category WHERE category = ? AND item = ?";
        sql::query(query).bind(number).bind(item).execute(&mut *tx).await?;
        leaves::leave(tx, item, *number).await?;
        leaves::count_again(tx, *number).await?;
        pend_category(tx, *number).await?;
    }
    let query = "INSERT OR REPLACE INTO pending_item (item) VALUES (?)";
    sql::query(query).bind(item).execute(&mut *tx).await?;
    Ok(())
}

async fn empty(tx: &mut Connection, item: &str) -> Result<(), Error> {
    let numbers: Vec<i64> = sql::query_scalar("SELECT category FROM item_category WHERE item = ?")
        .bind(item)
        .fetch_all(&mut *tx)
        .await?;
    take_out(tx, item, &numbers).await?;
    leaves::leave(tx, item, EVERYTHING).await?;
    leaves::pend_places(tx, item).await?;
    let steps = [
        "UPDATE item SET body = '', summary = NULL, image = NULL, extra = '{}' WHERE id = ?",
        "UPDATE original SET data = x'', tries = 0 WHERE item = ?",
        "DELETE FROM search WHERE rowid = (SELECT number FROM indexed WHERE item = ?)",
        // It stays known as indexed, with nothing in it.
        "UPDATE indexed SET print = x'' WHERE item = ?",
        "DELETE FROM seat WHERE item = ?",
        "DELETE FROM revision WHERE item = ?",
        "INSERT OR REPLACE INTO withheld VALUES (?, 'forgotten', 'retention')",
    ];
    for step in steps {
        sql::query(step).bind(item).execute(&mut *tx).await?;
    }
    Ok(())
}
