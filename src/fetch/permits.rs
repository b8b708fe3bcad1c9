//! What servers allow robots: each `robots.txt` asked for once a day at the most.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use crate::fetch::answer::Answer;
use crate::fetch::{Accept, Error, Request};
use crate::model::Egress;
use crate::robots::{self, Rules};

/// For how long rules are taken as they were (RFC 9309 §2.4).
const KEPT: Duration = Duration::from_hours(24);
/// They are not asked for anew sooner, whatever their server says.
const LEAST: Duration = Duration::from_hours(1);
/// Nor sooner than this where they cannot be had.
const UNREACHABLE: Duration = Duration::from_mins(10);
/// Servers whose rules are kept.
const MOST_SERVERS: usize = 4096;
/// And what all those may weigh, in bytes.
const MOST_WEIGHT: usize = 16 << 20;

/// The rules of servers, as they were told to one way out and one name.
#[derive(Default)]
pub(super) struct Permits {
    servers: Mutex<HashMap<Key, Arc<Server>>>,
    paces: Mutex<HashMap<String, Pace>>,
}

/// Whom rules are for.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    /// Scheme, host and port.
    authority: String,
    egress: Egress,
    product: String,
}

struct Server {
    born: Instant,
    said: OnceCell<Said>,
}

/// What a server said of robots.
pub(super) struct Said {
    verdict: Verdict,
    kept: Duration,
}

enum Verdict {
    Rules(Rules),
    /// Nothing, and the reason: then nothing may be asked for (§2.3.1.4).
    Unreachable(String),
}

/// A host that wants longer pauses than others.
struct Pace {
    delay: Duration,
    last: Option<Instant>,
}

/// Why `robots.txt` keeps us from asking.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotForRobots {
    /// It says so.
    #[error("`robots.txt` of `{host}` forbids it")]
    Forbidden {
        /// The host.
        host: String,
    },
    /// It cannot be had, which counts as a prohibition for the time being.
    #[error("`robots.txt` of `{host}` cannot be had: {why}")]
    Unreachable {
        /// The host.
        host: String,
        /// What went wrong.
        why: String,
    },
}

impl Permits {
    /// Whether an address may be asked for. `ask` fetches a `robots.txt`; whoever comes meanwhile
    /// waits for the same answer.
    pub(super) async fn check<F>(
        &self,
        url: &Url,
        host: &str,
        request: &Request,
        product: &str,
        ask: impl FnOnce(Request) -> F,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<Answer, Error>>,
    {
        let key = Key {
            authority: url.origin().ascii_serialization(),
            egress: request.egress.clone(),
            product: product.to_owned(),
        };
        let server = self.server(key, Instant::now());
        let asking = || async { read(ask(robots_request(url, request)?).await, product) };
        let said = server.said.get_or_try_init(asking).await?;
        let name = || url.host_str().unwrap_or_default().to_owned();
        match &said.verdict {
            Verdict::Unreachable(why) => {
                Err(NotForRobots::Unreachable { host: name(), why: why.clone() }.into())
            }
            Verdict::Rules(rules) => {
                self.pace(host, rules.delay());
                if rules.allow(url) {
                    Ok(())
                } else {
                    Err(NotForRobots::Forbidden { host: name() }.into())
                }
            }
        }
    }

    /// How much longer a host wants to wait that asked for long pauses.
    pub(super) fn pause(&self, host: &str, now: Instant) -> Option<Duration> {
        let paces = locked(&self.paces);
        let pace = paces.get(host)?;
        let wait = (pace.last? + pace.delay).saturating_duration_since(now);
        (!wait.is_zero()).then_some(wait)
    }

    /// A request to a host begins.
    pub(super) fn begins(&self, host: &str, now: Instant) {
        if let Some(pace) = locked(&self.paces).get_mut(host) {
            pace.last = Some(now);
        }
    }

    fn pace(&self, host: &str, delay: Option<Duration>) {
        let mut paces = locked(&self.paces);
        let Some(delay) = delay else {
            paces.remove(host);
            return;
        };
        if let Some(pace) = paces.get_mut(host) {
            pace.delay = delay;
            return;
        }
        if paces.len() >= MOST_SERVERS {
            let now = Instant::now();
            paces.retain(|_, it| it.last.is_some_and(|last| last + it.delay > now));
        }
        // The request for `robots.txt` itself was one.
        paces.insert(host.to_owned(), Pace { delay, last: Some(Instant::now()) });
    }

    fn server(&self, key: Key, now: Instant) -> Arc<Server> {
        let mut servers = locked(&self.servers);
        if let Some(server) = servers.get(&key)
            && server.holds(now)
        {
            return Arc::clone(server);
        }
        if servers.len() >= MOST_SERVERS
            || servers.values().map(|it| it.weight()).sum::<usize>() > MOST_WEIGHT
        {
            make_room(&mut servers, now);
        }
        let server = Arc::new(Server { born: now, said: OnceCell::new() });
        servers.insert(key, Arc::clone(&server));
        server
    }
}

impl Server {
    fn holds(&self, now: Instant) -> bool {
        let kept = self.said.get().map_or(KEPT, |said| said.kept);
        now.saturating_duration_since(self.born) < kept
    }

