//! The small tree of one entry, or of what surrounds the entries; borrows from the document.

use url::Url;

use super::attributes::Attributes;
use super::names::Space;

/// An element or a run of characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    pub(super) what: What<'a>,
    pub(super) parent: u32,
    first: u32,
    last: u32,
    next: u32,
    /// Which of [`Tree::bases`] holds for it.
    pub(super) base: u32,
    /// Its language, empty where unknown.
    pub(super) language: &'a str,
}

/// What a node is.
#[derive(Clone, Copy, Debug)]
pub(super) enum What<'a> {
    Element {
        space: Space,
        name: &'a str,
        written: &'a str,
        attributes: Attributes<'a>,
    },
    /// Characters with their references undecoded.
    Text(&'a str),
    /// Characters that hold no references.
    Literal(&'a str),
}

/// No node.
const NONE: u32 = u32::MAX;

/// An arena: nodes by number, in document order.
#[derive(Default)]
pub(super) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    /// The addresses that `xml:base` names; the first is the document's own.
    bases: Vec<Option<Url>>,
}

/// How large the tree was at some point, for [`Tree::shrink`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Size(usize, usize);

impl<'a> Tree<'a> {
    /// More nodes of one entry are ignored.
    pub(super) const MOST: usize = 200_000;

    pub(super) fn new(base: Option<&Url>) -> Self {
        Self { nodes: Vec::with_capacity(256), bases: vec![base.cloned()] }
    }

    pub(super) fn size(&self) -> Size {
        Size(self.nodes.len(), self.bases.len())
    }

    /// Forgets every node since then; none before may have been given children.
    pub(super) fn shrink(&mut self, size: Size) {
        self.nodes.truncate(size.0);
        self.bases.truncate(size.1);
    }

    pub(super) fn is_full(&self) -> bool {
        self.nodes.len() >= Self::MOST
    }

    /// Adds a node that no other holds.
    pub(super) fn add_root(&mut self, what: What<'a>, base: u32, language: &'a str) -> u32 {
        let node = self.nodes.len() as u32;
        self.nodes.push(Node {
            what,
            parent: NONE,
            first: NONE,
            last: NONE,
            next: NONE,
            base,
            language,
        });
        node
    }

    /// Adds a node as the last child of its parent.
    pub(super) fn add(&mut self, parent: u32, what: What<'a>, base: u32, language: &'a str) -> u32 {
        let node = self.add_root(what, base, language);
        if let Some(new) = self.nodes.get_mut(node as usize) {
            new.parent = parent;
        }
        let Some(above) = self.nodes.get_mut(parent as usize) else { return node };
        let before = std::mem::replace(&mut above.last, node);
        if before == NONE {
            above.first = node;
        } else if let Some(before) = self.nodes.get_mut(before as usize) {
            before.next = node;
        }
        node
    }

    /// Gives a node a base address and a language of its own.
    pub(super) fn rescope(&mut self, node: u32, base: u32, language: &'a str) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.base = base;
            node.language = language;
        }
    }

    /// Adds a base address, relative to another; gives its number.
    pub(super) fn add_base(&mut self, outer: u32, address: &str) -> u32 {
        let address = address.trim();
        let joined = match self.base(outer) {
            Some(outer) => outer.join(address).ok(),
            None => Url::parse(address).ok(),
        };
        if joined.is_none() || self.bases.len() >= Self::MOST {
            return outer;
        }
        self.bases.push(joined);
        (self.bases.len() - 1) as u32
    }

    pub(super) fn base(&self, number: u32) -> Option<&Url> {
        self.bases.get(number as usize)?.as_ref()
    }

    pub(super) fn get(&self, node: u32) -> Option<&Node<'a>> {
        self.nodes.get(node as usize)
    }

    /// The children in order.
    pub(super) fn children(&self, node: u32) -> impl Iterator<Item = (u32, &Node<'a>)> {
        let mut at = self.get(node).map_or(NONE, |node| node.first);
        std::iter::from_fn(move || {
            let number = at;
            let node = self.get(number)?;
            at = node.next;
            Some((number, node))
        })
    }

    /// The child elements in order.
    pub(super) fn elements(&self, node: u32) -> impl Iterator<Item = Element<'_, 'a>> {
        self.children(node).filter_map(|(number, _)| self.element(number))
    }

    /// The node as an element, if it is one.
    pub(super) fn element(&self, number: u32) -> Option<Element<'_, 'a>> {
        let node = self.get(number)?;
        match node.what {
            What::Element { space, name, written, attributes } => Some(Element {
                tree: self,
                number,
                space,
                name,
                written,
                attributes,
                base: node.base,
                language: node.language,
            }),
            _ => None,
        }
    }

    /// The next node in document order that is not below `node`, within `root`; and how many elements end before it.
    pub(super) fn after(
        &self,
        root: u32,
        mut node: u32,
        mut leave: impl FnMut(u32),
    ) -> Option<u32> {
        loop {
            if node == root {
                return None;
            }
            let here = self.get(node)?;
            if here.next != NONE {
                return Some(here.next);
            }
            node = here.parent;
            if node != root {
                leave(node);
            }
        }
    }

    /// The first child.
    pub(super) fn first(&self, node: u32) -> Option<u32> {
        self.get(node).map(|node| node.first).filter(|first| *first != NONE)
    }
}

/// An element in its tree.
#[derive(Clone, Copy)]
pub(super) struct Element<'t, 'a> {
    pub(super) tree: &'t Tree<'a>,
    pub(super) number: u32,
    pub(super) space: Space,
    /// Local name in lower case, where it is one that is read.
    pub(super) name: &'a str,
    /// Name with its prefix, as written.
    pub(super) written: &'a str,
    pub(super) attributes: Attributes<'a>,
    base: u32,
    pub(super) language: &'a str,
}

impl<'t, 'a> Element<'t, 'a> {
    /// The child elements in order.
    pub(super) fn elements(self) -> impl Iterator<Item = Element<'t, 'a>> {
        self.tree.elements(self.number)
    }

    /// The address that relative ones in it are relative to.
    pub(super) fn base(self) -> Option<&'t Url> {
        self.tree.base(self.base)
    }
}
