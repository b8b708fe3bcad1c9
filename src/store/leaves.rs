//! Which document of a category an item is published in, so that a walk from the newest to the
//! oldest meets each item exactly once, whatever happens meanwhile.

use std::collections::BTreeMap;

use super::pending::{pend_category, pend_index};
use super::read::json;
use super::rows::{self, Pending, ShelfRow, instant};
use super::sql::{self, Connection, Row};
use super::{Error, Store};
use crate::model::{Category, CategoryId, Item, ItemId};

/// The number that stands for everything, as the categories have theirs.
pub(super) const EVERYTHING: i64 = 0;

/// Whose documents: a category's by its number, or those of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shelved(pub(super) i64);

impl Shelved {
    /// The documents of everything.
    pub const ALL: Self = Self(EVERYTHING);
}

/// A document of items: one of the archive, or the current one (page 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leaf {
    /// Whose.
    pub of: Shelved,
    /// Its number: 1 is the oldest.
    pub page: u32,
}

impl Store {
    /// Moves what no longer fits into the current documents to archive documents, the oldest
    /// first: a current document keeps `keep` items, an archive document takes `fill`. Marks the
    /// archive documents that change.
    pub async fn turn(&self, keep: usize, fill: usize) -> Result<(), Error> {
        let query = "SELECT category FROM leaf WHERE page = 0 AND category IN \
             (SELECT category FROM pending_category UNION SELECT 0) \
             GROUP BY category HAVING count(*) > ?";
        let full: Vec<i64> =
            sql::query_scalar(query).bind(keep as i64).fetch_all(&self.pool).await?;
        if full.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for category in full {
            turn_one(&mut tx, category, keep as i64, fill as i64).await?;
        }
        Ok(tx.commit()?)
    }

    /// The items of documents, newest first, in the order of the documents.
    pub async fn items_on(&self, leaves: &[Leaf]) -> Result<Vec<Vec<Item>>, Error> {
        let query = "SELECT wanted.key AS place, item.* FROM json_each(?) AS wanted \
             JOIN leaf ON leaf.category = value ->> 0 AND leaf.page = value ->> 1 \
             JOIN shown AS item ON item.id = leaf.item \
             WHERE CASE WHEN leaf.category = 0 THEN NOT EXISTS \
                 (SELECT 1 FROM private_item WHERE private_item.item = leaf.item) \
             ELSE EXISTS (SELECT 1 FROM item_category AS own \
                 WHERE own.category = leaf.category AND own.item = leaf.item) END \
             ORDER BY place, leaf.published DESC, leaf.item";
        let rows = sql::query(query).bind(named(leaves)).fetch_all(&self.pool).await?;
        let mut items = self.items(&rows).await?.into_iter();
        let mut found: Vec<Vec<Item>> = leaves.iter().map(|_| Vec::new()).collect();
        for row in &rows {
            let place: i64 = row.try_get("place")?;
            let slot = usize::try_from(place).ok().and_then(|place| found.get_mut(place));
            if let (Some(slot), Some(item)) = (slot, items.next()) {
                slot.push(item);
            }
        }
        Ok(found)
    }

    /// The number of the newest archive document of each; 0 where there is none.
    pub async fn last_pages(&self, of: &[Shelved]) -> Result<Vec<u32>, Error> {
        let numbers: Vec<i64> = of.iter().map(|one| one.0).collect();
        let numbers = serde_json::to_string(&numbers).unwrap_or_else(|_| "[]".to_owned());
        let query = "SELECT (SELECT coalesce(max(page), 0) FROM leaf WHERE category = value) \
             FROM json_each(?) ORDER BY key";
        Ok(sql::query_scalar(query).bind(numbers).fetch_all(&self.pool).await?)
    }

