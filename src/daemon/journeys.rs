//! The journeys under way: which may begin, and what their ends mean for others.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::{Id, JoinError, JoinSet};
use url::Url;

use super::breaker::{Breaker, Sighting, Verdict};
use super::queue::{Gate, Host, Queue};
use crate::config::Source;
use crate::fetch::{self, Rest};
use crate::model::{Instant, SourceId};
use crate::refresh::{self, News, Report, World};
use crate::schedule::Rhythm;
use crate::store::{self, Store};

/// Journeys for each request that may be in flight: while one waits for its host, another asks.
const PER_REQUEST: usize = 2;

/// A next visit further off than this (or twice the source's rhythm) was never meant.
const LONGEST: TimeDelta = TimeDelta::days(8);

/// How a journey ended.
pub(super) type Ended = Result<(Id, Result<Report, store::Error>), JoinError>;

/// All that is under way, and all that is to be.
pub(super) struct Journeys {
    world: World,
    store: Store,
    pub sources: Vec<Arc<Source>>,
    pub queue: Queue,
    breaker: Breaker,
    under_way: HashMap<Id, UnderWay>,
    tasks: JoinSet<Result<Report, store::Error>>,
}

#[derive(Clone, Copy)]
struct UnderWay {
    source: usize,
    slow: bool,
}

