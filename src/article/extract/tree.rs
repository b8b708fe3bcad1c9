//! Markup to a flat tree in the order of the text: bounded, lenient, without script and style.
//!
//! Implied end tags are those of WHATWG HTML 13.2.6; what it does beyond that to repair tables and
//! crossed formatting is left to the sanitizer, which reads the chosen part by the book.

use super::entity;
use super::lex::{self, Lexer, Name, Span, Token};
use super::look::{Look, Looks};
use super::tag::{self, Tag, Whole};

/// Bytes of a page that are read; the rest is left out.
const MAX_BYTES: usize = 10 << 20;
/// Open elements; further start tags are passed over, their text is kept.
const MAX_DEPTH: usize = 200;
/// Nodes of a page; what follows is left out.
const MAX_NODES: usize = 400_000;
/// Blocks that are opened again behind the end tag of formatting that crosses them.
const MAX_AGAIN: usize = 4;

/// An element or a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub tag: Tag,
    /// Index of the parent; the root is its own.
    pub parent: u32,
    /// Index behind the last node inside.
    pub end: u32,
    /// The text, the start tag, or all of an element that is one piece.
    pub span: Span,
    pub look: Look,
}

/// A page; node 0 is a root above all.
pub(super) struct Tree<'a> {
    pub source: &'a str,
    pub nodes: Vec<Node>,
    /// The contents of `script type="application/ld+json"`.
    pub linked_data: Vec<&'a str>,
    /// The first `title`, not decoded.
    pub title: Option<&'a str>,
}

impl Tree<'_> {
    pub(super) fn node(&self, index: usize) -> Node {
        const NONE: Node = Node {
            tag: Tag::Void,
            parent: 0,
            end: 0,
            span: Span { from: 0, to: 0 },
            look: Look { marks: 0, hash: 0, named: false },
        };
        self.nodes.get(index).copied().unwrap_or(NONE)
    }

    pub(super) fn parent(&self, index: usize) -> usize {
        self.node(index).parent as usize
    }

    /// The start tag, or the text, as written.
    pub(super) fn raw(&self, index: usize) -> &str {
        self.node(index).span.of(self.source)
    }

    /// The texts of a range of nodes on one line.
    pub(super) fn text(&self, from: usize, to: usize) -> String {
        let nodes = self.nodes.get(from..to).unwrap_or_default().iter();
        let texts = nodes.filter(|node| node.tag == Tag::Text);
        let mut line = String::new();
        let mut apart = false;
        for node in texts {
            let text = entity::decode(node.span.of(self.source));
            apart |= text.starts_with(char::is_whitespace);
            for word in text.split_whitespace() {
                if apart && !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                apart = true;
            }
            apart =
                if text.trim().is_empty() { apart } else { text.ends_with(char::is_whitespace) };
        }
        line
    }

    /// How many steps up it is from each of two nodes to the one that holds both.
    pub(super) fn apart(&self, one: usize, other: usize) -> (usize, usize) {
        let holds = |at: usize| at <= other && (other as u32) < self.node(at).end;
        let mut common = one;
        let mut up = 0;
        while !holds(common) && common != 0 {
            common = self.parent(common);
            up += 1;
        }
        let mut at = other;
        let mut down = 0;
        while at != common && at != 0 {
            at = self.parent(at);
            down += 1;
        }
        (up, down)
    }

    /// From the parent up to below the root.
    pub(super) fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(self.parent(index)), |at| Some(self.parent(*at)))
            .take_while(|at| *at != 0)
    }
}

/// Reads a page.
pub(super) fn read(page: &str) -> Tree<'_> {
    let source = page.get(..page.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
    let mut builder = Builder {
        tree: Tree { source, nodes: Vec::with_capacity(2048), linked_data: vec![], title: None },
        open: Vec::with_capacity(MAX_DEPTH),
        counts: [0; tag::COUNT],
        passed: 0,
        looks: Looks::default(),
    };
    builder.push(Tag::Html, Span::default(), Look::default());
    builder.open(0);
    let mut lexer = Lexer::new(source);
    while let Some(token) = lexer.next() {
        if builder.tree.nodes.len() >= MAX_NODES {
            break;
        }
        builder.token(token, &mut lexer);
    }
    builder.close_to(0);
    builder.tree
}

