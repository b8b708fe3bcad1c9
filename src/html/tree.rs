//! The tree of permitted elements between the parser's tree and the text that is written.

use super::elements;

/// A node that may be published.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Element(Element),
}

/// An element with a name and attributes of our own lists.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Element {
    pub name: &'static str,
    pub attributes: Vec<(&'static str, String)>,
    pub children: Vec<Node>,
    /// Whether it is a block, or holds one.
    pub block: bool,
}

impl Element {
    pub(super) fn new(name: &'static str, children: Vec<Node>) -> Self {
        Self { name, attributes: Vec::new(), children, block: false }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// Replaces the attribute, or adds it behind the others.
    pub(super) fn set(&mut self, name: &'static str, value: String) {
        self.attributes.retain(|(n, _)| *n != name);
        self.attributes.push((name, value));
    }
}

impl Node {
    pub(super) fn element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            Self::Text(_) => None,
        }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.element().is_some_and(|e| e.name == name)
    }

    pub(super) fn is_block(&self) -> bool {
        self.element().is_some_and(|e| e.block)
    }

    /// Text without a visible character.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if is_blank(text))
    }
}

/// Whether there is a visible character, a picture, sound or video.
pub(super) fn says(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Text(text) => !is_blank(text),
        Node::Element(element) => elements::is_media(element.name) || says(&element.children),
    })
}

/// White space in the widest sense, invisible characters included.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

/// A character that shows nothing: white space, joiners, byte order marks.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// The characters that XML 1.0 can carry, and so every feed.
pub(super) fn is_xml(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Bytes of markup that are written; what follows is left out, all tags are closed.
const MAX_BYTES: usize = 10 << 20;
/// Bytes of text in one piece. The sanitizer's writer takes the square of a piece's length in time.
const PIECE: usize = 16 << 10;

/// The nodes as markup for the sanitizer; comments part the pieces of a long text.
pub(super) fn write(nodes: &[Node]) -> String {
    let mut out = String::new();
    write_to(nodes, &mut out);
    out
}

// As deep as the tree, which `dom` bounds.
fn write_to(nodes: &[Node], out: &mut String) {
    for node in nodes {
        if out.len() > MAX_BYTES {
            return;
        }
        match node {
            Node::Text(text) => write_text(text, out),
            Node::Element(element) => write_element(element, out),
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    let mut rest = text;
    while rest.len() > PIECE && out.len() <= MAX_BYTES {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        super::escape_to(piece, out);
        out.push_str("<!---->");
        rest = after;
    }
    super::escape_to(rest.get(..rest.floor_char_boundary(PIECE)).unwrap_or_default(), out);
}

fn write_element(element: &Element, out: &mut String) {
    out.push('<');
    out.push_str(element.name);
    for (name, value) in &element.attributes {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        super::escape_to(value, out);
        out.push('"');
    }
    out.push('>');
    if !matches!(element.name, "br" | "col" | "hr" | "img" | "source" | "wbr") {
        write_to(&element.children, out);
        out.push_str("</");
        out.push_str(element.name);
        out.push('>');
    }
}
