//! What we remember, whole or not at all: SQLite, embedded.

mod backup;
mod doubt;
mod leaves;
mod lock;
mod pending;
mod read;
mod retention;
mod routes;
mod rows;
mod standing;
mod visits;
mod hub;
mod websub;
mod search;
mod withdrawal;
mod revisions;
mod stories;
mod traces;
mod turn;
mod write;

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use tokio::sync::{Mutex, OwnedMutexGuard};

use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

pub use backup::{Backup, restore};
pub use hub::{Crowd, HubRequest, Target, Telling};
pub use leaves::{Leaf, Shelved};
pub use lock::{Holder, Lock};
pub use retention::Span;
pub use revisions::Revision;
pub use rows::{
    CategoryWish, Given, Health, Held, Kept, KnownItem, Pending, Saved, ShelfRow, SourceWords,
    Visited, WrittenFile,
};
pub use search::Hits;
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
    Sql(sqlx::Error),
    /// A kept original cannot be read back.
    #[error("the original of `{item}` cannot be read back: {why}")]
    Original {
        /// The item.
        item: String,
        /// What is wrong with it.
        why: String,
    },
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .map(|code| code.to_string());
        match code.as_deref() {
            Some("13") => Self::Full,
            _ => Self::Sql(error),
        }
    }
}

/// The state of one site.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
    path: PathBuf,
    stories: stories::Stories,
    press: Arc<Mutex<()>>,
    /// Held by whoever writes: one at a time, in the order of coming.
    turn: Arc<Mutex<()>>,
}

impl Store {
    /// Opens the database, makes it if there is none, brings it up to date and checks it.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let open = |why: String| Error::Open { path: path.to_owned(), why };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|why| open(why.to_string()))?;
        }
        let options = SqliteConnectOptions::from_str("sqlite:")
            .map_err(|why| open(why.to_string()))?
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("mmap_size", "0");
        // It holds from the beginning or never, and to say it again is a write: a database that is
        // there is looked at first.
        let is_new = std::fs::metadata(path).map_or(true, |file| file.len() == 0);
        let options =
            if is_new { options.auto_vacuum(SqliteAutoVacuum::Incremental) } else { options };
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await;
        let pool = pool.map_err(|why| opening(path, &why))?;
        let store = Self {
            pool,
            path: path.to_owned(),
            stories: stories::Stories::default(),
            press: Arc::default(),
            turn: Arc::default(),
        };
        store.check().await?;
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

    async fn check(&self) -> Result<(), Error> {
        let damaged = |what: String| Error::Damaged { path: self.path.clone(), what };
        let version: String =
            sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&self.pool).await?;
        if version_of(&version) < Some(LEAST_VERSION) {
            return Err(damaged(format!("SQLite {version} is too old to be trusted with it")));
        }
        let verdict: Result<Vec<String>, _> =
            sqlx::query_scalar("PRAGMA quick_check(1)").fetch_all(&self.pool).await;
        match verdict {
            Ok(lines) if lines == ["ok"] => Ok(()),
            Ok(lines) => Err(damaged(lines.join("; "))),
            Err(why) => Err(damaged(why.to_string())),
        }
    }

    async fn migrate(&self) -> Result<(), Error> {
        let migrator = Migrator { migrations: migrations().into(), ..Migrator::DEFAULT };
        migrator.run(&self.pool).await.map_err(|why| match why {
            MigrateError::VersionMissing(_) => Error::Newer(self.path.clone()),
            MigrateError::Execute(why) | MigrateError::ExecuteMigration(why, _) => {
                opening(&self.path, &why)
            }
            other => Error::Damaged { path: self.path.clone(), what: other.to_string() },
        })
    }
}

fn migrations() -> Vec<Migration> {
    let texts = [
        (1, "begin", include_str!("migrations/0001_begin.sql")),
        (2, "articles again", include_str!("migrations/0002_articles_again.sql")),
        (3, "visits", include_str!("migrations/0003_visits.sql")),
        (4, "standing", include_str!("migrations/0004_standing.sql")),
        (5, "stories", include_str!("migrations/0005_stories.sql")),
        (6, "leaves", include_str!("migrations/0006_leaves.sql")),
        (7, "websub", include_str!("migrations/0007_websub.sql")),
        (8, "routes", include_str!("migrations/0008_routes.sql")),
        (9, "search", include_str!("migrations/0009_search.sql")),
        (10, "doubt", include_str!("migrations/0010_doubt.sql")),
        (11, "shown", include_str!("migrations/0011_shown.sql")),
        (14, "bare", include_str!("migrations/0014_bare.sql")),
    ];
    let migration = |(number, name, text): (i64, &'static str, &'static str)| {
        let text = sqlx::SqlStr::from_static(text);
        Migration::new(number, name.into(), MigrationType::Simple, text, false)
    };
    texts.map(migration).into()
}

fn version_of(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    let mut part = || parts.next()?.ok();
    Some((part()?, part()?, part()?))
}

/// Code 26 is a file that is no database, 11 a damaged one, 8 a read-only one.
fn opening(path: &Path, why: &sqlx::Error) -> Error {
    let path = path.to_owned();
    let code = why
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .map(|code| code.to_string());
    let what = why.as_database_error().map_or_else(|| why.to_string(), |e| e.message().to_owned());
    match code.as_deref() {
        Some("11" | "26") => Error::Damaged { path, what },
        Some("13") => Error::Full,
        _ => Error::Open { path, why: what },
    }
}

#[cfg(test)]
mod tests;
