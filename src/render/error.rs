//! Why a browser did not put a page together.

use std::error::Error as StdError;
use std::time::Duration;

use crate::fetch;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody answers at the endpoint, or nobody who is a browser.
    #[error("there is no browser at `{endpoint}`")]
    Absent {
        /// The endpoint, without credentials.
        endpoint: String,
        /// What was wrong.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// It was not there a moment ago, and was not asked again.
    #[error("the browser was not there a moment ago")]
    Away,
    /// It is there, and says nothing.
    #[error("the browser does not answer within {0:?}")]
    Silent(Duration),
    /// Other pages hold all places.
    #[error("the browser had no place for the page within {0:?}")]
    Busy(Duration),
    /// It does not do what it is asked.
    #[error("the browser refuses `{method}`: {why}")]
    Refused {
        /// The method of its protocol.
        method: &'static str,
        /// What it says.
        why: String,
    },
    /// The page's scripts go on for too long.
    #[error("the page is not there within {0:?}")]
    Time(Duration),
    /// The page's scripts ask for too much.
    #[error("the page makes more than {0} requests")]
    Requests(usize),
    /// The page, or all that it asked for, is too large.
    #[error("the page and its parts are larger than {0} bytes")]
    Bytes(usize),
    /// The page's process died, or the whole browser.
    #[error("the page crashed in the browser")]
    Crashed,
    /// The page led to another one, which could not be had.
    #[error(transparent)]
    Fetch(#[from] fetch::Error),
}

impl From<Error> for fetch::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Fetch(error) => error,
            other => Self::Browser(Box::new(other)),
        }
    }
}
