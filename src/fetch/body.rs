//! A body piece by piece, within the limits of size and time.

use std::error::Error as StdError;

use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use crate::fetch::{Error, Limits};

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
        step: std::time::Duration,
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
        let next =
            bounds.within("the next piece of the body", bounds.limits.idle, response.chunk());
        match next.await? {
            Ok(None) => return Ok(bytes),
            Ok(Some(piece)) if bytes.len() + piece.len() > bounds.bytes => return Err(too_large),
            Ok(Some(piece)) => bytes.extend_from_slice(&piece),
            Err(error) => return Err(broken(error)),
        }
    }
}

/// The body failed on its way: below the decoder it was cut off, in the decoder it is no such code.
fn broken(error: reqwest::Error) -> Error {
    let source = error.without_url();
    let mut cause = source.source();
    while let Some(error) = cause {
        if error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_body) {
            return Error::Body { what: "the body was cut off", source };
        }
        cause = error.source();
    }
    Error::Body { what: UNDECODABLE, source }
}

/// What is said of a body that is not encoded as its label says.
pub(super) const UNDECODABLE: &str = "the body cannot be decompressed";
