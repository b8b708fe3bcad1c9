//! The published files to the bucket of the settings, and wherever else they are wanted.

use std::sync::Arc;

use super::{serve, setup};
use crate::config::Settings;
use crate::edition::{Done, Mirror, Target};
use crate::store::Store;

/// Where the settings want a copy of the published folder.
pub(super) fn targets(settings: &Settings) -> Vec<Target> {
    settings.publish.bucket.iter().cloned().map(Target::Bucket).collect()
}

/// Copies what differs.
pub(super) async fn copy(
    store: &Store,
    settings: &Arc<Settings>,
    target: &Target,
    doubt: bool,
) -> anyhow::Result<Done> {
    let (rules, options) = (serve::rules(settings), setup::storage());
    let mirror = Mirror { store, rules: &rules, options: &options };
    mirror.copy(target, doubt).await
}

/// Copies to all places of the settings.
pub(super) async fn all(store: &Store, settings: &Arc<Settings>) -> anyhow::Result<()> {
    for target in targets(settings) {
        let done = copy(store, settings, &target, false).await?;
        if done.written + done.removed > 0 {
            let place = target.name();
            tracing::info!(place, written = done.written, removed = done.removed, "copied");
        }
    }
    Ok(())
}
