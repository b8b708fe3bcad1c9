//! A fetched page to the entries it lists, by the kind of its source.

use chrono_tz::Tz;
use url::Url;

use crate::model::Instant;

pub mod alternate;
pub mod api;
pub mod feed;
pub mod first;
pub mod json_feed;
pub mod opml;
pub mod page;
pub mod plan;
pub mod sitemap;
pub mod wrapped;

/// What is known about a fetched page besides its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The page's address after redirects, which relative links are relative to.
    pub base: Option<&'a Url>,
    /// When it was fetched; dates that leave out the year or the day count from here.
    pub now: Instant,
    /// The source's zone, for dates that name none.
    pub zone: Tz,
    /// `Content-Type` as sent.
    pub content_type: Option<&'a str>,
    /// The operator's charset label for the source; wins over what page and server say.
    pub charset: Option<&'a str>,
}

/// Why a page gave no entries at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The page is something else.
    #[error("this is no feed but {what}")]
    NotAFeed {
        /// What it is instead: `an HTML page`, `an empty document`.
        what: String,
    },
    /// The page is something else than the sitemap that the settings promise.
    #[error("this is no sitemap but {what}")]
    NotASitemap {
        /// What it is instead.
        what: String,
    },
    /// JSON that ends early or breaks the grammar.
    #[error("the JSON cannot be read")]
    Json(#[from] serde_json::Error),
    /// The bytes are not the JSON that the settings promise.
    #[error("this is no JSON: {what}")]
    NotJson {
        /// What is wrong, with the place.
        what: String,
    },
    /// HTTP 200 with an error inside.
    #[error("the server answers with an error of its own: {message}")]
    Refused {
        /// The server's words.
        message: String,
    },
    /// The place where the settings look for entries is not there.
    #[error("{locator} matches nothing")]
    NoItems {
        /// The selector or path as typed, in backquotes.
        locator: String,
    },
}
