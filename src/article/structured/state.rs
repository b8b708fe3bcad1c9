//! The article in the state that a page hands to its scripts: `__NEXT_DATA__`, `__INITIAL_STATE__`
//! and their like.

use serde_json::{Map, Value};

use super::json;
use crate::article::By;
use crate::article::chain::{Body, View};
use crate::article::quality::{Candidate, gist};
use crate::article::{extract, words};
use crate::model::Fault;

/// What a body is called in such a state.
const NAMES: &[&str] = &[
    "content",
    "body",
    "text",
    "html",
    "articlebody",
    "articlecontent",
    "contenthtml",
    "bodyhtml",
    "content_html",
    "body_html",
    "htmlcontent",
    "html_content",
    "fulltext",
    "full_text",
    "maintext",
    "articletext",
    "article_body",
    "article_content",
    "newscontent",
    "news_content",
    "rendered",
    "detail",
    "bodytext",
    "contenttext",
    "richtext",
    "story",
    "paragraphs",
    "正文",
    "内容",
];
/// What a title is called beside it.
const TITLES: &[&str] = &["title", "headline", "name", "articletitle", "subject", "标题"];
/// Bytes without a quotation mark that a text of paragraphs has somewhere.
const RUN: usize = 120;
/// Units from which a text may be an article.
const LEAST: usize = 100;

/// A text that may be the article.
struct Text {
    text: String,
    /// Weight, more where the title beside it is the page's.
    weight: usize,
}

/// The longest text under a name that says body, the one beside the page's own title first.
pub(in crate::article) fn body(view: &View<'_>, _: &mut Vec<Fault>) -> Option<Body> {
    let title = words::of(title_on(view).unwrap_or_default());
    let mut best: Option<Text> = None;
    for value in view.paper.scripts().filter_map(value) {
        json::walk(&value, &mut |object| {
            let found = longest(object)?;
            let own = title_of(object).is_some_and(|beside| {
                let beside = words::of(beside);
                beside.len() >= 2 && words::share(&beside, &title) >= 0.6
            });
            let weight = gist::units(&found) + if own { 1 << 30 } else { 0 };
            if best.as_ref().is_none_or(|before| before.weight < weight) {
                best = Some(Text { text: found, weight });
            }
            Some(())
        });
    }
    let candidate = Candidate::new(json::markup(&best?.text));
    let enough = candidate.gist().units() >= LEAST;
    enough.then_some(Body { candidate, by: By::Structured("embedded state") })
}

fn title_on<'a>(view: &'a View<'_>) -> Option<&'a str> {
    let found = view.looked().and_then(|found| found.metadata.title.as_deref());
    found.or_else(|| view.paper.title())
}

/// The longest text of an object under a name that says body.
fn longest(object: &Map<String, Value>) -> Option<String> {
    let named = object.iter().filter(|(name, _)| {
        let name = name.to_lowercase();
        NAMES.contains(&name.as_str())
    });
    let texts = named.filter_map(|(_, value)| json::text(value));
    texts.filter(|text| is_prose(text)).max_by_key(String::len)
}

/// Whether a text is for readers: long enough, and no address, code or data.
fn is_prose(text: &str) -> bool {
    let start = text.trim_start();
    let data =
        start.starts_with(['{', '[']) || start.starts_with("http") || start.starts_with("data:");
    text.chars().count() >= 200 && !data && gist::units(text) >= LEAST
}

fn title_of(object: &Map<String, Value>) -> Option<&str> {
    let mut named =
        object.iter().filter(|(name, _)| TITLES.contains(&name.to_lowercase().as_str()));
    named.find_map(|(_, value)| value.as_str().or_else(|| value.get("rendered")?.as_str()))
}

/// What a script holds that could be a state.
fn value((tag, text): (&str, &str)) -> Option<Value> {
    // A state without an article is not worth its reading.
    if text.len() < 500 || !has_prose(text.as_bytes()) {
        return None;
    }
    let kind = kind(tag);
    if kind == "application/json" {
        return json::lenient(text);
    }
    let plain = kind.is_empty() || kind.contains("javascript") || kind == "module";
    plain.then(|| assigned(text))?
}

/// Whether anything in it could be a paragraph: a run without quotation marks.
fn has_prose(script: &[u8]) -> bool {
    let mut last = 0;
    memchr::memchr_iter(b'"', script).any(|at| {
        let run = at - last;
        last = at;
        run >= RUN
    })
}

/// The `type` of a script, in lower case.
fn kind(tag: &str) -> String {
    let kind = extract::attribute(tag, "type").unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

/// The first value that a script assigns as a whole, as JSON or as `JSON.parse("…")`.
fn assigned(script: &str) -> Option<Value> {
    let start = script.trim_start();
    let named = ["window.", "window[", "var ", "let ", "const ", "self.", "globalThis.", "__"];
    if !named.iter().any(|name| start.starts_with(name)) {
        return None;
    }
    // Several may stand in one script; the first places decide.
    script.match_indices('=').take(8).find_map(|(at, _)| {
        let rest = script.get(at + 1..)?.trim_start();
        if let Some(text) = rest.strip_prefix("JSON.parse(") {
            return json::lenient(text_of(text.trim_start())?.as_str());
        }
        if !rest.starts_with(['{', '[']) {
            return None;
        }
        json::lenient(rest).or_else(|| json::lenient(&rest.replace(":undefined", ":null")))
    })
}

/// The text of a string literal that JSON can read.
fn text_of(literal: &str) -> Option<String> {
    serde_json::Deserializer::from_str(literal).into_iter::<String>().next()?.ok()
}
