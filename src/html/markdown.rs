//! The permitted tree to CommonMark, with text escaped so that it stays text.

use super::elements;
use super::tree::{Element, Node};

/// Blocks parted by blank lines, without one at the end.
pub(super) fn write(nodes: &[Node]) -> String {
    blocks(nodes).join("\n\n")
}

// As deep as the tree, which `dom` bounds; so are all below that call each other.
fn blocks(nodes: &[Node]) -> Vec<String> {
    let mut out = Vec::new();
    let mut line = String::new();
    for node in nodes {
        match node {
            Node::Element(element) if holds_block(element) => {
                end_line(&mut line, &mut out);
                out.extend(block(element));
            }
            node => inline(node, &mut line),
        }
    }
    end_line(&mut line, &mut out);
    out
}

fn holds_block(element: &Element) -> bool {
    elements::is_block(element.name)
        || element.children.iter().filter_map(Node::element).any(holds_block)
}

fn end_line(line: &mut String, out: &mut Vec<String>) {
    let text = lines(line);
    line.clear();
    if !text.is_empty() {
        out.push(text);
    }
}

fn block(element: &Element) -> Vec<String> {
    let children = &element.children;
    let one = match element.name {
        "h2" | "h3" | "h4" | "h5" | "h6" => heading(element),
        "hr" => "---".to_owned(),
        "blockquote" => prefixed(&write(children), "> ", "> "),
        "pre" => fenced(children),
        "ul" | "ol" => list(element),
        "table" => table(element),
        "dt" => {
            let mut term = String::new();
            emphasis("**", "strong", children, &mut term);
            lines(&term)
        }
        _ => return blocks(children),
    };
    vec![one].into_iter().filter(|text| !text.is_empty()).collect()
}

fn heading(element: &Element) -> String {
    let level = element.name.strip_prefix('h').and_then(|n| n.parse().ok()).unwrap_or(2);
    format!("{} {}", "#".repeat(level), phrase(&element.children))
}

fn list(element: &Element) -> String {
    let start: i64 = element.attribute("start").and_then(|n| n.parse().ok()).unwrap_or(1);
    let items = element.children.iter().filter_map(Node::element).filter(|e| e.name == "li");
    let tight = !items.clone().any(|item| item.children.iter().any(|child| child.is("p")));
    let texts = items.zip(start.max(0)..).map(|(item, number)| {
        let mark = if element.name == "ol" { format!("{number}. ") } else { "- ".to_owned() };
        let text = blocks(&item.children).join(if tight { "\n" } else { "\n\n" });
        prefixed(&text, &mark, &" ".repeat(mark.len()))
    });
    texts.collect::<Vec<_>>().join(if tight { "\n" } else { "\n\n" })
}

fn prefixed(text: &str, first: &str, rest: &str) -> String {
    let one = |(n, line): (usize, &str)| {
        let prefix = if n == 0 { first } else { rest };
        format!("{prefix}{line}").trim_end().to_owned()
    };
    text.split('\n').enumerate().map(one).collect::<Vec<_>>().join("\n")
}

fn fenced(children: &[Node]) -> String {
    let mut text = String::new();
    plain(children, &mut text);
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{fence}\n{}\n{fence}", text.trim_end_matches('\n'))
}

fn table(element: &Element) -> String {
    let mut rows = Vec::new();
    collect_rows(element, &mut rows);
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let write_row = |row: &Vec<String>| {
        let padded = row.iter().map(String::as_str).chain(std::iter::repeat("")).take(width);
        format!("| {} |", padded.collect::<Vec<_>>().join(" | "))
    };
    let mut lines: Vec<String> = rows.iter().map(write_row).collect();
    if !lines.is_empty() {
        lines.insert(1, format!("|{}", " --- |".repeat(width)));
    }
    let caption = element.children.iter().filter_map(Node::element).find(|e| e.name == "caption");
    let caption = caption.map(|c| format!("{}\n\n", phrase(&c.children))).unwrap_or_default();
    format!("{caption}{}", lines.join("\n"))
}

fn collect_rows(element: &Element, rows: &mut Vec<Vec<String>>) {
    for child in element.children.iter().filter_map(Node::element) {
        match child.name {
            "tr" => {
                let cells = child.children.iter().filter_map(Node::element);
                rows.push(cells.map(|cell| phrase(&cell.children)).collect());
            }
            "caption" => {}
            _ => collect_rows(child, rows),
        }
    }
}

