//! What the process says when it ends.

use std::process::ExitCode;

use crate::config::Faults;
use crate::store;

/// How a verb ended, for the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is well.
    Well,
    /// Some source failed; the rest is published.
    SomeFailed,
    /// The command or the settings are wrong.
    Wrong,
    /// The state is damaged.
    Damaged,
    /// Another process holds the state.
    Held,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Well => 0,
            Exit::SomeFailed => 1,
            Exit::Wrong => 2,
            Exit::Damaged => 3,
            Exit::Held => 4,
        })
    }
}

/// A wrong command, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Usage(pub String);

/// An address of the command line that the guard refused.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Private(pub String);

/// The exit that an error asks for.
pub(super) fn of(error: &anyhow::Error) -> Exit {
    if error.is::<Faults>() || error.chain().any(|cause| cause.downcast_ref::<Usage>().is_some()) {
        return Exit::Wrong;
    }
    match error.chain().find_map(|cause| cause.downcast_ref::<store::Error>()) {
        Some(store::Error::Damaged { .. } | store::Error::Newer(_)) => Exit::Damaged,
        Some(why) if why.is_damage() => Exit::Damaged,
        Some(store::Error::Held(_)) => Exit::Held,
        _ => Exit::SomeFailed,
    }
}
