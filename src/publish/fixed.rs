//! The files that hold no item.

use crate::model::File;
use crate::publish::pages::SCRIPT;

/// Style and icons.
pub(super) fn files(style: &str) -> Vec<File> {
    vec![
        file("style.css", "text/css; charset=utf-8", style.as_bytes()),
        file("finews.js", "text/javascript; charset=utf-8", SCRIPT.as_bytes()),
        file("icon.svg", "image/svg+xml", include_bytes!("templates/icon.svg")),
        file("icon-144.png", "image/png", include_bytes!("templates/icon-144.png")),
        file("icon-512.png", "image/png", include_bytes!("templates/icon-512.png")),
        file("favicon.ico", "image/x-icon", include_bytes!("templates/favicon.ico")),
    ]
}

/// A file that shows no item.
pub(super) fn file(path: &str, media_type: &'static str, bytes: &[u8]) -> File {
    File { path: path.to_owned(), media_type, bytes: bytes.to_vec(), modified: None }
}
