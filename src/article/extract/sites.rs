//! Names of sites in titles: which part of `A harbour opens | The Post` is the article's.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::blocks;
use super::said::{Said, field};

/// Bytes of a key from which on a part of a longer name says which it is.
const TELLING: usize = 4;
/// Marks of a title that part it.
const PARTS: usize = 16;
/// What stands between the parts of a title.
static MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\s+[|\-–—―»«·•‹›>＿]+\s+|\s+:\s+|\s*:::*\s+|\s+::+|\s*[|｜〉]\s*|_").ok()
});
/// What stands between a site's name and what follows.
static COLON: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\s*:+\s+|：").ok());

/// What a page's site is called, as keys.
pub(super) struct Sites {
    names: Vec<String>,
    /// Of the host, without what is common to many.
    labels: Vec<String>,
}

/// A title in parts, without those that name the site.
pub(super) struct Bare {
    pub text: String,
    pub key: String,
    /// Keys of its first part, its first two, and so on, all but the whole.
    pub starts: Vec<String>,
    /// Key of the second of two parts, behind a mark that hardly ever stands within the article's own.
    pub ends: Vec<String>,
    /// Whether it stood behind the site's name.
    pub behind: bool,
}

impl Sites {
    pub(super) fn new(said: &Said, site: Option<&str>, url: &Url) -> Self {
        let publisher = said.article().and_then(|object| object.get("publisher"));
        let publisher = publisher.and_then(|one| field(one, "name"));
        let mut names: Vec<String> = site.into_iter().chain(publisher).map(blocks::key).collect();
        names.retain(|name| !name.is_empty());
        let host = url.host_str().unwrap_or_default();
        // The last one is the country's or the world's.
        let labels = host.rsplit('.').skip(1).map(blocks::key);
        let labels =
            labels.filter(|label| label.len() >= 3 && label != "www" && label != "blog").collect();
        Self { names, labels }
    }

    /// Whether a whole text is but the site's name.
    pub(super) fn is(&self, key: &str) -> bool {
        self.names.iter().chain(&self.labels).any(|name| name == key)
    }

    /// Whether a name is the site's rather than a person's.
    pub(super) fn names(&self, key: &str) -> bool {
        self.is_part(key)
    }

    /// Whether what stands before a colon is the site's name, or most of it.
    fn is_site(&self, key: &str) -> bool {
        let most = |name: &String| key.len() * 2 >= name.len() && name.contains(key);
        key.len() >= TELLING && self.names.iter().chain(&self.labels).any(most)
    }

    /// Whether the part of a title is a form of the site's name.
    fn is_part(&self, key: &str) -> bool {
        let like = |name: &String| {
            let (short, long) =
                if key.len() < name.len() { (key, &**name) } else { (&**name, key) };
            short == long
                || short.len() >= 3 && long.len() <= short.len() * 8 && long.starts_with(short)
                || short.len() >= TELLING && long.len() <= short.len() * 4 && long.contains(short)
        };
        !key.is_empty() && self.names.iter().chain(&self.labels).any(like)
    }

    /// The title without the parts at its ends that are the site's name; `None` where nothing is left.
    pub(super) fn bare(&self, title: &str) -> Option<Bare> {
        if self.is(&blocks::key(title)) {
            return None;
        }
        let (mut from, mut to) = (0, title.len());
        let colon = COLON.as_ref().and_then(|colon| colon.find(title));
        let before = colon.filter(|colon| self.is_site(&key_of(title, 0, colon.start())));
        from = before.map_or(from, |colon| colon.end());
        let mut parts = parts(title, from);
        while let [.., (_, end), last] = parts.as_slice()
            && self.is_part(&key_of(title, last.0, last.1))
        {
            to = *end;
            parts.pop();
        }
        while let [first, second, ..] = parts.as_slice()
            && self.is_part(&key_of(title, first.0, first.1))
        {
            from = second.0;
            parts.remove(0);
        }
        let text = title.get(from..to)?.trim();
        let key = blocks::key(text);
        let starts = parts.iter().rev().skip(1).rev().map(|(_, end)| key_of(title, from, *end));
        let ends = parts.windows(2).filter_map(|pair| {
            let [(_, before), (after, _)] = pair else { return None };
            let mark = title.get(*before..*after)?;
            let strong = mark.contains(['|', '»']) || mark.contains("::");
            (strong && parts.len() == 2).then(|| key_of(title, *after, to))
        });
        (!key.is_empty()).then(|| Bare {
            text: text.to_owned(),
            starts: starts.collect(),
            ends: ends.collect(),
            key,
            behind: from > 0,
        })
    }
}

fn key_of(title: &str, from: usize, to: usize) -> String {
    blocks::key(title.get(from..to).unwrap_or_default())
}

/// Where the parts of a title stand.
fn parts(title: &str, from: usize) -> Vec<(usize, usize)> {
    let Some(marks) = MARKS.as_ref() else { return vec![(from, title.len())] };
    let mut parts = Vec::new();
    let mut at = from;
    for mark in marks.find_iter(title).filter(|mark| mark.start() > from).take(PARTS) {
        // An underscore parts Chinese titles, and holds Latin names together.
        let dense = title.chars().any(blocks::is_cjk);
        if mark.as_str() == "_" && !dense {
            continue;
        }
        parts.push((at, mark.start()));
        at = mark.end();
    }
    parts.push((at, title.len()));
    parts
}

/// The part of a title that is rather the article's where nothing is known of the site.
pub(super) fn guessed(title: &str) -> &str {
    let parts = parts(title, 0);
    let part = |(from, to): (usize, usize)| title.get(from..to).unwrap_or_default().trim();
    let [first, .., last] = parts.as_slice() else { return title.trim() };
    let before = part((0, last.0)).trim_end_matches(|c: char| !c.is_alphanumeric() && !ends(c));
    let (start, end) = (part(*first).chars().count(), part(*last).chars().count());
    let loose = title.get(first.1..).is_some_and(|rest| rest.starts_with([' ', '-', '–', '—']));
    if title.get(first.1..).is_some_and(|rest| rest.starts_with('_')) {
        return if start > 5 { part(*first) } else { title.trim() };
    }
    let marked = title.contains(" | ") || title.contains("::") || title.contains(" » ");
    if marked && part(*first).split_whitespace().count() >= 2 || !loose && start > 5 {
        return part(*first);
    }
    if before.chars().count() > end * 2 { before } else { title.trim() }
}

fn ends(c: char) -> bool {
    matches!(
        c,
        '.' | '!' | '?' | '…' | ')' | ']' | '"' | '”' | '»' | '\'' | '’' | '」' | '』' | '》'
    )
}
