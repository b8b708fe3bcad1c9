//! A small writer of XML 1.0: it indents, escapes, and drops what XML cannot hold.

use std::borrow::Cow;

/// An attribute; one with an empty value is left out.
pub(super) type Attribute<'a> = (&'a str, &'a str);

/// A document under construction.
pub(super) struct Xml {
    out: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// A document with its declaration.
    pub(super) fn new() -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// A comment; `--`, which may not stand in one, is written `-%2D`.
    pub(super) fn comment(&mut self, text: &str) {
        self.indent();
        self.out.push_str("<!-- ");
        escape(&mut self.out, &text.replace("--", "-%2D"), in_text);
        self.out.push_str(" -->\n");
    }

    /// Starts an element that holds elements.
    pub(super) fn open(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.start(name, attributes);
        self.out.push_str(">\n");
        self.open.push(name);
    }

    /// Ends the element that was started last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.end(name);
        }
    }

    /// An element that holds text.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.start(name, attributes);
        self.out.push('>');
        escape(&mut self.out, text, in_text);
        self.end(name);
    }

    /// An element that holds plain text which readers decode twice: hexadecimal references
    /// survive that (RSS Best Practices Profile, "Character data").
    pub(super) fn twice(&mut self, name: &'static str, text: &str) {
        self.start(name, &[]);
        self.out.push('>');
        escape(&mut self.out, text, in_title);
        self.end(name);
    }

    /// An element that holds markup as it is.
    pub(super) fn cdata(&mut self, name: &'static str, markup: &str) {
        self.start(name, &[]);
        self.out.push_str("><![CDATA[");
        let markup = legible(markup);
        for (at, part) in markup.split("]]>").enumerate() {
            if at > 0 {
                self.out.push_str("]]]]><![CDATA[>");
            }
            self.out.push_str(part);
        }
        self.out.push_str("]]>");
        self.end(name);
    }

    /// An element that holds nothing.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.start(name, attributes);
        self.out.push_str("/>\n");
    }

    /// The bytes, every element closed.
    pub(super) fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.close();
        }
        self.out.into_bytes()
    }

    fn start(&mut self, name: &str, attributes: &[Attribute<'_>]) {
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes.iter().filter(|(_, value)| !value.is_empty()) {
            self.out.push(' ');
            self.out.push_str(key);
            self.out.push_str("=\"");
            escape(&mut self.out, value, in_attribute);
            self.out.push('"');
        }
    }

    fn end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    fn indent(&mut self) {
        for _ in &self.open {
            self.out.push_str("  ");
        }
    }
}

/// The text without the characters that XML 1.0 §2.2 forbids.
pub(super) fn legible(text: &str) -> Cow<'_, str> {
    // Nearly every text is legible, and Chinese is slow to be taken for characters: bytes that no
    // illegal character is without are looked for first, many at a time.
    if may_be_illegal(text.as_bytes()) && text.contains(is_illegal) {
        Cow::Owned(text.replace(is_illegal, ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether there is a control character, or the beginning of U+FFC0 to U+FFFF.
fn may_be_illegal(bytes: &[u8]) -> bool {
    let control = |byte: u8| byte < b' ' && byte != b'\n' && byte != b'\t' && byte != b'\r';
    let any = |part: &[u8]| part.iter().fold(false, |found, byte| found | control(*byte));
    bytes.chunks(256).any(any) || memchr::memmem::find(bytes, b"\xef\xbf").is_some()
}

fn is_illegal(c: char) -> bool {
    matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// What a reference, or nothing, stands for; all of them are of ASCII.
fn is_marked(byte: u8) -> bool {
    matches!(byte, 0..=0x1F | b'"' | b'&' | b'<' | b'>')
}

/// Where the first of them is; bytes between are passed many at a time.
fn marked(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    for part in bytes.chunks(32) {
        if part.iter().fold(false, |found, byte| found | is_marked(*byte)) {
            return part.iter().position(|byte| is_marked(*byte)).map(|at| from + at);
        }
        from += part.len();
    }
    None
}

/// Appends a text; `reference` says what stands for a marked character.
fn escape(out: &mut String, text: &str, reference: fn(char) -> &'static str) {
    let text = &*legible(text);
    out.reserve(text.len() + text.len() / 16);
    let mut rest = text;
    while let Some(at) = marked(rest.as_bytes()) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let mut chars = after.chars();
        out.push_str(chars.next().map_or("", reference));
        rest = chars.as_str();
    }
    out.push_str(rest);
}

fn in_text(c: char) -> &'static str {
    match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "\"",
        '\t' => "\t",
        '\n' => "\n",
        '\r' => "&#xD;",
        _ => "",
    }
}

fn in_title(c: char) -> &'static str {
    match c {
        '&' => "&#x26;",
        '<' => "&#x3C;",
        '>' => "&#x3E;",
        _ => in_text(c),
    }
}

fn in_attribute(c: char) -> &'static str {
    match c {
        '"' => "&quot;",
        '\t' => "&#x9;",
        '\n' => "&#xA;",
        _ => in_text(c),
    }
}
