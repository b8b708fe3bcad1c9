//! What the store is asked.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::rows::{self, Health, KnownItem, SourceWords, instant};
use super::sql::{self, Row};
use super::{Error, Store};
use crate::model::{
    Category, CategoryId, Fault, Instant, Item, ItemId, Original, SourceId, Validators,
};

impl Store {
    /// A remembered value.
    pub async fn meta(&self, name: &str) -> Result<Option<String>, Error> {
        let query = "SELECT value FROM meta WHERE name = ?";
        Ok(sql::query_scalar(query).bind(name).fetch_optional(&self.pool).await?)
    }

    /// When a source is to be visited; a source that was never visited is due at once.
    pub async fn next_visit(&self, source: &SourceId) -> Result<Option<Instant>, Error> {
        let query = "SELECT next_visit FROM source WHERE id = ?";
        let seconds: Option<i64> =
            sql::query_scalar(query).bind(source.as_str()).fetch_optional(&self.pool).await?;
        Ok(seconds.map(instant))
    }

    /// Failures of a source in a row.
    pub async fn failures(&self, source: &SourceId) -> Result<u32, Error> {
        let query = "SELECT failures FROM source WHERE id = ?";
        let failures: Option<u32> =
            sql::query_scalar(query).bind(source.as_str()).fetch_optional(&self.pool).await?;
        Ok(failures.unwrap_or(0))
    }

