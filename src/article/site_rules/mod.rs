//! Rules for the pages of a site, of files in the `ftr-site-config` format or of the settings.

mod css;
mod format;
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
pub use self::reading::Reading;
pub use self::sites::{Site, Sites};
use super::Metadata;
use crate::model::Fault;

/// What a page gave by the rules of its site.
#[derive(Debug)]
pub(super) struct Taken {
    /// The body as markup.
    pub body: Option<String>,
    /// Whether the page may be read by its look where there is no body.
    pub looks: bool,
    /// The page after the rules took from it, for that.
    pub stripped: Option<String>,
    /// The page that others shall read in the place of this one.
    pub instead: Option<String>,
    /// What the page says of the article; the rules have the first word.
    pub about: Metadata,
    /// The address that the page's relative addresses start from.
    pub base: Url,
    pub links: Links,
    pub faults: Vec<Fault>,
}

/// Other pages of the same article.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    /// All pages in one.
    single: Option<Url>,
    next: Option<Url>,
}

impl Links {
    /// Whether there are others.
    pub(super) fn any(&self) -> bool {
        self.single.is_some() || self.next.is_some()
    }
}

/// Reads a page by the rules of its site.
pub(super) fn take(page: &str, url: &Url, site: &Site) -> Taken {
    match site {
        Site::File(file) => take::take(page, url, file),
        Site::Css(css) => css::take(page, url, css),
    }
}
