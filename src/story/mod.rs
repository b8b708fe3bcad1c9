//! Whether two texts are one story: their prints, an index to find near prints, and the comparison
//! that decides.

mod compare;
mod fold;
mod index;
mod print;
mod swaps;
mod values;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use crate::model::SourceId;

pub use compare::Reading;
pub use fold::simplified;
pub use index::{Found, Index};
pub use print::{FEATURES, Features, Print};

/// How items of several sources are united, as the settings say.
#[derive(Clone, Debug, PartialEq)]
pub struct Ways {
    /// Whether they are at all.
    pub on: bool,
    /// Which of them is shown.
    pub prefer: Prefer,
    /// How far apart their dates may be.
    pub window: Duration,
    /// Whether a better text that comes later is shown under the id that is out already.
    pub upgrade: bool,
    /// Sources whose items always stand alone.
    pub alone: BTreeSet<SourceId>,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            on: true,
            prefer: Prefer::Earliest,
            window: Duration::from_hours(7 * 24),
            upgrade: false,
            alone: BTreeSet::new(),
        }
    }
}

/// Which item of a story is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// The one that was published first.
    Earliest,
    /// The one with the longest text.
    Longest,
    /// That of the source that stands first here; of others, the earliest.
    Sources(Vec<SourceId>),
}

/// What is decided of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// Whether they are one story.
    pub same: bool,
    /// How much of the shorter text stands in the other one, 0 to 1.
    pub score: f32,
    /// What decided.
    pub reason: Reason,
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Both lead to one address.
    Link,
    /// The texts are the same.
    Exact,
    /// Most of the shorter text stands in the other one.
    Near,
    /// The texts read alike and tell of other numbers or names: a form that was filled in anew.
    Values,
    /// The titles name different parts or numbers of something.
    Parts,
    /// There is too little text to tell.
    Short,
    /// The texts differ.
    Different,
}

impl Reason {
    /// In a few words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Link => "both lead to one address",
            Self::Exact => "the same text",
            Self::Near => "most of the shorter text stands in the other one",
            Self::Values => "they read alike and tell of other numbers or names",
            Self::Parts => "their titles name different parts or numbers",
            Self::Short => "too little text to tell",
            Self::Different => "the texts differ",
        }
    }
}

/// A member of a story, for the choice of the one that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its source.
    pub source: SourceId,
    /// When it was published, in seconds since 1970.
    pub published: i64,
    /// How long its text is.
    pub length: u64,
    /// When it came here: the place in the order of arrival.
    pub arrived: i64,
}

/// The place of the member that is shown.
pub fn winner(members: &[Member], prefer: &Prefer) -> Option<usize> {
    let rank = |member: &Member| match prefer {
        Prefer::Earliest => 0,
        Prefer::Longest => u64::MAX - member.length,
        Prefer::Sources(order) => {
            order.iter().position(|one| *one == member.source).map_or(u64::MAX, |at| at as u64)
        }
    };
    let order = |at: &usize| {
        members.get(*at).map(|member| (rank(member), member.published, member.arrived))
    };
    (0..members.len()).min_by_key(order)
}

/// A number that spreads well from one that may not (SplitMix64's finalizer).
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Prints are kept for years: a hash that never changes (FNV-1a, mixed).
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    mix(bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}

#[cfg(test)]
mod tests;
