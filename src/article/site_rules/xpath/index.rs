//! A tree's nodes in document order, so that every axis is a range or a short walk.

use scraper::{Html, Node};

use crate::html::dom::Id;

/// No node.
const NONE: u32 = u32::MAX;

/// A node or an attribute; the order is that of the document (XPath 1.0 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) struct Item {
    /// The node's place in the index.
    pub node: u32,
    /// 0 for the node itself, else its attribute of this number, from 1.
    pub attribute: u32,
}

impl Item {
    /// The root of the tree.
    pub const ROOT: Self = Self { node: 0, attribute: 0 };

    pub(super) fn node(node: u32) -> Self {
        Self { node, attribute: 0 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    Element,
    Text,
    Comment,
    Instruction,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    id: Id,
    parent: u32,
    previous: u32,
    /// The first place behind its descendants.
    end: u32,
    kind: Kind,
}

/// A snapshot of a tree's shape.
#[derive(Debug)]
pub(in super::super) struct Index(Vec<Record>);

impl Index {
    pub fn of(tree: &Html) -> Self {
        let mut building = Building { records: Vec::new(), open: vec![(NONE, NONE)] };
        let root = tree.tree.root();
        let mut node = root;
        'nodes: loop {
            building.open(node.id(), node.value());
            if let Some(child) = node.first_child() {
                node = child;
                continue;
            }
            loop {
                building.close(node.value());
                match (node.next_sibling(), node.parent()) {
                    _ if node.id() == root.id() => break 'nodes,
                    (Some(next), _) => {
                        node = next;
                        break;
                    }
                    (None, Some(parent)) => node = parent,
                    (None, None) => break 'nodes,
                }
            }
        }
        Self(building.records)
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Nodes that hold each other, at the most.
    pub fn depth(&self) -> usize {
        let mut ends: Vec<u32> = Vec::new();
        let depth = |(node, record): (u32, &Record)| {
            while ends.last().is_some_and(|end| *end <= node) {
                ends.pop();
            }
            ends.push(record.end);
            ends.len()
        };
        (0..).zip(&self.0).map(depth).max().unwrap_or(0)
    }

    /// The node in the tree.
    pub fn id(&self, node: u32) -> Option<Id> {
        self.record(node).map(|record| record.id)
    }

    pub(super) fn kind(&self, node: u32) -> Option<Kind> {
        self.record(node).map(|record| record.kind)
    }

    pub(super) fn parent(&self, node: u32) -> Option<u32> {
        self.record(node).map(|record| record.parent).filter(|parent| *parent != NONE)
    }

    pub(super) fn previous(&self, node: u32) -> Option<u32> {
        self.record(node).map(|record| record.previous).filter(|previous| *previous != NONE)
    }

    pub(super) fn next(&self, node: u32) -> Option<u32> {
        let end = self.end(node);
        let parent = self.parent(node)?;
        (end < self.end(parent)).then_some(end)
    }

    pub(super) fn first_child(&self, node: u32) -> Option<u32> {
        (node + 1 < self.end(node)).then_some(node + 1)
    }

    /// The first place behind the node and its descendants.
    pub fn end(&self, node: u32) -> u32 {
        self.record(node).map_or(0, |record| record.end)
    }

    fn record(&self, node: u32) -> Option<&Record> {
        self.0.get(node as usize)
    }
}

struct Building {
    records: Vec<Record>,
    /// Open nodes, each with the last child it has so far.
    open: Vec<(u32, u32)>,
}

impl Building {
    fn open(&mut self, id: Id, value: &Node) {
        let Some(kind) = kind(value) else { return };
        let place = self.records.len() as u32;
        let (parent, previous) = self.open.last().copied().unwrap_or((NONE, NONE));
        if let Some(last) = self.open.last_mut() {
            last.1 = place;
        }
        self.records.push(Record { id, parent, previous, end: place + 1, kind });
        self.open.push((place, NONE));
    }

    fn close(&mut self, value: &Node) {
        if kind(value).is_none() {
            return;
        }
        let end = self.records.len() as u32;
        let place = self.open.pop().map_or(NONE, |(place, _)| place);
        if let Some(record) = self.records.get_mut(place as usize) {
            record.end = end;
        }
    }
}

/// A document type is no node (XPath 1.0 §5).
fn kind(value: &Node) -> Option<Kind> {
    match value {
        Node::Document | Node::Fragment => Some(Kind::Root),
        Node::Doctype(_) => None,
        Node::Comment(_) => Some(Kind::Comment),
        Node::Text(_) => Some(Kind::Text),
        Node::Element(_) => Some(Kind::Element),
        Node::ProcessingInstruction(_) => Some(Kind::Instruction),
    }
}
