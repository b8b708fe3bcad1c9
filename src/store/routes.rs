//! What rules decided, as it is remembered: items that are withheld, seats in limits, categories
//! that became one.

use std::collections::{HashMap, HashSet};

use super::leaves::count_again;
use super::pending::{pend_category, pend_index, pend_removal};
use super::private;
use super::rows::Saved;
use super::sql::{self, Connection};
use super::write::{alias, number_of};
use super::{Error, Store};
use crate::model::{CategoryId, Instant, ItemId, SourceId};
use crate::route::{Kept, Seat, Withheld};

impl Store {
    /// All items that are kept and not published.
    pub async fn withheld(&self) -> Result<HashMap<ItemId, Withheld>, Error> {
        let query = "SELECT item, kept, rule FROM withheld";
        let rows: Vec<(String, String, String)> =
            sql::query_as(query).fetch_all(&self.pool).await?;
        let known = rows.into_iter().filter_map(|(item, kept, rule)| {
            let kept = Kept::of_word(&kept)?;
            Some((ItemId::new(item), Withheld { kept, rule }))
        });
        Ok(known.collect())
    }

    /// Those of some items that are not to be published.
    pub async fn withheld_of(&self, items: &[ItemId]) -> Result<HashSet<ItemId>, Error> {
        let ids: Vec<&str> = items.iter().map(ItemId::as_str).collect();
        let ids = serde_json::to_string(&ids).unwrap_or_else(|_| "[]".to_owned());
        let query = "SELECT item FROM withheld WHERE item IN (SELECT value FROM json_each(?))";
        let rows: Vec<String> = sql::query_scalar(query).bind(ids).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(ItemId::new).collect())
    }

    /// Who has a seat in which limit.
    pub async fn seats(&self) -> Result<HashMap<String, HashSet<ItemId>>, Error> {
        let rows: Vec<(String, String)> =
            sql::query_as("SELECT key, item FROM seat").fetch_all(&self.pool).await?;
        let mut seats = HashMap::<String, HashSet<ItemId>>::new();
        for (key, item) in rows {
            seats.entry(key).or_default().insert(ItemId::new(item));
        }
        Ok(seats)
    }

    /// Remembers who has which seat, and nobody else.
    pub async fn set_seats(&self, seats: &[(Seat, ItemId)]) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sql::query("DELETE FROM seat").execute(&mut *tx).await?;
        for (seat, item) in seats {
            let query = "INSERT OR IGNORE INTO seat VALUES (?, ?)";
            sql::query(query).bind(&seat.key).bind(item.as_str()).execute(&mut *tx).await?;
        }
        Ok(tx.commit()?)
    }

    /// Whether a source has no item of this key.
    pub async fn is_free(&self, source: &SourceId, key: &str) -> Result<bool, Error> {
        let query = "SELECT 1 FROM item WHERE source = ? AND key = ?";
        let found: Option<i64> = sql::query_scalar(query)
            .bind(source.as_str())
            .bind(key)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.is_none())
    }

    /// Knows an item by another key from now on, and by the one that it had.
    pub async fn rekey(&self, item: &ItemId, key: &str, now: Instant) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let query = "INSERT OR IGNORE INTO known_as \
             SELECT source, key, id, ?2 FROM item WHERE id = ?1 AND key <> ?3";
        let known = sql::query(query).bind(item.as_str()).bind(now.timestamp()).bind(key);
        known.execute(&mut *tx).await?;
        for query in [
            "UPDATE OR IGNORE item SET key = ? WHERE id = ?",
            "UPDATE OR IGNORE trace SET key = ? WHERE item = ?",
        ] {
            sql::query(query).bind(key).bind(item.as_str()).execute(&mut *tx).await?;
        }
        Ok(tx.commit()?)
    }

    /// Knows an item by the keys of another one of its source from now on: what comes under them
    /// is the former.
    pub async fn know_as(&self, other: &ItemId, item: &ItemId, now: Instant) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let steps = [
            "UPDATE known_as SET item = ?2 WHERE item = ?1 AND ?3 = ?3",
            "INSERT OR REPLACE INTO known_as SELECT source, key, ?2, ?3 FROM item WHERE id = ?1",
            "DELETE FROM trace WHERE item = ?1 AND ?2 = ?2 AND ?3 = ?3",
        ];
        for query in steps {
            sql::query(query)
                .bind(other.as_str())
                .bind(item.as_str())
                .bind(now.timestamp())
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit()?)
    }

    /// The key of an item.
    pub async fn key_of(&self, item: &ItemId) -> Result<Option<String>, Error> {
        let query = "SELECT key FROM item WHERE id = ?";
        Ok(sql::query_scalar(query).bind(item.as_str()).fetch_optional(&self.pool).await?)
    }

    /// The item of an article's address.
    pub async fn item_of_link(&self, link: &str) -> Result<Option<ItemId>, Error> {
        let query = "SELECT id FROM item WHERE link = ? ORDER BY first_seen LIMIT 1";
        let id: Option<String> =
            sql::query_scalar(query).bind(link).fetch_optional(&self.pool).await?;
        Ok(id.map(ItemId::new))
    }

    /// The items that somebody let through.
    pub async fn released(&self) -> Result<HashSet<ItemId>, Error> {
        let rows: Vec<String> =
            sql::query_scalar("SELECT item FROM released").fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(ItemId::new).collect())
    }

    /// Lets a held item through, for good; says whether it was held. It is published by the next
    /// reroute.
    pub async fn release(&self, item: &ItemId) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let query = "INSERT OR IGNORE INTO released SELECT item FROM withheld \
                     WHERE item = ? AND kept = 'held'";
        let done = sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
        tx.commit()?;
        Ok(done.rows_affected() > 0)
    }

    /// Makes one category of several: what stood in `from` stands in `to`, and the old addresses
    /// lead to the new one. Says whether there was anything to do.
    pub async fn merge(&self, from: &CategoryId, to: &CategoryId) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let (Some(old), Some(new)) =
            (number_of(&mut tx, from).await?, number_of(&mut tx, to).await?)
        else {
            return Ok(false);
        };
        let slug: String = sql::query_scalar("SELECT slug FROM category WHERE number = ?")
            .bind(old)
            .fetch_one(&mut *tx)
            .await?;
        let steps = [
            "INSERT OR REPLACE INTO pending_item (item) \
             SELECT item FROM item_category WHERE category = ?1 AND ?2 = ?2",
            // What stood in the one's archive is new to the other's documents.
            "INSERT OR IGNORE INTO leaf (item, category, published) \
             SELECT item, ?2, published FROM item_category WHERE category = ?1",
            "DELETE FROM leaf WHERE category = ?1 AND ?2 = ?2",
            "UPDATE OR IGNORE tomb SET category = ?2, page = 0 WHERE category = ?1",
            "DELETE FROM tomb WHERE category = ?1 AND ?2 = ?2",
            "DELETE FROM pending_page WHERE category = ?1 AND ?2 = ?2",
            "INSERT OR IGNORE INTO item_category (category, published, item, place) \
             SELECT ?2, published, item, place FROM item_category WHERE category = ?1",
            "DELETE FROM item_category WHERE category = ?1 AND ?2 = ?2",
            "UPDATE story_category SET category = ?2 WHERE category = ?1",
            "UPDATE alias SET category = ?2 WHERE category = ?1",
            "DELETE FROM pending_category WHERE category = ?1 AND ?2 = ?2",
            "DELETE FROM category WHERE number = ?1 AND ?2 = ?2",
        ];
        for step in steps {
            sql::query(step).bind(old).bind(new).execute(&mut *tx).await?;
        }
        count_again(&mut tx, new).await?;
        private::place_all(&mut tx, new).await?;
        alias(&mut tx, &slug, new).await?;
        pend_removal(&mut tx, &slug).await?;
        pend_category(&mut tx, new).await?;
        pend_index(&mut tx).await?;
        tx.commit()?;
        Ok(true)
    }

    /// Those of some categories that there are.
    pub async fn those_there(
        &self,
        names: impl Iterator<Item = &CategoryId>,
    ) -> Result<Vec<CategoryId>, Error> {
        let names: Vec<&str> = names.map(CategoryId::as_str).collect();
        let names = serde_json::to_string(&names).unwrap_or_else(|_| "[]".to_owned());
        let query = "SELECT id FROM category WHERE id IN (SELECT value FROM json_each(?))";
        let rows: Vec<String> = sql::query_scalar(query).bind(names).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(CategoryId::new).collect())
    }

    /// Marks a category's documents as not published, its items, and all that lists them.
    pub async fn pend_items_of(&self, category: &CategoryId) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let all = [
            "INSERT OR REPLACE INTO pending_item (item) SELECT item FROM item_category \
             JOIN category ON number = category WHERE id = ?",
            "INSERT OR REPLACE INTO pending_category (category) \
             SELECT DISTINCT theirs.category FROM item_category AS theirs \
             WHERE theirs.item IN (SELECT item FROM item_category \
                                   JOIN category ON number = category WHERE id = ?)",
            "INSERT OR REPLACE INTO pending_page (category, page) \
             SELECT DISTINCT category, page FROM leaf JOIN category ON number = category \
             WHERE id = ? AND page > 0",
        ];
        for query in all {
            sql::query(query).bind(category.as_str()).execute(&mut *tx).await?;
        }
        pend_index(&mut tx).await?;
        Ok(tx.commit()?)
    }

    /// The addresses that lead to each category besides its own.
    pub async fn aliases(&self) -> Result<HashMap<CategoryId, Vec<String>>, Error> {
        let query = "SELECT id, alias.slug FROM alias JOIN category ON number = category \
                     ORDER BY alias.slug";
        let rows: Vec<(String, String)> = sql::query_as(query).fetch_all(&self.pool).await?;
        let mut aliases = HashMap::<CategoryId, Vec<String>>::new();
        for (id, slug) in rows {
            aliases.entry(CategoryId::new(id)).or_default().push(slug);
        }
        Ok(aliases)
    }

    /// Categories that got another address than they would have liked: name, address, wish.
    pub async fn collisions(&self) -> Result<Vec<(CategoryId, String, String)>, Error> {
        let query = "SELECT category.id, category.slug, alias.slug FROM alias \
                     JOIN category ON number = category \
                     WHERE EXISTS (SELECT 1 FROM category AS other \
                                   WHERE other.slug = alias.slug COLLATE NOCASE) ORDER BY 2";
        let rows: Vec<(String, String, String)> =
            sql::query_as(query).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(id, slug, wish)| (CategoryId::new(id), slug, wish)).collect())
    }
}

