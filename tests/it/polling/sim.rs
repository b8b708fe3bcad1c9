//! A daemon whose clock leaps from one due visit to the next.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use finews::config::{self, Outside, Source};
use finews::daemon;
use finews::fetch::{Fetcher, Manners};
use finews::model::SourceId;
use finews::refresh::{Bells, Report, Stop, World};
use finews::store::{Health, Store};

pub type Instant = DateTime<Utc>;

pub struct Sim {
    dir: tempfile::TempDir,
    settings: String,
    pub store: Store,
    pub world: World,
    pub now: Instant,
}

/// A Monday morning.
pub fn start() -> Instant {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

impl Sim {
    pub async fn new(sources: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let feeds = dir.path().join("feeds");
        let settings = format!(
            "[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n\
             [publish]\ndir = \"{}\"\n[defaults]\nallow_private = [\"127.0.0.0/8\"]\n{sources}",
            feeds.display()
        );
        let store = Store::open(&dir.path().join("state.db")).await.unwrap();
        let world = world(&settings);
        Self { dir, settings, store, world, now: start() }
    }

    /// Ends the process and starts another one on the same state.
    pub async fn restart(&mut self) {
        let store = Store::open(&self.dir.path().join("state.db")).await.unwrap();
        std::mem::replace(&mut self.store, store).close().await;
        self.world = world(&self.settings);
    }

    /// Lets time pass.
    pub async fn leap(&mut self, by: TimeDelta) {
        self.now += by;
        tokio::time::pause();
        tokio::time::advance(by.to_std().unwrap()).await;
        tokio::time::resume();
    }

    /// Visits whoever is due now.
    pub async fn visit(&mut self) -> Vec<Report> {
        let due = self.due().await.into_iter().filter(|(at, _)| *at <= self.now);
        let due: Vec<_> = due.map(|(_, source)| source).collect();
        self.visit_all(&due).await
    }

    /// Visits these, due or not.
    pub async fn visit_all(&self, sources: &[Arc<Source>]) -> Vec<Report> {
        daemon::round(&self.world, &self.store, sources, self.now).await.unwrap().reports
    }

    /// Leaps to the next due visit, if there is one before `end`, and makes it; else to `end`.
    pub async fn next(&mut self, end: Instant) -> bool {
        let next = self.due().await.into_iter().map(|(at, _)| at).min();
        let at = next.filter(|at| *at < end).unwrap_or(end);
        let wait = (at - self.now).max(TimeDelta::zero());
        self.leap(wait).await;
        if at < end {
            self.visit().await;
        }
        at < end
    }

    /// Makes all visits of so long a time.
    pub async fn run(&mut self, time: TimeDelta) {
        let end = self.now + time;
        while self.next(end).await {}
    }

    pub async fn health(&self, source: &str) -> Health {
        let health = self.store.health().await.unwrap();
        health.into_iter().find(|one| one.source.as_str() == source).unwrap()
    }

    /// How long it is to the next visit.
    pub async fn wait(&self, source: &str) -> TimeDelta {
        self.health(source).await.next_visit - self.now
    }

    pub fn source(&self, id: &str) -> Arc<Source> {
        let id = SourceId::new(id);
        let source = self.world.settings.sources.iter().find(|source| source.id == id);
        Arc::new(source.unwrap().clone())
    }

    /// All sources that are not gone, and when they are due.
    async fn due(&self) -> Vec<(Instant, Arc<Source>)> {
        let agenda = self.store.agenda().await.unwrap();
        let sources = self.world.settings.sources.iter();
        let due = sources.filter_map(|source| {
            let known = agenda.iter().find(|one| one.source == source.id);
            let at = known.map_or(self.now, |one| one.next_visit);
            known.is_none_or(|one| !one.gone).then(|| (at, Arc::new(source.clone())))
        });
        due.collect()
    }
}

fn world(settings: &str) -> World {
    let settings = config::parse(settings, &Outside::NOTHING).unwrap();
    let mut manners = Manners::new("finews/0.0.0 (+https://t.example/)");
    manners.gap = Duration::ZERO;
    World {
        settings: Arc::new(settings),
        fetcher: Arc::new(Fetcher::new(manners).unwrap()),
        renderer: None,
        authority: "t.example,2026".into(),
        stop: Stop::default(),
        bells: Bells::default(),
        news: None,
    }
}
