//! List rules inferred from the elements of a page.

use std::collections::BTreeMap;

use url::Url;

use super::columns::Table;
use super::dates::Clock;
use super::fields::{self, Fields};
use super::groups::{self, Group};
use super::outline::Outline;
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
    let mut judged: Vec<_> = groups::find(&outline)
        .into_iter()
        .filter_map(|group| {
            let table = Table::of(&outline, &group);
            let fields = fields::find(&outline, &table, clock)?;
            let verdict = score::judge(&outline, &around, &group, &table.items, &fields);
            Some((verdict, group, fields))
        })
        .collect();
    judged.sort_by(|a, b| b.0.score.total_cmp(&a.0.score).then_with(|| a.1.cmp(&b.1)));
    let best = judged.into_iter().take(MOST_DRAFTS);
    best.filter_map(|(verdict, group, fields)| draft(&outline, &group, fields, verdict)).collect()
}

fn draft(
    outline: &Outline<'_>,
    group: &Group,
    found: Fields,
    mut verdict: Verdict,
) -> Option<Draft> {
    let items = selector::of(outline, group)?;
    verdict.score -= items.cost.min(8.0) * 0.4;
    let mut fields = BTreeMap::new();
    fields.insert("title", found.title);
    fields.insert("link", vec![found.link]);
    fields.extend(found.date.map(|date| ("date", vec![date.place])));
    fields.extend(found.more.into_iter().map(|(word, place)| (word, vec![place])));
    let rules = Rules { kind: Kind::Page, items: items.css, hidden: Hidden::No, fields };
    Some(Draft { rules, score: verdict.score, evidence: verdict.evidence })
}
