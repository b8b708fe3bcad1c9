//! The queue by itself: no clock, no network.

use std::time::Duration;

use chrono::TimeDelta;

use super::start;
use crate::daemon::queue::{Gate, Host, Queue};
use crate::model::{Egress, Instant};

fn host(name: impl Into<String>) -> Host {
    Host { name: name.into(), egress: Egress::default() }
}

fn open(_: &Host) -> Gate {
    Gate::Open
}

fn after(seconds: i64) -> Instant {
    start() + TimeDelta::seconds(seconds)
}

/// A queue of sources at these hosts, all due at once.
fn queue(hosts: &[&str]) -> Queue {
    let mut queue = Queue::new(hosts.iter().map(|name| host(*name)));
    (0..hosts.len()).for_each(|source| queue.put(source, start()));
    queue
}

#[test]
fn sources_come_when_they_are_due_the_earliest_first() {
    let mut queue = Queue::new(["a", "b", "c"].map(host));
    queue.put(0, after(20));
    queue.put(1, after(10));
    queue.put(2, after(30));
    assert_eq!(queue.next(start(), open), None);
    assert_eq!(queue.nap(start()), Some(Duration::from_secs(10)));
    assert_eq!(queue.next(after(25), open), Some(1));
    assert_eq!(queue.next(after(25), open), Some(0));
    assert_eq!(queue.next(after(25), open), None);
    queue.put(2, after(5));
    assert_eq!(queue.next(after(25), open), Some(2), "it is in its new place only");
    assert_eq!(queue.next(after(99), open), None);
    assert_eq!(queue.nap(start()), None);
}

#[test]
fn f38_a_thousand_sources_of_one_host_come_one_at_a_time_and_keep_nobody_waiting() {
    let mut names = vec!["one.example"; 1_000];
    names.push("other.example");
    let mut queue = queue(&names);
    let first = queue.next(start(), open).unwrap();
    assert_eq!(queue.next(start(), open), Some(1_000), "the other host is free");
    let mut seen = vec![first];
    assert_eq!(queue.next(start(), open), None);
    while seen.len() < 1_000 {
        queue.done(*seen.last().unwrap());
        seen.push(queue.next(after(seen.len() as i64), open).unwrap());
        assert_eq!(queue.next(after(seen.len() as i64), open), None, "two at a time");
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 1_000);
}

#[test]
fn the_same_host_by_a_proxy_is_another_one() {
    let proxy = "http://proxy.example:3128/".parse().ok();
    let by_proxy = Host { egress: Egress { proxy, ..Egress::default() }, ..host("a") };
    let queue = Queue::new([host("a"), by_proxy, host("a")]);
    assert_eq!(queue.hosts(), 2);
    assert_eq!(queue.host_of(0), queue.host_of(2));
}

#[test]
fn f17_a_source_whose_host_rests_waits_without_a_journey() {
    let mut queue = queue(&["resting", "resting", "awake"]);
    let gate = |host: &Host| match host.name.as_str() {
        "resting" => Gate::Rests(Duration::from_mins(90)),
        _ => Gate::Open,
    };
    assert_eq!(queue.next(start(), gate), Some(2));
    assert_eq!(queue.next(start(), gate), None);
    assert_eq!(queue.nap(start()), Some(Duration::from_mins(90)));
    assert_eq!(queue.next(after(5_399), open), None);
    assert_eq!(queue.next(after(5_400), open), Some(0));
}

#[test]
fn slow_hosts_wait_for_their_own_kind() {
    let mut queue = queue(&["slow", "slower", "quick"]);
    let crowded = |host: &Host| match host.name.as_str() {
        "quick" => Gate::Open,
        _ => Gate::Crowded,
    };
    assert_eq!(queue.next(start(), crowded), Some(2));
    assert_eq!(queue.next(start(), open), None, "they wait for somebody's end");
    queue.done(2);
    assert_eq!(queue.next(start(), open), Some(0));
    queue.done(0);
    assert_eq!(queue.next(start(), open), Some(1));
}

#[test]
fn ten_thousand_that_are_due_at_once_take_ten_minutes_and_go_round_the_hosts() {
    let names: Vec<String> = (0..10_000).map(|n| format!("{}.example", n / 10)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut queue = queue(&names);
    queue.spread(start(), 32);
    let mut order = Vec::new();
    let mut most = 0;
    for second in 0..700 {
        let before = order.len();
        while let Some(source) = queue.next(after(second), open) {
            order.push((source, second));
            queue.done(source);
        }
        most = most.max(order.len() - before);
    }
    assert_eq!(order.len(), 10_000);
    assert!(most <= 17, "{most} in a second");
    assert!(order.last().unwrap().1 >= 600, "{:?}", order.last());
    let mut first: Vec<_> = order[..1_000].iter().map(|(source, _)| source / 10).collect();
    first.sort_unstable();
    first.dedup();
    assert_eq!(first.len(), 1_000, "each host once before any twice");
}

#[test]
fn a_few_that_are_due_at_once_are_not_spread() {
    let mut queue = queue(&["a", "b", "c"]);
    queue.spread(start(), 32);
    assert_eq!(queue.nap(start()), Some(Duration::ZERO));
    assert_eq!((0..3).filter_map(|_| queue.next(start(), open)).count(), 3);
}
