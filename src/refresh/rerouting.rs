//! Everything that is kept, made again by today's rules: first the difference, then what changes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use super::uniting::{self, Turn, Twins};
use super::{Made, Maker, World};
use crate::config::Source;
use crate::identity::{self, Likeness};
use crate::jekyll;
use crate::model::{CategoryId, Instant, Item, ItemId, Original, SourceId};
use crate::route::{Kept as Way, Seat, Withheld};
use crate::store::{self, Kept, KnownItem, Saved, Store};

/// Items that are in memory at a time.
const BATCH: usize = 200;

/// What today's rules would change.
#[derive(Debug, Default, Serialize)]
pub struct Difference {
    /// Items that were made again.
    pub items: usize,
    /// Items of sources that are not in the settings any more: left as they are.
    pub left: usize,
    /// Items of which nothing would be left: they stay as they are, too.
    pub empty: Vec<ItemId>,
    /// What changes, item by item.
    pub changes: Vec<Change>,
    /// What that makes for each category.
    pub categories: BTreeMap<CategoryId, Moves>,
    /// Items that become one with others, or stand for themselves again.
    pub stories: Vec<Turn>,
    /// Entries that could not be published, and now can.
    pub found: Vec<(SourceId, String)>,
    #[serde(skip)]
    seats: Vec<(Seat, ItemId)>,
}

/// Items that come into a category, and that leave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Moves {
    /// How many come.
    pub added: usize,
    /// How many leave.
    pub removed: usize,
}

/// How one item changes.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// Which.
    pub id: ItemId,
    /// Of which source.
    pub source: SourceId,
    /// What it is called now.
    pub title: String,
    /// Which of its parts read otherwise: `title`, `text`, `summary`, `medium`, `details`, `key`.
    pub parts: Vec<&'static str>,
    /// What it will be called, where that changes.
    pub new_title: Option<String>,
    /// The categories that it comes into.
    pub added: Vec<CategoryId>,
    /// The categories that it leaves.
    pub removed: Vec<CategoryId>,
    /// Why it is not published now.
    pub was: Option<Withheld>,
    /// Why it will not be published.
    pub will_be: Option<Withheld>,
}

/// An item before and after, while limits are not settled.
struct Look {
    change: Change,
    before: Vec<CategoryId>,
    after: Vec<CategoryId>,
    published: Instant,
    seats: Vec<Seat>,
}

/// What today's rules, cleaning and keys would change of everything that is kept.
pub async fn difference(
    world: &World,
    store: &Store,
    now: Instant,
) -> Result<Difference, store::Error> {
    let mut difference = Difference::default();
    let withheld = store.withheld().await?;
    let released = store.released().await?;
    let hidden = store.hidden().await?;
    let (mut looks, mut twins) = (Vec::new(), Vec::new());
    for source in sources(world) {
        let maker = Maker::new(world, &source, now);
        let mut after = None;
        let mut of_source = Twins::default();
        while let Some(batch) = batch(store, &maker, &source, &mut after).await? {
            for one in batch {
                difference.items += 1;
                if !hidden.contains_key(&one.before.id) && !withheld.contains_key(&one.before.id) {
                    of_source.see(&one.before, &one.likenesses, one.owner);
                }
                match one.made {
                    // What came later and was ignored by the settings is no news today either.
                    Made::Ignored(_) => {}
                    Made::Held(_) => difference.empty.push(one.before.id),
                    Made::Item(saved, _) => {
                        let was = withheld.get(&one.before.id);
                        if was.is_some_and(|was| was.kept == Way::Forgotten) {
                            continue;
                        }
                        let free = released.contains(&one.before.id);
                        looks.extend(look(&one.before, &saved, was, free, one.key_changes));
                    }
                }
            }
        }
        difference.found.extend(found(store, &maker, &source).await?.into_keys());
        twins.extend(of_source.found);
    }
    let of_sources: HashSet<_> = world.settings.sources.iter().map(|one| &one.id).collect();
    let health = store.health().await?.into_iter();
    let gone = health.filter(|one| !of_sources.contains(&one.source));
    difference.left = gone.map(|one| one.items as usize).sum();
    difference.seats = settle(&mut looks, &store.seats().await?);
    let gone = looks.iter().filter(|look| look.change.will_be.is_some());
    let gone = gone.map(|look| look.change.id.clone()).collect();
    difference.stories = uniting::turns(world, store, twins, &hidden, &gone).await?;
    difference.changes = looks.into_iter().filter_map(Look::into_change).collect();
    difference.count();
    Ok(difference)
}

