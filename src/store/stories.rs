//! Items of several sources that are one story: found when an item is new, in the transaction that
//! keeps it, so that no two visits can both believe theirs to be the first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::rows::{self, Saved};
use super::{Error, Store};
use crate::html;
use crate::identity;
use crate::model::{Also, Item, ItemId, SourceId};
use crate::story::{
    self, Decision, FEATURES, Features, Index, Member, Print, Reading, Reason, Ways,
};

/// Items whose texts are compared with a new one, at the most.
const CANDIDATES: usize = 24;
/// Items in memory; beyond, the newest.
const MOST: i64 = 1_000_000;

/// The index of prints, which follows the table of stories.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    ways: Option<Arc<Ways>>,
    index: Index,
    /// The newest number that is in the index.
    last: i64,
    /// The earliest date that is.
    floor: i64,
    /// Whether numbers were put in that may not have been kept.
    doubtful: bool,
}

impl Shelf {
    /// Puts in what a transaction adds, which may yet come to nothing.
    fn put(&mut self, number: i64, features: &Features) {
        self.index.insert(number as u32, features);
        self.last = self.last.max(number);
        self.doubtful = true;
    }
}

/// What unites items, shared by all handles of a store.
pub(super) type Stories = Arc<Mutex<Shelf>>;

/// An item that an item may be one story with, and what is decided of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Kin {
    /// The other item.
    pub item: ItemId,
    /// The item that stands for its story.
    pub head: ItemId,
    /// Its source.
    pub source: SourceId,
    /// Its title.
    pub title: String,
    /// What is decided.
    pub decision: Decision,
}

/// A new item as it is looked for.
#[derive(Clone, Debug)]
struct Newcomer {
    source: SourceId,
    list: String,
    title: String,
    text: String,
    published: i64,
    link: i64,
    print: Print,
}

impl Newcomer {
    fn of(item: &Item, list: &str) -> Self {
        let text = html::text(item.body.as_str());
        let text =
            if text.trim().is_empty() { item.summary.clone().unwrap_or_default() } else { text };
        let link = item.link.as_deref().and_then(identity::canonical);
        Self {
            source: item.source.clone(),
            list: list.to_owned(),
            print: Print::of(&item.title, &text),
            title: item.title.clone(),
            text,
            published: item.published.timestamp(),
            link: link.map_or(0, |link| identity::text_print(&link)),
        }
    }
}

impl Store {
    /// Says how items of several sources are united; without a word they are not.
    pub fn unite(&self, ways: &Ways) {
        let mut shelf = lock(&self.stories);
        shelf.ways = ways.on.then(|| Arc::new(ways.clone()));
    }

    /// What an item may be one story with, and what is decided of each, the best first. Nothing is
    /// changed. `list` is the list of its source that names it.
    pub async fn kin(&self, item: &Item, list: &str, ways: &Ways) -> Result<Vec<Kin>, Error> {
        let newcomer = Newcomer::of(item, list);
        let mut connection = self.pool.acquire().await?;
        let floor = newcomer.published.saturating_sub(window(ways));
        catch_up(&mut connection, &self.stories, floor).await?;
        kin(&mut connection, &self.stories, ways, newcomer, Some(&item.id)).await
    }

    /// The other members of the stories that items stand for, and the words of the member that is
    /// shown.
    pub(super) async fn with_stories(&self, mut items: Vec<Item>) -> Result<Vec<Item>, Error> {
        let heads: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        let query = "SELECT head, (SELECT face FROM story AS own WHERE own.item = story.head) AS face, \
             item.* FROM story JOIN item ON item.id = story.item \
             WHERE head IN (SELECT value FROM json_each(?)) AND head IN \
             (SELECT head FROM story WHERE item <> head) ORDER BY head, number";
        let heads = serde_json::to_string(&heads).unwrap_or_default();
        let rows = sqlx::query(query).bind(heads).fetch_all(&self.pool).await?;
        let mut stories = HashMap::<String, Vec<(Option<String>, Item)>>::new();
        for row in &rows {
            let member = (row.try_get("face")?, rows::item(row)?);
            stories.entry(row.try_get("head")?).or_default().push(member);
        }
        for item in &mut items {
            if let Some(members) = stories.remove(item.id.as_str()) {
                show(item, members);
            }
        }
        Ok(items)
    }
}

