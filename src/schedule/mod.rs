//! A source's history and its server's wishes to the next visit.

use std::time::Duration;

use chrono::TimeDelta;

use crate::model::Instant;

/// The longest that a server's wish can put off a visit.
const MOST_WISHED: Duration = Duration::from_hours(24);
/// The longest that a refusal (`Retry-After`) can put off a visit.
const MOST_REFUSED: Duration = Duration::from_hours(7 * 24);
/// The longest back-off after failures.
const MOST_BACK_OFF: Duration = Duration::from_hours(24);
/// The first step of the back-off.
const FIRST_BACK_OFF: Duration = Duration::from_mins(5);

/// How a visit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// All lists answered; the longest wish among them to be left alone.
    Good {
        /// `max-age`, `ttl`, `sy:update…`.
        wish: Option<Duration>,
    },
    /// It failed, so many times in a row.
    Failed {
        /// This failure included.
        failures: u32,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
}

/// The next visit: our rhythm, or what the server wishes if that is longer; after a failure the
/// rhythm, doubled with each further one up to a day. Never before `now`.
pub fn next(now: Instant, every: Duration, visit: Visit) -> Instant {
    let wait = match visit {
        Visit::Good { wish } => every.max(wish.unwrap_or_default().min(MOST_WISHED)),
        Visit::Failed { failures, retry_after } => {
            let doubled = every.max(FIRST_BACK_OFF).saturating_mul(1 << failures.clamp(1, 10) >> 1);
            let own = doubled.min(MOST_BACK_OFF.max(every));
            own.max(retry_after.unwrap_or_default().min(MOST_REFUSED))
        }
    };
    now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(1))
}

#[cfg(test)]
mod tests;