    /// The validators of an address and who gave them, if the request is the one that brought
    /// them and nobody doubts them.
    pub async fn validators(
        &self,
        source: &SourceId,
        address: &str,
        asked: &[u8; 16],
    ) -> Result<(Validators, Option<String>), Error> {
        let query = "SELECT etag, last_modified, given_by FROM validator \
                     WHERE source = ? AND address = ? AND asked = ? AND doubted = 0";
        let row = sql::query(query)
            .bind(source.as_str())
            .bind(address)
            .bind(&asked[..])
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok((Validators::default(), None)) };
        let validators =
            Validators { etag: row.try_get("etag")?, last_modified: row.try_get("last_modified")? };
        Ok((validators, row.try_get("given_by")?))
    }

    /// Renditions whose article was asked for in vain, fewer than `tries` times, and whose time
    /// has come again: key, original, tries so far. Newest first.
    pub async fn unfinished(
        &self,
        source: &SourceId,
        now: Instant,
        tries: u32,
        most: usize,
    ) -> Result<Vec<(String, Original, u32)>, Error> {
        let query = "SELECT key, data, tries FROM original JOIN item ON id = item \
                     WHERE tries > 0 AND tries < ? AND not_before <= ? AND source = ? \
                     ORDER BY published DESC LIMIT ?";
        let rows = sql::query(query)
            .bind(tries)
            .bind(now.timestamp())
            .bind(source.as_str())
            .bind(most as i64)
            .fetch_all(&self.pool)
            .await?;
        let unfinished = rows.iter().map(|row| {
            let key: String = row.try_get("key")?;
            let original = rows::unpack(&key, row.bytes("data")?)?;
            Ok((key, original, row.try_get("tries")?))
        });
        unfinished.collect()
    }

    /// What is known of a source's keys.
    pub async fn known(
        &self,
        source: &SourceId,
        keys: impl Iterator<Item = &str>,
    ) -> Result<HashMap<String, KnownItem>, Error> {
        let keys: Vec<&str> = keys.collect();
        let query = "SELECT key, id, first_seen, published, updated, substance, list, print FROM item \
                     LEFT JOIN original ON item = id \
                     WHERE source = ? AND key IN (SELECT value FROM json_each(?))";
        let rows =
            sql::query(query).bind(source.as_str()).bind(json(&keys)).fetch_all(&self.pool).await?;
        let mut known = HashMap::<String, KnownItem>::new();
        for row in &rows {
            let key: String = row.try_get("key")?;
            let item = match known.entry(key) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => place.insert(known_item(row)?),
            };
            let list: Option<String> = row.try_get("list")?;
            let print: Option<Vec<u8>> = row.try_get("print")?;
            item.lists.extend(list.zip(print.map(|print| rows::print(&print))));
        }
        Ok(known)
    }

    /// The prints of a source's held entries, by key and list.
    pub async fn held_prints(
        &self,
        source: &SourceId,
    ) -> Result<HashMap<(String, String), [u8; 16]>, Error> {
        let query = "SELECT key, list, print FROM held WHERE source = ?";
        let rows: Vec<(String, String, Vec<u8>)> =
            sql::query_as(query).bind(source.as_str()).fetch_all(&self.pool).await?;
        let prints = rows.into_iter().map(|(key, list, print)| ((key, list), rows::print(&print)));
        Ok(prints.collect())
    }

    /// Everything that is held: source, original, reason.
    pub async fn held(&self) -> Result<Vec<(SourceId, String, Original, String)>, Error> {
        let query = "SELECT source, key, data, reason FROM held ORDER BY source, key, list";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        let held = rows.iter().map(|row| {
            let key: String = row.try_get("key")?;
            let original = rows::unpack(&key, row.bytes("data")?)?;
            let source = SourceId::new(row.try_get::<String>("source")?);
            Ok((source, key, original, row.try_get("reason")?))
        });
        held.collect()
    }

    /// The originals of an item, by list.
    pub async fn originals(&self, item: &ItemId) -> Result<Vec<Original>, Error> {
        let query = "SELECT data FROM original WHERE item = ? AND data <> x'' ORDER BY list";
        let rows: Vec<Vec<u8>> =
            sql::query_scalar(query).bind(item.as_str()).fetch_all(&self.pool).await?;
        rows.iter().map(|data| rows::unpack(item.as_str(), data)).collect()
    }

    /// One item with its categories.
    pub async fn item(&self, id: &ItemId) -> Result<Option<Item>, Error> {
        let query = "SELECT * FROM item WHERE id = ?";
        let row = sql::query(query).bind(id.as_str()).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(self.items(&[row]).await?.pop())
    }

    /// The item of a source's key, or the one that stands for its story.
    pub async fn item_of_key(&self, key: &str) -> Result<Option<ItemId>, Error> {
        let query = "SELECT coalesce((SELECT head FROM story WHERE item = id), id) FROM item \
                     WHERE key = ? ORDER BY first_seen LIMIT 1";
        let id: Option<String> =
            sql::query_scalar(query).bind(key).fetch_optional(&self.pool).await?;
        Ok(id.map(ItemId::new))
    }

    /// The newest items of a category, newest first.
    pub async fn items_of(&self, id: &CategoryId, most: usize) -> Result<Vec<Item>, Error> {
        let query = "SELECT item.* FROM item_category \
             JOIN category ON number = category JOIN item ON item.id = item \
             WHERE category.id = ? ORDER BY item_category.published DESC, item LIMIT ?";
        let rows =
            sql::query(query).bind(id.as_str()).bind(most as i64).fetch_all(&self.pool).await?;
        self.items(&rows).await
    }

    /// The newest items of all.
    pub async fn newest(&self, most: usize) -> Result<Vec<Item>, Error> {
        let query = "SELECT * FROM shown ORDER BY published DESC, id LIMIT ?";
        let rows = sql::query(query).bind(most as i64).fetch_all(&self.pool).await?;
        self.items(&rows).await
    }

    /// Items after an id in the order of ids, with their keys; for walks over everything.
    pub async fn walk(
        &self,
        source: Option<&SourceId>,
        after: Option<&ItemId>,
        most: usize,
    ) -> Result<Vec<(String, Item)>, Error> {
        let query = "SELECT * FROM item WHERE id > ? AND (?2 IS NULL OR source = ?2) \
                     ORDER BY id LIMIT ?3";
        let rows = sql::query(query)
            .bind(after.map_or("", ItemId::as_str))
            .bind(source.map(SourceId::as_str))
            .bind(most as i64)
            .fetch_all(&self.pool)
            .await?;
        let keys: Vec<String> =
            rows.iter().map(|row| row.try_get("key")).collect::<Result<_, _>>()?;
        Ok(keys.into_iter().zip(self.items(&rows).await?).collect())
    }

    pub(super) async fn items(&self, rows: &[Row]) -> Result<Vec<Item>, Error> {
        let items = rows.iter().map(rows::item).collect::<Result<_, _>>()?;
        let items = self.with_categories(items).await?;
        self.with_stories(items).await
    }

    async fn with_categories(&self, mut items: Vec<Item>) -> Result<Vec<Item>, Error> {
        let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        let query = "SELECT item, category.id FROM item_category \
             JOIN category ON number = category \
             WHERE item IN (SELECT value FROM json_each(?)) ORDER BY item, place";
        let rows: Vec<(String, String)> =
            sql::query_as(query).bind(json(&ids)).fetch_all(&self.pool).await?;
        let mut by_item = HashMap::<String, Vec<CategoryId>>::new();
        for (item, category) in rows {
            by_item.entry(item).or_default().push(CategoryId::new(category));
        }
        for item in &mut items {
            // An item may be there twice, for two documents.
            item.categories = by_item.get(item.id.as_str()).cloned().unwrap_or_default();
        }
        Ok(items)
    }

    /// Items by their ids, in no particular order; those that are not there are left out, and those
    /// for which another member of their story stands.
    pub async fn items_by_id(&self, ids: &[ItemId]) -> Result<Vec<Item>, Error> {
        let ids: Vec<&str> = ids.iter().map(ItemId::as_str).collect();
        let query = "SELECT * FROM shown WHERE id IN (SELECT value FROM json_each(?))";
        let rows = sql::query(query).bind(json(&ids)).fetch_all(&self.pool).await?;
        self.items(&rows).await
    }

    /// All categories by name, but for those that are gone.
    pub async fn categories(&self) -> Result<BTreeMap<CategoryId, Category>, Error> {
        let query = "SELECT id, slug, title FROM category WHERE NOT gone";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        let categories = rows.iter().map(|row| {
            let category = rows::category(row)?;
            Ok((category.id.clone(), category))
        });
        categories.collect()
    }

    /// Whether the last visit to a source ended before the end of its lists.
    pub async fn incomplete(&self, source: &SourceId) -> Result<bool, Error> {
        let query = "SELECT incomplete FROM source WHERE id = ?";
        let flag: Option<bool> =
            sql::query_scalar(query).bind(source.as_str()).fetch_optional(&self.pool).await?;
        Ok(flag.unwrap_or(false))
    }

    /// The address that another one leads to now.
    pub async fn alias(&self, slug: &str) -> Result<Option<String>, Error> {
        let query = "SELECT category.slug FROM alias JOIN category ON number = category \
                     WHERE alias.slug = ? AND NOT gone";
        Ok(sql::query_scalar(query).bind(slug).fetch_optional(&self.pool).await?)
    }

    /// Whether this is, or leads to, the address of a category that is gone.
    pub async fn is_gone(&self, slug: &str) -> Result<bool, Error> {
        let query = "SELECT gone FROM category WHERE slug = ?1 UNION ALL SELECT gone \
                     FROM alias JOIN category ON number = category WHERE alias.slug = ?1 LIMIT 1";
        let gone: Option<bool> =
            sql::query_scalar(query).bind(slug).fetch_optional(&self.pool).await?;
        Ok(gone.unwrap_or(false))
    }

    /// Whether a category has this address.
    pub async fn has_slug(&self, slug: &str) -> Result<bool, Error> {
        let query = "SELECT 1 FROM category WHERE slug = ? AND NOT gone";
        let found: Option<i64> =
            sql::query_scalar(query).bind(slug).fetch_optional(&self.pool).await?;
        Ok(found.is_some())
    }

    /// What the sources say of themselves: name, title, home, address of the feed.
    pub async fn source_words(&self) -> Result<Vec<SourceWords>, Error> {
        let query = "SELECT id, title, home, feed FROM source";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        let words = rows.iter().map(|row| {
            Ok(SourceWords {
                source: SourceId::new(row.try_get::<String>("id")?),
                title: row.try_get("title")?,
                home: row.try_get("home")?,
                feed: row.try_get("feed")?,
            })
        });
        words.collect()
    }

    /// How every source is that was ever visited.
    pub async fn health(&self) -> Result<Vec<Health>, Error> {
        let query = "SELECT *, \
             (SELECT count(*) FROM item WHERE item.source = source.id) AS items, \
             (SELECT count(*) FROM held WHERE held.source = source.id) AS held, \
             (SELECT target FROM moved WHERE moved.source = source.id AND adopted) AS moved_to, \
             (SELECT gone FROM course WHERE course.source = source.id) AS gone \
             FROM source ORDER BY id";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        let mut health: Vec<Health> =
            rows.iter().map(|row| Ok(health(row)?)).collect::<Result<_, Error>>()?;
        for one in self.subscriptions(None).await? {
            let source = health.iter_mut().find(|source| source.source == one.source);
            if let (Some(source), Some(fault)) = (source, one.fault()) {
                source.faults.push(fault);
            }
        }
        Ok(health)
    }
}

