//! Where a story is filed, and which of its members stands for it.

use super::Kin;
use crate::model::{ItemId, SourceId};
use crate::store::Error;
use crate::store::sql::{self, Connection};
use crate::story::{self, Member, Ways};

/// The item that stands for an item's story.
pub(super) async fn head_of(tx: &mut Connection, item: &ItemId) -> Result<Option<ItemId>, Error> {
    let query = "SELECT head FROM story WHERE item = ?";
    let head: Option<String> =
        sql::query_scalar(query).bind(item.as_str()).fetch_optional(tx).await?;
    Ok(head.map(ItemId::new))
}

/// Whether an item came to its story because it is another one of its source.
pub(super) async fn is_of_one_key(tx: &mut Connection, item: &ItemId) -> Result<bool, Error> {
    let query = "SELECT reason = ? FROM story WHERE item = ?";
    let found: Option<Option<bool>> = sql::query_scalar(query)
        .bind(super::joining::ONE_KEY)
        .bind(item.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(found.flatten().unwrap_or(false))
}

/// Puts an item that stands alone to the story of another one.
pub(super) async fn come_to(tx: &mut Connection, item: &ItemId, kin: &Kin) -> Result<(), Error> {
    let query = "UPDATE story SET head = ?, score = ?, reason = ? WHERE item = ?";
    sql::query(query)
        .bind(kin.head.as_str())
        .bind(kin.decision.score)
        .bind(kin.decision.reason.words())
        .bind(item.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

/// A member of a story.
pub(super) struct Filed {
    pub item: ItemId,
    pub member: Member,
    /// Whether its words are kept.
    pub has_words: bool,
}

/// The members of a story that are still kept, in the order of their arrival.
pub(super) async fn members(tx: &mut Connection, head: &ItemId) -> Result<Vec<Filed>, Error> {
    let query = "SELECT item, story.source, item.published, length(body) AS length, number, \
         NOT bare AND NOT EXISTS (SELECT 1 FROM withheld WHERE withheld.item = id) AS has_words \
         FROM story JOIN item ON id = item WHERE head = ? ORDER BY number";
    let rows = sql::query(query).bind(head.as_str()).fetch_all(tx).await?;
    let members = rows.iter().map(|row| {
        let member = Member {
            source: SourceId::new(row.try_get::<String>("source")?),
            published: row.try_get("published")?,
            length: row.try_get::<i64>("length")? as u64,
            arrived: row.try_get("number")?,
        };
        let item = ItemId::new(row.try_get::<String>("item")?);
        Ok(Filed { item, member, has_words: row.try_get("has_words")? })
    });
    members.collect()
}

/// Files a story under the categories of all its members, after one of them may have been filed by
/// itself.
pub(super) async fn refile(
    tx: &mut Connection,
    head: &ItemId,
    filed: Option<&ItemId>,
    ways: &Ways,
) -> Result<(), Error> {
    if let Some(filed) = filed {
        set_aside(tx, filed).await?;
    }
    let members = members(tx, head).await?;
    for member in &members {
        if !has_own(tx, &member.item).await? {
            set_aside(tx, &member.item).await?;
        }
    }
    let head = choose(tx, head, &members, ways).await?;
    for Filed { item, .. } in &members {
        run(tx, "DELETE FROM item_category WHERE item = ?", item).await?;
        if *item != head {
            run(tx, "DELETE FROM pending_item WHERE item = ?", item).await?;
        }
    }
    file_under_all(tx, &head).await?;
    run(tx, "INSERT OR REPLACE INTO pending_item (item) VALUES (?)", &head).await?;
    let query = "INSERT OR REPLACE INTO pending_category (category) \
         SELECT category FROM item_category WHERE item = ?";
    run(tx, query, &head).await
}

/// Files an item under its own categories, as it would be by itself.
pub(super) async fn file_alone(tx: &mut Connection, item: &ItemId) -> Result<(), Error> {
    run(tx, "DELETE FROM item_category WHERE item = ?", item).await?;
    let query = "INSERT INTO item_category (category, published, item, place) \
         SELECT category, published, item, place FROM story_category JOIN item ON id = item \
         WHERE item = ? AND place >= 0";
    run(tx, query, item).await?;
    forget_own(tx, item).await?;
    run(tx, "INSERT OR REPLACE INTO pending_item (item) VALUES (?)", item).await?;
    let query = "INSERT OR REPLACE INTO pending_category (category) \
         SELECT category FROM item_category WHERE item = ?";
    run(tx, query, item).await
}

/// Files an item nowhere, and remembers where it would be.
pub(super) async fn hide(tx: &mut Connection, item: &ItemId) -> Result<(), Error> {
    set_aside(tx, item).await?;
    run(tx, "DELETE FROM item_category WHERE item = ?", item).await?;
    run(tx, "DELETE FROM pending_item WHERE item = ?", item).await
}

/// Files the head under its own categories, then under those of the others.
pub(super) async fn file_under_all(tx: &mut Connection, head: &ItemId) -> Result<(), Error> {
    let query = "SELECT category FROM story_category AS own JOIN story ON story.item = own.item \
         WHERE head = ?1 AND place >= 0 ORDER BY own.item <> ?1, number, place";
    let all: Vec<i64> = sql::query_scalar(query).bind(head.as_str()).fetch_all(&mut *tx).await?;
    let mut filed = Vec::new();
    for category in all {
        if filed.contains(&category) {
            continue;
        }
        let query = "INSERT INTO item_category \
             VALUES (?1, (SELECT published FROM item WHERE id = ?2), ?2, ?3)";
        sql::query(query)
            .bind(category)
            .bind(head.as_str())
            .bind(filed.len() as i64)
            .execute(&mut *tx)
            .await?;
        filed.push(category);
    }
    Ok(())
}

async fn run(tx: &mut Connection, query: &'static str, item: &ItemId) -> Result<(), Error> {
    sql::query(query).bind(item.as_str()).execute(tx).await?;
    Ok(())
}

/// Forgets where an item would be filed by itself: it is.
pub(in crate::store) async fn forget_own(tx: &mut Connection, item: &ItemId) -> Result<(), Error> {
    run(tx, "DELETE FROM story_category WHERE item = ?", item).await
}

/// Remembers where an item would be filed by itself.
async fn set_aside(tx: &mut Connection, item: &ItemId) -> Result<(), Error> {
    run(tx, "DELETE FROM story_category WHERE item = ?", item).await?;
    run(tx, "INSERT INTO story_category VALUES (?, -1, 0)", item).await?;
    let query = "INSERT INTO story_category \
         SELECT item, place, category FROM item_category WHERE item = ?";
    run(tx, query, item).await
}

async fn has_own(tx: &mut Connection, item: &ItemId) -> Result<bool, Error> {
    let query = "SELECT 1 FROM story_category WHERE item = ? LIMIT 1";
    let found: Option<i64> =
        sql::query_scalar(query).bind(item.as_str()).fetch_optional(tx).await?;
    Ok(found.is_some())
}

/// The member that stands for the story. Once it is handed out, its name is for ever; what is shown
/// under the name may still be another's words, where the settings ask for that, or where its own
/// are forgotten.
async fn choose(
    tx: &mut Connection,
    head: &ItemId,
    members: &[Filed],
    ways: &Ways,
) -> Result<ItemId, Error> {
    let told: Vec<&Filed> = members.iter().filter(|one| one.has_words).collect();
    let ranked: Vec<Member> = told.iter().map(|one| one.member.clone()).collect();
    let best = story::winner(&ranked, &ways.prefer).and_then(|at| told.get(at));
    let Some(best) = best.map(|best| &best.item).filter(|best| *best != head) else {
        let query = "UPDATE story SET face = NULL WHERE item = ? AND face IS NOT NULL";
        run(tx, query, head).await?;
        return Ok(head.clone());
    };
    let query = "SELECT 1 FROM story WHERE item = ? AND out = 1";
    let out: Option<i64> =
        sql::query_scalar(query).bind(head.as_str()).fetch_optional(&mut *tx).await?;
    if out.is_none() {
        let query = "UPDATE story SET head = ?, face = NULL WHERE head = ?";
        sql::query(query).bind(best.as_str()).bind(head.as_str()).execute(tx).await?;
        return Ok(best.clone());
    }
    let speechless = told.iter().all(|one| one.item != *head);
    let face = (ways.upgrade || speechless).then_some(best.as_str());
    sql::query("UPDATE story SET face = ? WHERE item = ?")
        .bind(face)
        .bind(head.as_str())
        .execute(tx)
        .await?;
    Ok(head.clone())
}