    fn weight(&self) -> usize {
        match self.said.get().map(|said| &said.verdict) {
            Some(Verdict::Rules(rules)) => rules.weight(),
            _ => 0,
        }
    }
}

/// Forgets what holds no more, and else the older half.
fn make_room(servers: &mut HashMap<Key, Arc<Server>>, now: Instant) {
    servers.retain(|_, it| it.holds(now));
    if servers.len() < MOST_SERVERS / 2
        && servers.values().map(|it| it.weight()).sum::<usize>() < MOST_WEIGHT / 2
    {
        return;
    }
    let mut births: Vec<_> = servers.values().map(|it| it.born).collect();
    births.sort_unstable();
    let middle = births.get(births.len() / 2).copied().unwrap_or(now);
    servers.retain(|_, it| it.born > middle);
}

/// The request for the `robots.txt` of an address's server, on behalf of another request.
fn robots_request(url: &Url, request: &Request) -> Result<Request, Error> {
    let place =
        url.join("/robots.txt").map_err(|_| Error::Scheme { scheme: url.scheme().into() })?;
    Ok(Request {
        allow_private: request.allow_private.clone(),
        egress: request.egress.clone(),
        user_agent: request.user_agent.clone(),
        bytes: Some(robots::MOST_BYTES),
        ..Request::get(place, Accept::Robots)
    })
}

/// What an answer means. An error is one that says nothing of the server's will.
fn read(answer: Result<Answer, Error>, product: &str) -> Result<Said, Error> {
    Ok(match answer {
        Ok(Answer::Fresh { page, wait, .. }) => Said {
            verdict: Verdict::Rules(Rules::read(&page.bytes, product)),
            kept: wait.max_age.map_or(KEPT, |it| it.clamp(LEAST, KEPT)),
        },
        // No such file; too many redirects lead to none either (§2.3.1.2, §2.3.1.3).
        Err(Error::Redirects(_)) => Said::anything(),
        Err(Error::Status { status, .. }) if status < 500 && status != 429 => Said::anything(),
        Err(error @ (Error::Blocked(_) | Error::CoolingDown { .. } | Error::Setup(_))) => {
            return Err(error);
        }
        Ok(Answer::Unchanged { .. }) => Said::nothing("an answer without content".to_owned()),
        Err(error) => Said::nothing(error.to_string()),
    })
}

impl Said {
    fn anything() -> Self {
        Self { verdict: Verdict::Rules(Rules::default()), kept: KEPT }
    }

    fn nothing(why: String) -> Self {
        Self { verdict: Verdict::Unreachable(why), kept: UNREACHABLE }
    }
}

/// A lock whose holder panicked holds data that is still good.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
