//! A path of ours to a place on disk that is surely inside the folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Error, MARKER};

/// The longest name that common file systems hold, in bytes.
const NAME: usize = 255;
/// The longest path of ours, in bytes.
const PATH: usize = 1024;

/// Where a file belongs; the folders on the way are made, and `made` hears where.
pub(super) fn make(root: &Path, path: &str, made: impl Fn(&Path)) -> Result<PathBuf, Error> {
    let mut here = root.to_owned();
    let (folders, name) = split(path)?;
    for folder in folders {
        let inside = here.join(folder);
        if !is_folder(&inside)? {
            match fs::create_dir(&inside) {
                // Another thread was first.
                Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
                made => made.map_err(|cause| Error::io("make", &inside, cause))?,
            }
            made(&here);
        }
        here = inside;
    }
    Ok(here.join(name))
}

/// Where a file belongs in folders that are known to be there.
pub(super) fn inside(root: &Path, path: &str) -> Result<PathBuf, Error> {
    let (folders, name) = split(path)?;
    let mut here = root.to_owned();
    here.extend(folders);
    here.push(name);
    Ok(here)
}

/// Where a file is, or `None` where one of its folders is missing.
pub(super) fn find(root: &Path, path: &str) -> Result<Option<PathBuf>, Error> {
    let mut here = root.to_owned();
    let (folders, name) = split(path)?;
    for folder in folders {
        here.push(folder);
        if !is_folder(&here)? {
            return Ok(None);
        }
    }
    Ok(Some(here.join(name)))
}

fn split(path: &str) -> Result<(Vec<&str>, &str), Error> {
    let refuse = |why| Error::Path { path: path.chars().take(200).collect(), why };
    if path.len() > PATH {
        return Err(refuse("it is too long"));
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    if let Some(why) = parts.iter().find_map(|part| fault(part)) {
        return Err(refuse(why));
    }
    let name = parts.pop().unwrap_or_default();
    Ok((parts, name))
}

fn fault(part: &str) -> Option<&'static str> {
    match part {
        "" => Some("a part is empty"),
        "." | ".." => Some("it climbs"),
        _ if part.len() > NAME => Some("a part is too long"),
        _ if part.contains('\\') => Some("it has a backslash"),
        _ if part.contains(char::is_control) => Some("it has a control character"),
        _ if part.starts_with(MARKER) => Some("it is reserved"),
        _ => None,
    }
}

/// Whether a folder is there; a link to one is an error.
pub(super) fn is_folder(path: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(Error::Link(path.to_owned())),
        Ok(found) if !found.is_dir() => Err(Error::NotAFolder(path.to_owned())),
        Ok(_) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(Error::io("look at", path, cause)),
    }
}
