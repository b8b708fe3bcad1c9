//! The files of the folder, kept in memory for as long as they are the same on disk.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::{OnceCell, Semaphore};
use tokio::task::spawn_blocking;

use super::coding::Coding;
use super::content::{Content, Form};

/// How often a file may be replaced under our hands before we give up on it.
const ATTEMPTS: usize = 16;
/// Contents that are compressed at a time.
const PACKING: usize = 2;
/// The largest file that is read, in bytes: many times what any of ours has.
const LARGEST: u64 = 256 << 20;

/// What tells one state of a file from the next. A new content may have the size and even the
/// time of the old one, but it is another file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    identity: Identity,
}

/// Device, number, and the time when the file got its name.
type Identity = (u64, u64, i64, i64);

impl Stamp {
    fn of(found: &Metadata) -> Self {
        Self { size: found.len(), modified: found.modified().ok(), identity: identity(found) }
    }
}

#[cfg(unix)]
fn identity(found: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino(), found.ctime(), found.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    Identity::default()
}

/// The files in memory, at most so many bytes of them.
pub(super) struct Shelf {
    root: PathBuf,
    budget: usize,
    /// Each compression takes some memory and a core.
    packing: Semaphore,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    slots: HashMap<String, Slot>,
    bytes: usize,
    uses: u64,
}

struct Slot {
    stamp: Stamp,
    /// Filled once, however many ask at the same time.
    cell: Arc<OnceCell<Arc<Content>>>,
    /// The content before, for as long as the cell is empty.
    before: Option<Arc<Content>>,
    weight: usize,
    used: u64,
}

impl Slot {
    fn last(&self) -> Option<Arc<Content>> {
        self.cell.get().or(self.before.as_ref()).cloned()
    }
}

impl Shelf {
    pub(super) fn new(root: PathBuf, budget: usize) -> Self {
        Self { root, budget, packing: Semaphore::new(PACKING), kept: Mutex::default() }
    }

    /// The file at a path relative to the root, as it is on disk now; `None` where there is none.
    /// A file that is there but cannot be read is served as it was last.
    pub(super) async fn get(&self, path: &str) -> io::Result<Option<Arc<Content>>> {
        if let Some(content) = self.still(path) {
            return Ok(Some(content));
        }
        let (root, asked) = (self.root.clone(), path.to_owned());
        let stamp = match blocking(move || look(&root, &asked)).await {
            Ok(Some(stamp)) => stamp,
            Ok(None) => return Ok(self.forget(path)),
            Err(cause) => return self.last(path).map(Some).ok_or(cause),
        };
        let cell = self.cell(path, stamp);
        let (root, asked) = (self.root.clone(), path.to_owned());
        let load = || blocking(move || load(&root, &asked));
        match cell.get_or_try_init(load).await {
            Ok(content) => {
                self.weigh(path, content);
                Ok(Some(Arc::clone(content)))
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(self.forget(path)),
            Err(cause) => self.last(path).map(Some).ok_or(cause),
        }
    }

    /// A content of this shelf in a coding; what is made for that is counted.
    pub(super) async fn form<'c>(
        &self,
        path: &str,
        content: &'c Arc<Content>,
        coding: Coding,
    ) -> &'c Form {
        let before = content.weight();
        // A closed one would only mean that nobody waits.
        let seat = if content.has(coding) { None } else { self.packing.acquire().await.ok() };
        let form = content.form(coding).await;
        drop(seat);
        if content.weight() != before {
            self.weigh(path, content);
        }
        form
    }

    /// A file that is in memory and the same on disk. That is looked up right here: for a file in
    /// use the system knows it without its disk, sooner than another thread would be asked.
    fn still(&self, path: &str) -> Option<Arc<Content>> {
        let (stamp, content) = {
            let mut kept = self.kept();
            kept.uses += 1;
            let used = kept.uses;
            let slot = kept.slots.get_mut(path)?;
            slot.used = used;
            (slot.stamp, Arc::clone(slot.cell.get()?))
        };
        let found = look(&self.root, path).ok()??;
        (found == stamp).then_some(content)
    }

    /// The place for a file in this state; what was there in another state leaves.
    fn cell(&self, path: &str, stamp: Stamp) -> Arc<OnceCell<Arc<Content>>> {
        let mut kept = self.kept();
        kept.uses += 1;
        let used = kept.uses;
        if let Some(slot) = kept.slots.get_mut(path).filter(|slot| slot.stamp == stamp) {
            slot.used = used;
            return Arc::clone(&slot.cell);
        }
        let before = kept.remove(path).and_then(|slot| slot.last());
        let cell = Arc::default();
        let slot = Slot { stamp, cell: Arc::clone(&cell), before, weight: 0, used };
        kept.slots.insert(path.to_owned(), slot);
        cell
    }

    /// Counts what a content takes by now, and makes room by letting go of what was not asked for
    /// longest.
    fn weigh(&self, path: &str, content: &Arc<Content>) {
        let weight = content.weight();
        let mut kept = self.kept();
        let is_it = |slot: &&mut Slot| slot.cell.get().is_some_and(|it| Arc::ptr_eq(it, content));
        let Some(slot) = kept.slots.get_mut(path).filter(is_it) else { return };
        let more = weight - slot.weight.min(weight);
        slot.weight = weight;
        slot.before = None;
        kept.bytes += more;
        if kept.bytes > self.budget {
            kept.shrink(self.budget - self.budget / 8);
        }
    }

    fn last(&self, path: &str) -> Option<Arc<Content>> {
        self.kept().slots.get(path).and_then(Slot::last)
    }

    fn forget(&self, path: &str) -> Option<Arc<Content>> {
        self.kept().remove(path);
        None
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn remove(&mut self, path: &str) -> Option<Slot> {
        let slot = self.slots.remove(path)?;
        self.bytes -= slot.weight.min(self.bytes);
        Some(slot)
    }

    fn shrink(&mut self, goal: usize) {
        let mut by_use: Vec<(u64, String)> =
            self.slots.iter().map(|(path, slot)| (slot.used, path.clone())).collect();
        by_use.sort_unstable();
        for (_, path) in by_use {
            if self.bytes <= goal {
                return;
            }
            self.remove(&path);
        }
    }
}

