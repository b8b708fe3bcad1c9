//! What changes the store; each function is one transaction.

use super::pending::{pend_category, pend_index, pend_removal};
use super::read::json;
use super::ready::Ready;
use super::rows::{self, CategoryWish, Saved};
use super::sql::{self, Connection};
use super::stories::Uniting;
use super::{Error, Store, leaves, private, retention, revisions, routes, traces, withdrawal};
use crate::model::{CategoryId, ItemId};

impl Store {
    /// Gives the settings' categories their places, with or without items; a new title is shown.
    /// Those that the settings named before and name no more are gone: their items are kept. But
    /// where the settings are open, one that has items is as one that was never named.
    pub async fn settle(&self, wishes: &[CategoryWish], is_open: bool) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        leave(&mut tx, wishes, is_open).await?;
        for wish in wishes {
            let number = category(&mut tx, wish).await?;
            come(&mut tx, number).await?;
            private::set(&mut tx, number, wish.private).await?;
            if wish.fixed {
                readdress(&mut tx, number, &wish.slug).await?;
            }
            let renamed = "UPDATE category SET title = ? WHERE number = ? AND title <> ?";
            let renamed = sql::query(renamed).bind(&wish.title).bind(number).bind(&wish.title);
            if renamed.execute(&mut *tx).await?.rows_affected() > 0 {
                pend_shown(&mut tx, number).await?;
            }
        }
        Ok(tx.commit()?)
    }

    /// Remembers a name's value.
    pub async fn set_meta(&self, name: &str, value: &str) -> Result<(), Error> {
        let query = "INSERT INTO meta VALUES (?, ?) \
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        sql::query(query).bind(name).bind(value).execute(&self.pool).await?;
        Ok(())
    }
}

/// Keeps an item, unless it was withdrawn or forgotten; says whether it did.
pub(super) async fn save(
    tx: &mut Connection,
    saved: &Saved,
    ready: &Ready,
    uniting: &mut Uniting,
) -> Result<bool, Error> {
    let item = &saved.item;
    if withdrawal::is_barred(tx, saved).await? {
        return Ok(false);
    }
    if retention::is_forgotten(tx, &item.id).await? {
        // What it said was forgotten; that it says it otherwise now is nobody's news.
        retention::remember(tx, saved).await?;
        return Ok(false);
    }
    let is_new = !is_kept(tx, &item.id).await?;
    let before = if is_new { Vec::new() } else { categories_of(tx, &item.id).await? };
    if !is_new {
        revisions::keep(tx, saved).await?;
    }
    upsert(tx, saved, is_new).await?;
    traces::leave(tx, saved, ready).await?;
    put_originals(tx, saved, ready).await?;
    let (withheld, turned) = routes::withhold(tx, saved).await?;
    let after = file_under(tx, saved, withheld, is_new).await?;
    if saved.announce || turned || before != after {
        let query = "INSERT OR REPLACE INTO pending_item (item) VALUES (?)";
        sql::query(query).bind(item.id.as_str()).execute(&mut *tx).await?;
        for number in before.iter().chain(after.iter().filter(|n| !before.contains(n))) {
            pend_category(tx, *number).await?;
        }
        if !is_new {
            leaves::pend_open(tx, &item.id).await?;
        }
    }
    if turned && !is_new {
        leaves::pend_places(tx, item.id.as_str()).await?;
    }
    let others = Box::pin(uniting.settle(tx, saved, is_new, (withheld, turned))).await?;
    for (id, before) in others.iter().filter(|(id, _)| *id != item.id) {
        follow(tx, id, before).await?;
    }
    follow(tx, &item.id, &before).await?;
    Ok(true)
}

async fn is_kept(tx: &mut Connection, item: &ItemId) -> Result<bool, Error> {
    let query = "SELECT 1 FROM item WHERE id = ?";
    let found: Option<i64> =
        sql::query_scalar(query).bind(item.as_str()).fetch_optional(tx).await?;
    Ok(found.is_some())
}

