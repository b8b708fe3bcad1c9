//! What a daemon does besides polling: signs of life, and a backup a day.

use std::time::Duration;

use chrono::TimeDelta;
use sd_notify::NotifyState;

use super::Shared;
use crate::cli::{backup, copies, setup};
use crate::store::{Backup, Lock};

/// How often the lock gets a sign of life.
const BEAT: Duration = Duration::from_secs(10);
/// How long the database may take to answer before that is no life.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a backup is made.
const DAY: TimeDelta = TimeDelta::hours(24);
/// How often it is looked whether a copy is still to be made.
const COPY: Duration = Duration::from_mins(1);
/// After a backup that failed.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// Keeps giving signs of life, as long as it is waited for.
pub(super) async fn beat(shared: &Shared, lock: &mut Lock) -> std::convert::Infallible {
    let watched = sd_notify::watchdog_enabled();
    let pace = watched.map_or(BEAT, |watchdog| (watchdog / 3).min(BEAT));
    let mut ticks = tokio::time::interval(pace);
    loop {
        ticks.tick().await;
        if let Err(cause) = lock.beat(setup::now()) {
            tracing::warn!(%cause, "no sign of life can be left in the lock");
        }
        if watched.is_none() {
            continue;
        }
        match tokio::time::timeout(PATIENCE, shared.store.answers()).await {
            Ok(Ok(())) => tell(&[NotifyState::Watchdog]),
            Ok(Err(why)) => tracing::error!("the database does not answer: {why}"),
            Err(_) => tracing::error!("the database does not answer"),
        }
    }
}

/// Makes a backup when the newest is a day old, until the daemon is told to end.
pub(super) async fn back_up(shared: &Shared) {
    let mut not_before = setup::now();
    let mut ticks = tokio::time::interval(Duration::from_secs(30));
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shared.ended() => return,
        }
        let (now, settings) = (setup::now(), shared.settings());
        let dir = backup::folder(&settings);
        let newest = Backup::all(&dir).into_iter().next();
        if let Some(backup) = &newest {
            shared.metrics.backed_up(backup.at);
        }
        // Of a time to come: the clock was wrong then, and that is no reason to have none now.
        let due = newest.is_none_or(|backup| (now - backup.at).abs() >= DAY);
        if settings.backups.keep == 0 || !due || now < not_before || !shared.ready.is_ready() {
            continue;
        }
        let made = tokio::select! {
            made = shared.store.backup(&dir, settings.backups.keep, now) => made,
            () = shared.ended() => return,
        };
        match made {
            Ok(made) => tracing::info!(file = %made.path.display(), "backed up"),
            Err(why) => {
                tracing::error!("no backup: {why}");
                not_before = now + AGAIN;
            }
        }
    }
}

/// Copies what is published to the bucket of the settings, after each edition and, where that
/// failed, again and again; until the daemon is told to end.
pub(super) async fn copy(shared: &Shared) {
    let mut ticks = tokio::time::interval(COPY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shared.printed.notified() => {}
            () = shared.ended() => return,
        }
        let settings = shared.settings();
        let copied = tokio::select! {
            copied = copies::all(&shared.store, &settings) => copied,
            () = shared.ended() => return,
        };
        if let Err(why) = copied {
            tracing::error!("{why:#}");
        }
    }
}

/// Tells the service manager, if there is one.
pub(super) fn tell(states: &[NotifyState<'_>]) {
    if let Err(cause) = sd_notify::notify(states) {
        tracing::debug!(%cause, "the service manager cannot be told");
    }
}
