//! Items that come to a story, or leave it, after they were kept.

use std::collections::HashMap;

use super::filing::{self, Filed};
use super::shelf::{catch_up, features, lock};
use crate::model::{CategoryId, ItemId, SourceId};
use crate::store::pending::pend_category;
use crate::store::read::json;
use crate::store::sql::{self, Connection};
use crate::store::write::{categories_of, follow};
use crate::store::{Error, Store, leaves, private};
use crate::story::Ways;

/// Where items were filed before something was done to their story.
pub(super) type Before = Vec<(ItemId, Vec<i64>)>;

/// Why an item came to the story of another one that is of the same source.
pub(in crate::store) const ONE_KEY: &str = "they have one key";

/// Items that are looked up for one that may be of their story.
const NEAR: usize = 24;

/// An item for which another one stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// That one.
    pub head: ItemId,
    /// The sources of both.
    pub sources: [SourceId; 2],
    /// Whether they are of one source and have one key.
    pub one_key: bool,
}

/// An item that comes to another one's story.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// Which.
    pub item: ItemId,
    /// Where to; both may stand for others.
    pub to: ItemId,
    /// How much they are alike; none where they have one key within their source.
    pub likeness: Option<(f32, &'static str)>,
}

impl Store {
    /// Makes one story of two; the one that was out first stands for it. Nothing is lost: the other
    /// one is kept, its address leads to the one that stands.
    pub async fn join(&self, join: &Join, ways: &Ways) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let before = unite(&mut tx, join, ways).await?;
        follow_all(&mut tx, before).await?;
        Ok(tx.commit()?)
    }

    /// Takes an item out of its story: it stands for itself.
    pub async fn part(&self, item: &ItemId, ways: &Ways) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let before = secede(&mut tx, item, ways).await?;
        filing::file_alone(&mut tx, item).await?;
        leaves::pend_places(&mut tx, item.as_str()).await?;
        follow_all(&mut tx, before).await?;
        Ok(tx.commit()?)
    }

    /// The items for which another one stands, and that one; with the source of each, and whether
    /// they are together because they have one key.
    pub async fn hidden(&self) -> Result<HashMap<ItemId, Hidden>, Error> {
        let query = "SELECT story.item, story.head, story.source, own.source AS theirs, \
             story.reason IS ? AS one_key FROM story JOIN story AS own ON own.item = story.head \
             WHERE story.head <> story.item";
        let rows = sql::query(query).bind(ONE_KEY).fetch_all(&self.pool).await?;
        let hidden = rows.iter().map(|row| {
            let source = |name: &str| row.try_get::<String>(name).map(SourceId::new);
            let hidden = Hidden {
                head: ItemId::new(row.try_get::<String>("head")?),
                sources: [source("source")?, source("theirs")?],
                one_key: row.try_get("one_key")?,
            };
            Ok((ItemId::new(row.try_get::<String>("item")?), hidden))
        });
        hidden.collect()
    }

    /// Where items of stories would be filed by themselves.
    pub async fn own_categories(
        &self,
        items: &[&ItemId],
    ) -> Result<HashMap<ItemId, Vec<CategoryId>>, Error> {
        let ids: Vec<&str> = items.iter().map(|id| id.as_str()).collect();
        let query = "SELECT item, id FROM story_category LEFT JOIN category ON number = category \
             WHERE item IN (SELECT value FROM json_each(?)) AND EXISTS (SELECT 1 FROM story AS own \
                 JOIN story AS other ON other.head = own.head AND other.item <> own.item \
                 WHERE own.item = story_category.item) ORDER BY item, place";
        let rows: Vec<(String, Option<String>)> =
            sql::query_as(query).bind(json(&ids)).fetch_all(&self.pool).await?;
        let mut own = HashMap::<ItemId, Vec<CategoryId>>::new();
        for (item, category) in rows {
            own.entry(ItemId::new(item)).or_default().extend(category.map(CategoryId::new));
        }
        Ok(own)
    }

    /// The next items that stand for themselves and came after others that they may be one story
    /// with: their ids, lists and places in the order of arrival. Besides, where to go on.
    pub async fn stragglers(
        &self,
        after: i64,
        most: usize,
    ) -> Result<(Vec<(ItemId, String, i64)>, Option<i64>), Error> {
        let mut reader = self.pool.acquire().await?;
        let connection = reader.connection()?;
        catch_up(connection, &self.stories, i64::MIN).await?;
        let query = "SELECT number, item, list, features, \
             EXISTS (SELECT 1 FROM story AS other WHERE other.link = story.link \
                 AND other.link <> 0 AND other.number < story.number) \
             OR EXISTS (SELECT 1 FROM story AS other WHERE other.exact = story.exact \
                 AND other.exact <> 0 AND other.number < story.number) AS known \
             FROM story WHERE number > ? AND head = item AND NOT EXISTS \
                 (SELECT 1 FROM withheld WHERE withheld.item = story.item) \
             ORDER BY number LIMIT ?";
        let rows = sql::query(query).bind(after).bind(most as i64).fetch_all(connection).await?;
        let shelf = lock(&self.stories);
        let (mut found, mut last) = (Vec::new(), None);
        for row in &rows {
            let number: i64 = row.try_get("number")?;
            last = Some(number);
            let near = shelf.index.near(&features(row.bytes("features")?), NEAR);
            if row.try_get("known")? || near.iter().any(|one| i64::from(one.number) < number) {
                let item = ItemId::new(row.try_get::<String>("item")?);
                found.push((item, row.try_get("list")?, number));
            }
        }
        Ok((found, last))
    }

    /// The item that stands for an item's story, if it is another one that is shown.
    pub async fn head_of(&self, item: &str) -> Result<Option<ItemId>, Error> {
        let query = "SELECT head FROM story WHERE item = ?1 AND head <> ?1 \
             AND EXISTS (SELECT 1 FROM shown WHERE shown.id = head)";
        let head: Option<String> =
            sql::query_scalar(query).bind(item).fetch_optional(&self.pool).await?;
        Ok(head.map(ItemId::new))
    }
}

