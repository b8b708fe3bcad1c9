//! Patterns that take linear time, and the letters without which they cannot be found.

use std::fmt;
use std::hash::{Hash, Hasher};

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::LONGEST;

/// The least and the most memory of one compiled pattern, in bytes; and from where on it is tried
/// in larger steps.
const SIZES: (usize, usize, usize) = (8 << 10, 1 << 20, 128 << 10);
/// The most memory for its automaton while it runs, in bytes.
const CACHE: usize = 1 << 18;
/// Fewer letters than this are found in any text.
const LEAST: usize = 3;

/// A compiled pattern; patterns are equal where their texts are.
#[derive(Clone)]
pub struct Pattern {
    regex: Regex,
    needs: Option<Vec<Vec<u8>>>,
    possible: bool,
    size: usize,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPattern {
    /// In one line.
    #[error("{0}")]
    Wrong(String),
    /// It would take more memory than this, in bytes.
    #[error("it needs more than {0} bytes")]
    Large(usize),
}

impl Pattern {
    /// Compiles a pattern.
    pub fn new(text: &str) -> Result<Self, NoPattern> {
        if text.chars().count() > LONGEST {
            return Err(NoPattern::Wrong(format!("longer than {LONGEST} characters")));
        }
        let wrong = |why: &str| NoPattern::Wrong(reason(why));
        let hir = regex_syntax::parse(text).map_err(|why| wrong(&why.to_string()))?;
        let (regex, size) = sized(text).map_err(|why| match why {
            regex::Error::CompiledTooBig(most) => NoPattern::Large(most),
            why => wrong(&why.to_string()),
        })?;
        let possible = is_possible(&hir);
        Ok(Self { regex, needs: needs(&hir), possible, size })
    }

    /// The text that it was made of.
    pub fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    /// Whether there is any text at all in which it can be found.
    pub fn is_possible(&self) -> bool {
        self.possible
    }

    /// Memory that it takes, in bytes, at the most.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether it is found in a short text; the letters that it needs are looked for first.
    pub(super) fn is_in(&self, value: &str) -> bool {
        let may = self.needs.as_ref().is_none_or(|needs| {
            let has = |need: &Vec<u8>| {
                std::str::from_utf8(need).map_or(true, |letters| value.contains(letters))
            };
            needs.iter().any(has)
        });
        // A copy shares the machine, and takes what it runs in with it when it goes.
        may && self.regex.clone().is_match(value)
    }

    /// Whether it has a group of a number or a name.
    pub fn has_group(&self, group: &str) -> bool {
        let number = group.parse::<usize>().is_ok_and(|group| group < self.regex.captures_len());
        number || self.regex.capture_names().flatten().any(|name| name == group)
    }

    /// The pattern as a machine.
    pub fn regex(&self) -> &Regex {
        &self.regex
    }

    /// Whether it has to be run on every text, since it needs no certain letters.
    pub fn is_costly(&self) -> bool {
        self.needs.is_none()
    }

    /// Letters of which one run must stand in any text that it is found in, if there are such.
    pub(super) fn needs(&self) -> Option<&[Vec<u8>]> {
        self.needs.as_deref()
    }
}

/// Compiles within about the least memory that is enough, so that it is known how much that is.
fn sized(text: &str) -> Result<(Regex, usize), regex::Error> {
    let mut size = SIZES.0;
    loop {
        let built = RegexBuilder::new(text).size_limit(size).dfa_size_limit(CACHE).build();
        match built {
            Err(regex::Error::CompiledTooBig(_)) if size < SIZES.1 => {
                let step = if size < SIZES.2 { 2 } else { 4 };
                size = (size * step).min(SIZES.1);
            }
            built => return Ok((built?, size)),
        }
    }
}

/// The last line of what the crate says, which names the trouble.
fn reason(why: &str) -> String {
    let last = why.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(why);
    last.trim().trim_start_matches("error: ").trim_end_matches('.').to_owned()
}

/// Whether there is a text that a pattern is found in: of its parts, none that can only begin a text
/// stands behind others, and none that can only end it before them. The parser bounds the depth.
fn is_possible(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Concat(parts) => {
            let least = |hir: &Hir| hir.properties().minimum_len().unwrap_or(0);
            let is_in_order = (0..parts.len()).all(|at| {
                let (before, behind) = parts.split_at(at);
                let Some((own, behind)) = behind.split_first() else { return true };
                let begins = own.properties().look_set_prefix().contains(Look::Start);
                let ends = own.properties().look_set_suffix().contains(Look::End);
                let asks = |parts: &[Hir]| parts.iter().any(|part| least(part) > 0);
                !(begins && asks(before) || ends && asks(behind))
            });
            is_in_order && parts.iter().all(is_possible)
        }
        HirKind::Alternation(parts) => parts.iter().any(is_possible),
        HirKind::Capture(capture) => is_possible(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min == 0 || is_possible(&repetition.sub),
        _ => hir.properties().minimum_len().is_some(),
    }
}

fn needs(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let of = |kind: ExtractKind| {
        let mut extractor = Extractor::new();
        extractor.kind(kind).limit_total(64);
        useful(&extractor.extract(hir))
    };
    of(ExtractKind::Prefix).or_else(|| of(ExtractKind::Suffix))
}

fn useful(literals: &Seq) -> Option<Vec<Vec<u8>>> {
    let all = literals.literals()?;
    let long = !all.is_empty() && all.iter().all(|one| one.len() >= LEAST);
    long.then(|| all.iter().map(|one| one.as_bytes().to_vec()).collect())
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Pattern {}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.as_str())
    }
}
