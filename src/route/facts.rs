//! An item as rules look at it.

use super::fold::{fold, fold_to};
use super::{Field, Place};
use crate::model::Item;

/// So much of a text is looked at, in bytes; what stands behind it decides nothing.
const LOOKED_AT: usize = 1 << 18;

/// An item and the plain text of its body.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// The item, as its source has it.
    pub item: &'f Item,
    /// The text of its body.
    pub text: &'f str,
}

impl Facts<'_> {
    /// The values of a field as names are compared: a source's id as it is, all else folded.
    pub(super) fn values(&self, field: Field) -> Vec<String> {
        let written = self.written(field);
        match field {
            Field::Source => written.into_iter().map(str::to_owned).collect(),
            Field::Language => written.into_iter().flat_map(prefixes).collect(),
            _ => written.into_iter().map(fold).collect(),
        }
    }

    /// The values of a field as they are written.
    pub(super) fn written(&self, field: Field) -> Vec<&str> {
        let item = self.item;
        match field {
            Field::Source => vec![item.source.as_str()],
            Field::Medium => item.medium.as_deref().into_iter().collect(),
            Field::Label => item.labels.iter().map(String::as_str).collect(),
            Field::Author => item.authors.iter().filter_map(|one| one.name.as_deref()).collect(),
            Field::Language => item.language.as_deref().into_iter().collect(),
        }
    }

    /// How old it was when it was first seen, in seconds.
    pub(super) fn age(&self) -> u64 {
        let age = self.item.first_seen.signed_duration_since(self.item.published);
        u64::try_from(age.num_seconds()).unwrap_or(0)
    }

    /// Characters of the body.
    pub(super) fn length(&self) -> u64 {
        self.text.chars().count() as u64
    }
}

/// `zh-Hant-HK` is also `zh-Hant` and `zh`.
fn prefixes(tag: &str) -> Vec<String> {
    let tag = tag.to_lowercase();
    let ends = tag.match_indices('-').map(|(at, _)| at).chain([tag.len()]);
    ends.filter_map(|end| tag.get(..end)).map(str::to_owned).collect()
}

/// The texts of an item one behind the other, so that they are searched in one go.
#[derive(Debug)]
pub(super) struct Haystack {
    pub text: String,
    /// Where title, summary and body end; the link follows.
    ends: [usize; 3],
}

impl Haystack {
    /// As words are looked for.
    pub fn folded(facts: &Facts<'_>) -> Self {
        Self::made(facts, fold_to)
    }

    /// As patterns are looked for: as it is written.
    pub fn plain(facts: &Facts<'_>) -> Self {
        Self::made(facts, |text, out| out.push_str(text))
    }

    fn made(facts: &Facts<'_>, push: impl Fn(&str, &mut String)) -> Self {
        let item = facts.item;
        let mut text = String::with_capacity(facts.text.len() + 256);
        let mut ends = [0; 3];
        let parts = [item.title.as_str(), item.summary.as_deref().unwrap_or_default(), facts.text];
        for (part, end) in parts.into_iter().zip(&mut ends) {
            push(beginning(part), &mut text);
            *end = text.len();
            text.push('\n');
        }
        push(beginning(item.link.as_deref().unwrap_or_default()), &mut text);
        Self { text, ends }
    }

    /// What stands at a place of the text.
    pub fn place(&self, at: usize) -> Place {
        let [title, summary, body] = self.ends;
        match at {
            at if at < title => Place::Title,
            at if at < summary => Place::Summary,
            at if at < body => Place::Body,
            _ => Place::Link,
        }
    }

    /// The text of a place.
    pub fn part(&self, place: Place) -> &str {
        let [title, summary, body] = self.ends;
        let range = match place {
            Place::Text => 0..body,
            Place::Title => 0..title,
            Place::Summary => title + 1..summary,
            Place::Body => summary + 1..body,
            Place::Link => body + 1..self.text.len(),
        };
        self.text.get(range).unwrap_or_default()
    }
}

fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LOOKED_AT)).unwrap_or_default()
}
