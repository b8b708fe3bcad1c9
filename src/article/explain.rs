//! A page's blocks as an HTML document of our own that marks those which were kept.

use std::collections::HashSet;

use crate::html::{self, dom};

use super::quality::gist;

const HEAD: &str = "<!doctype html>\n<html><head><meta charset=\"utf-8\">\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
    <style>body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto}\
    p{margin:.2em 0;padding:.1em .5em;border-left:.3em solid #ddd;color:#777}\
    p.kept{border-color:#2a2;background:#efe;color:#000}small{float:right;color:#999}</style>";

/// Every visible block of the page as text, with its weight and its share of links; those that
/// stand in `kept` are marked. Nothing of the page's own markup is in it.
pub fn explain(page: &str, title: &str, kept: &str) -> String {
    let gist = gist::of(&dom::page(page));
    let kept: HashSet<String> = kept.lines().map(level).collect();
    let joined: String = kept.iter().cloned().collect::<Vec<_>>().join("\n");
    let title = html::escape(title);
    let mut out = format!("{HEAD}<title>{title}</title></head><body><h1>{title}</h1>\n");
    for line in &gist.lines {
        let text = level(&line.text);
        let stays = kept.contains(&text) || line.units >= 8 && joined.contains(&text);
        let class = if stays { " class=\"kept\"" } else { "" };
        let links = line.linked * 100 / line.units.max(1);
        let text = html::escape(&line.text);
        out.push_str(&format!("<p{class}><small>{} · {links} %</small>{text}</p>\n", line.units));
    }
    out.push_str("</body></html>\n");
    out
}

/// A line as it is compared: without white space.
fn level(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}
