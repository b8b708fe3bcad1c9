//! How long things are kept: `keep = { days = 90, items = 1_000 }`.

use std::collections::BTreeMap;

use super::read::Table;
use super::route::ids;
use crate::model::SourceId;

/// How long, and how many; neither: for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// Days since publication.
    pub days: Option<u64>,
    /// The newest so many.
    pub items: Option<usize>,
}

/// What is kept of each source: its own word, else that of the defaults.
pub(super) fn keep(root: &mut Table<'_>) -> BTreeMap<SourceId, Keep> {
    let usual = root.table("defaults").and_then(|mut table| read(&mut table)).unwrap_or_default();
    let own = ids(root).into_iter().map(|(mut table, id)| {
        let keep = read(&mut table).unwrap_or(usual);
        (SourceId::new(id), keep)
    });
    own.filter(|(_, keep)| *keep != Keep::default()).collect()
}

/// The key `keep` of a table.
pub(super) fn read(table: &mut Table<'_>) -> Option<Keep> {
    let mut own = table.table("keep")?;
    if !own.has("days") && !own.has("items") {
        own.marks().add_hint(&own.span, "`keep` needs `days` or `items`", "write `days = 90`");
    }
    let days = own.number("days", 1..36_501);
    let items = own.number("items", 1..100_000_001).map(|items| items as usize);
    own.finish();
    Some(Keep { days, items })
}