/// Gives an item the words of the member that is shown, and names the others.
fn show(item: &mut Item, members: Vec<(Option<String>, Item)>) {
    let face = members.iter().find_map(|(face, _)| face.clone());
    let face = face.unwrap_or_else(|| item.id.to_string());
    let mut also: Vec<Also> = Vec::new();
    for (_, member) in members {
        if member.id.as_str() != face {
            also.push(Also { source: member.source, link: member.link });
        } else if member.id != item.id {
            let own = item.clone();
            *item = Item {
                id: own.id,
                uri: own.uri,
                published: own.published,
                updated: own.updated.max(member.updated),
                first_seen: own.first_seen,
                categories: own.categories,
                ..member
            };
        }
    }
    item.also = also;
}

/// What one transaction needs to unite items.
pub(super) struct Uniting {
    stories: Stories,
    ways: Option<Arc<Ways>>,
    newcomers: HashMap<ItemId, Newcomer>,
}

impl Uniting {
    /// Prepares the prints of items, off the runtime's threads, and brings the index up to date.
    pub(super) async fn prepare(
        tx: &mut SqliteConnection,
        stories: &Stories,
        items: &[Saved],
    ) -> Result<Self, Error> {
        let ways = lock(stories).ways.clone();
        let mut own = Self { stories: Arc::clone(stories), ways, newcomers: HashMap::new() };
        let new = items.iter().filter(|saved| saved.announce);
        let items: Vec<(Item, String)> = new
            .map(|saved| {
                let list = saved.originals.first().map(|one| one.original.list.clone());
                (saved.item.clone(), list.unwrap_or_default())
            })
            .collect();
        if items.is_empty() {
            return Ok(own);
        }
        let made = tokio::task::spawn_blocking(move || {
            items.iter().map(|(item, list)| (item.id.clone(), Newcomer::of(item, list))).collect()
        });
        own.newcomers = made.await.unwrap_or_default();
        if let Some(ways) = &own.ways {
            let floor = own.newcomers.values().map(|one| one.published).min().unwrap_or_default();
            catch_up(tx, stories, floor.saturating_sub(window(ways))).await?;
        }
        Ok(own)
    }

    /// Whatever was put into the index is kept now.
    pub(super) fn kept(&self) {
        lock(&self.stories).doubtful = false;
    }

    /// Finds the story of an item that was just kept, and files it there.
    pub(super) async fn settle(
        &mut self,
        tx: &mut SqliteConnection,
        saved: &Saved,
        is_new: bool,
    ) -> Result<(), Error> {
        let item = &saved.item;
        if let Some(newcomer) = self.newcomers.remove(&item.id) {
            if is_new {
                let kin = self.kin(tx, &newcomer).await?;
                self.enter(tx, &item.id, &newcomer, kin.as_ref()).await?;
            } else {
                self.renew(tx, &item.id, &newcomer).await?;
            }
        }
        let Some(head) = head_of(tx, &item.id).await? else { return Ok(()) };
        if members(tx, &head).await?.len() > 1 {
            let ways = self.ways.clone().unwrap_or_default();
            refile(tx, &head, &item.id, &ways).await?;
        }
        Ok(())
    }

    /// The item that a new one is one story with.
    async fn kin(
        &self,
        tx: &mut SqliteConnection,
        newcomer: &Newcomer,
    ) -> Result<Option<Kin>, Error> {
        let ways = self.ways.as_ref().filter(|ways| !ways.alone.contains(&newcomer.source));
        let Some(ways) = ways else { return Ok(None) };
        let found = kin(tx, &self.stories, ways, newcomer.clone(), None).await?;
        Ok(found.into_iter().find(|one| one.decision.same))
    }

    /// The print of an item whose text changed; what story it belongs to stays.
    async fn renew(
        &self,
        tx: &mut SqliteConnection,
        item: &ItemId,
        newcomer: &Newcomer,
    ) -> Result<(), Error> {
        let query = "UPDATE story SET number = (SELECT max(number) + 1 FROM story), link = ?, \
             exact = ?, features = ?, length = ? WHERE item = ? RETURNING number";
        let number: Option<i64> = sqlx::query_scalar(query)
            .bind(newcomer.link)
            .bind(newcomer.print.exact as i64)
            .bind(packed(&newcomer.print.features))
            .bind(newcomer.text.len() as i64)
            .bind(item.as_str())
            .fetch_optional(tx)
            .await?;
        if let Some(number) = number {
            lock(&self.stories).put(number, &newcomer.print.features);
        }
        Ok(())
    }

