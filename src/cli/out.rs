//! The two printers: data to stdout, everything else to stderr. A reader who went away is no
//! error.

use std::io::{self, Write as _};

use serde::Serialize;

use super::exit;
use crate::store;

/// Data, as it is.
pub(super) fn bytes(data: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    gone_is_fine(stdout.write_all(data).and_then(|()| stdout.flush()))
}

/// A line of data.
pub(super) fn line(text: impl AsRef<str>) -> anyhow::Result<()> {
    bytes(format!("{}\n", plain(text.as_ref())).as_bytes())
}

/// A document for programs.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?)
}

/// So many of something: `1 source`, `2 sources`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A line for people.
pub(super) fn note(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", plain(text.as_ref()));
}

/// Without what would move a terminal's cursor, colour its text or turn its direction.
fn plain(text: &str) -> String {
    let moves = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if moves(c) { '\u{fffd}' } else { c }).collect()
}

/// What went wrong, with its causes, and the cure where it is known.
pub(super) fn error(error: &anyhow::Error) {
    note(format!("error: {error:#}"));
    if let Some(hint) = hint(error) {
        note(format!("hint: {hint}"));
    }
}

fn hint(error: &anyhow::Error) -> Option<&'static str> {
    if error.downcast_ref::<super::exit::Private>().is_some() {
        return Some(
            "an address in a private network is asked only with `--allow-private NETWORK`",
        );
    }
    let store = error.chain().find_map(|cause| cause.downcast_ref::<store::Error>())?;
    let restore = "the published folder is untouched; `finews restore` puts the newest backup in \
                   its place, or move it away to begin anew";
    match store {
        store::Error::Held(_) => Some("stop the other finews, or name another state (`--state`)"),
        store::Error::Damaged { .. } => Some(restore),
        why if why.is_damage() => Some(restore),
        store::Error::Newer(_) => Some("use the finews that wrote it, or a newer one"),
        store::Error::Full => Some("make room; nothing is lost, and the next run goes on"),
        _ => None,
    }
}

fn gone_is_fine(done: io::Result<()>) -> anyhow::Result<()> {
    match done {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => Err(why.into()),
        _ => Ok(()),
    }
}

/// The exit of a verb whose sources may have failed.
pub(super) fn exit(failed: bool) -> exit::Exit {
    if failed { exit::Exit::SomeFailed } else { exit::Exit::Well }
}
