//! Whether data beside the text is the whole article, and worth more than the text on the page.

use crate::article::quality::Candidate;
use crate::article::words;

/// Share of what is found on the page that the data must have, in percent of units.
const LEAST: usize = 60;
/// As many times the units of what was found by look, and most of the article was missed there.
const MOST: usize = 4;
/// Units from which a text without a single line end has lost its paragraphs.
const FLAT: usize = 300;

/// Ends of a text that was cut off.
const ENDS: &[&str] = &[
    "…",
    "...",
    "[…]",
    "[...]",
    "(...)",
    "(…)",
    "阅读全文",
    "查看全文",
    "展开全文",
    "点击查看全文",
    "查看更多",
    "閱讀全文",
    "read more",
    "continue reading",
    "read the full story",
    "続きを読む",
    "weiterlesen",
    "lire la suite",
    "leer más",
    "читать далее",
    "더보기",
];

/// Whether a text says at its end that it goes on elsewhere.
pub(in crate::article) fn is_cut(found: &Candidate) -> bool {
    let Some(last) = found.gist().lines.last() else { return true };
    let last = last.text.to_lowercase();
    let bare = last.trim_end_matches([' ', '>', '»', '→', '。', '.', '"', '”', ')', ']']);
    let plain = last.trim_end();
    ENDS.iter().any(|end| plain.ends_with(end) || bare.ends_with(end))
}

/// Why data loses against what the page itself shows, if it does.
pub(in crate::article) fn lost(data: &Candidate, page: &Candidate) -> Option<&'static str> {
    let (ours, theirs) = (data.gist().units(), page.gist().units());
    if ours * 100 < theirs * LEAST {
        return Some("much shorter than what the page shows");
    }
    let (data_words, page_words) = (words::of(&data.text()), words::of(&page.text()));
    let smaller =
        if ours < theirs { (&data_words, &page_words) } else { (&page_words, &data_words) };
    if words::share(smaller.0, smaller.1) < 0.5 {
        return Some("another text than the page shows");
    }
    let flat = ours >= FLAT && data.gist().lines.len() == 1;
    let plain = is_plain(&data.html);
    let same = words::share(&data_words, &page_words) >= 0.9;
    (flat || plain && same).then_some("the page shows the same with its markup")
}

/// Why an element that the page marks loses against what was found by look, if it does: where the
/// element holds more, the more is seldom the article's.
pub(in crate::article) fn wider(marked: &Candidate, page: &Candidate) -> Option<&'static str> {
    let (ours, theirs) = (marked.gist().units(), page.gist().units());
    let wider = ours > theirs + theirs / 50 && ours < theirs * MOST;
    lost(marked, page).or(wider.then_some("what the page shows is within it, and cleaner"))
}

/// Whether the markup is nothing but paragraphs.
fn is_plain(html: &str) -> bool {
    html.split('<').skip(1).all(|tag| tag.starts_with("p>") || tag.starts_with("/p>"))
}
