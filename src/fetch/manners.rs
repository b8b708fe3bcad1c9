//! How we behave towards hosts: one request at a time, a pause between, none while they rest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::Instant;
use url::{Host, Url};

use crate::fetch::{Error, Limits};

/// Who we say we are, and how gently we ask.
#[derive(Clone, Debug)]
pub struct Manners {
    /// The `User-Agent` of every request: `finews/0.1.0 (+https://…)`.
    pub user_agent: String,
    /// Between the starts of two requests to one host.
    pub gap: Duration,
    /// For every request that has no limits of its own.
    pub limits: Limits,
    /// Requests in flight, over all hosts.
    pub at_once: usize,
}

impl Manners {
    /// The usual manners under a name.
    pub fn new(user_agent: impl Into<String>) -> Self {
        Self {
            user_agent: user_agent.into(),
            gap: Duration::from_secs(1),
            limits: Limits::default(),
            at_once: 32,
        }
    }
}

/// Hosts that are forgotten only once they matter no more are kept up to this number.
const REMEMBERED: usize = 1024;

/// Whose turn it is, host by host.
pub(super) struct Turns {
    gap: Duration,
    slots: Semaphore,
    pub(super) hosts: Mutex<HashMap<String, Arc<Place>>>,
}

/// One host: a queue of one, and when it may be asked next.
pub(super) struct Place {
    queue: Arc<Semaphore>,
    pace: Mutex<Pace>,
}

/// When a host was last asked, and until when it rests.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    last: Option<Instant>,
    rests: Option<Instant>,
}

/// The right to send one request to one host, until dropped.
pub(super) struct Turn<'a> {
    _slot: Option<SemaphorePermit<'a>>,
    _queue: Option<OwnedSemaphorePermit>,
}

impl Turns {
    pub(super) fn new(gap: Duration, at_once: usize) -> Self {
        let slots = Semaphore::new(at_once.clamp(1, Semaphore::MAX_PERMITS));
        Self { gap, slots, hosts: Mutex::default() }
    }

    /// Waits for the host's turn and then for a free slot; fails at once while the host rests.
    pub(super) async fn take(&self, host: &str) -> Result<Turn<'_>, Error> {
        self.queue(host, self.gap).await
    }

    /// The same without the pause, for a part of a page that is being put together.
    pub(super) async fn take_part(&self, host: &str) -> Result<Turn<'_>, Error> {
        self.queue(host, Duration::ZERO).await
    }

    async fn queue(&self, host: &str, gap: Duration) -> Result<Turn<'_>, Error> {
        let place = self.place(host);
        place.awake(host)?;
        let queue = place.queue.clone().acquire_owned().await.ok();
        place.awake(host)?;
        let pause = locked(&place.pace).pause(Instant::now(), gap);
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let slot = self.slots.acquire().await.ok();
        locked(&place.pace).last = Some(Instant::now());
        Ok(Turn { _slot: slot, _queue: queue })
    }

    /// Lets a host rest; a longer rest that was asked for before stays.
    pub(super) fn rest(&self, host: &str, wait: Duration) {
        let place = self.place(host);
        let mut pace = locked(&place.pace);
        pace.rests = pace.rests.max(Instant::now().checked_add(wait));
    }

    fn place(&self, host: &str) -> Arc<Place> {
        let mut hosts = locked(&self.hosts);
        if let Some(place) = hosts.get(host) {
            return place.clone();
        }
        if hosts.len() >= REMEMBERED {
            let now = Instant::now();
            hosts.retain(|_, place| {
                Arc::strong_count(place) > 1 || locked(&place.pace).matters(now, self.gap)
            });
        }
        let place = Arc::new(Place { queue: Arc::new(Semaphore::new(1)), pace: Mutex::default() });
        hosts.insert(host.to_owned(), place.clone());
        place
    }
}

impl Place {
    fn awake(&self, host: &str) -> Result<(), Error> {
        match locked(&self.pace).resting(Instant::now()) {
            Some(wait) => Err(Error::CoolingDown { host: host.to_owned(), wait }),
            None => Ok(()),
        }
    }
}

impl Pace {
    /// How long to wait before the next request may start.
    fn pause(&self, now: Instant, gap: Duration) -> Duration {
        self.last.map_or(Duration::ZERO, |last| (last + gap).saturating_duration_since(now))
    }

    /// How long the host still rests, in whole seconds and never too short.
    fn resting(&self, now: Instant) -> Option<Duration> {
        let left = self.rests?.saturating_duration_since(now);
        (!left.is_zero()).then(|| Duration::from_secs(left.as_secs().saturating_add(1)))
    }

    fn matters(&self, now: Instant, gap: Duration) -> bool {
        !self.pause(now, gap).is_zero() || self.resting(now).is_some()
    }
}

/// What counts as one host: a name with all its ports, but an address or `localhost`
/// with one port only, since one machine may carry servers that do not know each other.
pub(super) fn host_of(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let local = name == "localhost" || name.ends_with(".localhost");
            if local { format!("{name}:{port}") } else { name.to_owned() }
        }
        Some(literal) => format!("{literal}:{port}"),
        None => String::new(),
    }
}

/// A lock whose holder panicked holds data that is still good: single values only.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
