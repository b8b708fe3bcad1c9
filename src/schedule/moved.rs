//! Whether a source has moved for good: permanent redirects are believed after proof only.

use chrono::TimeDelta;

use crate::model::Instant;

/// Different days on which the same redirect must have been met.
const DAYS: u32 = 3;
/// How long ago it must have been met first.
const SINCE: TimeDelta = TimeDelta::days(7);

/// Where an address leads, as far as we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The end of the chain.
    pub to: String,
    /// When it was first met.
    pub since: Instant,
    /// When it was last met.
    pub last: Instant,
    /// On how many different days (UTC).
    pub days: u32,
    /// Whether a list was there that has items of ours.
    pub proven: bool,
    /// Whether the new address is asked in place of the old one.
    pub adopted: bool,
}

/// What an address did at a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight<'s> {
    /// It led, by permanent redirects alone, to a list.
    Led {
        /// The end of the chain.
        to: &'s str,
        /// Whether the list has items of ours.
        kin: bool,
    },
    /// It answered itself, or led elsewhere, or not for good, or to what is no list.
    Otherwise,
    /// It is not there (404, 410): the old address, or the adopted one.
    Lost,
    /// It did not answer.
    Silent,
}

/// What is known of an address after a visit. An adopted address stays until it is lost; then the
/// old one is asked again.
pub fn observe(from: &str, before: Option<Move>, sight: Sight<'_>, now: Instant) -> Option<Move> {
    match (before, sight) {
        (before, Sight::Silent) => before,
        (Some(before), Sight::Lost) if before.adopted => None,
        (Some(before), _) if before.adopted => Some(before),
        (Some(before), Sight::Lost) => before.proven.then_some(Move { adopted: true, ..before }),
        (None, Sight::Lost) | (_, Sight::Otherwise) => None,
        (before, Sight::Led { to, kin }) => {
            let known = before.filter(|before| before.to == to);
            let mut moved = known.unwrap_or_else(|| begin(to, now));
            moved.days += u32::from(moved.last.date_naive() < now.date_naive());
            moved.last = moved.last.max(now);
            moved.proven |= kin;
            moved.adopted = is_upgrade(from, to) || moved.proven && is_lasting(&moved);
            Some(moved)
        }
    }
}

fn begin(to: &str, now: Instant) -> Move {
    Move { to: to.to_owned(), since: now, last: now, days: 1, proven: false, adopted: false }
}

fn is_lasting(moved: &Move) -> bool {
    moved.days >= DAYS && moved.last.signed_duration_since(moved.since) >= SINCE
}

/// The same host, path and query, now by `https`.
fn is_upgrade(from: &str, to: &str) -> bool {
    let rest = from.strip_prefix("http://").zip(to.strip_prefix("https://"));
    rest.is_some_and(|(from, to)| from == to)
}
