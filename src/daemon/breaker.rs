//! Whether it is we who are offline: most hosts cannot be reached, all of a sudden.

use std::collections::{HashMap, VecDeque};

use chrono::TimeDelta;

use crate::model::Instant;

/// What was seen longer ago than this says nothing of now.
const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// While offline, one source is tried so often.
const PROBE: TimeDelta = TimeDelta::minutes(1);
/// After coming back, failures are the sources' own for so long.
const TRUST: TimeDelta = TimeDelta::minutes(10);
/// Hosts that it takes to judge.
const LEAST: usize = 5;
/// Sightings that are kept at the most.
const MOST: usize = 4_096;

/// What a journey's end says of our own connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing new.
    Fine,
    /// We are offline; these sources failed for that.
    Fell(Vec<usize>),
    /// We still are.
    Down,
    /// We are back.
    Up,
}

/// A journey's end: whether any host was reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting {
    pub at: Instant,
    pub source: usize,
    pub host: usize,
    pub reached: bool,
    /// Whether it had failed before: then its failure is no news.
    pub failed_before: bool,
}

/// A host by its journeys of the last minute.
#[derive(Debug)]
struct Host {
    sightings: usize,
    /// Whether the last of them reached it.
    reached: bool,
}

/// The last minute's journeys.
#[derive(Debug)]
pub(super) struct Breaker {
    least: usize,
    /// The newest first.
    seen: VecDeque<Sighting>,
    hosts: HashMap<usize, Host>,
    /// Hosts that the last journey did not reach.
    failed: usize,
    probe: Option<Instant>,
    trusted: Option<Instant>,
}

impl Breaker {
    /// For so many hosts; with fewer than three nothing can be told.
    pub(super) fn new(hosts: usize) -> Self {
        Self {
            least: hosts.clamp(3, LEAST),
            seen: VecDeque::new(),
            hosts: HashMap::new(),
            failed: 0,
            probe: None,
            trusted: None,
        }
    }

    /// While offline: when the next source may be tried.
    pub(super) fn probe(&self) -> Option<Instant> {
        self.probe
    }

    /// A source is tried.
    pub(super) fn probing(&mut self, now: Instant) {
        self.probe = self.probe.map(|_| now + PROBE);
    }

    /// When sources that failed for our sake are due again.
    pub(super) fn again(now: Instant) -> Instant {
        now + PROBE
    }

    /// Judges by one more journey.
    pub(super) fn note(&mut self, sighting: Sighting) -> Verdict {
        let now = sighting.at;
        if self.probe.is_some() {
            if !sighting.reached {
                return Verdict::Down;
            }
            self.probe = None;
            self.trusted = Some(now + TRUST);
            self.forget();
            return Verdict::Up;
        }
        while self.seen.len() >= MOST
            || self.seen.back().is_some_and(|oldest| now - oldest.at >= WINDOW)
        {
            self.drop_oldest();
        }
        if sighting.reached || !sighting.failed_before {
            self.see(sighting);
        }
        let trusted = self.trusted.is_some_and(|until| now < until);
        if trusted || !self.most_fail() {
            return Verdict::Fine;
        }
        self.probe = Some(now + PROBE);
        let failed = self.forget().into_iter().filter(|one| !one.reached);
        Verdict::Fell(failed.map(|one| one.source).collect())
    }

    /// Three hosts of four, each by its last journey.
    fn most_fail(&self) -> bool {
        self.hosts.len() >= self.least && self.failed * 4 >= self.hosts.len() * 3
    }

    fn see(&mut self, sighting: Sighting) {
        let first = Host { sightings: 0, reached: true };
        let host = self.hosts.entry(sighting.host).or_insert(first);
        self.failed -= usize::from(!host.reached);
        self.failed += usize::from(!sighting.reached);
        host.reached = sighting.reached;
        host.sightings += 1;
        self.seen.push_front(sighting);
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.seen.pop_back() else { return };
        let Some(host) = self.hosts.get_mut(&oldest.host) else { return };
        host.sightings -= 1;
        if host.sightings == 0 {
            self.failed -= usize::from(!host.reached);
            self.hosts.remove(&oldest.host);
        }
    }

    fn forget(&mut self) -> VecDeque<Sighting> {
        self.hosts.clear();
        self.failed = 0;
        std::mem::take(&mut self.seen)
    }
}