impl Journeys {
    pub(super) fn new(world: &World, store: &Store, sources: Vec<Arc<Source>>) -> Self {
        let queue = Queue::new(sources.iter().map(|source| host(source)));
        Self {
            world: world.clone(),
            store: store.clone(),
            breaker: Breaker::new(queue.hosts()),
            queue,
            sources,
            under_way: HashMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Whether any is under way.
    pub(super) fn any(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// Takes up the rests that were remembered.
    pub(super) async fn resume_rests(&self, now: Instant) -> Result<(), store::Error> {
        for rest in self.store.rests(now).await? {
            let left = (rest.until - now).to_std().unwrap_or_default();
            let rest = Rest { host: rest.host, left, refusals: rest.refusals };
            self.world.fetcher.resume_rest(&rest);
        }
        Ok(())
    }

    /// Has those that are due begin one after the other, where they are many.
    pub(super) fn spread(&mut self, now: Instant) {
        self.queue.spread(now, self.world.settings.fetch.at_once);
    }

    /// Begins the journey of the next source that is due; one that was visited by another way
    /// meanwhile is due later.
    pub(super) async fn start_due(&mut self, now: Instant) -> Result<bool, store::Error> {
        while let Some(number) = self.pick(now, true) {
            let Some(source) = self.sources.get(number).map(Arc::clone) else { continue };
            let next = self.store.next_visit(&source.id).await?;
            let Some(later) = next.filter(|at| *at > now && is_meant(&source, *at, now)) else {
                self.set_off(number, source, now);
                return Ok(true);
            };
            self.queue.done(number);
            self.queue.put(number, later);
        }
        Ok(false)
    }

    /// Begins the next journey of those that are to be made whether they are due or not.
    pub(super) fn start(&mut self, now: Instant) -> bool {
        let Some(number) = self.pick(now, false) else { return false };
        let Some(source) = self.sources.get(number).map(Arc::clone) else { return false };
        self.set_off(number, source, now);
        true
    }

    /// The next source that may be visited; with `patience`, not while its host rests, and while
    /// we are offline, only to see whether we still are.
    fn pick(&mut self, now: Instant, patience: bool) -> Option<usize> {
        let most = self.world.settings.fetch.at_once.saturating_mul(PER_REQUEST);
        let offline = patience && self.breaker.probe().is_some();
        let may_probe = self.tasks.is_empty() && self.breaker.probe().is_some_and(|at| at <= now);
        if self.tasks.len() >= most || offline && !may_probe {
            return None;
        }
        let slow_ones = self.under_way.values().filter(|one| one.slow).count();
        let fetcher = Arc::clone(&self.world.fetcher);
        let gate = |host: &Host| match fetcher.resting(&host.name, &host.egress) {
            Some(left) if patience => Gate::Rests(left),
            _ if slow_ones >= most / 2 && fetcher.is_slow(&host.name) => Gate::Crowded,
            _ => Gate::Open,
        };
        let number = self.queue.next(now, gate)?;
        if offline {
            self.breaker.probing(now);
        }
        Some(number)
    }

    fn set_off(&mut self, number: usize, source: Arc<Source>, now: Instant) {
        let host = self.queue.host(number);
        let slow = host.is_some_and(|host| self.world.fetcher.is_slow(&host.name));
        let (world, store) = (self.world.clone(), self.store.clone());
        let task = async move { refresh::visit(&world, &store, &source, now).await };
        let begun = self.tasks.spawn(task);
        self.under_way.insert(begun.id(), UnderWay { source: number, slow });
    }

    /// How long nobody will be due.
    pub(super) fn nap(&self, now: Instant) -> Option<Duration> {
        let due = self.queue.nap(now);
        let probe = self.breaker.probe().map(|at| (at - now).to_std().unwrap_or_default());
        // Those that are due already wait for somebody's end, or for the probe.
        let due = if self.any() { due.filter(|nap| !nap.is_zero()) } else { due };
        due.max(probe)
    }

    /// The next end.
    pub(super) async fn joined(&mut self) -> Ended {
        match self.tasks.join_next_with_id().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    /// Waits for the next end and takes what it brought; `None` where nothing is under way.
    pub(super) async fn end(
        &mut self,
        now: Instant,
    ) -> Result<Option<(usize, Report)>, store::Error> {
        if !self.any() {
            return Ok(None);
        }
        loop {
            let ended = self.joined().await;
            if let Some(taken) = self.take(ended, now).await? {
                return Ok(Some(taken));
            }
            if !self.any() {
                return Ok(None);
            }
        }
    }

    /// What a journey brought. One that broke is a failed visit of its source, and of no other.
    pub(super) async fn take(
        &mut self,
        ended: Ended,
        now: Instant,
    ) -> Result<Option<(usize, Report)>, store::Error> {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(why) => why.id(),
        };
        let Some(UnderWay { source: number, .. }) = self.under_way.remove(&id) else {
            return Ok(None);
        };
        self.queue.done(number);
        let Some(source) = self.sources.get(number) else { return Ok(None) };
        let report = match ended {
            Ok((_, report)) => report?,
            Err(why) => {
                tracing::error!(source = %source.id, cause = %why, "a journey came to an unexpected end");
                self.world.tell(News::Broke(source.id.clone()));
                Box::pin(refresh::broken(&self.store, source, now)).await?
            }
        };
        self.judge(number, &report, now).await?;
        Ok(Some((number, report)))
    }

    /// Whether the failure was our own.
    async fn judge(
        &mut self,
        number: usize,
        report: &Report,
        now: Instant,
    ) -> Result<(), store::Error> {
        let Some(reached) = report.reached else { return Ok(()) };
        let host = self.queue.host_of(number);
        let failed_before = report.failures > 1;
        let sighting = Sighting { at: now, source: number, host, reached, failed_before };
        match self.breaker.note(sighting) {
            Verdict::Fine => {}
            Verdict::Fell(failed) => {
                tracing::warn!("most hosts cannot be reached: it seems that we are offline");
                self.take_back(&failed, now).await?;
            }
            Verdict::Down => self.take_back(&[number], now).await?,
            Verdict::Up => {
                tracing::info!("hosts can be reached again");
                self.spread(now);
            }
        }
        Ok(())
    }

    /// Sources that failed for our sake did not fail.
    async fn take_back(&mut self, failed: &[usize], now: Instant) -> Result<(), store::Error> {
        let again = Breaker::again(now);
        let sources = failed.iter().filter_map(|number| self.sources.get(*number));
        let ids: Vec<SourceId> = sources.map(|source| source.id.clone()).collect();
        self.store.unfail(&ids, again).await?;
        for number in failed {
            self.queue.put(*number, again);
        }
        Ok(())
    }
}

/// Whether a next visit is not too far off to be meant: a clock that was wrong once must not keep
/// a source away for years.
pub(super) fn is_meant(source: &Source, next: Instant, now: Instant) -> bool {
    let own = match &source.every {
        Rhythm::Auto => TimeDelta::zero(),
        Rhythm::Every(every) => TimeDelta::from_std(*every * 2).unwrap_or(LONGEST),
        Rhythm::Cron(cron) => cron.after(now).map_or(LONGEST, |next| next - now) + LONGEST,
    };
    next <= now + own.max(LONGEST)
}

/// Where a source's first request goes, as far as its settings tell.
fn host(source: &Source) -> Host {
    let list = source.lists.first();
    let first = list.and_then(|list| match &list.first {
        Some(first) => Some(&first.url),
        None => list.urls.first(),
    });
    let address = first.and_then(|template| template.fill(|_| Some("1".to_owned())).ok());
    let url = address.and_then(|address| Url::parse(&address).ok());
    // What has no host fails by itself, and keeps nobody waiting.
    let name = url.map_or_else(|| format!("source {}", source.id), |url| fetch::host_of(&url));
    Host { name, egress: source.access.egress.clone() }
}
