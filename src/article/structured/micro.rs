//! The element that a page marks as its article's body (`itemprop="articleBody"`).

use scraper::ElementRef;

use crate::article::By;
use crate::article::chain::{Body, View};
use crate::article::quality::Candidate;
use crate::html::dom;
use crate::model::Fault;

/// The marked elements without those inside another.
pub(in crate::article) fn body(view: &View<'_>, _: &mut Vec<Fault>) -> Option<Body> {
    if !marks(view.paper.text) {
        return None;
    }
    let mut found: Vec<ElementRef<'_>> = Vec::new();
    let all = view.paper.tree().tree.root().descendants().filter_map(ElementRef::wrap);
    for element in all.filter(|element| is_marked(*element)) {
        let inside = |outer: &ElementRef<'_>| element.ancestors().any(|a| a.id() == outer.id());
        if !found.last().is_some_and(inside) {
            found.push(element);
        }
    }
    let parts: Vec<String> = found.into_iter().map(dom::inner).collect();
    let candidate = Candidate::new(parts.join("\n"));
    let body = Body { candidate, by: By::Structured("microdata") };
    (body.candidate.gist().units() > 0).then_some(body)
}

/// Whether an attribute may hold the mark: most pages are spared the tree.
fn marks(page: &str) -> bool {
    let name = "articlebody";
    let named = |rest: &str| rest.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
    let mut values = page.match_indices("itemprop").map(|(at, found)| at + found.len());
    values.any(|at| {
        let rest = page.get(at..).unwrap_or_default().trim_start_matches([' ', '=', '"', '\'']);
        let value = rest.split(['"', '\'', '>']).next().unwrap_or_default();
        value.split_ascii_whitespace().any(named)
    })
}

fn is_marked(element: ElementRef<'_>) -> bool {
    let marked = element.attr("itemprop").is_some_and(|names| {
        names.split_ascii_whitespace().any(|name| name.eq_ignore_ascii_case("articleBody"))
    });
    marked && element.value().name() != "meta"
}