    /// All categories that are neither gone nor private, with the number of their items, the one with the newest
    /// item first.
    pub async fn shelves(&self) -> Result<Vec<ShelfRow>, Error> {
        let query = "SELECT number, id, slug, title, total, newest FROM category \
             WHERE NOT gone AND private = 0 \
             ORDER BY newest DESC, id";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(shelf(row)?)).collect()
    }

    /// Of these, as many as are asked for, and all that are named by what is pending or by its
    /// items; besides, how many there are in all.
    pub async fn shelves_for(
        &self,
        most: usize,
        pending: &Pending,
    ) -> Result<(Vec<ShelfRow>, u64), Error> {
        let categories: Vec<&str> = pending.categories.iter().map(CategoryId::as_str).collect();
        let items: Vec<&str> = pending.items.iter().map(ItemId::as_str).collect();
        let query = "WITH there AS (SELECT number FROM category WHERE NOT gone AND private = 0 \
                 ORDER BY newest DESC, id LIMIT ?1), \
             named AS (SELECT number FROM category WHERE id IN (SELECT value FROM json_each(?2))), \
             sheet AS (SELECT value ->> 0 AS category, value ->> 1 AS page FROM json_each(?4) \
                 UNION SELECT number, 0 FROM named UNION SELECT ?5, 0), \
             told AS (SELECT value AS item FROM json_each(?3) UNION SELECT leaf.item FROM sheet \
                 CROSS JOIN leaf ON leaf.category = sheet.category AND leaf.page = sheet.page) \
             SELECT number, id, slug, title, total, newest FROM category WHERE number IN ( \
                 SELECT number FROM there UNION SELECT number FROM named \
                 UNION SELECT category FROM sheet UNION SELECT own.category FROM told \
                 CROSS JOIN item_category AS own ON own.item = told.item) \
             AND NOT gone AND private = 0 ORDER BY newest DESC, id";
        let rows = sql::query(query)
            .bind(most as i64)
            .bind(json(&categories))
            .bind(json(&items))
            .bind(named(&pending.pages))
            .bind(EVERYTHING)
            .fetch_all(&self.pool)
            .await?;
        let count = "SELECT count(*) FROM category WHERE NOT gone AND private = 0";
        let count: i64 = sql::query_scalar(count).fetch_one(&self.pool).await?;
        let rows: Result<_, Error> = rows.iter().map(|row| Ok(shelf(row)?)).collect();
        Ok((rows?, count as u64))
    }

    /// The newest items of each of some categories, without their texts.
    pub async fn newest_of(
        &self,
        ids: &[CategoryId],
        most: usize,
    ) -> Result<BTreeMap<CategoryId, Vec<Item>>, Error> {
        let ids: Vec<&str> = ids.iter().map(CategoryId::as_str).collect();
        let query = "SELECT category.id AS shelf, item.id, item.source, uri, link, item.title, \
             '' AS body, NULL AS summary, item.published, updated, first_seen, medium, image, \
             language, '{}' AS extra FROM category JOIN item ON item.id IN (SELECT item FROM leaf \
             WHERE leaf.category = number AND page = 0 ORDER BY published DESC, item LIMIT ?2) \
             WHERE category.id IN (SELECT value FROM json_each(?1)) \
             ORDER BY item.published DESC, item.id";
        let rows =
            sql::query(query).bind(json(&ids)).bind(most as i64).fetch_all(&self.pool).await?;
        let items = rows.iter().map(rows::item).collect::<Result<_, _>>()?;
        let items = self.with_stories(items).await?;
        let mut newest = BTreeMap::<CategoryId, Vec<Item>>::new();
        for (row, item) in rows.iter().zip(items) {
            let id = CategoryId::new(row.try_get::<String>("shelf")?);
            newest.entry(id).or_default().push(item);
        }
        Ok(newest)
    }
}

async fn turn_one(tx: &mut Connection, category: i64, keep: i64, fill: i64) -> Result<(), Error> {
    let query = "SELECT max(page), count(*) FROM leaf WHERE category = ?1 AND page > 0 \
         AND page = (SELECT max(page) FROM leaf WHERE category = ?1)";
    let (last, filled): (Option<i64>, i64) =
        sql::query_as(query).bind(category).fetch_one(&mut *tx).await?;
    let last = last.unwrap_or(1);
    let query = "WITH old AS (SELECT item AS old_item, \
             row_number() OVER (ORDER BY published, item DESC) - 1 AS place \
             FROM (SELECT item, published FROM leaf WHERE category = ?1 AND page = 0 \
                   ORDER BY published DESC, item LIMIT -1 OFFSET ?2)) \
         UPDATE leaf SET page = ?3 + (?4 + place) / ?5 FROM old \
         WHERE category = ?1 AND item = old_item";
    sql::query(query)
        .bind(category)
        .bind(keep)
        .bind(last)
        .bind(filled)
        .bind(fill)
        .execute(&mut *tx)
        .await?;
    // The document that was the newest changes too: it gets more, or a successor.
    let query = "INSERT OR REPLACE INTO pending_page (category, page) \
         SELECT DISTINCT category, page FROM leaf WHERE category = ? AND page >= ? ORDER BY page";
    sql::query(query).bind(category).bind(last).execute(&mut *tx).await?;
    Ok(())
}

