//! Rules for the pages of a site, of files in the `ftr-site-config` format or of the settings.

mod chain;
mod css;
mod format;
mod judge;
mod mend;
mod prune;
mod reading;
mod same_page;
mod sheet;
mod sites;
mod take;
mod xpath;
#[cfg(test)]
mod tests;

use url::Url;

pub use self::css::{RawSite, SiteCss};
pub use self::format::{SiteFile, Test};
pub use self::judge::at_least_as_good;
pub use self::reading::Reading;
pub use self::sites::{Site, Sites};
use crate::model::Fault;

/// What a page gave by the rules of its site.
#[derive(Debug, Default)]
struct Taken {
    /// The body as markup.
    body: Option<String>,
    /// Whether the page may be read by its look where there is no body.
    looks: bool,
    /// The page after the rules took from it, for that.
    stripped: Option<String>,
    /// The page that others shall read in the place of this one.
    instead: Option<String>,
    title: Option<String>,
    authors: Vec<String>,
    published: Option<String>,
    image: Option<String>,
    language: Option<String>,
    base: Option<Url>,
    links: Links,
    faults: Vec<Fault>,
}

/// Other pages of the same article.
#[derive(Debug, Default)]
struct Links {
    /// All pages in one.
    single: Option<Url>,
    next: Option<Url>,
}