    async fn enter(
        &self,
        tx: &mut SqliteConnection,
        item: &ItemId,
        newcomer: &Newcomer,
        kin: Option<&Kin>,
    ) -> Result<(), Error> {
        let number = insert(tx, item, newcomer, kin).await?;
        lock(&self.stories).put(number, &newcomer.print.features);
        Ok(())
    }
}

/// Enters an item that stands alone, with its print of today.
pub(super) async fn enter_alone(
    tx: &mut SqliteConnection,
    item: &Item,
    list: &str,
) -> Result<(), Error> {
    insert(tx, &item.id, &Newcomer::of(item, list), None).await.map(|_| ())
}

async fn insert(
    tx: &mut SqliteConnection,
    item: &ItemId,
    newcomer: &Newcomer,
    kin: Option<&Kin>,
) -> Result<i64, Error> {
    let query = "INSERT INTO story (item, head, source, list, published, link, exact, \
         features, length, score, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let done = sqlx::query(query)
        .bind(item.as_str())
        .bind(kin.map_or(item, |kin| &kin.head).as_str())
        .bind(newcomer.source.as_str())
        .bind(&newcomer.list)
        .bind(newcomer.published)
        .bind(newcomer.link)
        .bind(newcomer.print.exact as i64)
        .bind(packed(&newcomer.print.features))
        .bind(newcomer.text.len() as i64)
        .bind(kin.map(|kin| kin.decision.score))
        .bind(kin.map(|kin| kin.decision.reason.words()))
        .execute(&mut *tx)
        .await?;
    Ok(done.last_insert_rowid())
}

fn lock(stories: &Stories) -> std::sync::MutexGuard<'_, Shelf> {
    stories.lock().unwrap_or_else(PoisonError::into_inner)
}

fn window(ways: &Ways) -> i64 {
    i64::try_from(ways.window.as_secs()).unwrap_or(i64::MAX / 4)
}

/// Reads into the index what it does not know yet. The table is the truth: whatever the index
/// names is looked up there.
async fn catch_up(tx: &mut SqliteConnection, stories: &Stories, floor: i64) -> Result<(), Error> {
    let last = {
        let mut shelf = lock(stories);
        let overfull = shelf.index.len() as i64 > MOST * 6 / 5;
        if shelf.doubtful || floor < shelf.floor || shelf.last == 0 || overfull {
            shelf.index = Index::default();
            shelf.last = 0;
            shelf.doubtful = false;
            shelf.floor = floor;
        }
        shelf.last
    };
    let query = "SELECT number, features FROM story WHERE number > ? AND published >= ? \
         ORDER BY number DESC LIMIT ?";
    let rows = sqlx::query(query).bind(last).bind(floor).bind(MOST).fetch_all(&mut *tx).await?;
    let mut shelf = lock(stories);
    for row in rows.iter().rev() {
        let number: i64 = row.try_get("number")?;
        if number > shelf.last {
            shelf.index.insert(number as u32, &features(row.try_get("features")?));
            shelf.last = number;
        }
    }
    Ok(())
}

fn packed(features: &Features) -> Vec<u8> {
    features.iter().flat_map(|one| one.to_le_bytes()).collect()
}

fn features(bytes: &[u8]) -> Features {
    let mut features = [0; FEATURES];
    for (feature, four) in features.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *feature = u32::from_le_bytes(*four);
    }
    features
}

/// An item that may be kin, before its text is compared.
struct Candidate {
    kin: Kin,
    by_link: bool,
    body: String,
    summary: Option<String>,
}

async fn kin(
    tx: &mut SqliteConnection,
    stories: &Stories,
    ways: &Ways,
    newcomer: Newcomer,
    but: Option<&ItemId>,
) -> Result<Vec<Kin>, Error> {
    let near = lock(stories).index.near(&newcomer.print.features, CANDIDATES);
    let numbers: Vec<u32> = near.iter().map(|one| one.number).collect();
    let mut candidates = candidates(tx, ways, &newcomer, &numbers).await?;
    candidates.retain(|one| Some(&one.kin.item) != but);
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let stub = is_stub(tx, &newcomer).await?;
    let compared = tokio::task::spawn_blocking(move || compare(&newcomer, candidates, stub)).await;
    Ok(compared.unwrap_or_default())
}

