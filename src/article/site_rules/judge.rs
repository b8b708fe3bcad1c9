//! Which of two bodies of the same page is to be preferred.

use scraper::{ElementRef, Node};

use crate::article::Found;
use crate::html::dom;

/// What counts of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Characters without white space.
    pub text: usize,
    /// Those of them inside links.
    pub linked: usize,
}

/// Whether the first body says something, is not mostly links, and has more than half the text of
/// the second.
pub fn at_least_as_good(a: &Found, b: &Found) -> bool {
    let (a, b) = (weigh(&a.fragment.html), weigh(&b.fragment.html));
    stands_alone(a) && a.text * 2 > b.text
}

/// Whether a body says something and is not mostly links.
pub(super) fn stands_alone(weight: Weight) -> bool {
    weight.text > 0 && weight.linked * 2 <= weight.text
}

pub(super) fn weigh(fragment: &str) -> Weight {
    let tree = dom::fragment(fragment);
    let mut weight = Weight::default();
    let mut node = tree.tree.root().first_child();
    let mut link = None;
    while let Some(at) = node {
        match at.value() {
            Node::Text(text) => {
                let count = text.chars().filter(|c| !c.is_whitespace()).count();
                weight.text += count;
                weight.linked += if link.is_some() { count } else { 0 };
            }
            Node::Element(element) if link.is_none() && element.name() == "a" => {
                link = Some(at.id());
            }
            _ => {}
        }
        let unread = ElementRef::wrap(at)
            .is_some_and(|element| matches!(element.value().name(), "script" | "style"));
        let mut end = at;
        node = at.first_child().filter(|_| !unread);
        while node.is_none() {
            if link == Some(end.id()) {
                link = None;
            }
            node = end.next_sibling();
            let Some(parent) = end.parent() else { return weight };
            end = parent;
        }
    }
    weight
}