/// Enters items in the documents of where they are filed by now.
pub(in crate::store) async fn follow_all(tx: &mut Connection, before: Before) -> Result<(), Error> {
    for (item, before) in before {
        follow(tx, &item, &before).await?;
    }
    Ok(())
}

/// The item that stands for an item's story, if it is another one.
pub(in crate::store) async fn head_besides(
    tx: &mut Connection,
    item: &ItemId,
) -> Result<Option<ItemId>, Error> {
    Ok(filing::head_of(tx, item).await?.filter(|head| head != item))
}

/// Files a story anew after one of its members went, and follows in the documents.
pub(in crate::store) async fn refile_all(
    tx: &mut Connection,
    head: &ItemId,
    ways: &Ways,
) -> Result<(), Error> {
    let before = filed(tx, head).await?;
    if before.iter().any(|(member, _)| member == head) {
        filing::refile(tx, head, None, ways).await?;
    }
    for number in before.iter().flat_map(|(_, numbers)| numbers) {
        pend_category(tx, *number).await?;
    }
    follow_all(tx, before).await
}

/// Where the members of a story are filed.
pub(super) async fn filed(tx: &mut Connection, head: &ItemId) -> Result<Before, Error> {
    let mut before = Vec::new();
    for Filed { item, .. } in filing::members(tx, head).await? {
        let categories = categories_of(tx, &item).await?;
        before.push((item, categories));
    }
    Ok(before)
}

