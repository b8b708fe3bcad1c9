//! Where a story is filed, and which of its members stands for it.

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

/// The members of a story that are still kept, in the order of their arrival.
pub(super) async fn members(
    tx: &mut Connection,
    head: &ItemId,
) -> Result<Vec<(ItemId, Member)>, Error> {
    let query = "SELECT item, story.source, item.published, length(body) AS length, number \
         FROM story JOIN item ON id = item WHERE head = ? ORDER BY number";
    let rows = sql::query(query).bind(head.as_str()).fetch_all(tx).await?;
    let members = rows.iter().map(|row| {
        let member = Member {
            source: SourceId::new(row.try_get::<String>("source")?),
            published: row.try_get("published")?,
            length: row.try_get::<i64>("length")? as u64,
            arrived: row.try_get("number")?,
        };
        Ok((ItemId::new(row.try_get::<String>("item")?), member))
    });
    members.collect()
}

/// Files a story under the categories of all its members, after one of them was filed by itself.
pub(super) async fn refile(
    tx: &mut Connection,
    head: &ItemId,
    filed: &ItemId,
    ways: &Ways,
) -> Result<(), Error> {
    set_aside(tx, filed).await?;
    let members = members(tx, head).await?;
    for (member, _) in &members {
        if !has_own(tx, member).await? {
            set_aside(tx, member).await?;
        }
    }
    let head = choose(tx, head, &members, ways).await?;
    for (member, _) in &members {
        run(tx, "DELETE FROM item_category WHERE item = ?", member).await?;
        if *member != head {
            run(tx, "DELETE FROM pending_item WHERE item = ?", member).await?;
        }
    }
    file_under_all(tx, &head).await?;
    run(tx, "INSERT OR REPLACE INTO pending_item (item) VALUES (?)", &head).await?;
    let query = "INSERT OR REPLACE INTO pending_category (category) \
         SELECT category FROM item_category WHERE item = ?";
    run(tx, query, &head).await
}

/// Files an item nowhere, and remembers where it would be.
pub(super) async fn hide(tx: &mut Connection, item: &ItemId) -> Result<(), Error> {
    set_aside(tx, item).await?;
    run(tx, "DELETE FROM item_category WHERE item = ?", item).await?;
    run(tx, "DELETE FROM pending_item WHERE item = ?", item).await
}

/// Files the head under its own categories, then under those of the others.
async fn file_under_all(tx: &mut Connection, head: &ItemId) -> Result<(), Error> {
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
/// under the name may still be another's words, where the settings ask for that.
async fn choose(
    tx: &mut Connection,
    head: &ItemId,
    members: &[(ItemId, Member)],
    ways: &Ways,
) -> Result<ItemId, Error> {
    let ranked: Vec<Member> = members.iter().map(|(_, member)| member.clone()).collect();
    let best = story::winner(&ranked, &ways.prefer).and_then(|at| members.get(at));
    let Some((best, _)) = best.filter(|(best, _)| best != head) else {
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
    let face = ways.upgrade.then(|| best.as_str());
    sql::query("UPDATE story SET face = ? WHERE item = ?")
        .bind(face)
        .bind(head.as_str())
        .execute(tx)
        .await?;
    Ok(head.clone())
}
