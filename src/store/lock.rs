//! One process at a time writes the state: a lock on a file beside the database, which the system
//! lets go when the process ends, however it ends; and in the file, who holds it and when that
//! process last gave a sign of life, for people and for other machines.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Error;
use super::backup::beside;
use crate::model::Instant;

/// How long a holder on another machine may be silent before it counts as dead. Between machines,
/// locks on files are not to be relied on.
const SILENCE: TimeDelta = TimeDelta::seconds(90);
/// A holder's file is never longer, in bytes.
const LONGEST: u64 = 4_096;
/// How long a database that nobody touched since counts as whole.
const TRUST: TimeDelta = TimeDelta::days(1);

/// Who holds a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The database.
    #[serde(skip)]
    pub database: PathBuf,
    /// The process.
    pub pid: u32,
    /// What it does: `serve`, `fetch`.
    pub verb: String,
    /// The machine, by its name and by its present run.
    host: String,
    boot: String,
    /// Since when.
    #[serde(with = "chrono::serde::ts_seconds")]
    pub since: Instant,
    /// Its last sign of life.
    #[serde(with = "chrono::serde::ts_seconds")]
    pub beat: Instant,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = std::path::absolute(&self.database);
        let path = path.as_ref().unwrap_or(&self.database).display();
        if self.pid == 0 {
            return write!(f, "`{path}`");
        }
        let Self { pid, verb, host, .. } = self;
        write!(f, "`finews {verb}` with pid {pid} on `{host}` has `{path}` since ")?;
        write!(f, "{}", self.since.format("%Y-%m-%dT%H:%M:%SZ"))
    }
}

/// How a process that ended as it should left the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Left {
    size: u64,
    changed: SystemTime,
    #[serde(with = "chrono::serde::ts_seconds")]
    checked: Instant,
}

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock {
    file: File,
    holder: Holder,
    before: Option<Holder>,
    checked: Option<Instant>,
}

impl Lock {
    /// Takes the lock of a database, or says at once who has it. What a dead process left is taken
    /// over.
    pub fn take(database: &Path, verb: &str, now: Instant) -> Result<Self, Error> {
        let path = database.with_added_extension("lock");
        let open = |why: std::io::Error| Error::Open { path: path.clone(), why: why.to_string() };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(open)?;
        }
        let file = File::options().create(true).truncate(false).read(true).write(true).open(&path);
        let mut file = file.map_err(open)?;
        let holder = Holder::own(database, verb, now);
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let other = read(&mut file, database);
                return Err(Error::Held(Box::new(other.unwrap_or(Holder { pid: 0, ..holder }))));
            }
            Err(TryLockError::Error(why)) => return Err(open(why)),
        }
        let before = read(&mut file, database);
        let left: Option<Left> = parsed(&mut file);
        let left = left.filter(|left| left.is_true_of(database));
        if let Some(other) = before.as_ref().filter(|other| other.lives_elsewhere(&holder)) {
            return Err(Error::Held(Box::new(other.clone())));
        }
        let checked = left.map(|left| left.checked);
        let mut lock = Self { file, holder, before, checked };
        lock.write().map_err(open)?;
        Ok(lock)
    }

    /// The process that held the lock before and ended without letting it go.
    pub fn taken_over(&self) -> Option<&Holder> {
        self.before.as_ref()
    }

    /// What the process does that holds it.
    pub fn verb(&self) -> &str {
        &self.holder.verb
    }

    /// Whether the database may not be whole: it is not as its last holder left it, or was not
    /// looked through for long.
    pub fn doubts(&self, now: Instant) -> bool {
        self.checked.is_none_or(|checked| (now - checked).abs() >= TRUST)
    }

    /// The database was looked through and is whole.
    pub fn trust(&mut self, now: Instant) {
        self.checked = Some(now);
    }

    /// Gives a sign of life.
    pub fn beat(&mut self, now: Instant) -> std::io::Result<()> {
        self.holder.beat = now;
        self.write()
    }

    fn write(&mut self) -> std::io::Result<()> {
        self.put(&serde_json::to_string(&self.holder).unwrap_or_default())
    }

    fn put(&mut self, text: &str) -> std::io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Who comes next sees that this process ended as it should, and how it left the database.
        let left = self.checked.and_then(|checked| Left::of(&self.holder.database, checked));
        let left = left.and_then(|left| serde_json::to_string(&left).ok()).unwrap_or_default();
        if self.put(&left).is_err() {
            let _ = self.file.set_len(0);
        }
    }
}

impl Left {
    fn of(database: &Path, checked: Instant) -> Option<Self> {
        let found = database.metadata().ok()?;
        Some(Self { size: found.len(), changed: found.modified().ok()?, checked })
    }

    fn is_true_of(&self, database: &Path) -> bool {
        let log = beside(database, "-wal").metadata().map_or(0, |log| log.len());
        log == 0 && Self::of(database, self.checked).as_ref() == Some(self)
    }
}

impl Holder {
    fn own(database: &Path, verb: &str, now: Instant) -> Self {
        Self {
            database: database.to_owned(),
            pid: std::process::id(),
            verb: verb.to_owned(),
            host: kernel("hostname"),
            boot: kernel("random/boot_id"),
            since: now,
            beat: now,
        }
    }

    /// Whether it is a process of another machine that is alive. On this one the lock itself says.
    fn lives_elsewhere(&self, own: &Self) -> bool {
        let elsewhere = self.host != own.host && self.boot != own.boot;
        elsewhere && (own.beat - self.beat).abs() < SILENCE
    }
}

fn read(file: &mut File, database: &Path) -> Option<Holder> {
    let holder: Holder = parsed(file)?;
    Some(Holder { database: database.to_owned(), ..holder })
}

fn parsed<T: DeserializeOwned>(file: &mut File) -> Option<T> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// What the kernel says of this machine; empty where it says nothing.
fn kernel(name: &str) -> String {
    let text = std::fs::read_to_string(Path::new("/proc/sys/kernel").join(name));
    text.map(|text| text.trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
