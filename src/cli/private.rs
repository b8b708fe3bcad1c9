//! Private categories as their subscribers read them: made when they are asked for, and never in
//! the published folder.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{setup, subscribers};
use crate::config::Settings;
use crate::edition;
use crate::model::{Category, CategoryId, ItemId};
use crate::publish::{Format, Private};
use crate::serve::{Found, Reach};
use crate::store::{Store, Subscriber};

/// Documents that are made at a time; whoever asks beside them waits.
const AT_ONCE: usize = 2;

/// The settings of the moment.
pub(super) type Current = Arc<dyn Fn() -> Arc<Settings> + Send + Sync>;

/// Knows the addresses of subscribers.
pub(super) struct Readers {
    store: Store,
    settings: Current,
    seats: Semaphore,
}

impl Readers {
    pub(super) fn new(store: Store, settings: Current) -> Self {
        Self { store, settings, seats: Semaphore::new(AT_ONCE) }
    }

    /// The document at the last part of an address.
    pub(super) async fn document(&self, part: &str) -> Found {
        match self.make(part).await {
            Ok(found) => found,
            Err(why) => {
                // Not the address: it is as good as a key.
                tracing::error!("a private document cannot be made: {why:#}");
                Found::Nothing
            }
        }
    }

    async fn make(&self, part: &str) -> anyhow::Result<Found> {
        let Some((pass, Some(format))) = part.rsplit_once('.').map(|(a, b)| (a, form(b))) else {
            return Ok(Found::Nothing);
        };
        let Some(subscriber) = self.subscriber(pass).await? else { return Ok(Found::Nothing) };
        if !subscriber.is_good(setup::now()) {
            return Ok(Found::Gone);
        }
        let settings = (self.settings)();
        let kept = self.store.privacy(&subscriber.category).await?.map(|(category, _)| category);
        let Some(category) = kept.or_else(|| named(&settings, &subscriber.category)) else {
            return Ok(Found::Gone);
        };
        let _seat = self.seats.acquire().await?;
        let items = self.store.items_for(&subscriber.category, settings.publish.items);
        let (items, is_whole) = items.await?;
        let ids: Vec<ItemId> = items.iter().map(|item| item.id.clone()).collect();
        let secret = self.store.private_of(&ids).await?;
        let press = edition::press(&self.store, &settings, setup::now()).await?;
        let path = format!("private/{pass}");
        let bytes = tokio::task::spawn_blocking(move || {
            let (category, items, secret) = (&category, &*items, &secret);
            press.private(&Private { category, items, is_whole, secret, path: &path }, format)
        });
        let (media_type, bytes) = (format.media_type().to_owned(), bytes.await?);
        Ok(Found::Document { media_type, bytes, reach: Reach::Holder })
    }

    /// Whose an address is. Without the signature nothing is looked up.
    async fn subscriber(&self, pass: &str) -> anyhow::Result<Option<Subscriber>> {
        let path = self.store.path().to_owned();
        let key = tokio::task::spawn_blocking(move || subscribers::key(&path)).await??;
        let Some(code) = key.as_ref().and_then(|key| key.code(pass)) else { return Ok(None) };
        Ok(self.store.subscriber(code).await?)
    }
}

/// A category of the settings that has had no item yet.
fn named(settings: &Settings, id: &CategoryId) -> Option<Category> {
    let found = settings.categories.iter().find(|one| one.id == *id)?;
    let (slug, title) = (id.to_string(), found.title.clone());
    Some(Category { id: id.clone(), slug, title })
}

fn form(ending: &str) -> Option<Format> {
    match ending {
        "atom" => Some(Format::Atom),
        "rss" => Some(Format::Rss),
        "json" => Some(Format::Json),
        "html" => Some(Format::Html),
        _ => None,
    }
}