/// Remembers whether an item is withheld; says whether it is, and whether that is another answer
/// than before.
pub(super) async fn withhold(tx: &mut Connection, saved: &Saved) -> Result<(bool, bool), Error> {
    let id = saved.item.id.as_str();
    let before = is_withheld(tx, &saved.item.id).await?;
    let withheld = decided(tx, saved).await?;
    match &withheld {
        Some(Withheld { kept, rule }) => {
            sql::query("INSERT OR REPLACE INTO withheld VALUES (?, ?, ?)")
                .bind(id)
                .bind(kept.word())
                .bind(rule)
                .execute(&mut *tx)
                .await?;
        }
        None if before => {
            sql::query("DELETE FROM withheld WHERE item = ?").bind(id).execute(&mut *tx).await?;
        }
        None => {}
    }
    Ok((withheld.is_some(), before != withheld.is_some()))
}

pub(super) async fn is_withheld(tx: &mut Connection, item: &ItemId) -> Result<bool, Error> {
    let query = "SELECT 1 FROM withheld WHERE item = ?";
    let found: Option<i64> =
        sql::query_scalar(query).bind(item.as_str()).fetch_optional(tx).await?;
    Ok(found.is_some())
}

async fn decided(tx: &mut Connection, saved: &Saved) -> Result<Option<Withheld>, Error> {
    let id = saved.item.id.as_str();
    let mut withheld = saved.withheld.clone();
    if withheld.as_ref().is_some_and(|one| one.kept == Kept::Held) {
        let query = "SELECT 1 FROM released WHERE item = ?";
        let released: Option<i64> =
            sql::query_scalar(query).bind(id).fetch_optional(&mut *tx).await?;
        withheld = withheld.filter(|_| released.is_none());
    }
    for seat in saved.seats.iter().filter(|_| withheld.is_none()) {
        if !seated(tx, seat, id).await? {
            withheld = Some(Withheld { kept: Kept::Limited, rule: seat.rule.clone() });
            break;
        }
    }
    Ok(withheld)
}

/// Gives an item a seat if one is free.
async fn seated(tx: &mut Connection, seat: &Seat, item: &str) -> Result<bool, Error> {
    let query = "INSERT OR IGNORE INTO seat SELECT ?1, ?2 WHERE \
                 (SELECT count(*) FROM seat WHERE key = ?1 AND item <> ?2) < ?3";
    let most = i64::try_from(seat.most).unwrap_or(i64::MAX);
    sql::query(query).bind(&seat.key).bind(item).bind(most).execute(&mut *tx).await?;
    let query = "SELECT 1 FROM seat WHERE key = ? AND item = ?";
    let found: Option<i64> =
        sql::query_scalar(query).bind(&seat.key).bind(item).fetch_optional(tx).await?;
    Ok(found.is_some())
}
