//! What was odd about a document's markup, counted, and told as faults.

use super::references::References;
use crate::model::Fault;

/// What was odd about the markup.
#[derive(Default)]
pub(super) struct Repairs {
    /// End tags that ended nothing.
    pub(super) stray: usize,
    /// Elements that ended with their parents.
    pub(super) left_open: usize,
    pub(super) unclosed: usize,
    pub(super) too_deep: usize,
    pub(super) too_many_nodes: bool,
    pub(super) too_many_entries: bool,
    pub(super) too_many_namespaces: bool,
    /// Characters before the first tag.
    pub(super) junk: bool,
}

impl Repairs {
    /// A fault for each kind; `silent` where a document with entries in it gave none.
    pub(super) fn faults(
        &self,
        references: &References,
        silent: bool,
    ) -> impl Iterator<Item = Fault> + use<> {
        let counted = [
            (self.stray, "end tag that ends nothing"),
            (self.left_open, "element without an end"),
            (self.unclosed, "tag or section that breaks off"),
            (self.too_deep, "element nested too deep"),
            (references.bare.get(), "bare `&`"),
        ];
        let flags = [
            (self.junk, "text before the first tag"),
            (self.too_many_nodes, "more elements than can be kept; some were left out"),
            (self.too_many_entries, "more entries than can be kept; the rest was left out"),
            (self.too_many_namespaces, "more namespaces than can be kept"),
            (references.exhausted.get(), "entities that grow without bound; they were left out"),
            (silent, "no entry could be read"),
        ];
        let counts = counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{what} ({count} times)"));
        let others = flags.into_iter().filter(|(so, _)| *so).map(|(_, what)| what.to_owned());
        counts.chain(others).map(|what| Fault::new("markup", what))
    }
}
