//! What the caller knows of addresses that no file has: moved, gone, or made on the spot.

use std::pin::Pin;
use std::time::Duration;

/// What became of an address that no file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing is known of it: 404.
    Nothing,
    /// It was removed for good: 410.
    Gone,
    /// It has another address now: 301. A path on this site, from its first `/` on, with the
    /// path of the site's own address where there is one; anything else is not followed.
    Moved(String),
    /// A document made on the spot, never kept by anybody.
    Made {
        /// Media type with its parameters.
        media_type: String,
        /// The contents.
        bytes: Vec<u8>,
    },
    /// A document that may be kept and asked for again.
    Document {
        /// Media type with its parameters.
        media_type: String,
        /// The contents.
        bytes: Vec<u8>,
        /// Who may keep it.
        reach: Reach,
    },
}

/// Whose a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everybody's; programs of any origin may read it.
    Everybody,
    /// The one who knows its address: nobody between us may keep it, and no search engine.
    Holder,
}

/// An answer that is being looked up.
pub type Finding<'a> = Pin<Box<dyn Future<Output = Found> + Send + 'a>>;

/// How long a file is expected to stay as it is, which is being looked up.
pub type Lasting<'a> = Pin<Box<dyn Future<Output = Option<Duration>> + Send + 'a>>;

/// Knows the addresses that no file has, and what is to become of those that have one.
pub trait Lookup: Send + Sync + 'static {
    /// Looks up a path, decoded, beginning with `/`; and the query, as it came, without its `?`.
    fn find<'a>(&'a self, path: &'a str, query: Option<&'a str>) -> Finding<'a>;

    /// How long a file will hardly change; none where that is not known.
    fn lasts<'a>(&'a self, file: &'a str) -> Lasting<'a> {
        let _ = file;
        Box::pin(std::future::ready(None))
    }
}

/// Knows no address but those of files.
impl Lookup for () {
    fn find<'a>(&'a self, _: &'a str, _: Option<&'a str>) -> Finding<'a> {
        Box::pin(async { Found::Nothing })
    }
}

/// The address to send to, if it is one on this site: `//host` and `/\host` are not.
pub(super) fn own(target: &str) -> Option<String> {
    let rest = target.strip_prefix('/')?;
    let foreign = rest.starts_with('/') || rest.contains('\\');
    if foreign || rest.contains(|c: char| c.is_control() || c == ' ') {
        return None;
    }
    Some(percent_encoding::utf8_percent_encode(target, percent_encoding::CONTROLS).to_string())
}
