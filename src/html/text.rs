//! Markup to plain text and back, and plain text cut to a length.

use super::elements;
use super::read;
use super::tree::{self, Element, Node};

/// See [`super::text`].
pub(super) fn text(markup: &str) -> String {
    let mut writer = Writer::default();
    writer.nodes(&read::read(markup, None));
    writer.out.trim().to_owned()
}

/// See [`super::from_text`].
pub(super) fn markup(plain: &str) -> String {
    let plain: String = plain.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::new();
    let mut open = false;
    for line in plain.split('\n').map(|line| line.trim_matches(tree::is_space)) {
        match (line.is_empty(), open) {
            (true, true) => out.push_str("</p>"),
            (true, false) => continue,
            (false, true) => out.push_str("<br>"),
            (false, false) => out.push_str("<p>"),
        }
        super::escape_to(line, &mut out);
        open = !line.is_empty();
    }
    if open {
        out.push_str("</p>");
    }
    out
}

/// See [`super::excerpt`].
pub(super) fn excerpt(plain: &str, max_chars: usize) -> String {
    let line = one_line(plain);
    if line.chars().nth(max_chars).is_none() {
        return line;
    }
    let end = line.char_indices().nth(max_chars.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let (room, rest) = line.split_at(end);
    let kept = border(room, rest).trim_end_matches(|c: char| c.is_whitespace() || is_pause(c));
    let kept = if kept.is_empty() { room } else { kept };
    if max_chars == 0 { String::new() } else { format!("{kept}…") }
}

/// All white space as single blanks, none at either end.
pub(super) fn one_line(plain: &str) -> String {
    let mut line = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// The longest start of `room` that ends a sentence, if it is not much shorter; else a word.
fn border<'a>(room: &'a str, rest: &str) -> &'a str {
    let (mut sentence, mut word) = (0, 0);
    let mut following = room.chars().skip(1).chain(rest.chars().next());
    for (at, c) in room.char_indices() {
        let next = following.next().unwrap_or(' ');
        let end = at + c.len_utf8();
        let ends = match c {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' => next.is_whitespace() || is_quote(next),
            _ => false,
        };
        if ends || is_quote(c) && at == sentence && at > 0 {
            sentence = end;
        }
        if !(is_wordy(c) && is_wordy(next) || is_closing(next)) {
            word = end;
        }
    }
    let least = room.len() / 2;
    let end = if sentence > least {
        sentence
    } else if word > least {
        word
    } else {
        room.len()
    };
    room.get(..end).unwrap_or(room)
}

/// A character of a script that writes words apart.
fn is_wordy(c: char) -> bool {
    !is_cjk(c) && c.is_alphanumeric()
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// What closes after the end of a sentence still belongs to it.
fn is_quote(c: char) -> bool {
    matches!(c, '”' | '’' | '」' | '』' | '）' | '"' | '\'' | ')')
}

/// Punctuation that a cut text does not end with.
fn is_pause(c: char) -> bool {
    matches!(c, '，' | '、' | '；' | '：' | ',' | ';' | ':' | '—' | '-')
}

/// Punctuation that may not begin a line.
#[rustfmt::skip]
fn is_closing(c: char) -> bool {
    matches!(c, '，' | '。' | '、' | '；' | '：' | '！' | '？' | '）' | '》' | '〉' | '」' | '』' | '】'
        | '”' | '’' | '…' | ',' | '.' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '%')
}

#[derive(Default)]
struct Writer {
    out: String,
    /// White space is owed before the next word.
    gap: bool,
    preformatted: bool,
}

impl Writer {
    // As deep as the tree, which `dom` bounds.
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(text) if self.preformatted => self.verbatim(text),
                Node::Text(text) => self.words(text),
                Node::Element(element) => self.element(element),
            }
        }
    }

    fn element(&mut self, element: &Element) {
        let breaks = elements::is_block(element.name) && !matches!(element.name, "td" | "th");
        if breaks {
            self.end_line();
        }
        match element.name {
            "br" => self.end_line(),
            "td" | "th" => self.gap = true,
            "rp" => return,
            "rt" => return self.reading(element),
            _ => {}
        }
        let before = self.preformatted;
        self.preformatted |= element.name == "pre";
        self.nodes(&element.children);
        self.preformatted = before;
        if breaks {
            self.end_line();
        }
    }

    /// How a word is read aloud, in brackets behind it.
    fn reading(&mut self, element: &Element) {
        self.words("(");
        self.nodes(&element.children);
        self.words(")");
    }

    fn words(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() {
                self.gap = true;
                continue;
            }
            if self.gap && !self.out.is_empty() && !self.out.ends_with('\n') {
                self.out.push(' ');
            }
            self.gap = false;
            self.out.push(c);
        }
    }

    fn verbatim(&mut self, text: &str) {
        self.gap = false;
        self.out.push_str(text);
    }

    fn end_line(&mut self) {
        self.gap = false;
        self.out.truncate(self.out.trim_end_matches(' ').len());
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }
}
