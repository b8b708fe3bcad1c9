//! What nobody may do: ask too soon, too often, or all at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use finews::daemon::{self, Clock};
use finews::refresh::{Stop, World};
use tokio::sync::oneshot;

use super::sim::{Sim, start};
use super::{feed, source};
use crate::origin::{Origin, reply};

/// A daemon from its start to its stop, which comes when it has looked at its clock so often.
async fn session(sim: &Sim, at: TimeDelta, looks: usize) {
    let (stop, stopped) = oneshot::channel();
    let (stop, seen) = (Mutex::new(Some(stop)), AtomicUsize::new(0));
    let now = start() + at;
    let clock: Clock = Arc::new(move || {
        if seen.fetch_add(1, Ordering::SeqCst) >= looks
            && let Some(stop) = stop.lock().unwrap().take()
        {
            let _ = stop.send(());
        }
        now
    });
    let world = World { stop: Stop::default(), ..sim.world.clone() };
    let stopped = async {
        let _ = stopped.await;
    };
    daemon::run(&world, &sim.store, &clock, stopped).await.unwrap();
}

#[tokio::test]
async fn f37_twenty_restarts_in_an_hour_cause_no_request() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed("", [1]))])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "1h")).await;
    for turn in 0..20 {
        // The first one goes on until the visit is over.
        session(&sim, TimeDelta::minutes(3 * turn), if turn == 0 { 3 } else { 1 }).await;
        sim.restart().await;
    }
    assert_eq!(origin.requests().len(), 1);
    session(&sim, TimeDelta::minutes(67), 3).await;
    assert_eq!(origin.requests().len(), 2, "but it is asked when it is due");
}

#[tokio::test]
async fn f17_the_daemon_keeps_the_peace_of_a_host_over_restarts() {
    let busy = reply(429).header("Retry-After", "5400");
    let good = || reply(200).body(feed("", [1]));
    let origin = Origin::start([("GET /a", vec![busy, good()]), ("GET /b", vec![good()])]);
    let sources = source("a", origin.url("/a"), "1m") + &source("b", origin.url("/b"), "1m");
    let mut sim = Sim::new(&sources).await;
    session(&sim, TimeDelta::zero(), 3).await;
    assert_eq!(origin.requests().len(), 1);
    sim.restart().await;
    session(&sim, TimeDelta::seconds(5_300), 1).await;
    assert_eq!(origin.requests().len(), 1);
    let health = sim.store.health().await.unwrap();
    assert_eq!(health.len(), 1, "the other source was never visited: {health:?}");
    sim.leap(TimeDelta::seconds(5_401)).await;
    sim.restart().await;
    session(&sim, TimeDelta::seconds(6_000), 4).await;
    assert_eq!(origin.requests().len(), 3);
}

#[tokio::test]
async fn f39_a_day_of_polling_one_feed() {
    let first = reply(200).body(feed("", [1])).header("ETag", "\"a\"");
    let origin = Origin::start([("GET /feed", vec![first, reply(304)])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "auto")).await;
    let mut times = vec![sim.now];
    sim.visit().await;
    while sim.next(start() + TimeDelta::days(1)).await {
        times.push(sim.now);
    }
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= TimeDelta::hours(1)), "{times:?}");
    let asked = origin.requests();
    assert_eq!(asked.len(), times.len());
    assert!(asked.len() > 3, "{}", asked.len());
    let unconditional = asked.iter().filter(|one| one.header("If-None-Match").is_none()).count();
    assert_eq!(unconditional, 1);
}
