//! An element's text: decoded once, or serialised where markup stands in it.

use std::borrow::Cow;

use super::mend;
use super::names::Space;
use super::references::{References, html_entity};
use super::tree::{Element, Tree, What};

/// A text is cut here.
pub(super) const LONGEST: usize = 2 << 20;

/// HTML elements that have no content.
const VOID: &[&str] =
    &["area", "br", "col", "embed", "hr", "img", "input", "param", "source", "track", "wbr"];

/// Whether an HTML element of this name has no content.
pub(super) fn is_void(name: &str) -> bool {
    VOID.iter().any(|void| void.eq_ignore_ascii_case(name))
}

/// An element's text with its references decoded once; elements in it are kept as markup.
pub(super) fn decoded(element: Element<'_, '_>, references: &References) -> String {
    let mut text = String::new();
    write(element, &mut text, |raw, text| match raw {
        What::Text(raw) => text.push_str(&references.decode(raw)),
        What::Literal(literal) => text.push_str(literal),
        What::Element { .. } => {}
    });
    trimmed(text)
}

/// An element's own text, without that of elements in it: keys, dates and names have none.
pub(super) fn own(element: Element<'_, '_>, references: &References) -> String {
    let mut text = String::new();
    for (_, node) in element.tree.children(element.number) {
        match bounded(node.what) {
            What::Text(raw) => text.push_str(&references.decode(raw)),
            What::Literal(literal) => text.push_str(literal),
            What::Element { .. } => {}
        }
    }
    trimmed(text)
}

/// An element's content as HTML: what is text stays text, whatever it looks like.
pub(super) fn markup(element: Element<'_, '_>, references: &References) -> String {
    let mut text = String::new();
    write(only_div(element), &mut text, |raw, text| match raw {
        What::Text(raw) => escape(&references.decode(raw), text),
        What::Literal(literal) => escape(literal, text),
        What::Element { .. } => {}
    });
    trimmed(text)
}

/// Whether elements stand in it.
pub(super) fn has_elements(element: Element<'_, '_>) -> bool {
    element.elements().next().is_some()
}

/// Without the blanks around it and without double encoding.
fn trimmed(mut text: String) -> String {
    if let Some(mended) = mend::double_encoding(&text) {
        text = mended;
    }
    text.truncate(text.trim_end().len());
    let start = text.len() - text.trim_start().len();
    text.drain(..start);
    text
}

/// The `div` that Atom wants around XHTML (RFC 4287 §3.1.1.3) is no part of the text.
fn only_div<'t, 'a>(element: Element<'t, 'a>) -> Element<'t, 'a> {
    let blank = |what: &What<'_>| matches!(what, What::Text(text) | What::Literal(text) if text.trim().is_empty());
    let mut children = element.tree.children(element.number).filter(|(_, node)| !blank(&node.what));
    let first = children.next().and_then(|(number, _)| element.tree.element(number));
    match (first, children.next()) {
        (Some(div), None) if div.name == "div" => div,
        _ => element,
    }
}

