//! When documents may change next: with the next visit to a source of theirs.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use chrono::TimeDelta;

use super::setup;
use crate::model::Instant;
use crate::store::Store;

/// How long what the store said is believed.
const BELIEVED: TimeDelta = TimeDelta::seconds(10);
/// A visit that is overdue for longer will not be made: the source is paused, or no source any more.
const OVERDUE: TimeDelta = TimeDelta::hours(1);
/// Documents that are remembered.
const MOST: usize = 10_000;

/// What the store said of a document, and when.
#[derive(Clone, Copy, Debug)]
struct Told {
    at: Instant,
    next: Option<Instant>,
}

/// Knows when documents may change.
pub(super) struct Horizon {
    store: Store,
    told: RwLock<HashMap<String, Told>>,
}

impl Horizon {
    pub(super) fn new(store: Store) -> Self {
        Self { store, told: RwLock::default() }
    }

    /// How long a file will hardly change: until a source is visited that it has items of. None
    /// for what is of no category, and not of all.
    pub(super) async fn of(&self, file: &str) -> Option<Duration> {
        let slug = document(file)?;
        let now = setup::now();
        let known = self.told.read().unwrap_or_else(PoisonError::into_inner).get(slug).copied();
        let told = match known.filter(|told| now - told.at < BELIEVED) {
            Some(told) => told,
            None => self.ask(slug, now).await?,
        };
        Some((told.next? - now).to_std().unwrap_or_default())
    }

    async fn ask(&self, slug: &str, now: Instant) -> Option<Told> {
        let category = Some(slug).filter(|slug| !slug.is_empty());
        let next = self.store.next_visit_for(category, now - OVERDUE).await.ok()?;
        let told = Told { at: now, next };
        let mut all = self.told.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(slug.to_owned(), told);
        Some(told)
    }
}

/// The category whose current document a file is: its address, empty for all of them together.
fn document(file: &str) -> Option<&str> {
    let (stem, _) = file.rsplit_once('.')?;
    let slug = stem.strip_prefix("category/");
    slug.or(matches!(stem, "all" | "index").then_some(""))
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn documents_are_a_categorys_or_of_all() {
        assert_eq!(document("category/科技.atom"), Some("科技"));
        assert_eq!(document("category/a.b.html"), Some("a.b"));
        assert_eq!(document("all.json"), Some(""));
        assert_eq!(document("index.html"), Some(""));
        for other in ["share/x.html", "archive/a/1.atom", "opml.xml", "all"] {
            assert_eq!(document(other), None, "{other}");
        }
    }
}
