//! Whether an entry is new, changed or known; a source that renames everything republishes
//! nothing.

mod flood;
mod likeness;
mod link;

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

pub use flood::{Habits, most_new};
pub use likeness::{
    Likeness, Trace, print as text_print, recognise, twins, without_what_is_shared,
};
pub use link::canonical;

use crate::model::{Entry, Fault, Instant, ItemId, Original, SourceId, Text};

/// A print of something that is compared with what it was at the last visit.
pub type Print = [u8; 16];

/// The key under which an entry is known within its source: its own key, else its link, else its
/// title with its date, and only where there is no title either, the print of its text. `None`
/// where it has nothing at all.
pub fn key(entry: &Entry) -> Option<String> {
    let guid = entry.guid.as_deref().map(str::trim).filter(|guid| !guid.is_empty());
    if let Some(guid) = guid {
        return Some(guid.to_owned());
    }
    key_besides(entry)
}

/// The key of an entry whose own key is not to be trusted.
pub fn key_besides(entry: &Entry) -> Option<String> {
    if let Some(link) = entry.link.as_deref().map(str::trim).filter(|link| !link.is_empty()) {
        return Some(format!("link:{link}"));
    }
    key_of_words(entry)
}

/// The key of an entry whose link is not to be trusted either.
pub fn key_of_words(entry: &Entry) -> Option<String> {
    let date = entry.published.map_or(0, |date| date.timestamp());
    let title = entry.title.as_ref().map(|title| title.raw().trim());
    if let Some(title) = title.filter(|title| !title.is_empty()) {
        return Some(format!("title:{date}:{title}"));
    }
    let texts = [entry.body.as_ref(), entry.summary.as_ref()];
    let text = texts.into_iter().flatten().map(Text::raw).find(|text| !text.trim().is_empty())?;
    let print = u128::from_be_bytes(substance("", text, None));
    Some(format!("text:{date}:{print:032x}"))
}

/// The lasting name of an item, from its source's name and its key alone.
pub fn item_id(source: &SourceId, key: &str) -> ItemId {
    let mut hash = Sha256::new();
    hash.update(source.as_str());
    hash.update([0]);
    hash.update(key);
    ItemId::new(base32(&hash.finalize()[..10]))
}

/// Crockford's base 32 in lower case: no letter can be taken for another.
fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut out = String::new();
    let (mut bits, mut have) = (0_u32, 0);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        have += 8;
        while have >= 5 {
            have -= 5;
            out.push(char::from(DIGITS[(bits >> have) as usize & 31]));
        }
    }
    out
}

/// The print of an entry as listed. White space does not count, and neither do dates that a
/// source may put anew at each visit: only what a reader would read.
pub fn print(entry: &Entry) -> Print {
    let mut hash = Sha256::new();
    let texts = [
        entry.title.as_ref().map(super::model::Text::raw),
        entry.link.as_deref(),
        entry.summary.as_ref().map(super::model::Text::raw),
        entry.body.as_ref().map(super::model::Text::raw),
        entry.medium.as_deref(),
    ];
    for text in texts {
        add(&mut hash, text.unwrap_or_default());
    }
    short(hash)
}

/// The print of what is published of an item: title, text and summary without white space.
pub fn substance(title: &str, text: &str, summary: Option<&str>) -> Print {
    let mut hash = Sha256::new();
    for text in [title, text, summary.unwrap_or_default()] {
        add(&mut hash, text);
    }
    short(hash)
}

fn add(hash: &mut Sha256, text: &str) {
    let unseen =
        |c: char| c.is_whitespace() || matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}');
    for word in text.split(unseen) {
        hash.update(word);
    }
    hash.update([0]);
}

fn short(hash: Sha256) -> Print {
    let mut print = [0; 16];
    print.copy_from_slice(&hash.finalize()[..16]);
    print
}