/// Puts what an item was made of; what was held of it is held no more.
async fn put_originals(tx: &mut Connection, saved: &Saved, ready: &Ready) -> Result<(), Error> {
    for (kept, packed) in saved.originals.iter().zip(&ready.originals) {
        let query = "INSERT OR REPLACE INTO original \
                     (item, list, print, tries, not_before, data) VALUES (?, ?, ?, ?, ?, ?)";
        sql::query(query)
            .bind(saved.item.id.as_str())
            .bind(&kept.original.list)
            .bind(&kept.print[..])
            .bind(kept.tries)
            .bind(kept.not_before.map_or(0, |time| time.timestamp()))
            .bind(packed)
            .execute(&mut *tx)
            .await?;
        sql::query("DELETE FROM held WHERE source = ? AND key = ? AND list = ?")
            .bind(saved.item.source.as_str())
            .bind(&saved.key)
            .bind(&kept.original.list)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Puts an item's row.
async fn upsert(tx: &mut Connection, saved: &Saved, is_new: bool) -> Result<(), Error> {
    let item = &saved.item;
    let query = "SELECT 1 FROM item WHERE uri = ?";
    let query = sql::query_scalar(query).bind(&item.uri);
    let taken: Option<i64> = if is_new { query.fetch_optional(&mut *tx).await? } else { None };
    let uri = if taken.is_some() { &saved.fallback_uri } else { &item.uri };
    // Id, key, uri and first_seen are for ever: an update leaves them as they are.
    let query = "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET link = excluded.link, title = excluded.title, \
         body = excluded.body, summary = excluded.summary, published = excluded.published, \
         updated = excluded.updated, medium = excluded.medium, image = excluded.image, \
         language = excluded.language, extra = excluded.extra, substance = excluded.substance";
    sql::query(query)
        .bind(item.id.as_str())
        .bind(item.source.as_str())
        .bind(&saved.key)
        .bind(uri)
        .bind(&item.link)
        .bind(&item.title)
        .bind(item.body.as_str())
        .bind(&item.summary)
        .bind(item.published.timestamp())
        .bind(item.updated.timestamp())
        .bind(item.first_seen.timestamp())
        .bind(&item.medium)
        .bind(&item.image)
        .bind(&item.language)
        .bind(rows::extra(item))
        .bind(&saved.substance[..])
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Puts an item under its categories, and nowhere else; gives their numbers.
async fn file_under(
    tx: &mut Connection,
    saved: &Saved,
    withheld: bool,
    is_new: bool,
) -> Result<Vec<i64>, Error> {
    let item = &saved.item;
    let mut numbers = Vec::new();
    for wish in saved.categories.iter().filter(|_| !withheld) {
        let number = category(tx, wish).await?;
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    if !is_new {
        let query = "DELETE FROM item_category WHERE item = ?";
        sql::query(query).bind(item.id.as_str()).execute(&mut *tx).await?;
    }
    for (place, number) in numbers.iter().enumerate() {
        sql::query("INSERT INTO item_category VALUES (?, ?, ?, ?)")
            .bind(number)
            .bind(item.published.timestamp())
            .bind(item.id.as_str())
            .bind(place as i64)
            .execute(&mut *tx)
            .await?;
    }
    Ok(numbers)
}

/// Enters an item in the documents of where it is filed by now.
pub(super) async fn follow(
    tx: &mut Connection,
    item: &ItemId,
    before: &[i64],
) -> Result<(), Error> {
    let after = categories_of(tx, item).await?;
    let query = "SELECT published FROM shown WHERE id = ?";
    let shown = sql::query_scalar(query).bind(item.as_str()).fetch_optional(&mut *tx).await?;
    leaves::file(tx, item, before, &after, shown).await?;
    private::follow(tx, item, before).await
}

pub(super) async fn categories_of(tx: &mut Connection, item: &ItemId) -> Result<Vec<i64>, Error> {
    let query = "SELECT category FROM item_category WHERE item = ? ORDER BY place";
    Ok(sql::query_scalar(query).bind(item.as_str()).fetch_all(tx).await?)
}

/// The number of a category, which gets its place at first sight; its address is then for ever.
async fn category(tx: &mut Connection, wish: &CategoryWish) -> Result<i64, Error> {
    if let Some(number) = number_of(tx, &wish.id).await? {
        return Ok(number);
    }
    let slug = free_slug(tx, &wish.slug).await?;
    let number = sql::query("INSERT INTO category (id, slug, title, private) VALUES (?, ?, ?, ?)")
        .bind(wish.id.as_str())
        .bind(&slug)
        .bind(&wish.title)
        .bind(wish.private)
        .execute(&mut *tx)
        .await?
        .last_insert_rowid();
    if slug != wish.slug {
        alias(tx, &wish.slug, number).await?;
    }
    pend_category(tx, number).await?;
    pend_index(tx).await?;
    Ok(number)
}

/// Marks all that shows a category: its current documents, the lists, its items' pages, and the
/// documents that name it among an item's categories.
async fn pend_shown(tx: &mut Connection, number: i64) -> Result<(), Error> {
    let all = [
        "INSERT OR REPLACE INTO pending_item (item) \
         SELECT item FROM item_category WHERE category = ?",
        "INSERT OR REPLACE INTO pending_category (category) \
         SELECT DISTINCT other.category FROM item_category AS own \
         JOIN item_category AS other ON other.item = own.item WHERE own.category = ?",
    ];
    for query in all {
        sql::query(query).bind(number).execute(&mut *tx).await?;
    }
    pend_category(tx, number).await?;
    pend_index(tx).await
}

/// Marks a category's archive too, which has another address, or has one again.
async fn pend_everything_of(tx: &mut Connection, number: i64) -> Result<(), Error> {
    let query = "INSERT OR REPLACE INTO pending_page (category, page) \
         SELECT DISTINCT category, page FROM leaf WHERE category = ? AND page > 0";
    sql::query(query).bind(number).execute(&mut *tx).await?;
    pend_shown(tx, number).await
}

/// The categories that the settings name no more.
async fn leave(tx: &mut Connection, wishes: &[CategoryWish], is_open: bool) -> Result<(), Error> {
    let named: Vec<&str> = wishes.iter().map(|wish| wish.id.as_str()).collect();
    let query = "SELECT number, slug, total = 0 OR NOT ?2 FROM category \
         WHERE named AND id NOT IN (SELECT value FROM json_each(?1))";
    let query = sql::query_as(query).bind(json(&named)).bind(is_open);
    let left: Vec<(i64, String, bool)> = query.fetch_all(&mut *tx).await?;
    for (number, slug, goes) in left {
        pend_shown(tx, number).await?;
        if goes {
            pend_removal(tx, &slug).await?;
        }
        let query = "UPDATE category SET named = 0, gone = ? WHERE number = ?";
        sql::query(query).bind(goes).bind(number).execute(&mut *tx).await?;
    }
    Ok(())
}

/// A category that the settings name, perhaps again.
async fn come(tx: &mut Connection, number: i64) -> Result<(), Error> {
    let query = "UPDATE category SET gone = 0 WHERE number = ? AND gone";
    if sql::query(query).bind(number).execute(&mut *tx).await?.rows_affected() > 0 {
        pend_everything_of(tx, number).await?;
    }
    let query = "UPDATE category SET named = 1 WHERE number = ? AND NOT named";
    sql::query(query).bind(number).execute(&mut *tx).await?;
    Ok(())
}

/// The address wished for, or with the first number behind it that makes it free. Addresses that
/// differ only by case would be one file on some disks.
async fn free_slug(tx: &mut Connection, wish: &str) -> Result<String, Error> {
    let mut slug = wish.to_owned();
    let mut suffix = 2;
    loop {
        let taken: Option<i64> = sql::query_scalar("SELECT 1 FROM category WHERE slug = ?")
            .bind(&slug)
            .fetch_optional(&mut *tx)
            .await?;
        if taken.is_none() {
            return Ok(slug);
        }
        slug = format!("{wish}-{suffix}");
        suffix += 1;
    }
}

/// Gives a category the address that the settings name now; the old one leads to it.
async fn readdress(tx: &mut Connection, number: i64, wish: &str) -> Result<(), Error> {
    let before: String = sql::query_scalar("SELECT slug FROM category WHERE number = ?")
        .bind(number)
        .fetch_one(&mut *tx)
        .await?;
    if before.eq_ignore_ascii_case(wish) {
        return Ok(());
    }
    let slug = free_slug(tx, wish).await?;
    if slug != wish {
        return Ok(());
    }
    sql::query("UPDATE category SET slug = ? WHERE number = ?")
        .bind(&slug)
        .bind(number)
        .execute(&mut *tx)
        .await?;
    alias(tx, &before, number).await?;
    // An address that is a category's own leads nowhere else.
    let own = "DELETE FROM alias WHERE slug = ?";
    sql::query(own).bind(&slug).execute(&mut *tx).await?;
    pend_removal(tx, &before).await?;
    pend_everything_of(tx, number).await
}

pub(super) async fn alias(tx: &mut Connection, slug: &str, number: i64) -> Result<(), Error> {
    let query = "INSERT OR REPLACE INTO alias VALUES (?, ?)";
    sql::query(query).bind(slug).bind(number).execute(tx).await?;
    Ok(())
}

pub(super) async fn number_of(tx: &mut Connection, id: &CategoryId) -> Result<Option<i64>, Error> {
    let query = "SELECT number FROM category WHERE id = ?";
    Ok(sql::query_scalar(query).bind(id.as_str()).fetch_optional(tx).await?)
}
