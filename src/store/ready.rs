//! What can be made of an item before its turn to be kept: off the runtime's threads, while another
//! visit is being written.

use std::collections::HashMap;

use super::rows::{self, Saved};
use super::search::Entry;
use super::stories::Newcomer;
use super::{Error, sql};
use crate::html;
use crate::identity::Likeness;
use crate::model::ItemId;

/// What was made of an item.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    /// How its story is looked for, where it is new or changed.
    pub newcomer: Option<Newcomer>,
    /// What the index of searches gets.
    pub entry: Entry,
    /// What it looks like in its list.
    pub likeness: Option<Likeness>,
    /// Its originals, packed, in their order.
    pub originals: Vec<Vec<u8>>,
}

impl Ready {
    pub(super) fn of(saved: &Saved) -> Self {
        let text = html::text(saved.item.body.as_str());
        let entry = Entry::of(&saved.item, &text);
        let list = saved.originals.first().map_or("", |one| one.original.list.as_str());
        let linked = saved.originals.iter().find(|one| one.original.entry.link.is_some());
        let listed = linked.or(saved.originals.first());
        Self {
            newcomer: saved.announce.then(|| Newcomer::read(&saved.item, text, list)),
            entry,
            likeness: listed.map(|one| Likeness::of(&one.original.entry)),
            originals: saved.originals.iter().map(|one| rows::pack(&one.original)).collect(),
        }
    }
}

/// Items with what was made of each.
pub(super) async fn all(items: Vec<Saved>) -> Result<(Vec<Saved>, Vec<Ready>), Error> {
    if items.is_empty() {
        return Ok((items, Vec::new()));
    }
    let made = tokio::task::spawn_blocking(move || {
        let ready = items.iter().map(Ready::of).collect();
        (items, ready)
    });
    match made.await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(made) => Ok(made),
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_)) => Err(Error::Sql(sql::closed())),
    }
}

/// Those whose stories are looked for.
pub(super) fn newcomers(items: &[Saved], ready: &[Ready]) -> HashMap<ItemId, Newcomer> {
    let newcomers = items
        .iter()
        .zip(ready)
        .filter_map(|(saved, ready)| Some((saved.item.id.clone(), ready.newcomer.clone()?)));
    newcomers.collect()
}