struct Builder<'a> {
    tree: Tree<'a>,
    /// Indices of the open elements, the root first.
    open: Vec<u32>,
    /// Open elements by tag.
    counts: [u16; tag::COUNT],
    /// Start tags passed over for depth and not ended yet.
    passed: usize,
    looks: Looks,
}

impl<'a> Builder<'a> {
    fn token(&mut self, token: Token, lexer: &mut Lexer<'a>) {
        match token {
            // Space before the first element is none of the page's.
            Token::Text(span)
                if self.open.len() == 1 && span.of(self.tree.source).trim_ascii().is_empty() => {}
            Token::Text(span) => {
                self.push(Tag::Text, span, Look::default());
            }
            Token::Start(name, span) => match tag::whole(name.as_bytes()) {
                Some(whole) => self.whole(whole, name, span, lexer),
                None => self.start(name, span),
            },
            Token::End(name) => self.end(name),
        }
    }

    /// An element that is read as one piece.
    fn whole(&mut self, whole: Whole, name: Name, span: Span, lexer: &mut Lexer<'a>) {
        if span.of(self.tree.source).ends_with("/>") && name.as_bytes() == b"svg" {
            return;
        }
        if whole == Whole::Noscript && lexer.holds_page(name.as_bytes()) {
            return self.start(name, span);
        }
        let Some(end) = lexer.skip_whole(name.as_bytes()) else {
            if matches!(name.as_bytes(), b"script" | b"style" | b"textarea") {
                lexer.skip_rest();
            }
            return;
        };
        let content = Span { from: span.to, to: end }.of(self.tree.source);
        let all = Span { from: span.from, to: lexer.reached() };
        match whole {
            Whole::Drop => {}
            Whole::Script => self.script(span, content),
            Whole::Title => {
                self.tree.title.get_or_insert(content);
            }
            Whole::Noscript if !content.contains("<img") => {}
            Whole::Media | Whole::Noscript => {
                self.push(Tag::Media, all, Look::default());
            }
            Whole::Formula => {
                self.push(Tag::Formula, all, Look::default());
            }
        }
    }

    fn script(&mut self, span: Span, content: &'a str) {
        let kind = lex::attribute_of(span.of(self.tree.source), "type").unwrap_or_default();
        if kind.trim().eq_ignore_ascii_case("application/ld+json") {
            self.tree.linked_data.push(content);
        }
    }

    fn start(&mut self, name: Name, span: Span) {
        let tag = Tag::named(name.as_bytes());
        if self.is_repeated_root(tag) {
            return;
        }
        self.imply_ends(tag);
        if !tag.is_void() && self.open.len() >= MAX_DEPTH {
            self.passed += 1;
            return;
        }
        let look = self.looks.read(span.of(self.tree.source));
        let index = self.push(tag, span, look);
        if !tag.is_void() {
            self.open(index);
        }
    }

    fn is_repeated_root(&self, tag: Tag) -> bool {
        match tag {
            Tag::Html => self.tree.nodes.len() > 1,
            Tag::Head => self.count(Tag::Body) > 0 || self.count(Tag::Head) > 0,
            Tag::Body => self.count(Tag::Body) > 0,
            _ => false,
        }
    }

    fn imply_ends(&mut self, tag: Tag) {
        if tag.closes_p() && self.count(Tag::P) > 0 {
            self.close_in(&[Tag::P], Tag::is_cell);
        }
        match tag {
            Tag::Body => self.close_in(&[Tag::Head], |_| false),
            Tag::Li => self.close_in(&[Tag::Li], |t| t == Tag::Ul || t == Tag::Ol || t.is_cell()),
            Tag::Dd | Tag::Dt => {
                self.close_in(&[Tag::Dd, Tag::Dt], |t| t == Tag::Dl || t.is_cell());
            }
            Tag::Tr => self.close_in(&[Tag::Tr, Tag::Caption], |t| t == Tag::Table),
            Tag::Tbody => self.close_in(&[Tag::Tbody, Tag::Caption], |t| t == Tag::Table),
            Tag::Td | Tag::Th => self.close_in(&[Tag::Td, Tag::Th], |t| t == Tag::Table),
            Tag::A => self.close_in(&[Tag::A], |t| !t.is_inline()),
            tag if tag.is_heading() => _ = self.close_heading(),
            _ => {}
        }
        // Content of a head that was not ended.
        if self.count(Tag::Head) > 0 && self.count(Tag::Body) == 0 && !tag.is_inline() {
            self.close_in(&[Tag::Head], |_| false);
        }
    }

