//! Rules to what becomes of an item: where it belongs, whether it is published, what it is called.
//!
//! A [`Rule`] is a condition and what follows from it. Conditions are made of tests; all rules of
//! a site are compiled into one [`Router`], which looks at each text of an item once, however
//! many rules there are. Every rule that holds acts; their order decides nothing but the order of
//! categories and of rewritings of the title.

mod decide;
mod doubt;
mod engine;
mod facts;
mod fold;
mod literal;
mod query;
mod texts;

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::model::SourceId;
use crate::template::Template;

pub use doubt::{Doubt, doubts};
pub use engine::{Router, is_like};
pub use facts::Facts;
pub use fold::{fold, joins};
pub use literal::{NoPattern, Pattern};
pub use query::{Error as QueryError, In, Query, Term, parse as query};

/// The longest word, name or pattern, in characters.
pub const LONGEST: usize = 1_000;
/// The most tests of all rules together.
pub const MOST_TESTS: usize = 200_000;
/// The most patterns that have to be run on every text, since they need no certain letters.
pub const MOST_COSTLY: usize = 1_000;
/// The most memory of all patterns together, in bytes.
pub const MOST_MEMORY: usize = 384 << 20;
/// What a pattern counts for that was too large to be made, in bytes: to find that out is work.
pub const IN_VAIN: usize = 16 << 20;
/// How deep conditions may stand in each other.
pub const DEEPEST: usize = 16;

/// Where a word or pattern is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Title, summary and body.
    Text,
    /// The title.
    Title,
    /// The summary.
    Summary,
    /// The whole text.
    Body,
    /// The address of the article.
    Link,
}

/// A field whose whole value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The source's id.
    Source,
    /// The outlet credited.
    Medium,
    /// Any one of the source's own words.
    Label,
    /// Any one of the authors' names.
    Author,
    /// The language tag; `zh` also stands for `zh-CN`.
    Language,
}

/// The smallest part of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// A word or phrase stands in a text: between borders in scripts with spaces, anywhere in
    /// Chinese and its like; a `*` at an end lifts the border there. In a link: anywhere.
    Word(Place, String),
    /// A pattern is found in a text as it is written.
    Found(Place, Pattern),
    /// A field has this value; `*` stands for anything.
    Is(Field, String),
    /// A pattern is found in a field's value.
    Like(Field, Pattern),
    /// The body has from so many characters to so many.
    Length(u64, u64),
    /// The item was published from so many seconds to so many before it was first seen.
    Age(u64, u64),
    /// It comes with a file whose media type begins like this; anything matches the empty text.
    Enclosure(String),
    /// It has a lead picture.
    Image,
}

impl Test {
    /// The same test in the one form that it is compared in.
    pub(crate) fn folded(&self) -> Self {
        match self {
            Self::Word(place, word) => Self::Word(*place, fold(word)),
            Self::Is(field, name) if *field != Field::Source => Self::Is(*field, fold(name)),
            Self::Enclosure(kind) => Self::Enclosure(fold(kind)),
            other => other.clone(),
        }
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// All of these hold; none: always.
    All(Vec<When>),
    /// Any of these holds; none: never.
    Any(Vec<When>),
    /// This does not hold.
    Not(Box<When>),
    /// A test holds.
    Test(Test),
}

impl When {
    /// All tests of the condition.
    pub fn tests(&self) -> Vec<&Test> {
        let mut tests = Vec::new();
        let mut left = vec![self];
        while let Some(one) = left.pop() {
            match one {
                Self::All(some) | Self::Any(some) => left.extend(some),
                Self::Not(not) => left.push(not),
                Self::Test(test) => tests.push(test),
            }
        }
        tests
    }
}

/// Whose items a rule is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Those of every source.
    Every,
    /// Those of every source that does not decline what others inherit.
    #[default]
    Inherited,
    /// Those of one source.
    One(SourceId),
}

/// Whose items count together for a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// Those of one source.
    #[default]
    Source,
    /// Those of one medium.
    Medium,
    /// All.
    All,
}

/// So many items published within one stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub most: u64,
    /// How long; stretches begin with whole multiples of it since 1970.
    pub per: Duration,
    /// Of whom.
    pub by: By,
}

/// What is written in the place of what a pattern finds in the title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// What is looked for.
    pub pattern: Pattern,
    /// What takes its place; `$1` stands for the first group.
    pub with: String,
}

/// What follows where a rule holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acts {
    /// It belongs to these: names, or templates such as `{medium}`.
    pub add: Vec<Template>,
    /// It is not published.
    pub drop: bool,
    /// Whatever this rule does not hold for is not published.
    pub only: bool,
    /// It is not published before somebody has looked at it.
    pub hold: bool,
    /// Its title reads otherwise.
    pub title: Option<Rewrite>,
    /// No more than so many are published.
    pub limit: Option<Limit>,
}

/// A condition and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it is called where its decisions are shown.
    pub name: String,
    /// Whose items it is for.
    pub scope: Scope,
    /// Where it holds.
    pub when: When,
    /// What follows.
    pub acts: Acts,
}

/// Why an item is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// A rule drops it.
    Dropped,
    /// A rule wants it to be looked at.
    Held,
    /// There are enough of them.
    Limited,
    /// It is too old: nothing is kept but what it is known by.
    Forgotten,
}

impl Kept {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Held => "held",
            Self::Limited => "limited",
            Self::Forgotten => "forgotten",
        }
    }

    /// By its word.
    pub fn of_word(word: &str) -> Option<Self> {
        let all = [Self::Dropped, Self::Held, Self::Limited, Self::Forgotten];
        all.into_iter().find(|one| one.word() == word)
    }
}

/// An item that is kept and not published.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Withheld {
    /// In which way.
    pub kept: Kept,
    /// The name of the rule that decided.
    pub rule: String,
}

/// A place in a limit that an item asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The limit and its stretch of time, by a lasting name.
    pub key: String,
    /// How many seats there are.
    pub most: u64,
    /// The name of the rule.
    pub rule: String,
}

/// What one rule did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Act {
    /// The rule's name.
    pub rule: String,
    /// What it did, in words.
    pub what: String,
}

/// What the rules make of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Where it belongs by rules: names and templates, in their order, each once.
    pub add: Vec<Template>,
    /// Whether and why it is not published; limits are not looked at yet.
    pub withheld: Option<Withheld>,
    /// Its new title.
    pub title: Option<String>,
    /// The limits that it counts for.
    pub seats: Vec<Seat>,
    /// Which rule did what, in the order of the rules.
    pub acts: Vec<Act>,
}
