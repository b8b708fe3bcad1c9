//! The table `[cleaning]`: what is wished of cleaning beside what is always done.

use super::read::{At, Table};
use crate::html::Manner;

pub(super) fn manner(root: &mut Table<'_>) -> Manner {
    let mut manner = Manner::default();
    let Some(mut table) = root.table("cleaning") else { return manner };
    manner.frames = frames(&mut table);
    let plain = |name: &str| {
        let name = name.strip_suffix('*').unwrap_or(name);
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        !name.is_empty() && name.bytes().all(fits)
    };
    let tracking =
        names(&mut table, "tracking", "write a parameter's name, or its start and `*`", plain);
    manner.tracking = tracking.into_iter().map(|name| name.to_ascii_lowercase()).collect();
    let part = |part: &str| part.len() >= 4 && !part.contains(char::is_whitespace);
    manner.pixels = names(&mut table, "pixels", "write a host, or a host and a path", part);
    table.finish();
    manner
}

/// Whether `embeds` says `frame`.
fn frames(table: &mut Table<'_>) -> bool {
    let Some(word) = table.string("embeds") else { return false };
    if !matches!(word.value.as_str(), "link" | "frame") {
        let what = format!("`embeds` knows no `{}`", word.value);
        table.marks().add_hint(&word.span, what, "write \"link\" or \"frame\"");
    }
    word.value == "frame"
}

fn names(
    table: &mut Table<'_>,
    key: &'static str,
    hint: &str,
    fits: impl Fn(&str) -> bool,
) -> Vec<String> {
    let (good, bad): (Vec<At<String>>, Vec<At<String>>) =
        table.strings(key).unwrap_or_default().into_iter().partition(|name| fits(&name.value));
    for name in bad {
        let what = format!("`{}` is none of `{key}`", name.value);
        table.marks().add_hint(&name.span, what, hint);
    }
    good.into_iter().map(|name| name.value).collect()
}
