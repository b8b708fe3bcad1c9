//! Earlier states of items that changed.

use serde::{Deserialize, Serialize};

use super::rows::{Saved, instant};
use super::sql::{self, Connection};
use super::{Error, Store};
use crate::model::{Instant, ItemId};

/// Earlier states that are kept of an item, the newest.
const MOST: i64 = 20;
/// The longest body that is kept of each, in bytes.
const LONGEST: usize = 1 << 20;

/// An earlier state of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// Counted from 1.
    pub number: u32,
    /// Since when it stood so.
    pub since: Instant,
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: Option<String>,
    /// Its body, safe markup.
    pub body: String,
}

#[derive(Serialize, Deserialize)]
struct Packed {
    title: String,
    summary: Option<String>,
    body: String,
}

impl Store {
    /// The earlier states of an item, the oldest first.
    pub async fn revisions(&self, item: &ItemId) -> Result<Vec<Revision>, Error> {
        let query = "SELECT number, at, data FROM revision WHERE item = ? ORDER BY number";
        let rows = sql::query(query).bind(item.as_str()).fetch_all(&self.pool).await?;
        let revisions = rows.iter().map(|row| {
            let failed = |why: String| Error::Original { item: item.to_string(), why };
            let data = row.bytes("data")?;
            let json = zstd::stream::decode_all(data).map_err(|why| failed(why.to_string()))?;
            let packed: Packed =
                serde_json::from_slice(&json).map_err(|why| failed(why.to_string()))?;
            Ok(Revision {
                number: row.try_get("number")?,
                since: instant(row.try_get("at")?),
                title: packed.title,
                summary: packed.summary,
                body: packed.body,
            })
        });
        revisions.collect()
    }

    /// The item that a person names: by its id, its name in feeds, or the address of the original.
    pub async fn item_named(&self, name: &str) -> Result<Option<ItemId>, Error> {
        let query = "SELECT id FROM item WHERE id = ?1 OR uri = ?1 OR link = ?1 \
                     ORDER BY id <> ?1, first_seen LIMIT 1";
        let id: Option<String> =
            sql::query_scalar(query).bind(name).fetch_optional(&self.pool).await?;
        Ok(id.map(ItemId::new))
    }
}

/// Keeps the state of an item before it changes in substance.
pub(super) async fn keep(tx: &mut Connection, saved: &Saved) -> Result<(), Error> {
    if !saved.announce {
        return Ok(());
    }
    let query = "SELECT title, summary, body, updated FROM item WHERE id = ? AND substance <> ?";
    let row = sql::query(query)
        .bind(saved.item.id.as_str())
        .bind(&saved.substance[..])
        .fetch_optional(&mut *tx)
        .await?;
    let Some(row) = row else { return Ok(()) };
    let mut body: String = row.try_get("body")?;
    body.truncate(body.floor_char_boundary(LONGEST));
    let packed = Packed { title: row.try_get("title")?, summary: row.try_get("summary")?, body };
    let json = serde_json::to_vec(&packed).unwrap_or_default();
    let query = "INSERT INTO revision VALUES \
         (?1, (SELECT coalesce(max(number), 0) + 1 FROM revision WHERE item = ?1), ?2, ?3)";
    sql::query(query)
        .bind(saved.item.id.as_str())
        .bind(row.try_get::<i64>("updated")?)
        .bind(zstd::bulk::compress(&json, 3).unwrap_or_default())
        .execute(&mut *tx)
        .await?;
    let query = "DELETE FROM revision WHERE item = ?1 AND number <= \
         (SELECT max(number) FROM revision WHERE item = ?1) - ?2";
    sql::query(query).bind(saved.item.id.as_str()).bind(MOST).execute(tx).await?;
    Ok(())
}