/// Disk and compression stay off the threads that answer.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

/// The state of a regular file that is reached without any symbolic link.
fn look(root: &Path, path: &str) -> io::Result<Option<Stamp>> {
    let mut here = root.to_owned();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        here.push(part);
        let found = match fs::symlink_metadata(&here) {
            Ok(found) => found,
            Err(cause) if absent(&cause) => return Ok(None),
            Err(cause) => return Err(cause),
        };
        match parts.peek() {
            Some(_) if found.is_dir() => {}
            None if found.is_file() => return Ok(Some(Stamp::of(&found))),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn absent(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
    )
}

/// Reads a file whole: the opened file is the one that was looked at, not what a link led to.
fn load(root: &Path, path: &str) -> io::Result<Arc<Content>> {
    for _ in 0..ATTEMPTS {
        let Some(seen) = look(root, path)? else { return Err(io::ErrorKind::NotFound.into()) };
        let mut file = match fs::File::open(root.join(path)) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            opened => opened?,
        };
        let found = file.metadata()?;
        if Stamp::of(&found) != seen {
            continue;
        }
        if seen.size > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut bytes = Vec::with_capacity(seen.size as usize);
        file.read_to_end(&mut bytes)?;
        let is_followed = follower(path).is_some_and(|next| is_there(root, &next));
        return Ok(Arc::new(Content::new(path, bytes, found.modified()?, is_followed)));
    }
    Err(io::Error::other("the file is replaced faster than it can be read"))
}

/// Whether there is a file that would be served.
pub(super) fn is_there(root: &Path, path: &str) -> bool {
    matches!(look(root, path), Ok(Some(_)))
}

/// The file with the next number: `archive/tech/8.atom` after `archive/tech/7.atom`.
pub(super) fn follower(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let (number, extension) = name.split_once('.')?;
    let next = number.parse::<u32>().ok()?.checked_add(1)?;
    Some(format!("{folder}/{next}.{extension}"))
}
