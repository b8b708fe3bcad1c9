//! What changes the store; each function is one transaction.

use super::pending::{pend_category, pend_index, pend_removal};
use super::read::json;
use super::rows::{self, CategoryWish, Held, Saved, Visited};
use super::sql::{self, Connection};
use super::stories::Uniting;
use super::{
    Error, Store, doubt, leaves, retention, revisions, routes, search, stories, traces, visits,
    withdrawal,
};
use crate::model::{CategoryId, ItemId, SourceId};

impl Store {
    /// Keeps the outcome of a visit: items, validators and next visit, all or none.
    pub async fn record(&self, visited: &Visited) -> Result<(), Error> {
        let newcomers = stories::newcomers(&visited.items).await;
        let mut tx = self.begin().await?;
        let at = visited.at.timestamp();
        let mut uniting = Uniting::prepare(&mut tx, &self.stories, newcomers).await?;
        for saved in &visited.items {
            save(&mut tx, saved, &mut uniting).await?;
        }
        for held in &visited.held {
            hold(&mut tx, &visited.source, at, held).await?;
        }
        hold_back(&mut tx, visited).await?;
        traces::keep(&mut tx, &visited.source, at, &visited.findings).await?;
        doubt::keep(&mut tx, &visited.source, at, &visited.validators).await?;
        if source(&mut tx, visited).await? {
            pend_source(&mut tx, &visited.source).await?;
        }
        super::standing::note(&mut tx, visited).await?;
        visits::put(&mut tx, visited).await?;
        tx.commit()?;
        uniting.kept();
        Ok(())
    }

