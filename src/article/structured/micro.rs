//! The element that a page marks as its article's body (`itemprop="articleBody"`).

use crate::article::By;
use crate::article::chain::{Body, View};
use crate::article::quality::Candidate;
use crate::model::Fault;

/// The marked elements.
pub(in crate::article) fn body(view: &View<'_>, _: &mut Vec<Fault>) -> Option<Body> {
    let candidate = Candidate::of(view.looked()?.marked.as_ref()?);
    let body = Body { candidate, by: By::Structured("microdata") };
    (body.candidate.gist().units() > 0).then_some(body)
}
