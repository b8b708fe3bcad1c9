//! Private categories: published nowhere, read by subscribers at addresses of their own.

use std::collections::HashSet;

use super::leaves::{self, EVERYTHING};
use super::pending::{pend_category, pend_index, pend_removal};
use super::read::json;
use super::rows::{self, instant};
use super::sql::{self, Connection, Row};
use super::{Error, Store, stories};
use crate::model::{Category, CategoryId, Instant, Item, ItemId};

/// Somebody who may read a private category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// The first part of the address; without its signature it opens nothing.
    pub code: String,
    /// What the operator calls them.
    pub name: String,
    /// The category.
    pub category: CategoryId,
    /// Since when.
    pub since: Instant,
    /// When the address ends by itself.
    pub until: Option<Instant>,
    /// When it was revoked.
    pub revoked: Option<Instant>,
}

impl Subscriber {
    /// Whether the address still opens the category.
    pub fn is_good(&self, now: Instant) -> bool {
        self.revoked.is_none() && self.until.is_none_or(|until| until > now)
    }
}

impl Store {
    /// Gives somebody an address.
    pub async fn admit(&self, subscriber: &Subscriber) -> Result<(), Error> {
        let query = "INSERT INTO subscriber VALUES (?, ?, ?, ?, ?, ?)";
        let mut tx = self.begin().await?;
        sql::query(query)
            .bind(&subscriber.code)
            .bind(&subscriber.name)
            .bind(subscriber.category.as_str())
            .bind(subscriber.since.timestamp())
            .bind(subscriber.until.map(|until| until.timestamp()))
            .bind(subscriber.revoked.map(|at| at.timestamp()))
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit()?)
    }

    /// Everybody who has, or had, an address.
    pub async fn subscribers(&self) -> Result<Vec<Subscriber>, Error> {
        let query = "SELECT * FROM subscriber ORDER BY category, name, since, code";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(subscriber(row)?)).collect()
    }

    /// Whose a code is.
    pub async fn subscriber(&self, code: &str) -> Result<Option<Subscriber>, Error> {
        let query = "SELECT * FROM subscriber WHERE code = ?";
        let row = sql::query(query).bind(code).fetch_optional(&self.pool).await?;
        row.map(|row| Ok(subscriber(&row)?)).transpose()
    }

    /// Revokes the addresses of somebody, for one category or for all; how many there were.
    pub async fn revoke(
        &self,
        name: &str,
        category: Option<&CategoryId>,
        now: Instant,
    ) -> Result<u64, Error> {
        let query = "UPDATE subscriber SET revoked = ?1 WHERE revoked IS NULL AND name = ?2 \
             AND (?3 IS NULL OR category = ?3)";
        let mut tx = self.begin().await?;
        let done = sql::query(query)
            .bind(now.timestamp())
            .bind(name)
            .bind(category.map(CategoryId::as_str))
            .execute(&mut *tx)
            .await?;
        tx.commit()?;
        Ok(done.rows_affected())
    }

    /// Those of some items that stand in private categories alone.
    pub async fn private_of(&self, items: &[ItemId]) -> Result<HashSet<ItemId>, Error> {
        let ids: Vec<&str> = items.iter().map(ItemId::as_str).collect();
        let query = "SELECT value FROM json_each(?) WHERE EXISTS \
             (SELECT 1 FROM private_item WHERE private_item.item = value)";
        let rows: Vec<String> =
            sql::query_scalar(query).bind(json(&ids)).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(ItemId::new).collect())
    }

    /// Whether a category is private; `None` where there is none.
    pub async fn privacy(&self, id: &CategoryId) -> Result<Option<(Category, bool)>, Error> {
        let query = "SELECT id, slug, title, private > 0 AS secret FROM category \
                     WHERE id = ? AND NOT gone";
        let row = sql::query(query).bind(id.as_str()).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((rows::category(&row)?, row.try_get("secret")?)))
    }

    /// The newest items of a category that are shown, and whether these are all.
    pub async fn items_for(
        &self,
        id: &CategoryId,
        most: usize,
    ) -> Result<(Vec<Item>, bool), Error> {
        let query = "SELECT item.* FROM item_category JOIN category ON number = category \
             JOIN shown AS item ON item.id = item_category.item WHERE category.id = ? \
             ORDER BY item_category.published DESC, item_category.item LIMIT ?";
        let query = sql::query(query).bind(id.as_str()).bind(most as i64 + 1);
        let rows = query.fetch_all(&self.pool).await?;
        let shown = rows.get(..most).unwrap_or(&rows);
        Ok((self.items(shown).await?, shown.len() == rows.len()))
    }
}

fn subscriber(row: &Row) -> Result<Subscriber, sql::Error> {
    let when = |name: &str| -> Result<Option<Instant>, sql::Error> {
        let seconds: Option<i64> = row.try_get(name)?;
        Ok(seconds.map(instant))
    };
    Ok(Subscriber {
        code: row.try_get("code")?,
        name: row.try_get("name")?,
        category: CategoryId::new(row.try_get::<String>("category")?),
        since: instant(row.try_get("since")?),
        until: when("until")?,
        revoked: when("revoked")?,
    })
}

