//! A source's history and its server's wishes to the next visit.

mod ladder;
mod moved;
mod quiet;
mod rhythm;

use std::time::Duration;

use chrono::TimeDelta;

use crate::model::{Instant, Quiet};

pub use ladder::{Trouble, is_gone};
pub use moved::{Move, Sight, observe};
pub use rhythm::{Cron, Rhythm, arrival};

/// The longest that a server's wish puts off a visit, where the settings do not say otherwise.
pub const LONGEST_WISH: Duration = Duration::from_hours(24);

/// The longest that a refusal (`Retry-After`) can put off a visit.
const MOST_REFUSED: Duration = Duration::from_hours(7 * 24);
/// A visit is never early, but up to a tenth of its wait late, and not more than this.
const MOST_JITTER: Duration = Duration::from_mins(30);

/// All that the next visit depends on besides the last one.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'s> {
    /// When the last answer came: waits count from here.
    pub now: Instant,
    /// Name of the source, so that sources of one rhythm do not come all at once.
    pub source: &'s str,
    /// Our own rhythm.
    pub rhythm: &'s Rhythm,
    /// When the newest items came, in any order; only an adaptive rhythm looks at them.
    pub history: &'s [Instant],
    /// What the server wishes.
    pub wishes: Wishes,
    /// The longest that a wish is heeded; a refusal is heeded up to seven days.
    pub longest_wish: Duration,
}

/// What a server and its list wish for the next visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// How long the answer is fresh: `max-age` − `Age`, or `Expires` − `Date`.
    pub fresh: Option<Duration>,
    /// `ttl` or `sy:update…`.
    pub ttl: Option<Duration>,
    /// `skipHours` and `skipDays`.
    pub quiet: Quiet,
}

/// How a visit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// A list answered.
    Good {
        /// `Retry-After` of another list of the source.
        retry_after: Option<Duration>,
    },
    /// None did, so many times in a row.
    Failed {
        /// What is the matter.
        trouble: Trouble,
        /// This failure included.
        failures: u32,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// No request was made: the host rests.
    PutOff {
        /// For so long.
        wait: Duration,
    },
}

/// When to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// The next visit; always later than now.
    pub at: Instant,
    /// The server's wish, if it is longer than the longest that is heeded.
    pub cut: Option<Duration>,
}

/// The next visit: our rhythm, or what the server wishes if that is longer; after a failure the
/// next step of the ladder. Never before either, and a little later by a measure that depends on
/// the source and the time alone.
pub fn next(situation: &Situation<'_>, visit: Visit) -> Next {
    let Situation { now, wishes, longest_wish, .. } = *situation;
    let wish = wishes.fresh.unwrap_or_default().max(wishes.ttl.unwrap_or_default());
    let heeded = wish.min(longest_wish);
    let own = situation.rhythm.own(now, situation.history, wishes.fresh);
    let (floor, wait) = match visit {
        Visit::Good { retry_after } => {
            let floor = heeded.max(refused(retry_after));
            (floor, own.max(floor))
        }
        Visit::Failed { trouble, failures, retry_after } => {
            let ladder = trouble.wait(failures, retry_after.is_some()).max(own);
            let wait = ladder.max(refused(retry_after));
            (wait, wait)
        }
        Visit::PutOff { wait } => (refused(Some(wait)), refused(Some(wait))),
    };
    let (earliest, spread, moment) = match situation.rhythm {
        // The same lateness each time: from one visit to the next it is never too short.
        Rhythm::Cron(cron) => {
            let next = cron.after(later(now, wait));
            (next.unwrap_or(later(now, LONGEST_WISH.max(wait))), cron.shortest(), Instant::MIN_UTC)
        }
        Rhythm::Auto | Rhythm::Every(_) => (later(now, wait), wait, now),
    };
    let jitter = jitter(situation.source, moment, (spread / 10).min(MOST_JITTER));
    let at = quiet::outside(wishes.quiet, now, later(now, floor), earliest, jitter);
    Next { at, cut: (wish > heeded).then_some(wish) }
}

fn refused(retry_after: Option<Duration>) -> Duration {
    retry_after.unwrap_or_default().min(MOST_REFUSED)
}

/// From two seconds up to `most`, by a hash of the source's name and the time: clocks that tell
/// whole seconds only may make a wait almost two seconds short.
fn jitter(source: &str, now: Instant, most: Duration) -> Duration {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in source.bytes().chain(now.timestamp().to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The last step of SplitMix64: neighbouring seconds shall lie far apart.
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Duration::from_secs(2 + (hash ^ (hash >> 31)) % most.as_secs().saturating_sub(1).max(1))
}

/// A while later, or the last moment that can be written.
fn later(now: Instant, wait: Duration) -> Instant {
    let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(wait).unwrap_or(Instant::MAX_UTC)
}

#[cfg(test)]
mod tests;
