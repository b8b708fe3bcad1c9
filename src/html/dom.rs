//! Markup to a tree whose depth, size and attributes are bounded, however the markup is nested.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::{Tracer, TreeSink};
use html5ever::serialize::{SerializeOpts, TraversalScope, serialize};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, State};
use html5ever::tokenizer::{TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, create_element};
use html5ever::{LocalName, QualName, TokenizerResult, local_name, ns};
use scraper::{ElementRef, Html, HtmlTreeSink};

use super::attributes;

/// Bytes of markup that are read; what follows is left out.
const MAX_BYTES: usize = 10 << 20;
/// Open elements before start tags are passed over; a tree gets at most twice as deep.
const MAX_DEPTH: usize = 256;
/// Elements in a tree before start tags are passed over.
const MAX_ELEMENTS: usize = 200_000;
/// Repeated `<html>` and `<body>` tags that may still add their attributes.
const MAX_ROOTS: usize = 4;

type Id = <HtmlTreeSink as TreeSink>::Handle;

/// A fragment's tree; scripting counts as off, so `noscript` holds elements.
pub(crate) fn fragment(markup: &str) -> Html {
    let sink = HtmlTreeSink::new(Html::new_fragment());
    let body = QualName::new(None, ns!(html), local_name!("body"));
    let context = create_element(&sink, body, Vec::new());
    let builder = TreeBuilder::new_for_fragment(sink, context, None, options());
    let state = builder.tokenizer_state_for_context_elem(false);
    parse(builder, Some(state), markup)
}

/// A whole page's tree; scripting counts as off, so `noscript` holds elements.
pub(crate) fn page(markup: &str) -> Html {
    let sink = HtmlTreeSink::new(Html::new_document());
    parse(TreeBuilder::new(sink, options()), None, markup)
}

/// An element's content as markup, with scripting off as when it was read.
pub(crate) fn inner(element: ElementRef<'_>) -> String {
    write(element, TraversalScope::ChildrenOnly(None))
}

/// An element as markup.
pub(crate) fn outer(element: ElementRef<'_>) -> String {
    write(element, TraversalScope::IncludeNode)
}

fn write(element: ElementRef<'_>, traversal_scope: TraversalScope) -> String {
    let options =
        SerializeOpts { scripting_enabled: false, traversal_scope, create_missing_parent: true };
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = serialize(&mut bytes, &element, options);
    String::from_utf8(bytes).unwrap_or_default()
}

fn options() -> TreeBuilderOpts {
    TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() }
}

fn parse(
    builder: TreeBuilder<Id, HtmlTreeSink>,
    initial_state: Option<State>,
    markup: &str,
) -> Html {
    let markup = attributes::bounded(cut(markup));
    let sink = Bounded::new(builder);
    let tokenizer =
        Tokenizer::new(sink, TokenizerOpts { initial_state, ..TokenizerOpts::default() });
    let queue = BufferQueue::default();
    queue.push_back(tendril(markup));
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.builder.sink.finish()
}

fn tendril(markup: Cow<'_, str>) -> StrTendril {
    match markup {
        Cow::Borrowed(text) => StrTendril::from_slice(text),
        Cow::Owned(text) => StrTendril::from(text),
    }
}

fn cut(markup: &str) -> &str {
    let end = markup.floor_char_boundary(MAX_BYTES);
    markup.get(..end).unwrap_or_default()
}

/// Stands between tokenizer and tree builder and passes over what would grow without bound.
struct Bounded {
    builder: TreeBuilder<Id, HtmlTreeSink>,
    /// Start tags that may pass before the depth is measured again.
    room: Cell<usize>,
    /// Whether the depth was too great and nothing has been closed since.
    full: Cell<bool>,
    elements: Cell<usize>,
    roots: Cell<usize>,
    /// The raw-text element whose start tag was passed over, so that its text is too.
    skipped: RefCell<Option<LocalName>>,
}

impl Bounded {
    fn new(builder: TreeBuilder<Id, HtmlTreeSink>) -> Self {
        Self {
            builder,
            room: Cell::new(0),
            full: Cell::new(false),
            elements: Cell::new(0),
            roots: Cell::new(0),
            skipped: RefCell::new(None),
        }
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
        if self.full.get() {
            return false;
        }
        if self.room.get() == 0 {
            let open = Count(Cell::new(0));
            self.builder.trace_handles(&open);
            self.room.set(MAX_DEPTH.saturating_sub(open.0.get()));
        }
        self.full.set(self.room.get() == 0);
        self.room.set(self.room.get().saturating_sub(1));
        !self.full.get()
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
        match &token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag && !self.admits(&tag.name) => {
                return self.pass_over(&tag.name);
            }
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => self.full.set(false),
            _ => {}
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
