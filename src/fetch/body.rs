//! A body piece by piece, within the limits of size and time, and out of its encoding.

use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;
use tokio::time::{Duration, Instant, timeout_at};

use crate::fetch::coding::{self, Bad, Decoded};
use crate::fetch::{Error, Limits, answer};

/// How far a request may still go.
pub(super) struct Bounds<'a> {
    pub limits: &'a Limits,
    /// Bytes after decompression.
    pub bytes: usize,
    /// Whether what is too much is left out, and is no error.
    pub cut: bool,
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

/// The whole body, decompressed, and whether it was encoded as its label says.
pub(super) async fn read(response: Response, bounds: &Bounds<'_>) -> Result<Decoded, Error> {
    let label = answer::joined(response.headers(), CONTENT_ENCODING).unwrap_or_default();
    let plain = label.is_empty() || label.eq_ignore_ascii_case("identity");
    let most = if plain { bounds.limits.wire.min(bounds.bytes) } else { bounds.limits.wire };
    let wire = receive(response, bounds, most).await?;
    let limit = if bounds.cut { bounds.limits.bytes } else { bounds.bytes };
    let mut decoded = decode(wire, label, limit).await?;
    decoded.bytes.truncate(bounds.bytes);
    Ok(decoded)
}

/// The bytes as they are sent.
async fn receive(
    mut response: Response,
    bounds: &Bounds<'_>,
    most: usize,
) -> Result<Vec<u8>, Error> {
    let too_large = Error::TooLarge { limit: most };
    if !bounds.cut && response.content_length().is_some_and(|length| length > most as u64) {
        return Err(too_large);
    }
    let (mut bytes, began) = (Vec::new(), Instant::now());
    loop {
        let next = response.chunk();
        let next = bounds.within("the next piece of the body", bounds.limits.idle, next).await?;
        match next.map_err(cut_off)? {
            None => return Ok(bytes),
            Some(piece) if bytes.len() + piece.len() > most => {
                let room = piece.get(..most - bytes.len()).unwrap_or_default();
                bytes.extend_from_slice(room);
                return if bounds.cut { Ok(bytes) } else { Err(too_large) };
            }
            Some(piece) => bytes.extend_from_slice(&piece),
        }
        minimum_rate(bounds.limits, bytes.len(), began.elapsed())?;
    }
}

fn minimum_rate(limits: &Limits, bytes: usize, spent: Duration) -> Result<(), Error> {
    let least = u128::from(limits.rate) * spent.as_millis() / 1000;
    if spent > limits.patience && (bytes as u128) < least {
        return Err(Error::Slow { rate: limits.rate });
    }
    Ok(())
}

/// Bodies shorter than this are decompressed where they are.
const AT_ONCE: usize = 32 << 10;

async fn decode(wire: Vec<u8>, label: String, limit: usize) -> Result<Decoded, Error> {
    let decoded = if wire.len() < AT_ONCE {
        coding::decode(wire, &label, limit)
    } else {
        let job = tokio::task::spawn_blocking(move || coding::decode(wire, &label, limit));
        job.await.unwrap_or(Err(Bad::Undecodable))
    };
    decoded.map_err(|bad| match bad {
        Bad::Undecodable => Error::Body { what: "the body cannot be decompressed", source: None },
        Bad::TooLarge(limit) => Error::TooLarge { limit },
        Bad::Inflated(times) => Error::Inflated { times },
    })
}

fn cut_off(error: reqwest::Error) -> Error {
    Error::Body { what: "the body was cut off", source: Some(error.without_url()) }
}
