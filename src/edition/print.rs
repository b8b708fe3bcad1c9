//! The files of an edition: made in small parts, and given their places together.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use anyhow::Context as _;

use super::{Done, blocking, library, living};
use crate::config::Settings;
use crate::model::{Category, CategoryId, File, Item};
use crate::output::{self, Batch, Folder, Known, Written};
use crate::publish::{self, Press, Shared, Sheet, Shelf, Withdrawn};
use crate::store::{Leaf, Pending, ShelfRow, Shelved, Store, WrittenFile};

/// Items, and documents of items, that are in memory at a time.
const BATCH: (usize, usize) = (256, 12);
/// Categories that the home page shows with their newest items, and how many of these.
const SHELVES: (usize, usize) = (60, 5);
/// The most tombstones in a document.
const TOMBS: usize = 50;
/// From so many items on, the whole manifest is read at once.
const MANY: usize = 2_000;

/// An edition under way.
pub(super) struct Edition<'e> {
    store: &'e Store,
    folder: Arc<Folder>,
    press: Arc<Press>,
    shelves: Vec<ShelfRow>,
    /// The manifest as it was, where it was read whole.
    known: Option<HashMap<String, WrittenFile>>,
    has_tombs: bool,
    /// What is recommended, and how much that is in all; nothing where nothing ever was.
    shared: Option<(Vec<Shared>, u64)>,
    /// Whether the documents of that are there already.
    is_shared: bool,
    /// Pages of items that are not published any more.
    withheld: Vec<String>,
    batch: Batch,
    /// What is published now, as far as it was made again.
    pub files: Vec<WrittenFile>,
    pub done: Done,
}

/// A document that is to be made.
struct Wanted {
    leaf: Leaf,
    /// `None` for everything.
    category: Option<Category>,
    last: u32,
    items: Vec<Item>,
    withdrawn: Vec<Withdrawn>,
}

impl<'e> Edition<'e> {
    pub(super) async fn open(
        store: &'e Store,
        settings: &'e Settings,
        authority: &str,
        folder: Arc<Folder>,
        (is_large, few): (bool, Option<&Pending>),
        shares: bool,
    ) -> anyhow::Result<Self> {
        // The home page shows but a few.
        let most = if shares { settings.publish.items } else { SHELVES.1 };
        let (shared, is_shared) = shared(store, most).await?;
        // The list of all feeds needs all of them.
        let few = few.filter(|_| shared.is_none() || is_shared);
        let (shelves, categories) = match few {
            Some(pending) => store.shelves_for(publish::NAMED, pending).await?,
            None => (living::shelves(store, settings).await?, 0),
        };
        let library = library(store, settings, authority, &shelves).await?;
        let press = Press::with_templates(library, &settings.publish.templates)?;
        let press = press.with_longest(settings.publish.bytes);
        let press = press.with_shares(shared.is_some()).with_categories(categories as usize);
        Ok(Self {
            store,
            folder,
            press: Arc::new(press),
            shared,
            is_shared,
            shelves,
            known: if is_large { Some(store.files().await?) } else { None },
            has_tombs: store.has_withdrawals().await?,
            withheld: Vec::new(),
            batch: Batch::default(),
            files: Vec::new(),
            done: Done::default(),
        })
    }

    /// Whether so much is pending that the whole manifest is better read at once.
    pub(super) fn is_large(pending: &Pending) -> bool {
        pending.items.len() + pending.pages.len() > MANY
    }

    /// Share pages first, then the documents that name them, then the pages that name those: no
    /// reader is ever sent to a file that is not there yet.
    pub(super) async fn print(&mut self, pending: &Pending, shares: bool) -> anyhow::Result<()> {
        for ids in pending.items.chunks(BATCH.0) {
            let mut withheld = self.store.withheld_of(ids).await?;
            withheld.extend(self.store.private_of(ids).await?);
            let mut items = self.store.items_by_id(ids).await?;
            items.retain(|item| !withheld.contains(&item.id));
            self.withheld.extend(withheld.iter().map(|id| format!("share/{id}.html")));
            let press = Arc::clone(&self.press);
            self.add(items, move |item| vec![press.share(item)]).await?;
        }
        self.documents(&self.wanted(pending)).await?;
        if shares {
            self.shares().await?;
        }
        self.lists(pending).await?;
        if let Some(why) = self.press.fault() {
            anyhow::bail!("publish: a template: {why}");
        }
        let batch = std::mem::take(&mut self.batch);
        let folder = Arc::clone(&self.folder);
        let written = blocking(move || {
            let written = folder.settle(batch)?;
            folder.sync().map(|()| written)
        });
        self.note(written.await?.context("publish")?);
        Ok(())
    }

