//! Why a file could not be written: one line that names the path and the cause.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// What stands between a file and the folder.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path of a file does not name a place inside the folder.
    #[error("the path `{}` is refused: {why}", .path.escape_debug())]
    Path {
        /// The path as given.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A file is where a folder should be.
    #[error("`{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A folder, or something stranger, is where a file should be.
    #[error("`{}` is not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// A symbolic link inside the folder; none is ever followed.
    #[error("`{}` is a symbolic link", .0.display())]
    Link(PathBuf),
    /// The folder holds what somebody else put there.
    #[error("`{}` holds files that finews did not write (`{}`)\nhint: give an empty folder", .folder.display(), .found.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The first such file.
        found: OsString,
    },
    /// A store of objects refused, or cannot be reached. The causes stand in the message.
    #[error("cannot {doing} `{address}`: {cause}")]
    Object {
        /// What was tried.
        doing: &'static str,
        /// Where.
        address: String,
        /// What the store said.
        cause: String,
    },
    /// The system refused. The cause stands in the message, so it is no source of its own.
    #[error("cannot {doing} `{}`: {}", .path.display(), words(.cause))]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl Error {
    pub(super) fn io(doing: &'static str, path: &Path, cause: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), cause }
    }

    pub(super) fn object(doing: &'static str, address: &str, cause: &object_store::Error) -> Self {
        let mut told = cause.to_string();
        let mut inner = std::error::Error::source(cause);
        while let Some(one) = inner {
            let more = one.to_string();
            if !told.contains(&more) {
                told = format!("{told}: {more}");
            }
            inner = one.source();
        }
        Self::Object { doing, address: address.to_owned(), cause: told }
    }
}

fn words(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => cause.to_string(),
    }
}
