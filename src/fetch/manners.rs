//! How we behave towards hosts: one request at a time, a pause between, none while they rest.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::Instant;
use url::{Host, Url};

use super::rests::{Rest, Rests};
use crate::fetch::{Error, Fetcher, Limits};
use crate::model::Egress;

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
    /// Domains whose hosts rest together, in lower case: `tumblr.com`.
    pub rest_together: Vec<String>,
}

impl Manners {
    /// The usual manners under a name.
    pub fn new(user_agent: impl Into<String>) -> Self {
        Self {
            user_agent: user_agent.into(),
            gap: Duration::from_secs(1),
            limits: Limits::default(),
            at_once: 32,
            rest_together: Vec::new(),
        }
    }
}

/// Hosts that are forgotten only once they matter no more are kept up to this number.
const REMEMBERED: usize = 1024;
/// A host that took longer than this for its last answer is slow.
const SLOW: Duration = Duration::from_secs(5);
/// More slow hosts than this are not kept in mind.
const MOST_SLOW: usize = 16 * 1024;

/// Whose turn it is, host by host.
pub(super) struct Turns {
    gap: Duration,
    slots: Semaphore,
    /// Slow hosts share half of the slots, so that they cannot take all of them.
    slow_slots: Semaphore,
    slow: Mutex<HashSet<String>>,
    rests: Rests,
    pub(super) hosts: Mutex<Hosts>,
}

/// The hosts that were asked.
#[derive(Default)]
pub(super) struct Hosts {
    pub(super) places: HashMap<String, Arc<Place>>,
    /// With so many they are looked through for those that matter no more.
    many: usize,
}

/// One host: a queue of one, and when it was last asked.
pub(super) struct Place {
    queue: Arc<Semaphore>,
    last: Mutex<Option<Instant>>,
}

/// The right to send one request to one host, until dropped.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    host: String,
    began: Instant,
    _slow: Option<SemaphorePermit<'a>>,
    _slot: Option<SemaphorePermit<'a>>,
    _queue: Option<OwnedSemaphorePermit>,
}

impl Turns {
    pub(super) fn new(gap: Duration, at_once: usize) -> Self {
        let at_once = at_once.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            gap,
            slots: Semaphore::new(at_once),
            slow_slots: Semaphore::new((at_once / 2).max(1)),
            slow: Mutex::default(),
            rests: Rests::default(),
            hosts: Mutex::default(),
        }
    }

    /// The same, with domains whose hosts rest together.
    pub(super) fn of(manners: &Manners) -> Self {
        let rests = Rests::new(manners.rest_together.clone());
        Self { rests, ..Self::new(manners.gap, manners.at_once) }
    }

    /// Waits for the host's turn and then for a free slot; fails at once while the host rests.
    pub(super) async fn take_by(&self, host: &str, egress: &Egress) -> Result<Turn<'_>, Error> {
        self.queue(host, egress, self.gap).await
    }

    /// The same without the pause, for a part of a page that is being put together.
    pub(super) async fn take_part(&self, host: &str, egress: &Egress) -> Result<Turn<'_>, Error> {
        self.queue(host, egress, Duration::ZERO).await
    }

    async fn queue(&self, host: &str, egress: &Egress, gap: Duration) -> Result<Turn<'_>, Error> {
        let place = self.place(host);
        self.awake(host, egress)?;
        let queue = place.queue.clone().acquire_owned().await.ok();
        let pause = pause(*locked(&place.last), Instant::now(), gap);
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let slow = if self.is_slow(host) { self.slow_slots.acquire().await.ok() } else { None };
        let slot = self.slots.acquire().await.ok();
        // Another journey, or another name of the domain, may have been refused meanwhile.
        self.awake(host, egress)?;
        let began = Instant::now();
        *locked(&place.last) = Some(began);
        let host = host.to_owned();
        Ok(Turn { turns: self, host, began, _slow: slow, _slot: slot, _queue: queue })
    }

    /// The same for a direct connection.
    #[cfg(test)]
    pub(super) async fn take(&self, host: &str) -> Result<Turn<'_>, Error> {
        self.take_by(host, &Egress::default()).await
    }

    /// Lets a host rest; a longer rest that was asked for before stays.
    #[cfg(test)]
    pub(super) fn rest(&self, host: &str, wait: Duration) {
        self.rests.refuse(host, &Egress::default(), 429, Some(wait));
    }

    /// Minds what a host answered: whether it wants to be left alone.
    pub(super) fn mind(&self, host: &str, egress: &Egress, answer: Result<(), &Error>) {
        match answer {
            Err(Error::Status { status, retry_after }) => {
                self.rests.refuse(host, egress, *status, *retry_after);
            }
            Ok(()) => self.rests.please(host, egress),
            Err(_) => {}
        }
    }

    fn is_slow(&self, host: &str) -> bool {
        locked(&self.slow).contains(host)
    }

    fn awake(&self, host: &str, egress: &Egress) -> Result<(), Error> {
        match self.rests.resting(host, egress) {
            Some(wait) => Err(Error::CoolingDown { host: host.to_owned(), wait }),
            None => Ok(()),
        }
    }

    fn place(&self, host: &str) -> Arc<Place> {
        let mut hosts = locked(&self.hosts);
        if let Some(place) = hosts.places.get(host) {
            return place.clone();
        }
        if hosts.places.len() >= hosts.many.max(REMEMBERED) {
            let now = Instant::now();
            hosts.places.retain(|_, place| {
                Arc::strong_count(place) > 1
                    || !pause(*locked(&place.last), now, self.gap).is_zero()
            });
            // Where most are still needed, the next look is worth its while only much later.
            hosts.many = hosts.places.len() * 2;
        }
        let place = Arc::new(Place { queue: Arc::new(Semaphore::new(1)), last: Mutex::default() });
        hosts.places.insert(host.to_owned(), place.clone());
        place
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut slow = locked(&self.turns.slow);
        if self.began.elapsed() < SLOW {
            slow.remove(&self.host);
        } else if slow.len() < MOST_SLOW {
            slow.insert(std::mem::take(&mut self.host));
        }
    }
}

impl Fetcher {
    /// How long a host still rests; nobody is asked.
    pub fn resting(&self, host: &str, egress: &Egress) -> Option<Duration> {
        self.turns.rests.resting(host, egress)
    }

    /// Whether a host took long for its last answer.
    pub fn is_slow(&self, host: &str) -> bool {
        self.turns.is_slow(host)
    }

    /// The rests that began, grew or ended since this was last asked, to be remembered.
    pub fn new_rests(&self) -> Vec<Rest> {
        self.turns.rests.news()
    }

    /// Takes up a rest that was remembered.
    pub fn resume_rest(&self, rest: &Rest) {
        self.turns.rests.resume(rest);
    }
}

/// How long to wait before the next request may start.
fn pause(last: Option<Instant>, now: Instant, gap: Duration) -> Duration {
    last.map_or(Duration::ZERO, |last| (last + gap).saturating_duration_since(now))
}

/// What counts as one host: a name with all its ports, but an address or `localhost`
/// with one port only, since one machine may carry servers that do not know each other.
pub fn host_of(url: &Url) -> String {
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
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
