//! Markup to its tags and texts, in one pass, as leniently as browsers read it.

use memchr::memmem;

/// The longest name that is told from others, in bytes.
const MAX_NAME: usize = 16;
/// Attributes of one tag that are looked at.
const MAX_ATTRIBUTES: usize = 64;

/// Bytes of a `noscript` that may be a whole page.
const PAGE: usize = 1500;

/// A piece of the markup: byte positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub from: usize,
    pub to: usize,
}

impl Span {
    pub(super) fn of(self, source: &str) -> &str {
        source.get(self.from..self.to).unwrap_or_default()
    }
}

/// A lower-case name, cut where it is longer than any that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    bytes: [u8; MAX_NAME],
    len: usize,
}

impl Name {
    fn read(raw: &[u8]) -> Self {
        let mut name = Self::default();
        for (to, from) in name.bytes.iter_mut().zip(raw) {
            *to = from.to_ascii_lowercase();
            name.len += 1;
        }
        name
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// What comes next in the markup.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token {
    Text(Span),
    Start(Name, Span),
    End(Name),
}

/// Goes through the markup once.
pub(super) struct Lexer<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, bytes: source.as_bytes(), at: 0 }
    }

    /// Moves behind the end tag of an element that is read as one piece; gives where its content
    /// ends. Without an end tag nothing is skipped.
    pub(super) fn skip_whole(&mut self, name: &[u8]) -> Option<usize> {
        let mut at = self.at;
        let ends = |at: usize| memmem::find(self.bytes.get(at..)?, b"</").map(|step| at + step);
        while let Some(less) = ends(at) {
            let tag = less + 2;
            let found = self.bytes.get(tag..tag + name.len()).unwrap_or_default();
            let after = self.bytes.get(tag + name.len()).copied().unwrap_or(b'>');
            if found.eq_ignore_ascii_case(name) && !after.is_ascii_alphanumeric() {
                self.at = self.bytes.len();
                self.at = self.seek(tag, b'>').map_or(self.bytes.len(), |end| end + 1);
                return Some(less);
            }
            at = tag;
        }
        None
    }

    /// Whether what comes up to the end tag is a page of its own, for readers without scripts.
    pub(super) fn holds_page(&self, name: &[u8]) -> bool {
        let mut ahead = Self { at: self.at, ..*self };
        let end = ahead.skip_whole(name).unwrap_or(self.at);
        let content = self.source.get(self.at..end).unwrap_or_default();
        content.len() > PAGE && (content.contains("<p>") || content.contains("<article"))
    }

    /// Moves to the end: what follows an unclosed script is script.
    pub(super) fn skip_rest(&mut self) {
        self.at = self.bytes.len();
    }

    pub(super) fn reached(&self) -> usize {
        self.at
    }

    fn seek(&self, from: usize, byte: u8) -> Option<usize> {
        memchr::memchr(byte, self.bytes.get(from..)?).map(|step| from + step)
    }

    /// Where the next tag begins; a `<` that begins none is text.
    fn next_tag(&self) -> usize {
        let mut from = self.at;
        while let Some(at) = self.seek(from, b'<') {
            let next = self.bytes.get(at + 1).copied().unwrap_or_default();
            if next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?') {
                return at;
            }
            from = at + 1;
        }
        self.bytes.len()
    }

    fn tag(&mut self) -> Option<Token> {
        let from = self.at;
        match self.bytes.get(from + 1).copied()? {
            b'!' | b'?' => {
                self.at = self.declaration_end(from);
                None
            }
            b'/' => {
                let name = self.name(from + 2);
                self.at = self.seek(from, b'>').map_or(self.bytes.len(), |end| end + 1);
                Some(Token::End(name))
            }
            _ => {
                let name = self.name(from + 1);
                self.at = tag_end(self.bytes, from + 1);
                Some(Token::Start(name, Span { from, to: self.at }))
            }
        }
    }

    fn name(&self, from: usize) -> Name {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let len = rest.iter().position(|b| ends_name(*b)).unwrap_or(rest.len());
        Name::read(rest.get(..len).unwrap_or_default())
    }

    fn declaration_end(&self, from: usize) -> usize {
        let rest = self.source.get(from..).unwrap_or_default();
        let end = match rest.strip_prefix("<!--") {
            Some(comment) if comment.starts_with('>') => Some(5),
            Some(comment) => memmem::find(comment.as_bytes(), b"-->").map(|end| end + 7),
            None => rest.find('>').map(|end| end + 1),
        };
        end.map_or(self.bytes.len(), |end| from + end)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while self.at < self.bytes.len() {
            let tag = self.next_tag();
            if tag > self.at {
                let text = Span { from: self.at, to: tag };
                self.at = tag;
                return Some(Token::Text(text));
            }
            if let Some(token) = self.tag() {
                return Some(token);
            }
        }
        None
    }
}

/// Position behind the `>` of a tag whose name begins at `at`; quotes are honoured.
fn tag_end(bytes: &[u8], mut at: usize) -> usize {
    let mut before = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return at + 1,
            b'"' | b'\'' if before == b'=' => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                at += 1 + rest.iter().position(|b| *b == byte).unwrap_or(rest.len());
                before = byte;
            }
            _ if byte.is_ascii_whitespace() => {}
            _ => before = byte,
        }
        at += 1;
    }
    bytes.len()
}

fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')
}

/// The attributes of a start tag: names as written, values without quotes and not decoded.
pub(super) fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let inside = tag.trim_start_matches('<').trim_end_matches('>');
    let end = inside.bytes().position(ends_name).unwrap_or(inside.len());
    let mut rest = inside.get(end..).unwrap_or_default();
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let (found, after) = attribute(rest)?;
        rest = after;
        Some(found)
    })
    .take(MAX_ATTRIBUTES)
}

/// The attribute at the start of the text, and what follows it.
fn attribute(text: &str) -> Option<((&str, &str), &str)> {
    let first = text.chars().next()?.len_utf8();
    let stop = |b: u8| b.is_ascii_whitespace() || matches!(b, b'=' | b'/');
    let end = text.get(first..)?.bytes().position(stop).map_or(text.len(), |end| first + end);
    let (name, rest) = text.split_at_checked(end)?;
    let Some(value) = rest.trim_ascii_start().strip_prefix('=') else {
        return Some(((name, ""), rest));
    };
    let value = value.trim_ascii_start();
    if let Some(quote) = value.bytes().next().filter(|b| matches!(b, b'"' | b'\'')) {
        let value = value.get(1..)?;
        let end = memchr::memchr(quote, value.as_bytes()).unwrap_or(value.len());
        let after = value.get(end + 1..).unwrap_or_default();
        return Some(((name, value.get(..end)?), after));
    }
    let end = value.bytes().position(|b| b.is_ascii_whitespace()).unwrap_or(value.len());
    let (value, after) = value.split_at_checked(end)?;
    Some(((name, value), after))
}

/// One attribute of a start tag.
pub(super) fn attribute_of<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    attributes(tag).find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
