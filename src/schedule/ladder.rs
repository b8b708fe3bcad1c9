//! How long a source is left alone that fails, by what is the matter with it; never for ever.

use std::time::Duration;

use chrono::TimeDelta;

use crate::model::Instant;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What is the matter with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// No answer that could be read: 5xx, no HTTP, no list.
    Broken,
    /// No connection, or no address.
    Unreachable,
    /// 401 or 403.
    Denied,
    /// 404.
    Missing,
    /// 410.
    Gone,
    /// 429, or what means the same.
    Refused,
}

impl Trouble {
    /// What a status says.
    pub fn of_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::Denied,
            404 => Self::Missing,
            410 => Self::Gone,
            429 => Self::Refused,
            _ => Self::Broken,
        }
    }

    /// The step of the ladder for so many failures in a row. A refusal that says for how long needs
    /// no guess.
    pub(super) fn wait(self, failures: u32, said: bool) -> Duration {
        let (first, most) = match self {
            Self::Refused if said => return Duration::ZERO,
            Self::Broken | Self::Unreachable => (HOUR / 2, DAY),
            Self::Denied | Self::Refused => (HOUR, DAY),
            Self::Missing => (HOUR, 7 * DAY),
            Self::Gone => (DAY, 7 * DAY),
        };
        let doubled = 1_u32 << failures.saturating_sub(1).min(10);
        first.saturating_mul(doubled).min(most)
    }
}

/// Whether a 410 is believed: it was answered already, a day ago or earlier.
pub fn is_gone(first: Option<Instant>, now: Instant) -> bool {
    first.is_some_and(|first| now.signed_duration_since(first) >= TimeDelta::days(1))
}
