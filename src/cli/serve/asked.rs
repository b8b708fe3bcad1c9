//! What other verbs ask of a daemon by way of the state: recommendations, and what is taken down.

use std::time::Duration;

use super::Shared;
use crate::cli::setup;
use crate::edition::{self, Care};

/// How often the state is looked at.
const PAUSE: Duration = Duration::from_secs(2);

/// Publishes what was asked for, and ends what is over, until the daemon is told to end.
pub(super) async fn heed(shared: &Shared) {
    let mut ticks = tokio::time::interval(PAUSE);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shared.ended() => return,
        }
        if let Err(why) = look(shared).await {
            tracing::error!("what was asked for cannot be published: {why:#}");
            tokio::time::sleep(PAUSE * 10).await;
        }
    }
}

async fn look(shared: &Shared) -> anyhow::Result<()> {
    shared.store.end_shares(setup::now()).await?;
    // Before the daemon is ready everything is published anyhow.
    if !shared.ready.is_ready() || !shared.store.is_asked().await? {
        return Ok(());
    }
    let settings = shared.settings();
    let done = edition::publish(&shared.store, &settings, &shared.authority, Care::Changes).await?;
    if done.written + done.removed > 0 {
        tracing::info!(written = done.written, removed = done.removed, "published");
        shared.published();
    }
    Ok(())
}
