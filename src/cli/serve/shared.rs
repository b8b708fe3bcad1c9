//! What all parts of a running daemon share: its state, its settings of the moment, and the word
//! to end.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sd_notify::NotifyState;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, watch};

use super::metrics::Metrics;
use super::upkeep;
use crate::cli::setup;
use crate::config::Settings;
use crate::fetch::Fetcher;
use crate::refresh::{Bells, News, World};
use crate::serve::{Inbox, Readiness};
use crate::store::Store;

/// How far the daemon is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Running,
    /// It was told to end: nothing new is begun.
    Ending,
    /// All journeys are home: nothing is left but to go.
    Over,
}

/// What all parts share; clones share it too.
#[derive(Clone)]
pub(super) struct Shared {
    pub store: Store,
    pub authority: String,
    pub metrics: Arc<Metrics>,
    pub ready: Readiness,
    /// Rung when an edition is out.
    pub printed: Arc<Notify>,
    bells: Bells,
    /// Where this process serves: never to be asked.
    site: SocketAddr,
    now: Arc<Mutex<Now>>,
    stage: Arc<watch::Sender<Stage>>,
    news: UnboundedSender<News>,
}

/// What a reload changes.
struct Now {
    settings: Arc<Settings>,
    fetcher: Arc<Fetcher>,
    fault: Option<String>,
    inbox: Option<Arc<dyn Inbox>>,
}

impl Shared {
    pub(super) fn new(
        store: Store,
        settings: Arc<Settings>,
        authority: String,
        site: SocketAddr,
    ) -> anyhow::Result<(Self, UnboundedReceiver<News>)> {
        let (news, heard) = unbounded_channel();
        let metrics = Arc::new(Metrics::new());
        let fetcher = fetcher(&settings, &metrics, site)?;
        let now = Arc::new(Mutex::new(Now { settings, fetcher, fault: None, inbox: None }));
        let stage = Arc::new(watch::Sender::new(Stage::Running));
        let (ready, bells, printed) = (Readiness::default(), Bells::default(), Arc::default());
        let all = Self { store, authority, metrics, ready, printed, bells, site, now, stage, news };
        Ok((all, heard))
    }

    /// The settings that hold at the moment.
    pub(super) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.now().settings)
    }

    /// All that journeys need, as the settings of the moment have it.
    pub(super) fn world(&self) -> anyhow::Result<World> {
        let (settings, fetcher) = {
            let now = self.now();
            (Arc::clone(&now.settings), Arc::clone(&now.fetcher))
        };
        let world = setup::world(&settings, &self.authority, Some(self.news.clone()))?;
        Ok(World { fetcher, bells: self.bells.clone(), ..world })
    }

    /// Those who follow our feeds are to be told of changes.
    pub(super) fn published(&self) {
        self.bells.push.notify_one();
    }

    /// Who takes letters from now on.
    pub(super) fn take_letters(&self, inbox: Option<Arc<dyn Inbox>>) {
        self.now().inbox = inbox;
    }

    /// Who takes letters at the moment.
    pub(super) fn inbox(&self) -> Option<Arc<dyn Inbox>> {
        self.now().inbox.clone()
    }

    /// From now on these settings hold. Hosts that are left alone stay so, unless the settings
    /// say how requests are made in another way.
    pub(super) fn renew(&self, settings: Settings) {
        let settings = Arc::new(settings);
        let way = |one: &Settings| format!("{:?} {}", one.fetch, one.site.url);
        if way(&settings) != way(&self.settings()) {
            match fetcher(&settings, &self.metrics, self.site) {
                Ok(fetcher) => self.now().fetcher = fetcher,
                Err(why) => return self.settings_fail(&why),
            }
        }
        self.store.unite(&settings.stories);
        self.now().settings = settings;
    }

    /// What is wrong with the settings on disk, if the ones before hold instead.
    pub(super) fn settings_fault(&self) -> Option<String> {
        self.now().fault.clone()
    }

    /// The settings on disk hold.
    pub(super) fn settings_hold(&self) {
        self.now().fault = None;
        self.metrics.reloaded(true);
        upkeep::tell(&[NotifyState::Status("")]);
    }

    /// The settings on disk do not hold; the ones before do.
    pub(super) fn settings_fail(&self, why: &anyhow::Error) {
        let fault = self.settings().secrets.hidden(format!("{why:#}"));
        let line: Vec<_> = fault.lines().map(str::trim).collect();
        tracing::error!("the old settings stay: {}", line.join("; "));
        self.now().fault = Some(fault);
        self.metrics.reloaded(false);
        upkeep::tell(&[NotifyState::Status("the settings on disk are wrong; the old ones hold")]);
    }

    /// Tells everybody to end.
    pub(super) fn end(&self) {
        if self.raise(Stage::Ending) {
            self.ready.set(false);
            upkeep::tell(&[NotifyState::Stopping]);
        }
    }

    /// Says that all journeys are home.
    pub(super) fn finish(&self) {
        self.raise(Stage::Over);
    }

    pub(super) fn is_ended(&self) -> bool {
        *self.stage.borrow() >= Stage::Ending
    }

    /// Comes when everybody is told to end.
    pub(super) fn ended(&self) -> impl Future<Output = ()> + use<> {
        self.reached(Stage::Ending)
    }

    /// Comes when all journeys are home.
    pub(super) fn over(&self) -> impl Future<Output = ()> + use<> {
        self.reached(Stage::Over)
    }

    /// Does some work in a world, which is told to come home when the daemon ends.
    pub(super) async fn heeding<T>(&self, world: &World, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = self.ended() => world.stop.say(),
        }
        work.await
    }

    fn reached(&self, stage: Stage) -> impl Future<Output = ()> + use<> {
        let mut stages = self.stage.subscribe();
        async move {
            // The sender lives as long as anybody waits.
            let _ = stages.wait_for(|now| *now >= stage).await;
        }
    }

    fn raise(&self, stage: Stage) -> bool {
        self.stage.send_if_modified(|now| {
            let raised = *now < stage;
            *now = stage.max(*now);
            raised
        })
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fetcher(
    settings: &Settings,
    metrics: &Arc<Metrics>,
    site: SocketAddr,
) -> anyhow::Result<Arc<Fetcher>> {
    let metrics = Arc::clone(metrics);
    let witness = Arc::new(move |asked| metrics.asked(asked));
    let fetcher = setup::fetcher(settings)?.witnessed(witness);
    fetcher.mind_site(&settings.site.url);
    fetcher.mind_listener(site);
    Ok(Arc::new(fetcher))
}
