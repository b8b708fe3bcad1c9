//! How a source is: its state, with the cause and what an operator may do about it.
//!
//! States are judged after each visit from facts alone, so that the daemon, a one-shot command and
//! the status pages say the same.

mod cause;
mod rhythm;
mod wall;

use chrono::TimeDelta;

use crate::model::Instant;

pub use cause::{Cause, Flaw};
pub use rhythm::patience;
pub use wall::is_wall;

/// Good visits in a row without a single entry after which a source that had some counts as empty.
const EMPTIES: u32 = 3;
/// A 410 has to be heard so often before it is believed.
const GONE_AFTER: u32 = 2;

/// How a source is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Visits fail.
    Failing,
    /// The server says for good that it is no more.
    Gone,
    /// Visits go well, and yet something is amiss: nothing comes any more.
    Ailing,
    /// The operator wants no visits.
    Paused,
    /// It was not visited yet.
    New,
    /// All is well.
    Well,
}

impl State {
    /// Every state, the ones that need somebody first.
    pub const ALL: [Self; 6] =
        [Self::Failing, Self::Gone, Self::Ailing, Self::Paused, Self::New, Self::Well];

    /// The word that stays: in the store, in JSON, in metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Gone => "gone",
            Self::Ailing => "ailing",
            Self::Paused => "paused",
            Self::New => "new",
            Self::Well => "well",
        }
    }

    /// The state of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether somebody should look.
    pub fn is_amiss(self) -> bool {
        matches!(self, Self::Failing | Self::Gone | Self::Ailing)
    }
}

/// What is known of a source after its last visit.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// The time of judgement.
    pub now: Instant,
    /// Whether it was ever visited.
    pub visited: bool,
    /// Why the last visit failed; `None` where it did not.
    pub failed: Option<Cause>,
    /// Failures in a row.
    pub failures: u32,
    /// Good visits in a row whose lists came and were all empty.
    pub empties: u32,
    /// Whether its lists are read by the operator's rules.
    pub by_rules: bool,
    /// When its last items (20 are enough) appeared, newest first.
    pub arrivals: &'f [Instant],
    /// Whether its lists have another address for good.
    pub moved: bool,
    /// Entries that are kept and cannot be published.
    pub held: u64,
}

/// The outcome of a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How it is.
    pub state: State,
    /// Why; also where all is well but something is worth knowing.
    pub cause: Option<Cause>,
}

/// What one visit was, for the history of its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// Why it failed.
    pub cause: Option<Cause>,
    /// Entries listed.
    pub entries: usize,
    /// Lists that had not changed.
    pub unchanged: usize,
    /// Items that were never seen before.
    pub new: usize,
    /// Items that changed.
    pub changed: usize,
    /// Entries that cannot be published.
    pub held: usize,
    /// Whether its lists are read by the operator's rules.
    pub by_rules: bool,
    /// Where its lists are now, as the server says for good.
    pub moved_to: Option<String>,
}

impl Visit {
    /// Whether lists came, and none of them had an entry.
    pub fn is_empty(&self) -> bool {
        self.cause.is_none() && self.entries == 0 && self.unchanged == 0
    }
}

/// Judges a source.
pub fn judge(facts: &Facts<'_>) -> Standing {
    let standing = |state, cause| Standing { state, cause };
    if !facts.visited {
        return standing(State::New, Some(Cause::New));
    }
    if let Some(cause) = facts.failed {
        return failing(facts, cause);
    }
    let had = !facts.arrivals.is_empty();
    if facts.empties > 0 && (!had || facts.empties >= EMPTIES) {
        let drift = facts.by_rules && had;
        let cause = if drift { Cause::Drift } else { Cause::Empty };
        return standing(State::Ailing, Some(cause));
    }
    if is_stale(facts) {
        return standing(State::Ailing, Some(Cause::Stale));
    }
    let cause = match (facts.moved, facts.held) {
        (true, _) => Some(Cause::Moved),
        (false, 1..) => Some(Cause::Held),
        (false, 0) => None,
    };
    standing(State::Well, cause)
}

fn failing(facts: &Facts<'_>, cause: Cause) -> Standing {
    match cause {
        Cause::Status(410) if facts.failures >= GONE_AFTER => {
            Standing { state: State::Gone, cause: Some(Cause::Gone) }
        }
        // Rules that found entries once and find none are no longer those of the page.
        Cause::NoEntries if !facts.arrivals.is_empty() => {
            Standing { state: State::Failing, cause: Some(Cause::Drift) }
        }
        cause => Standing { state: State::Failing, cause: Some(cause) },
    }
}

fn is_stale(facts: &Facts<'_>) -> bool {
    let Some(newest) = facts.arrivals.iter().max() else { return false };
    let Some(patience) = patience(facts.arrivals) else { return false };
    facts.now - *newest > patience.max(TimeDelta::zero())
}

#[cfg(test)]
mod tests;
