//! One process at a time writes the state: a lock on a file beside the database, which the system
//! lets go when the process ends, however it ends.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::Error;

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a database, or says at once that somebody has it.
    pub fn take(database: &Path) -> Result<Self, Error> {
        let path = database.with_added_extension("lock");
        let open = |why: std::io::Error| Error::Open { path: path.clone(), why: why.to_string() };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(open)?;
        }
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(open)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Held(database.to_owned())),
            Err(TryLockError::Error(why)) => Err(open(why)),
        }
    }
}
