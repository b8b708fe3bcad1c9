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