/// Makes the difference.
pub async fn apply(
    world: &World,
    store: &Store,
    difference: &Difference,
    now: Instant,
) -> Result<(), store::Error> {
    let changes: HashMap<&ItemId, &Change> =
        difference.changes.iter().map(|change| (&change.id, change)).collect();
    for source in sources(world) {
        let maker = Maker::new(world, &source, now);
        let mut after = None;
        while let Some(batch) = batch(store, &maker, &source, &mut after).await? {
            let mut saved = Vec::new();
            for one in batch {
                let Some(change) = changes.get(&one.before.id) else { continue };
                let Made::Item(made, _) = one.made else { continue };
                saved.push(changed(*made, &one.before, change));
            }
            for one in &saved {
                let is_new = changes.get(&one.item.id).is_some_and(|c| c.parts.contains(&"key"));
                if is_new {
                    store.rekey(&one.item.id, &one.key, now).await?;
                }
            }
            store.keep(&source.id, now.timestamp(), &saved, &[]).await?;
        }
        let found = found(store, &maker, &source).await?.into_values().collect::<Vec<_>>();
        store.keep(&source.id, now.timestamp(), &found, &[]).await?;
    }
    store.set_seats(&difference.seats).await?;
    uniting::apply(world, store, &difference.stories, now).await?;
    for id in store.categories().await?.into_keys() {
        let meant = world.settings.aliases.meant(id.clone());
        if meant != id {
            store.merge(&id, &meant).await?;
        }
    }
    Ok(())
}

/// Makes single items again; those that nothing can be made of are left alone.
pub async fn remake(
    world: &World,
    store: &Store,
    ids: &[ItemId],
    now: Instant,
) -> Result<(), store::Error> {
    for id in ids {
        let Some(item) = store.item(id).await? else { continue };
        let source = world.settings.sources.iter().find(|source| source.id == item.source);
        let (Some(source), Some(key)) = (source, store.key_of(id).await?) else { continue };
        let known = store.known(&source.id, std::iter::once(key.as_str())).await?;
        let Some(known) = known.get(&key) else { continue };
        let originals = store.originals(id).await?;
        let maker = Maker::new(world, &Arc::new(source.clone()), now);
        if let Made::Item(saved, _) = again(&maker, key, known, originals) {
            let saved = Saved { announce: true, ..*saved };
            store.keep(&source.id, now.timestamp(), &[saved], &[]).await?;
        }
    }
    Ok(())
}

fn sources(world: &World) -> Vec<Arc<Source>> {
    world.settings.sources.iter().cloned().map(Arc::new).collect()
}

/// An item, and what today makes of it.
struct Remade {
    before: Item,
    made: Made,
    key_changes: bool,
    /// Another item of the source that has its key of today.
    owner: Option<ItemId>,
    likenesses: Vec<Likeness>,
}

/// The next items of a source, made again.
async fn batch(
    store: &Store,
    maker: &Maker,
    source: &Source,
    after: &mut Option<ItemId>,
) -> Result<Option<Vec<Remade>>, store::Error> {
    let items = store.walk(Some(&source.id), after.as_ref(), BATCH).await?;
    let Some((_, last)) = items.last() else { return Ok(None) };
    *after = Some(last.id.clone());
    let known = store.known(&source.id, items.iter().map(|(key, _)| key.as_str())).await?;
    let ids: Vec<&ItemId> = items.iter().map(|(_, item)| &item.id).collect();
    let mut own = store.own_categories(&ids).await?;
    let mut remade = Vec::new();
    for (key, mut before) in items {
        let Some(known) = known.get(&key) else { continue };
        let originals = store.originals(&before.id).await?;
        if originals.is_empty() {
            continue;
        }
        // Of a story, each is looked at by itself.
        if let Some(own) = own.remove(&before.id) {
            before.categories = own;
        }
        let today = key_of_today(&key, &originals);
        let mut owner = None;
        if today != key {
            owner = store.traces(&source.id, &[&today]).await?.remove(&today).map(|one| one.item);
        }
        let key_changes =
            today != key && owner.is_none() && store.is_free(&source.id, &today).await?;
        let key = if key_changes { today } else { key };
        let likenesses = originals.iter().map(|one| Likeness::of(&one.entry)).collect();
        let made = again(maker, key, known, originals);
        remade.push(Remade { before, made, key_changes, owner, likenesses });
    }
    Ok(Some(remade))
}

fn again(maker: &Maker, key: String, known: &KnownItem, originals: Vec<Original>) -> Made {
    let mut made = maker.saved(key, Some(known), originals, Vec::new());
    if let Made::Item(saved, _) = &mut made {
        // Other rules are no news of the source.
        saved.item.updated = known.updated;
    }
    made
}

/// The key under which the originals would be known today. Those of the predecessor were given
/// theirs by the import; a key that tells two entries apart stays.
fn key_of_today(key: &str, originals: &[Original]) -> String {
    let imported = originals.iter().any(|one| jekyll::from_original(one).is_some());
    let entries = || originals.iter().map(|one| &one.entry);
    let named = entries().any(|entry| {
        let title = entry.title.as_ref().map(|title| format!("title:{}", title.raw().trim()));
        let link = entry.link.as_ref().map(|link| format!("link:{link}"));
        let (besides, words) = (identity::key_besides(entry), identity::key_of_words(entry));
        [identity::key(entry), besides, words, title, link].into_iter().flatten().any(|k| k == key)
    });
    if imported || named {
        return key.to_owned();
    }
    entries().find_map(identity::key).unwrap_or_else(|| key.to_owned())
}