async fn candidates(
    tx: &mut SqliteConnection,
    ways: &Ways,
    newcomer: &Newcomer,
    numbers: &[u32],
) -> Result<Vec<Candidate>, Error> {
    let query = "SELECT story.*, item.title, item.body, item.summary FROM ( \
             SELECT number FROM story WHERE number IN (SELECT value FROM json_each(?1)) \
             UNION SELECT number FROM story WHERE exact = ?2 AND exact <> 0 \
             UNION SELECT number FROM story WHERE link = ?3 AND link <> 0) AS near \
         JOIN story ON story.number = near.number JOIN item ON item.id = story.item \
         WHERE NOT (story.source = ?4 AND story.list = ?5) \
         AND story.published BETWEEN ?6 AND ?7 ORDER BY story.number LIMIT ?8";
    let reach = window(ways);
    let rows = sqlx::query(query)
        .bind(serde_json::to_string(numbers).unwrap_or_default())
        .bind(newcomer.print.exact as i64)
        .bind(newcomer.link)
        .bind(newcomer.source.as_str())
        .bind(&newcomer.list)
        .bind(newcomer.published.saturating_sub(reach))
        .bind(newcomer.published.saturating_add(reach))
        .bind(CANDIDATES as i64)
        .fetch_all(&mut *tx)
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        let one = candidate(row, newcomer)?;
        let is_alone = ways.alone.contains(&one.kin.source);
        let shared = one.by_link && is_shared(tx, newcomer, &one.kin.source).await?;
        if !is_alone {
            found.push(Candidate { by_link: one.by_link && !shared, ..one });
        }
    }
    Ok(found)
}

fn candidate(row: &SqliteRow, newcomer: &Newcomer) -> Result<Candidate, sqlx::Error> {
    let link: i64 = row.try_get("link")?;
    Ok(Candidate {
        kin: Kin {
            item: ItemId::new(row.try_get::<String, _>("item")?),
            head: ItemId::new(row.try_get::<String, _>("head")?),
            source: SourceId::new(row.try_get::<String, _>("source")?),
            title: row.try_get("title")?,
            decision: Decision { same: false, score: 0.0, reason: Reason::Different },
        },
        by_link: link != 0 && link == newcomer.link,
        body: row.try_get("body")?,
        summary: row.try_get("summary")?,
    })
}

/// Whether several items of a source have the link: then it is nobody's own.
async fn is_shared(
    tx: &mut SqliteConnection,
    newcomer: &Newcomer,
    theirs: &SourceId,
) -> Result<bool, Error> {
    let query = "SELECT count(*) FROM story WHERE link = ? AND source = ?";
    let mut count = async |source: &SourceId| -> Result<i64, Error> {
        let count = sqlx::query_scalar(query).bind(newcomer.link).bind(source.as_str());
        Ok(count.fetch_one(&mut *tx).await?)
    };
    Ok(count(theirs).await? > 1 || count(&newcomer.source).await? > 0)
}

/// Whether other items of the source have the very text: a notice that stands for a text.
async fn is_stub(tx: &mut SqliteConnection, newcomer: &Newcomer) -> Result<bool, Error> {
    let query =
        "SELECT count(*) FROM story WHERE exact = ? AND exact <> 0 AND source = ? AND list = ?";
    let count: i64 = sqlx::query_scalar(query)
        .bind(newcomer.print.exact as i64)
        .bind(newcomer.source.as_str())
        .bind(&newcomer.list)
        .fetch_one(tx)
        .await?;
    Ok(count > 0)
}

fn compare(newcomer: &Newcomer, candidates: Vec<Candidate>, stub: bool) -> Vec<Kin> {
    let own = Reading::of(&newcomer.title, &newcomer.text);
    let judge = |one: Candidate| {
        let text = html::text(&one.body);
        let text = if text.trim().is_empty() { one.summary.unwrap_or_default() } else { text };
        let mut decision = own.compare(&Reading::of(&one.kin.title, &text));
        if one.by_link && decision.reason != Reason::Parts {
            decision = Decision { same: true, score: 1.0, reason: Reason::Link };
        } else if stub && one.kin.title != newcomer.title {
            decision = Decision { same: false, reason: Reason::Short, ..decision };
        }
        Kin { decision, ..one.kin }
    };
    let mut kin: Vec<Kin> = candidates.into_iter().map(judge).collect();
    let rank = |kin: &Kin| (kin.decision.same, kin.decision.score);
    kin.sort_by(|a, b| rank(b).partial_cmp(&rank(a)).unwrap_or(std::cmp::Ordering::Equal));
    kin
}

