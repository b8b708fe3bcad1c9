//! Copies of the database: made while it is in use, checked, and put back.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use super::sql::{self, Connection};
use super::{Error, Store, versions};
use crate::model::Instant;

/// The time in a backup's name.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// A backup that is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Backup {
    /// When it was made.
    pub at: Instant,
    /// The file.
    pub path: PathBuf,
}

impl Backup {
    /// The backups in a folder, newest first; none where there is no folder.
    pub fn all(dir: &Path) -> Vec<Self> {
        let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
        let mut all: Vec<_> = entries.filter_map(|entry| Self::at(entry.path())).collect();
        all.sort_by(|one, other| other.cmp(one));
        all
    }

    fn at(path: PathBuf) -> Option<Self> {
        let stamp = path.file_name()?.to_str()?.strip_prefix("finews-")?.strip_suffix(".db")?;
        let at = NaiveDateTime::parse_from_str(stamp, STAMP).ok()?.and_utc();
        Some(Self { at, path })
    }
}

impl Store {
    /// Where backups are kept unless the settings say otherwise: beside the database.
    pub fn backups(database: &Path) -> PathBuf {
        database.with_file_name("backups")
    }

    /// Makes a backup while others read and write, checks it, and keeps the newest so many.
    pub async fn backup(&self, dir: &Path, keep: usize, now: Instant) -> Result<Backup, Error> {
        let failed = |why: std::io::Error| faulty(dir, &why);
        std::fs::create_dir_all(dir).map_err(failed)?;
        let path = dir.join(format!("finews-{}.db", now.format(STAMP)));
        let temporary = path.with_added_extension("new");
        unfinished(dir).map_err(failed)?;
        let made = self.copy_to(&temporary).await;
        if let Err(why) = made {
            let _ = remove(&temporary);
            return Err(why);
        }
        settle(&temporary, &path).map_err(failed)?;
        for old in Backup::all(dir).into_iter().skip(keep.max(1)) {
            remove(&old.path).map_err(failed)?;
        }
        Ok(Backup { at: now, path })
    }

    async fn copy_to(&self, path: &Path) -> Result<(), Error> {
        let Some(name) = path.to_str().map(str::to_owned) else {
            return Err(Error::Backup { path: path.into(), why: "its name is no text".into() });
        };
        let (from, to) = (self.path.clone(), path.to_owned());
        aside(move || {
            Connection::open(&from)?.copy_to(&name)?;
            check(&to)?;
            File::open(&to).and_then(|file| file.sync_all()).map_err(|why| faulty(&to, &why))
        })
        .await
    }
}

/// Puts a backup in the place of a database, whose lock the caller holds. What was there stays
/// beside it under another name, which is given back.
pub async fn restore(
    backup: &Path,
    database: &Path,
    now: Instant,
) -> Result<Option<PathBuf>, Error> {
    let checked = backup.to_owned();
    aside(move || check(&checked)).await?;
    let failed = |why: std::io::Error| faulty(database, &why);
    let temporary = beside(database, ".restored");
    remove(&temporary).map_err(failed)?;
    std::fs::copy(backup, &temporary).map_err(failed)?;
    File::open(&temporary).and_then(|file| file.sync_all()).map_err(failed)?;
    let aside = free(&beside(database, &format!(".replaced-{}", now.format(STAMP))));
    let was_there = database.exists();
    // Its log belongs to it: without it, what was written last would be missing.
    for suffix in ["-wal", "-shm", ""] {
        let from = beside(database, suffix);
        if from.exists() {
            std::fs::rename(&from, beside(&aside, suffix)).map_err(failed)?;
        }
    }
    settle(&temporary, database).map_err(failed)?;
    Ok(was_there.then_some(aside))
}

/// Has something done that takes its time, where nobody else waits for it.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))
}

/// Whether a file is a whole database of ours that this program can read.
fn check(path: &Path) -> Result<(), Error> {
    let bad = |why: String| Error::Backup { path: path.to_owned(), why };
    if !path.is_file() {
        return Err(bad("there is no such file".to_owned()));
    }
    let look = || -> Result<(String, Option<i64>), sql::Error> {
        let mut connection = Connection::look(path)?;
        Ok((connection.check()?, versions::of(&mut connection)?))
    };
    let (verdict, version) = look().map_err(|why| bad(sql::said(&why)))?;
    if verdict != "ok" {
        return Err(bad(verdict));
    }
    let version = version.ok_or_else(|| bad("it is no database of finews".to_owned()))?;
    if version > versions::newest() {
        return Err(Error::Newer(path.to_owned()));
    }
    Ok(())
}

/// Another file beside one: its name with something behind it.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// A name that no file has yet: this one, or with a number behind it.
fn free(path: &Path) -> PathBuf {
    let numbered = (2..10_000).map(|number| beside(path, &format!("-{number}")));
    let mut names = std::iter::once(path.to_owned()).chain(numbered);
    names.find(|name| !name.exists()).unwrap_or_else(|| path.to_owned())
}

/// Gives a finished file its name, so that a crash leaves the old one or the new one.
fn settle(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::rename(from, to)?;
    match to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

/// Removes what backups left that were not made to the end.
fn unfinished(dir: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("finews-") && name.ends_with(".db.new") {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(why),
        _ => Ok(()),
    }
}

fn faulty(path: &Path, why: &std::io::Error) -> Error {
    if why.kind() == std::io::ErrorKind::StorageFull {
        return Error::Full;
    }
    Error::Backup { path: path.to_owned(), why: why.to_string() }
}