async fn unite(tx: &mut Connection, join: &Join, ways: &Ways) -> Result<Before, Error> {
    let heads = (filing::head_of(tx, &join.to).await?, filing::head_of(tx, &join.item).await?);
    let (Some(to), Some(from)) = heads else { return Ok(Vec::new()) };
    // What is private stands for nothing in public, and the other way round.
    let is_mixed = private::is_private(tx, &to).await? != private::is_private(tx, &from).await?;
    if to == from || is_mixed {
        return Ok(Vec::new());
    }
    let (head, other) = if is_before(tx, &from, &to).await? { (from, to) } else { (to, from) };
    let mut before = filed(tx, &head).await?;
    before.extend(filed(tx, &other).await?);
    let (score, reason) = join.likeness.map_or((None, ONE_KEY), |(score, why)| (Some(score), why));
    let query = "UPDATE story SET score = ?, reason = ? WHERE item = ?";
    sql::query(query).bind(score).bind(reason).bind(other.as_str()).execute(&mut *tx).await?;
    let query = "UPDATE story SET head = ?1, face = NULL WHERE head = ?2";
    sql::query(query).bind(head.as_str()).bind(other.as_str()).execute(&mut *tx).await?;
    retire(tx, &other).await?;
    filing::refile(tx, &head, None, ways).await?;
    Ok(before)
}

/// Whether an item is out and another one is not, or came before it.
async fn is_before(tx: &mut Connection, one: &ItemId, other: &ItemId) -> Result<bool, Error> {
    let query = "SELECT one.out > other.out OR (one.out = other.out AND one.number < other.number) \
         FROM story AS one, story AS other WHERE one.item = ? AND other.item = ?";
    let before: Option<bool> =
        sql::query_scalar(query).bind(one.as_str()).bind(other.as_str()).fetch_optional(tx).await?;
    Ok(before.unwrap_or(false))
}

/// The page of an item that stands for nothing any more goes; its address leads to the other one.
async fn retire(tx: &mut Connection, item: &ItemId) -> Result<(), Error> {
    let query = "INSERT OR IGNORE INTO pending_removal SELECT 'share/' || ? || '.html'";
    sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
    leaves::pend_places(tx, item.as_str()).await
}

/// Takes an item out of its story; the others are told by one of them. Gives where they and the
/// item were filed before.
pub(super) async fn secede(
    tx: &mut Connection,
    item: &ItemId,
    ways: &Ways,
) -> Result<Before, Error> {
    let Some(head) = filing::head_of(tx, item).await? else { return Ok(Vec::new()) };
    let before = filed(tx, &head).await?;
    if before.len() < 2 && head == *item {
        return Ok(before);
    }
    let left = if head == *item {
        crown(tx, item, ways).await?
    } else {
        let query = "UPDATE story SET face = NULL WHERE item = ? AND face = ?";
        sql::query(query).bind(head.as_str()).bind(item.as_str()).execute(&mut *tx).await?;
        Some(head)
    };
    let query = "UPDATE story SET head = item, face = NULL, score = NULL, reason = NULL \
         WHERE item = ?";
    sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
    if let Some(left) = left {
        let kept = filing::members(tx, &left).await?.iter().any(|one| one.item == left);
        if kept {
            filing::refile(tx, &left, None, ways).await?;
        }
    }
    Ok(before)
}

/// Lets the first of those that an item stands for stand for the rest.
pub(in crate::store) async fn crown(
    tx: &mut Connection,
    head: &ItemId,
    ways: &Ways,
) -> Result<Option<ItemId>, Error> {
    let heirs = filing::members(tx, head).await?;
    let heirs = heirs.into_iter().filter(|one| one.item != *head);
    let heirs: Vec<Filed> = heirs.filter(|one| one.has_words).collect();
    let ranked: Vec<_> = heirs.iter().map(|one| one.member.clone()).collect();
    let heir = crate::story::winner(&ranked, &ways.prefer).and_then(|at| heirs.get(at));
    let Some(heir) = heir.map(|heir| heir.item.clone()) else { return Ok(None) };
    let query = "UPDATE story SET head = ?1, face = NULL WHERE head = ?2 AND item <> ?2";
    sql::query(query).bind(heir.as_str()).bind(head.as_str()).execute(&mut *tx).await?;
    Ok(Some(heir))
}