/// Entries of a source that had neither title nor text, and have now.
async fn found(
    store: &Store,
    maker: &Maker,
    source: &Source,
) -> Result<BTreeMap<(SourceId, String), Saved>, store::Error> {
    let mut by_key = BTreeMap::<String, Vec<Original>>::new();
    for (of, key, original, reason) in store.held().await? {
        if of == source.id && reason == super::making::NOTHING {
            by_key.entry(key).or_default().push(original);
        }
    }
    let mut found = BTreeMap::new();
    for (key, originals) in by_key {
        let kept = originals.iter().map(|original| Kept {
            print: identity::print(&original.entry),
            original: original.clone(),
            tries: 0,
            not_before: None,
        });
        let kept = kept.collect();
        if let Made::Item(saved, _) = maker.saved(key.clone(), None, originals, kept) {
            found.insert((source.id.clone(), key), *saved);
        }
    }
    Ok(found)
}

fn look(
    before: &Item,
    saved: &Saved,
    was: Option<&Withheld>,
    released: bool,
    key_changes: bool,
) -> Option<Look> {
    let after = &saved.item;
    let will_be = saved.withheld.clone().filter(|one| !(released && one.kept == Way::Held));
    let differs = [
        ("title", before.title != after.title),
        ("text", before.body != after.body),
        ("summary", before.summary != after.summary),
        ("medium", before.medium != after.medium),
        ("details", details(before) != details(after)),
        ("key", key_changes),
    ];
    let parts = differs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name);
    let change = Change {
        id: before.id.clone(),
        source: before.source.clone(),
        title: before.title.clone(),
        parts: parts.collect(),
        new_title: (before.title != after.title).then(|| after.title.clone()),
        added: Vec::new(),
        removed: Vec::new(),
        was: was.cloned(),
        will_be,
    };
    let look = Look {
        change,
        before: before.categories.clone(),
        after: after.categories.clone(),
        published: after.published,
        seats: saved.seats.clone(),
    };
    (look.is_change() || !look.seats.is_empty()).then_some(look)
}

fn details(item: &Item) -> impl PartialEq + '_ {
    (&item.link, &item.authors, &item.labels, &item.enclosures, &item.image, &item.language)
}

impl Look {
    /// The categories that it stands in: none while it is withheld.
    fn place(&self) -> &[CategoryId] {
        if self.change.will_be.is_some() { &[] } else { &self.after }
    }

    fn is_change(&self) -> bool {
        let Change { parts, was, will_be, .. } = &self.change;
        !parts.is_empty() || was != will_be || self.before != self.place()
    }

    fn into_change(mut self) -> Option<Change> {
        if !self.is_change() {
            return None;
        }
        let without = |these: &[CategoryId], those: &[CategoryId]| {
            these.iter().filter(|one| !those.contains(one)).cloned().collect()
        };
        self.change.added = without(self.place(), &self.before);
        self.change.removed = without(&self.before, self.place());
        Some(self.change)
    }
}

/// Gives out the seats of limits: first to those who have one, then in the order of publication.
fn settle(looks: &mut [Look], seats: &HashMap<String, HashSet<ItemId>>) -> Vec<(Seat, ItemId)> {
    let has = |look: &Look| {
        look.seats
            .iter()
            .any(|seat| seats.get(&seat.key).is_some_and(|s| s.contains(&look.change.id)))
    };
    let mut order: Vec<&mut Look> =
        looks.iter_mut().filter(|look| !look.seats.is_empty()).collect();
    order.sort_by_key(|look| (!has(look), look.published, look.change.id.clone()));
    let mut taken = HashMap::<String, u64>::new();
    let mut given = Vec::new();
    for look in order {
        if look.change.will_be.is_some() {
            continue;
        }
        let free = |seat: &&Seat| taken.get(&seat.key).copied().unwrap_or(0) >= seat.most;
        if let Some(full) = look.seats.iter().find(free) {
            let rule = full.rule.clone();
            look.change.will_be = Some(Withheld { kept: Way::Limited, rule });
            continue;
        }
        for seat in &look.seats {
            *taken.entry(seat.key.clone()).or_default() += 1;
            given.push((seat.clone(), look.change.id.clone()));
        }
    }
    given
}

/// What is to be kept of an item that changes.
fn changed(mut saved: Saved, before: &Item, change: &Change) -> Saved {
    saved.withheld.clone_from(&change.will_be);
    // Seats are settled for all at once.
    saved.seats.clear();
    saved.announce = !change.parts.is_empty() || change.was.is_some() != change.will_be.is_some();
    saved.item.published = before.published;
    saved
}

impl Difference {
    fn count(&mut self) {
        for change in &self.changes {
            for id in &change.added {
                self.categories.entry(id.clone()).or_default().added += 1;
            }
            for id in &change.removed {
                self.categories.entry(id.clone()).or_default().removed += 1;
            }
        }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.found.is_empty() && self.stories.is_empty()
    }
}
