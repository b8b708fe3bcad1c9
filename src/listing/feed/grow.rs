//! Tokens to trees: one for each entry as it ends, one for what surrounds them.

use super::attributes::Attributes;
use super::fields;
use super::names::{Bindings, Space};
use super::references::References;
use super::repairs::Repairs;
use super::scan::{Scanner, Token};
use super::tree::{Element, Size, Tree, What};
use url::Url;

/// Elements deeper than this are taken for part of their parents.
const DEEPEST: usize = 256;
/// Entries beyond this are left out.
pub(super) const MOST_ENTRIES: usize = 5_000;
/// After this many end tags without a start, only the innermost elements are searched.
const MOST_STRAY: usize = 10_000;
/// How far they are searched then.
const NEAR: usize = 4;

/// The document around its entries.
pub(super) struct Grown<'a> {
    pub(super) tree: Tree<'a>,
    /// The outermost element that is a feed's.
    pub(super) root: Option<u32>,
    /// The name of the document's first element.
    pub(super) first_name: Option<&'a str>,
    pub(super) repairs: Repairs,
    pub(super) references: References,
}

/// Whether careless writers of HTML leave an element of this name open; no feed has one.
fn is_left_open_in_html(name: &str) -> bool {
    ["br", "img", "hr", "input", "wbr"].iter().any(|void| void.eq_ignore_ascii_case(name))
}

/// An element that has not ended.
struct Open<'a> {
    node: u32,
    written: &'a str,
    bindings: usize,
    kind: Kind,
}

/// What matters about an open element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Entry(Size),
    /// `channel`, `feed` and the like: entries may stand in it.
    Frame,
    /// Atom's text constructs, in which any markup may stand.
    Content,
    Other,
}

struct Grower<'a, F> {
    tree: Tree<'a>,
    open: Vec<Open<'a>>,
    bindings: Bindings<'a>,
    references: References,
    repairs: Repairs,
    root: Option<u32>,
    first_name: Option<&'a str>,
    /// The document is a web page, in which a feed may begin further down.
    in_page: bool,
    document: u32,
    entries: usize,
    on_entry: F,
}

/// Grows; `on_entry` sees each entry when it ends, before it is forgotten.
pub(super) fn grow<'a, F>(markup: &'a str, base: Option<&Url>, on_entry: F) -> Grown<'a>
where
    F: FnMut(Element<'_, 'a>, &References),
{
    let mut tree = Tree::new(base);
    let attributes = Attributes::default();
    let document = tree.add_root(
        What::Element { space: Space::Other, name: "", written: "", attributes },
        0,
        "",
    );
    let mut grower = Grower {
        tree,
        open: Vec::with_capacity(32),
        bindings: Bindings::default(),
        references: References::default(),
        repairs: Repairs::default(),
        root: None,
        first_name: None,
        in_page: false,
        document,
        entries: 0,
        on_entry,
    };
    let mut scanner = Scanner::new(markup);
    for token in scanner.by_ref() {
        grower.take(token);
    }
    grower.repairs.unclosed = scanner.unclosed;
    grower.close_to(0);
    grower.finish()
}

