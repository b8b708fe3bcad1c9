//! What the operator recommends: items with notes, until they expire or are taken back.

use super::rows::instant;
use super::sql::{self, Row};
use super::{Error, Store};
use crate::model::{Instant, Item, ItemId};

/// A recommendation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What is recommended; where others tell the same story, the item that stands for it.
    pub item: ItemId,
    /// Why, in the operator's words.
    pub note: Option<String>,
    /// Since when.
    pub since: Instant,
    /// When the note was last changed.
    pub changed: Instant,
    /// When it ends by itself.
    pub until: Option<Instant>,
}

/// What is recommended and may be seen by everybody.
const VISIBLE: &str = "FROM share LEFT JOIN story ON story.item = share.item \
     JOIN shown AS item ON item.id = coalesce(story.head, share.item) \
     WHERE NOT EXISTS (SELECT 1 FROM private_item WHERE private_item.item = item.id)";

impl Store {
    /// Recommends an item, or changes what is said of it; without a note the one before stays.
    pub async fn share(
        &self,
        item: &ItemId,
        note: Option<&str>,
        until: Option<Instant>,
        now: Instant,
    ) -> Result<(), Error> {
        let query = "INSERT INTO share VALUES (?1, ?2, ?3, ?3, ?4) ON CONFLICT (item) DO UPDATE \
             SET note = coalesce(excluded.note, note), until = coalesce(excluded.until, until), \
             changed = CASE WHEN excluded.note IS NOT NULL AND excluded.note IS NOT note \
             THEN excluded.changed ELSE changed END";
        let mut tx = self.begin().await?;
        sql::query(query)
            .bind(item.as_str())
            .bind(note)
            .bind(now.timestamp())
            .bind(until.map(|until| until.timestamp()))
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit()?)
    }

    /// Takes a recommendation back; whether there was one.
    pub async fn unshare(&self, item: &ItemId) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let query = "DELETE FROM share WHERE item = ?1 OR item IN \
             (SELECT item FROM story WHERE head = ?1)";
        let done = sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
        tx.commit()?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends the recommendations whose time is over; whether there were any.
    pub async fn end_shares(&self, now: Instant) -> Result<bool, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM share WHERE until <= ?)";
        let any: bool =
            sql::query_scalar(query).bind(now.timestamp()).fetch_one(&self.pool).await?;
        if any {
            let mut tx = self.begin().await?;
            let query = "DELETE FROM share WHERE until <= ?";
            sql::query(query).bind(now.timestamp()).execute(&mut *tx).await?;
            tx.commit()?;
        }
        Ok(any)
    }

    /// Every recommendation, the newest first, with the title of its item.
    pub async fn shares(&self) -> Result<Vec<(Share, String)>, Error> {
        let query = "SELECT share.*, item.title AS title FROM share JOIN item ON id = item \
             ORDER BY share.since DESC, share.item";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((share(row)?, row.try_get("title")?))).collect()
    }

    /// The newest recommendations with their items, and how many there are in all.
    pub async fn shared(&self, most: usize) -> Result<(Vec<(Share, Item)>, u64), Error> {
        let query = format!(
            "SELECT share.note, share.since, share.changed, share.until, item.* {VISIBLE} \
             ORDER BY share.since DESC, share.item LIMIT ?"
        );
        let query = sql::query(&query).bind(most as i64);
        let rows = query.fetch_all(&self.pool).await?;
        let mut found: Vec<(Share, Item)> = Vec::new();
        for (row, item) in rows.iter().zip(self.items(&rows).await?) {
            // Two members of one story are one recommendation.
            if !found.iter().any(|(_, known)| known.id == item.id) {
                found.push((Share { item: item.id.clone(), ..share_of(row)? }, item));
            }
        }
        let query = format!("SELECT count(DISTINCT item.id) {VISIBLE}");
        let query = sql::query_scalar(&query);
        let total: i64 = query.fetch_one(&self.pool).await?;
        Ok((found, total as u64))
    }

    /// The mark of the newest change of what is recommended that is not published.
    pub async fn pending_shares(&self) -> Result<Option<i64>, Error> {
        let query = "SELECT max(mark) FROM pending_share";
        Ok(sql::query_scalar(query).fetch_one(&self.pool).await?)
    }

    /// The changes up to a mark are published.
    pub async fn shares_published(&self, mark: i64) -> Result<(), Error> {
        let query = "DELETE FROM pending_share WHERE mark <= ?";
        let mut tx = self.begin().await?;
        sql::query(query).bind(mark).execute(&mut *tx).await?;
        Ok(tx.commit()?)
    }

    /// Whether something was asked for from outside that is not published: a recommendation, or
    /// that something goes.
    pub async fn is_asked(&self) -> Result<bool, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM pending_share) \
                     OR EXISTS (SELECT 1 FROM pending_removal)";
        Ok(sql::query_scalar(query).fetch_one(&self.pool).await?)
    }

    /// The item that stands for an item's story in public.
    pub async fn head(&self, item: &ItemId) -> Result<ItemId, Error> {
        let query = "SELECT head FROM story WHERE item = ?";
        let head: Option<String> =
            sql::query_scalar(query).bind(item.as_str()).fetch_optional(&self.pool).await?;
        Ok(head.map_or_else(|| item.clone(), ItemId::new))
    }
}

fn share(row: &Row) -> Result<Share, sql::Error> {
    Ok(Share { item: ItemId::new(row.try_get::<String>("item")?), ..share_of(row)? })
}

/// Without the item.
fn share_of(row: &Row) -> Result<Share, sql::Error> {
    let until: Option<i64> = row.try_get("until")?;
    Ok(Share {
        item: ItemId::new(""),
        note: row.try_get("note")?,
        since: instant(row.try_get("since")?),
        changed: instant(row.try_get("changed")?),
        until: until.map(instant),
    })
}
