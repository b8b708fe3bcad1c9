//! What changed in the store to files in the published folder: one edition of the site.
//!
//! The work is proportional to what changed. A crash at any point leaves whole files, and the
//! next edition does again what was not done to the end.

mod living;

pub use living::published;

use std::collections::{BTreeMap, HashMap};

use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::config::Settings;
use crate::model::{Category, CategoryId, File, Item, ItemId, SourceId};
use crate::output::{Folder, Known, Written};
use crate::publish::{Library, Press, Shelf, Site, SourceNote};
use crate::refresh;
use crate::store::{Pending, ShelfRow, Store, WrittenFile};

/// Items that are in memory at a time.
const BATCH: usize = 256;
/// Categories that the home page shows with their newest items, and how many of these.
const SHELVES: (usize, usize) = (60, 5);

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
    let whole = prepare(store, settings, authority, &folder, care).await?;
    let pending = store.pending().await?;
    if pending.is_empty() && !whole {
        return Ok(Done::default());
    }
    let mut edition = Edition::open(store, settings, authority, folder).await?;
    edition.print(&pending).await?;
    let removed = if whole { edition.sweep().await? } else { edition.withdraw(&pending).await? };
    edition.done.removed = removed.len();
    store.published(&pending, &edition.files, &removed).await?;
    if whole {
        store.set_meta("edition", &fingerprint(settings, authority)).await?;
    }
    Ok(edition.done)
}

/// Marks what has to be made again for other reasons than new items; says whether that is
/// everything.
async fn prepare(
    store: &Store,
    settings: &Settings,
    authority: &str,
    folder: &Arc<Folder>,
    care: Care,
) -> anyhow::Result<bool> {
    let wishes: Vec<_> =
        settings.categories.iter().map(|one| refresh::wish_for(settings, one.id.clone())).collect();
    store.settle(&wishes).await?;
    living::unite(store, settings).await?;
    living::mark_new(store, settings).await?;
    if store.meta("edition").await? != Some(fingerprint(settings, authority)) {
        store.pend_all().await?;
        return Ok(true);
    }
    if care == Care::Folder {
        let files = store.files().await?;
        let folder = Arc::clone(folder);
        let missing = blocking(move || drifted(&folder, &files)).await?;
        if missing.index {
            store.pend_all().await?;
            return Ok(true);
        }
        store.pend(&missing.items, &missing.slugs).await?;
    }
    Ok(false)
}

/// Everything besides items and categories that decides what files hold. When it changes, all of
/// them are made again; those that come out the same are left alone.
fn fingerprint(settings: &Settings, authority: &str) -> String {
    let dir = std::path::absolute(&settings.publish.dir);
    let dir = dir.unwrap_or_else(|_| settings.publish.dir.clone());
    let parts = format!(
        "{} {:?} {:?} {} {authority} {:?}",
        env!("CARGO_PKG_VERSION"),
        settings.site,
        settings.publish.items,
        dir.display(),
        settings.websub.named(&settings.site.url).first(),
    );
    let digest = Sha256::digest(parts);
    let start = digest.first_chunk().copied().unwrap_or_default();
    format!("{:032x}", u128::from_be_bytes(start))
}

/// What has to be made again because its file is not as it was written.
#[derive(Debug, Default)]
struct Drifted {
    items: Vec<ItemId>,
    slugs: Vec<String>,
    index: bool,
}

fn drifted(folder: &Folder, files: &HashMap<String, WrittenFile>) -> Drifted {
    let mut drifted = Drifted::default();
    for file in files.values() {
        if folder.looks(&file.path) == Some((file.size, file.mtime)) {
            continue;
        }
        let stem = file.path.rsplit_once('.').map_or(file.path.as_str(), |(stem, _)| stem);
        match stem.split_once('/') {
            Some(("share", id)) => drifted.items.push(ItemId::new(id)),
            Some(("category", slug)) => drifted.slugs.push(slug.to_owned()),
            _ => drifted.index = true,
        }
    }
    drifted
}

struct Edition<'e> {
    store: &'e Store,
    settings: &'e Settings,
    folder: Arc<Folder>,
    press: Arc<Press>,
    /// Those that are published.
    categories: BTreeMap<CategoryId, Category>,
    known: HashMap<String, WrittenFile>,
    files: Vec<WrittenFile>,
    done: Done,
}

impl<'e> Edition<'e> {
    async fn open(
        store: &'e Store,
        settings: &'e Settings,
        authority: &str,
        folder: Arc<Folder>,
    ) -> anyhow::Result<Self> {
        let known = store.files().await?;
        let categories = living::categories(store, settings, &known).await?;
        let library = Library {
            site: site(settings, authority),
            categories: categories.clone(),
            sources: sources(store, settings).await?,
        };
        let press = Arc::new(Press::new(library)?);
        let (files, done) = (Vec::new(), Done::default());
        Ok(Self { store, settings, folder, press, categories, known, files, done })
    }

