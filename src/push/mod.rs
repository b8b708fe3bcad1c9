//! WebSub over the network: subscribes to the hubs of sources, reads what they deliver, and is a
//! hub for the site's own feeds.
//!
//! The store is the queue: what is to be asked, verified or told stands there with its time, so
//! that a kill loses nothing. This loop only starts what is due, one request a host.

mod hub;
mod inbox;
mod random;
mod subscriber;
mod tell;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::timeout;

use crate::config::Source;
use crate::daemon::Clock;
use crate::fetch::{self, Answer, Request};
use crate::model::{Instant, SourceId};
use crate::refresh::World;
use crate::serve::Inbox;
use crate::store::{self, HubRequest, Store, Subscription, Target};
use crate::websub;
use inbox::Door;
use subscriber::Delivery;

/// How long the loop sleeps at the most before it looks what is due.
const NAP: Duration = Duration::from_secs(10);
/// How often it is looked whose time is over.
const TIDY: TimeDelta = TimeDelta::minutes(1);
/// Requests and readings under way.
const AT_ONCE: usize = 16;
/// Deliveries of up to 4 MiB that wait in the inbox, and as many again that wait for their source;
/// what is above this is polled instead.
const WAITING: usize = 8;
/// How long requests under way may take after the word to stop; they are repeated at the next
/// start.
const GRACE: Duration = Duration::from_secs(3);

/// What all parts need.
struct Desk {
    world: World,
    store: Store,
    clock: Clock,
    sources: Vec<Arc<Source>>,
}

impl Desk {
    fn now(&self) -> Instant {
        (self.clock)()
    }

    fn source(&self, id: &SourceId) -> Option<&Arc<Source>> {
        self.sources.iter().find(|source| source.id == *id)
    }

    /// Has the daemon visit a source before its time.
    async fn visit_now(&self, source: &SourceId) -> Result<(), store::Error> {
        self.store.visit_now(source, self.now()).await?;
        self.world.bells.call(source);
        Ok(())
    }

    async fn fetch(&self, request: &Request) -> Result<Answer, fetch::Error> {
        self.world.fetcher.fetch(request).await
    }
}

/// Who pushes and is pushed to, while the daemon runs.
pub struct Push {
    desk: Arc<Desk>,
    letters: mpsc::Receiver<Delivery>,
    waiting: VecDeque<Delivery>,
    jobs: JoinSet<Result<(), store::Error>>,
    /// What each job keeps others from: a host, a hub, or a source.
    busy: HashMap<Id, String>,
    /// When it was last looked whose time is over.
    tidied: Option<Instant>,
}

/// One thing to do.
enum Job {
    Read(Box<Delivery>),
    Ask(Box<Subscription>),
    Verify(Box<HubRequest>),
    Tell(Box<Target>),
}

impl Push {
    /// The loop, and the inbox where hubs and subscribers knock; no inbox where the settings want
    /// neither.
    pub fn new(world: &World, store: &Store, clock: &Clock) -> (Self, Option<Arc<dyn Inbox>>) {
        let sources = world.settings.sources.iter().cloned().map(Arc::new).collect();
        let (world, store, clock) = (world.clone(), store.clone(), Arc::clone(clock));
        let desk = Arc::new(Desk { world, store, clock, sources });
        let (sender, letters) = mpsc::channel(WAITING);
        let websub = &desk.world.settings.websub;
        let open = websub.subscribe || websub.hub;
        let inbox = open.then(|| Arc::new(Door::new(&desk, sender)) as Arc<dyn Inbox>);
        let (waiting, jobs, busy) = (VecDeque::new(), JoinSet::new(), HashMap::new());
        (Self { desk, letters, waiting, jobs, busy, tidied: None }, inbox)
    }

