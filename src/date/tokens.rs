//! A folded date text cut into numbers, words and marks.

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Word,
    Mark,
}

/// A run of digits, a run of letters, or one other character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Whether a blank stands before it.
    pub(super) spaced: bool,
}

impl Token<'_> {
    /// The value and the number of digits, of a number that fits.
    pub(super) fn number(&self) -> Option<(u32, usize)> {
        (self.kind == Kind::Number)
            .then(|| self.text.parse().ok())?
            .map(|value| (value, self.text.len()))
    }

    /// Whether it is this mark.
    pub(super) fn is(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }
}

/// More tokens than any date has.
const MOST: usize = 48;

/// Cuts; `None` where there is more than a date can hold.
pub(super) fn split(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::with_capacity(16);
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let spaced = trimmed.len() < rest.len();
        let Some(first) = trimmed.chars().next() else { return Some(tokens) };
        let kind = kind_of(first);
        let length = match kind {
            Kind::Mark => first.len_utf8(),
            _ => trimmed.find(|c| kind_of(c) != kind).unwrap_or(trimmed.len()),
        };
        let (token, after) = trimmed.split_at(length);
        if tokens.len() == MOST {
            return None;
        }
        tokens.push(Token { kind, text: token, spaced });
        rest = after;
    }
}

fn kind_of(character: char) -> Kind {
    match character {
        '0'..='9' => Kind::Number,
        '_' => Kind::Word,
        _ if character.is_alphabetic() => Kind::Word,
        _ => Kind::Mark,
    }
}
