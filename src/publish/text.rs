//! The beginning of a safe text, read without a parser: feeds and pages ask for it by the thousand.

use crate::html;

/// A piece of markup. The sanitizer's serializer wrote it, so tags are well formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// Text between tags, character references not yet resolved.
    Text(&'a str),
    /// The name of a tag that starts or ends.
    Tag(&'a str),
}

/// The pieces of some markup, in order.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let Some(inside) = self.0.strip_prefix('<') else {
            let (text, rest) = self.0.split_at(self.0.find('<').unwrap_or(self.0.len()));
            self.0 = rest;
            return Some(Token::Text(text));
        };
        let (tag, rest) = inside.split_at(end_of_tag(inside));
        self.0 = rest.strip_prefix('>').unwrap_or(rest);
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next();
        Some(Token::Tag(name.unwrap_or_default()))
    }
}

/// The words of some safe markup up to a length, cut as [`html::excerpt`] cuts; `None` where it
/// has none.
pub(super) fn beginning(markup: &str, max_chars: usize) -> Option<String> {
    // White space collapses later: some more than is asked for, not the whole of a long text.
    let enough = max_chars.saturating_mul(8);
    let mut plain = String::new();
    for token in Tokens(markup) {
        match token {
            Token::Text(text) => plain.push_str(&resolve(text)),
            Token::Tag(name) if !is_inline(name) => plain.push(' '),
            Token::Tag(_) => {}
        }
        if plain.len() > enough {
            break;
        }
    }
    Some(html::excerpt(&collapse(&plain), max_chars)).filter(|text| !text.is_empty())
}

/// Resolves the character references that a serializer of HTML writes.
pub(super) fn resolve(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let references = [
        ("&nbsp;", "\u{a0}"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    let text = text.to_owned();
    references.iter().fold(text, |text, (reference, plain)| text.replace(reference, plain))
}

/// One space for any white space, and none beside Chinese punctuation.
fn collapse(plain: &str) -> String {
    let mut text = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        let last = text.chars().next_back();
        let apart = last.zip(word.chars().next()).is_some_and(|(a, b)| !is_full(a) && !is_full(b));
        if apart {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// Punctuation that brings its own space.
fn is_full(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{301f}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
}

/// The end of a tag: the first `>` outside quotes.
fn end_of_tag(inside: &str) -> usize {
    let mut quote = None;
    for (at, byte) in inside.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at,
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
    }
    inside.len()
}

fn is_inline(name: &str) -> bool {
    const INLINE: [&str; 26] = [
        "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd",
        "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var",
        "wbr",
    ];
    INLINE.contains(&name)
}
