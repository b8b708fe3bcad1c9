//! What is remembered of items beyond themselves: their traces, their further keys, the faces of
//! lists.

use std::collections::HashMap;

use super::ready::Ready;
use super::rows::{self, Saved, instant, unpack};
use super::sql::{self, Connection, Row};
use super::stories;
use super::{Error, Store};
use crate::identity::{Habits, Likeness, Trace, item_id};
use crate::model::{Instant, ItemId, Original, SourceId};

/// Further keys that are remembered of an item.
const KEYS: i64 = 4;
/// Held entries that are kept of a source.
pub(super) const HELD: i64 = 10_000;

/// What a visit found out about keys and lists.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// New keys of known items.
    pub keys: Vec<(String, ItemId)>,
    /// Changed entries whose change is not to be shown: item, list, print.
    pub ignored: Vec<(ItemId, String, [u8; 16])>,
    /// What lists said of themselves.
    pub faces: Vec<Face>,
}

/// What a list says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// Name of the list.
    pub list: String,
    /// Its title.
    pub title: Option<String>,
    /// Its site.
    pub home: Option<String>,
    /// Entries in it; 0 leaves the number as it was.
    pub size: u32,
    /// How often in a row it came without entries.
    pub empties: u32,
    /// Whether it was read in good order before.
    pub known: bool,
}

impl Store {
    /// The traces of a source's keys, whatever key they came under.
    pub async fn traces(
        &self,
        source: &SourceId,
        keys: &[&str],
    ) -> Result<HashMap<String, Trace>, Error> {
        let query = "SELECT key AS asked, trace.* FROM trace \
             WHERE source = ?1 AND key IN (SELECT value FROM json_each(?2)) \
             UNION ALL SELECT known_as.key AS asked, trace.* FROM known_as \
             JOIN trace ON trace.item = known_as.item \
             WHERE known_as.source = ?1 AND known_as.key IN (SELECT value FROM json_each(?2))";
        let keys = serde_json::to_string(keys).unwrap_or_default();
        let rows = sql::query(query).bind(source.as_str()).bind(keys).fetch_all(&self.pool).await?;
        let mut traces = HashMap::new();
        for row in &rows {
            traces.entry(row.try_get("asked")?).or_insert(trace(row)?);
        }
        Ok(traces)
    }

