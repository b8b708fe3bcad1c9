//! The words by which stub pages are known, in many languages, and where they stand in a text.
//!
//! Each file in `signs/` lists one kind: `title` is what such a page is called, `says` a phrase
//! that hardly any article has, `hint` a word that often stands beside one. `…` stands for up to
//! sixty characters.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::Reason;
use super::gist::{self, Gist, Line};

/// A kind of stub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Consent,
    Robot,
    Script,
    LogIn,
    Paywall,
    Gone,
    Down,
    Denied,
}

/// The signs of one kind, compiled.
pub(super) struct Signs {
    pub(super) class: Class,
    titles: Vec<String>,
    /// The longest piece of each phrase.
    pieces: Vec<String>,
    says: Option<Regex>,
    hints: Option<Regex>,
}

/// How much of a text the signs of one kind cover, in units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cover {
    /// Sentences that say it.
    pub(super) says: usize,
    /// Further sentences with a hint.
    pub(super) hints: usize,
    /// Whether one of the last lines says it.
    pub(super) at_end: bool,
}

/// Every kind, in the order in which they are asked.
pub(super) static ALL: LazyLock<Vec<Signs>> = LazyLock::new(|| {
    vec![
        signs(Class::Robot, include_str!("signs/robot.txt")),
        signs(Class::Consent, include_str!("signs/consent.txt")),
        signs(Class::Paywall, include_str!("signs/paywall.txt")),
        signs(Class::LogIn, include_str!("signs/login.txt")),
        signs(Class::Gone, include_str!("signs/gone.txt")),
        signs(Class::Denied, include_str!("signs/denied.txt")),
        signs(Class::Down, include_str!("signs/down.txt")),
        signs(Class::Script, include_str!("signs/script.txt")),
    ]
});

/// Units of the longest line that may stand around articles.
pub(super) const AROUND_LONGEST: usize = 60;

static AROUND: LazyLock<Option<Regex>> =
    LazyLock::new(|| compile(&phrases(include_str!("signs/around.txt"), "says ")));

impl Class {
    fn bit(self) -> u32 {
        1 << self as u32
    }

    pub(super) fn reason(self) -> Reason {
        match self {
            Self::Consent => Reason::Consent,
            Self::Robot => Reason::Robot,
            Self::Script => Reason::Script,
            Self::LogIn => Reason::LogIn,
            Self::Paywall => Reason::Paywall,
            Self::Gone => Reason::Gone,
            Self::Down => Reason::Down,
            Self::Denied => Reason::Denied,
        }
    }
}

impl Signs {
    /// Whether a page's title is that of a stub: one of its parts is the phrase, or begins with it
    /// and hardly goes on.
    pub(super) fn names(&self, title: &str) -> bool {
        let title = folded(title);
        let parts = title.split(['|', '_', '–', '—', '·', '«', '»', ':', '：', '-', '/']);
        let parts = parts.chain([title.as_str()]).map(bare).filter(|part| !part.is_empty());
        parts.into_iter().any(|part| self.titles.iter().any(|phrase| part == phrase))
    }

    /// What these signs cover of a text.
    pub(super) fn cover(&self, text: &Folded) -> Cover {
        let says = self.says.as_ref().filter(|_| text.kinds & self.class.bit() != 0);
        let Some(says) = says.filter(|says| says.is_match(&text.whole)) else {
            return Cover::default();
        };
        let mut cover = Cover::default();
        let last = text.lines.len().saturating_sub(4).max(text.lines.len() * 2 / 3);
        for (at, line) in text.lines.iter().enumerate() {
            for sentence in sentences(line) {
                if says.is_match(sentence) {
                    cover.says += gist::units(sentence);
                    cover.at_end |= at >= last;
                } else if self.hints.as_ref().is_some_and(|hints| hints.is_match(sentence)) {
                    cover.hints += gist::units(sentence);
                }
            }
        }
        cover
    }
}

/// A text made ready for the search: lower case, plain apostrophes, half-width letters.
pub(super) struct Folded {
    whole: String,
    lines: Vec<String>,
    /// The kinds of which a phrase may stand in it, as bits.
    kinds: u32,
}

impl Folded {
    pub(super) fn new(gist: &Gist) -> Self {
        let lines: Vec<String> = gist.lines.iter().map(|line| folded(&line.text)).collect();
        let whole = lines.join("\n");
        Self { kinds: kinds_in(&whole), whole, lines }
    }
}

/// In one walk over the text, so that the phrases of a kind are looked for only where a piece of
/// one stands.
fn kinds_in(text: &str) -> u32 {
    static PIECES: LazyLock<Option<(AhoCorasick, Vec<u32>)>> = LazyLock::new(|| {
        let all = || ALL.iter().flat_map(|signs| signs.pieces.iter().map(move |one| (one, signs)));
        let search = AhoCorasick::new(all().map(|(piece, _)| piece)).ok()?;
        Some((search, all().map(|(_, signs)| signs.class.bit()).collect()))
    });
    let Some((search, bits)) = PIECES.as_ref() else { return u32::MAX };
    let found = search.find_overlapping_iter(text);
    let bit = |pattern: usize| bits.get(pattern).copied().unwrap_or(u32::MAX);
    found.fold(0, |kinds, piece| kinds | bit(piece.pattern().as_usize()))
}

/// Units of the lines that stand around articles.
pub(super) fn around(gist: &Gist) -> usize {
    gist.lines.iter().filter(|line| is_around(line)).map(|line| line.units).sum()
}

/// Whether a line stands around articles, links or not.
pub(super) fn is_around(line: &Line) -> bool {
    line.units <= AROUND_LONGEST
        && AROUND.as_ref().is_some_and(|around| around.is_match(&folded(&line.text)))
}

fn signs(class: Class, list: &str) -> Signs {
    Signs {
        class,
        titles: phrases(list, "title ").into_iter().map(|title| bare(title).to_owned()).collect(),
        pieces: phrases(list, "says ").into_iter().map(piece).collect(),
        says: compile(&phrases(list, "says ")),
        hints: compile(&phrases(list, "hint ")),
    }
}

fn phrases<'a>(list: &'a str, kind: &str) -> Vec<&'a str> {
    let lines = list.lines().filter_map(|line| line.strip_prefix(kind));
    lines.map(str::trim).filter(|phrase| !phrase.is_empty()).collect()
}

/// What of a phrase stands together.
fn piece(phrase: &str) -> String {
    phrase.split('…').map(str::trim).max_by_key(|part| part.len()).unwrap_or_default().to_owned()
}

fn compile(phrases: &[&str]) -> Option<Regex> {
    let phrases = phrases.iter().map(|phrase| {
        let parts: Vec<String> = phrase.split('…').map(|part| regex::escape(part.trim())).collect();
        parts.join(".{0,60}?")
    });
    let phrases: Vec<String> = phrases.collect();
    // The lists are ours, and a test compiles them all.
    (!phrases.is_empty()).then(|| Regex::new(&phrases.join("|")).ok())?
}

fn folded(text: &str) -> String {
    let fold = |c: char| match c {
        '’' | '‘' | 'ʼ' | '`' => '\'',
        '\u{a0}' | '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' if c.is_alphanumeric() => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
        }
        c => c,
    };
    if text.is_ascii() {
        return text.to_ascii_lowercase().replace('`', "'");
    }
    text.chars().map(fold).flat_map(char::to_lowercase).collect()
}

/// Without the marks at either end.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric())
}

/// A line's sentences.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(['。', '！', '？', '!', '?', '；'])
        .flat_map(|part| part.split_inclusive(". "))
}
