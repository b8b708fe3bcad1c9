//! What an entry is recognised by when its key is new: its link, its title and date, its text.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use sha2::{Digest as _, Sha256};

use super::link;
use crate::html;
use crate::model::{Entry, ItemId, Text};

/// A day, in seconds.
const DAY: i64 = 86_400;
/// Entries of a list that must be recognised before the others are with less evidence.
const MANY: usize = 5;
/// Letters of a text that two entries do not share by chance.
const LONG: usize = 120;
/// Days after which a key may have been given to something else.
const LATER: i64 = 30;

/// What an entry is recognised by; prints are 0 where there is nothing to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Likeness {
    /// Of the canonical link.
    pub link: i64,
    /// Of the part of the link behind the host.
    pub path: i64,
    /// Of the letters and digits of the title.
    pub title: i64,
    /// Of the letters and digits of the text that the list carries.
    pub text: i64,
    /// Seconds since 1970, as the source says.
    pub dated: Option<i64>,
    /// Whether the title, or the text where there is none, is long enough to be nobody else's.
    pub telling: bool,
    /// Whether the link reads like that of a single article; not remembered.
    pub deep: bool,
    /// Whether the text is long enough to be nobody else's; not remembered.
    pub long: bool,
}

/// An item as it is remembered, whether it is still kept or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The item.
    pub item: ItemId,
    /// The key that it is known under.
    pub key: String,
    /// What it is recognised by.
    pub likeness: Likeness,
}

impl Likeness {
    /// Of an entry as listed.
    pub fn of(entry: &Entry) -> Self {
        let title = entry.title.as_ref().map(folded).unwrap_or_default();
        let texts = [entry.body.as_ref(), entry.summary.as_ref()];
        let text = texts.into_iter().flatten().map(folded).find(|text| !text.is_empty());
        let link = entry.link.as_deref();
        let telling = match &text {
            Some(text) if title.is_empty() => weight(text) >= 40,
            _ => weight(&title) >= 12,
        };
        let long = text.as_ref().is_some_and(|text| weight(text) >= LONG);
        Self {
            link: link.and_then(link::canonical).map_or(0, |link| print(&link)),
            path: link.and_then(link::path).map_or(0, |path| print(&path)),
            title: if title.is_empty() { 0 } else { print(&title) },
            text: text.map_or(0, |text| print(&text)),
            dated: entry.published.or(entry.updated).map(|date| date.timestamp()),
            telling,
            deep: link.is_some_and(link::is_deep),
            long,
        }
    }

    /// Whether the dates are so near, or whether one has none.
    fn near_in_time(&self, other: &Self, reach: i64) -> bool {
        let both = self.dated.zip(other.dated);
        both.is_none_or(|(own, theirs)| (own - theirs).abs() <= reach)
    }

    fn is_dated_alike(&self, other: &Self, reach: i64) -> bool {
        self.dated.is_some() && other.dated.is_some() && self.near_in_time(other, reach)
    }

    /// Whether everything that could be compared differs: a key that was given to another entry.
    pub fn is_another(&self, other: &Self) -> bool {
        let differ = |own: i64, theirs: i64| own != 0 && theirs != 0 && own != theirs;
        if self.link == 0 && other.link == 0 {
            let later = self.dated.is_some() && !self.near_in_time(other, LATER * DAY);
            return later && differ(self.title, other.title) && differ(self.text, other.text);
        }
        let dates = self.dated.zip(other.dated);
        let texts = self.text == 0 || other.text == 0 || self.text != other.text;
        let same_day = dates.is_some_and(|(own, theirs)| own == theirs);
        differ(self.link, other.link)
            && differ(self.path, other.path)
            && differ(self.title, other.title)
            && texts
            && !same_day
    }

    /// Whether an entry has nothing of what its key stood for but the key and the link.
    pub fn reads_otherwise(&self, other: &Self) -> bool {
        let differ = |own: i64, theirs: i64| own != 0 && theirs != 0 && own != theirs;
        let dates = self.dated.zip(other.dated);
        differ(self.title, other.title)
            && differ(self.text, other.text)
            && dates.is_none_or(|(own, theirs)| own != theirs)
    }

    /// Whether an entry has the words of another one.
    pub fn reads_the_same(&self, other: &Self) -> bool {
        let same = |own: i64, theirs: i64| own != 0 && own == theirs;
        same(self.title, other.title) && same(self.text, other.text)
    }

