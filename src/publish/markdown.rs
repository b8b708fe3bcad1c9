//! A feed as Markdown (`CommonMark`), to be read in a terminal or pasted into a note.

use std::fmt::Write;

use crate::publish::atom::date;
use crate::publish::feed::{Feed, FeedItem};
use crate::publish::text::{Token, Tokens, attribute, resolve};

/// Deepest margin that is written; what lies deeper stands beside it.
const DEEPEST: usize = 8;

/// The document.
pub(super) fn write(feed: &Feed<'_>) -> Vec<u8> {
    let mut out = format!("# {}\n", plain(&feed.title));
    for item in &feed.items {
        out.push('\n');
        out.push_str(&section(item));
    }
    out.into_bytes()
}

fn section(item: &FeedItem<'_>) -> String {
    let title = plain(&item.title);
    let heading = match item.link.as_deref() {
        Some(link) => format!("## [{title}](<{link}>)\n\n"),
        None => format!("## {title}\n\n"),
    };
    let mut about = vec![plain(item.medium.as_deref().unwrap_or(item.source.title))];
    about.extend(item.authors.iter().filter(|who| !who.is_medium).map(|who| plain(&who.name)));
    about.push(date(item.published));
    let body = body(&item.body);
    let text = if body.is_empty() { item.summary.as_deref().map(plain) } else { Some(body) };
    let text = text.map(|text| format!("\n{text}\n")).unwrap_or_default();
    format!("{heading}{}\n{text}", about.join(" · "))
}

/// Safe markup as Markdown: blocks, lists, quotes, emphasis, links, pictures and code; whatever
/// else there is leaves its words.
fn body(markup: &str) -> String {
    let mut page = Page::default();
    for token in Tokens::new(markup) {
        match token {
            Token::Text(text) => page.text(&resolve(text)),
            Token::Open(name, attributes) => page.open(name, attributes),
            Token::Close(name) => page.close(name),
        }
    }
    page.end();
    page.out.trim_end().to_owned()
}

#[derive(Default)]
struct Page {
    out: String,
    /// The block under way, without its margin.
    line: String,
    /// What stands before the block's first line: `- `, `## `.
    bullet: String,
    /// Open lists: `None` for bullets, the next number else.
    lists: Vec<Option<u32>>,
    /// Depth of quotes.
    quotes: usize,
    /// The same for the block before.
    quoted: usize,
    /// Targets of open links.
    links: Vec<Option<String>>,
    preformatted: bool,
}

impl Page {
    fn text(&mut self, text: &str) {
        if self.preformatted {
            self.line.push_str(text);
            return;
        }
        for (at, word) in text.split([' ', '\n', '\t', '\r']).enumerate() {
            let begins = self.line.is_empty() || self.line.ends_with([' ', '\n']);
            if at > 0 && !begins {
                self.line.push(' ');
            }
            self.line.push_str(&plain(word));
        }
    }

    fn open(&mut self, name: &str, attributes: &str) {
        match name {
            "em" | "i" => self.line.push('*'),
            "strong" | "b" => self.line.push_str("**"),
            "code" | "kbd" | "samp" if !self.preformatted => self.line.push('`'),
            "a" => self.link(attribute(attributes, "href")),
            "img" => self.picture(attributes),
            "br" => self.line.push_str("\\\n"),
            "hr" => self.rule(),
            "ul" => self.list(None),
            "ol" => self.list(Some(1)),
            "blockquote" => self.quote(),
            _ => self.block(name),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "em" | "i" => self.line.push('*'),
            "strong" | "b" => self.line.push_str("**"),
            "code" | "kbd" | "samp" if !self.preformatted => self.line.push('`'),
            "a" => self.unlink(),
            "ul" | "ol" => {
                self.end();
                self.lists.pop();
            }
            "blockquote" => {
                self.end();
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" => {
                self.line.push_str("\n```");
                self.end();
                self.preformatted = false;
            }
            "td" | "th" => self.line.push_str(" | "),
            _ if is_block(name) => self.end(),
            _ => {}
        }
    }

    fn block(&mut self, name: &str) {
        if !is_block(name) {
            return;
        }
        self.end();
        match name {
            "li" => self.bullet = self.next_bullet(),
            "pre" => {
                self.preformatted = true;
                self.line.push_str("```\n");
            }
            // The document's own titles stand above those of a text.
            "h1" | "h2" | "h3" => "### ".clone_into(&mut self.bullet),
            "h4" | "h5" | "h6" => "#### ".clone_into(&mut self.bullet),
            _ => {}
        }
    }

    fn next_bullet(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{}. ", number.saturating_sub(1))
            }
            _ => "- ".to_owned(),
        }
    }

    fn list(&mut self, first: Option<u32>) {
        self.end();
        self.lists.push(first);
    }

    fn quote(&mut self) {
        self.end();
        self.quotes = self.quotes.saturating_add(1);
    }

    fn rule(&mut self) {
        self.end();
        self.line.push_str("---");
        self.end();
    }

    fn link(&mut self, target: Option<String>) {
        if target.is_some() {
            self.line.push('[');
        }
        self.links.push(target);
    }

    fn unlink(&mut self) {
        if let Some(Some(target)) = self.links.pop() {
            // Writing to a string cannot fail.
            let _ = write!(self.line, "](<{target}>)");
        }
    }

    fn picture(&mut self, attributes: &str) {
        if let Some(source) = attribute(attributes, "src") {
            let words = attribute(attributes, "alt").unwrap_or_default();
            let _ = write!(self.line, "![{}](<{source}>)", plain(&words));
        }
    }

    /// Ends the block under way and writes it within the margins of its lists and quotes.
    fn end(&mut self) {
        let block = std::mem::take(&mut self.line);
        let block = if self.preformatted { block.as_str() } else { block.trim() };
        if block.is_empty() {
            return;
        }
        let bullet = std::mem::take(&mut self.bullet);
        let margin = "> ".repeat(self.quotes.min(DEEPEST));
        self.part();
        let depth = self.lists.len().saturating_sub(usize::from(is_marker(&bullet)));
        let indent = "   ".repeat(depth.min(DEEPEST));
        let hanging = if is_marker(&bullet) { " ".repeat(bullet.len()) } else { String::new() };
        for (at, line) in block.lines().enumerate() {
            let lead = if at == 0 { &bullet } else { &hanging };
            self.out.push_str(format!("{margin}{indent}{lead}{line}").trim_end());
            self.out.push('\n');
        }
    }

    /// Parts two blocks by an empty line, quoted where both are.
    fn part(&mut self) {
        if !self.out.is_empty() {
            let both = self.quotes.min(self.quoted).min(DEEPEST);
            self.out.push_str("> ".repeat(both).trim_end());
            self.out.push('\n');
        }
        self.quoted = self.quotes;
    }
}

/// Whether it stands before an item of a list, and not before a title.
fn is_marker(bullet: &str) -> bool {
    !bullet.is_empty() && !bullet.starts_with('#')
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "figure"
            | "figcaption"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "pre"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "table"
            | "tr"
            | "center"
    )
}

/// Plain text in which no character is markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '&' | '|' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