    /// Traces of a source that share a link, a path, a title or a text with any of these.
    pub async fn alike(
        &self,
        source: &SourceId,
        likenesses: &[Likeness],
    ) -> Result<Vec<Trace>, Error> {
        // A union, since SQLite would walk all traces of the source for an OR.
        let query = "SELECT * FROM trace WHERE item IN ( \
             SELECT item FROM trace WHERE source = ?1 AND link <> 0 \
                 AND link IN (SELECT value FROM json_each(?2)) \
             UNION SELECT item FROM trace WHERE source = ?1 AND path <> 0 \
                 AND path IN (SELECT value FROM json_each(?3)) \
             UNION SELECT item FROM trace WHERE source = ?1 AND title <> 0 \
                 AND title IN (SELECT value FROM json_each(?4)) \
             UNION SELECT item FROM trace WHERE source = ?1 AND text <> 0 \
                 AND text IN (SELECT value FROM json_each(?5))) \
             ORDER BY first_seen DESC LIMIT 20000";
        let list = |pick: fn(&Likeness) -> i64| {
            let prints: Vec<i64> =
                likenesses.iter().map(pick).filter(|print| *print != 0).collect();
            serde_json::to_string(&prints).unwrap_or_default()
        };
        let rows = sql::query(query)
            .bind(source.as_str())
            .bind(list(|one| one.link))
            .bind(list(|one| one.path))
            .bind(list(|one| one.title))
            .bind(list(|one| one.text))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(trace(row)?)).collect()
    }

    /// What a list of a source said of itself; none where it was never read in good order.
    pub async fn face(&self, source: &SourceId, list: &str) -> Result<Option<Face>, Error> {
        let query = "SELECT * FROM face WHERE source = ? AND list = ?";
        let row =
            sql::query(query).bind(source.as_str()).bind(list).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Face {
            list: list.to_owned(),
            title: row.try_get("title")?,
            home: row.try_get("home")?,
            size: row.try_get("size")?,
            empties: row.try_get("empties")?,
            known: true,
        }))
    }

    /// Whether a source has items, and how many it brings a day, by the dates that it gives and
    /// by when they came after the first visit. Besides, its last good visit.
    pub async fn habits(
        &self,
        source: &SourceId,
        now: Instant,
    ) -> Result<(bool, Habits, Option<Instant>), Error> {
        let query = "SELECT count(*), min(first_seen), \
             (SELECT last_good FROM source WHERE id = ?1) FROM trace WHERE source = ?1";
        let (all, first, last): (i64, Option<i64>, Option<i64>) =
            sql::query_as(query).bind(source.as_str()).fetch_one(&self.pool).await?;
        let since = now.timestamp() - 14 * 86_400;
        let query =
            "SELECT count(*), min(dated) FROM trace WHERE source = ? AND dated >= ? AND dated <= ?";
        let (recent, oldest): (i64, Option<i64>) = sql::query_as(query)
            .bind(source.as_str())
            .bind(since)
            .bind(now.timestamp())
            .fetch_one(&self.pool)
            .await?;
        let query = "SELECT count(*) FROM trace WHERE source = ? AND first_seen > ?";
        let first = first.unwrap_or(now.timestamp());
        let came: i64 = sql::query_scalar(query)
            .bind(source.as_str())
            .bind(first.max(since))
            .fetch_one(&self.pool)
            .await?;
        let days = |from: i64| ((now.timestamp() - from) as f64 / 86_400.0).max(1.0);
        let dated = recent as f64 / oldest.map_or(1.0, days);
        let daily = dated.max(came as f64 / days(first.max(since)));
        Ok((all > 0, Habits { daily, size: 0 }, last.map(instant)))
    }

    /// Entries of a source that are held although they could be published: key, original, print.
    pub async fn held_back(
        &self,
        source: &SourceId,
        most: usize,
    ) -> Result<Vec<(String, Original, [u8; 16])>, Error> {
        let query = "SELECT held.key, data, print FROM held \
             JOIN trace ON trace.source = held.source AND trace.key = held.key \
             WHERE held.source = ? ORDER BY since, held.key LIMIT ?";
        let rows =
            sql::query(query).bind(source.as_str()).bind(most as i64).fetch_all(&self.pool).await?;
        let held = rows.iter().map(|row| {
            let key: String = row.try_get("key")?;
            let original = unpack(&key, row.bytes("data")?)?;
            Ok((key, original, rows::print(row.bytes("print")?)))
        });
        held.collect()
    }

    /// Print of what readers see of an item.
    pub async fn substance(&self, item: &ItemId) -> Result<Option<[u8; 16]>, Error> {
        let query = "SELECT substance FROM item WHERE id = ?";
        let bytes: Option<Vec<u8>> =
            sql::query_scalar(query).bind(item.as_str()).fetch_optional(&self.pool).await?;
        Ok(bytes.map(|bytes| rows::print(&bytes)))
    }

    /// Believes what the lists of a source say of themselves at the next visit.
    pub async fn forget_faces(&self, source: &SourceId) -> Result<(), Error> {
        let query = "DELETE FROM face WHERE source = ?";
        sql::query(query).bind(source.as_str()).execute(&self.pool).await?;
        Ok(())
    }

    /// Leaves the traces of items that were kept before there were any.
    pub(super) async fn retrace(&self) -> Result<(), Error> {
        if self.meta("traced").await?.is_some() {
            return Ok(());
        }
        loop {
            let query = "SELECT item.*, data, list FROM item \
                 LEFT JOIN original ON original.item = id \
                 WHERE id NOT IN (SELECT item FROM trace) GROUP BY id LIMIT 500";
            let rows = sql::query(query).fetch_all(&self.pool).await?;
            if rows.is_empty() {
                return self.set_meta("traced", "1").await;
            }
            let mut tx = self.begin().await?;
            for row in &rows {
                let key: String = row.try_get("key")?;
                let data: Option<Vec<u8>> = row.try_get("data")?;
                let original = data.and_then(|data| unpack(&key, &data).ok());
                let likeness = original.map(|one| Likeness::of(&one.entry)).unwrap_or_default();
                let trace =
                    Trace { item: ItemId::new(row.try_get::<String>("id")?), key, likeness };
                let source = SourceId::new(row.try_get::<String>("source")?);
                put(&mut tx, &source, &trace, row.try_get("first_seen")?).await?;
                let list: Option<String> = row.try_get("list")?;
                stories::enter_alone(&mut tx, &rows::item(row)?, &list.unwrap_or_default()).await?;
            }
            tx.commit()?;
        }
    }
}

