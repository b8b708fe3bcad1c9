//! A page as a flat row of elements in reading order, with its links and how much text is where.

use std::collections::HashMap;

use scraper::{ElementRef, Html};
use url::Url;

use super::address;
use crate::listing;

/// Classes of an element that are looked at.
const MOST_CLASSES: usize = 16;
/// Elements deeper than this are passed over.
const DEEPEST: usize = 256;
/// Links that are looked at; no list page has more.
const MOST_LINKS: usize = 10_000;
/// Attributes that carry an address where scripts do the linking.
const LINKING: [&str; 4] = ["href", "data-href", "data-url", "data-link"];
/// Elements whose content nobody reads.
const UNREAD: &[&str] =
    &["script", "style", "noscript", "template", "svg", "head", "iframe", "select", "textarea"];

/// One element.
pub(super) struct Node<'p> {
    pub(super) element: ElementRef<'p>,
    pub(super) tag: &'p str,
    pub(super) id: Option<&'p str>,
    pub(super) classes: Vec<&'p str>,
    /// Its parent; the first element is its own.
    pub(super) parent: usize,
    /// One past its last descendant.
    pub(super) end: usize,
    /// Its place among the elements of its parent, from 1.
    pub(super) nth: usize,
    /// Links in it, itself included.
    pub(super) links: usize,
    /// Width of the text in it.
    pub(super) text: usize,
    /// Width of the text of the longest link in it.
    pub(super) longest: usize,
    /// The link that it is.
    pub(super) link: Option<Link>,
}

/// A link that leads somewhere else.
pub(super) struct Link {
    /// The attribute that says where.
    pub(super) attribute: &'static str,
    pub(super) url: Url,
    /// How much the address looks like that of an article, from 0 to 1.
    pub(super) worth: f64,
}

/// A page's elements.
pub(super) struct Outline<'p> {
    pub(super) nodes: Vec<Node<'p>>,
    by_tag: HashMap<&'p str, Vec<usize>>,
    by_class: HashMap<&'p str, Vec<usize>>,
    every: Vec<usize>,
}

impl<'p> Outline<'p> {
    /// Reads a parsed page that lies at an address.
    pub(super) fn new(page: &'p Html, url: &Url) -> Self {
        let base = base(page, url);
        let mut nodes = walk(page, |element| link(element, &base, url));
        sum_up(&mut nodes);
        let (mut by_tag, mut by_class): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) =
            (HashMap::new(), HashMap::new());
        for (index, node) in nodes.iter().enumerate() {
            by_tag.entry(node.tag).or_default().push(index);
            for class in &node.classes {
                by_class.entry(*class).or_default().push(index);
            }
        }
        let every = (0..nodes.len()).collect();
        Self { nodes, by_tag, by_class, every }
    }

    /// The element at an index; the root stands in for those that are not.
    pub(super) fn node(&self, index: usize) -> Option<&Node<'p>> {
        self.nodes.get(index)
    }

    /// The text of an element as list rules read it.
    pub(super) fn text(&self, index: usize) -> String {
        let text = self.nodes.get(index).map(|node| listing::page::text(node.element));
        text.unwrap_or_default()
    }

    /// An attribute that is not blank.
    pub(super) fn attribute(&self, index: usize, name: &str) -> Option<&'p str> {
        let value = self.nodes.get(index)?.element.value().attr(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The elements with a tag.
    pub(super) fn tagged(&self, tag: &str) -> &[usize] {
        self.by_tag.get(tag).map(Vec::as_slice).unwrap_or_default()
    }

    /// The elements with a class.
    pub(super) fn classed(&self, class: &str) -> &[usize] {
        self.by_class.get(class).map(Vec::as_slice).unwrap_or_default()
    }

    /// All elements.
    pub(super) fn every(&self) -> &[usize] {
        &self.every
    }

    /// From an element's parent up to the root.
    pub(super) fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> {
        let parent = |index: usize| self.nodes.get(index).map(|node| node.parent);
        let mut at = index;
        std::iter::from_fn(move || {
            let up = parent(at).filter(|up| *up != at)?;
            at = up;
            Some(up)
        })
    }

    /// Whether one of these elements, which stand in order, is inside an element.
    pub(super) fn holds_one(&self, index: usize, those: &[usize]) -> bool {
        let within = self.within(index);
        let from = those.partition_point(|other| *other <= within.start);
        those.get(from).is_some_and(|other| within.contains(other))
    }

    /// The element and all that is in it.
    pub(super) fn within(&self, index: usize) -> std::ops::Range<usize> {
        index..self.nodes.get(index).map_or(index, |node| node.end)
    }
}