    /// Whether an entry under another key is the same by what cannot be chance.
    fn agrees(&self, other: &Self) -> bool {
        let same = |own: i64, theirs: i64| own != 0 && own == theirs;
        let title = same(self.title, other.title);
        let text = same(self.text, other.text);
        if same(self.link, other.link) {
            return title || text || self.deep || self.is_dated_alike(other, 60);
        }
        if self.title == 0 && other.title == 0 {
            let undated = self.dated.is_none() && other.dated.is_none();
            return text && (self.is_dated_alike(other, 60) || (undated && self.telling));
        }
        if text && self.long && self.is_dated_alike(other, 0) {
            return true;
        }
        let moved = same(self.path, other.path) && self.near_in_time(other, DAY);
        let midnight = self.dated.is_some_and(|date| date % 3_600 == 0);
        title
            && (text && self.near_in_time(other, DAY)
                || moved
                || (self.is_dated_alike(other, 0) && !midnight)
                || (self.telling && self.is_dated_alike(other, DAY / 2)))
    }

    /// The same with less evidence, for a list most of which was recognised: a source that
    /// changed its software, or gives new keys at every visit.
    fn may_be(&self, other: &Self) -> bool {
        let same = |own: i64, theirs: i64| own != 0 && own == theirs;
        let text = self.long && same(self.text, other.text);
        let title = same(self.title, other.title);
        let near = self.near_in_time(other, DAY);
        same(self.link, other.link) || (near && (title || text))
    }

    /// Prints that two entries do not share unless they are the same: of their words, their date,
    /// and the link, or the part of it behind the host.
    pub fn twin_prints(&self) -> impl Iterator<Item = u64> + use<> {
        let own = *self;
        let telling = self.title != 0 && self.text != 0 && self.dated.is_some();
        let places = [(0, self.link), (1, self.path)].into_iter();
        places.filter(move |(_, place)| telling && *place != 0).map(move |place| {
            let mut hash = DefaultHasher::new();
            (place, own.title, own.text, own.dated).hash(&mut hash);
            hash.finish()
        })
    }

    /// Whether two entries of one list are the same under two keys, as while a source moves.
    fn is_twin(&self, other: &Self) -> bool {
        let same = |own: i64, theirs: i64| own != 0 && own == theirs;
        let place = same(self.link, other.link) || same(self.path, other.path);
        place && self.reads_the_same(other) && self.dated == other.dated
    }
}

/// Which of the traces each entry is, for entries of one list whose keys are new. `among` is how
/// many entries the list has. A trace is given once; where two would do, none is.
pub fn recognise(entries: &[Likeness], traces: &[Trace], among: usize) -> Vec<Option<usize>> {
    let mut found = vec![None; entries.len()];
    pair(entries, traces, &mut found, Likeness::agrees);
    let mut tried = found.clone();
    pair(entries, traces, &mut tried, Likeness::may_be);
    let recognised = |found: &[Option<usize>]| found.iter().flatten().count();
    let many = recognised(&tried) >= MANY && recognised(&tried) * 2 > entries.len();
    let most = recognised(&found) > 0 && recognised(&found) * 2 >= among;
    if many || most { tried } else { found }
}

/// For each entry of a list the earlier one that it repeats under another key, if there is one.
pub fn twins(entries: &[Likeness]) -> Vec<Option<usize>> {
    let mut seen = HashMap::<(i64, i64), Vec<usize>>::new();
    let of_one = |(at, entry): (usize, &Likeness)| {
        let alike = seen.entry((entry.title, entry.text)).or_default();
        let twin = alike.iter().copied().find(|other| entry.is_twin(&entries[*other]));
        if twin.is_none() && alike.len() < MANY {
            alike.push(at);
        }
        twin
    };
    entries.iter().enumerate().map(of_one).collect()
}

/// Takes from entries what they share with others, for it is nobody's own: a page for all of them,
/// a text below every title, and the date where all have the same.
pub fn without_what_is_shared(entries: &mut [Likeness], listed: &[Likeness], traces: &[Trace]) {
    let links = counted(listed, traces, |likeness| likeness.link);
    let texts = counted(listed, traces, |likeness| likeness.text);
    let shared = |counts: &HashMap<i64, [usize; 2]>, print: i64| {
        counts.get(&print).is_some_and(|[listed, known]| *listed > 1 || *known > 1)
    };
    let undated = share_a_date(listed);
    for entry in entries {
        if shared(&links, entry.link) {
            (entry.link, entry.path) = (0, 0);
        }
        entry.long &= !shared(&texts, entry.text);
        entry.dated = entry.dated.filter(|_| !undated);
    }
}

