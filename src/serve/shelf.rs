//! The files of the folder, kept in memory for as long as they are the same on disk.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use super::coding::{self, Coding};
use super::media;

/// How often a file may be replaced under our hands before we give up on it.
const ATTEMPTS: usize = 16;
/// The largest file that is read, in bytes: many times what any of ours has.
const LARGEST: u64 = 256 << 20;

/// A file as it is sent.
pub(super) struct Content {
    plain: Bytes,
    gzip: Option<Bytes>,
    digest: String,
    /// Whether it is one of a row of numbered files, and not the last.
    pub is_followed: bool,
    /// Time of the last change on disk.
    pub modified: DateTime<Utc>,
}

impl Content {
    /// The coding that is there, given the one that is wanted.
    pub(super) fn coding(&self, wanted: Coding) -> Coding {
        if self.gzip.is_some() { wanted } else { Coding::Identity }
    }

    /// The bytes in a coding.
    pub(super) fn bytes(&self, coding: Coding) -> Bytes {
        match (coding, &self.gzip) {
            (Coding::Gzip, Some(packed)) => packed.clone(),
            _ => self.plain.clone(),
        }
    }

    /// A strong entity tag with its quotes: it tells the content, not the time or the file.
    pub(super) fn tag(&self, coding: Coding) -> String {
        format!("\"{}{}\"", self.digest, coding.suffix())
    }

    fn weight(&self) -> usize {
        self.plain.len() + self.gzip.as_ref().map_or(0, Bytes::len)
    }
}

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
        Self { root, budget, kept: Mutex::default() }
    }

    /// The file at a path relative to the root, as it is on disk now; `None` where there is none.
    /// A file that is there but cannot be read is served as it was last.
    pub(super) async fn get(&self, path: &str) -> io::Result<Option<Arc<Content>>> {
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
                self.weigh(path, &cell, content.weight());
                Ok(Some(Arc::clone(content)))
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(self.forget(path)),
            Err(cause) => self.last(path).map(Some).ok_or(cause),
        }
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

    /// Counts a content once, and makes room by letting go of what was not asked for longest.
    fn weigh(&self, path: &str, cell: &Arc<OnceCell<Arc<Content>>>, weight: usize) {
        let mut kept = self.kept();
        let Some(slot) = kept.slots.get_mut(path).filter(|slot| Arc::ptr_eq(&slot.cell, cell))
        else {
            return;
        };
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
        let mut content = content(path, bytes, found.modified()?);
        content.is_followed =
            follower(path).is_some_and(|next| matches!(look(root, &next), Ok(Some(_))));
        return Ok(Arc::new(content));
    }
    Err(io::Error::other("the file is replaced faster than it can be read"))
}

fn content(path: &str, bytes: Vec<u8>, modified: SystemTime) -> Content {
    let digest = digest(&bytes);
    let gzip = media::of(path).text.then(|| coding::gzip(&bytes)).flatten();
    let modified = modified.into();
    Content { plain: Bytes::from(bytes), gzip, digest, is_followed: false, modified }
}

/// The file with the next number: `archive/tech/8.atom` after `archive/tech/7.atom`.
fn follower(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let (number, extension) = name.split_once('.')?;
    let next = number.parse::<u32>().ok()?.checked_add(1)?;
    Some(format!("{folder}/{next}.{extension}"))
}

/// Half of the SHA-256 in hexadecimal: enough that no two contents share it.
fn digest(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(32);
    for byte in Sha256::digest(bytes).iter().take(16) {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
