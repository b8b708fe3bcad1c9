//! What was taken down: gone from everything we keep and publish, and never taken in again.

use std::collections::HashSet;

use url::Url;

use super::leaves::{self, EVERYTHING, Shelved};
use super::pending::{pend_category, pend_index};
use super::rows::{Saved, instant};
use super::sql::{self, Connection, Row};
use super::{Error, Store};
use crate::model::{Entry, Instant, ItemId, SourceId};

/// An item that was taken down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// What it was called.
    pub item: ItemId,
    /// What it was called in feeds.
    pub uri: String,
    /// Where it came from.
    pub source: SourceId,
    /// The original article.
    pub link: Option<String>,
    /// When it was taken down.
    pub since: Instant,
    /// The operator's reason; never published.
    pub why: Option<String>,
}

impl Store {
    /// Takes an item down: its texts and originals go, its files will, and it never comes back.
    /// Whether it was there. What was deleted is overwritten by [`Self::scrub`].
    pub async fn withdraw(
        &self,
        item: &ItemId,
        now: Instant,
        why: Option<&str>,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let done = take_down(&mut tx, item, now, why).await?;
        tx.commit()?;
        Ok(done)
    }

    /// Writes the database anew, so that no page of it keeps what was deleted. As slow as the
    /// database is large, and nobody else may be at it.
    pub async fn scrub(&self) -> Result<(), Error> {
        // The index keeps the words of what was deleted until its parts are merged.
        let merge = "INSERT INTO search (search) VALUES ('optimize')";
        for query in [merge, "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            sql::query(query).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Forgets that an item was taken down: it comes back, under its old name, when its source
    /// lists it again. Whether it was taken down.
    pub async fn readmit(&self, item: &ItemId) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        for (category, page) in tombs_of(&mut tx, item).await? {
            pend_place(&mut tx, category, page).await?;
        }
        let known = "DELETE FROM validator WHERE source = \
                     (SELECT source FROM withdrawn WHERE item = ?)";
        // Should it come back, it is news.
        let steps = [
            known,
            "DELETE FROM tomb WHERE item = ?",
            "DELETE FROM leaf WHERE item = ?",
            "DELETE FROM trace WHERE item = ?",
            "DELETE FROM known_as WHERE item = ?",
            "DELETE FROM story WHERE item = ?",
        ];
        for query in steps {
            sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
        }
        let query = "DELETE FROM withdrawn WHERE item = ?";
        let there = sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
        tx.commit()?;
        Ok(there.rows_affected() > 0)
    }

    /// Whether anything was taken down.
    pub async fn has_withdrawals(&self) -> Result<bool, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM withdrawn)";
        Ok(sql::query_scalar(query).fetch_one(&self.pool).await?)
    }

    /// Everything that was taken down, the last first.
    pub async fn withdrawals(&self) -> Result<Vec<Withdrawal>, Error> {
        let query = "SELECT * FROM withdrawn ORDER BY since DESC, item";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(withdrawal(row)?)).collect()
    }

    /// What was taken down from a document, the last first.
    pub async fn withdrawn_from(
        &self,
        of: Shelved,
        page: Option<u32>,
        most: usize,
    ) -> Result<Vec<Withdrawal>, Error> {
        let query = "SELECT withdrawn.* FROM tomb JOIN withdrawn ON withdrawn.item = tomb.item \
             WHERE category = ?1 AND (?2 IS NULL OR page = ?2) \
             ORDER BY tomb.since DESC, tomb.item LIMIT ?3";
        let rows =
            sql::query(query).bind(of.0).bind(page).bind(most as i64).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(withdrawal(row)?)).collect()
    }

    /// Whether an item of this name, or of this key of any source, was taken down.
    pub async fn is_withdrawn(&self, name: &str) -> Result<bool, Error> {
        let query = "SELECT 1 FROM withdrawn WHERE item = ?1 UNION \
                     SELECT 1 FROM withdrawn WHERE key = ?1 LIMIT 1";
        let found: Option<i64> =
            sql::query_scalar(query).bind(name).fetch_optional(&self.pool).await?;
        Ok(found.is_some())
    }

    /// The item that an operator means: by its id, its address here, its id in feeds, or the
    /// address of its original.
    pub async fn meant(&self, words: &str) -> Result<Option<ItemId>, Error> {
        let id = words.rsplit('/').next().unwrap_or(words);
        let id = id.strip_suffix(".html").unwrap_or(id).to_ascii_lowercase();
        let query = "SELECT id FROM item WHERE id = ?1 \
             UNION ALL SELECT id FROM item WHERE uri = ?2 \
             UNION ALL SELECT id FROM item WHERE link = ?2 LIMIT 1";
        let id: Option<String> =
            sql::query_scalar(query).bind(id).bind(words).fetch_optional(&self.pool).await?;
        Ok(id.map(ItemId::new))
    }

    /// The keys among a source's entries that were taken down, be it under another key.
    pub async fn withdrawn_keys<'e>(
        &self,
        source: &SourceId,
        entries: impl Iterator<Item = (&'e str, &'e Entry)>,
    ) -> Result<HashSet<String>, Error> {
        if !self.has_withdrawals().await? {
            return Ok(HashSet::new());
        }
        let trail = |entry: &Entry| entry.link.as_deref().and_then(trail);
        let named: Vec<(&str, Option<String>)> =
            entries.map(|(key, entry)| (key, trail(entry))).collect();
        let query = "SELECT value ->> 0 FROM json_each(?) WHERE EXISTS \
             (SELECT 1 FROM withdrawn WHERE source = ? AND key = value ->> 0) \
             OR EXISTS (SELECT 1 FROM withdrawn WHERE trail = value ->> 1)";
        let named = serde_json::to_string(&named).unwrap_or_else(|_| "[]".to_owned());
        let keys: Vec<String> = sql::query_scalar(query)
            .bind(named)
            .bind(source.as_str())
            .fetch_all(&self.pool)
            .await?;
        Ok(keys.into_iter().collect())
    }
}

