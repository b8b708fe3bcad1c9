//! The public test data: at hand beside the project, or where `FINEWS_CORPUS` says it must be.

use std::path::{Path, PathBuf};

/// A folder of the corpus; `None`, and a word about it, where the corpus is not at hand. Where
/// `FINEWS_CORPUS` is set, it has to be there.
#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "the tests' one look outside")]
pub fn folder(name: &str) -> Option<PathBuf> {
    if let Ok(root) = std::env::var("FINEWS_CORPUS") {
        let folder = Path::new(&root).join(name);
        assert!(folder.is_dir(), "FINEWS_CORPUS has no `{name}`: {}", folder.display());
        return Some(folder);
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(name);
    if !beside.is_dir() {
        println!("skipped: no corpus");
        return None;
    }
    Some(beside)
}
