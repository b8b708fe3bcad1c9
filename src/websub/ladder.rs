//! When something that failed is tried again: longer waits with each failure.

use chrono::TimeDelta;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

/// Waits between the attempts of a delivery, in seconds: about two days in all.
const DELIVERY: [i64; 8] =
    [MINUTE / 2, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR];
/// Waits between requests to a hub that does not answer well, or does not verify.
const REQUEST: [i64; 6] = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 24 * HOUR];
/// Waits between the attempts to verify a subscriber.
const VERIFICATION: [i64; 2] = [MINUTE, 5 * MINUTE];

/// How long to wait after so many failed deliveries in a row; `None` once it is enough.
pub fn deliver_again(failures: u32) -> Option<TimeDelta> {
    step(&DELIVERY, failures)
}

/// How long to wait before a hub is asked again; we never give up.
pub fn ask_again(failures: u32) -> TimeDelta {
    step(&REQUEST, failures.min(REQUEST.len() as u32)).unwrap_or(TimeDelta::days(1))
}

/// How long to wait before a subscriber is asked again whether it meant it; `None` once it is
/// enough.
pub fn verify_again(failures: u32) -> Option<TimeDelta> {
    step(&VERIFICATION, failures)
}

fn step(ladder: &[i64], failures: u32) -> Option<TimeDelta> {
    let at = usize::try_from(failures.max(1) - 1).ok()?;
    ladder.get(at).map(|seconds| TimeDelta::seconds(*seconds))
}
