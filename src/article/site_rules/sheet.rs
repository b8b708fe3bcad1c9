//! A page that rules ask and change, with the work they may still do on it.

use html5ever::{LocalName, QualName, ns};
use scraper::node::Element;
use scraper::{ElementRef, Html, Node, StrTendril};

use super::xpath::{Fuel, Index, Item, Spent, Value, XPath};
use crate::html::dom::{self, Id};

/// What all rules together may cost on a page: well under a second.
const FUEL: usize = 20_000_000;

/// Elements inside each other. Pages are parsed to less; rules that wrap and move may exceed it.
const MAX_DEPTH: usize = 600;

/// A page's tree, and an index of it while it is not changed.
pub(super) struct Sheet {
    tree: Html,
    index: Option<Index>,
    fuel: Fuel,
}

/// What a path led to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Match {
    Node(Id),
    /// An attribute of an element, by its name.
    Attribute(Id, String),
}

impl Sheet {
    pub fn of(markup: &str) -> Self {
        Self { tree: dom::page(markup), index: None, fuel: Fuel::new(FUEL) }
    }

    pub fn tree(&self) -> &Html {
        &self.tree
    }

    /// The tree's index, and what may still be spent.
    pub fn indexed(&mut self) -> Result<(&Html, &Index, &Fuel), Spent> {
        let index = if let Some(index) = self.index.take() {
            index
        } else {
            let index = Index::of(&self.tree);
            self.fuel.spend(index.len())?;
            index
        };
        Ok((&self.tree, self.index.insert(index), &self.fuel))
    }

    pub fn value(&mut self, path: &XPath) -> Result<Value, Spent> {
        let (tree, index, fuel) = self.indexed()?;
        path.value(tree, index, fuel)
    }

    /// Whether a path leads anywhere, or its value is true.
    pub fn holds(&mut self, path: &XPath) -> Result<bool, Spent> {
        Ok(match self.value(path)? {
            Value::Nodes(nodes) => !nodes.is_empty(),
            Value::Text(text) => !text.is_empty(),
            Value::Number(number) => number > 0.0,
            Value::Truth(truth) => truth,
        })
    }

    /// What a path leads to, in the order of the page.
    pub fn matches(&mut self, path: &XPath) -> Result<Vec<Match>, Spent> {
        let Value::Nodes(items) = self.value(path)? else { return Ok(Vec::new()) };
        let (tree, index, _) = self.indexed()?;
        Ok(items.into_iter().filter_map(|item| matched(tree, index, item)).collect())
    }

    /// The elements among them, by their ids.
    pub fn elements(&mut self, path: &XPath) -> Result<Vec<Id>, Spent> {
        let matches = self.matches(path)?.into_iter();
        let element = |found| match found {
            Match::Node(id) => self.element(id).map(|_| id),
            Match::Attribute(..) => None,
        };
        Ok(matches.filter_map(element).collect())
    }

    pub fn element(&self, id: Id) -> Option<ElementRef<'_>> {
        self.tree.tree.get(id).and_then(ElementRef::wrap)
    }

    /// A node's text as it stands, an attribute's value, or the text below an element.
    pub fn text(&self, found: &Match) -> String {
        match found {
            Match::Attribute(id, name) => {
                let value = self.element(*id).and_then(|element| element.attr(name));
                value.unwrap_or_default().to_owned()
            }
            Match::Node(id) => match self.tree.tree.get(*id).map(|node| node.value()) {
                Some(Node::Text(text)) => text.to_string(),
                _ => self.element(*id).map(|e| e.text().collect()).unwrap_or_default(),
            },
        }
    }

    /// Takes an attribute, or a node with all below it; the frame of the page stays.
    pub fn remove(&mut self, found: &Match) {
        match found {
            Match::Attribute(id, name) => self.set(*id, name, None),
            Match::Node(id) if !self.is_frame(*id) => self.detach(*id),
            Match::Node(_) => {}
        }
    }

    pub fn detach(&mut self, id: Id) {
        if let Some(mut node) = self.tree.tree.get_mut(id) {
            node.detach();
            self.index = None;
        }
    }

    /// Gives an attribute another value, or takes it away.
    pub fn set(&mut self, id: Id, name: &str, value: Option<&str>) {
        let Some(mut node) = self.tree.tree.get_mut(id) else { return };
        let Node::Element(element) = node.value() else { return };
        element.attrs.retain(|(other, _)| &*other.local != name);
        if let Some(value) = value {
            let name = QualName::new(None, ns!(), LocalName::from(name));
            element.attrs.push((name, StrTendril::from_slice(value)));
            // The tree looks names up by bisection.
            element.attrs.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        }
        self.index = None;
    }

    /// Puts nodes that are neighbours into a new element in their place.
    pub fn wrap(&mut self, name: &str, nodes: &[Id]) {
        let Some(first) = nodes.first().filter(|first| !self.is_frame(**first)) else { return };
        let name = QualName::new(None, ns!(html), LocalName::from(name));
        let Some(mut first) = self.tree.tree.get_mut(*first) else { return };
        if first.parent().is_none() {
            return;
        }
        let mut wrapper = first.insert_before(Node::Element(Element::new(name, Vec::new())));
        for id in nodes {
            wrapper.append_id(*id);
        }
        self.index = None;
    }

    /// Puts an element at the end of another, unless it holds that one.
    pub fn put(&mut self, id: Id, into: Id) {
        let Some(target) = self.tree.tree.get(into) else { return };
        if into == id || self.is_frame(id) || target.ancestors().any(|ancestor| ancestor.id() == id)
        {
            return;
        }
        if let Some(mut target) = self.tree.tree.get_mut(into) {
            target.append_id(id);
            self.index = None;
        }
    }

    /// Whether the page may be written, which takes a step into each level.
    pub fn settle(&mut self) -> Result<(), Spent> {
        let (_, index, _) = self.indexed()?;
        if index.depth() > MAX_DEPTH { Err(Spent) } else { Ok(()) }
    }

    /// The whole page as markup, once it is settled.
    pub fn markup(&self) -> String {
        dom::outer(self.tree.root_element())
    }

    /// Whether a page would be none without it.
    fn is_frame(&self, id: Id) -> bool {
        let name = self.element(id).map(|element| element.value().name());
        matches!(name, Some("html" | "head" | "body"))
    }
}

fn matched(tree: &Html, index: &Index, item: Item) -> Option<Match> {
    let id = index.id(item.node)?;
    let Some(number) = item.attribute.checked_sub(1) else { return Some(Match::Node(id)) };
    let element = tree.tree.get(id)?.value().as_element()?;
    Some(Match::Attribute(id, element.attrs().nth(number as usize)?.0.to_owned()))
}
