//! A cap on attributes: a tag with very many costs a tokenizer the square of their number.

use std::borrow::Cow;

/// Attributes of one tag that are read; the rest of the tag is left out.
const MAX: usize = 128;

/// The markup with overlong tags cut short; untouched, and not copied, where there is none.
pub(super) fn bounded(markup: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut from = 0;
    let mut scan = Scan { bytes: markup.as_bytes(), at: 0 };
    while let Some((cut, end)) = scan.next_cut() {
        kept.push_str(markup.get(from..cut).unwrap_or_default());
        from = end;
    }
    if from == 0 {
        return Cow::Borrowed(markup);
    }
    kept.push_str(markup.get(from..).unwrap_or_default());
    Cow::Owned(kept)
}

/// Goes from tag to tag; quotes are honoured as the tokenizer does.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    /// The next range to leave out: from behind attribute [`MAX`] to before the tag's `>`.
    fn next_cut(&mut self) -> Option<(usize, usize)> {
        while self.find_tag() {
            let start = self.at;
            let cut = self.tag();
            let raw = raw_name(self.bytes.get(start..).unwrap_or_default());
            if let Some(cut) = cut {
                return Some((cut, self.at));
            }
            if let Some(name) = raw {
                self.skip_raw(name);
            }
        }
        None
    }

    /// Moves behind the next `<` of a start or end tag; comments are stepped over.
    fn find_tag(&mut self) -> bool {
        while let Some(step) = memchr::memchr(b'<', self.rest()) {
            self.at += step + 1;
            if self.rest().starts_with(b"!--") {
                self.skip_comment();
            } else if self.rest().first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/') {
                return true;
            }
        }
        false
    }

    /// Moves to the tag's `>`; gives where its last permitted attribute ends, if it has more.
    fn tag(&mut self) -> Option<usize> {
        self.skip_while(|b| !b.is_ascii_whitespace() && b != b'/' && b != b'>');
        let mut count = 0;
        let mut cut = None;
        loop {
            self.skip_while(|b| b.is_ascii_whitespace() || b == b'/');
            if self.rest().first().is_none_or(|b| *b == b'>') {
                return cut;
            }
            if count == MAX {
                cut = Some(self.at);
            }
            count += 1;
            self.attribute();
        }
    }

    fn attribute(&mut self) {
        // A name may begin with `=`.
        self.at += 1;
        self.skip_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>' | b'='));
        let name_end = self.at;
        self.skip_while(|b| b.is_ascii_whitespace());
        if self.rest().first() != Some(&b'=') {
            self.at = name_end;
            return;
        }
        self.at += 1;
        self.skip_while(|b| b.is_ascii_whitespace());
        match self.rest().first() {
            Some(&quote @ (b'"' | b'\'')) => {
                self.at += 1;
                self.skip_while(|b| b != quote);
                self.at = (self.at + 1).min(self.bytes.len());
            }
            _ => self.skip_while(|b| !b.is_ascii_whitespace() && b != b'>'),
        }
    }

    fn skip_comment(&mut self) {
        let end = memchr::memmem::find(self.rest(), b"-->");
        self.at = end.map_or(self.bytes.len(), |step| self.at + step);
    }

    /// Moves to the end tag of a raw-text element.
    fn skip_raw(&mut self, name: &[u8]) {
        while let Some(step) = memchr::memmem::find(self.rest(), b"</") {
            self.at += step + 2;
            if self.rest().get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name)) {
                return;
            }
        }
        self.at = self.bytes.len();
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        let rest = self.rest();
        self.at += rest.iter().position(|b| !test(*b)).unwrap_or(rest.len());
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}

/// The name of a raw-text element, if the text behind `<` begins with one.
fn raw_name(tag: &[u8]) -> Option<&'static [u8]> {
    const NAMES: [&[u8]; 4] = [b"script", b"style", b"textarea", b"title"];
    NAMES.into_iter().find(|name| {
        tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            && tag
                .get(name.len())
                .is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
    })
}
