//! Markup to tokens that borrow from it; never fails, whatever the markup.

use super::attributes::Attributes;

/// A piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::listing) enum Token<'a> {
    /// Characters with their references undecoded.
    Text(&'a str),
    /// Characters that hold no references.
    Literal(&'a str),
    Start {
        name: &'a str,
        attributes: Attributes<'a>,
        closed: bool,
    },
    End(&'a str),
    /// The inside of `<!DOCTYPE …>`.
    Doctype(&'a str),
}

/// Cuts markup into tokens.
pub(in crate::listing) struct Scanner<'a> {
    rest: &'a str,
    /// Tags, comments and sections that had no end of their own.
    pub(in crate::listing) unclosed: usize,
    /// Ends that were looked for in vain once; looking again each time would take quadratic time.
    no_comment_end: bool,
    no_section_end: bool,
    doctype_seen: bool,
}

/// After so many sections without an end, the next ones get as far as the next tag.
const MOST_UNCLOSED: usize = 64;
/// A document type is looked at so far.
const LONGEST_DOCTYPE: usize = 64 * 1024;

impl<'a> Scanner<'a> {
    pub(in crate::listing) fn new(markup: &'a str) -> Self {
        Self {
            rest: markup,
            unclosed: 0,
            no_comment_end: false,
            no_section_end: false,
            doctype_seen: false,
        }
    }

    /// Takes `length` bytes off the front; the whole rest if that is no boundary.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Takes up to `end` and drops the end; `None` where there is none.
    fn take_until(&mut self, end: &str) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(taken)
    }

    /// Takes up to the next `>`, or up to the end.
    fn take_tag(&mut self) -> &'a str {
        self.take_until(">").unwrap_or_else(|| {
            self.unclosed += 1;
            self.take(self.rest.len())
        })
    }

    fn text(&mut self, from: usize) -> Token<'a> {
        let tail = self.rest.as_bytes().get(from..).unwrap_or_default();
        let length =
            tail.iter().position(|byte| *byte == b'<').map_or(self.rest.len(), |at| at + from);
        Token::Text(self.take(length))
    }

    /// After `<!`.
    fn declaration(&mut self) -> Option<Token<'a>> {
        if let Some(comment) = self.rest.strip_prefix("--") {
            self.rest = comment;
            // A comment without an end must not swallow the entries that follow.
            if self.no_comment_end || self.take_until("-->").is_none() {
                self.no_comment_end = true;
                self.take_tag();
            }
            return None;
        }
        if let Some(section) = strip_prefix_ignoring_case(self.rest, "[CDATA[") {
            self.rest = section;
            let whole = if self.no_section_end { None } else { section_length(section) };
            return Some(Token::Literal(match whole {
                Some(length) => {
                    self.rest = section.get(length + 3..).unwrap_or_default();
                    section.get(..length).unwrap_or_default()
                }
                None => self.unclosed_section(),
            }));
        }
        let doctype =
            strip_prefix_ignoring_case(self.rest, "DOCTYPE").filter(|_| !self.doctype_seen);
        if let Some(doctype) = doctype {
            self.doctype_seen = true;
            let length = doctype_length(doctype);
            self.rest = doctype.get(length..).unwrap_or_default();
            self.rest = self.rest.strip_prefix('>').unwrap_or(self.rest);
            return Some(Token::Doctype(doctype.get(..length).unwrap_or(doctype)));
        }
        self.take_tag();
        None
    }

    /// A section without `]]>` ends where its entry does, or with the text.
    fn unclosed_section(&mut self) -> &'a str {
        self.no_section_end = true;
        self.unclosed += 1;
        if self.unclosed > MOST_UNCLOSED {
            return self.take(self.rest.find('<').unwrap_or(self.rest.len()));
        }
        let end = ["</item>", "</entry>", "</channel>", "</feed>"]
            .iter()
            .filter_map(|end| self.rest.find(end))
            .min();
        let section = self.take(end.unwrap_or(self.rest.len()));
        // The element that holds the section usually was closed.
        section
            .rsplit_once("</")
            .filter(|(_, name)| name.trim_end().ends_with('>'))
            .map_or(section, |(text, _)| text)
    }

    fn start(&mut self) -> Token<'a> {
        let Inside { text: inside, ended, whole } = tag_inside(self.rest);
        self.take(inside.len() + usize::from(ended));
        self.unclosed += usize::from(!whole);
        let (inside, closed) = match inside.trim_end().strip_suffix('/') {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let end =
            inside.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(end);
        Token::Start { name, attributes: Attributes::new(attributes), closed }
    }

    fn end(&mut self) -> Token<'a> {
        let end = self.rest.find(['>', '<']).unwrap_or(self.rest.len());
        let name = self.take(end);
        match self.rest.strip_prefix('>') {
            Some(rest) => self.rest = rest,
            None => self.unclosed += 1,
        }
        Token::End(name.trim())
    }

    /// At `<`.
    fn markup(&mut self) -> Option<Token<'a>> {
        match self.rest.as_bytes().get(1) {
            Some(b'/') => {
                self.take(2);
                Some(self.end())
            }
            Some(b'!') => {
                self.take(2);
                self.declaration()
            }
            Some(b'?') => {
                self.take_tag();
                None
            }
            Some(letter)
                if letter.is_ascii_alphabetic() || matches!(letter, b'_' | b':' | 0x80..) =>
            {
                self.take(1);
                Some(self.start())
            }
            // The file broke off.
            None => {
                self.unclosed += 1;
                self.take(1);
                None
            }
            _ => Some(self.text(1)),
        }
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.rest.is_empty() {
            if !self.rest.starts_with('<') {
                return Some(self.text(0));
            }
            if let Some(token) = self.markup() {
                return Some(token);
            }
        }
        None
    }
}

