//! An address to the feeds and lists behind it: what a page names, and rules inferred from it.

mod address;
mod columns;
mod dates;
mod extras;
mod feeds;
mod fields;
mod groups;
mod keys;
mod names;
mod outline;
mod page;
mod records;
mod rules;
mod score;
mod selector;
mod state;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde::Serialize;
use url::Url;

pub use feeds::{Hint, hints, sitemaps, well_known};
pub use rules::{Hidden, Kind, Place, Rules, feed_toml, free_id, quoted, sitemap_toml};

use crate::listing::{self, Context};
use crate::model::{Entry, Instant, Listing};
use dates::Clock;

/// Bytes of a page that are looked at.
const MOST_BYTES: usize = 10 << 20;
/// Candidates that are given back.
const MOST_CANDIDATES: usize = 8;
/// Entries of a sample.
const SAMPLE: usize = 1_000;

/// Rules for a list that a page holds, and what they give.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    /// The rules.
    pub rules: Rules,
    /// How likely this is the list that is wanted; comparable within one page only.
    pub score: f64,
    /// Why, each reason with its points.
    pub evidence: Vec<String>,
    /// How many entries the rules give.
    pub count: usize,
    /// The entries that the rules give, up to a thousand.
    pub sample: Vec<Entry>,
}

/// Rules that nobody has read by yet.
struct Draft {
    rules: Rules,
    score: f64,
    evidence: Vec<String>,
}

/// List rules for a page or a JSON answer, the likeliest first; each has been read by.
pub fn rules(page: &str, url: &Url, now: Instant, zone: Tz) -> Vec<Candidate> {
    let page = cut(page);
    let clock = Clock { now, zone };
    let context =
        Context { base: Some(url), now, zone, content_type: None, charset: Some("utf-8") };
    let mut drafts = state::drafts(page, url, clock);
    if !is_json(page) {
        drafts.extend(page::drafts(page, url, clock));
    }
    drafts.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut candidates: Vec<_> =
        drafts.into_iter().filter_map(|draft| tried(draft, page, &context)).collect();
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut seen = BTreeSet::new();
    candidates.retain(|one| seen.insert(links(one)));
    candidates.truncate(MOST_CANDIDATES);
    candidates
}

/// The page, cut where it gets too long.
fn cut(page: &str) -> &str {
    let mut end = page.len().min(MOST_BYTES);
    while !page.is_char_boundary(end) {
        end -= 1;
    }
    page.get(..end).unwrap_or(page)
}

fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '['])
}

/// Reads by the rules; what gives fewer than two whole entries is no list.
fn tried(draft: Draft, page: &str, context: &Context<'_>) -> Option<Candidate> {
    let plan = draft.rules.plan().ok()?;
    let read = match draft.rules.kind {
        Kind::Page => listing::page::read(page.as_bytes(), &plan, context),
        Kind::Api => listing::api::read(page.as_bytes(), &plan, context),
    };
    let Listing { entries, .. } = read.ok()?;
    let whole = entries.iter().filter(|entry| entry.title.is_some() && entry.link.is_some());
    let whole = whole.count();
    if whole < 2 {
        return None;
    }
    let Draft { rules, score, mut evidence } = draft;
    let lost = 1.0 - whole as f64 / entries.len().max(1) as f64;
    if lost > 0.0 {
        evidence.push(format!("{:.0} % of the entries lack a title or a link", lost * 100.0));
    }
    let count = entries.len();
    let sample = entries.into_iter().take(SAMPLE).collect();
    Some(Candidate { rules, score: score - lost * 15.0, evidence, count, sample })
}

fn links(candidate: &Candidate) -> Vec<Option<String>> {
    candidate.sample.iter().map(|entry| entry.link.clone()).collect()
}
