//! A page's blocks as an HTML document of our own: what each weighs, and which were kept.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::extract;
use crate::html;

const HEAD: &str = "<!doctype html>\n<html><head><meta charset=\"utf-8\">\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
    <style>body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto}\
    p{margin:.2em 0;padding:.1em .5em;border-left:.3em solid #ddd;color:#777}\
    p.kept{border-color:#2a2;background:#efe;color:#000}small{float:right;color:#999}</style>";

/// Every block of the page as text with the extractor's score, from 0 to 100; those whose text
/// stands in `kept` are marked. Nothing of the page's own markup is in it.
pub fn explain(page: &str, title: &str, kept: &str) -> String {
    let kept: HashSet<String> = kept.lines().map(level).collect();
    let joined: String = kept.iter().cloned().collect::<Vec<_>>().join("\n");
    let title = html::escape(title);
    let mut out = format!("{HEAD}<title>{title}</title></head><body><h1>{title}</h1>\n");
    for block in extract::scored(page) {
        let text = level(&block.text);
        let stays = kept.contains(&text) || text.chars().count() >= 8 && joined.contains(&text);
        let class = if stays { " class=\"kept\"" } else { "" };
        let (score, text) = (block.score * 100.0, html::escape(&block.text));
        _ = writeln!(out, "<p{class}><small>{score:.0}</small>{text}</p>");
    }
    out.push_str("</body></html>\n");
    out
}

/// A line as it is compared: without white space.
fn level(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}
