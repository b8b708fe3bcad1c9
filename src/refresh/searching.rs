//! Saved searches: what is kept already comes into their categories, too.

use std::collections::{BTreeMap, BTreeSet};

use super::{World, rerouting};
use crate::model::{CategoryId, Instant};
use crate::route;
use crate::search;
use crate::store::{self, Store};

/// Under which name the store remembers the saved searches that it was filled with.
const FILLED: &str = "searches";

/// Whether what was kept before there was an index is in it; everything else comes with its visit.
const COMPLETE: &str = "indexed";

/// Brings the index up to date, and what saved searches draw that are new, changed or gone.
pub async fn fill(world: &World, store: &Store, now: Instant) -> Result<(), store::Error> {
    if store.meta(COMPLETE).await?.is_none() {
        while store.index_more().await? {}
        store.set_meta(COMPLETE, "yes").await?;
    }
    let queries = world.settings.categories.iter();
    let wanted: BTreeMap<String, String> =
        queries.filter_map(|one| Some((one.id.to_string(), one.query.clone()?))).collect();
    let text = serde_json::to_string(&wanted).unwrap_or_default();
    let before = store.meta(FILLED).await?.unwrap_or_else(|| "{}".to_owned());
    if before == text {
        return Ok(());
    }
    let before: BTreeMap<String, String> = serde_json::from_str(&before).unwrap_or_default();
    let names: BTreeSet<&String> = wanted.keys().chain(before.keys()).collect();
    let mut items = BTreeSet::new();
    for name in names.into_iter().filter(|name| wanted.get(*name) != before.get(*name)) {
        items.extend(store.members(&CategoryId::new(name)).await?);
        let query = wanted.get(name).and_then(|text| route::query(text).ok());
        if let Some(expression) = query.as_ref().and_then(search::expression) {
            items.extend(store.found(&expression).await?);
        }
    }
    let items: Vec<_> = items.into_iter().collect();
    rerouting::remake(world, store, &items, now).await?;
    store.set_meta(FILLED, &text).await
}