/// Up to `]]>`; brackets are rare in HTML, so looking for one is faster than for all three characters.
fn section_length(section: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + section.get(from..)?.find(']')?;
        if section.get(at..)?.starts_with("]]>") {
            return Some(at);
        }
        from = at + 1;
    }
}

/// What stands between `<` and `>`.
struct Inside<'a> {
    text: &'a str,
    /// Whether there was a `>`.
    ended: bool,
    /// Whether nothing was odd about it.
    whole: bool,
}

/// A `>` within quotes does not count, unless the quotes cannot be meant.
fn tag_inside(rest: &str) -> Inside<'_> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => {
                return Inside { text: rest.get(..at).unwrap_or(rest), ended: true, whole: true };
            }
            b'<' => {
                return Inside { text: rest.get(..at).unwrap_or(rest), ended: false, whole: false };
            }
            b'"' | b'\'' if follows_equals(bytes, at) => {
                match quoted_length(bytes, at + 1, *byte) {
                    Some(length) => at += length + 2,
                    None => return to_first_end(rest),
                }
            }
            _ => at += 1,
        }
    }
    Inside { text: rest, ended: false, whole: false }
}

/// Up to the first `>`, whatever the quotes say.
fn to_first_end(rest: &str) -> Inside<'_> {
    match rest.find('>') {
        Some(end) => Inside { text: rest.get(..end).unwrap_or(rest), ended: true, whole: false },
        None => Inside { text: rest, ended: false, whole: false },
    }
}

fn follows_equals(bytes: &[u8], at: usize) -> bool {
    bytes.get(..at).unwrap_or_default().iter().rev().find(|byte| !byte.is_ascii_whitespace())
        == Some(&b'=')
}

/// Length of the value that `quote` ends; `None` where the quote that comes next begins another value.
fn quoted_length(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let value = bytes.get(from..)?;
    let length = value.iter().position(|byte| *byte == quote)?;
    let suspicious = value.get(..length)?.contains(&b'<');
    let next = value.get(length + 1);
    let fits =
        next.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'?'));
    (fits || !suspicious).then_some(length)
}

/// Up to the `>` that ends a document type, past its internal subset.
fn doctype_length(doctype: &str) -> usize {
    let mut subset = false;
    let mut quote = None;
    for (at, byte) in doctype.bytes().enumerate().take(LONGEST_DOCTYPE) {
        match (quote, byte) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != byte),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[') => subset = true,
            (None, b']') => subset = false,
            (None, b'>') if !subset => return at,
            _ => {}
        }
    }
    // A quote or bracket without its partner: end at the first `>`.
    doctype.find('>').unwrap_or(doctype.len())
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..))?
}
