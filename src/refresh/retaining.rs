//! What is old is forgotten, and the disk gets its room back, while everything goes on.

use chrono::TimeDelta;
use serde::Serialize;

use super::World;
use crate::config::Keep;
use crate::model::Instant;
use crate::store::{self, Span, Store};

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// Items of which only what they are known by is kept.
    pub items: usize,
    /// Items that left a category.
    pub places: usize,
}

/// Forgets what the settings do not want to be kept, and ends the recommendations that are over.
pub async fn retain(world: &World, store: &Store, now: Instant) -> Result<Forgotten, store::Error> {
    store.end_shares(now).await?;
    let mut forgotten = Forgotten::default();
    for (source, keep) in &world.settings.keep {
        let Some(span) = span(*keep, now) else { continue };
        loop {
            let some = store.forget(source, span).await?;
            forgotten.items += some;
            if some == 0 || world.stop.is_said() {
                break;
            }
        }
    }
    for category in &world.settings.categories {
        let Some(span) = category.keep.and_then(|keep| span(keep, now)) else { continue };
        loop {
            let some = store.outgrow(&category.id, span).await?;
            forgotten.places += some;
            if some == 0 || world.stop.is_said() {
                break;
            }
        }
    }
    if forgotten.items > 0 {
        while !world.stop.is_said() && store.compact().await? {}
    }
    Ok(forgotten)
}

fn span(keep: Keep, now: Instant) -> Option<Span> {
    let since = keep
        .days
        .and_then(|days| now.checked_sub_signed(TimeDelta::try_days(i64::try_from(days).ok()?)?));
    let span = Span { since, items: keep.items };
    (span != Span::default()).then_some(span)
}
