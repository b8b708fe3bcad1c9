//! A fetched page to the entries it lists, by the kind of its source.

pub mod alternate;
pub mod api;
pub mod feed;
pub mod page;
pub mod plan;
pub mod wrapped;

use crate::model::Instant;

/// What a reader of lists is told besides the bytes.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Address of the list after redirects: relative links are resolved against it.
    pub base: Option<&'a url::Url>,
    /// The time of the visit, against which `5分钟前` is read.
    pub now: Instant,
    /// The source's zone, for dates that have none.
    pub zone: chrono_tz::Tz,
    /// `Content-Type` as sent.
    pub content_type: Option<&'a str>,
    /// The operator's word for the encoding; wins over all but a byte order mark.
    pub charset: Option<&'a str>,
}

/// Why a page gave no list at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are something else.
    #[error("this is no feed: {what}")]
    NotAFeed {
        /// What it seems to be: `an HTML page`, `empty`.
        what: String,
    },
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