async fn head_of(tx: &mut SqliteConnection, item: &ItemId) -> Result<Option<ItemId>, Error> {
    let query = "SELECT head FROM story WHERE item = ?";
    let head: Option<String> =
        sqlx::query_scalar(query).bind(item.as_str()).fetch_optional(tx).await?;
    Ok(head.map(ItemId::new))
}

/// The members of a story that are still kept, in the order of their arrival.
async fn members(tx: &mut SqliteConnection, head: &ItemId) -> Result<Vec<(ItemId, Member)>, Error> {
    let query = "SELECT item, story.source, item.published, length(body) AS length, number \
         FROM story JOIN item ON id = item WHERE head = ? ORDER BY number";
    let rows = sqlx::query(query).bind(head.as_str()).fetch_all(tx).await?;
    let members = rows.iter().map(|row| {
        let member = Member {
            source: SourceId::new(row.try_get::<String, _>("source")?),
            published: row.try_get("published")?,
            length: row.try_get::<i64, _>("length")? as u64,
            arrived: row.try_get("number")?,
        };
        Ok((ItemId::new(row.try_get::<String, _>("item")?), member))
    });
    members.collect()
}

/// Files a story under the categories of all its members, after one of them was filed by itself.
async fn refile(
    tx: &mut SqliteConnection,
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

/// Files the head under its own categories, then under those of the others.
async fn file_under_all(tx: &mut SqliteConnection, head: &ItemId) -> Result<(), Error> {
    let query = "SELECT category FROM story_category AS own JOIN story ON story.item = own.item \
         WHERE head = ?1 AND place >= 0 ORDER BY own.item <> ?1, number, place";
    let all: Vec<i64> = sqlx::query_scalar(query).bind(head.as_str()).fetch_all(&mut *tx).await?;
    let mut filed = Vec::new();
    for category in all {
        if filed.contains(&category) {
            continue;
        }
        let query = "INSERT INTO item_category \
             VALUES (?1, (SELECT published FROM item WHERE id = ?2), ?2, ?3)";
        sqlx::query(query)
            .bind(category)
            .bind(head.as_str())
            .bind(filed.len() as i64)
            .execute(&mut *tx)
            .await?;
        filed.push(category);
    }
    Ok(())
}

async fn run(tx: &mut SqliteConnection, query: &'static str, item: &ItemId) -> Result<(), Error> {
    sqlx::query(query).bind(item.as_str()).execute(tx).await?;
    Ok(())
}

/// Remembers where an item would be filed by itself.
async fn set_aside(tx: &mut SqliteConnection, item: &ItemId) -> Result<(), Error> {
    run(tx, "DELETE FROM story_category WHERE item = ?", item).await?;
    run(tx, "INSERT INTO story_category VALUES (?, -1, 0)", item).await?;
    let query = "INSERT INTO story_category \
         SELECT item, place, category FROM item_category WHERE item = ?";
    run(tx, query, item).await
}

async fn has_own(tx: &mut SqliteConnection, item: &ItemId) -> Result<bool, Error> {
    let query = "SELECT 1 FROM story_category WHERE item = ? LIMIT 1";
    let found: Option<i64> =
        sqlx::query_scalar(query).bind(item.as_str()).fetch_optional(tx).await?;
    Ok(found.is_some())
}

/// The member that stands for the story. Once it is handed out, its name is for ever; what is shown
/// under the name may still be another's words, where the settings ask for that.
async fn choose(
    tx: &mut SqliteConnection,
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
        sqlx::query_scalar(query).bind(head.as_str()).fetch_optional(&mut *tx).await?;
    if out.is_none() {
        let query = "UPDATE story SET head = ?, face = NULL WHERE head = ?";
        sqlx::query(query).bind(best.as_str()).bind(head.as_str()).execute(tx).await?;
        return Ok(best.clone());
    }
    let face = ways.upgrade.then(|| best.as_str());
    sqlx::query("UPDATE story SET face = ? WHERE item = ?")
        .bind(face)
        .bind(head.as_str())
        .execute(tx)
        .await?;
    Ok(head.clone())
}
