//! How long subscriptions last, on either side.

use std::time::Duration;

use chrono::TimeDelta;

use crate::model::Instant;

/// What a lease is where a hub does not say: the Recommendation's own example.
const USUAL: u64 = 10 * 86_400;
/// The longest lease that is believed.
const LONGEST: u64 = 365 * 86_400;
/// The least time between two renewals.
const LEAST: TimeDelta = TimeDelta::seconds(5);

/// The lease that a hub granted, in its seconds.
pub fn granted(seconds: Option<u64>) -> TimeDelta {
    let seconds = seconds.filter(|seconds| *seconds > 0).unwrap_or(USUAL).min(LONGEST);
    TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0))
}

/// When to ask for a further lease: with a third of it left, which leaves time to try again.
pub fn renewal(now: Instant, lease: TimeDelta) -> Instant {
    now + (lease * 2 / 3).max(LEAST)
}

/// The seconds that our hub grants: what was asked for, never more than `most`, never for ever.
pub fn offered(asked: Option<u64>, usual: Duration, most: Duration) -> u64 {
    asked.filter(|seconds| *seconds > 0).unwrap_or(usual.as_secs()).clamp(1, most.as_secs().max(1))
}
