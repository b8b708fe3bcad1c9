//! Texts and queries to the words that an index knows, in scripts with spaces and without.
//!
//! A run of Chinese characters (and of other scripts that do not part words) is indexed by each
//! pair of neighbours, and its last character alone: so a word of two characters is one entry, a
//! longer one a row of entries. Single characters, and beginnings of words of a letter or two, have a
//! column of their own, each once.

use std::collections::BTreeSet;

use crate::model::Item;
use crate::route::{Field, In, Place, Query, Term, fold, joins};

/// What stands before the beginning of a word, and before what is in a title: no text has such
/// entries.
const START: char = '\u{2038}';
const TITLE: char = '\u{203a}';
/// Letters of a beginning that has an entry of its own.
const SHORT: usize = 2;

/// So much of a text is indexed, in bytes.
const INDEXED: usize = 1 << 18;

/// The entries of a text, parted by blanks.
pub fn entries(text: &str) -> String {
    let text = text.get(..text.floor_char_boundary(INDEXED)).unwrap_or_default();
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len() * 2);
    for part in parts(&folded) {
        match part {
            Part::Word(word) => push(&mut out, word),
            Part::Run(run) => {
                let mut rest = run.chars();
                while let Some(first) = rest.next() {
                    let mut pair = [0; 8];
                    let mut length = first.encode_utf8(&mut pair).len();
                    if let Some(second) = rest.clone().next() {
                        length += pair.get_mut(length..).map_or(0, |b| second.encode_utf8(b).len());
                    }
                    let pair = pair.get(..length).and_then(|pair| std::str::from_utf8(pair).ok());
                    push(&mut out, pair.unwrap_or_default());
                }
            }
        }
    }
    out
}

/// The entries of an item, column by column, and the text of its body.
pub fn columns(item: &Item, text: &str) -> [String; 10] {
    let names =
        |names: &mut dyn Iterator<Item = &str>| entries(&names.collect::<Vec<_>>().join("\n"));
    [
        entries(&item.title),
        entries(item.summary.as_deref().unwrap_or_default()),
        entries(text),
        entries(item.link.as_deref().unwrap_or_default()),
        entries(item.source.as_str()),
        entries(item.medium.as_deref().unwrap_or_default()),
        names(&mut item.labels.iter().map(String::as_str)),
        names(&mut item.authors.iter().filter_map(|one| one.name.as_deref())),
        entries(item.language.as_deref().unwrap_or_default()),
        single([&item.title, item.summary.as_deref().unwrap_or_default(), text]),
    ]
}

/// What would be a walk through a large part of the index, each once: the characters of scripts that
/// do not part words, and the first letters of words; those of the title once more by themselves.
fn single(texts: [&str; 3]) -> String {
    let mut seen = BTreeSet::new();
    for (at, text) in texts.into_iter().enumerate() {
        let text = text.get(..text.floor_char_boundary(INDEXED)).unwrap_or_default();
        let folded = fold(text);
        for part in parts(&folded) {
            let mut add = |entry: String| {
                if at == 0 {
                    seen.insert(format!("{TITLE}{entry}"));
                }
                seen.insert(entry);
            };
            match part {
                Part::Word(word) => starts(word).for_each(|start| add(format!("{START}{start}"))),
                Part::Run(run) => run.chars().for_each(|c| add(c.to_string())),
            }
        }
    }
    let mut out = String::new();
    for entry in seen {
        push(&mut out, &entry);
    }
    out
}

/// The beginnings of a word that stand for it: of one letter, and of two.
fn starts(word: &str) -> impl Iterator<Item = &str> {
    let ends = word.char_indices().map(|(at, c)| at + c.len_utf8()).take(SHORT);
    ends.filter_map(|end| word.get(..end))
}

/// A query as the index's own (FTS5): groups of alternatives that all must be found, but for what
/// is ruled out. None where it asks for nothing that is indexed.
pub fn expression(query: &Query) -> Option<String> {
    let groups = query.any.iter().map(|group| alternatives(group));
    let groups: Option<Vec<String>> = groups.collect();
    let mut expression = groups?.join(" AND ");
    if expression.is_empty() {
        return None;
    }
    for term in &query.none {
        if let Some(not) = of_term(term) {
            expression = format!("({expression}) NOT {not}");
        }
    }
    Some(expression)
}

fn alternatives(group: &[Term]) -> Option<String> {
    let each: Vec<String> = group.iter().filter_map(of_term).collect();
    (!each.is_empty()).then(|| format!("({})", each.join(" OR ")))
}

/// A term in its columns: a phrase of entries, the last of which may be a beginning only.
fn of_term(term: &Term) -> Option<String> {
    let columns = match term.within {
        In::Place(Place::Text) => "{title summary body}",
        In::Place(Place::Title) => "title",
        In::Place(Place::Summary) => "summary",
        In::Place(Place::Body) => "body",
        In::Place(Place::Link) => "link",
        In::Field(Field::Source) => "source",
        In::Field(Field::Medium) => "medium",
        In::Field(Field::Label) => "label",
        In::Field(Field::Author) => "author",
        In::Field(Field::Language) => "language",
    };
    let folded = fold(&term.text);
    if let Some(entry) = short(term.within, &folded) {
        return Some(format!("single : \"{entry}\""));
    }
    let mut open = folded.ends_with('*');
    let mut phrase = Vec::new();
    let parts = parts(&folded);
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        match part {
            Part::Word(word) => phrase.push((*word).to_owned()),
            Part::Run(run) => {
                let chars: Vec<char> = run.chars().collect();
                phrase.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
                open = (open && !is_last) || (is_last && chars.len() == 1);
                // What follows in a text stands behind the run's last character.
                if let Some(last) = chars.last().filter(|_| !is_last || chars.len() == 1) {
                    phrase.push(last.to_string());
                }
            }
        }
    }
    // Entries have no quotation marks in them.
    let star = if open { " *" } else { "" };
    (!phrase.is_empty()).then(|| format!("{columns} : \"{}\"{star}", phrase.join(" ")))
}

/// The entry that stands for a single character, or for a word's beginning of a letter or two.
fn short(within: In, folded: &str) -> Option<String> {
    let title = match within {
        In::Place(Place::Text) => "",
        In::Place(Place::Title) => "\u{203a}",
        _ => return None,
    };
    match parts(folded).as_slice() {
        [Part::Run(run)] if run.chars().count() == 1 => Some(format!("{title}{run}")),
        [Part::Word(word)] if folded.ends_with('*') && word.chars().count() <= SHORT => {
            Some(format!("{title}{START}{word}"))
        }
        _ => None,
    }
}

enum Part<'t> {
    /// Letters and digits of a script with spaces.
    Word(&'t str),
    /// Characters of a script without.
    Run(&'t str),
}

/// The words and runs of a folded text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let kind = |c: char| match (joins(c), c.is_alphanumeric()) {
        (true, _) => 1,
        (false, true) => 2,
        _ => 0,
    };
    let mut parts = Vec::new();
    let mut start = 0;
    let mut now = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let next = kind(c);
        if next == now {
            continue;
        }
        let part = text.get(start..at).unwrap_or_default();
        match now {
            1 => parts.push(Part::Word(part)),
            2 => parts.push(Part::Run(part)),
            _ => {}
        }
        (start, now) = (at, next);
    }
    parts
}

fn push(out: &mut String, entry: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(entry);
}

#[cfg(test)]
mod tests;
