//! A subscription's way from wish to end, and what is answered to its hub on the way.

use chrono::TimeDelta;

use super::form::{Intent, Mode};
use super::lease;
use crate::model::Instant;

/// How long after a request its hub may verify it; a first request waits for ever.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The hub was not asked, or did not verify.
    Wanted,
    /// The hub verified; it pushes.
    Active,
    /// The hub will not push.
    Denied,
    /// We want no more of it.
    Leaving,
}

impl State {
    /// The name that is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Active => "active",
            Self::Denied => "denied",
            Self::Leaving => "leaving",
        }
    }

    /// The state of a name; one that is not known is asked for anew.
    pub fn named(name: &str) -> Self {
        let all = [Self::Active, Self::Denied, Self::Leaving];
        all.into_iter().find(|state| state.name() == name).unwrap_or(Self::Wanted)
    }
}

/// What a hub's word is judged by.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Where the subscription stands.
    pub state: State,
    /// Its topic.
    pub topic: String,
    /// When its hub was last asked.
    pub asked: Option<Instant>,
}

/// What is answered to a hub, and what changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The challenge goes back: it pushes until then, and is asked again at that time.
    Agreed {
        /// What is said back, to the byte.
        challenge: String,
        /// When the lease ends.
        until: Instant,
        /// When to renew it.
        renew: Instant,
    },
    /// The challenge goes back: it is over.
    Left {
        /// What is said back, to the byte.
        challenge: String,
    },
    /// The hub will not push; it is asked again then.
    Denied {
        /// Why, if it says so.
        reason: Option<String>,
        /// When to try again.
        again: Instant,
    },
    /// We know of nothing: 404.
    Unknown,
}

/// Judges a hub's word. Only what we asked for is agreed to (§5.3: the topic and the mode have
/// to be those of a request under way).
pub fn judge(standing: &Standing, intent: Intent, now: Instant) -> Verdict {
    match intent {
        Intent::Denied { topic, reason } if topic == standing.topic => {
            Verdict::Denied { reason, again: now + TimeDelta::days(7) }
        }
        Intent::Verify { mode, topic, challenge, lease } if topic == standing.topic => match mode {
            Mode::Subscribe if standing.subscribes(now) => {
                let lease = lease::granted(lease);
                let (until, renew) = (now + lease, lease::renewal(now, lease));
                Verdict::Agreed { challenge, until, renew }
            }
            Mode::Unsubscribe if standing.state == State::Leaving => Verdict::Left { challenge },
            _ => Verdict::Unknown,
        },
        _ => Verdict::Unknown,
    }
}

impl Standing {
    /// Whether a request to subscribe is under way. A hub that lost our answer may ask again for
    /// a while.
    fn subscribes(&self, now: Instant) -> bool {
        match (self.state, self.asked) {
            (State::Wanted, asked) => asked.is_some(),
            (State::Active | State::Denied, Some(asked)) => now - asked <= PATIENCE,
            _ => false,
        }
    }
}
