//! Rules on a tree: what matches, and what goes.

use scraper::{ElementRef, Html, Node};

use super::rules::{Css, Rules};
use crate::html::dom::{self, Id};

/// Readings of the result until it stands still.
const MAX_ROUNDS: usize = 5;

/// See [`super::apply`].
pub(super) fn apply(fragment: &str, rules: &Rules) -> String {
    let mut tree = dom::fragment(fragment);
    let stop = matches(&tree, &rules.stop_at).into_iter().next();
    let removed = matches(&tree, &rules.remove);
    let unwrapped = matches(&tree, &rules.unwrap);
    if let Some(stop) = stop {
        cut_from(&mut tree, stop);
    }
    for id in removed.into_iter().chain(comments(&tree)) {
        detach(&mut tree, id);
    }
    for id in unwrapped {
        unwrap(&mut tree, id);
    }
    settled(write(&tree))
}

/// The elements that match, in the order of the text, without those inside another.
pub(super) fn outermost<'a>(tree: &'a Html, css: &Css) -> Vec<ElementRef<'a>> {
    let mut found: Vec<ElementRef<'a>> = Vec::new();
    for element in tree.tree.root().descendants().filter_map(ElementRef::wrap) {
        let inside = |outer: &ElementRef<'_>| element.ancestors().any(|a| a.id() == outer.id());
        if css.selector.matches(&element) && !found.last().is_some_and(inside) {
            found.push(element);
        }
    }
    found
}

/// Whether the elements hold neither text nor anything to look at or to listen to.
pub(super) fn is_empty(found: &[ElementRef<'_>]) -> bool {
    !found.iter().flat_map(|element| element.descendants()).any(|node| match node.value() {
        Node::Text(text) => text.chars().any(|c| !c.is_whitespace()),
        Node::Element(element) => matches!(element.name(), "img" | "video" | "audio" | "iframe"),
        _ => false,
    })
}

/// The elements that match any of the selectors, in the order of the text.
fn matches(tree: &Html, list: &[Css]) -> Vec<Id> {
    if list.is_empty() {
        return Vec::new();
    }
    let inside = tree.root_element().descendants().skip(1).filter_map(ElementRef::wrap);
    let matching = inside.filter(|element| list.iter().any(|css| css.selector.matches(element)));
    matching.map(|element| element.id()).collect()
}

fn comments(tree: &Html) -> Vec<Id> {
    let nodes = tree.tree.root().descendants();
    let unread = |node: &Node| matches!(node, Node::Comment(_) | Node::ProcessingInstruction(_));
    nodes.filter(|node| unread(node.value())).map(|node| node.id()).collect()
}

/// Drops the element and all that follows it.
fn cut_from(tree: &mut Html, id: Id) {
    let Some(node) = tree.tree.get(id) else { return };
    let mut after: Vec<Id> = vec![id];
    after.extend(node.next_siblings().map(|next| next.id()));
    for ancestor in node.ancestors() {
        after.extend(ancestor.next_siblings().map(|next| next.id()));
    }
    for id in after {
        detach(tree, id);
    }
}

fn detach(tree: &mut Html, id: Id) {
    if let Some(mut node) = tree.tree.get_mut(id) {
        node.detach();
    }
}

fn unwrap(tree: &mut Html, id: Id) {
    let Some(node) = tree.tree.get(id) else { return };
    // An element that was removed has no place to leave its content in.
    if node.parent().is_none() {
        return;
    }
    let children: Vec<Id> = node.children().map(|child| child.id()).collect();
    let Some(mut node) = tree.tree.get_mut(id) else { return };
    for child in children {
        node.insert_id_before(child);
    }
    node.detach();
}

fn write(tree: &Html) -> String {
    dom::inner(tree.root_element())
}

/// Some markup changes each time it is read and written; what is given here no longer does.
fn settled(mut markup: String) -> String {
    for _ in 0..MAX_ROUNDS {
        let again = write(&dom::fragment(&markup));
        if again == markup {
            break;
        }
        markup = again;
    }
    markup
}
