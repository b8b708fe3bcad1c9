//! Many journeys, for ever: who is due, how many at once, and how to stop.

mod breaker;
mod journeys;
mod queue;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::config::Source;
use crate::edition::{self, Care};
use crate::model::{Instant, SourceId};
use crate::refresh::{News, Printed, Report, World};
use crate::store::{self, Store};
use journeys::Journeys;

/// How long the daemon sleeps at the most before it looks who is due.
const NAP: Duration = Duration::from_secs(30);
/// What journeys bring is published together, at the latest after this.
const TOGETHER: Duration = Duration::from_secs(1);
/// A clock that was set back by more than this makes us look at all next visits again.
const SET_BACK: TimeDelta = TimeDelta::hours(1);

/// The clock, handed in by whoever may read it.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The outcome of a single round.
#[derive(Debug, Default)]
pub struct Round {
    /// A report for each source that was visited, in the order of the settings.
    pub reports: Vec<Report>,
}

/// Visits sources once, many at a time but one to each host, and waits for all of them.
pub async fn round(
    world: &World,
    store: &Store,
    sources: &[Arc<Source>],
    now: Instant,
) -> Result<Round, store::Error> {
    let mut journeys = Journeys::new(world, store, sources.to_vec());
    journeys.resume_rests(now).await?;
    for source in 0..sources.len() {
        journeys.queue.put(source, now);
    }
    let mut reports = Vec::new();
    loop {
        while !world.stop.is_said() && journeys.start(now) {}
        let Some((source, report)) = journeys.end(now).await? else { break };
        reports.push((source, report));
    }
    reports.sort_by_key(|(source, _)| *source);
    Ok(Round { reports: reports.into_iter().map(|(_, report)| report).collect() })
}

/// Visits sources as they become due, and publishes what they bring, until the stop is there.
pub async fn run(
    world: &World,
    store: &Store,
    clock: &Clock,
    stopped: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let sources: Vec<_> = world.settings.sources.iter().cloned().map(Arc::new).collect();
    let journeys = Journeys::new(world, store, sources);
    let mut daemon = Daemon { world, store, clock, journeys, seen: clock(), unpublished: None };
    let mut stopped = std::pin::pin!(stopped);
    daemon.publish(Care::Folder).await;
    daemon.begin().await?;
    loop {
        let nap = daemon.start_due().await?;
        tokio::select! {
            () = &mut stopped => break,
            ended = daemon.journeys.joined(), if daemon.journeys.any() => daemon.end(ended).await?,
            () = world.bells.daemon.notified() => daemon.called().await?,
            () = tokio::time::sleep(nap) => daemon.publish_in_time().await,
        }
    }
    tracing::info!("stopping: what is at hand is kept");
    world.stop.say();
    while daemon.journeys.any() {
        let ended = daemon.journeys.joined().await;
        daemon.end(ended).await?;
    }
    daemon.publish(Care::Changes).await;
    Ok(())
}

/// The journeys that are under way, and who may begin one.
struct Daemon<'d> {
    world: &'d World,
    store: &'d Store,
    clock: &'d Clock,
    journeys: Journeys,
    /// The time when it was last looked at.
    seen: Instant,
    /// Since when something waits to be published.
    unpublished: Option<tokio::time::Instant>,
}

impl Daemon<'_> {
    /// Takes up what the last process left: who is due when, and which hosts rest.
    async fn begin(&mut self) -> Result<(), store::Error> {
        let now = self.seen;
        self.journeys.resume_rests(now).await?;
        self.load(now).await?;
        self.journeys.spread(now);
        Ok(())
    }

    /// Puts every source in its place, but those that are gone.
    async fn load(&mut self, now: Instant) -> Result<(), store::Error> {
        let agenda = self.store.agenda().await?;
        let known: HashMap<_, _> = agenda.iter().map(|one| (one.source.as_str(), one)).collect();
        for (number, source) in self.journeys.sources.iter().enumerate() {
            let known = known.get(source.id.as_str());
            if source.paused || known.is_some_and(|one| one.gone) {
                continue;
            }
            let due = known.map_or(now, |one| one.next_visit);
            let meant = journeys::is_meant(source, due, now);
            self.journeys.queue.put(number, if meant { due } else { now });
        }
        Ok(())
    }

    /// Sends those on their way who are due; says how long nobody else will be.
    async fn start_due(&mut self) -> Result<Duration, store::Error> {
        let now = (self.clock)();
        if now < self.seen - SET_BACK {
            self.load(now).await?;
        }
        self.seen = now;
        while self.journeys.start_due(now).await? {}
        let mut nap = self.journeys.nap(now).unwrap_or(NAP).min(NAP);
        if let Some(since) = self.unpublished {
            nap = nap.min(TOGETHER.saturating_sub(since.elapsed()));
        }
        Ok(nap.max(Duration::from_millis(10)))
    }

    /// Takes what a journey brought.
    async fn end(&mut self, ended: journeys::Ended) -> anyhow::Result<()> {
        let now = (self.clock)();
        let Some((source, report)) = self.journeys.take(ended, now).await? else { return Ok(()) };
        log(&report);
        // A failure that was our own was taken back, and with it the next visit.
        let meant = report.next.filter(|_| report.reached != Some(false));
        let next = match meant {
            Some(next) => Some(next),
            None => self.store.next_visit(&SourceId::new(report.source.clone())).await?,
        };
        if let Some(next) = next {
            self.journeys.queue.put(source, next);
        }
        self.unpublished.get_or_insert_with(tokio::time::Instant::now);
        if !self.journeys.any() {
            self.publish(Care::Changes).await;
        }
        self.publish_in_time().await;
        Ok(())
    }

    async fn publish_in_time(&mut self) {
        if self.unpublished.is_some_and(|since| since.elapsed() >= TOGETHER) {
            self.publish(Care::Changes).await;
        }
    }

    /// Publishes what came by another way than a visit, and puts those in their places whose next
    /// visit changed meanwhile.
    async fn called(&mut self) -> Result<(), store::Error> {
        let called = self.world.bells.called();
        for (number, source) in self.journeys.sources.iter().enumerate() {
            if called.contains(&source.id)
                && let Some(next) = self.store.next_visit(&source.id).await?
            {
                self.journeys.queue.put(number, next);
            }
        }
        self.publish(Care::Changes).await;
        Ok(())
    }

    /// What cannot be published now is published with the next change; readers keep the last
    /// good files meanwhile.
    async fn publish(&mut self, care: Care) {
        self.unpublished = None;
        let World { settings, authority, .. } = self.world;
        let began = tokio::time::Instant::now();
        let done = edition::publish(self.store, settings, authority, care).await;
        let written = done.as_ref().ok().map(|done| done.written);
        self.world.tell(News::Published(Printed { written, took: began.elapsed() }));
        match done {
            Ok(done) if done.written + done.removed > 0 => {
                tracing::info!(written = done.written, removed = done.removed, "published");
                self.world.bells.push.notify_one();
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
