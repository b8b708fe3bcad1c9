//! Safe markup read as plain text: tokens, words without tags, and beginnings of a given length.

/// A piece of markup. The sanitizer's serializer wrote it, so tags are well formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text between tags, character references not yet resolved.
    Text(&'a str),
    /// A start tag: its name and its attributes as written.
    Open(&'a str, &'a str),
    /// An end tag.
    Close(&'a str),
}

/// The pieces of some markup, in order.
pub(super) struct Tokens<'a>(&'a str);

impl<'a> Tokens<'a> {
    /// The pieces of safe markup.
    pub(super) fn new(markup: &'a str) -> Self {
        Self(markup)
    }
}

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
        Some(match tag.strip_prefix('/') {
            Some(name) => Token::Close(name.trim_end()),
            None => open(tag),
        })
    }
}

/// The value of an attribute, character references resolved.
pub(super) fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, next) = after.split_once('"')?;
        if key.split_whitespace().next_back() == Some(name) {
            return Some(resolve(value));
        }
        rest = next;
    }
    None
}

/// Resolves the character references that a serializer of HTML writes.
pub(super) fn resolve(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    [("&nbsp;", "\u{a0}"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

/// The words of some markup up to a length, cut as [`excerpt`] cuts; `None` where it has none.
pub(super) fn beginning(markup: &str, max_chars: usize) -> Option<String> {
    // White space collapses later: some more than is asked for, not the whole of a long text.
    let enough = max_chars.saturating_mul(8);
    let mut plain = String::new();
    for token in Tokens::new(markup) {
        match token {
            Token::Text(text) => plain.push_str(&resolve(text)),
            Token::Open(name, _) | Token::Close(name) if !is_inline(name) => plain.push(' '),
            Token::Open(..) | Token::Close(_) => {}
        }
        if plain.len() > enough {
            break;
        }
    }
    Some(excerpt(&plain, max_chars)).filter(|text| !text.is_empty())
}

/// The beginning of a plain text in at most so many characters, white space collapsed, cut at a
/// word's end where there is one near.
pub(super) fn excerpt(plain: &str, max_chars: usize) -> String {
    let text = collapse(plain);
    let Some((cut, _)) = text.char_indices().nth(max_chars) else {
        return text;
    };
    let (head, rest) = text.split_at(cut);
    let whole = match head.rsplit_once(' ') {
        Some((words, last)) if !rest.starts_with(' ') && last.len() < 24 && last.is_ascii() => {
            words
        }
        _ => head,
    };
    format!("{}…", whole.trim_end_matches([' ', ',', '，', '、', ';', '；', ':', '：']))
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

fn open(tag: &str) -> Token<'_> {
    let tag = tag.strip_suffix('/').unwrap_or(tag);
    let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    Token::Open(name, attributes)
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

/// A plain text as markup.
pub(super) fn escape(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