    /// Share pages first, then the documents that name them, then the pages that name those: no
    /// reader is ever sent to a file that is not there yet.
    async fn print(&mut self, pending: &Pending) -> anyhow::Result<()> {
        for ids in pending.items.chunks(BATCH) {
            let withheld = self.store.withheld_of(ids).await?;
            let mut items = self.store.items_by_id(ids).await?;
            items.retain(|item| !withheld.contains(&item.id));
            let press = Arc::clone(&self.press);
            self.write(move || items.iter().map(|item| press.share(item)).collect()).await?;
        }
        for ids in pending.categories.chunks(BATCH / 8) {
            let mut shelves = Vec::new();
            for id in ids {
                let Some(category) = self.categories.get(id).cloned() else { continue };
                let items = self.store.items_of(id, self.settings.publish.items).await?;
                shelves.push((category, items));
            }
            let press = Arc::clone(&self.press);
            self.write(move || {
                let each = shelves.iter();
                each.flat_map(|(category, items)| press.category(category, items)).collect()
            })
            .await?;
        }
        self.index().await
    }

    async fn index(&mut self) -> anyhow::Result<()> {
        let newest = self.store.newest(self.settings.publish.items).await?;
        let mut rows = self.store.shelves().await?;
        rows.retain(|row| self.categories.contains_key(&row.category.id));
        let shown: Vec<CategoryId> =
            rows.iter().take(SHELVES.0).map(|row| row.category.id.clone()).collect();
        let mut items = BTreeMap::new();
        for id in shown {
            let few = self.store.items_of(&id, SHELVES.1).await?;
            items.insert(id, few);
        }
        let press = Arc::clone(&self.press);
        self.write(move || {
            let mut files = press.all(&newest);
            files.push(press.opml());
            files.extend(press.fixed());
            files.push(press.home(&shelves(&rows, &items)));
            files
        })
        .await
    }

    /// Makes files and writes them, off the runtime's threads.
    async fn write(
        &mut self,
        make: impl FnOnce() -> Vec<File> + Send + 'static,
    ) -> anyhow::Result<()> {
        let files = blocking(make).await?;
        let known = |file: &File| {
            self.known.get(&file.path).map(|known| Known {
                digest: known.digest,
                size: known.size,
                mtime_ns: known.mtime,
            })
        };
        let files: Vec<_> = files
            .into_iter()
            .map(|file| {
                let known = known(&file);
                (file, known)
            })
            .collect();
        let folder = Arc::clone(&self.folder);
        let written = blocking(move || {
            let written = folder.write_all(files)?;
            folder.sync().map(|()| written)
        })
        .await?
        .context("publish")?;
        for (path, written) in written {
            match &written {
                Written::Unchanged(_) => self.done.unchanged += 1,
                Written::Replaced(_) => self.done.written += 1,
            }
            let known = written.known();
            let (digest, size, mtime) = (known.digest, known.size, known.mtime_ns);
            self.files.push(WrittenFile { path, digest, size, mtime });
        }
        Ok(())
    }

    /// Removes what we published once and nothing stands for any more; only ever our own files.
    async fn sweep(&self) -> anyhow::Result<Vec<String>> {
        let kept: std::collections::HashSet<&str> =
            self.files.iter().map(|file| file.path.as_str()).collect();
        let stale: Vec<String> =
            self.known.keys().filter(|path| !kept.contains(path.as_str())).cloned().collect();
        self.remove(stale).await
    }

    /// Removes the files of what is published no longer, as far as it changed.
    async fn withdraw(&self, pending: &Pending) -> anyhow::Result<Vec<String>> {
        let withheld = self.store.withheld_of(&pending.items).await?;
        let known = self.known.keys().map(String::as_str);
        self.remove(living::stale(known, &self.categories, &withheld)).await
    }

    async fn remove(&self, stale: Vec<String>) -> anyhow::Result<Vec<String>> {
        let folder = Arc::clone(&self.folder);
        blocking(move || {
            for path in &stale {
                folder.remove(path)?;
            }
            Ok::<_, crate::output::Error>(stale)
        })
        .await?
        .context("publish")
    }
}

fn shelves<'s>(rows: &'s [ShelfRow], items: &'s BTreeMap<CategoryId, Vec<Item>>) -> Vec<Shelf<'s>> {
    let shelf = |row: &'s ShelfRow| Shelf {
        category: &row.category,
        items: items.get(&row.category.id).map(Vec::as_slice).unwrap_or_default(),
        total: row.total,
    };
    rows.iter().map(shelf).collect()
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

/// What is said of sources in public: the settings' words, else the sources' own.
async fn sources(
    store: &Store,
    settings: &Settings,
) -> anyhow::Result<BTreeMap<SourceId, SourceNote>> {
    let health = store.health().await?;
    let known = health.into_iter().map(|one| {
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