/// Makes a category private, or public, where it is not so already: its items come into, or go
/// from, the documents of everything, and its own files with them.
pub(super) async fn set(tx: &mut Connection, number: i64, private: bool) -> Result<(), Error> {
    let query = "SELECT private > 0 FROM category WHERE number = ?";
    let before: bool = sql::query_scalar(query).bind(number).fetch_one(&mut *tx).await?;
    if before == private {
        return Ok(());
    }
    let slug: String = sql::query_scalar("SELECT slug FROM category WHERE number = ?")
        .bind(number)
        .fetch_one(&mut *tx)
        .await?;
    let query = "UPDATE category SET private = CASE WHEN NOT ?2 THEN 0 \
         WHEN EXISTS (SELECT 1 FROM file WHERE path = 'category/' || slug || '.html') THEN 2 \
         ELSE 1 END WHERE number = ?1";
    sql::query(query).bind(number).bind(private).execute(&mut *tx).await?;
    if private {
        pend_removal(tx, &slug).await?;
        stories::part(tx, number).await?;
    }
    place_each(tx, number).await?;
    let query = "INSERT OR REPLACE INTO pending_page (category, page) \
         SELECT DISTINCT category, page FROM leaf WHERE category = ? AND page > 0";
    sql::query(query).bind(number).execute(&mut *tx).await?;
    let query = "INSERT OR REPLACE INTO pending_category (category) \
         SELECT DISTINCT other.category FROM item_category AS own \
         JOIN item_category AS other ON other.item = own.item WHERE own.category = ?";
    sql::query(query).bind(number).execute(&mut *tx).await?;
    pend_category(tx, number).await?;
    // Whoever recommends something of it does so in public, or not at all.
    sql::query("INSERT INTO pending_share DEFAULT VALUES").execute(&mut *tx).await?;
    pend_index(tx).await
}

/// Puts the items that came to a category where its privacy wants them.
pub(super) async fn place_all(tx: &mut Connection, number: i64) -> Result<(), Error> {
    let query = "SELECT private > 0 FROM category WHERE number = ?";
    let private: bool = sql::query_scalar(query).bind(number).fetch_one(&mut *tx).await?;
    if private { place_each(tx, number).await } else { Ok(()) }
}

async fn place_each(tx: &mut Connection, number: i64) -> Result<(), Error> {
    let query = "SELECT item FROM item_category WHERE category = ?";
    let items: Vec<String> = sql::query_scalar(query).bind(number).fetch_all(&mut *tx).await?;
    for item in items {
        place(tx, &ItemId::new(item)).await?;
    }
    Ok(())
}

/// Puts an item where its privacy wants it, and marks what shows it.
async fn place(tx: &mut Connection, item: &ItemId) -> Result<(), Error> {
    if is_private(tx, item).await? {
        leaves::leave(tx, item.as_str(), EVERYTHING).await?;
    } else {
        let query = "INSERT OR IGNORE INTO leaf (item, category, published) \
             SELECT id, 0, published FROM shown WHERE id = ?";
        sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
    }
    leaves::pend_places(tx, item.as_str()).await?;
    let query = "INSERT OR REPLACE INTO pending_item (item) VALUES (?)";
    sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
    Ok(())
}

/// Takes an item that was filed anew out of the documents of everything if it is private now;
/// whatever else shows it is marked where that is another answer than before.
pub(super) async fn follow(
    tx: &mut Connection,
    item: &ItemId,
    before: &[i64],
) -> Result<(), Error> {
    let query = "SELECT EXISTS (SELECT 1 FROM category WHERE private > 0)";
    let any: bool = sql::query_scalar(query).fetch_one(&mut *tx).await?;
    if !any {
        return Ok(());
    }
    let numbers = serde_json::to_string(before).unwrap_or_else(|_| "[]".to_owned());
    let query = "SELECT count(*) > 0 AND min(private) > 0 FROM category \
         WHERE number IN (SELECT value FROM json_each(?))";
    let was: bool = sql::query_scalar(query).bind(numbers).fetch_one(&mut *tx).await?;
    let is = is_private(tx, item).await?;
    if is {
        leaves::leave(tx, item.as_str(), EVERYTHING).await?;
    }
    if was != is && !before.is_empty() {
        leaves::pend_places(tx, item.as_str()).await?;
    }
    Ok(())
}

impl Store {
    /// Whether an item stands in private categories alone.
    pub async fn is_private(&self, item: &ItemId) -> Result<bool, Error> {
        Ok(!self.private_of(std::slice::from_ref(item)).await?.is_empty())
    }

    /// Whether an item has, or will have, a page that everybody may see.
    pub async fn is_public(&self, item: &ItemId) -> Result<bool, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM shown WHERE id = ?1) \
                     AND NOT EXISTS (SELECT 1 FROM private_item WHERE item = ?1)";
        Ok(sql::query_scalar(query).bind(item.as_str()).fetch_one(&self.pool).await?)
    }
}

/// Whether an item stands in private categories alone.
pub(super) async fn is_private(tx: &mut Connection, item: &ItemId) -> Result<bool, Error> {
    let query = "SELECT EXISTS (SELECT 1 FROM private_item WHERE item = ?)";
    Ok(sql::query_scalar(query).bind(item.as_str()).fetch_one(tx).await?)
}