    /// The documents of items: archives, then the current ones that lead to them.
    fn wanted(&self, pending: &Pending) -> Vec<(Leaf, Option<Category>)> {
        let numbers: HashMap<Shelved, &Category> =
            self.shelves.iter().map(|row| (row.of, &row.category)).collect();
        let ids: HashSet<&CategoryId> = pending.categories.iter().collect();
        let archives = pending.pages.iter().filter_map(|leaf| match leaf.of {
            Shelved::ALL => Some((*leaf, None)),
            of => Some((*leaf, Some((*numbers.get(&of)?).clone()))),
        });
        let shown = self.shelves.iter().filter(|row| ids.contains(&row.category.id));
        let current = shown.map(|row| (Leaf { of: row.of, page: 0 }, Some(row.category.clone())));
        let all = (Leaf { of: Shelved::ALL, page: 0 }, None);
        archives.chain(current).chain([all]).collect()
    }

    async fn documents(&mut self, wanted: &[(Leaf, Option<Category>)]) -> anyhow::Result<()> {
        for some in wanted.chunks(BATCH.1) {
            let leaves: Vec<Leaf> = some.iter().map(|(leaf, _)| *leaf).collect();
            let of: Vec<Shelved> = leaves.iter().map(|leaf| leaf.of).collect();
            let items = self.store.items_on(&leaves).await?;
            let last = self.store.last_pages(&of).await?;
            let mut sheets = Vec::new();
            for (((leaf, category), items), last) in some.iter().zip(items).zip(last) {
                let withdrawn = self.withdrawn(*leaf).await?;
                let category = category.clone();
                sheets.push(Wanted { leaf: *leaf, category, last, items, withdrawn });
            }
            let press = Arc::clone(&self.press);
            self.add(sheets, move |sheet| sheet.files(&press)).await?;
        }
        Ok(())
    }

    async fn withdrawn(&self, leaf: Leaf) -> anyhow::Result<Vec<Withdrawn>> {
        if !self.has_tombs {
            return Ok(Vec::new());
        }
        let page = Some(leaf.page).filter(|page| *page > 0);
        let rows = self.store.withdrawn_from(leaf.of, page, TOMBS).await?;
        Ok(rows.into_iter().map(|row| Withdrawn { uri: row.uri, since: row.since }).collect())
    }

    /// What the operator recommends.
    async fn shares(&mut self) -> anyhow::Result<()> {
        let Some((shared, total)) = self.shared.clone() else { return Ok(()) };
        let press = Arc::clone(&self.press);
        self.add(vec![()], move |()| press.shares(&shared, total)).await
    }

    /// The home page; and where the categories themselves changed, what lists them all.
    async fn lists(&mut self, pending: &Pending) -> anyhow::Result<()> {
        let shown: Vec<CategoryId> =
            self.shelves.iter().take(SHELVES.0).map(|row| row.category.id.clone()).collect();
        let items = self.store.newest_of(&shown, SHELVES.1).await?;
        let (rows, press) = (self.shelves.clone(), Arc::clone(&self.press));
        let is_new = pending.index.is_some() || (self.shared.is_some() && !self.is_shared);
        let newest = self.shared.as_ref().map(|(shared, _)| shared.iter().take(SHELVES.1));
        let newest: Vec<Shared> = newest.into_iter().flatten().cloned().collect();
        self.add(vec![()], move |()| {
            let mut files = Vec::new();
            if is_new {
                files.push(press.opml());
                files.extend(press.fixed());
            }
            files.push(press.home_with(&shelves(&rows, &items), &newest));
            files
        })
        .await
    }

