//! Many journeys, for ever: who is due, how many at once, and how to stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::{Id, JoinError, JoinSet};

use crate::config::Source;
use crate::edition::{self, Care};
use crate::model::Instant;
use crate::refresh::{self, News, Printed, Report, World};
use crate::store::{self, Store};

/// How long the daemon sleeps at the most before it looks who is due.
const NAP: Duration = Duration::from_secs(30);

/// A next visit further off than this (or twice the source's rhythm) was never meant.
const LONGEST: TimeDelta = TimeDelta::days(8);

/// The clock, handed in by whoever may read it.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The outcome of a single round.
#[derive(Debug, Default)]
pub struct Round {
    /// A report for each source that was visited, in the order of the settings.
    pub reports: Vec<Report>,
}

/// Visits sources once, many at a time, and waits for all of them.
pub async fn round(
    world: &World,
    store: &Store,
    sources: &[Arc<Source>],
    now: Instant,
) -> Result<Round, store::Error> {
    let mut journeys = JoinSet::new();
    let mut waiting = sources.iter().cloned();
    let at_once = world.settings.fetch.at_once;
    let mut under_way = HashMap::new();
    let mut reports = Vec::new();
    loop {
        while journeys.len() < at_once
            && !world.stop.is_said()
            && let Some(source) = waiting.next()
        {
            let begun =
                journeys.spawn(journey(world.clone(), store.clone(), Arc::clone(&source), now));
            under_way.insert(begun.id(), source);
        }
        let Some(ended) = journeys.join_next_with_id().await else { break };
        match ended {
            Ok((_, report)) => reports.push(report?),
            Err(why) => {
                let Some(source) = under_way.get(&why.id()) else { continue };
                reports.push(refresh::broken(store, source, now).await?);
            }
        }
    }
    let place =
        |report: &Report| sources.iter().position(|source| source.id.as_str() == report.source);
    reports.sort_by_key(place);
    Ok(Round { reports })
}

/// Visits sources as they become due, and publishes what they bring, until the stop is there.
pub async fn run(
    world: &World,
    store: &Store,
    clock: &Clock,
    stopped: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let sources = world.settings.sources.iter().cloned().map(Arc::new).collect();
    let mut daemon = Daemon {
        world,
        store,
        clock,
        sources,
        journeys: JoinSet::new(),
        under_way: HashMap::new(),
    };
    let mut stopped = std::pin::pin!(stopped);
    daemon.publish(Care::Folder).await;
    loop {
        let nap = daemon.start_due().await?;
        tokio::select! {
            () = &mut stopped => break,
            Some(ended) = daemon.journeys.join_next_with_id() => daemon.end(ended).await?,
            () = tokio::time::sleep(nap) => {}
        }
    }
    tracing::info!("stopping: what is at hand is kept");
    world.stop.say();
    while let Some(ended) = daemon.journeys.join_next_with_id().await {
        daemon.end(ended).await?;
    }
    Ok(())
}

type Outcome = Result<Report, store::Error>;

async fn journey(world: World, store: Store, source: Arc<Source>, now: Instant) -> Outcome {
    refresh::visit(&world, &store, &source, now).await
}

/// The journeys that are under way, and who may begin one.
struct Daemon<'d> {
    world: &'d World,
    store: &'d Store,
    clock: &'d Clock,
    sources: Vec<Arc<Source>>,
    journeys: JoinSet<Outcome>,
    under_way: HashMap<Id, Arc<Source>>,
}

impl Daemon<'_> {
    /// Sends those on their way who are due; says how long nobody else will be.
    async fn start_due(&mut self) -> Result<Duration, store::Error> {
        let now = (self.clock)();
        let mut nap = NAP;
        for source in &self.sources {
            if source.paused || self.under_way.values().any(|one| one.id == source.id) {
                continue;
            }
            let due = self.store.next_visit(&source.id).await?.unwrap_or(now);
            // A clock that was wrong once must not keep a source away for years.
            let longest = LONGEST.max(TimeDelta::from_std(source.every * 2).unwrap_or(LONGEST));
            if due > now && due <= now + longest {
                nap = nap.min((due - now).to_std().unwrap_or(NAP));
            } else if self.journeys.len() < self.world.settings.fetch.at_once {
                let (world, store) = (self.world.clone(), self.store.clone());
                let begun = self.journeys.spawn(journey(world, store, Arc::clone(source), now));
                self.under_way.insert(begun.id(), Arc::clone(source));
            }
        }
        Ok(nap.max(Duration::from_millis(10)))
    }

    /// Publishes what a journey brought; a journey that broke is a failed visit of its source,
    /// and of no other.
    async fn end(&mut self, ended: Result<(Id, Outcome), JoinError>) -> anyhow::Result<()> {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(why) => why.id(),
        };
        let source = self.under_way.remove(&id);
        match ended {
            Ok((_, report)) => log(&report?),
            Err(why) => {
                tracing::error!(cause = %why, "a journey came to an unexpected end");
                if let Some(source) = source {
                    refresh::broken(self.store, &source, (self.clock)()).await?;
                    self.world.tell(News::Broke(source.id.clone()));
                }
            }
        }
        self.publish(Care::Changes).await;
        Ok(())
    }

    /// What cannot be published now is published with the next change; readers keep the last
    /// good files meanwhile.
    async fn publish(&self, care: Care) {
        let World { settings, authority, .. } = self.world;
        let began = tokio::time::Instant::now();
        let done = edition::publish(self.store, settings, authority, care).await;
        let written = done.as_ref().ok().map(|done| done.written);
        self.world.tell(News::Published(Printed { written, took: began.elapsed() }));
        match done {
            Ok(done) if done.written + done.removed > 0 => {
                tracing::info!(written = done.written, removed = done.removed, "published");
            }
            Ok(_) => {}
            Err(why) => tracing::error!("{why:#}"),
        }
    }
}

fn log(report: &Report) {
    let source = &report.source;
    for error in &report.errors {
        tracing::warn!(%source, "{error}");
    }
    for fault in &report.faults {
        tracing::debug!(%source, "{fault}");
    }
    let (new, changed) = (report.new, report.changed);
    tracing::info!(%source, new, changed, entries = report.entries, "visited");
}

#[cfg(test)]
mod tests;
