//! List rules inferred from the elements of a page.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use url::Url;

use super::columns::Table;
use super::dates::Clock;
use super::fields::{self, Fields};
use super::groups::{self, Group};
use super::outline::{Outline, width};
use super::rules::{Hidden, Kind, Rules};
use super::score::{self, Surroundings, Verdict};
use super::{Draft, selector};
use crate::html;

/// Groups for which rules are written.
const MOST_DRAFTS: usize = 14;

/// Drafts of rules for a page, the likeliest first.
pub(super) fn drafts(page: &str, url: &Url, clock: Clock) -> Vec<Draft> {
    let page = html::dom::page(page);
    let outline = Outline::new(&page, url);
    let around = Surroundings::of(&outline);
    let judge = |group: Group| {
        let table = Table::of(&outline, &group);
        let fields = fields::find(&outline, &table, clock)?;
        let verdict = score::judge(&outline, &around, &group, &table.items, &fields);
        Some(Judged { verdict, group, items: table.items, fields })
    };
    let mut judged: Vec<_> = groups::find(&outline).into_iter().filter_map(judge).collect();
    judged.sort_by(Judged::compare);
    judged.truncate(MOST_DRAFTS);
    let purer: Vec<_> = judged.iter().filter_map(Judged::purer).filter_map(judge).collect();
    judged.extend(purer);
    judged.sort_by(Judged::compare);
    judged.into_iter().filter_map(|one| draft(&outline, one)).collect()
}

/// A group with what it consists of.
struct Judged {
    verdict: Verdict,
    group: Group,
    items: Vec<usize>,
    fields: Fields,
}

impl Judged {
    fn compare(&self, other: &Self) -> Ordering {
        let order = other.verdict.score.total_cmp(&self.verdict.score);
        order.then_with(|| self.group.cmp(&other.group))
    }

    /// The group without the few elements that are unlike the others, such as a pager's row.
    fn purer(&self) -> Option<Group> {
        if self.items.len() < self.group.len() {
            return None;
        }
        let titles = self.fields.titles.iter().map(|title| title.as_deref().map_or(0, width));
        let titles: Vec<_> = titles.collect();
        let mean = titles.iter().sum::<usize>() / titles.len().max(1);
        let dates = self.fields.date.as_ref().map(|date| date.dates.as_slice()).unwrap_or_default();
        let strange: Vec<_> = (0..self.items.len())
            .filter(|row| {
                let short = titles.get(*row).is_none_or(|title| title * 3 < mean);
                let linked = self.fields.links.get(*row).is_some_and(Option::is_some);
                let undated = dates.get(*row).is_some_and(Option::is_none);
                !linked || (short && (undated || dates.is_empty()))
            })
            .collect();
        let few = !strange.is_empty() && strange.len() * 4 <= self.items.len();
        let rows = self.items.iter().enumerate();
        let kept = rows.filter(|(row, _)| !strange.contains(row)).map(|(_, item)| *item);
        few.then(|| kept.collect())
    }
}

fn draft(outline: &Outline<'_>, judged: Judged) -> Option<Draft> {
    let Judged { mut verdict, group, fields: found, .. } = judged;
    let items = selector::of(outline, &group)?;
    verdict.score -= items.cost.min(8.0) * 0.4;
    let mut fields = BTreeMap::new();
    fields.insert("title", found.title);
    fields.insert("link", vec![found.link]);
    fields.extend(found.date.map(|date| ("date", vec![date.place])));
    fields.extend(found.more.into_iter().map(|(word, place)| (word, vec![place])));
    let rules = Rules { kind: Kind::Page, items: items.css, hidden: Hidden::No, fields };
    Some(Draft { rules, score: verdict.score, evidence: verdict.evidence })
}
