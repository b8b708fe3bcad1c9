//! Files to a folder, whole or not at all.

mod error;
mod objects;
mod place;
mod temporary;
mod together;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::model::File;

use temporary::{Temporaries, Temporary};

pub use error::Error;
pub use objects::{Bucket, Words};
pub use together::together;

/// The file that marks a folder as ours.
const MARKER: &str = ".finews";
/// How many new files, and how many bytes of them, wait for the disk at a time: they take room
/// beside the files whose places they are to take.
const BATCH: (usize, u64) = (8_192, 256 << 20);
/// How many files are compared and written at a time.
const AT_ONCE: usize = 64;
/// Files of one folder that one thread looks at.
const LOOKED_AT: usize = 4_096;
/// From so many folders on, the disk is asked for everything at once.
const MANY_FOLDERS: usize = 24;

/// What was written before, as the store remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    /// Length in bytes.
    pub size: u64,
    /// When the file on disk was changed, in nanoseconds since 1970.
    pub mtime_ns: i64,
}

/// What became of a file, and what to remember of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The folder held these very bytes; nothing was touched.
    Unchanged(Known),
    /// The file is new, or its content is.
    Replaced(Known),
}

impl Written {
    /// What to remember of the file, whatever became of it.
    pub fn known(&self) -> &Known {
        match self {
            Self::Unchanged(known) | Self::Replaced(known) => known,
        }
    }
}

/// The published folder. One writer at a time; readers may look whenever they like.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// The root itself, held open: trouble with the disk since then is told to whoever holds it.
    disk: fs::File,
    temporaries: Temporaries,
    touched: Mutex<BTreeSet<PathBuf>>,
    /// The folder of the file before, which is there and no link: the next one's, mostly.
    last: Mutex<String>,
}

