//! Which categories are published, and which files nothing stands for any more.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::config::Settings;
use crate::model::{Category, CategoryId, ItemId};
use crate::store::{Store, WrittenFile};

/// The categories that are published: those with enough items, and those that were published
/// before, since an address that was given stays.
pub(super) async fn categories(
    store: &Store,
    settings: &Settings,
    files: &HashMap<String, WrittenFile>,
) -> anyhow::Result<BTreeMap<CategoryId, Category>> {
    let mut categories = store.categories().await?;
    let least = least(settings);
    if !least.any() {
        return Ok(categories);
    }
    let counts = store.counts().await?;
    categories.retain(|id, category| {
        let count = counts.get(id).copied().unwrap_or(0);
        count >= least.of(id) || files.contains_key(&page(category))
    });
    Ok(categories)
}

/// The same, asked for by itself.
pub async fn published(
    store: &Store,
    settings: &Settings,
) -> anyhow::Result<BTreeMap<CategoryId, Category>> {
    categories(store, settings, &store.files().await?).await
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

/// Marks what speaks of categories that are published from now on.
pub(super) async fn mark_new(store: &Store, settings: &Settings) -> anyhow::Result<()> {
    if !least(settings).any() {
        return Ok(());
    }
    let files = store.files().await?;
    let published = categories(store, settings, &files).await?;
    for id in store.pending().await?.categories {
        let new = published.get(&id).filter(|one| !files.contains_key(&page(one)));
        if new.is_some() {
            store.pend_items_of(&id).await?;
        }
    }
    Ok(())
}

/// Files of categories that are not there any more, and of items that are withheld.
pub(super) fn stale<'f>(
    files: impl Iterator<Item = &'f str>,
    categories: &BTreeMap<CategoryId, Category>,
    withheld: &HashSet<ItemId>,
) -> Vec<String> {
    let slugs: HashSet<&str> = categories.values().map(|one| one.slug.as_str()).collect();
    let withheld: HashSet<&str> = withheld.iter().map(ItemId::as_str).collect();
    let is_stale = |path: &&str| {
        let Some((folder, file)) = path.split_once('/') else { return false };
        let Some((stem, _)) = file.rsplit_once('.') else { return false };
        match folder {
            "category" => !file.contains('/') && !slugs.contains(stem),
            "share" => withheld.contains(stem),
            _ => false,
        }
    };
    files.filter(is_stale).map(str::to_owned).collect()
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

    fn of(&self, id: &CategoryId) -> usize {
        self.fixed.get(id).copied().unwrap_or(self.usual)
    }
}

fn least(settings: &Settings) -> Least<'_> {
    let fixed = settings.categories.iter().map(|one| (&one.id, one.min_items.unwrap_or(0)));
    Least { usual: settings.publish.min_items, fixed: fixed.collect() }
}
