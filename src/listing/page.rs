//! An HTML list page to the entries it lists, by the selectors of the settings.

use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use super::plan::{Builder, Locate, Plan, Want, next_address};
use super::{Context, Error};
use crate::charset;
use crate::html::{self, dom};
use crate::model::Listing;

#[cfg(test)]
mod tests;

/// No list has more elements than this; what follows is left for the next visit.
const MOST: usize = 5_000;
/// Elements and pieces of text that all items together may have. Only items that hold each other
/// have more, and each is looked through for every field.
const MOST_NODES: usize = 5_000_000;
/// Bytes of text that weigh as much as an element.
const PIECE: usize = 16;
/// Values of one place in one element; more are left out.
const MOST_VALUES: usize = 200;
/// Elements whose text nobody reads.
const UNSEEN: [&str; 2] = ["script", "style"];
/// Elements that part the words before and behind them.
const BLOCKS: [&str; 14] =
    ["br", "p", "div", "li", "td", "th", "tr", "dt", "dd", "h1", "h2", "h3", "h4", "section"];

/// Reads a list page. Links are resolved against the plan's `base`, else the page's `<base href>`,
/// else its address.
pub fn read(bytes: &[u8], plan: &Plan, context: &Context<'_>) -> Result<Listing, Error> {
    let decoded = charset::decode(bytes, context.content_type, context.charset);
    let page = dom::page(&decoded.text);
    let base = plan.base.clone().or_else(|| base(&page, context));
    let context = Context { base: base.as_ref(), ..*context };
    let Locate::Select { selector: Some(items), .. } = &plan.items.locate else {
        return Err(Error::NoItems { locator: format!("`{}`", plan.items.typed) });
    };
    let mut builder = Builder::new(plan, context);
    let mut left = MOST_NODES;
    let mut elements = page.select(items).peekable();
    if elements.peek().is_none() {
        return Err(Error::NoItems { locator: format!("selector `{}`", plan.items.typed) });
    }
    for element in elements.by_ref().take(MOST) {
        let Some(rest) = left.checked_sub(weight(element)) else { break };
        left = rest;
        builder.record(&|place, want| find(element, place, want, base.as_ref()));
    }
    if elements.next().is_some() {
        builder.tell_of_more();
    }
    let (entries, faults) = builder.finish();
    let root = page.root_element();
    let find_next = |place: &Locate, want: Want| find(root, place, want, base.as_ref());
    let next = next_address(plan, &context, &find_next).map(String::from);
    let language = root.value().attr("lang").map(str::to_owned);
    let title = first(&page, "title").map(text);
    let (hub, own) = (named(&page, "hub", base.as_ref()), named(&page, "self", base.as_ref()));
    let home = base.map(String::from);
    let cursor = next;
    Ok(Listing { title, home, language, hub, own, cursor, entries, faults, ..Listing::default() })
}

/// The texts that a place gives in a whole page.
pub(super) fn texts(page: &str, place: &Locate) -> Vec<String> {
    let page = dom::page(page);
    find(page.root_element(), place, Want::Text, None)
}

/// The address that the page's head names as this; links in its body do not speak for it.
fn named(page: &Html, rel: &str, base: Option<&Url>) -> Option<String> {
    let link = first(page, &format!("head link[rel~='{rel}' i][href]"))?;
    let href = link.value().attr("href")?.trim();
    base.map_or_else(|| Url::parse(href), |base| base.join(href)).ok().map(String::from)
}

fn base(page: &Html, context: &Context<'_>) -> Option<Url> {
    let href = first(page, "base[href]").and_then(|element| element.value().attr("href"));
    match (href, context.base) {
        (Some(href), Some(base)) => base.join(href).ok().or_else(|| Some(base.clone())),
        (Some(href), None) => Url::parse(href).ok(),
        (None, base) => base.cloned(),
    }
}

fn first<'p>(page: &'p Html, css: &str) -> Option<ElementRef<'p>> {
    let selector = Selector::parse(css).ok()?;
    page.select(&selector).next()
}

fn weight(element: ElementRef<'_>) -> usize {
    let weight = |node: &Node| 1 + node.as_text().map_or(0, |text| text.len() / PIECE);
    element.descendants().map(|node| weight(node.value())).sum()
}

/// What a place gives in an element. A selector looks inside the element; where nothing there
/// fits, and the element itself does, it is meant.
fn find(element: ElementRef<'_>, place: &Locate, want: Want, base: Option<&Url>) -> Vec<String> {
    let Locate::Select { selector, attribute } = place else { return Vec::new() };
    let read = |found: ElementRef<'_>| match attribute {
        Some(name) => found.value().attr(name).map(str::to_owned),
        None => Some(value(found, want, base)),
    };
    let Some(selector) = selector else { return read(element).into_iter().collect() };
    let mut found = element.select(selector).take(MOST_VALUES).peekable();
    if found.peek().is_none() && selector.matches(&element) {
        return read(element).into_iter().collect();
    }
    found.filter_map(read).collect()
}

/// What an element gives without an attribute being named.
fn value(element: ElementRef<'_>, want: Want, base: Option<&Url>) -> String {
    let attribute = |names: &[&str]| names.iter().find_map(|name| element.value().attr(name));
    let given = match want {
        Want::Text => None,
        Want::Markup => return dom::inner(element),
        Want::Link => attribute(&["href", "src", "content"]).map(str::to_owned),
        Want::Date => attribute(&["datetime", "content"]).map(str::to_owned),
        Want::Image => image(element, base),
    };
    given.unwrap_or_else(|| text(element))
}

/// The picture of an element, as for an article: lazy attributes and sets of sizes count.
fn image(element: ElementRef<'_>, base: Option<&Url>) -> Option<String> {
    let shown = html::clean(&dom::outer(element), base);
    html::first_image(&shown).or_else(|| element.value().attr("content").map(str::to_owned))
}

/// The text on one line, without scripts and styles inside; line ends and blocks part words.
pub(crate) fn text(element: ElementRef<'_>) -> String {
    let is = |node: &Node, names: &[&str]| {
        node.as_element().is_some_and(|element| names.contains(&element.name()))
    };
    let mut text = String::new();
    for node in element.descendants() {
        let behind = node.prev_sibling().is_some_and(|before| is(before.value(), &BLOCKS));
        if behind || is(node.value(), &BLOCKS) {
            text.push(' ');
        }
        let parent = node.parent().filter(|parent| parent.id() != element.id());
        let unseen = parent.is_some_and(|parent| is(parent.value(), &UNSEEN));
        if let (Node::Text(piece), false) = (node.value(), unseen) {
            text.push_str(piece);
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