    /// Works until the word to stop is said.
    pub async fn run(mut self) {
        if let Err(why) = self.open().await {
            tracing::error!("pushes: {why}");
        }
        if self.desk.world.settings.websub.is_off() {
            return;
        }
        let (stop, bell) = (self.desk.world.stop.clone(), Arc::clone(&self.desk.world.bells.push));
        let mut stopped = std::pin::pin!(stop.said());
        loop {
            let nap = self.start_due().await.unwrap_or_else(|why| {
                tracing::error!("pushes: {why}");
                NAP
            });
            tokio::select! {
                () = &mut stopped => break,
                Some(ended) = self.jobs.join_next_with_id() => self.end(ended),
                Some(delivery) = self.letters.recv(), if self.waiting.len() < WAITING => {
                    self.waiting.push_back(delivery);
                }
                () = bell.notified() => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
        let rest = async { while self.jobs.join_next().await.is_some() {} };
        if timeout(GRACE, rest).await.is_err() {
            self.jobs.shutdown().await;
        }
    }

    /// Brings what is remembered in line with the settings.
    async fn open(&self) -> Result<(), store::Error> {
        let (desk, websub) = (&self.desk, &self.desk.world.settings.websub);
        desk.store.watch_documents(websub.publishes()).await?;
        if !websub.subscribe {
            return desk.store.forget_subscriptions().await;
        }
        let ids: Vec<String> = desk.sources.iter().map(|source| source.id.to_string()).collect();
        desk.store.leave_all_but(&ids, desk.now()).await?;
        // What was delivered and not read before the end is asked for instead.
        for one in desk.store.subscriptions(None).await?.iter().filter(|one| one.unread) {
            desk.visit_now(&one.source).await?;
        }
        Ok(())
    }

    /// Starts what is due; says how long nothing else will be.
    async fn start_due(&mut self) -> Result<Duration, store::Error> {
        let desk = Arc::clone(&self.desk);
        let now = desk.now();
        hub::hand_on(&desk, now).await?;
        if self.tidied.is_none_or(|at| (now - at).abs() >= TIDY) {
            hub::purge(&desk, now).await?;
            subscriber::suspicions(&desk, now).await?;
            self.tidied = Some(now);
        }
        loop {
            if self.jobs.len() >= AT_ONCE {
                return Ok(NAP);
            }
            let Some((key, job)) = self.next(now).await? else { break };
            let begun = self.jobs.spawn(job.run(Arc::clone(&desk)));
            self.busy.insert(begun.id(), key);
        }
        let due = desk.store.push_due(&self.keys()).await?;
        let nap = due.map_or(NAP, |due| (due - desk.now()).to_std().unwrap_or_default());
        Ok(nap.clamp(Duration::from_millis(50), NAP))
    }

    /// The next thing to do, and what it keeps others from.
    async fn next(&mut self, now: Instant) -> Result<Option<(String, Job)>, store::Error> {
        let (store, busy) = (&self.desk.store, self.keys());
        let idle = |one: &Delivery| !busy.contains(&one.key());
        if let Some(place) = self.waiting.iter().position(idle)
            && let Some(delivery) = self.waiting.remove(place)
        {
            return Ok(Some((delivery.key(), Job::Read(Box::new(delivery)))));
        }
        if let Some(one) = store.subscription_due(now, &busy).await? {
            return Ok(Some((one.hub.clone(), Job::Ask(Box::new(one)))));
        }
        if let Some(one) = store.hub_request_due(now, &busy).await? {
            return Ok(Some((one.host.clone(), Job::Verify(Box::new(one)))));
        }
        let target = store.target_due(now, &busy).await?;
        Ok(target.map(|one| (one.host.clone(), Job::Tell(Box::new(one)))))
    }

    fn keys(&self) -> Vec<String> {
        self.busy.values().cloned().collect()
    }

    fn end(&mut self, ended: Result<(Id, Result<(), store::Error>), JoinError>) {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(why) => why.id(),
        };
        self.busy.remove(&id);
        match ended {
            Ok((_, Ok(()))) => {}
            Ok((_, Err(why))) => tracing::error!("pushes: {why}"),
            Err(why) => tracing::error!(cause = %why, "a push came to an unexpected end"),
        }
    }
}

impl Job {
    async fn run(self, desk: Arc<Desk>) -> Result<(), store::Error> {
        match self {
            Self::Read(delivery) => subscriber::read(&desk, *delivery).await,
            Self::Ask(subscription) => subscriber::ask(&desk, &subscription).await,
            Self::Verify(request) => hub::verify(&desk, &request).await,
            Self::Tell(target) => tell::tell(&desk, &target).await,
        }
    }
}

/// How an answer to a request of ours is to be taken whose body does not matter.
enum Outcome {
    /// 2xx, whatever came with it.
    Well,
    /// 410: nobody lives there any more.
    Gone,
    /// Nobody was asked: the host rests for so long.
    Rests(Duration),
    /// Anything else, with the wait that was asked for.
    Failed(Box<fetch::Error>),
}

fn outcome(answer: Result<Answer, fetch::Error>) -> Outcome {
    match answer {
        // A long or broken body came behind a good status.
        Ok(_) | Err(fetch::Error::TooLarge { .. } | fetch::Error::Body { .. }) => Outcome::Well,
        Err(fetch::Error::Status { status: 410, .. }) => Outcome::Gone,
        Err(fetch::Error::CoolingDown { wait, .. }) => Outcome::Rests(wait),
        Err(why) => Outcome::Failed(Box::new(why)),
    }
}

/// The last part of the path of a callback, if the path is one.
fn token_of(path: &str) -> Option<&str> {
    let token = path.strip_prefix("/websub/")?;
    let shape = token.len() == random::LENGTH && token.bytes().all(|c| c.is_ascii_hexdigit());
    shape.then_some(token)
}

/// The callback of a token.
fn callback(desk: &Desk, token: &str) -> String {
    websub::url_of(&desk.world.settings.site.url, &format!("websub/{token}"))
}

#[cfg(test)]
mod tests;
