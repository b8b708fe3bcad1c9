//! The table `[stories]`, and the keys about changed and new items.

use super::read::{Table, nearest};
use super::{OnChange, Source};
use crate::model::SourceId;
use crate::story::{Prefer, Ways};

pub(super) fn ways(root: &mut Table<'_>, sources: &[Source]) -> Ways {
    let alone = sources.iter().filter(|source| !source.stories).map(|source| source.id.clone());
    let mut ways = Ways { alone: alone.collect(), ..Ways::default() };
    let Some(mut table) = root.table("stories") else { return ways };
    ways.on = table.flag("unite").unwrap_or(ways.on);
    ways.upgrade = table.flag("upgrade").unwrap_or(ways.upgrade);
    if let Some(window) = table.duration("window") {
        ways.window = window.value;
    }
    if let Some(wish) = prefer(&mut table, sources) {
        ways.prefer = wish;
    }
    table.finish();
    ways
}

/// `earliest`, `longest`, or sources in the order of preference.
fn prefer(table: &mut Table<'_>, sources: &[Source]) -> Option<Prefer> {
    let names = table.strings("prefer")?;
    if let [only] = &names[..] {
        match only.value.as_str() {
            "earliest" => return Some(Prefer::Earliest),
            "longest" => return Some(Prefer::Longest),
            _ => {}
        }
    }
    for name in &names {
        if sources.iter().any(|source| source.id.as_str() == name.value) {
            continue;
        }
        let what = format!("there is no source `{}`", name.value);
        let words = ["earliest", "longest"].into_iter();
        let known = words.chain(sources.iter().map(|source| source.id.as_str()));
        let hint = match nearest(&name.value, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write \"earliest\", \"longest\", or a list of sources".to_owned(),
        };
        table.marks().add_hint(&name.span, what, hint);
    }
    Some(Prefer::Sources(names.into_iter().map(|name| SourceId::new(name.value)).collect()))
}

/// The key `on_change`.
pub(super) fn on_change(table: &mut Table<'_>) -> Option<OnChange> {
    let word = table.string("on_change")?;
    match word.value.as_str() {
        "update" => Some(OnChange::Update),
        "ignore" => Some(OnChange::Ignore),
        "announce" => Some(OnChange::Announce),
        other => {
            let what = format!("`on_change` knows no `{other}`");
            let hint = "write \"update\", \"ignore\" or \"announce\"";
            table.marks().add_hint(&word.span, what, hint);
            None
        }
    }
}
