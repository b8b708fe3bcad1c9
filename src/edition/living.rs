//! Which categories are published.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::config::Settings;
use crate::model::{Category, CategoryId};
use crate::store::{ShelfRow, Store};

/// The categories that are published: those with enough items, and those that were published
/// before, since an address that was given stays. The one with the newest item first.
pub(super) async fn shelves(store: &Store, settings: &Settings) -> anyhow::Result<Vec<ShelfRow>> {
    let mut shelves = store.shelves().await?;
    let least = least(settings);
    if !least.any() {
        return Ok(shelves);
    }
    let few = shelves.iter().filter(|row| !least.is_met(row)).map(|row| page(&row.category));
    let few: Vec<String> = few.collect();
    let few: Vec<&str> = few.iter().map(String::as_str).collect();
    let there = store.files_at(&few).await?;
    shelves.retain(|row| least.is_met(row) || there.contains_key(&page(&row.category)));
    Ok(shelves)
}

/// The same, by name.
pub async fn published(
    store: &Store,
    settings: &Settings,
) -> anyhow::Result<BTreeMap<CategoryId, Category>> {
    let shelves = shelves(store, settings).await?;
    Ok(shelves.into_iter().map(|row| (row.category.id.clone(), row.category)).collect())
}

/// Makes one category of those whose names mean the same by now.
pub(super) async fn unite(store: &Store, settings: &Settings) -> anyhow::Result<()> {
    let aliases = settings
        .categories
        .iter()
        .flat_map(|one| one.aliases.iter().map(|alias| (CategoryId::new(alias), &one.id)));
    let aliases: HashMap<CategoryId, &CategoryId> = aliases.collect();
    for from in store.those_there(aliases.keys()).await? {
        if let Some(to) = aliases.get(&from) {
            store.merge(&from, to).await?;
        }
    }
    Ok(())
}

/// Whether every category is published that has an item.
pub(super) fn is_plain(settings: &Settings) -> bool {
    !least(settings).any()
}

/// Marks what speaks of categories that are published from now on.
pub(super) async fn mark_new(store: &Store, settings: &Settings) -> anyhow::Result<()> {
    let least = least(settings);
    if !least.any() {
        return Ok(());
    }
    let pending: HashSet<CategoryId> = store.pending_categories().await?.into_iter().collect();
    let mut enough = store.shelves().await?;
    enough.retain(|row| pending.contains(&row.category.id) && least.is_met(row));
    let pages: Vec<String> = enough.iter().map(|row| page(&row.category)).collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let there = store.files_at(&pages).await?;
    for row in enough.iter().filter(|row| !there.contains_key(&page(&row.category))) {
        store.pend_items_of(&row.category.id).await?;
    }
    Ok(())
}

/// What decides which categories are published, besides their items.
pub(super) fn demands(settings: &Settings) -> (usize, Vec<(&CategoryId, usize)>) {
    let fixed = settings.categories.iter();
    let fixed = fixed.filter_map(|one| Some((&one.id, one.min_items.filter(|least| *least > 1)?)));
    (settings.publish.min_items, fixed.collect())
}

fn page(category: &Category) -> String {
    format!("category/{}.html", category.slug)
}

/// How many items a category needs.
struct Least<'s> {
    usual: usize,
    fixed: HashMap<&'s CategoryId, usize>,
}

impl Least<'_> {
    fn any(&self) -> bool {
        self.usual > 1 || self.fixed.values().any(|least| *least > 1)
    }

    fn is_met(&self, row: &ShelfRow) -> bool {
        let least = self.fixed.get(&row.category.id).copied().unwrap_or(self.usual);
        row.total >= least as u64
    }
}

fn least(settings: &Settings) -> Least<'_> {
    let fixed = settings.categories.iter().map(|one| (&one.id, one.min_items.unwrap_or(0)));
    Least { usual: settings.publish.min_items, fixed: fixed.collect() }
}