async fn take_down(
    tx: &mut Connection,
    item: &ItemId,
    now: Instant,
    why: Option<&str>,
) -> Result<bool, Error> {
    let id = item.as_str();
    let query = "SELECT link, source, key FROM item WHERE id = ?";
    let row = sql::query(query).bind(id).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(false) };
    let link: Option<String> = row.try_get("link")?;
    let (source, key): (String, String) = (row.try_get("source")?, row.try_get("key")?);
    let query = "INSERT OR REPLACE INTO withdrawn \
         SELECT id, source, key, uri, link, ?2, ?3, ?4 FROM item WHERE id = ?1";
    sql::query(query)
        .bind(id)
        .bind(link.as_deref().and_then(trail))
        .bind(now.timestamp())
        .bind(why)
        .execute(&mut *tx)
        .await?;
    let query = "INSERT INTO tomb SELECT category, ?2, item, page FROM leaf WHERE item = ?1";
    sql::query(query).bind(id).bind(now.timestamp()).execute(&mut *tx).await?;
    let steps = [
        "INSERT OR IGNORE INTO pending_removal SELECT 'share/' || ? || '.html'",
        "DELETE FROM pending_item WHERE item = ?",
        // In an archive document its place stays taken, so that the others keep theirs.
        "DELETE FROM leaf WHERE item = ? AND page = 0",
        "DELETE FROM item_category WHERE item = ?",
        "DELETE FROM original WHERE item = ?",
        "DELETE FROM search WHERE rowid = (SELECT number FROM indexed WHERE item = ?)",
        "DELETE FROM indexed WHERE item = ?",
        "DELETE FROM withheld WHERE item = ?",
        "DELETE FROM released WHERE item = ?",
        "DELETE FROM seat WHERE item = ?",
        "DELETE FROM revision WHERE item = ?",
        // The story of which it was one among others is told without it. A head stays as a name,
        // so that nobody else tells the story.
        "INSERT OR REPLACE INTO pending_item (item) SELECT head FROM story \
         WHERE item = ?1 AND head <> ?1",
        "UPDATE story SET face = NULL WHERE face = ?",
        "DELETE FROM story_category WHERE item = ?",
        "DELETE FROM story WHERE item = ?1 AND head <> ?1",
        "DELETE FROM item WHERE id = ?",
    ];
    for query in steps {
        sql::query(query).bind(id).execute(&mut *tx).await?;
    }
    let query = "DELETE FROM held WHERE source = ? AND key = ?";
    sql::query(query).bind(source).bind(key).execute(&mut *tx).await?;
    for (category, page) in tombs_of(tx, item).await? {
        leaves::count_again(tx, category).await?;
        pend_place(tx, category, page).await?;
    }
    pend_index(tx).await?;
    Ok(true)
}

async fn tombs_of(tx: &mut Connection, item: &ItemId) -> Result<Vec<(i64, u32)>, Error> {
    let query = "SELECT category, page FROM tomb WHERE item = ?";
    Ok(sql::query_as(query).bind(item.as_str()).fetch_all(tx).await?)
}

/// The current document and, where it stood there, the archive document change.
async fn pend_place(tx: &mut Connection, category: i64, page: u32) -> Result<(), Error> {
    if category != EVERYTHING {
        pend_category(tx, category).await?;
    }
    if page > 0 {
        let query = "INSERT OR REPLACE INTO pending_page (category, page) VALUES (?, ?)";
        sql::query(query).bind(category).bind(page).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Whether an item was taken down, by its name, its key or its link: it is not taken in again.
pub(super) async fn is_barred(tx: &mut Connection, saved: &Saved) -> Result<bool, Error> {
    let query = "SELECT 1 FROM withdrawn WHERE item = ?1 \
         UNION ALL SELECT 1 FROM withdrawn WHERE source = ?2 AND key = ?3 \
         UNION ALL SELECT 1 FROM withdrawn WHERE trail = ?4 LIMIT 1";
    let found: Option<i64> = sql::query_scalar(query)
        .bind(saved.item.id.as_str())
        .bind(saved.item.source.as_str())
        .bind(&saved.key)
        .bind(saved.item.link.as_deref().and_then(trail))
        .fetch_optional(tx)
        .await?;
    Ok(found.is_some())
}

/// A link without what differs between two of the same article: scheme, `www.`, a last `/`, the
/// fragment, and marks of campaigns.
pub(super) fn trail(link: &str) -> Option<String> {
    let url = Url::parse(link.trim()).ok()?;
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let path = url.path().trim_end_matches('/');
    let mut trail = format!("{host}{path}");
    let pairs = url.query_pairs().filter(|(name, _)| !name.starts_with("utm_"));
    for (at, (name, value)) in pairs.enumerate() {
        trail.push(if at == 0 { '?' } else { '&' });
        trail.extend([&*name, "=", &*value]);
    }
    Some(trail)
}

fn withdrawal(row: &Row) -> Result<Withdrawal, sql::Error> {
    Ok(Withdrawal {
        item: ItemId::new(row.try_get::<String>("item")?),
        uri: row.try_get("uri")?,
        source: SourceId::new(row.try_get::<String>("source")?),
        link: row.try_get("link")?,
        since: instant(row.try_get("since")?),
        why: row.try_get("why")?,
    })
}
