//! Stands between tokenizer and tree builder, and passes over what would grow without bound.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use html5ever::interface::{Tracer, TreeSink};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::TreeBuilder;
use html5ever::{LocalName, local_name};
use scraper::{Html, HtmlTreeSink};

use super::dom::Id;

/// Open elements before start tags are passed over; a tree gets at most twice as deep.
const MAX_DEPTH: usize = 256;
/// Elements in a tree before start tags are passed over.
const MAX_ELEMENTS: usize = 200_000;
/// Repeated `<html>` and `<body>` tags that may still add their attributes.
const MAX_ROOTS: usize = 4;
/// Different attribute names in a tree. They are interned, in a table that is slow when it is full.
const MAX_NAMES: usize = 2000;
/// End tags after which the depth is measured again, once it was too great.
const PATIENCE: usize = 8;

/// A tree builder that is shown no more than fits.
pub(super) struct Bounded {
    builder: TreeBuilder<Id, HtmlTreeSink>,
    /// Start tags that may pass before the depth is measured again.
    room: Cell<usize>,
    /// End tags to come before anything may be opened again; 0 while there is room.
    full: Cell<usize>,
    elements: Cell<usize>,
    roots: Cell<usize>,
    names: RefCell<HashSet<LocalName>>,
    /// The raw-text element whose start tag was passed over, so that its text is too.
    skipped: RefCell<Option<LocalName>>,
}

impl Bounded {
    pub(super) fn new(builder: TreeBuilder<Id, HtmlTreeSink>) -> Self {
        Self {
            builder,
            room: Cell::new(0),
            full: Cell::new(0),
            elements: Cell::new(0),
            roots: Cell::new(0),
            names: RefCell::new(HashSet::new()),
            skipped: RefCell::new(None),
        }
    }

    /// What was built.
    pub(super) fn into_tree(self) -> Html {
        self.builder.sink.finish()
    }

    fn admits(&self, name: &LocalName) -> bool {
        if matches!(*name, local_name!("html") | local_name!("body")) {
            self.roots.set(self.roots.get() + 1);
            return self.roots.get() <= MAX_ROOTS;
        }
        self.elements.set(self.elements.get() + 1);
        if self.elements.get() > MAX_ELEMENTS {
            return false;
        }
        self.is_childless(name) || self.has_room()
    }

    /// Whether the element is never left open. In SVG and MathML any element may be.
    fn is_childless(&self, name: &LocalName) -> bool {
        !self.builder.adjusted_current_node_present_but_not_in_html_namespace()
            && matches!(
                *name,
                local_name!("br") | local_name!("hr") | local_name!("img") | local_name!("wbr")
            )
    }

    fn has_room(&self) -> bool {
        if self.full.get() > 0 {
            return false;
        }
        if self.room.get() == 0 {
            let open = Count(Cell::new(0));
            self.builder.trace_handles(&open);
            self.room.set(MAX_DEPTH.saturating_sub(open.0.get()));
        }
        if self.room.get() == 0 {
            self.full.set(PATIENCE);
            return false;
        }
        self.room.set(self.room.get() - 1);
        true
    }

    /// Takes attributes away whose names are new when there are too many names already.
    fn limit_names(&self, tag: &mut Tag) {
        let mut names = self.names.borrow_mut();
        tag.attrs.retain(|attribute| {
            let name = &attribute.name.local;
            names.contains(name) || names.len() < MAX_NAMES && names.insert(name.clone())
        });
    }

    /// A start tag that has no place: its raw text, if it has such, goes with it.
    fn pass_over(&self, name: &LocalName) -> TokenSinkResult<Id> {
        let kind = match *name {
            local_name!("script") => RawKind::ScriptData,
            local_name!("style")
            | local_name!("iframe")
            | local_name!("xmp")
            | local_name!("noembed")
            | local_name!("noframes") => RawKind::Rawtext,
            local_name!("textarea") | local_name!("title") => RawKind::Rcdata,
            _ => return TokenSinkResult::Continue,
        };
        self.skipped.replace(Some(name.clone()));
        TokenSinkResult::RawData(kind)
    }

    /// Whether the token belongs to a raw-text element that was passed over.
    fn is_skipped(&self, token: &Token) -> bool {
        let mut skipped = self.skipped.borrow_mut();
        let Some(name) = skipped.as_ref() else { return false };
        let ends = matches!(token, Token::TagToken(tag) if tag.kind == TagKind::EndTag && tag.name == *name);
        if ends || matches!(token, Token::EOFToken) {
            *skipped = None;
        }
        !matches!(token, Token::EOFToken)
    }
}

impl TokenSink for Bounded {
    type Handle = Id;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Id> {
        if self.is_skipped(&token) {
            return TokenSinkResult::Continue;
        }
        let mut token = token;
        if let Token::TagToken(tag) = &mut token {
            if tag.kind == TagKind::EndTag {
                self.full.set(self.full.get().saturating_sub(1));
            } else if self.admits(&tag.name) {
                self.limit_names(tag);
            } else {
                return self.pass_over(&tag.name);
            }
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Counts what the tree builder holds open.
struct Count(Cell<usize>);

impl Tracer for Count {
    type Handle = Id;

    fn trace_handle(&self, _: &Id) {
        self.0.set(self.0.get() + 1);
    }
}
