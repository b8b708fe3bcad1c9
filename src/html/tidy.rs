//! Order in the permitted tree: no wrappers, no empty elements, text of its own in paragraphs.

use std::mem;

use super::elements;
use super::tree::{self, Element, Node};

/// The nodes of a whole fragment in order.
pub(super) fn tidy(nodes: Vec<Node>) -> Vec<Node> {
    let mut nodes = settle("", each(nodes));
    Lines { at_start: true }.indent(&mut nodes);
    nodes
}

// As deep as the tree, which `dom` bounds.
fn each(nodes: Vec<Node>) -> Vec<Node> {
    let mut out = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Text(_) => push(node, &mut out),
            Node::Element(found) => one(found, &mut out),
        }
    }
    out
}

fn one(mut found: Element, out: &mut Vec<Node>) {
    if found.name == "pre" {
        trim_pre(&mut found.children);
    }
    let children = settle(found.name, each(mem::take(&mut found.children)));
    if found.name == "center" {
        found.name = if is_picture(&children) { "figure" } else { "div" };
    }
    if !is_worth(&found, &children) {
        keep_space(&children, out);
        return;
    }
    if found.name == "a" && found.attribute("href").is_none() {
        append(children, out);
        return;
    }
    found.block = elements::is_block(found.name) || children.iter().any(Node::is_block);
    found.children = children;
    out.push(Node::Element(found));
}

/// Adds a node; text joins the text before it.
fn push(node: Node, out: &mut Vec<Node>) {
    match (out.last_mut(), node) {
        (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
        (_, node) => out.push(node),
    }
}

fn append(nodes: Vec<Node>, out: &mut Vec<Node>) {
    for node in nodes {
        push(node, out);
    }
}

/// What is dropped for emptiness may still have parted two words.
fn keep_space(children: &[Node], out: &mut Vec<Node>) {
    if children
        .iter()
        .any(|node| matches!(node, Node::Text(text) if text.contains(char::is_whitespace)))
    {
        push(Node::Text(" ".to_owned()), out);
    }
}

/// Whether the element shows anything, or keeps a table's or a line's shape.
fn is_worth(found: &Element, children: &[Node]) -> bool {
    match found.name {
        "br" | "hr" | "wbr" | "img" | "video" | "audio" | "iframe" | "source" | "td" | "th"
        | "col" | "colgroup" => true,
        "tr" => !children.is_empty() && children.iter().any(|node| !node.is_blank()),
        _ => children.iter().any(shows),
    }
}

fn shows(node: &Node) -> bool {
    match node {
        Node::Text(text) => !tree::is_blank(text),
        Node::Element(element) if element.name == "hr" => true,
        Node::Element(element) => {
            elements::is_media(element.name) || element.children.iter().any(shows)
        }
    }
}

fn is_picture(nodes: &[Node]) -> bool {
    let mut seen = nodes.iter().filter(|node| !node.is_blank() && !node.is("br"));
    let Some(Node::Element(only)) = seen.next() else { return false };
    let picture = only.name == "img" || only.name == "a" && is_picture(&only.children);
    picture && seen.next().is_none()
}

/// Children of one parent (`""`: the fragment itself): wrappers go, loose text gets paragraphs.
fn settle(parent: &'static str, nodes: Vec<Node>) -> Vec<Node> {
    match parent {
        "pre" => part(nodes, || Node::Text("\n".to_owned())),
        "table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup" | "ul" | "ol" | "dl"
        | "figure" => splice(nodes),
        "a" if !nodes.iter().any(Node::is_block) => nodes,
        "div" | "center" | "blockquote" | "details" | "a" | "li" | "dd" | "td" | "th"
        | "figcaption"
            if is_one(&nodes) =>
        {
            splice(nodes)
        }
        "" | "div" | "center" | "blockquote" | "details" | "a" => paragraphs(nodes, true),
        "li" | "dd" | "td" | "th" | "figcaption" => paragraphs(nodes, false),
        "p" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "summary" | "caption" => {
            trimmed(part(nodes, line_end))
        }
        _ => part(nodes, line_end),
    }
}

fn line_end() -> Node {
    Node::Element(Element::new("br", Vec::new()))
}

fn is_one(nodes: &[Node]) -> bool {
    nodes.iter().filter(|node| !node.is_blank()).count() == 1
}

/// Wrappers give way to what they hold.
fn splice(nodes: Vec<Node>) -> Vec<Node> {
    let mut out = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Element(wrapper) if wrapper.name == "div" => {
                append(wrapper.children, &mut out);
            }
            node => push(node, &mut out),
        }
    }
    trim(&mut out);
    out
}

