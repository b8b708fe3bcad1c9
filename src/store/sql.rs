//! SQLite's statements, run where they are awaited: to hand each to another thread and to wait for
//! it there made a first poll more than three times as dear.

mod query;

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

pub use query::{Row, query, query_as, query_scalar};
pub use rusqlite::Error;

/// Connections that read at a time.
const READERS: usize = 4;
/// Statements that a connection keeps ready.
const READY: usize = 256;
/// How long a statement waits for another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// SQLite's code for a full disk.
pub const FULL: i32 = rusqlite::ffi::SQLITE_FULL;
/// SQLite's code for a damaged file.
pub const DAMAGED: i32 = rusqlite::ffi::SQLITE_CORRUPT;
/// SQLite's code for a file that is no database.
pub const FOREIGN: i32 = rusqlite::ffi::SQLITE_NOTADB;

/// The version of SQLite that is built in.
pub fn version() -> &'static str {
    rusqlite::version()
}

/// SQLite's primary code of an error.
pub fn code(error: &Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code & 0xff)
}

/// What SQLite says of an error.
pub fn said(error: &Error) -> String {
    match error {
        Error::SqliteFailure(_, Some(said)) => said.clone(),
        other => other.to_string(),
    }
}

/// A connection to the database.
#[derive(Debug)]
pub struct Connection(rusqlite::Connection);

impl Connection {
    /// Opens a database and makes it if there is none.
    pub fn open(path: &Path) -> Result<Self, Error> {
        // Whether pages are given back is settled before the first one is written.
        let is_new = std::fs::metadata(path).map_or(true, |file| file.len() == 0);
        let connection = rusqlite::Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        // Else a plan is made anew whenever what is bound might change it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(READY);
        if is_new {
            connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        }
        // The log may grow to 32 MB between its foldings, each of which waits for the disk.
        let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
                       PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0; \
                       PRAGMA cache_size = -8192; \
                       PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864;";
        connection.execute_batch(pragmas)?;
        Ok(Self(connection))
    }

    fn reader(path: &Path) -> Result<Self, Error> {
        let mut connection = Self::open(path)?;
        connection.run("PRAGMA query_only = ON; PRAGMA cache_size = -4096")?;
        Ok(connection)
    }

    /// Opens a file that nobody writes, to look at it.
    pub fn look(path: &Path) -> Result<Self, Error> {
        use rusqlite::OpenFlags;
        let path = std::path::absolute(path).map_err(|_| Error::InvalidPath(path.to_owned()))?;
        let url = url::Url::from_file_path(&path).map_err(|()| Error::InvalidPath(path))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let connection =
            rusqlite::Connection::open_with_flags(format!("{url}?immutable=1"), flags)?;
        Ok(Self(connection))
    }

    /// Runs statements that bind and give nothing, one after another.
    pub fn run(&mut self, texts: &str) -> Result<(), Error> {
        self.0.execute_batch(texts)
    }

    /// Runs such statements all or none.
    pub fn whole(&mut self, texts: &str) -> Result<(), Error> {
        let done = self.begin().and_then(|()| self.run(texts)).and_then(|()| self.commit());
        self.roll_back();
        done
    }

    /// The one number that a statement gives.
    pub fn number(&mut self, text: &str) -> Result<i64, Error> {
        self.0.query_row(text, (), |row| row.get(0))
    }

    /// What SQLite finds wrong with the file, as far as its first fault; `ok` where nothing is.
    pub fn check(&mut self) -> Result<String, Error> {
        self.0.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0))
    }

    /// Copies the database into a new file while others read and write.
    pub fn copy_to(&mut self, path: &str) -> Result<(), Error> {
        self.0.execute("VACUUM INTO ?", [path]).map(|_| ())
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.0.execute_batch("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.0.execute_batch("COMMIT")
    }

    fn roll_back(&mut self) {
        if !self.0.is_autocommit() {
            // One that cannot be taken back was taken back by SQLite itself.
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }
}

/// The connections to one database: one that writes, some that read.
#[derive(Clone, Debug)]
pub struct Pool {
    path: PathBuf,
    writer: Arc<tokio::sync::Mutex<Connection>>,
    readers: Arc<Readers>,
}

#[derive(Debug)]
struct Readers {
    seats: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    /// Opens a database and makes it if there is none.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let writer = Connection::open(path)?;
        let seats = Arc::new(Semaphore::new(READERS));
        let readers = Readers { seats, idle: Mutex::default() };
        let writer = Arc::new(tokio::sync::Mutex::new(writer));
        Ok(Self { path: path.to_owned(), writer, readers: Arc::new(readers) })
    }

    /// A connection to read with.
    pub async fn acquire(&self) -> Result<Reader, Error> {
        let seats = Arc::clone(&self.readers.seats);
        let seat = seats.acquire_owned().await.map_err(|_| closed())?;
        let idle = self.readers.idle().pop();
        let connection = idle.map_or_else(|| Connection::reader(&self.path), Ok)?;
        let readers = Arc::clone(&self.readers);
        Ok(Reader { connection: Some(connection), readers, _seat: seat })
    }

    /// A transaction that writes from its start, in the order of coming: SQLite has its waiters try
    /// again at random, where one of many would starve.
    pub async fn begin(&self) -> Result<Writing, Error> {
        let mut writing = self.alone().await;
        writing.begin()?;
        Ok(writing)
    }

    /// The connection that writes, without a transaction.
    pub async fn alone(&self) -> Writing {
        Writing(Arc::clone(&self.writer).lock_owned().await)
    }

    /// Folds the write-ahead log into the database and reads no more.
    pub async fn close(self) {
        self.readers.seats.close();
        self.readers.idle().clear();
        // What is left in the log is read from there at the next start.
        let _ = self.writer.lock().await.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
}

/// The error of whoever comes too late.
pub fn closed() -> Error {
    let misuse = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_MISUSE);
    Error::SqliteFailure(misuse, Some("the database was closed".to_owned()))
}

/// A connection that goes back to where it came from.
#[derive(Debug)]
pub struct Reader {
    connection: Option<Connection>,
    readers: Arc<Readers>,
    _seat: OwnedSemaphorePermit,
}

impl Reader {
    /// The connection.
    pub fn connection(&mut self) -> Result<&mut Connection, Error> {
        self.connection.as_mut().ok_or_else(closed)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.readers.seats.is_closed()
        {
            self.readers.idle().push(connection);
        }
    }
}

/// A transaction that writes; without a commit nothing of it was.
#[derive(Debug)]
pub struct Writing(OwnedMutexGuard<Connection>);

impl Writing {
    /// Keeps what was done so far; the turn lasts until it is dropped.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.0.commit()
    }
}

/// A transaction within a turn; without a commit nothing of it was.
#[derive(Debug)]
pub struct Transaction<'t>(&'t mut Connection);

impl Writing {
    /// Begins a transaction; the turn outlasts it.
    pub fn transaction(&mut self) -> Result<Transaction<'_>, Error> {
        self.begin()?;
        Ok(Transaction(self))
    }
}

impl Transaction<'_> {
    /// Keeps what was done.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.0.commit()
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        self.0.roll_back();
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl DerefMut for Transaction<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.0
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.roll_back();
    }
}

impl Deref for Writing {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}