    /// Keeps items that came by another way than a visit.
    pub async fn keep(
        &self,
        source: &SourceId,
        at: i64,
        items: &[Saved],
        held: &[Held],
    ) -> Result<(), Error> {
        let newcomers = stories::newcomers(items).await;
        let mut tx = self.begin().await?;
        let mut uniting = Uniting::prepare(&mut tx, &self.stories, newcomers).await?;
        for saved in items {
            save(&mut tx, saved, &mut uniting).await?;
        }
        for one in held {
            hold(&mut tx, source, at, one).await?;
        }
        sql::query("INSERT OR IGNORE INTO source (id) VALUES (?)")
            .bind(source.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit()?;
        uniting.kept();
        Ok(())
    }

    /// Gives the settings' categories their places, with or without items; a new title is shown.
    /// Those that the settings named before and name no more are gone: their items are kept. But
    /// where the settings are open, one that has items is as one that was never named.
    pub async fn settle(&self, wishes: &[CategoryWish], is_open: bool) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        leave(&mut tx, wishes, is_open).await?;
        for wish in wishes {
            let number = category(&mut tx, wish).await?;
            come(&mut tx, number).await?;
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

pub(super) async fn save(
    tx: &mut Connection,
    saved: &Saved,
    uniting: &mut Uniting,
) -> Result<(), Error> {
    let item = &saved.item;
    if withdrawal::is_barred(tx, saved).await? {
        return Ok(());
    }
    if retention::is_forgotten(tx, &item.id).await? {
        // What it said was forgotten; that it says it otherwise now is nobody's news.
        return retention::remember(tx, saved).await;
    }
    let before = categories_of(tx, &item.id).await?;
    revisions::keep(tx, saved).await?;
    let is_new = upsert(tx, saved).await?;
    search::index(tx, item).await?;
    traces::leave(tx, saved).await?;
    for kept in &saved.originals {
        let query = "INSERT OR REPLACE INTO original \
                     (item, list, print, tries, not_before, data) VALUES (?, ?, ?, ?, ?, ?)";
        sql::query(query)
            .bind(item.id.as_str())
            .bind(&kept.original.list)
            .bind(&kept.print[..])
            .bind(kept.tries)
            .bind(kept.not_before.map_or(0, |time| time.timestamp()))
            .bind(rows::pack(&kept.original))
            .execute(&mut *tx)
            .await?;
    }
    for kept in &saved.originals {
        sql::query("DELETE FROM held WHERE source = ? AND key = ? AND list = ?")
            .bind(item.source.as_str())
            .bind(&saved.key)
            .bind(&kept.original.list)
            .execute(&mut *tx)
            .await?;
    }
    let turned = routes::withhold(tx, saved).await?;
    let withheld = routes::is_withheld(tx, &item.id).await?;
    let after = file_under(tx, saved, withheld).await?;
    if saved.announce || turned || before != after {
        let query = "INSERT OR REPLACE INTO pending_item (item) VALUES (?)";
        sql::query(query).bind(item.id.as_str()).execute(&mut *tx).await?;
        for number in before.iter().chain(after.iter().filter(|n| !before.contains(n))) {
            pend_category(tx, *number).await?;
        }
        leaves::pend_open(tx, &item.id).await?;
    }
    if turned {
        leaves::pend_places(tx, item.id.as_str()).await?;
    }
    let others = uniting.settle(tx, saved, is_new).await?;
    for (id, before) in others.iter().filter(|(id, _)| *id != item.id) {
        follow(tx, id, before).await?;
    }
    follow(tx, &item.id, &before).await
}

/// Puts an item's row; says whether there was none.
async fn upsert(tx: &mut Connection, saved: &Saved) -> Result<bool, Error> {
    let item = &saved.item;
    let there: Option<i64> = sql::query_scalar("SELECT 1 FROM item WHERE id = ?")
        .bind(item.id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    let taken: Option<i64> = sql::query_scalar("SELECT 1 FROM item WHERE uri = ? AND id <> ?")
        .bind(&item.uri)
        .bind(item.id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
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
    Ok(there.is_none())
}

/// Puts an item under its categories, and nowhere else; gives their numbers.
async fn file_under(tx: &mut Connection, saved: &Saved, withheld: bool) -> Result<Vec<i64>, Error> {
    let item = &saved.item;
    let mut numbers = Vec::new();
    for wish in saved.categories.iter().filter(|_| !withheld) {
        let number = category(tx, wish).await?;
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    sql::query("DELETE FROM item_category WHERE item = ?")
        .bind(item.id.as_str())
        .execute(&mut *tx)
        .await?;
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
async fn follow(tx: &mut Connection, item: &ItemId, before: &[i64]) -> Result<(), Error> {
    let after = categories_of(tx, item).await?;
    let query = "SELECT published FROM shown WHERE id = ?";
    let shown = sql::query_scalar(query).bind(item.as_str()).fetch_optional(&mut *tx).await?;
    leaves::file(tx, item, before, &after, shown).await
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
    let number = sql::query("INSERT INTO category (id, slug, title) VALUES (?, ?, ?)")
        .bind(wish.id.as_str())
        .bind(&slug)
        .bind(&wish.title)
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

async fn hold(tx: &mut Connection, source: &SourceId, at: i64, held: &Held) -> Result<(), Error> {
    let query = "INSERT INTO held SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS \
         (SELECT 1 FROM withdrawn WHERE source = ?1 AND key = ?2) \
         ON CONFLICT (source, key, list) DO UPDATE SET reason = excluded.reason, \
         print = excluded.print, data = excluded.data";
    sql::query(query)
        .bind(source.as_str())
        .bind(&held.key)
        .bind(&held.original.list)
        .bind(at)
        .bind(&held.reason)
        .bind(&held.print[..])
        .bind(rows::pack(&held.original))
        .execute(tx)
        .await?;
    Ok(())
}

/// Holds entries that could be published, as many as are kept of a source: they are known from now
/// on, and no items.
async fn hold_back(tx: &mut Connection, visited: &Visited) -> Result<(), Error> {
    if visited.held_back.is_empty() {
        return Ok(());
    }
    let query = "SELECT count(*) FROM held WHERE source = ?";
    let there: i64 =
        sql::query_scalar(query).bind(visited.source.as_str()).fetch_one(&mut *tx).await?;
    let room = (traces::HELD - there).max(0) as usize;
    let at = visited.at.timestamp();
    for held in visited.held_back.iter().take(room) {
        hold(tx, &visited.source, at, held).await?;
        traces::leave_held(tx, &visited.source, held, at).await?;
    }
    Ok(())
}

/// Everything of a source is shown with its title and addresses.
async fn pend_source(tx: &mut Connection, source: &SourceId) -> Result<(), Error> {
    let all = [
        "INSERT OR REPLACE INTO pending_item (item) SELECT id FROM item WHERE source = ?",
        "INSERT OR REPLACE INTO pending_category (category) SELECT DISTINCT category \
         FROM item_category JOIN item ON id = item WHERE source = ?",
    ];
    for query in all {
        sql::query(query).bind(source.as_str()).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Keeps what a visit tells of the source itself; says whether its public words changed.
async fn source(tx: &mut Connection, visited: &Visited) -> Result<bool, Error> {
    type Words = (Option<String>, Option<String>, Option<String>);
    let query = "SELECT title, home, feed FROM source WHERE id = ?";
    let id = visited.source.as_str();
    let before: Option<Words> = sql::query_as(query).bind(id).fetch_optional(&mut *tx).await?;
    let at = visited.at.timestamp();
    let good = visited.error.is_none();
    let faults = serde_json::to_string(&visited.faults).unwrap_or_else(|_| "[]".to_owned());
    let query = "INSERT INTO source (id, title, home, feed, next_visit, last_visit, last_good, \
         failures, error, faults, incomplete) VALUES (?1, ?2, ?3, ?4, ?5, ?6, \
         CASE WHEN ?7 THEN ?6 END, NOT ?7, ?8, ?9, ?10) \
         ON CONFLICT (id) DO UPDATE SET title = coalesce(excluded.title, title), \
         home = coalesce(excluded.home, home), feed = coalesce(excluded.feed, feed), \
         next_visit = excluded.next_visit, last_visit = excluded.last_visit, \
         last_good = coalesce(excluded.last_good, last_good), \
         failures = CASE WHEN ?7 THEN 0 ELSE failures + 1 END, error = excluded.error, \
         faults = CASE WHEN ?7 THEN excluded.faults ELSE faults END, \
         incomplete = excluded.incomplete RETURNING title, home, feed";
    let after: Words = sql::query_as(query)
        .bind(id)
        .bind(&visited.title)
        .bind(&visited.home)
        .bind(&visited.feed)
        .bind(visited.next_visit.timestamp())
        .bind(at)
        .bind(good)
        .bind(&visited.error)
        .bind(faults)
        .bind(visited.incomplete)
        .fetch_one(tx)
        .await?;
    Ok(before.is_some_and(|before| before != after))
}
