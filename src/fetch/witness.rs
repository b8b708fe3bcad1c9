//! What is told of each request to whoever counts them.

use std::sync::Arc;
use std::time::Duration;

use super::{Answer, Error};

/// A request that was made: one hop, from its turn to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `fresh`, `unchanged`, `redirected`, or the kind of its error.
    pub outcome: &'static str,
    /// How long it took, without the wait for its turn.
    pub took: Duration,
}

/// Who is told; it must be quick.
pub type Witness = Arc<dyn Fn(Asked) + Send + Sync>;

pub(super) fn outcome(answer: &Result<Answer, Error>) -> &'static str {
    match answer {
        Ok(Answer::Fresh { .. }) => "fresh",
        Ok(Answer::Unchanged { .. }) => "unchanged",
        Err(error) => error.kind(),
    }
}