/// What is known of an entry's list and item before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The source never had this key.
    Nothing,
    /// It had the key, in other lists only.
    Elsewhere,
    /// It had the key in this list, with this print.
    Here(Print),
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// An item that was never seen.
    New,
    /// An item that is known from another list of the source.
    Joined,
    /// An item whose entry reads otherwise than before.
    Changed,
    /// An item that is as it was.
    Same,
}

/// Judges an entry by its print.
pub fn judge(known: Known, print: Print) -> Verdict {
    match known {
        Known::Nothing => Verdict::New,
        Known::Elsewhere => Verdict::Joined,
        Known::Here(before) if before == print => Verdict::Same,
        Known::Here(_) => Verdict::Changed,
    }
}

/// When a changed item was changed: as its source says, if that is later than before and not in
/// the future; else now.
pub fn updated(before: Instant, given: Instant, now: Instant) -> Instant {
    if given > before && given <= now { given } else { now.max(before) }
}

/// The entries of one list with their keys. An entry that shares its key with an earlier one of
/// the same list is the same item, unless its link or title says otherwise; then that is its key.
pub fn keyed(entries: Vec<Entry>) -> (Vec<(String, Entry)>, Vec<Fault>) {
    let mut keyed: Vec<(String, Entry)> = Vec::new();
    let mut seen = HashMap::<String, usize>::new();
    let mut faults = Vec::new();
    let shared = shared_guids(&entries);
    for (index, entry) in entries.into_iter().enumerate() {
        let place = || format!("entry {}", index + 1);
        let is_shared = entry.guid.as_ref().is_some_and(|guid| shared.contains(guid));
        let own = if is_shared { key_besides(&entry) } else { key(&entry) };
        let Some(mut key) = own else {
            faults.push(Fault::new(place(), "nothing to know it by: left out"));
            continue;
        };
        if let Some(first) = seen.get(&key).and_then(|at| keyed.get(*at)) {
            let Some((other, by)) = other_key(&entry, &first.1) else { continue };
            let what = format!("its key `{key}` is another entry's: known by its {by}");
            faults.push(Fault::new(place(), what));
            key = other;
            if seen.contains_key(&key) {
                continue;
            }
        }
        seen.insert(key.clone(), keyed.len());
        keyed.push((key, entry));
    }
    (keyed, faults)
}

/// Guids that stand for several things at once: three entries or more without links have each a
/// title of their own.
fn shared_guids(entries: &[Entry]) -> HashSet<String> {
    let mut titles = HashMap::<&str, HashSet<&str>>::new();
    for entry in entries.iter().filter(|entry| entry.link.as_deref().is_none_or(str::is_empty)) {
        let title = entry.title.as_ref().map(|title| title.raw().trim()).unwrap_or_default();
        if let Some(guid) = entry.guid.as_deref().filter(|_| !title.is_empty()) {
            titles.entry(guid).or_default().insert(title);
        }
    }
    let shared = titles.into_iter().filter(|(_, titles)| titles.len() > 2);
    shared.map(|(guid, _)| guid.to_owned()).collect()
}

/// What tells an entry from another one with the same key: its link, or else its title. None where
/// it is the same entry once more.
fn other_key(entry: &Entry, first: &Entry) -> Option<(String, &'static str)> {
    let link = entry.link.as_ref().filter(|link| Some(*link) != first.link.as_ref());
    if let Some(link) = link {
        return Some((format!("link:{link}"), "link"));
    }
    let title = entry.title.as_ref().map(|title| title.raw().trim()).unwrap_or_default();
    let same = first.title.as_ref().is_some_and(|first| first.raw().trim() == title);
    // With a key of its own, another title is an edit.
    let keyless = entry.guid.as_deref().is_none_or(|guid| guid.trim().is_empty());
    (keyless && !same && !title.is_empty()).then(|| (format!("title:{title}"), "title"))
}

/// The originals of an item with a new one put in the place of its list's old one.
pub fn with(mut originals: Vec<Original>, new: Original) -> Vec<Original> {
    match originals.iter_mut().find(|one| one.list == new.list) {
        Some(old) => *old = new,
        None => originals.push(new),
    }
    originals
}

#[cfg(test)]
mod tests;
