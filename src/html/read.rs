//! The parser's tree to the tree of permitted elements: what may stay, with absolute addresses.

use std::borrow::Cow;

use scraper::node::Element as Foreign;
use scraper::{ElementRef, Html};
use url::Url;

use super::elements::{self, Fate};
use super::manner::Manner;
use super::tree::{self, Element, Node};
use super::{address, dom, embed, image};

/// Longest attribute that is kept, in bytes; addresses have a limit of their own.
const MAX_VALUE: usize = 2000;

/// Reads markup; `base` gives way to an absolute `<base href>` inside.
pub(super) fn read(markup: &str, base: Option<&Url>) -> Vec<Node> {
    read_as(markup, base, &Manner::default())
}

/// The same with an operator's wishes.
pub(super) fn read_as(markup: &str, base: Option<&Url>, manner: &Manner) -> Vec<Node> {
    let html = dom::fragment(markup);
    let inside = base_inside(&html);
    let mut nodes = Vec::new();
    for child in html.tree.root().children() {
        if let Some(root) = ElementRef::wrap(child) {
            children(root, inside.as_ref().or(base), &mut nodes);
        }
    }
    manner.apply(nodes)
}

fn base_inside(html: &Html) -> Option<Url> {
    html.tree
        .nodes()
        .filter_map(|node| node.value().as_element())
        .filter(|element| element.name() == "base")
        .find_map(|element| address::base(element.attr("href")?))
}

// As deep as the tree, which `dom` bounds.
pub(super) fn children(parent: ElementRef<'_>, base: Option<&Url>, out: &mut Vec<Node>) {
    for child in parent.children() {
        if let Some(text) = child.value().as_text() {
            push_text(text, out);
        } else if let Some(child) = ElementRef::wrap(child) {
            element(child, base, out);
        }
    }
}

fn push_text(text: &str, out: &mut Vec<Node>) {
    let odd = text.contains(|c| !tree::is_xml(c));
    let fit: Cow<'_, str> =
        if odd { text.chars().filter(|c| tree::is_xml(*c)).collect() } else { text.into() };
    if let Some(Node::Text(before)) = out.last_mut() {
        before.push_str(&fit);
    } else {
        out.push(Node::Text(fit.into_owned()));
    }
}

fn element(found: ElementRef<'_>, base: Option<&Url>, out: &mut Vec<Node>) {
    let fate = elements::fate(found.value().name());
    if is_hidden(found.value(), fate) {
        return;
    }
    match fate {
        Fate::Keep(name) => out.extend(keep(name, found, base).map(Node::Element)),
        Fate::Unwrap => children(found, base, out),
        Fate::Drop => {}
        Fate::Drawing => drawing(found, out),
        Fate::Formula => formula(found, out),
        Fate::Image => image::push(found.value(), base, out),
        Fate::Picture => out.extend(image::picture(found, base).map(Node::Element)),
        Fate::Noscript => image::noscript(found, base, out),
        Fate::Frame => out.extend(embed::frame(found.value(), base).map(Node::Element)),
        Fate::Button => out.extend(image::all(found, base).into_iter().map(Node::Element)),
    }
}

/// `hidden`, or a style that shows nothing. A picture that waits for a script is hidden only for now.
fn is_hidden(element: &Foreign, fate: Fate) -> bool {
    if matches!(fate, Fate::Image | Fate::Picture | Fate::Noscript) {
        return false;
    }
    element.attr("hidden").is_some() || element.attr("style").is_some_and(hides)
}

fn hides(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(name, value)| {
        let value = value.trim().as_bytes();
        name.trim().eq_ignore_ascii_case("display")
            && value.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"none"))
    })
}

fn keep(name: &'static str, found: ElementRef<'_>, base: Option<&Url>) -> Option<Element> {
    let mut kept = Element::new(name, Vec::new());
    for allowed in elements::attributes(name).iter().chain(&["dir", "lang"]) {
        if let Some(value) = found.value().attr(allowed).and_then(|v| value(allowed, v, base)) {
            kept.attributes.push((allowed, value));
        }
    }
    match name {
        "video" | "audio" => embed::media(kept, found, base),
        "source" => kept.attribute("src").is_some().then_some(kept),
        _ => {
            children(found, base, &mut kept.children);
            Some(kept)
        }
    }
}

/// The attribute's value, if it is one that may stay.
pub(super) fn value(name: &str, raw: &str, base: Option<&Url>) -> Option<String> {
    match name {
        "href" => return address::link(raw, base),
        "src" | "cite" | "poster" => return address::media(raw, base),
        "open" | "controls" | "reversed" => return Some(String::new()),
        "colspan" | "rowspan" | "span" => return number(raw, 1, 1000),
        "start" | "value" => return number(raw, -9999, 999_999),
        "width" | "height" => return number(raw, 1, 20_000),
        _ => {}
    }
    let raw = raw.trim();
    let fits = match name {
        "dir" => matches!(raw, "ltr" | "rtl" | "auto"),
        "lang" => raw.len() <= 35 && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
        "type" => raw.len() <= 80 && !raw.contains(['<', '>']),
        _ => raw.len() <= MAX_VALUE,
    };
    (fits && !raw.is_empty()).then(|| raw.chars().filter(|c| tree::is_xml(*c)).collect())
}

/// A whole number within limits; `600px` counts as 600.
pub(super) fn number(raw: &str, least: i32, most: i32) -> Option<String> {
    let raw = raw.trim();
    let digits = raw.strip_suffix("px").unwrap_or(raw).parse::<i32>().ok()?;
    (least..=most).contains(&digits).then(|| digits.to_string())
}

/// The words in a drawing: what its `text` elements hold.
fn drawing(svg: ElementRef<'_>, out: &mut Vec<Node>) {
    let texts =
        svg.descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "text");
    for text in texts {
        words(text, "", out);
        push_text(" ", out);
    }
}

fn formula(math: ElementRef<'_>, out: &mut Vec<Node>) {
    words(math, "annotation", out);
}

/// All text below an element but that of elements whose name begins with `without`.
fn words(parent: ElementRef<'_>, without: &str, out: &mut Vec<Node>) {
    for child in parent.children() {
        if let Some(text) = child.value().as_text() {
            push_text(text, out);
        } else if let Some(element) = ElementRef::wrap(child) {
            let name = element.value().name();
            let code =
                matches!(name, "script" | "style" | "textarea" | "template" | "title" | "desc");
            if !code && (without.is_empty() || !name.starts_with(without)) {
                words(element, without, out);
            }
        }
    }
}
