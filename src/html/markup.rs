//! Elements of a parser's tree as markup again.

use scraper::{ElementRef, Node};

/// An element's content as markup.
pub(crate) fn inner(element: ElementRef<'_>) -> String {
    let mut out = String::new();
    write_children(element, &mut out);
    out
}

/// An element as markup.
pub(crate) fn outer(element: ElementRef<'_>) -> String {
    let mut out = String::new();
    write(element, &mut out);
    out
}

// As deep as the tree, which is bounded. Not html5ever's writer: its time grows with the square of
// a long text's `&`.
fn write(element: ElementRef<'_>, out: &mut String) {
    let found = element.value();
    out.extend(["<", found.name()]);
    for (name, value) in found.attrs() {
        out.extend([" ", name, "=\""]);
        attribute(value, out);
        out.push('"');
    }
    out.push('>');
    if !is_void(found.name()) {
        write_children(element, out);
        out.extend(["</", found.name(), ">"]);
    }
}

fn write_children(element: ElementRef<'_>, out: &mut String) {
    let name = element.value().name();
    let mut first = true;
    for child in element.children() {
        match child.value() {
            // A parser drops one line end there.
            Node::Text(text) if first && is_preformatted(name) && text.starts_with('\n') => {
                out.push('\n');
                escape(text, out);
            }
            Node::Text(text) if is_raw(name) => out.push_str(text),
            Node::Text(text) => escape(text, out),
            Node::Comment(comment) => out.extend(["<!--", comment, "-->"]),
            Node::Element(_) => ElementRef::wrap(child).into_iter().for_each(|e| write(e, out)),
            _ => {}
        }
        first = false;
    }
}

/// As a browser's `innerHTML` escapes: what must be, and the blank that one would not see.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
}

fn attribute(value: &str, out: &mut String) {
    for (at, part) in value.split('"').enumerate() {
        if at > 0 {
            out.push_str("&quot;");
        }
        escape(part, out);
    }
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

fn is_raw(name: &str) -> bool {
    matches!(name, "iframe" | "noembed" | "noframes" | "plaintext" | "script" | "style" | "xmp")
}

fn is_preformatted(name: &str) -> bool {
    matches!(name, "pre" | "textarea" | "listing")
}