    /// Closes a heading that is the innermost open element.
    fn close_heading(&mut self) -> bool {
        let top = self.open.last().map_or(0, |at| *at as usize);
        let found = self.tree.node(top).tag.is_heading();
        if found {
            self.close_to(self.open.len() - 1);
        }
        found
    }

    fn end(&mut self, name: Name) {
        if self.passed > 0 {
            self.passed -= 1;
            return;
        }
        let tag = Tag::named(name.as_bytes());
        // The end tag of any heading ends the one that is open.
        if tag.is_heading() && self.close_heading() {
            return;
        }
        if matches!(tag, Tag::Html | Tag::Body) || self.count(tag) == 0 {
            return;
        }
        let Some(at) = self.find_open(tag, name) else { return };
        if !tag.is_formatting() {
            return self.close_to(at);
        }
        self.end_formatting(at);
    }

    /// Ends formatting; blocks that it crosses go on behind it.
    fn end_formatting(&mut self, at: usize) {
        let above = self.open.get(at + 1..).unwrap_or_default().iter();
        let nodes = above.map(|index| self.tree.node(*index as usize));
        let again: Vec<Node> = nodes.filter(|node| !node.tag.is_formatting()).collect();
        if again.len() > MAX_AGAIN {
            return;
        }
        self.close_to(at);
        for node in again {
            let index = self.push(node.tag, node.span, node.look);
            self.open(index);
        }
    }

    /// The position among the open elements of the one that the end tag ends.
    fn find_open(&self, tag: Tag, name: Name) -> Option<usize> {
        let in_table = matches!(tag, Tag::Table | Tag::Tbody | Tag::Tr) || tag.is_cell();
        for (at, index) in self.open.iter().enumerate().skip(1).rev() {
            let open = self.tree.node(*index as usize);
            if open.tag == tag && (!is_shared(tag) || self.is_named(open.span, name)) {
                return Some(at);
            }
            if open.tag == Tag::Table || open.tag.is_cell() && !in_table {
                return None;
            }
        }
        None
    }

    fn is_named(&self, span: Span, name: Name) -> bool {
        let raw = span.of(self.tree.source).as_bytes();
        let found = raw.get(1..=name.as_bytes().len()).unwrap_or_default();
        found.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Closes up to the nearest open element of these tags, unless a barrier stands before it.
    fn close_in(&mut self, tags: &[Tag], barrier: impl Fn(Tag) -> bool) {
        if tags.iter().all(|tag| self.count(*tag) == 0) {
            return;
        }
        for at in (1..self.open.len()).rev() {
            let index = self.open.get(at).map_or(0, |index| *index as usize);
            let tag = self.tree.node(index).tag;
            if tags.contains(&tag) {
                return self.close_to(at);
            }
            if barrier(tag) {
                return;
            }
        }
    }

    fn push(&mut self, tag: Tag, span: Span, look: Look) -> u32 {
        let index = self.tree.nodes.len() as u32;
        let parent = self.open.last().copied().unwrap_or(0);
        self.tree.nodes.push(Node { tag, parent, end: index + 1, span, look });
        index
    }

    fn open(&mut self, index: u32) {
        self.open.push(index);
        let tag = self.tree.node(index as usize).tag;
        if let Some(count) = self.counts.get_mut(tag as usize) {
            *count += 1;
        }
    }

    /// Closes all open elements from this position on.
    fn close_to(&mut self, at: usize) {
        let end = self.tree.nodes.len() as u32;
        for index in self.open.split_off(at.min(self.open.len())) {
            if let Some(node) = self.tree.nodes.get_mut(index as usize) {
                node.end = end;
                if let Some(count) = self.counts.get_mut(node.tag as usize) {
                    *count = count.saturating_sub(1);
                }
            }
        }
    }

    fn count(&self, tag: Tag) -> u16 {
        self.counts.get(tag as usize).copied().unwrap_or(0)
    }
}

/// Whether elements of several names have this tag.
fn is_shared(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Other
            | Tag::Known
            | Tag::Inline
            | Tag::Code
            | Tag::Em
            | Tag::Ul
            | Tag::Tbody
            | Tag::Pre
    )
}