impl<'a, F> Grower<'a, F>
where
    F: FnMut(Element<'_, 'a>, &References),
{
    fn finish(self) -> Grown<'a> {
        Grown {
            tree: self.tree,
            root: self.root,
            first_name: self.first_name,
            repairs: self.repairs,
            references: self.references,
        }
    }

    fn take(&mut self, token: Token<'a>) {
        match token {
            Token::Text(text) => self.characters(What::Text(text), text),
            Token::Literal(text) => self.characters(What::Literal(text), text),
            Token::Start { name, attributes, closed } => self.start(name, attributes, closed),
            Token::End(name) => self.end(name),
            Token::Doctype(doctype) => self.references.declare(doctype),
        }
    }

    fn characters(&mut self, what: What<'a>, text: &str) {
        let Some(open) = self.open.last() else {
            self.repairs.junk |= !text.trim().is_empty();
            return;
        };
        // Blanks between a feed's own elements are most of its nodes and say nothing.
        let between =
            matches!(open.kind, Kind::Frame | Kind::Entry(_)) && text.trim_ascii().is_empty();
        if !between {
            let node = open.node;
            self.add(node, what);
        }
    }

    /// Adds a node with what it inherits; `None` where the tree is full.
    fn add(&mut self, parent: u32, what: What<'a>) -> Option<u32> {
        if self.tree.is_full() {
            self.repairs.too_many_nodes = true;
            return None;
        }
        let (base, language) = self.inherited(parent);
        Some(self.tree.add(parent, what, base, language))
    }

    fn inherited(&self, parent: u32) -> (u32, &'a str) {
        self.tree.get(parent).map_or((0, ""), |node| (node.base, node.language))
    }

    fn start(&mut self, written: &'a str, attributes: Attributes<'a>, closed: bool) {
        if self.first_name.is_none() {
            self.first_name = Some(written);
            // Without a namespace, only the root tells which format the names are of.
            if matches!(written, "feed" | "entry") {
                self.bindings.default = Space::Atom;
            }
            self.in_page = ["html", "head", "body", "div"]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(written));
        }
        let bindings = self.bindings.mark();
        self.declare(attributes);
        let (space, name) = self.bindings.resolve(written);
        let is_entry = self.is_entry(space, name);
        if is_entry {
            self.close_entry();
        } else {
            self.close_field(space, name);
        }
        if is_entry && self.entries >= MOST_ENTRIES {
            self.repairs.too_many_entries = true;
        }
        if self.open.len() >= DEEPEST {
            self.repairs.too_deep += 1;
            return self.bindings.release(bindings);
        }
        let what = What::Element { space, name, written, attributes };
        let Some((node, kind)) = self.plant(what, is_entry) else {
            return self.bindings.release(bindings);
        };
        self.scope(node, kind, attributes);
        self.open.push(Open { node, written, bindings, kind });
        let left_open = !closed && kind == Kind::Other && is_left_open_in_html(name);
        self.repairs.left_open += usize::from(left_open);
        if closed || left_open {
            self.close_to(self.open.len() - 1);
        }
    }

    /// An entry gets a tree of its own, anything else hangs below what is open.
    fn plant(&mut self, what: What<'a>, is_entry: bool) -> Option<(u32, Kind)> {
        let parent = self.open.last().map_or(self.document, |open| open.node);
        if is_entry {
            let size = self.tree.size();
            let (base, language) = self.inherited(parent);
            let node = self.tree.add_root(what, base, language);
            self.root.get_or_insert(self.document);
            return Some((node, Kind::Entry(size)));
        }
        let node = self.add(parent, what)?;
        let What::Element { space, name, .. } = what else { return None };
        let kind = self.kind(space, name);
        if kind == Kind::Frame
            && self.root.is_none()
            && (!self.in_page || matches!(name, "rss" | "feed" | "rdf"))
        {
            self.root = Some(node);
        }
        Some((node, kind))
    }

    fn kind(&self, space: Space, name: &str) -> Kind {
        match (space, name) {
            (
                Space::Rss | Space::Atom | Space::Rdf | Space::Other,
                "rss" | "rdf" | "feed" | "channel",
            ) if !self.in_entry() => Kind::Frame,
            (Space::Atom, "content" | "summary") if self.in_entry() => Kind::Content,
            _ => Kind::Other,
        }
    }

    /// Whether an element begins an entry: not one that stands in an entry's own content.
    fn is_entry(&self, space: Space, name: &str) -> bool {
        let named = match space {
            Space::Rss | Space::Atom => matches!(name, "item" | "entry"),
            Space::Rdf => name == "item",
            _ => false,
        };
        // A web page may have elements of any name, and is still no feed.
        let in_page = self.in_page && self.root.is_none();
        named && !in_page && !self.open.iter().any(|open| open.kind == Kind::Content)
    }

    fn in_entry(&self) -> bool {
        self.open.iter().any(|open| matches!(open.kind, Kind::Entry(_)))
    }

    /// Reads `xmlns`.
    fn declare(&mut self, attributes: Attributes<'a>) {
        if !attributes.raw().contains("xmlns") {
            return;
        }
        for (name, value) in attributes.iter() {
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) => rest.strip_prefix(':').unwrap_or(rest),
                None => continue,
            };
            let address = self.references.decode(value);
            self.repairs.too_many_namespaces |= !self.bindings.declare(prefix, &address);
        }
    }

    /// Reads `xml:base` and `xml:lang`.
    fn scope(&mut self, node: u32, kind: Kind, attributes: Attributes<'a>) {
        if !attributes.raw().contains("xml:") && kind != Kind::Frame {
            return;
        }
        let (mut base, mut language) = self.inherited(node);
        for (name, value) in attributes.iter() {
            match name {
                // CDF has it without a prefix, and shouts.
                "xml:base" | "BASE" => {
                    base = self.tree.add_base(base, &self.references.decode(value));
                }
                "xml:lang" => language = value.trim(),
                _ => {}
            }
        }
        self.tree.rescope(node, base, language);
    }

    fn end(&mut self, written: &str) {
        let depth = if self.repairs.stray > MOST_STRAY { NEAR } else { DEEPEST };
        let found = self
            .open
            .iter()
            .rev()
            .take(depth)
            .position(|open| open.written.eq_ignore_ascii_case(written));
        match found {
            Some(above) => {
                self.repairs.left_open += above;
                self.close_to(self.open.len() - 1 - above);
            }
            None => self.repairs.stray += usize::from(!is_left_open_in_html(written)),
        }
    }

    /// Ends the field that is open where another one begins in it that cannot be meant to.
    fn close_field(&mut self, space: Space, name: &str) {
        let Some([frame, field]) = self.open.last_chunk() else { return };
        if !matches!(frame.kind, Kind::Frame | Kind::Entry(_)) {
            return;
        }
        let Some(field) = self.tree.element(field.node) else { return };
        if fields::ends(field.space, field.name, space, name) {
            self.repairs.left_open += 1;
            self.close_to(self.open.len() - 1);
        }
    }

    /// Ends the entry that is open, with all in it.
    fn close_entry(&mut self) {
        if let Some(at) = self.open.iter().position(|open| matches!(open.kind, Kind::Entry(_))) {
            self.repairs.left_open += self.open.len() - at;
            self.close_to(at);
        }
    }

    /// Ends the innermost elements until so many are open.
    fn close_to(&mut self, left: usize) {
        while self.open.len() > left {
            let Some(open) = self.open.pop() else { return };
            self.bindings.release(open.bindings);
            if let Kind::Entry(size) = open.kind {
                self.harvest(open.node);
                self.tree.shrink(size);
            }
        }
    }

    fn harvest(&mut self, node: u32) {
        if self.entries < MOST_ENTRIES
            && let Some(entry) = self.tree.element(node)
        {
            self.entries += 1;
            (self.on_entry)(entry, &self.references);
        }
    }
}
