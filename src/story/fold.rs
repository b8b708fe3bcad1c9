//! Text to tokens that stay the same when width, case, punctuation or the form of Chinese change.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::hash;

/// A word, or a character of a script that is written without spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Token {
    /// Print of the folded characters; of a number, of its value.
    pub hash: u64,
    /// What it is.
    pub kind: Kind,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A character of a script without spaces.
    Sign,
    /// A word.
    Word,
    /// A word that begins with a capital where no sentence begins.
    Name,
    /// A number in digits.
    Number,
}

/// The longest text that is looked at, in tokens: beyond, nothing changes a decision.
const MOST: usize = 20_000;

/// The tokens of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len().min(MOST * 4) / 4);
    let mut word = Word::default();
    let mut fresh = true;
    let mut chars = text.chars().map(narrow).peekable();
    while let Some(c) = chars.next() {
        if tokens.len() >= MOST {
            break;
        }
        let next = chars.peek().copied();
        if is_sign(c) {
            word.end(&mut tokens, &mut fresh);
            let mut bytes = [0; 4];
            let c = simplified(c).encode_utf8(&mut bytes).as_bytes();
            tokens.push(Token { hash: hash(c), kind: Kind::Sign });
            fresh = false;
        } else if word.takes(c, next) {
            word.push(c);
        } else if !is_silent(c) {
            word.end(&mut tokens, &mut fresh);
            fresh |= matches!(c, '.' | '!' | '?' | ':' | '\n' | '"' | '“' | '•' | '。');
        }
    }
    word.end(&mut tokens, &mut fresh);
    tokens
}

/// A word that is being read.
#[derive(Default)]
struct Word {
    text: String,
    capital: bool,
    number: bool,
}

impl Word {
    /// Whether a character belongs to it. In a number, separators belong to it where a digit
    /// follows; letters and digits are words of their own, so that `5km` and `5 km` are the same.
    fn takes(&self, c: char, next: Option<char>) -> bool {
        if self.number && matches!(c, '.' | ',' | '\'') {
            return next.is_some_and(|next| next.is_ascii_digit());
        }
        if matches!(c, '\'' | '’') && !self.text.is_empty() {
            return next.is_some_and(char::is_alphabetic);
        }
        c.is_alphanumeric() && (self.text.is_empty() || self.number == c.is_numeric())
    }

    fn push(&mut self, c: char) {
        if self.text.is_empty() {
            self.number = c.is_numeric();
            self.capital = c.is_uppercase();
        }
        let grouping = matches!(c, ',' | '\'' | '’');
        if !grouping && self.text.len() < 64 {
            // A final sigma is a sigma.
            self.text.extend(c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c }));
        }
    }

    /// Puts what was read to the tokens.
    fn end(&mut self, tokens: &mut Vec<Token>, fresh: &mut bool) {
        if self.text.is_empty() {
            return;
        }
        let kind = match (self.number, self.capital && !*fresh) {
            (true, _) => Kind::Number,
            (false, true) => Kind::Name,
            (false, false) => Kind::Word,
        };
        let text = if self.number { plain_number(&self.text) } else { self.text.as_str() };
        tokens.push(Token { hash: hash(text.as_bytes()), kind });
        *fresh = false;
        self.text.clear();
    }
}

/// `3.50` and `3.5` are one number, `007` and `7` too.
fn plain_number(text: &str) -> &str {
    let text = text.trim_start_matches('0');
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// Full-width forms to the usual ones.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

/// Characters of scripts that are written without spaces between words, and of Korean.
fn is_sign(c: char) -> bool {
    matches!(c,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        | '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Marks that nobody sees.
fn is_silent(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The simplified form of a Chinese character, for comparing: one for one, without regard to words.
pub fn simplified(c: char) -> char {
    if c < '\u{4e00}' { c } else { FORMS.get(&c).copied().unwrap_or(c) }
}

static FORMS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let lines = include_str!("simplified.txt").lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.flat_map(str::split_whitespace).filter_map(|pair| {
        let mut chars = pair.chars();
        chars.next().zip(chars.next())
    });
    pairs.collect()
});