/// Walks the content in order: `characters` writes what is no element.
fn write(element: Element<'_, '_>, text: &mut String, characters: impl Fn(&What<'_>, &mut String)) {
    let tree = element.tree;
    let root = element.number;
    let mut at = tree.first(root);
    while let Some(number) = at {
        let Some(node) = tree.get(number) else { return };
        if text.len() > LONGEST {
            return cut(text);
        }
        let mut below = None;
        if let Some(element) = tree.element(number) {
            below = tree.first(number);
            open(element, text);
            if below.is_none() {
                close(tree, number, text);
            }
        } else {
            characters(&bounded(node.what), text);
        }
        at = below.or_else(|| tree.after(root, number, |left| close(tree, left, text)));
    }
    if text.len() > LONGEST {
        cut(text);
    }
}

/// No more of a run of characters than can be kept.
fn bounded(what: What<'_>) -> What<'_> {
    let start = |text: &'_ str| text.floor_char_boundary(LONGEST);
    match what {
        What::Text(text) => What::Text(text.get(..start(text)).unwrap_or(text)),
        What::Literal(text) => What::Literal(text.get(..start(text)).unwrap_or(text)),
        element @ What::Element { .. } => element,
    }
}

fn cut(text: &mut String) {
    text.truncate(text.floor_char_boundary(LONGEST));
}

fn open(element: Element<'_, '_>, text: &mut String) {
    text.push('<');
    text.push_str(html_name(element));
    let attributes = element.attributes.raw().trim();
    if !attributes.is_empty() {
        text.push(' ');
        text.push_str(attributes);
    }
    text.push('>');
}

fn close(tree: &Tree<'_>, number: u32, text: &mut String) {
    let Some(element) = tree.element(number) else { return };
    let name = html_name(element);
    if !is_void(name) {
        text.push_str("</");
        text.push_str(name);
        text.push('>');
    }
}

/// Prefixes mean nothing in HTML.
fn html_name<'a>(element: Element<'_, 'a>) -> &'a str {
    match element.space {
        Space::Xhtml | Space::Rss | Space::Atom => {
            element.written.rsplit(':').next().unwrap_or(element.written)
        }
        _ => element.written,
    }
}

fn escape(plain: &str, text: &mut String) {
    let mut rest = plain;
    while let Some(at) = rest.find(['&', '<', '>']) {
        let (before, special) = rest.split_at(at);
        text.push_str(before);
        text.push_str(match special.as_bytes().first() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            _ => "&gt;",
        });
        rest = special.get(1..).unwrap_or_default();
    }
    text.push_str(rest);
}

/// Whether a text that should be plain holds markup: a tag that HTML has, or a reference.
///
/// Tags are believed only with an end tag, a known void element or a comment: `a < b` is text.
pub(super) fn looks_like_html(text: &str) -> bool {
    has_reference(text) || has_tag(text)
}

fn has_reference(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let end = rest.bytes().take(34).position(|byte| byte == b';');
        end.and_then(|end| rest.get(..=end)).is_some_and(is_reference)
    })
}

/// `name;` or `#160;`.
fn is_reference(with_end: &str) -> bool {
    match with_end.strip_prefix('#') {
        Some(number) => {
            number.len() > 1
                && number
                    .trim_end_matches(';')
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X'))
        }
        None => html_entity(with_end).is_some(),
    }
}

fn has_tag(text: &str) -> bool {
    let Some(last_end) = text.rfind('>') else { return false };
    text.match_indices('<').take_while(|(at, _)| *at < last_end).any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let name_end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '/').unwrap_or(rest.len());
        let name = rest.get(..name_end).unwrap_or_default();
        rest.starts_with("!--") || is_html_name(name.trim_matches('/'))
    })
}

/// The elements that titles and descriptions are written with.
const COMMON: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "article",
    "b",
    "big",
    "blink",
    "blockquote",
    "br",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "figure",
    "font",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "li",
    "marquee",
    "object",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "script",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "audio",
    "picture",
    "html",
    "body",
    "head",
    "title",
    "textarea",
    "select",
    "svg",
    "math",
];

fn is_html_name(name: &str) -> bool {
    COMMON.iter().any(|common| common.eq_ignore_ascii_case(name))
}

/// Tags and references of a text dropped, for where only plain text can stand.
pub(super) fn plain(html: &str) -> Cow<'_, str> {
    if !looks_like_html(html) {
        return Cow::Borrowed(html);
    }
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        text.push_str(before);
        match tag.find('>') {
            Some(end) if has_tag(tag.get(..=end).unwrap_or_default()) => {
                rest = tag.get(end + 1..).unwrap_or_default();
            }
            Some(_) => {
                text.push('<');
                rest = tag.get(1..).unwrap_or_default();
            }
            None => {
                text.push_str(tag);
                rest = "";
            }
        }
    }
    text.push_str(rest);
    Cow::Owned(References::default().decode(&text).into_owned())
}
