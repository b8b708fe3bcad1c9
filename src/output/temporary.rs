//! Files that are not there yet: written aside, and gone if nobody puts them in their place.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::SystemTime;

use super::{Error, place};

/// The folder inside the published one that holds them: on the same disk, and quickly cleared.
pub(super) const FOLDER: &str = ".finews-tmp";
/// How many files are handed to the disk at once: a journal takes those that wait together.
const AT_ONCE: usize = 8;
/// From so many files on, the disk is asked for all that it has not written yet: that costs about
/// as much as a few files asked for one by one.
const MANY: usize = 48;

/// Names temporary files, never the same twice.
#[derive(Debug)]
pub(super) struct Temporaries {
    folder: PathBuf,
    next: AtomicU64,
}

/// A file under a name of no meaning; removed on drop unless it was put in its place.
pub(super) struct Temporary {
    path: PathBuf,
    target: PathBuf,
    /// What it looks like.
    found: Metadata,
    put: bool,
}

impl Temporaries {
    /// Below a published folder; what a killed run left there is cleared away.
    pub(super) fn open(root: &Path) -> Result<Self, Error> {
        let folder = root.join(FOLDER);
        if !place::is_folder(&folder)? {
            fs::create_dir(&folder).map_err(|cause| Error::io("make", &folder, cause))?;
        }
        let fail = |cause| Error::io("read", &folder, cause);
        for left in fs::read_dir(&folder).map_err(fail)? {
            let left = left.map_err(fail)?.path();
            fs::remove_file(&left).map_err(|cause| Error::io("remove", &left, cause))?;
        }
        Ok(Self { folder, next: AtomicU64::default() })
    }

    /// Writes the bytes aside, with the time of change that the file shall bear.
    pub(super) fn write(
        &self,
        target: &Path,
        bytes: &[u8],
        modified: Option<SystemTime>,
    ) -> Result<Temporary, Error> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{}-{number}", std::process::id()));
        written(&path, bytes, modified)
            .inspect_err(|_| {
                // The first trouble is the one to tell of.
                let _ = fs::remove_file(&path);
            })
            .map(|found| Temporary {
                path: path.clone(),
                target: target.to_owned(),
                found,
                put: false,
            })
            .map_err(|cause| Error::io("write", target, cause))
    }
}

fn written(path: &Path, bytes: &[u8], modified: Option<SystemTime>) -> io::Result<Metadata> {
    let mut file = fs::File::create_new(path)?;
    file.write_all(bytes)?;
    if let Some(at) = modified {
        file.set_modified(at)?;
    }
    file.metadata()
}

impl Temporary {
    /// Waits until the disk itself has the bytes.
    pub(super) fn sync(&self) -> Result<(), Error> {
        fs::File::open(&self.path)
            .and_then(|file| file.sync_all())
            .map_err(|cause| Error::io("write", &self.target, cause))
    }

    /// Gives the file its name, in place of whatever bore it, and tells what it looks like.
    pub(super) fn put(mut self) -> Result<(PathBuf, Metadata), Error> {
        fs::rename(&self.path, &self.target)
            .map_err(|cause| Error::io("write", &self.target, cause))?;
        self.put = true;
        Ok((std::mem::take(&mut self.target), self.found.clone()))
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

/// Waits until the disk itself has the bytes of all of them; `disk` is an open folder on it.
pub(super) fn sync_all(files: &[&Temporary], disk: &fs::File) -> Result<(), Error> {
    let Some(first) = files.first() else { return Ok(()) };
    if files.len() >= MANY
        && sync_disk(disk).map_err(|why| Error::io("write", &first.target, why))?
    {
        return Ok(());
    }
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

/// Waits until everything that was written to a disk is on it, where the system can do that.
#[cfg(target_os = "linux")]
pub(super) fn sync_disk(disk: &fs::File) -> io::Result<bool> {
    Ok(rustix::fs::syncfs(disk).map(|()| true)?)
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "as where the system can do it")]
pub(super) fn sync_disk(_: &fs::File) -> io::Result<bool> {
    Ok(false)
}
