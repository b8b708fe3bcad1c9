//! The columns of a group: for each simple selector, what it finds first in each item.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::names::{self, Lasting};
use super::outline::Outline;

/// Items that are looked at; a longer list is looked at in even steps.
const SAMPLED: usize = 40;
/// Elements of an item that are looked at.
const MOST_NODES: usize = 120;

/// A group as a table: a row for each item that is looked at.
pub(super) struct Table {
    pub(super) items: Vec<usize>,
    /// Those that give something in a third of the items or more; the item's own element first.
    pub(super) columns: Vec<Column>,
}

/// One selector and its finds.
#[derive(Debug)]
pub(super) struct Column {
    /// A selector inside the item; `.` is the item.
    pub(super) selector: String,
    /// How little the selector is likely to last.
    pub(super) cost: f64,
    /// The first element found in each item.
    pub(super) cells: Vec<Option<usize>>,
}

impl Column {
    /// The share of items in which it finds something.
    pub(super) fn found(&self) -> usize {
        self.cells.iter().flatten().count()
    }
}

impl Table {
    /// The table of a group.
    pub(super) fn of(outline: &Outline<'_>, group: &[usize]) -> Self {
        let step = group.len().div_ceil(SAMPLED).max(1);
        let items: Vec<_> = group.iter().copied().step_by(step).collect();
        let mut found: HashMap<String, (f64, Vec<Option<usize>>, usize)> = HashMap::new();
        for (row, item) in items.iter().enumerate() {
            for node in outline.within(*item).skip(1).take(MOST_NODES) {
                for (selector, cost) in selectors(outline, *item, node) {
                    let order = found.len();
                    let column = found
                        .entry(selector)
                        .or_insert_with(|| (cost, vec![None; items.len()], order));
                    if let Some(cell @ None) = column.1.get_mut(row) {
                        *cell = Some(node);
                    }
                }
            }
        }
        let mut columns: Vec<_> = found.into_iter().collect();
        columns.sort_by_key(|(_, (_, _, order))| *order);
        let own = Column {
            selector: ".".to_owned(),
            cost: 0.0,
            cells: items.iter().copied().map(Some).collect(),
        };
        let columns = columns
            .into_iter()
            .map(|(selector, (cost, cells, _))| Column { selector, cost, cells })
            .filter(|column| column.found() * 3 >= items.len());
        let columns = std::iter::once(own).chain(columns).collect();
        Self { items, columns }
    }
}

/// The selectors by which an element of an item can be named, with their costs.
fn selectors(outline: &Outline<'_>, item: usize, node: usize) -> Vec<(String, f64)> {
    let own = compounds(outline, node);
    let mut all = own.clone();
    let around = outline.ancestors(node).take_while(|up| *up != item).take(3);
    for (steps, up) in around.enumerate() {
        let far = steps as f64 * 0.3;
        let Some((plain, plain_cost)) = own.first() else { break };
        for (outer, cost) in compounds(outline, up) {
            all.push((format!("{outer} {plain}"), cost + plain_cost + 0.4 + far));
        }
    }
    all
}

/// An element by itself: by tag, by class, by what it is a property of, by its place.
fn compounds(outline: &Outline<'_>, index: usize) -> Vec<(String, f64)> {
    let Some(node) = outline.node(index) else { return Vec::new() };
    let mut all = vec![(node.tag.to_owned(), tag_cost(node.tag))];
    for class in &node.classes {
        match names::lasting(class) {
            Lasting::Word => all.push((format!(".{}", escaped(class)), 0.6)),
            Lasting::Plain => all.push((format!(".{}", escaped(class)), 0.9)),
            Lasting::Looks => all.push((format!("{}.{}", node.tag, escaped(class)), 3.5)),
            Lasting::Generated => match names::stem(class) {
                Some(stem) => all.push((format!("[class*=\"{stem}\"]"), 1.4)),
                None => all.push((format!(".{}", escaped(class)), 5.0)),
            },
            Lasting::Passing => {}
        }
    }
    if let Some(property) = outline.attribute(index, "itemprop").filter(|name| is_word(name)) {
        all.push((format!("[itemprop=\"{property}\"]"), 0.5));
    }
    for name in ["data-testid", "data-role", "data-type"] {
        if let Some(value) = outline.attribute(index, name).filter(|value| is_word(value)) {
            all.push((format!("[{name}=\"{value}\"]"), 1.0));
        }
    }
    if matches!(node.tag, "td" | "span" | "div" | "p" | "a" | "i" | "em" | "font" | "b") {
        let cost = if node.tag == "td" { 1.2 } else { 2.6 };
        all.push((format!("{}:nth-child({})", node.tag, node.nth), cost));
    }
    all
}

fn tag_cost(tag: &str) -> f64 {
    match tag {
        "a" | "time" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => 0.3,
        "p" | "img" | "figcaption" | "td" | "summary" => 0.8,
        "div" | "span" => 2.0,
        _ => 1.2,
    }
}

/// Whether a value can stand in a selector as it is.
pub(super) fn is_word(value: &str) -> bool {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    plain && value.len() <= 40 && !names::is_generated(value) && !value.chars().all(is_digit)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// A name as a selector needs it (CSSOM §2.1, "serialize an identifier").
pub(super) fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (at, c) in name.chars().enumerate() {
        let first_digit = at == 0 && c.is_ascii_digit();
        if first_digit || c.is_control() {
            let _ = write!(out, "\\{:x} ", u32::from(c));
        } else if c.is_alphanumeric() || "-_".contains(c) || !c.is_ascii() {
            out.push(c);
        } else {
            out.push('\\');
            out.push(c);
        }
    }
    out
}
