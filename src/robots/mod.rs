//! What a server's `robots.txt` and its pages' marks for robots let us do (RFC 9309).

mod lines;
mod marks;
mod pattern;

use std::time::Duration;

use url::{Position, Url};

use lines::Line;
use pattern::Pattern;

pub use marks::keeps_out_of_archives;

/// Bytes of a `robots.txt` that are read; RFC 9309 §2.5 asks for 500 KiB at the least.
pub const MOST_BYTES: usize = 512 << 10;
/// The longest pause between two requests that is granted.
pub const MOST_DELAY: Duration = Duration::from_mins(1);

/// What one `robots.txt` says to one robot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    rules: Vec<Rule>,
    delay: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    allow: bool,
    pattern: Pattern,
}

impl Rules {
    /// Reads the rules for a robot: those of all groups that name its product token (§2.2.1),
    /// else those of all groups for `*`. What is no rule is passed over.
    pub fn read(bytes: &[u8], product: &str) -> Self {
        let text = String::from_utf8_lossy(bytes.get(..MOST_BYTES).unwrap_or(bytes));
        let (mut ours, mut everybodys) = (Self::default(), Self::default());
        let mut named = false;
        let mut group = Group::default();
        for line in lines::of(&text) {
            match line {
                Line::Agent(agent) => {
                    group.open(lines::token(agent), product);
                    named |= group.ours;
                }
                Line::Rule { allow, path } => {
                    group.begun = true;
                    let rule = Rule { allow, pattern: Pattern::new(path) };
                    group.share(&mut ours, &mut everybodys, |it| it.rules.push(rule.clone()));
                }
                Line::Delay(delay) => {
                    group.begun = true;
                    let delay = delay.min(MOST_DELAY);
                    group.share(&mut ours, &mut everybodys, |it| {
                        it.delay = it.delay.max(Some(delay));
                    });
                }
            }
        }
        if named { ours } else { everybodys }
    }

    /// Whether an address may be asked for: the longest rule that matches decides, and of two
    /// the one that allows (§2.2.2). `robots.txt` itself always may.
    pub fn allow(&self, url: &Url) -> bool {
        if url.path() == "/robots.txt" {
            return true;
        }
        let path = pattern::normal(&url[Position::BeforePath..Position::AfterQuery]);
        let matching = self.rules.iter().filter(|rule| rule.pattern.matches(&path));
        matching
            .max_by_key(|rule| (rule.pattern.length(), rule.allow))
            .is_none_or(|rule| rule.allow)
    }

    /// The pause that is asked for between two requests, at most [`MOST_DELAY`].
    pub fn delay(&self) -> Option<Duration> {
        self.delay
    }

    /// What they weigh in memory, about, in bytes.
    pub fn weight(&self) -> usize {
        self.rules.iter().map(|rule| 64 + rule.pattern.length()).sum()
    }
}

/// The group that is being read.
#[derive(Default)]
struct Group {
    /// Whether it has lines besides those that name robots.
    begun: bool,
    ours: bool,
    everybodys: bool,
}

impl Group {
    fn open(&mut self, agent: &str, product: &str) {
        if std::mem::take(&mut self.begun) {
            (self.ours, self.everybodys) = (false, false);
        }
        self.ours |= !product.is_empty() && agent.eq_ignore_ascii_case(product);
        self.everybodys |= agent == "*";
    }

    fn share(&self, ours: &mut Rules, everybodys: &mut Rules, give: impl Fn(&mut Rules)) {
        if self.ours {
            give(ours);
        }
        if self.everybodys {
            give(everybodys);
        }
    }
}

/// The product token of a `User-Agent`: the letters, `-` and `_` that it begins with (§2.2.1).
pub fn product(user_agent: &str) -> &str {
    lines::token(user_agent.trim_start())
}

#[cfg(test)]
mod tests;
