//! What we remember, whole or not at all: SQLite, embedded.

mod backup;
mod doubt;
mod leaves;
mod lock;
mod mirror;
mod pending;
mod private;
mod read;
mod ready;
mod record;
mod retention;
mod routes;
mod rows;
mod shares;
mod sql;
mod standing;
mod visits;
mod hub;
mod websub;
mod search;
mod withdrawal;
mod revisions;
mod stories;
mod traces;
mod versions;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

use sql::{Pool, Writing};
use versions::Outcome;

pub use backup::{Backup, restore};
pub use hub::{Crowd, HubRequest, Target, Telling};
pub use leaves::{Leaf, Shelved};
pub use lock::{Holder, Lock};
pub use mirror::Copy;
pub use private::Subscriber;
pub use retention::Span;
pub use revisions::Revision;
pub use rows::{
    CategoryWish, Given, Health, Held, Kept, KnownItem, Pending, Saved, ShelfRow, SourceWords,
    Visited, WrittenFile,
};
pub use search::Hits;
pub use shares::Share;
pub use standing::{Past, Standing, Turn};
pub use stories::{Hidden, Join, Kin, Teller, Told};
pub use traces::{Face, Findings};
pub use visits::{Aftermath, Agendum, Course, Resting};
pub use websub::{NamedHub, Subscription};
pub use withdrawal::Withdrawal;

/// SQLite before this version may damage a database in write-ahead mode.
const LEAST_VERSION: (u32, u32, u32) = (3, 51, 3);

/// Why the store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process holds the state.
    #[error("another process holds the state: {0}")]
    Held(Box<Holder>),
    /// The file is no database of ours, or it is damaged.
    #[error("the state in `{}` is damaged: {what}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        what: String,
    },
    /// The database was written by a newer finews.
    #[error("the state in `{}` was written by a newer finews", .0.display())]
    Newer(PathBuf),
    /// The file or its folder cannot be opened.
    #[error("cannot open the state in `{}`: {why}", path.display())]
    Open {
        /// The database.
        path: PathBuf,
        /// The system's reason.
        why: String,
    },
    /// There is no room left on the disk.
    #[error("no space left for the state")]
    Full,
    /// A backup could not be made, or is none.
    #[error("backup `{}`: {why}", path.display())]
    Backup {
        /// The file or its folder.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Anything else that SQLite says.
    #[error("the store: {0}")]
    Sql(sql::Error),
    /// A kept original cannot be read back.
    #[error("the original of `{item}` cannot be read back: {why}")]
    Original {
        /// The item.
        item: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Error {
    /// Whether SQLite met a damaged page.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Sql(why) if sql::code(why) == Some(sql::DAMAGED))
    }
}

impl From<sql::Error> for Error {
    fn from(error: sql::Error) -> Self {
        if sql::code(&error) == Some(sql::FULL) { Self::Full } else { Self::Sql(error) }
    }
}

/// The state of one site.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
    path: PathBuf,
    stories: stories::Stories,
    queue: Arc<record::Queue>,
    press: Arc<Mutex<()>>,
}

impl Store {
    /// Opens the database, makes it if there is none, and brings it up to date.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let open = |why: String| Error::Open { path: path.to_owned(), why };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|why| open(why.to_string()))?;
        }
        let version = sql::version();
        if version_of(version) < Some(LEAST_VERSION) {
            return Err(open(format!("SQLite {version} is too old to be trusted with it")));
        }
        let pool = Pool::open(path).map_err(|why| opening(path, &why))?;
        let store = Self {
            pool,
            path: path.to_owned(),
            stories: stories::Stories::default(),
            queue: Arc::default(),
            press: Arc::default(),
        };
        store.migrate().await?;
        store.retrace().await?;
        Ok(store)
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Held by whoever publishes: one at a time.
    pub async fn press(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.press).lock_owned().await
    }

    /// Closes all connections, which folds the write-ahead log into the database.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// Looks a whole database through, which takes as long as reading it.
    pub async fn check(path: &Path) -> Result<(), Error> {
        if !path.exists() {
            return Ok(());
        }
        let pool = Pool::open(path).map_err(|why| opening(path, &why))?;
        let damaged = |what: String| Error::Damaged { path: path.to_owned(), what };
        match faults(&pool).await {
            Ok(lines) if lines.is_empty() => Ok(()),
            Ok(lines) => Err(damaged(lines.join("; "))),
            Err(why) => Err(damaged(why.to_string())),
        }
    }

    async fn migrate(&self) -> Result<(), Error> {
        let updated = versions::update(&mut *self.pool.alone().await);
        match updated.map_err(|why| opening(&self.path, &why))? {
            Outcome::Current => Ok(()),
            Outcome::Newer => Err(Error::Newer(self.path.clone())),
            Outcome::Foreign => {
                let what = "it is no database of finews".to_owned();
                Err(Error::Damaged { path: self.path.clone(), what })
            }
        }
    }

    /// A transaction that writes.
    async fn begin(&self) -> Result<Writing, Error> {
        Ok(self.pool.begin().await?)
    }
}

/// What is wrong with the tables. The index of searches is looked through as the tables that it
/// stands in, not word by word: that takes as long as all others together.
async fn faults(pool: &Pool) -> Result<Vec<String>, sql::Error> {
    let query = "SELECT name FROM sqlite_schema \
         WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
    let tables: Vec<String> = sql::query_scalar(query).fetch_all(pool).await?;
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let query = "SELECT found.quick_check FROM json_each(?) AS named \
         JOIN pragma_quick_check(named.value) AS found WHERE found.quick_check <> 'ok'";
    sql::query_scalar(query).bind(read::json(&tables)).fetch_all(pool).await
}

fn version_of(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    let mut part = || parts.next()?.ok();
    Some((part()?, part()?, part()?))
}

/// Why a database cannot be opened, as far as SQLite knows.
fn opening(path: &Path, why: &sql::Error) -> Error {
    let path = path.to_owned();
    match sql::code(why) {
        Some(sql::DAMAGED | sql::FOREIGN) => Error::Damaged { path, what: sql::said(why) },
        Some(sql::FULL) => Error::Full,
        _ => Error::Open { path, why: sql::said(why) },
    }
}

#[cfg(test)]
mod tests;