impl Folder {
    /// Opens the folder, makes it where it is absent, and clears away what a killed run left.
    /// A folder with foreign files is refused: nothing that we did not write is ever replaced.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let fail = |cause| Error::io("open", dir, cause);
        fs::create_dir_all(dir).or_else(already_there).map_err(fail)?;
        if !fs::metadata(dir).map_err(fail)?.is_dir() {
            return Err(Error::NotAFolder(dir.to_owned()));
        }
        let root = dir.canonicalize().map_err(fail)?;
        claim(&root)?;
        let temporaries = Temporaries::open(&root)?;
        let disk = fs::File::open(&root).map_err(fail)?;
        Ok(Self { root, disk, temporaries, touched: Mutex::default(), last: Mutex::default() })
    }

    /// Writes one file, unless the folder holds the same bytes already. Where `known` agrees with
    /// the size and time on disk, the digest alone decides and the file is not read.
    pub fn write(&self, file: &File, known: Option<&Known>) -> Result<Written, Error> {
        match self.stage(file, known)? {
            Staged::Same(known) => Ok(Written::Unchanged(known)),
            Staged::New(new) => {
                new.temporary.sync()?;
                self.put(*new)
            }
        }
    }

    /// Writes many files and tells what became of each. A file appears only when all those before
    /// it are there and whole, on the disk itself and not just in its cache. After an error the
    /// files before the failing one may or may not have appeared; none is half there.
    pub fn write_all<I>(&self, files: I) -> Result<Vec<(String, Written)>, Error>
    where
        I: IntoIterator<Item = (File, Option<Known>)>,
    {
        let mut batch = Batch::default();
        let mut files = files.into_iter();
        loop {
            let some: Vec<_> = files.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            self.add(&mut batch, some)?;
        }
        self.settle(batch)
    }

    /// Adds files to those that wait for their places; they are in none yet, except that a full
    /// batch makes room for itself.
    pub fn add(&self, batch: &mut Batch, files: Vec<(File, Option<Known>)>) -> Result<(), Error> {
        let staged = together(&files, |(file, known)| self.stage(file, known.as_ref()));
        for ((file, _), staged) in files.into_iter().zip(staged) {
            let staged = staged?;
            if let Staged::New(_) = staged {
                batch.bytes += file.bytes.len() as u64;
            }
            batch.waiting.push((file.path, staged));
        }
        if batch.waiting.len() >= BATCH.0 || batch.bytes >= BATCH.1 {
            self.put_all(batch)?;
        }
        Ok(())
    }

    /// Gives all files of a batch their places, in their order, once the disk has them, and tells
    /// what became of each. The same holds after an error as for `write_all`.
    pub fn settle(&self, mut batch: Batch) -> Result<Vec<(String, Written)>, Error> {
        self.put_all(&mut batch)?;
        Ok(batch.done)
    }

    /// Removes a file, if it is there, and the folders that became empty.
    pub fn remove(&self, path: &str) -> Result<(), Error> {
        self.last().clear();
        let Some(target) = place::find(&self.root, path)? else { return Ok(()) };
        if regular(&target)?.is_none() {
            return Ok(());
        }
        fs::remove_file(&target).map_err(|cause| Error::io("remove", &target, cause))?;
        let mut folder = target.parent();
        while let Some(emptied) = folder.filter(|folder| *folder != self.root) {
            self.touch(emptied);
            if fs::remove_dir(emptied).is_err() {
                return Ok(());
            }
            folder = emptied.parent();
        }
        self.touch(&self.root);
        Ok(())
    }

    /// Makes the names of all files that were written or removed since the last call lasting.
    pub fn sync(&self) -> Result<(), Error> {
        let folders = std::mem::take(&mut *self.touched());
        if folders.len() >= MANY_FOLDERS && temporary::sync_disk(&self.disk).unwrap_or(false) {
            return Ok(());
        }
        for folder in &folders {
            if let Err(cause) = sync_folder(folder) {
                self.touched().extend(folders.iter().cloned());
                return Err(Error::io("sync", folder, cause));
            }
        }
        Ok(())
    }

    /// Size in bytes and time of change (nanoseconds since 1970) of files in the folder, in the
    /// order of their paths here; none of what is not there.
    pub fn looks(&self, paths: &[&str]) -> Vec<Option<(u64, i64)>> {
        let stem = |path: &str| path.rfind('/').unwrap_or(0);
        let all: Vec<&[&str]> = paths
            .chunk_by(|a, b| a[..stem(a)] == b[..stem(b)])
            .flat_map(|one| one.chunks(LOOKED_AT))
            .collect();
        together(&all, |paths| self.looks_in(paths)).into_iter().flatten().collect()
    }

    /// The same for files of one folder.
    fn looks_in(&self, paths: &[&str]) -> Vec<Option<(u64, i64)>> {
        let first = paths.first().and_then(|path| place::find(&self.root, path).ok()?);
        let there = |path: &&str| {
            first.as_ref()?;
            let found = regular(&place::inside(&self.root, path).ok()?).ok()??;
            Some((found.len(), mtime_ns(&found)))
        };
        paths.iter().map(there).collect()
    }

    fn stage(&self, file: &File, known: Option<&Known>) -> Result<Staged, Error> {
        let target = self.target(&file.path)?;
        let digest: [u8; 32] = Sha256::digest(&file.bytes).into();
        let size = file.bytes.len() as u64;
        let there = regular(&target)?;
        if let Some(there) = &there {
            let same = Known { digest, size, mtime_ns: mtime_ns(there) };
            if there.len() == size && (known == Some(&same) || holds(&target, &file.bytes)) {
                return Ok(Staged::Same(same));
            }
        }
        let modified = file.modified.map(|at| later(SystemTime::from(at), there.as_ref()));
        let temporary = self.temporaries.write(&target, &file.bytes, modified)?;
        Ok(Staged::New(Box::new(New { temporary, digest })))
    }

    /// Where a file belongs; its folders are there then.
    fn target(&self, path: &str) -> Result<PathBuf, Error> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !folder.is_empty() && *self.last() == *folder {
            return place::inside(&self.root, path);
        }
        let target = place::make(&self.root, path, |folder| self.touch(folder))?;
        folder.clone_into(&mut self.last());
        Ok(target)
    }

    fn put_all(&self, batch: &mut Batch) -> Result<(), Error> {
        let new: Vec<_> = batch.waiting.iter().filter_map(|(_, one)| one.temporary()).collect();
        temporary::sync_all(&new, &self.disk)?;
        batch.bytes = 0;
        for (path, staged) in batch.waiting.drain(..) {
            let written = match staged {
                Staged::Same(known) => Written::Unchanged(known),
                Staged::New(new) => self.put(*new)?,
            };
            batch.done.push((path, written));
        }
        Ok(())
    }

    fn put(&self, new: New) -> Result<Written, Error> {
        let (target, found) = new.temporary.put()?;
        if let Some(folder) = target.parent() {
            self.touch(folder);
        }
        let (digest, size, mtime_ns) = (new.digest, found.len(), mtime_ns(&found));
        Ok(Written::Replaced(Known { digest, size, mtime_ns }))
    }

    fn last(&self) -> MutexGuard<'_, String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self, folder: &Path) {
        self.touched().insert(folder.to_owned());
    }

    fn touched(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Files on their way to the folder.
#[derive(Default)]
pub struct Batch {
    waiting: Vec<(String, Staged)>,
    bytes: u64,
    done: Vec<(String, Written)>,
}

/// A file on its way: compared, and written beside its place where it differs.
enum Staged {
    Same(Known),
    New(Box<New>),
}

struct New {
    temporary: Temporary,
    digest: [u8; 32],
}

impl Staged {
    fn temporary(&self) -> Option<&Temporary> {
        match self {
            Self::Same(_) => None,
            Self::New(new) => Some(&new.temporary),
        }
    }
}

/// `create_dir_all` fails so on a file; the kind is told apart afterwards.
fn already_there(cause: io::Error) -> io::Result<()> {
    if cause.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(cause) }
}

