//! Two texts side by side: whether one is the other, reprinted, cut, framed or lightly rewritten.

use super::fold::{Kind, Token, tokens};
use super::print::{is_dense, shingles, whole};
use super::swaps::swaps;
use super::values::{Values, masked};
use super::{Decision, Reason};

/// Words, or characters of scripts without spaces, of a shingle that is compared.
const SHINGLE: (usize, usize) = (3, 5);
/// Part of the shorter text that must stand in the other one.
const ENOUGH: f32 = 0.5;

/// A text as it is compared.
#[derive(Clone, Debug)]
pub struct Reading {
    whole: u64,
    tokens: Vec<Token>,
    /// Sorted, each once.
    shingles: Vec<u64>,
    values: Values,
    title: Title,
}

/// A title as it is compared.
#[derive(Clone, Debug, Default)]
struct Title {
    whole: u64,
    /// With its numbers masked.
    form: u64,
    has_numbers: bool,
    /// The numbers in digits.
    numbers: Vec<u64>,
    /// Sorted pairs of tokens, each once.
    pairs: Vec<u64>,
    tokens: Vec<u64>,
    /// Whether it is but the beginning of the text, or nothing at all.
    is_of_text: bool,
}

impl Reading {
    /// Reads a title and a plain text.
    pub fn of(title: &str, text: &str) -> Self {
        let tokens = tokens(text);
        let length = if is_dense(&tokens) { SHINGLE.1 } else { SHINGLE.0 };
        Self {
            whole: whole(&tokens),
            shingles: sorted(shingles(&tokens, length)),
            values: Values::of(&tokens),
            title: Title::of(title, &tokens),
            tokens,
        }
    }

    /// Decides whether two texts are one story.
    pub fn compare(&self, other: &Self) -> Decision {
        let score = containment(&self.shingles, &other.shingles);
        let decided = |same, reason| Decision { same, score, reason };
        let shorter = self.tokens.len().min(other.tokens.len());
        let titles = self.title.likeness(&other.title);
        if self.title.is_other_part(&other.title) {
            return decided(false, Reason::Parts);
        }
        if self.whole == other.whole {
            let is_untitled = self.title.is_of_text || other.title.is_of_text;
            let enough =
                shorter >= 40 || (shorter >= 8 && titles >= 0.6) || (shorter >= 16 && is_untitled);
            return decided(enough, if enough { Reason::Exact } else { Reason::Short });
        }
        if score < 0.3 {
            return decided(false, Reason::Different);
        }
        if is_filled_in_anew(&self.values, &other.values) || self.is_of_another(other) {
            return decided(false, Reason::Values);
        }
        if shorter < 30 && titles < 0.6 {
            return decided(false, Reason::Short);
        }
        let least = needed(shorter, titles) + self.title.doubt(&other.title);
        decided(score >= least, Reason::Near).settled()
    }
}

impl Reading {
    /// Whether the texts tell the same of different names: what stands in one for what stands in the
    /// other does so again, and in the titles too, or with other numbers.
    fn is_of_another(&self, other: &Self) -> bool {
        let numbers = self.values.numbers(&other.values);
        let is_dense = is_dense(&self.tokens) && is_dense(&other.tokens);
        swaps(&self.tokens, &other.tokens, is_dense).iter().any(|swap| {
            let in_titles = self.title.has(&swap.own) && other.title.has(&swap.theirs);
            let titles = self.title.likeness(&other.title);
            (in_titles && (titles >= 0.5 || swap.times > 1))
                || (swap.times > 1 && numbers.differed > 0)
        })
    }
}

impl Decision {
    /// Texts that were compared to the end and are not near are different.
    fn settled(self) -> Self {
        if self.same { self } else { Self { reason: Reason::Different, ..self } }
    }
}

/// Less is asked of a long text, and of one that kept its title.
fn needed(shorter: usize, titles: f32) -> f32 {
    let short = match shorter {
        0..60 => 0.3,
        60..120 => 0.15,
        _ => 0.0,
    };
    let title = if titles >= 0.8 { -0.05 } else { 0.0 };
    ENOUGH + short + title
}

/// In a reprint what stands in the same surroundings is the same, but for a correction or two.
fn is_filled_in_anew(own: &Values, theirs: &Values) -> bool {
    let numbers = own.numbers(theirs);
    let names = own.names(theirs);
    numbers.differed * 4 > numbers.agreed
        || (names.differed > 1 && names.differed * 4 > names.agreed)
}

impl Title {
    fn of(title: &str, text: &[Token]) -> Self {
        let tokens = tokens(title);
        let masks: Vec<Token> =
            tokens.iter().map(|token| Token { hash: part(token), ..*token }).collect();
        Self {
            whole: whole(&tokens),
            form: whole(&masks),
            has_numbers: tokens.iter().any(|token| part(token) != token.hash),
            numbers: tokens.iter().filter(|t| t.kind == Kind::Number).map(|t| t.hash).collect(),
            pairs: sorted(shingles(&tokens, 2)),
            is_of_text: text
                .iter()
                .map(|token| token.hash)
                .take(tokens.len())
                .eq(tokens.iter().map(|token| token.hash)),
            tokens: tokens.iter().map(|token| token.hash).collect(),
        }
    }

    /// Whether these tokens stand in it.
    fn has(&self, those: &[u64]) -> bool {
        self.tokens.windows(those.len().max(1)).any(|some| some == those)
    }

    /// What more is asked where both titles have numbers and share none: a later count of the dead.
    fn doubt(&self, other: &Self) -> f32 {
        let none = self.numbers.is_empty() || other.numbers.is_empty();
        let shared = self.numbers.iter().any(|number| other.numbers.contains(number));
        if none || shared { 0.0 } else { 0.25 }
    }

    /// Part of the shorter title that stands in the other one.
    fn likeness(&self, other: &Self) -> f32 {
        if self.whole == other.whole { 1.0 } else { containment(&self.pairs, &other.pairs) }
    }

    /// Whether the titles differ in numbers alone: parts of a series, reports of other days.
    fn is_other_part(&self, other: &Self) -> bool {
        self.has_numbers && self.form == other.form && self.whole != other.whole
    }
}

/// A token with numbers masked, Chinese ones too.
fn part(token: &Token) -> u64 {
    const DIGITS: [char; 13] =
        ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '上', '下'];
    let is_digit = |c: &char| super::hash(c.encode_utf8(&mut [0; 4]).as_bytes()) == token.hash;
    match token.kind {
        Kind::Sign if DIGITS.iter().any(is_digit) => 3,
        Kind::Number => masked(token),
        _ => token.hash,
    }
}

fn sorted(prints: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut prints: Vec<u64> = prints.collect();
    prints.sort_unstable();
    prints.dedup();
    prints
}

/// Part of the shorter list that stands in the other one.
fn containment(own: &[u64], theirs: &[u64]) -> f32 {
    let shorter = own.len().min(theirs.len());
    if shorter == 0 {
        return 0.0;
    }
    super::values::common(own, theirs) as f32 / shorter as f32
}