/// Enters an item in the current documents of categories it came to, and takes it out of those of
/// categories it left. What has been archived keeps its place, but is not shown there while the
/// item is not, or is not in the category. `published` is the date of an item that is shown.
pub(super) async fn file(
    tx: &mut Connection,
    item: &ItemId,
    before: &[i64],
    after: &[i64],
    published: Option<i64>,
) -> Result<(), Error> {
    for number in before.iter().filter(|number| !after.contains(number)) {
        leave(tx, item.as_str(), *number).await?;
        pend_place(tx, item.as_str(), *number).await?;
        pend_category(tx, *number).await?;
        count_again(tx, *number).await?;
    }
    let Some(published) = published else {
        return leave(tx, item.as_str(), EVERYTHING).await;
    };
    let query = "INSERT OR IGNORE INTO leaf (item, category, published) VALUES (?, ?, ?)";
    let came = after.iter().filter(|number| !before.contains(number));
    for number in std::iter::once(&EVERYTHING).chain(came.clone()) {
        sql::query(query)
            .bind(item.as_str())
            .bind(number)
            .bind(published)
            .execute(&mut *tx)
            .await?;
    }
    for number in came {
        pend_place(tx, item.as_str(), *number).await?;
        let back = "UPDATE category SET gone = 0 WHERE number = ? AND gone";
        if sql::query(back).bind(number).execute(&mut *tx).await?.rows_affected() > 0 {
            pend_index(tx).await?;
        }
        let query = "UPDATE category SET total = total + 1, \
             newest = max(coalesce(newest, ?1), ?1) WHERE number = ?2";
        sql::query(query).bind(published).bind(number).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Takes an item out of a category's current documents; in the archive its place stays taken.
pub(super) async fn leave(tx: &mut Connection, item: &str, number: i64) -> Result<(), Error> {
    let query = "DELETE FROM leaf WHERE item = ? AND category = ? AND page = 0";
    sql::query(query).bind(item).bind(number).execute(tx).await?;
    Ok(())
}

/// Marks the archive document of a category that an item stands in: it comes there again, or goes.
pub(super) async fn pend_place(tx: &mut Connection, item: &str, number: i64) -> Result<(), Error> {
    let query = "INSERT OR REPLACE INTO pending_page (category, page) \
         SELECT category, page FROM leaf WHERE item = ? AND category = ? AND page > 0";
    sql::query(query).bind(item).bind(number).execute(tx).await?;
    Ok(())
}

/// Counts a category's items anew, after one has left it.
pub(super) async fn count_again(tx: &mut Connection, number: i64) -> Result<(), Error> {
    let query = "UPDATE category SET \
         total = (SELECT count(*) FROM item_category WHERE category = number), \
         newest = (SELECT max(published) FROM item_category WHERE category = number) \
         WHERE number = ?";
    sql::query(query).bind(number).execute(&mut *tx).await?;
    Ok(())
}

/// Marks the newest archive documents that hold an item: these still change with it.
pub(super) async fn pend_open(tx: &mut Connection, item: &ItemId) -> Result<(), Error> {
    let query = "INSERT OR REPLACE INTO pending_page (category, page) \
         SELECT category, page FROM leaf WHERE item = ? AND page > 0 AND page = \
         (SELECT max(page) FROM leaf AS other WHERE other.category = leaf.category)";
    sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
    Ok(())
}

/// Marks all archive documents that hold an item: it comes or goes in them.
pub(super) async fn pend_places(tx: &mut Connection, item: &str) -> Result<(), Error> {
    let query = "INSERT OR REPLACE INTO pending_page (category, page) \
         SELECT category, page FROM leaf WHERE item = ? AND page > 0";
    sql::query(query).bind(item).execute(tx).await?;
    Ok(())
}

fn shelf(row: &Row) -> Result<ShelfRow, sql::Error> {
    let newest: Option<i64> = row.try_get("newest")?;
    let total: i64 = row.try_get("total")?;
    let category: Category = rows::category(row)?;
    let of = Shelved(row.try_get("number")?);
    Ok(ShelfRow { of, category, total: total as u64, newest: newest.map(instant) })
}

fn named(leaves: &[Leaf]) -> String {
    let named: Vec<(i64, u32)> = leaves.iter().map(|leaf| (leaf.of.0, leaf.page)).collect();
    serde_json::to_string(&named).unwrap_or_else(|_| "[]".to_owned())
}
