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

/// The last minute's journeys.
#[derive(Debug)]
pub(super) struct Breaker {
    least: usize,
    seen: VecDeque<Sighting>,
    probe: Option<Instant>,
    trusted: Option<Instant>,
}

impl Breaker {
    /// For so many hosts; with fewer than three nothing can be told.
    pub(super) fn new(hosts: usize) -> Self {
        Self { least: hosts.clamp(3, LEAST), seen: VecDeque::new(), probe: None, trusted: None }
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
            self.seen.clear();
            return Verdict::Up;
        }
        self.seen.retain(|one| now - one.at < WINDOW);
        self.seen.truncate(MOST);
        if sighting.reached || !sighting.failed_before {
            self.seen.push_front(sighting);
        }
        let trusted = self.trusted.is_some_and(|until| now < until);
        if trusted || !self.most_fail() {
            return Verdict::Fine;
        }
        self.probe = Some(now + PROBE);
        let failed = self.seen.drain(..).filter(|one| !one.reached);
        Verdict::Fell(failed.map(|one| one.source).collect())
    }

    /// Three hosts of four, each by its last journey.
    fn most_fail(&self) -> bool {
        let mut hosts = HashMap::new();
        for one in &self.seen {
            hosts.entry(one.host).or_insert(one.reached);
        }
        let failed = hosts.values().filter(|reached| !**reached).count();
        hosts.len() >= self.least && failed * 4 >= hosts.len() * 3
    }
}
