//! A body piece by piece, within the limits of size and time.

use std::error::Error as StdError;
use std::io;

use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::time::{Duration, Instant, timeout_at};

use crate::fetch::{Error, Limits, answer};

/// How far a request may still go.
pub(super) struct Bounds<'a> {
    pub limits: &'a Limits,
    /// Bytes after decompression.
    pub bytes: usize,
    /// When the whole request ends.
    pub deadline: Instant,
}

impl Bounds<'_> {
    /// Waits for something no longer than until the deadline, nor longer than a step may take.
    pub(super) async fn within<T>(
        &self,
        what: &'static str,
        step: Duration,
        job: impl Future<Output = T>,
    ) -> Result<T, Error> {
        let until = self.deadline.min(Instant::now() + step);
        timeout_at(until, job).await.map_err(|_| {
            if until < self.deadline {
                Error::Timeout { what, limit: step }
            } else {
                Error::Timeout { what: "the whole request", limit: self.limits.total }
            }
        })
    }
}

/// The whole body, decompressed by the client as it comes.
pub(super) async fn read(mut response: Response, bounds: &Bounds<'_>) -> Result<Vec<u8>, Error> {
    let too_large = Error::TooLarge { limit: bounds.bytes };
    if response.content_length().is_some_and(|length| length > bounds.bytes as u64) {
        return Err(too_large);
    }
    let mut bytes = Vec::new();
    loop {
        let next = response.chunk();
        match bounds.within("the next piece of the body", bounds.limits.idle, next).await? {
            Ok(None) => return Ok(bytes),
            Ok(Some(piece)) if bytes.len() + piece.len() > bounds.bytes => return Err(too_large),
            Ok(Some(piece)) => bytes.extend_from_slice(&piece),
            Err(error) => return Err(broken(error)),
        }
    }
}

/// Whether the client left the body encoded, as it does with labels that it does not know.
/// It takes the label away when it decompresses.
pub(super) fn still_encoded(head: &HeaderMap) -> bool {
    answer::text(head, CONTENT_ENCODING)
        .is_some_and(|label| !label.is_empty() && !label.eq_ignore_ascii_case("identity"))
}

/// Whether bytes can be text: markup and JSON have none of these control characters at
/// their beginning, while compressed data has them soon.
pub(super) fn looks_plain(bytes: &[u8]) -> bool {
    const ESCAPE: u8 = 0x1b;
    let odd = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace() && *byte != ESCAPE;
    !bytes.iter().take(512).any(odd)
}

/// The body failed on its way. The decoder's own errors come as `io::Error`; those from below it
/// come as they are, whether there is a decoder or not.
fn broken(error: reqwest::Error) -> Error {
    let source = error.without_url();
    let decoder = source.source().is_some_and(<dyn StdError>::is::<io::Error>);
    let what = if decoder { UNDECODABLE } else { "the body was cut off" };
    Error::Body { what, source: Some(source) }
}

/// What is said of a body that is not encoded as its label says.
pub(super) const UNDECODABLE: &str = "the body cannot be decompressed";