/// How often each print is listed, and remembered.
fn counted(
    listed: &[Likeness],
    traces: &[Trace],
    print: fn(&Likeness) -> i64,
) -> HashMap<i64, [usize; 2]> {
    let mut seen = HashMap::<i64, [usize; 2]>::new();
    for likeness in listed {
        seen.entry(print(likeness)).or_default()[0] += 1;
    }
    for trace in traces {
        seen.entry(print(&trace.likeness)).or_default()[1] += 1;
    }
    seen
}

/// Whether all entries are of one hour, as where a list gives the time when it was asked for.
fn share_a_date(listed: &[Likeness]) -> bool {
    let dates: Option<Vec<i64>> = listed.iter().map(|entry| entry.dated).collect();
    let Some(dates) = dates.filter(|dates| dates.len() > 2) else { return false };
    let span = dates.iter().max().zip(dates.iter().min());
    span.is_some_and(|(last, first)| last - first <= 3_600)
}

fn pair(
    entries: &[Likeness],
    traces: &[Trace],
    found: &mut [Option<usize>],
    alike: impl Fn(&Likeness, &Likeness) -> bool,
) {
    let by_print = by_print(traces);
    let mut wanted = HashMap::<usize, Vec<usize>>::new();
    let taken: Vec<usize> = found.iter().flatten().copied().collect();
    for (at, entry) in entries.iter().enumerate().filter(|(at, _)| found[*at].is_none()) {
        let prints = [(0, entry.link), (1, entry.path), (2, entry.title), (3, entry.text)];
        let mut candidates: Vec<usize> =
            prints.iter().filter_map(|print| by_print.get(print)).flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|trace| !taken.contains(trace) && alike(entry, &traces[*trace].likeness));
        if let Some(best) = best(entry, traces, &candidates) {
            wanted.entry(best).or_default().push(at);
        }
    }
    for (trace, entries) in wanted {
        if let [only] = entries[..] {
            found[only] = Some(trace);
        }
    }
}

/// Traces by their prints: of the link, the path, the title, the text.
fn by_print(traces: &[Trace]) -> HashMap<(u8, i64), Vec<usize>> {
    let mut by_print = HashMap::<(u8, i64), Vec<usize>>::new();
    for (at, Trace { likeness, .. }) in traces.iter().enumerate() {
        let Likeness { link, path, title, text, .. } = *likeness;
        for print in [(0, link), (1, path), (2, title), (3, text)] {
            if print.1 != 0 {
                by_print.entry(print).or_default().push(at);
            }
        }
    }
    by_print
}

/// The candidate that agrees in most; none where two agree alike.
fn best(entry: &Likeness, traces: &[Trace], candidates: &[usize]) -> Option<usize> {
    let agreement = |at: usize| {
        let other = traces[at].likeness;
        let same = |own: i64, theirs: i64| u8::from(own != 0 && own == theirs);
        same(entry.link, other.link)
            + same(entry.path, other.path)
            + same(entry.title, other.title)
            + same(entry.text, other.text)
            + u8::from(entry.is_dated_alike(&other, 0))
    };
    let best = candidates.iter().copied().max_by_key(|at| agreement(*at))?;
    let rivals = candidates.iter().filter(|at| agreement(**at) == agreement(best)).count();
    (rivals == 1).then_some(best)
}

/// A text as letters and digits in lower case; long ones by their beginning.
fn folded(text: &Text) -> String {
    let plain = match text {
        Text::Plain(plain) => plain.clone(),
        Text::Html(markup) => html::text(markup),
    };
    let letters = plain.chars().map(narrow).filter(|c| c.is_alphanumeric()).take(4_000);
    letters.flat_map(char::to_lowercase).collect()
}

/// Full-width forms to the usual ones.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// How much a title says: a character beyond Latin as much as three letters.
fn weight(title: &str) -> usize {
    title.chars().map(|c| if c > '\u{2e80}' { 3 } else { 1 }).sum()
}

/// A print as databases keep it; never 0.
pub fn print(text: &str) -> i64 {
    let hash = Sha256::digest(text.as_bytes());
    let first = hash.first_chunk::<8>().copied().unwrap_or_default();
    i64::from_be_bytes(first).max(i64::MIN + 1) | 1
}
