//! What is one item by today's keys and settings, and what is one no more, of everything kept.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::World;
use crate::identity::Likeness;
use crate::model::{Instant, Item, ItemId, SourceId};
use crate::store::{self, Hidden, Join, Store};

/// Items that are looked at in one go.
const BATCH: usize = 500;
/// Why two items of one source are one.
const ONE_KEY: &str = "they have one key today";

/// An item that comes to a story, or leaves it.
#[derive(Clone, Debug, Serialize)]
pub struct Turn {
    /// Which.
    pub id: ItemId,
    /// Of which source.
    pub source: SourceId,
    /// What it is called.
    pub title: String,
    /// The item that it becomes one with; none where it stands for itself from now on.
    pub joins: Option<ItemId>,
    /// How much they are alike; none where they have one key.
    pub score: Option<f32>,
    /// Why.
    pub why: &'static str,
}

/// Items of one source by what two of them do not share unless they are one.
#[derive(Debug, Default)]
pub(super) struct Twins {
    seen: HashMap<u64, ItemId>,
    pub found: Vec<Turn>,
}

impl Twins {
    /// Looks at an item, and at who has its key of today already.
    pub fn see(&mut self, item: &Item, likenesses: &[Likeness], owner: Option<ItemId>) {
        let prints: Vec<u64> = likenesses.iter().flat_map(Likeness::twin_prints).collect();
        let twin = owner.or_else(|| prints.iter().find_map(|print| self.seen.get(print)).cloned());
        for print in prints {
            self.seen.entry(print).or_insert_with(|| item.id.clone());
        }
        if let Some(twin) = twin.filter(|twin| *twin != item.id) {
            self.found.push(Turn {
                id: item.id.clone(),
                source: item.source.clone(),
                title: item.title.clone(),
                joins: Some(twin),
                score: None,
                why: ONE_KEY,
            });
        }
    }
}

/// What today's settings make of the stories that are kept, after `twins` of single sources.
/// `gone` are items that readers will not see.
pub(super) async fn turns(
    world: &World,
    store: &Store,
    twins: Vec<Turn>,
    hidden: &HashMap<ItemId, Hidden>,
    gone: &HashSet<ItemId>,
) -> Result<Vec<Turn>, store::Error> {
    let mut turns = partings(world, store, hidden).await?;
    let mut one = Families::default();
    let apart: HashSet<ItemId> = turns.iter().map(|turn| turn.id.clone()).collect();
    for (item, known) in hidden.iter().filter(|(item, _)| !apart.contains(*item)) {
        one.unite(item, &known.head);
    }
    for twin in twins.into_iter().filter(|turn| !gone.contains(&turn.id)) {
        let Some(to) = twin.joins.clone() else { continue };
        if !is_mixed(store, &twin.id, &to).await? && one.unite(&twin.id, &to) {
            turns.push(twin);
        }
    }
    if world.settings.stories.on {
        turns.extend(comings(world, store, &mut one, gone).await?);
    }
    Ok(turns)
}

/// Items that today's settings do not unite.
async fn partings(
    world: &World,
    store: &Store,
    hidden: &HashMap<ItemId, Hidden>,
) -> Result<Vec<Turn>, store::Error> {
    let ways = &world.settings.stories;
    let mut turns = Vec::new();
    for (id, known) in hidden {
        let alone = known.sources.iter().any(|source| ways.alone.contains(source));
        if known.one_key || (ways.on && !alone) {
            continue;
        }
        let item = store.item(id).await?;
        let shown = store.head_of(id.as_str()).await?.is_some();
        if let Some(item) = item.filter(|_| shown) {
            let why = if ways.on { "its source stands alone" } else { "`unite` is off" };
            let Item { id, source, title, .. } = item;
            turns.push(Turn { id, source, title, joins: None, score: None, why });
        }
    }
    turns.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(turns)
}

/// Items that today's settings unite with some that came before them.
async fn comings(
    world: &World,
    store: &Store,
    one: &mut Families,
    gone: &HashSet<ItemId>,
) -> Result<Vec<Turn>, store::Error> {
    let ways = &world.settings.stories;
    let mut turns = Vec::new();
    let mut after = Some(0);
    while let Some(from) = after {
        let (some, last) = store.stragglers(from, BATCH).await?;
        after = last;
        for (id, list, arrived) in some {
            let Some(item) = store.item(&id).await? else { continue };
            if gone.contains(&id) || ways.alone.contains(&item.source) {
                continue;
            }
            let kin = store.kin(&item, &list, ways).await?.into_iter();
            let mut kin = kin.filter(|kin| kin.decision.same && kin.arrived < arrived);
            let mut found = None;
            while let (None, Some(kin)) = (&found, kin.next()) {
                let is_out = gone.contains(&kin.head) || is_mixed(store, &id, &kin.head).await?;
                found = (!is_out).then_some(kin);
            }
            let Some(kin) = found else { continue };
            if one.unite(&id, &kin.item) {
                turns.push(Turn {
                    id,
                    source: item.source,
                    title: item.title,
                    joins: Some(kin.item),
                    score: Some(kin.decision.score),
                    why: kin.decision.reason.words(),
                });
            }
        }
    }
    Ok(turns)
}

/// Whether readers of private categories alone see one of two items: such are never joined.
async fn is_mixed(store: &Store, one: &ItemId, other: &ItemId) -> Result<bool, store::Error> {
    Ok(store.private_of(&[one.clone(), other.clone()]).await?.len() == 1)
}

/// Makes what was found.
pub(super) async fn apply(
    world: &World,
    store: &Store,
    turns: &[Turn],
    now: Instant,
) -> Result<(), store::Error> {
    let ways = &world.settings.stories;
    for turn in turns {
        let Some(to) = turn.joins.clone() else {
            store.part(&turn.id, ways).await?;
            continue;
        };
        let likeness = turn.score.map(|score| (score, turn.why));
        let join = Join { item: turn.id.clone(), to, likeness };
        store.join(&join, ways).await?;
        if likeness.is_none() {
            // What stands for both is known by the keys of both.
            let head = store.head_of(turn.id.as_str()).await?;
            let (other, kept) = match head {
                Some(head) => (turn.id.clone(), head),
                None => (join.to, turn.id.clone()),
            };
            store.know_as(&other, &kept, now).await?;
        }
    }
    Ok(())
}

/// Which items are one already.
#[derive(Debug, Default)]
struct Families(HashMap<ItemId, ItemId>);

impl Families {
    fn of(&self, item: &ItemId) -> ItemId {
        let mut of = item;
        while let Some(next) = self.0.get(of) {
            of = next;
        }
        of.clone()
    }

    /// Makes one of two; says whether they were two.
    fn unite(&mut self, one: &ItemId, other: &ItemId) -> bool {
        let (one, other) = (self.of(one), self.of(other));
        let were_two = one != other;
        if were_two {
            self.0.insert(one, other);
        }
        were_two
    }
}
