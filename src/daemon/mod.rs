//! Many journeys, for ever: who is due, how many at once, and how to stop.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::config::Source;
use crate::edition::{self, Care};
use crate::model::{Instant, SourceId};
use crate::refresh::{self, Report, World};
use crate::store::{self, Store};

/// How long the daemon sleeps at the most before it looks who is due.
const NAP: Duration = Duration::from_secs(30);

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
    let mut reports = Vec::new();
    loop {
        while journeys.len() < at_once
            && !world.stop.load(Ordering::Relaxed)
            && let Some(source) = waiting.next()
        {
            journeys.spawn(journey(world.clone(), store.clone(), source, now));
        }
        let Some(ended) = journeys.join_next().await else { break };
        if let Ok((_, report)) = ended {
            reports.push(report?);
        }
    }
    let place =
        |report: &Report| sources.iter().position(|source| source.id.as_str() == report.source);
    reports.sort_by_key(place);
    Ok(Round { reports })
}

/// Visits sources as they become due, and publishes what they bring, until the stop is set.
pub async fn run(
    world: &World,
    store: &Store,
    clock: &Clock,
    stopped: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let sources: Vec<Arc<Source>> = world.settings.sources.iter().cloned().map(Arc::new).collect();
    let mut journeys = JoinSet::new();
    let mut under_way = HashSet::new();
    let mut stopped = std::pin::pin!(stopped);
    publish(world, store, Care::Folder).await;
    loop {
        let nap = start_due(world, store, clock, &sources, &mut journeys, &mut under_way).await?;
        tokio::select! {
            () = &mut stopped => break,
            Some(ended) = journeys.join_next() => {
                end(world, store, ended, &mut under_way).await?;
            }
            () = tokio::time::sleep(nap) => {}
        }
    }
    world.stop.store(true, Ordering::Relaxed);
    while let Some(ended) = journeys.join_next().await {
        end(world, store, ended, &mut under_way).await?;
    }
    Ok(())
}

type Journeys = JoinSet<(SourceId, Result<Report, store::Error>)>;

async fn journey(
    world: World,
    store: Store,
    source: Arc<Source>,
    now: Instant,
) -> (SourceId, Result<Report, store::Error>) {
    let report = refresh::visit(&world, &store, &source, now).await;
    (source.id.clone(), report)
}

/// Sends those on their way who are due; says how long nobody else will be.
async fn start_due(
    world: &World,
    store: &Store,
    clock: &Clock,
    sources: &[Arc<Source>],
    journeys: &mut Journeys,
    under_way: &mut HashSet<SourceId>,
) -> Result<Duration, store::Error> {
    let now = clock();
    let mut nap = NAP;
    for source in sources {
        if under_way.contains(&source.id) {
            continue;
        }
        let due = store.next_visit(&source.id).await?.unwrap_or(now);
        // A clock that was wrong once must not keep a source away for ever.
        let due = due.min(now + chrono::TimeDelta::days(8));
        if due > now {
            nap = nap.min((due - now).to_std().unwrap_or(NAP));
        } else if journeys.len() < world.settings.fetch.at_once {
            under_way.insert(source.id.clone());
            journeys.spawn(journey(world.clone(), store.clone(), Arc::clone(source), now));
        }
    }
    Ok(nap.max(Duration::from_millis(10)))
}

async fn end(
    world: &World,
    store: &Store,
    ended: Result<(SourceId, Result<Report, store::Error>), tokio::task::JoinError>,
    under_way: &mut HashSet<SourceId>,
) -> anyhow::Result<()> {
    let (id, report) = match ended {
        Ok(done) => done,
        Err(why) => {
            // The journey's name is lost with it; nobody is kept waiting for that.
            tracing::error!(cause = %why, "a journey came to an unexpected end");
            under_way.clear();
            return Ok(());
        }
    };
    under_way.remove(&id);
    let report = report?;
    log(&report);
    publish(world, store, Care::Changes).await;
    Ok(())
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

/// What cannot be published now is published with the next change; readers keep the last good
/// files meanwhile.
async fn publish(world: &World, store: &Store, care: Care) {
    match edition::publish(store, &world.settings, &world.authority, care).await {
        Ok(done) if done.written + done.removed > 0 => {
            tracing::info!(written = done.written, removed = done.removed, "published");
        }
        Ok(_) => {}
        Err(why) => tracing::error!("{why:#}"),
    }
}