    /// Makes the files of some things, off the runtime's threads, and adds those that are new to
    /// the batch.
    async fn add<T: Send + Sync + 'static>(
        &mut self,
        things: Vec<T>,
        make: impl Fn(&T) -> Vec<File> + Send + Sync + 'static,
    ) -> anyhow::Result<()> {
        let files = blocking(move || output::together(&things, make)).await?;
        let files: Vec<File> = files.into_iter().flatten().collect();
        let known = if self.known.is_some() {
            HashMap::new()
        } else {
            let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
            self.store.files_at(&paths).await?
        };
        let known = self.known.as_ref().unwrap_or(&known);
        let files: Vec<(File, Option<Known>)> = files
            .into_iter()
            .map(|file| {
                let known = known.get(&file.path).map(remembered);
                (file, known)
            })
            .collect();
        let mut batch = std::mem::take(&mut self.batch);
        let folder = Arc::clone(&self.folder);
        self.batch = blocking(move || {
            folder.add(&mut batch, files)?;
            Ok::<_, output::Error>(batch)
        })
        .await?
        .context("publish")?;
        Ok(())
    }

    fn note(&mut self, written: Vec<(String, Written)>) {
        for (path, written) in written {
            match &written {
                Written::Unchanged(_) => self.done.unchanged += 1,
                Written::Replaced(_) => self.done.written += 1,
            }
            let known = written.known();
            let (digest, size, mtime) = (known.digest, known.size, known.mtime_ns);
            self.files.push(WrittenFile { path, digest, size, mtime });
        }
    }

    /// Removes what we published once and nothing stands for any more; only ever our own files.
    pub(super) async fn sweep(
        &mut self,
        pending: &Pending,
        whole: bool,
    ) -> anyhow::Result<Vec<String>> {
        let kept: HashSet<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
        let asked = pending.removals.iter().chain(&self.withheld).map(String::as_str);
        let asked: Vec<&str> = asked.collect();
        let ours = match (&self.known, whole) {
            (Some(known), true) => known.clone(),
            _ => self.store.files_at(&asked).await?,
        };
        let stale: Vec<String> =
            ours.into_keys().filter(|path| !kept.contains(path.as_str())).collect();
        if stale.is_empty() {
            return Ok(stale);
        }
        self.done.removed = stale.len();
        let folder = Arc::clone(&self.folder);
        blocking(move || {
            for path in &stale {
                folder.remove(path)?;
            }
            folder.sync().map(|()| stale)
        })
        .await?
        .context("publish")
    }
}

impl Wanted {
    fn files(&self, press: &Press) -> Vec<File> {
        let (items, withdrawn) = (&*self.items, &*self.withdrawn);
        let sheet = Sheet { items, withdrawn, page: self.leaf.page, last: self.last };
        match &self.category {
            Some(category) => press.category(category, sheet),
            None => press.all(sheet),
        }
    }
}

/// What is recommended, if anything ever was; and whether that is published.
async fn shared(store: &Store, most: usize) -> anyhow::Result<(Option<(Vec<Shared>, u64)>, bool)> {
    let (rows, total) = store.shared(most).await?;
    let is_there = !store.files_at(&["shares.html"]).await?.is_empty();
    let shared = rows.into_iter().map(|(share, item)| Shared {
        item,
        note: share.note,
        since: share.since,
        changed: share.changed,
    });
    let shared: Vec<Shared> = shared.collect();
    Ok(((total > 0 || is_there).then_some((shared, total)), is_there))
}

fn remembered(file: &WrittenFile) -> Known {
    Known { digest: file.digest, size: file.size, mtime_ns: file.mtime }
}

fn shelves<'s>(rows: &'s [ShelfRow], items: &'s BTreeMap<CategoryId, Vec<Item>>) -> Vec<Shelf<'s>> {
    let shelf = |row: &'s ShelfRow| Shelf {
        category: &row.category,
        items: items.get(&row.category.id).map(Vec::as_slice).unwrap_or_default(),
        total: row.total,
    };
    rows.iter().map(shelf).collect()
}
