//! How far a hub is believed: a push is a hint, and polling goes on behind it.

use chrono::TimeDelta;

use crate::model::Instant;

/// How much rarer we poll while pushes work, and how rarely at most.
const STRETCH: i32 = 4;
const LONGEST: TimeDelta = TimeDelta::days(1);
/// How long after the end of its lease a hub may be silent before polling goes on as ever.
const GRACE: TimeDelta = TimeDelta::hours(6);
/// How long a hub is not believed that kept something from us.
const DISTRUST: TimeDelta = TimeDelta::days(7);
/// How long a push may take from the moment when something was published.
const DELAY: TimeDelta = TimeDelta::minutes(10);

/// What is known of the pushes for one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// When its lease ends, or ended; `None` where the hub never agreed.
    pub lease_until: Option<Instant>,
    /// Whether anything was ever pushed.
    pub proven: bool,
    /// Until when it is not believed.
    pub distrusted: Option<Instant>,
}

impl Push {
    /// Whether polling may be rarer for its sake.
    pub fn trusted(&self, now: Instant) -> bool {
        self.proven
            && self.lease_until.is_some_and(|until| now < until + GRACE)
            && self.distrusted.is_none_or(|until| until <= now)
    }
}

/// The next visit of a source, which would be at `next`, with these pushes for all its lists: a
/// backup at four times the distance and at most in a day, but never past the hour when the first
/// of them would no longer be believed.
pub fn backup(now: Instant, next: Instant, pushes: &[Push]) -> Instant {
    let ends = pushes.iter().map(|push| push.lease_until.filter(|_| push.trusted(now)));
    let first_end = ends.collect::<Option<Vec<_>>>().and_then(|ends| ends.into_iter().min());
    let Some(first_end) = first_end else { return next };
    let stretched = now + ((next - now) * STRETCH).min(LONGEST);
    stretched.min(first_end + GRACE).max(next)
}

/// What a poll that found something new says of the hub that did not push it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It kept it from us: not believed until then.
    Distrust(Instant),
    /// It may still come: decided by [`overdue`] later.
    Suspect,
    /// Nothing is missing.
    Well,
}

/// Until when a hub is not believed that never pushed what a poll found at `since`; `None` while
/// it may still come.
pub fn overdue(now: Instant, since: Instant) -> Option<Instant> {
    (since <= now - DELAY).then(|| now + DISTRUST)
}

/// Judges what a poll found: `published` are the dates of what was new to us, although a trusted
/// hub had not pushed it. What is younger than a push takes is only suspicious.
pub fn missed(now: Instant, published: impl Iterator<Item = Instant>) -> Verdict {
    let mut verdict = Verdict::Well;
    for date in published {
        if date <= now - DELAY {
            return Verdict::Distrust(now + DISTRUST);
        }
        verdict = Verdict::Suspect;
    }
    verdict
}
