//! `articleBody` of a page's JSON-LD (schema.org Article and its kinds).

use serde_json::Value;

use super::json;
use crate::article::By;
use crate::article::chain::{Body, View};
use crate::article::quality::Candidate;
use crate::model::Fault;

/// The longest `articleBody` among the articles that a page describes.
pub(in crate::article) fn body(view: &View<'_>, _: &mut Vec<Fault>) -> Option<Body> {
    if !view.paper.text.contains("articleBody") {
        return None;
    }
    let mut longest: Option<String> = None;
    for value in values(view) {
        json::walk(&value, &mut |object| {
            let text = json::text(object.get("articleBody")?)?;
            let longer = longest.as_ref().is_none_or(|before| before.len() < text.len());
            if is_article(object.get("@type")?) && longer {
                longest = Some(text);
            }
            Some(())
        });
    }
    let candidate = Candidate::new(json::markup(&longest?));
    Some(Body { candidate, by: By::Structured("json-ld") })
}

/// Every JSON-LD value of a page that can be read and may hold a body.
fn values(view: &View<'_>) -> impl Iterator<Item = Value> {
    let linked = view.paper.scripts().filter(|(tag, text)| {
        tag.to_ascii_lowercase().contains("ld+json") && text.contains("articleBody")
    });
    linked.filter_map(|(_, text)| json::lenient(text))
}

fn is_article(kind: &Value) -> bool {
    let known = |kind: &str| {
        let kind = kind.rsplit(['/', ':', '#']).next().unwrap_or_default();
        kind.ends_with("Article")
            || kind.ends_with("Posting")
            || matches!(kind, "Report" | "CreativeWork" | "WebPage" | "LiveBlogPosting" | "Review")
    };
    match kind {
        Value::String(kind) => known(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(known),
        _ => false,
    }
}