/// The elements in reading order; what is open is a row, so that depth costs no stack.
fn walk<'p>(page: &'p Html, link: impl Fn(ElementRef<'p>) -> Option<Link>) -> Vec<Node<'p>> {
    let root = page.root_element();
    let mut nodes: Vec<Node<'p>> = Vec::new();
    // Each open element with the number of its children so far.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut links = 0;
    let mut at = *root;
    loop {
        let read = ElementRef::wrap(at)
            .filter(|one| !UNREAD.contains(&one.value().name()) && open.len() < DEEPEST);
        if let Some(element) = read {
            let mut node = node(element, nodes.len(), &mut open);
            node.link = if links < MOST_LINKS { link(element) } else { None };
            links += usize::from(node.link.is_some());
            open.push((nodes.len(), 0));
            nodes.push(node);
        } else if let Some(text) = at.value().as_text()
            && let Some(last) = open.last().and_then(|(last, _)| nodes.get_mut(*last))
        {
            last.text += width(text);
        }
        if let Some(child) = at.first_child().filter(|_| read.is_some()) {
            at = child;
            continue;
        }
        if read.is_some() {
            open.pop();
        }
        while at != *root && at.next_sibling().is_none() {
            let Some(parent) = at.parent() else { return nodes };
            at = parent;
            open.pop();
        }
        match at.next_sibling().filter(|_| at != *root) {
            Some(next) => at = next,
            None => return nodes,
        }
    }
}

fn node<'p>(element: ElementRef<'p>, index: usize, open: &mut [(usize, usize)]) -> Node<'p> {
    let value = element.value();
    let (parent, nth) = open.last_mut().map_or((0, 1), |(parent, children)| {
        *children += 1;
        (*parent, *children)
    });
    Node {
        element,
        tag: value.name(),
        id: value.attr("id").map(str::trim).filter(|id| !id.is_empty() && id.len() < 80),
        classes: value.classes().take(MOST_CLASSES).collect(),
        parent,
        end: index + 1,
        nth,
        links: 0,
        text: 0,
        longest: 0,
        link: None,
    }
}

/// Adds up from the last element to the first, so that children come before their parents.
fn sum_up(nodes: &mut [Node<'_>]) {
    for index in (0..nodes.len()).rev() {
        let Some(node) = nodes.get_mut(index) else { continue };
        if node.link.is_some() {
            node.links += 1;
            node.longest = node.longest.max(node.text);
        }
        let (parent, end) = (node.parent, node.end);
        let (links, text, longest) = (node.links, node.text, node.longest);
        if let Some(up) = nodes.get_mut(parent).filter(|_| parent < index) {
            up.links += links;
            up.text += text;
            up.longest = up.longest.max(longest);
            up.end = up.end.max(end);
        }
    }
}

/// What relative links of the page are relative to.
pub(super) fn base(page: &Html, url: &Url) -> Url {
    let selector = scraper::Selector::parse("base[href]").ok();
    let first = selector.and_then(|base| page.select(&base).next());
    let href = first.and_then(|base| base.value().attr("href"));
    href.and_then(|href| url.join(href).ok()).unwrap_or_else(|| url.clone())
}

fn link(element: ElementRef<'_>, base: &Url, page: &Url) -> Option<Link> {
    let value = element.value();
    let attribute = LINKING.into_iter().find(|name| {
        (*name != "href" || matches!(value.name(), "a" | "area")) && value.attr(name).is_some()
    })?;
    let typed = value.attr(attribute)?.trim();
    if typed.is_empty() || typed.starts_with('#') || typed.len() > 2_000 {
        return None;
    }
    let mut url = base.join(typed).ok()?;
    url.set_fragment(None);
    let good = matches!(url.scheme(), "http" | "https") && !address::same(&url, page);
    good.then(|| Link { attribute, worth: address::worth(&url, page), url })
}

/// How wide a text is: Han characters and their like count two, blanks between words one.
pub(super) fn width(text: &str) -> usize {
    let mut width = 0;
    let mut blank = true;
    for c in text.chars() {
        if c.is_whitespace() {
            width += usize::from(!blank);
            blank = true;
        } else {
            width += if u32::from(c) >= 0x2e80 { 2 } else { 1 };
            blank = false;
        }
    }
    width - usize::from(blank && width > 0)
}
