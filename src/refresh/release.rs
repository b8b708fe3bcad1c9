//! Entries that were held although they could be published, to items.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Made, Maker, World};
use crate::config::Source;
use crate::model::Instant;
use crate::store::{self, Kept, Store};

/// Entries that are made in one transaction.
const BATCH: usize = 500;

/// Publishes what is held of a source; says how many items that makes. Articles that the source
/// wants are fetched at the next visits.
pub async fn release(
    world: &World,
    store: &Store,
    source: &Arc<Source>,
    now: Instant,
) -> Result<usize, store::Error> {
    let maker = Maker::new(world, source, now);
    let tries = u32::from(source.full_text);
    let mut released = 0;
    store.forget_faces(&source.id).await?;
    loop {
        let mut by_key = BTreeMap::<String, Vec<Kept>>::new();
        for (key, original, print) in store.held_back(&source.id, BATCH).await? {
            by_key.entry(key).or_default().push(Kept { original, print, tries, not_before: None });
        }
        let (mut items, mut held) = (Vec::new(), Vec::new());
        for (key, renditions) in by_key {
            match maker.make(store, key, None, renditions).await? {
                Made::Item(item, _) => items.push(*item),
                Made::Held(entries) => held.extend(entries),
                Made::Ignored(_) => {}
            }
        }
        if items.is_empty() {
            return Ok(released);
        }
        store.keep(&source.id, now.timestamp(), &items, &held).await?;
        released += items.len();
    }
}