fn trace(row: &Row) -> Result<Trace, sql::Error> {
    Ok(Trace {
        item: ItemId::new(row.try_get::<String>("item")?),
        key: row.try_get("key")?,
        likeness: Likeness {
            link: row.try_get("link")?,
            path: row.try_get("path")?,
            title: row.try_get("title")?,
            text: row.try_get("text")?,
            dated: row.try_get("dated")?,
            telling: row.try_get("telling")?,
            deep: false,
            long: false,
        },
    })
}

/// Leaves the trace of an item as it is listed now.
pub(super) async fn leave(tx: &mut Connection, saved: &Saved, ready: &Ready) -> Result<(), Error> {
    let Some(likeness) = ready.likeness else { return Ok(()) };
    let trace = Trace { item: saved.item.id.clone(), key: saved.key.clone(), likeness };
    put(tx, &saved.item.source, &trace, saved.item.first_seen.timestamp()).await
}

/// Leaves the trace of an entry that is held back: it is known, and is no item.
pub(super) async fn leave_held(
    tx: &mut Connection,
    source: &SourceId,
    held: &super::Held,
    at: i64,
) -> Result<(), Error> {
    let likeness = Likeness::of(&held.original.entry);
    let trace = Trace { item: item_id(source, &held.key), key: held.key.clone(), likeness };
    put(tx, source, &trace, at).await
}

async fn put(
    tx: &mut Connection,
    source: &SourceId,
    trace: &Trace,
    first_seen: i64,
) -> Result<(), Error> {
    let query = "INSERT INTO trace VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET link = excluded.link, path = excluded.path, \
         title = excluded.title, text = excluded.text, telling = excluded.telling, \
         dated = excluded.dated";
    let Likeness { link, path, title, text, dated, telling, .. } = trace.likeness;
    sql::query(query)
        .bind(trace.item.as_str())
        .bind(source.as_str())
        .bind(&trace.key)
        .bind(link)
        .bind(path)
        .bind(title)
        .bind(text)
        .bind(telling)
        .bind(dated)
        .bind(first_seen)
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps what a visit found out.
pub(super) async fn keep(
    tx: &mut Connection,
    source: &SourceId,
    at: i64,
    findings: &Findings,
) -> Result<(), Error> {
    for (key, item) in &findings.keys {
        also_known_as(tx, source, key, item, at).await?;
    }
    for (item, list, print) in &findings.ignored {
        sql::query("UPDATE original SET print = ? WHERE item = ? AND list = ?")
            .bind(&print[..])
            .bind(item.as_str())
            .bind(list)
            .execute(&mut *tx)
            .await?;
    }
    for face in &findings.faces {
        let query = "INSERT INTO face VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET \
             title = coalesce(excluded.title, title), home = coalesce(excluded.home, home), \
             size = CASE WHEN excluded.size > 0 THEN excluded.size ELSE size END, \
             empties = excluded.empties";
        sql::query(query)
            .bind(source.as_str())
            .bind(&face.list)
            .bind(&face.title)
            .bind(&face.home)
            .bind(face.size)
            .bind(face.empties)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// A source with new keys at every visit would fill the table: only the newest keys are needed.
async fn also_known_as(
    tx: &mut Connection,
    source: &SourceId,
    key: &str,
    item: &ItemId,
    at: i64,
) -> Result<(), Error> {
    sql::query("INSERT OR REPLACE INTO known_as VALUES (?, ?, ?, ?)")
        .bind(source.as_str())
        .bind(key)
        .bind(item.as_str())
        .bind(at)
        .execute(&mut *tx)
        .await?;
    let query = "DELETE FROM known_as WHERE item = ?1 AND key IN \
         (SELECT key FROM known_as WHERE item = ?1 ORDER BY at DESC, key LIMIT -1 OFFSET ?2)";
    sql::query(query).bind(item.as_str()).bind(KEYS).execute(tx).await?;
    Ok(())
}
