//! The hosts that asked to be left alone, and until when.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::manners::locked;
use crate::model::Egress;

/// The first rest after a 429 that says nothing of how long; it doubles with each further one.
const UNSAID: Duration = Duration::from_hours(1);
/// The longest rest that was not asked for in so many words.
const MOST_UNSAID: Duration = Duration::from_hours(24);

/// One host's rest, or that of a domain whose hosts rest together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The host or the domain; with `via` and a proxy where it was said through one.
    pub host: String,
    /// How much longer; zero where it is over.
    pub left: Duration,
    /// How often in a row it refused without a word of how long.
    pub refusals: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    until: Option<Instant>,
    refusals: u32,
    is_new: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Rests {
    together: Vec<String>,
    states: Mutex<HashMap<String, State>>,
}

impl Rests {
    pub(super) fn new(together: Vec<String>) -> Self {
        Self { together, states: Mutex::default() }
    }

    /// Whose rest it is: the domain's where its hosts rest together, else the host's own. What is
    /// said to a proxy is said to nobody else: a proxy could otherwise keep us from any host.
    fn whose(&self, host: &str, egress: &Egress) -> String {
        let host = self.domain(host).unwrap_or(host);
        match &egress.proxy {
            Some(proxy) => format!("{host} via {}", super::shown(proxy)),
            None => host.to_owned(),
        }
    }

    fn domain(&self, host: &str) -> Option<&str> {
        let within = |domain: &&String| {
            host.strip_suffix(domain.as_str())
                .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
        };
        self.together.iter().find(within).map(String::as_str)
    }

    /// An answer that may ask for a rest: 429 always does, 503 if it says for how long, 403 too or
    /// where it stands for 429 (domains that rest together). A longer rest stays.
    pub(super) fn refuse(
        &self,
        host: &str,
        egress: &Egress,
        status: u16,
        retry_after: Option<Duration>,
    ) {
        let limited = status == 429 || status == 403 && self.domain(host).is_some();
        if !limited && (retry_after.is_none() || !matches!(status, 403 | 503)) {
            return;
        }
        let mut states = locked(&self.states);
        let state = states.entry(self.whose(host, egress)).or_default();
        let wait = retry_after.unwrap_or_else(|| {
            state.refusals = state.refusals.saturating_add(1);
            UNSAID.saturating_mul(1 << (state.refusals - 1).min(5)).min(MOST_UNSAID)
        });
        state.until = state.until.max(Instant::now().checked_add(wait));
        state.is_new = true;
    }

    /// A good answer: the next refusal is the first one again.
    pub(super) fn please(&self, host: &str, egress: &Egress) {
        let mut states = locked(&self.states);
        if let Some(state) = states.get_mut(&self.whose(host, egress))
            && left(*state).is_zero()
        {
            *state = State { is_new: true, ..State::default() };
        }
    }

    /// How long a host still rests, in whole seconds and never too short.
    pub(super) fn resting(&self, host: &str, egress: &Egress) -> Option<Duration> {
        let states = locked(&self.states);
        let left = left(*states.get(&self.whose(host, egress))?);
        (!left.is_zero()).then(|| Duration::from_secs(left.as_secs().saturating_add(1)))
    }

    /// What is new since this was last asked; what is over and has no past is forgotten.
    pub(super) fn news(&self) -> Vec<Rest> {
        let mut states = locked(&self.states);
        let mut news = Vec::new();
        states.retain(|host, state| {
            let left = left(*state);
            if std::mem::take(&mut state.is_new) {
                news.push(Rest { host: host.clone(), left, refusals: state.refusals });
            }
            !left.is_zero() || state.refusals > 0
        });
        news
    }

    pub(super) fn resume(&self, rest: &Rest) {
        let mut states = locked(&self.states);
        let state = states.entry(rest.host.clone()).or_default();
        state.until = state.until.max(Instant::now().checked_add(rest.left));
        state.refusals = state.refusals.max(rest.refusals);
    }
}

fn left(state: State) -> Duration {
    state.until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
}

#[cfg(test)]
mod tests;
