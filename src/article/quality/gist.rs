//! Markup to its visible lines with their weight; what the judge looks at.
//!
//! Weight is counted in units: a character of a script without spaces counts 1, a word of any
//! other script 2, so that a Chinese and an English sentence of one meaning weigh about the same.

use scraper::{ElementRef, Html, Node};

use crate::article::extract;
use crate::html::dom;

/// The most characters that are looked at.
const MOST: usize = 60_000;

/// The visible text of some markup, line by line.
#[derive(Clone, Debug, Default)]
pub struct Gist {
    pub(in crate::article) lines: Vec<Line>,
    /// Whether there is something to look at or to listen to.
    pub(in crate::article) pictured: bool,
    units: usize,
    left: usize,
}

/// The text of one block.
#[derive(Clone, Debug, Default)]
pub(in crate::article) struct Line {
    /// With single blanks.
    pub(in crate::article) text: String,
    pub(in crate::article) units: usize,
    /// Units in links.
    pub(in crate::article) linked: usize,
}

impl Line {
    /// Whether next to all of it is links.
    pub(in crate::article) fn is_link(&self) -> bool {
        self.linked * 10 >= self.units * 8 && self.linked > 0
    }
}

impl Gist {
    /// All lines.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }

    /// Weight of all.
    pub fn units(&self) -> usize {
        self.units
    }

    pub(super) fn characters(&self) -> usize {
        self.lines.iter().map(|line| line.text.chars().count()).sum()
    }

    /// Whether bytes were taken for text: too many characters that no writer writes.
    pub(super) fn garbled(&self) -> bool {
        let odd = |c: &char| *c == '\u{fffd}' || c.is_control();
        let (mut bad, mut all) = (0_usize, 0_usize);
        for c in self.lines.iter().flat_map(|line| line.text.chars()) {
            all += 1;
            bad += usize::from(odd(&c));
        }
        bad >= 20 && bad * 10 > all
    }

    // As deep as the tree, which `dom` bounds.
    fn children(&mut self, parent: ElementRef<'_>, linked: bool) {
        for child in parent.children() {
            if let Node::Text(text) = child.value() {
                self.push(text, linked);
            } else if let Some(child) = ElementRef::wrap(child) {
                self.element(child, linked);
            }
        }
    }

    fn element(&mut self, found: ElementRef<'_>, linked: bool) {
        let element = found.value();
        if is_hidden(element) {
            return;
        }
        self.pictured |= matches!(element.name(), "img" | "picture" | "video" | "audio" | "iframe");
        let breaks = breaks(element.name());
        if breaks {
            self.end_line();
        }
        if element.name() != "iframe" {
            self.children(found, linked || element.name() == "a");
        }
        if breaks {
            self.end_line();
        }
    }

    fn push(&mut self, text: &str, linked: bool) {
        let Some(line) = self.lines.last_mut().filter(|_| self.left > 0) else { return };
        let before = line.text.len();
        for c in text.chars() {
            if !c.is_whitespace() {
                line.text.push(c);
            } else if !line.text.is_empty() && !line.text.ends_with(' ') {
                line.text.push(' ');
            }
        }
        let added = line.text.get(before..).unwrap_or_default();
        self.left = self.left.saturating_sub(added.chars().count());
        if linked {
            line.linked += units(added);
        }
    }

    fn end_line(&mut self) {
        if self.lines.last().is_none_or(|line| !line.text.trim().is_empty()) {
            self.lines.push(Line::default());
        }
    }

    fn settled(mut self) -> Self {
        for line in &mut self.lines {
            line.text.truncate(line.text.trim_end().len());
            line.units = units(&line.text);
            line.linked = line.linked.min(line.units);
        }
        self.lines.retain(|line| !line.text.is_empty());
        self.units = self.lines.iter().map(|line| line.units).sum();
        self
    }
}

/// The gist of a fragment.
pub(in crate::article) fn of_fragment(html: &str) -> Gist {
    of(&dom::fragment(html))
}

/// The gist of blocks that were read already.
pub(in crate::article) fn of_lines(blocks: &[extract::Line], pictured: bool) -> Gist {
    let line = |block: &extract::Line| {
        let units = units(&block.text);
        Line { text: block.text.clone(), units, linked: (units as f32 * block.linked) as usize }
    };
    let lines: Vec<Line> = blocks.iter().map(line).filter(|line| !line.text.is_empty()).collect();
    let units = lines.iter().map(|line| line.units).sum();
    Gist { lines, pictured, units, left: 0 }
}

/// The gist of a whole tree.
pub(in crate::article) fn of(tree: &Html) -> Gist {
    let mut gist = Gist { left: MOST, ..Gist::default() };
    gist.end_line();
    for root in tree.tree.root().children().filter_map(ElementRef::wrap) {
        gist.element(root, false);
    }
    gist.settled()
}

/// The weight of a text.
pub(in crate::article) fn units(text: &str) -> usize {
    let mut sum = 0;
    let mut in_word = false;
    if text.is_ascii() {
        for b in text.bytes() {
            let wordy = b.is_ascii_alphanumeric();
            sum += if wordy && !in_word { 2 } else { 0 };
            in_word = wordy || in_word && matches!(b, b'\'' | b'-');
        }
        return sum;
    }
    for c in text.chars() {
        let dense = is_dense(c);
        let wordy = c.is_alphanumeric() && !dense;
        if dense {
            sum += 1;
        } else if wordy && !in_word {
            sum += 2;
        }
        in_word = wordy || in_word && matches!(c, '\'' | '’' | '-');
    }
    sum
}

/// A character of a script that is written without spaces.
pub(in crate::article) fn is_dense(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}' | '\u{e00}'..='\u{eff}')
}

fn is_hidden(element: &scraper::node::Element) -> bool {
    let style = || {
        element.attr("style").is_some_and(|style| {
            let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
            style.to_ascii_lowercase().contains("display:none")
        })
    };
    matches!(
        element.name(),
        "script"
            | "style"
            | "noscript"
            | "template"
            | "head"
            | "svg"
            | "math"
            | "select"
            | "option"
            | "textarea"
            | "object"
    ) || element.attr("hidden").is_some()
        || style()
}

fn breaks(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "br"
            | "button"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "legend"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "th"
            | "tr"
            | "ul"
            | "label"
            | "input"
    )
}