pub(super) fn json(names: &[&str]) -> String {
    serde_json::to_string(names).unwrap_or_else(|_| "[]".to_owned())
}

fn known_item(row: &Row) -> Result<KnownItem, Error> {
    Ok(KnownItem {
        id: ItemId::new(row.try_get::<String>("id")?),
        first_seen: instant(row.try_get("first_seen")?),
        published: instant(row.try_get("published")?),
        updated: instant(row.try_get("updated")?),
        substance: rows::print(row.bytes("substance")?),
        lists: Vec::new(),
    })
}

fn health(row: &Row) -> Result<Health, sql::Error> {
    let when = |name: &str| -> Result<Option<Instant>, sql::Error> {
        let seconds: Option<i64> = row.try_get(name)?;
        Ok(seconds.map(instant))
    };
    let faults: Vec<Fault> = serde_json::from_str(row.text("faults")?).unwrap_or_default();
    Ok(Health {
        source: SourceId::new(row.try_get::<String>("id")?),
        title: row.try_get("title")?,
        home: row.try_get("home")?,
        feed: row.try_get("feed")?,
        next_visit: instant(row.try_get("next_visit")?),
        last_visit: when("last_visit")?,
        last_good: when("last_good")?,
        failures: row.try_get("failures")?,
        error: row.try_get("error")?,
        faults,
        items: row.try_get::<i64>("items")? as u64,
        held: row.try_get::<i64>("held")? as u64,
        moved_to: row.try_get("moved_to")?,
        gone: when("gone")?,
    })
}