/// Marks the folder as ours, unless it is marked already or holds what is not ours.
fn claim(root: &Path) -> Result<(), Error> {
    let marker = root.join(MARKER);
    if regular(&marker)?.is_some() {
        return Ok(());
    }
    for entry in fs::read_dir(root).map_err(|cause| Error::io("read", root, cause))? {
        let name = entry.map_err(|cause| Error::io("read", root, cause))?.file_name();
        if name != "README.md" && !name.as_encoded_bytes().starts_with(b".") {
            return Err(Error::Foreign { folder: root.to_owned(), found: name });
        }
    }
    let text = "finews writes this folder: it replaces and removes the files in it.\n";
    let written = fs::File::create_new(&marker)
        .and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()).map(|()| file))
        .and_then(|file| file.sync_all())
        .and_then(|()| sync_folder(root));
    written.map_err(|cause| Error::io("write", &marker, cause))
}

/// What is at a place: nothing, a regular file, or an error.
fn regular(target: &Path) -> Result<Option<Metadata>, Error> {
    match fs::symlink_metadata(target) {
        Ok(found) if found.is_symlink() => Err(Error::Link(target.to_owned())),
        Ok(found) if !found.is_file() => Err(Error::NotAFile(target.to_owned())),
        Ok(found) => Ok(Some(found)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Error::io("look at", target, cause)),
    }
}

/// Whether the file holds these bytes; one that cannot be read is simply replaced.
fn holds(target: &Path, bytes: &[u8]) -> bool {
    fs::read(target).is_ok_and(|found| found == bytes)
}

/// The time for a new content: its own, but past that of the content it replaces, since
/// `If-Modified-Since` and the tags of static hosts know nothing but the time (RFC 9110 §8.8.2).
fn later(wanted: SystemTime, replaced: Option<&Metadata>) -> SystemTime {
    let old = replaced.and_then(|found| found.modified().ok());
    let past = old.and_then(|old| old.checked_add(Duration::from_secs(1)));
    past.map_or(wanted, |past| past.max(wanted))
}

fn mtime_ns(found: &Metadata) -> i64 {
    let Ok(at) = found.modified() else { return 0 };
    match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

/// Makes the names in a folder lasting; a folder that was removed since needs nothing.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match fs::File::open(folder) {
        Ok(open) => open.sync_all(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(cause),
    }
}
