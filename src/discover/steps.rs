//! What a single element can be tested for in a selector.

use std::collections::BTreeSet;
use std::fmt;

use super::columns::{escaped, is_word};
use super::names::{self, Lasting};
use super::outline::Outline;

/// One test of an element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Test {
    Id(String),
    Class(String),
    /// A class that begins with, or holds, this text.
    Stem(String),
    Attribute(&'static str, String),
    /// An id that begins with this text.
    IdStem(String),
    Nth(usize),
    Not(Box<Test>),
    /// Any attribute of this name.
    Named(String),
    HasClass(String),
    HasTag(String),
    HasLink,
}

pub(super) fn tag_cost(tag: &str) -> f64 {
    match tag {
        "article" | "main" => 0.4,
        "li" | "tr" | "dl" | "dt" | "section" => 1.0,
        "ul" | "ol" | "tbody" | "table" | "td" | "body" => 1.5,
        _ => 2.2,
    }
}

/// What an element can be tested for, with the cost of each.
pub(super) fn tests(outline: &Outline<'_>, index: usize) -> Vec<(Test, f64)> {
    let Some(node) = outline.node(index) else { return Vec::new() };
    let mut all = Vec::new();
    if let Some(id) = node.id.filter(|id| is_word(id)) {
        match names::lasting(id) {
            Lasting::Word | Lasting::Plain => all.push((Test::Id(id.to_owned()), 0.4)),
            Lasting::Looks => all.push((Test::Id(id.to_owned()), 1.0)),
            Lasting::Generated | Lasting::Passing => {}
        }
    }
    if let Some(stem) = node.id.and_then(names::numbered) {
        let digits = stem.chars().any(|c| c.is_ascii_digit());
        all.push((Test::IdStem(stem.to_owned()), if digits { 2.6 } else { 1.6 }));
    }
    for class in &node.classes {
        let class = (*class).to_owned();
        let long = class.len().min(40) as f64 * 0.015;
        match names::lasting(&class) {
            // Of two good names the shorter says less about the single item.
            Lasting::Word => all.push((Test::Class(class), 0.4 + long)),
            Lasting::Plain => all.push((Test::Class(class), 0.6 + long)),
            Lasting::Looks => all.push((Test::Class(class), 3.0)),
            Lasting::Generated => match names::stem(&class) {
                Some(stem) => all.push((Test::Stem(stem.to_owned()), 1.1)),
                None => all.push((Test::Class(class), 6.0)),
            },
            Lasting::Passing => {}
        }
    }
    for name in ["itemtype", "itemprop", "role", "data-testid", "data-component", "data-type"] {
        let value = outline.attribute(index, name);
        let value = value.map(|value| value.rsplit('/').next().unwrap_or(value));
        if let Some(value) = value.filter(|value| is_word(value)) {
            all.push((Test::Attribute(name, value.to_owned()), 0.7));
        }
    }
    all
}

/// What is inside an element, as tests of it.
pub(super) fn inner(outline: &Outline<'_>, item: usize) -> Vec<Test> {
    let (mut classes, mut tags) = (BTreeSet::new(), BTreeSet::new());
    for node in outline.within(item).skip(1).take(60).filter_map(|index| outline.node(index)) {
        classes.extend(node.classes.iter().copied());
        tags.insert(node.tag);
    }
    let lasting = |class: &&str| matches!(names::lasting(class), Lasting::Word | Lasting::Plain);
    let classes = classes.into_iter().filter(lasting);
    let classes = classes.map(|class| Test::HasClass(class.to_owned()));
    classes.chain(tags.into_iter().map(|tag| Test::HasTag(tag.to_owned()))).collect()
}

pub(super) fn holds(outline: &Outline<'_>, index: usize, test: &Test) -> bool {
    let Some(node) = outline.node(index) else { return false };
    match test {
        Test::Id(id) => node.id == Some(id.as_str()),
        Test::Class(class) => node.classes.contains(&class.as_str()),
        Test::Stem(stem) => {
            node.element.value().attr("class").is_some_and(|all| all.contains(stem.as_str()))
        }
        Test::Attribute(name, value) => {
            let full = node.element.value().attr(name);
            full.is_some_and(|full| full.contains(value.as_str()))
        }
        Test::IdStem(stem) => node.id.is_some_and(|id| id.starts_with(stem.as_str())),
        Test::Named(name) => node.element.value().attr(name).is_some(),
        Test::HasClass(class) => outline.holds_one(index, outline.classed(class)),
        Test::HasTag(tag) => outline.holds_one(index, outline.tagged(tag)),
        Test::Nth(nth) => node.nth == *nth,
        Test::Not(test) => !holds(outline, index, test),
        Test::HasLink => node.links > usize::from(node.link.is_some()),
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "#{}", escaped(id)),
            Self::Class(class) => write!(f, ".{}", escaped(class)),
            Self::Stem(stem) => write!(f, "[class*=\"{stem}\"]"),
            Self::Attribute("itemtype", value) => write!(f, "[itemtype*=\"{value}\"]"),
            Self::Attribute(name, value) => write!(f, "[{name}=\"{value}\"]"),
            Self::IdStem(stem) => write!(f, "[id^=\"{stem}\"]"),
            Self::Named(name) => write!(f, "[{name}]"),
            Self::HasTag(tag) => write!(f, ":has({tag})"),
            Self::HasClass(class) => write!(f, ":has(.{})", escaped(class)),
            Self::Nth(nth) => write!(f, ":nth-child({nth})"),
            Self::Not(test) => write!(f, ":not({test})"),
            Self::HasLink => f.write_str(":has(a[href])"),
        }
    }
}