/// Where no block may stand, a wrapper becomes a line of its own.
fn part(nodes: Vec<Node>, end: impl Fn() -> Node) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::with_capacity(nodes.len());
    let mut open = false;
    for node in nodes {
        let wrapper = match node {
            Node::Element(element) if element.name == "div" => Ok(element.children),
            node => Err(node),
        };
        let parted = open || wrapper.is_ok();
        open = wrapper.is_ok();
        if parted && !out.iter().all(Node::is_blank) && !out.last().is_some_and(|n| n.is("br")) {
            push(end(), &mut out);
        }
        match wrapper {
            Ok(children) => append(children, &mut out),
            Err(node) => push(node, &mut out),
        }
    }
    out
}

/// Blocks stay; wrappers of blocks give way to them; wrappers of text become paragraphs.
/// Text between blocks becomes a paragraph too: always (`strict`), or where there was a wrapper.
fn paragraphs(nodes: Vec<Node>, strict: bool) -> Vec<Node> {
    if !nodes.iter().any(Node::is_block) {
        return trimmed(nodes);
    }
    let wrap = strict || nodes.iter().any(|node| node.is("div") || node.is("p"));
    let mut out = Vec::with_capacity(nodes.len());
    let mut line = Vec::new();
    for node in nodes {
        match node {
            Node::Element(element) if element.block => {
                end_line(&mut line, wrap, &mut out);
                block(element, &mut out);
            }
            node => line.push(node),
        }
    }
    end_line(&mut line, wrap, &mut out);
    out
}

fn block(element: Element, out: &mut Vec<Node>) {
    match element.name {
        "div" if element.children.iter().any(Node::is_block) => out.extend(element.children),
        "div" => out.push(paragraph(element.children)),
        _ => out.push(Node::Element(element)),
    }
}

fn end_line(line: &mut Vec<Node>, wrap: bool, out: &mut Vec<Node>) {
    let line = trimmed(mem::take(line));
    if !line.iter().any(shows) {
        return;
    }
    if wrap { out.push(paragraph(line)) } else { out.extend(line) }
}

fn paragraph(children: Vec<Node>) -> Node {
    Node::Element(Element { block: true, ..Element::new("p", children) })
}

/// Without line ends and white space at either end.
fn trimmed(mut nodes: Vec<Node>) -> Vec<Node> {
    trim(&mut nodes);
    nodes
}

fn trim(nodes: &mut Vec<Node>) {
    let empty = |node: &Node| node.is_blank() || node.is("br");
    while nodes.last().is_some_and(empty) {
        nodes.pop();
    }
    let start = nodes.iter().take_while(|node| empty(node)).count();
    nodes.drain(..start);
}

/// A parser drops one line end at the start of `pre`; ours drops all, so that nothing shifts.
fn trim_pre(nodes: &mut [Node]) {
    if let Some(Node::Text(first)) = nodes.first_mut() {
        *first = first.trim_start_matches(['\n', '\r']).to_owned();
    }
}

/// Goes through the text line by line and takes away what indents it.
struct Lines {
    at_start: bool,
}

impl Lines {
    // As deep as the tree, which `dom` bounds.
    fn indent(&mut self, nodes: &mut Vec<Node>) {
        for node in nodes.iter_mut() {
            match node {
                Node::Text(text) => self.text(text),
                Node::Element(element) => self.element(element),
            }
        }
        nodes.retain(|node| !matches!(node, Node::Text(text) if text.is_empty()));
    }

    fn element(&mut self, element: &mut Element) {
        let breaks = element.block || element.name == "br";
        self.at_start |= breaks;
        match element.name {
            "pre" | "br" | "wbr" => {}
            "img" | "video" | "audio" | "iframe" => self.at_start = false,
            _ => self.indent(&mut element.children),
        }
        self.at_start |= breaks;
    }

    fn text(&mut self, text: &mut String) {
        if self.at_start {
            *text = text.trim_start().to_owned();
        }
        self.at_start &= text.is_empty();
        while text.contains("\u{3000}\u{3000}") {
            *text = text.replace("\u{3000}\u{3000}", "\u{3000}");
        }
    }
}
