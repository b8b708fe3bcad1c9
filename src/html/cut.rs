//! The beginning of safe markup, cut between elements and closed again.

/// Elements that a reader sees end: a text may be cut behind them.
const BLOCKS: &[&str] = &[
    "blockquote",
    "br",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tr",
    "ul",
];
/// Elements without an end.
const VOID: &[&str] = &["br", "col", "hr", "img", "source", "track", "wbr"];

/// As much of safe markup as fits into so many bytes, cut behind a block and closed again; nothing
/// where its first block alone is longer.
pub(super) fn beginning(markup: &str, most: usize) -> String {
    if markup.len() <= most {
        return markup.to_owned();
    }
    let mut open: Vec<&str> = Vec::new();
    let mut best: Option<(usize, Vec<&str>)> = None;
    let mut at = 0;
    while let Some(start) = markup.get(at..).and_then(|rest| rest.find('<')).map(|n| n + at) {
        let Some(end) = end_of(markup, start) else { break };
        let tag = markup.get(start + 1..end - 1).unwrap_or_default();
        at = end;
        let is_end = tag.starts_with('/');
        let name = name(tag.trim_start_matches('/'));
        if is_end {
            while open.pop().is_some_and(|closed| closed != name) {}
        } else if !VOID.contains(&name) {
            open.push(name);
        }
        if end + closing(&open) > most {
            if end > most {
                break;
            }
            continue;
        }
        if BLOCKS.contains(&name) && (is_end || VOID.contains(&name)) {
            // A break at the very end breaks nothing.
            best = Some((if is_end { end } else { start }, open.clone()));
        }
    }
    let Some((end, open)) = best else { return String::new() };
    let mut out = markup.get(..end).unwrap_or_default().to_owned();
    for name in open.iter().rev() {
        out.extend(["</", name, ">"]);
    }
    out
}

/// The place behind a tag; an attribute's value may hold `>`.
fn end_of(markup: &str, start: usize) -> Option<usize> {
    let mut quoted = false;
    let bytes = markup.as_bytes().get(start..)?;
    let length = bytes.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b'>' && !quoted
    })?;
    Some(start + length + 1)
}

fn name(tag: &str) -> &str {
    tag.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default()
}

/// Bytes that it takes to close what is open.
fn closing(open: &[&str]) -> usize {
    open.iter().map(|name| name.len() + 3).sum()
}

#[cfg(test)]
mod tests {
    use super::beginning;
    use crate::html;

    #[test]
    fn p49_a_text_is_cut_behind_a_block_and_closed() {
        let check = |markup: &str, most: usize, expect: &str| {
            let cut = beginning(markup, most);
            assert_eq!(cut, expect, "{markup} at {most}");
            assert!(cut.len() <= most);
        };
        check("<p>one</p><p>two</p>", 20, "<p>one</p><p>two</p>");
        check("<p>one</p><p>two</p>", 19, "<p>one</p>");
        check("<p>one</p><p>two</p>", 9, "");
        check("<ul><li>a</li><li>b</li></ul>", 28, "<ul><li>a</li></ul>");
        check("<p><b>a</b> and more of it</p>", 20, "");
        check("text<br>more<hr>again and again", 18, "text<br>more");
        check("<p title=\"a>b\">x</p><p>yyyyyyyyyy</p>", 25, "<p title=\"a>b\">x</p>");
        check(
            "<blockquote><p>一</p><p>二二二二二二</p></blockquote>",
            40,
            "<blockquote><p>一</p></blockquote>",
        );
        check("no block at all, just words", 10, "");
        check("<p unclosed", 5, "");
        check("a < b", 3, "");
    }

    #[test]
    fn p49_what_was_safe_stays_safe_wherever_it_is_cut() {
        let whole = "<h2>字</h2><p>a <a href=\"https://a.example/?a=1&amp;b=2\">link</a></p>\
            <table><tbody><tr><td>1</td></tr><tr><td>2 &lt; 3</td></tr></tbody></table>\
            <blockquote><ul><li>x<br>y</li><li><img src=\"https://a.example/i.png\"></li></ul></blockquote>";
        let whole = html::clean(whole, None);
        let whole = whole.as_str();
        for most in 0..=whole.len() {
            let cut = beginning(whole, most);
            assert!(cut.len() <= most);
            assert_eq!(html::clean(&cut, None).as_str(), cut, "at {most}");
        }
        assert_eq!(beginning(whole, whole.len()), whole);
    }
}
