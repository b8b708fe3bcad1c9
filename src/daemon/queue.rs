//! Who is due: one place in the queue for each source, one journey at a time to each host.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use chrono::TimeDelta;

use crate::model::{Egress, Instant};

/// When many are due at once, they begin this far from each other: ten thousand in ten minutes.
const STEP: TimeDelta = TimeDelta::milliseconds(61);

/// Where a source's first request goes, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Host {
    pub name: String,
    pub egress: Egress,
}

/// Whether a journey to a host may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    /// The host rests for so long: nobody asks it.
    Rests(Duration),
    /// Slow hosts have their share already.
    Crowded,
}

/// The sources by when they are due. Each stands in it once, so that it never grows.
#[derive(Debug)]
pub(super) struct Queue {
    hosts: Vec<Line>,
    sources: Vec<Place>,
    due: BTreeSet<(Instant, usize)>,
    /// Sources of slow hosts that wait until one of their kind is done.
    crowd: VecDeque<usize>,
}

#[derive(Debug)]
struct Line {
    host: Host,
    busy: bool,
    waiting: VecDeque<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    host: usize,
    /// When it is due, if it stands in the queue by its time.
    due: Option<Instant>,
    /// When it was due, while it waits for its host.
    was_due: Instant,
    waits: bool,
}

impl Queue {
    /// A queue for sources at these hosts; nobody stands in it yet.
    pub(super) fn new(hosts: impl IntoIterator<Item = Host>) -> Self {
        let mut numbers = HashMap::new();
        let mut queue = Self {
            hosts: Vec::new(),
            sources: Vec::new(),
            due: BTreeSet::new(),
            crowd: VecDeque::new(),
        };
        for host in hosts {
            let number = *numbers.entry(host.clone()).or_insert(queue.hosts.len());
            if number == queue.hosts.len() {
                queue.hosts.push(Line { host, busy: false, waiting: VecDeque::new() });
            }
            let was_due = Instant::MIN_UTC;
            queue.sources.push(Place { host: number, due: None, was_due, waits: false });
        }
        queue
    }

    /// How many hosts there are.
    pub(super) fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// The number of a source's host.
    pub(super) fn host_of(&self, source: usize) -> usize {
        self.sources.get(source).map_or(0, |place| place.host)
    }

    /// The host itself.
    pub(super) fn host(&self, source: usize) -> Option<&Host> {
        self.hosts.get(self.host_of(source)).map(|line| &line.host)
    }

    /// Puts a source in its place, or in another one if it stands there already.
    pub(super) fn put(&mut self, source: usize, at: Instant) {
        let Some(place) = self.sources.get_mut(source).filter(|place| !place.waits) else { return };
        if let Some(before) = place.due.replace(at) {
            self.due.remove(&(before, source));
        }
        self.due.insert((at, source));
    }

    /// The next source that is due and whose host is free; its host is busy from now on.
    pub(super) fn next(&mut self, now: Instant, gate: impl Fn(&Host) -> Gate) -> Option<usize> {
        while let Some((at, source)) = self.due.first().copied().filter(|(at, _)| *at <= now) {
            self.due.pop_first();
            let Some(place) = self.sources.get_mut(source) else { continue };
            place.due = None;
            place.was_due = at;
            let Some(line) = self.hosts.get_mut(place.host) else { continue };
            if line.busy {
                place.waits = true;
                line.waiting.push_back(source);
                continue;
            }
            match gate(&line.host) {
                Gate::Open => {
                    line.busy = true;
                    return Some(source);
                }
                Gate::Rests(wait) => {
                    let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(1));
                    self.put(source, now + wait);
                }
                Gate::Crowded => {
                    place.waits = true;
                    self.crowd.push_back(source);
                }
            }
        }
        None
    }

    /// A journey is over: its host is free for the next in line, and a slow one for the next of
    /// those.
    pub(super) fn done(&mut self, source: usize) {
        let host = self.host_of(source);
        let Some(line) = self.hosts.get_mut(host) else { return };
        line.busy = false;
        let next = line.waiting.pop_front();
        let crowd = self.crowd.pop_front();
        for source in next.into_iter().chain(crowd) {
            let Some(place) = self.sources.get_mut(source) else { continue };
            place.waits = false;
            let at = place.was_due;
            self.put(source, at);
        }
    }

    /// Where more than `most` are due, they begin one after the other, host by host.
    pub(super) fn spread(&mut self, now: Instant, most: usize) {
        let late: Vec<usize> =
            self.due.iter().take_while(|(at, _)| *at <= now).map(|(_, source)| *source).collect();
        if late.len() <= most {
            return;
        }
        let mut of_host = vec![0_usize; self.hosts.len()];
        let mut order: Vec<(usize, usize)> = Vec::with_capacity(late.len());
        for source in late {
            let host = self.host_of(source);
            if let Some(count) = of_host.get_mut(host) {
                order.push((*count, source));
                *count += 1;
            }
        }
        order.sort_unstable();
        for (rank, (_, source)) in order.into_iter().enumerate() {
            self.put(source, now + STEP * i32::try_from(rank).unwrap_or(i32::MAX));
        }
    }

    /// How long nobody will be due.
    pub(super) fn nap(&self, now: Instant) -> Option<Duration> {
        let (at, _) = self.due.first()?;
        Some((*at - now).to_std().unwrap_or_default())
    }
}