/// Everything on one line, for headings and cells.
fn phrase(nodes: &[Node]) -> String {
    let parts: Vec<String> = blocks(nodes).iter().map(|text| text.replace("\\\n", " ")).collect();
    parts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn inline(node: &Node, out: &mut String) {
    match node {
        Node::Text(text) => escape(text, out),
        Node::Element(element) => inline_element(element, out),
    }
}

fn inline_element(element: &Element, out: &mut String) {
    match element.name {
        "br" => out.push_str("\\\n"),
        "wbr" | "source" => {}
        "img" => out.push_str(&picture(element)),
        "video" | "audio" => out.push_str(&player(element)),
        "a" => {
            let text = span(&element.children);
            let (before, inner, after) = around(&text);
            out.extend([before, &link(inner, element.attribute("href")), after]);
        }
        "strong" | "b" => emphasis("**", "strong", &element.children, out),
        "em" | "i" => emphasis("*", "em", &element.children, out),
        "code" | "kbd" | "samp" => code(&element.children, out),
        "del" | "ins" | "mark" | "s" | "sub" | "sup" | "u" | "small" | "ruby" | "rt" | "rp" => {
            let name = element.name;
            out.extend(["<", name, ">", &span(&element.children), "</", name, ">"]);
        }
        "q" => out.extend(["“", &span(&element.children), "”"]),
        _ => out.push_str(&span(&element.children)),
    }
}

fn span(nodes: &[Node]) -> String {
    let mut out = String::new();
    for node in nodes {
        inline(node, &mut out);
    }
    out
}

/// Marks only work beside letters (CommonMark 0.31, 6.2); elsewhere the tag is written.
fn emphasis(mark: &str, tag: &str, children: &[Node], out: &mut String) {
    let text = span(children);
    let (before, inner, after) = around(&text);
    if inner.is_empty() {
        return out.push_str(&text);
    }
    let flanks = inner.starts_with(char::is_alphanumeric) && inner.ends_with(char::is_alphanumeric);
    out.push_str(before);
    if flanks && !out.ends_with('*') {
        out.extend([mark, inner, mark]);
    } else {
        out.extend(["<", tag, ">", inner, "</", tag, ">"]);
    }
    out.push_str(after);
}

/// White space, what stands between, white space.
fn around(text: &str) -> (&str, &str, &str) {
    let inner = text.trim();
    let (before, after) = text.split_once(inner).unwrap_or_default();
    (before, inner, after)
}

fn code(children: &[Node], out: &mut String) {
    let mut text = String::new();
    plain(children, &mut text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return;
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    out.extend([&fence, pad, &text, pad, &fence]);
}

fn picture(img: &Element) -> String {
    let mut alt = String::new();
    escape(img.attribute("alt").unwrap_or_default(), &mut alt);
    format!("!{}", link(&alt, img.attribute("src")))
}

fn player(element: &Element) -> String {
    let source = element.children.iter().filter_map(Node::element).find_map(|e| e.attribute("src"));
    link(&format!("▶ {}", element.name), element.attribute("src").or(source))
}

fn link(text: &str, address: Option<&str>) -> String {
    let address = address.unwrap_or_default();
    let plain = !address.contains(['(', ')', '<', '>', '\\', ' ']);
    if plain {
        return format!("[{text}]({address})");
    }
    format!("[{text}](<{}>)", address.replace('<', "%3C").replace('>', "%3E").replace('\\', "%5C"))
}

fn plain(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Element(element) if element.name == "br" => out.push('\n'),
            Node::Element(element) => plain(&element.children, out),
        }
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Escapes what would be markup anywhere; what would be so at a line's start, [`lines`] does.
fn escape(text: &str, out: &mut String) {
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' => out.extend(['\\', c]),
            // A link that follows would become a picture.
            '!' if rest.is_empty() => out.push_str("\\!"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' if is_reference(rest) => out.push_str("&amp;"),
            c if c.is_whitespace() && c != '\u{3000}' && c != '\u{a0}' => out.push(' '),
            c => out.push(c),
        }
    }
}

/// Whether what follows a `&` would make a character of it.
fn is_reference(rest: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '#';
    rest.starts_with(name) && rest.trim_start_matches(name).starts_with(';')
}

/// White space as single blanks; what would open a block at a line's start is escaped.
fn lines(text: &str) -> String {
    let mut lines: Vec<String> = text.split("\\\n").map(one_line).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let empty = lines.iter().take_while(|line| line.is_empty()).count();
    lines.drain(..empty);
    lines.join("\\\n")
}

fn one_line(text: &str) -> String {
    let line = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = line.split_at(digits);
    if digits > 0 && rest.starts_with(['.', ')']) {
        return format!("{number}\\{rest}");
    }
    if line.starts_with(['#', '+', '-', '=']) { format!("\\{line}") } else { line }
}
