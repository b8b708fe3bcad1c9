//! Files that are not there yet: written beside their place, and gone if nobody puts them.

use std::fs::{self, Metadata};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::SystemTime;

use super::Error;

const PREFIX: &str = ".finews-tmp-";
/// How many files are handed to the disk at once: a journal takes those that wait together.
const AT_ONCE: usize = 8;

/// Names temporary files, never the same twice.
#[derive(Debug, Default)]
pub(super) struct Temporaries(AtomicU64);

/// A file under a name of no meaning; removed on drop unless it was put in its place.
pub(super) struct Temporary {
    file: fs::File,
    path: PathBuf,
    target: PathBuf,
    put: bool,
}

impl Temporaries {
    /// Writes the bytes beside the target, with the time of change that the file shall bear.
    pub(super) fn write(
        &self,
        target: &Path,
        bytes: &[u8],
        modified: Option<SystemTime>,
    ) -> Result<Temporary, Error> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let path = target.with_file_name(format!("{PREFIX}{}-{number}", std::process::id()));
        let fail = |cause| Error::io("write", target, cause);
        let file = fs::File::create_new(&path).map_err(fail)?;
        let mut temporary = Temporary { file, path, target: target.to_owned(), put: false };
        temporary.file.write_all(bytes).map_err(fail)?;
        if let Some(at) = modified {
            temporary.file.set_modified(at).map_err(fail)?;
        }
        Ok(temporary)
    }
}

impl Temporary {
    /// Waits until the disk itself has the bytes.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.file.sync_all().map_err(|cause| Error::io("write", &self.target, cause))
    }

    /// Gives the file its name, in place of whatever bore it, and tells what it looks like.
    pub(super) fn put(mut self) -> Result<(PathBuf, Metadata), Error> {
        let fail = |cause| Error::io("write", &self.target, cause);
        let found = self.file.metadata().map_err(fail)?;
        fs::rename(&self.path, &self.target).map_err(fail)?;
        self.put = true;
        Ok((std::mem::take(&mut self.target), found))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.put {
            // Nothing can be done about a failure here, and the next `open` clears it away.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Waits until the disk itself has the bytes of all of them.
pub(super) fn sync_all<'a>(files: impl Iterator<Item = &'a Temporary>) -> Result<(), Error> {
    let files: Vec<&Temporary> = files.collect();
    let share = files.len().div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> = files
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().try_for_each(|file| file.sync())))
            .collect();
        threads.into_iter().try_for_each(|thread| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })
}

/// Whether a name is one of ours for a file that is not there yet.
fn is_name(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Removes what a killed run left below the folder.
pub(super) fn clear(root: &Path) -> Result<(), Error> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let fail = |cause| Error::io("read", &folder, cause);
        for entry in fs::read_dir(&folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let kind = entry.file_type().map_err(fail)?;
            let name = entry.file_name();
            // Folders such as `.git` are not ours.
            if kind.is_dir() && !name.as_encoded_bytes().starts_with(b".") {
                folders.push(entry.path());
            } else if kind.is_file() && name.to_str().is_some_and(is_name) {
                let left = entry.path();
                fs::remove_file(&left).map_err(|cause| Error::io("remove", &left, cause))?;
            }
        }
    }
    Ok(())
}
