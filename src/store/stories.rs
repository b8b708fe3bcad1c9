//! Items of several sources that are one story: found when an item is new, in the transaction that
//! keeps it, so that no two visits can both believe theirs to be the first.

mod again;
mod apart;
mod filing;
mod joining;
mod kin;
mod shelf;
mod silence;
mod told;

use std::collections::HashMap;
use std::sync::Arc;

use super::private;
use super::rows::{self, Saved};
use super::sql::{self, Connection};
use super::{Error, Store, routes};
use crate::html;
use crate::identity;
use crate::model::{Also, Item, ItemId, SourceId};
use crate::story::{Print, Ways};

pub(super) use apart::part;
pub(super) use filing::forget_own;
pub use joining::{Hidden, Join};
pub(super) use joining::{crown, follow_all, head_besides, refile_all};
pub use kin::Kin;
pub(super) use shelf::Stories;
use shelf::{catch_up, lock, packed};
pub(super) use silence::{Silence, fall_silent};
pub use told::{Teller, Told};

/// A new item as it is looked for.
#[derive(Clone, Debug)]
pub(super) struct Newcomer {
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
        Self::read(item, html::text(item.body.as_str()), list)
    }

    /// The same, where the text of its body is at hand.
    pub fn read(item: &Item, text: String, list: &str) -> Self {
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

    /// How items are united; as by default, where they are not.
    pub(super) fn ways(&self) -> Arc<Ways> {
        lock(&self.stories).ways.clone().unwrap_or_default()
    }

    /// What an item may be one story with, and what is decided of each, the best first. Nothing is
    /// changed. `list` is the list of its source that names it.
    pub async fn kin(&self, item: &Item, list: &str, ways: &Ways) -> Result<Vec<Kin>, Error> {
        let newcomer = Newcomer::of(item, list);
        let mut reader = self.pool.acquire().await?;
        let connection = reader.connection()?;
        let floor = newcomer.published.saturating_sub(window(ways));
        catch_up(connection, &self.stories, floor).await?;
        kin::find(connection, &self.stories, ways, newcomer, Some(&item.id)).await
    }

    /// The other members of the stories that items stand for, and the words of the member that is
    /// shown.
    pub(super) async fn with_stories(&self, mut items: Vec<Item>) -> Result<Vec<Item>, Error> {
        let heads: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        let query = "SELECT head, (SELECT face FROM story AS own WHERE own.item = story.head) AS face, \
             item.* FROM story JOIN item ON item.id = story.item \
             WHERE head IN (SELECT value FROM json_each(?)) AND EXISTS (SELECT 1 FROM story AS other \
             WHERE other.head = story.head AND other.item <> other.head) \
             ORDER BY head, number";
        let heads = serde_json::to_string(&heads).unwrap_or_default();
        let rows = sql::query(query).bind(heads).fetch_all(&self.pool).await?;
        let mut stories = HashMap::<String, Vec<(Option<String>, Item)>>::new();
        for row in &rows {
            let member = (row.try_get("face")?, rows::item(row)?);
            stories.entry(row.try_get("head")?).or_default().push(member);
        }
        for item in &mut items {
            // An item may be there twice, for two documents.
            if let Some(members) = stories.get(item.id.as_str()) {
                show(item, members.clone());
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
            if is_elsewhere(&member, item) {
                also.push(Also { source: member.source, link: member.link });
            }
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

/// Whether a member leads readers to another place than the item does.
fn is_elsewhere(member: &Item, item: &Item) -> bool {
    let link = |item: &Item| item.link.as_deref().and_then(identity::canonical);
    member.source != item.source || (member.link.is_some() && link(member) != link(item))
}

/// What one transaction needs to unite items.
pub(super) struct Uniting {
    stories: Stories,
    ways: Option<Arc<Ways>>,
    newcomers: HashMap<ItemId, Newcomer>,
}

impl Uniting {
    /// Takes the prints of what comes, and brings the index up to date.
    pub(super) async fn prepare(
        tx: &mut Connection,
        stories: &Stories,
        newcomers: HashMap<ItemId, Newcomer>,
    ) -> Result<Self, Error> {
        let ways = lock(stories).ways.clone();
        let own = Self { stories: Arc::clone(stories), ways, newcomers };
        let floor = own.newcomers.values().map(|one| one.published).min();
        if let (Some(ways), Some(floor)) = (&own.ways, floor) {
            catch_up(tx, stories, floor.saturating_sub(window(ways))).await?;
        }
        Ok(own)
    }

    /// Whatever was put into the index is kept now.
    pub(super) fn kept(&self) {
        lock(&self.stories).doubtful = false;
    }

    /// Finds the story of an item that was just kept, and files it there. `withheld` says whether a
    /// rule keeps it from readers, `turned` whether that is another answer than before. Gives the
    /// members that are filed otherwise now, with their categories before.
    pub(super) async fn settle(
        &mut self,
        tx: &mut Connection,
        saved: &Saved,
        is_new: bool,
        (withheld, turned): (bool, bool),
    ) -> Result<Vec<(ItemId, Vec<i64>)>, Error> {
        let item = &saved.item;
        let ways = self.ways.clone().unwrap_or_default();
        let newcomer = self.newcomers.remove(&item.id);
        if let (Some(newcomer), true) = (&newcomer, is_new) {
            // What readers do not see tells no story.
            let kin = if withheld { None } else { self.kin(tx, newcomer, &item.id).await? };
            self.enter(tx, &item.id, newcomer, kin.as_ref()).await?;
        } else if let Some(newcomer) = &newcomer {
            self.renew(tx, &item.id, newcomer).await?;
        }
        if withheld {
            let before = joining::secede(tx, &item.id, &ways).await?;
            filing::forget_own(tx, &item.id).await?;
            return Ok(before);
        }
        if let Some(newcomer) = newcomer.filter(|_| !is_new)
            && let Some(before) = self.think_again(tx, &item.id, newcomer, turned).await?
        {
            return Ok(before);
        }
        let Some(head) = filing::head_of(tx, &item.id).await? else { return Ok(Vec::new()) };
        let before = joining::filed(tx, &head).await?;
        let kept = before.iter().any(|(member, _)| *member == head);
        if !kept || (head != item.id && routes::is_withheld(tx, &head).await?) {
            // The story was taken down, or is forgotten; whoever tells it again is not shown either.
            filing::hide(tx, &item.id).await?;
            return Ok(Vec::new());
        }
        if before.len() < 2 {
            return Ok(Vec::new());
        }
        filing::refile(tx, &head, Some(&item.id), &ways).await?;
        Ok(before)
    }

    /// The item that a new one is one story with.
    async fn kin(
        &self,
        tx: &mut Connection,
        newcomer: &Newcomer,
        item: &ItemId,
    ) -> Result<Option<Kin>, Error> {
        let ways = self.ways.as_ref().filter(|ways| !ways.alone.contains(&newcomer.source));
        let Some(ways) = ways else { return Ok(None) };
        let found = kin::find(tx, &self.stories, ways, newcomer.clone(), Some(item)).await?;
        let own = private::is_private(tx, item).await?;
        for one in found.into_iter().filter(|one| one.decision.same) {
            // What is private stands for nothing in public, and the other way round.
            if private::is_private(tx, &one.head).await? == own {
                return Ok(Some(one));
            }
        }
        Ok(None)
    }

    /// The print of an item whose text changed; what story it belongs to stays.
    async fn renew(
        &self,
        tx: &mut Connection,
        item: &ItemId,
        newcomer: &Newcomer,
    ) -> Result<(), Error> {
        let query = "UPDATE story SET number = (SELECT max(number) + 1 FROM story), link = ?, \
             exact = ?, features = ?, length = ? WHERE item = ? RETURNING number";
        let number: Option<i64> = sql::query_scalar(query)
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
        tx: &mut Connection,
        item: &ItemId,
        newcomer: &Newcomer,
        kin: Option<&Kin>,
    ) -> Result<(), Error> {
        let number = insert(tx, item, newcomer, kin).await?;
        lock(&self.stories).put(number, &newcomer.print.features);
        Ok(())
    }
}

/// Enters an item that is out and stands alone, with its print of today.
pub(super) async fn enter_alone(tx: &mut Connection, item: &Item, list: &str) -> Result<(), Error> {
    insert(tx, &item.id, &Newcomer::of(item, list), None).await?;
    let query = "UPDATE story SET out = 1 WHERE item = ?";
    sql::query(query).bind(item.id.as_str()).execute(tx).await?;
    Ok(())
}

async fn insert(
    tx: &mut Connection,
    item: &ItemId,
    newcomer: &Newcomer,
    kin: Option<&Kin>,
) -> Result<i64, Error> {
    let query = "INSERT OR IGNORE INTO story (item, head, source, list, published, link, exact, \
         features, length, score, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let done = sql::query(query)
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

fn window(ways: &Ways) -> i64 {
    i64::try_from(ways.window.as_secs()).unwrap_or(i64::MAX / 4)
}
