//! What changed in the store to files in the published folder: one edition of the site.
//!
//! The work is proportional to what changed. A crash at any point leaves whole files, and the
//! next edition does again what was not done to the end.

mod living;
mod mirror;
mod prepare;
mod print;

pub use living::published;
pub use mirror::{Mirror, Target};

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;

use crate::config::Settings;
use crate::model::{Instant, SourceId};
use crate::output::Folder;
use crate::publish::{Library, Press, Site, SourceNote};
use crate::store::{ShelfRow, Store};
use print::Edition;

/// Items of a full archive document. Changing it leaves those that are full as they are.
const ARCHIVE: usize = 50;

/// What an edition did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Files that are new or have new contents.
    pub written: usize,
    /// Files that were made again and were the same.
    pub unchanged: usize,
    /// Files that nothing stands for any more.
    pub removed: usize,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// What is marked as changed.
    Changes,
    /// Besides, every published file is looked for, and made again if it is missing or was
    /// changed by somebody else.
    Folder,
}

/// Publishes what is pending.
pub async fn publish(
    store: &Store,
    settings: &Arc<Settings>,
    authority: &str,
    care: Care,
) -> anyhow::Result<Done> {
    let _press = store.press().await;
    let dir = settings.publish.dir.clone();
    let folder = blocking(move || Folder::open(&dir)).await?;
    let folder = Arc::new(folder.context("publish")?);
    let whole = Box::pin(prepare::prepare(store, settings, authority, &folder, care)).await?;
    store.turn(settings.publish.items, ARCHIVE).await?;
    let shares = store.pending_shares().await?;
    let pending = store.pending().await?;
    if pending.is_empty() && shares.is_none() && !whole {
        return Ok(Done::default());
    }
    let is_large = whole || Edition::is_large(&pending);
    let lists = shares.is_some() || pending.index.is_some();
    // Of a hundred thousand categories one new item names a few.
    let is_small = !is_large && !lists && living::is_plain(settings);
    let few = is_small.then_some(&pending);
    let open = Edition::open(store, settings, authority, folder, (is_large, few), lists);
    let mut edition = open.await?;
    Box::pin(edition.print(&pending, lists)).await?;
    let removed = edition.sweep(&pending, whole).await?;
    store.published(&pending, &edition.files, &removed).await?;
    if let Some(mark) = shares {
        store.shares_published(mark).await?;
    }
    if whole {
        prepare::conclude(store, settings, authority).await?;
    }
    Ok(edition.done)
}

/// The site as it is published.
pub fn site(settings: &Settings, authority: &str) -> Site {
    let site = &settings.site;
    let every = settings.sources.iter().map(|source| source.every.shortest()).min();
    Site {
        title: site.title.clone(),
        description: site.description.clone(),
        url: site.url.clone(),
        language: site.language.clone(),
        zone: site.zone,
        authority: authority.to_owned(),
        ttl_minutes: every.map_or(60, |every| (every.as_secs() / 60).clamp(1, 1_440) as u32),
        hub: settings.websub.named(&site.url).into_iter().next(),
        footer: site.footer.clone(),
    }
}

/// A press for documents that are made when they are asked for.
pub async fn press(store: &Store, settings: &Settings, now: Instant) -> anyhow::Result<Press> {
    let authority = authority(store, settings, now).await?;
    let shelves = living::shelves(store, settings).await?;
    let library = library(store, settings, &authority, &shelves).await?;
    let press = Press::with_templates(library, &settings.publish.templates)?;
    Ok(press.with_longest(settings.publish.bytes))
}

/// What documents refer to; the categories are those that are published.
async fn library(
    store: &Store,
    settings: &Settings,
    authority: &str,
    shelves: &[ShelfRow],
) -> anyhow::Result<Library> {
    let category = |row: &ShelfRow| (row.category.id.clone(), row.category.clone());
    Ok(Library {
        site: site(settings, authority),
        categories: shelves.iter().map(category).collect(),
        sources: sources(store, settings).await?,
    })
}

/// What is said of sources in public: the settings' words, else the sources' own.
async fn sources(
    store: &Store,
    settings: &Settings,
) -> anyhow::Result<BTreeMap<SourceId, SourceNote>> {
    let words = store.source_words().await?;
    let known = words.into_iter().map(|one| {
        let title = one.title.unwrap_or_else(|| one.source.to_string());
        (one.source, SourceNote { title, feed: one.feed, home: one.home })
    });
    let mut notes: BTreeMap<SourceId, SourceNote> = known.collect();
    for source in &settings.sources {
        let note = notes.entry(source.id.clone()).or_insert_with(|| SourceNote {
            title: source.id.to_string(),
            feed: None,
            home: None,
        });
        if let Some(title) = &source.title {
            note.title.clone_from(title);
        }
        if let Some(home) = &source.home {
            note.home = Some(home.to_string());
        }
    }
    Ok(notes)
}

/// The authority of our ids (RFC 4151), minted once: it survives a move of the site.
pub async fn authority(
    store: &Store,
    settings: &Settings,
    now: crate::model::Instant,
) -> anyhow::Result<String> {
    if let Some(given) = &settings.site.authority {
        return Ok(given.clone());
    }
    if let Some(minted) = store.meta("authority").await? {
        return Ok(minted);
    }
    let host = settings.site.url.host_str().unwrap_or("localhost");
    let minted = format!("{host},{}", now.format("%Y"));
    store.set_meta("authority", &minted).await?;
    Ok(minted)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("a part of the work came to an unexpected end")
}
