//! What the rules that hold make of an item.

use sha2::{Digest as _, Sha256};

use super::engine::Compiled;
use super::{Act, By, Decision, Kept, Limit, Rewrite, Rule, Seat, Withheld};
use crate::model::Item;
use crate::template::Template;

/// The longest title that a rule may make, in characters.
const TITLE: usize = 300;

/// What a limit is remembered by: its rule's condition, not the rule's name or place.
pub(super) fn print(rule: &Rule) -> String {
    let by = rule.acts.limit.map(|limit| (limit.per, format!("{:?}", limit.by)));
    let digest = Sha256::digest(format!("{:?} {:?} {by:?}", rule.scope, rule.when));
    let start = digest.first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(start))
}

impl Decision {
    pub(super) fn apply(&mut self, rule: &Compiled, item: &Item) {
        for template in &rule.acts.add {
            self.say(rule, format!("adds to `{}`", as_typed(template)));
            if !self.add.contains(template) {
                self.add.push(template.clone());
            }
        }
        if rule.acts.drop {
            let why = if rule.is_rest {
                ": it does not hold, and only what it holds for is kept"
            } else {
                ""
            };
            self.withhold(rule, Kept::Dropped);
            self.say(rule, format!("drops it{why}"));
        }
        if rule.acts.hold {
            self.withhold(rule, Kept::Held);
            self.say(rule, "holds it back".to_owned());
        }
        if let Some(rewrite) = &rule.acts.title {
            self.retitle(rule, rewrite, item);
        }
        if let Some(limit) = rule.acts.limit {
            self.say(rule, format!("lets {} of them through in {}", limit.most, span(limit)));
            self.seats.push(seat(rule, limit, item));
        }
    }

    /// What is dropped is not held; among equals the first rule has decided.
    fn withhold(&mut self, rule: &Compiled, kept: Kept) {
        let before = self.withheld.as_ref().map(|one| one.kept);
        if before.is_none() || (before == Some(Kept::Held) && kept == Kept::Dropped) {
            self.withheld = Some(Withheld { kept, rule: rule.name.clone() });
        }
    }

    fn retitle(&mut self, rule: &Compiled, rewrite: &Rewrite, item: &Item) {
        let before = self.title.as_deref().unwrap_or(&item.title);
        let after = rewrite.pattern.regex().replace_all(before, rewrite.with.as_str());
        let after: String = after.chars().filter(|c| !c.is_control()).take(TITLE).collect();
        let after = after.trim();
        if !after.is_empty() && after != before {
            let what = format!("makes the title `{after}`");
            self.title = Some(after.to_owned());
            self.say(rule, what);
        }
    }

    fn say(&mut self, rule: &Compiled, what: String) {
        self.acts.push(Act { rule: rule.name.clone(), what });
    }
}

/// A template as it was typed.
fn as_typed(template: &Template) -> String {
    template.fill(|name| Some(format!("{{{name}}}"))).unwrap_or_default()
}

/// A length of time in its largest whole unit.
fn span(limit: Limit) -> String {
    let seconds = limit.per.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let unit =
        units.into_iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "s"));
    format!("{}{name}", seconds / unit)
}

fn seat(rule: &Compiled, limit: Limit, item: &Item) -> Seat {
    let per = limit.per.as_secs().max(1) as i64;
    let stretch = item.published.timestamp().div_euclid(per);
    let whose = match limit.by {
        By::Source => item.source.as_str(),
        By::Medium => item.medium.as_deref().unwrap_or_default(),
        By::All => "",
    };
    let key = format!("{} {stretch} {whose}", rule.print);
    Seat { key, most: limit.most, rule: rule.name.clone() }
}
