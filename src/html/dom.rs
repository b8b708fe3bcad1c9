//! Markup to a tree whose depth, size and attributes are bounded, however the markup is nested.

use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::TreeSink;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::State;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, create_element};
use html5ever::{QualName, TokenizerResult, local_name, ns};
use scraper::{Html, HtmlTreeSink};
use std::borrow::Cow;

use super::attributes;
use super::bounded::Bounded;
pub(crate) use super::markup::{inner, outer};

/// Bytes of markup that are read; what follows is left out.
const MAX_BYTES: usize = 10 << 20;

/// A node's place in a tree.
pub(crate) type Id = <HtmlTreeSink as TreeSink>::Handle;

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
    tokenizer.sink.into_tree()
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
