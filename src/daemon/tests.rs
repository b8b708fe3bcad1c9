use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::oneshot;

mod breaker;
mod queue;

use super::journeys::Journeys;
use super::{Clock, run};
use crate::config::{self, Outside};
use crate::fetch::{Fetcher, Manners};
use crate::model::Instant;
use crate::refresh::World;
use crate::store::Store;

/// A world whose only source refuses every visit before a request is made, so that no socket is
/// needed.
fn world(dir: &std::path::Path, every: &str) -> World {
    let text = format!(
        "[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n[publish]\ndir = \"{}\"\n\
         [[source]]\nid = \"far\"\nurl = \"http://10.0.0.1/\"\nevery = \"{every}\"\n",
        dir.join("feeds").display()
    );
    let settings = config::parse(&text, &Outside::NOTHING).unwrap();
    let mut manners = Manners::new("finews/0.0.0 (+https://t.example/)");
    manners.gap = Duration::ZERO;
    World {
        settings: Arc::new(settings),
        fetcher: Arc::new(Fetcher::new(manners).unwrap()),
        renderer: None,
        authority: "t.example,2026".into(),
        stop: crate::refresh::Stop::default(),
        bells: crate::refresh::Bells::default(),
        news: None,
    }
}

fn start() -> Instant {
    chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// A clock that goes on by `step` each time somebody looks.
fn clock(step: TimeDelta, looks: usize, done: oneshot::Sender<()>) -> (Clock, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let (count, done) = (Arc::clone(&seen), std::sync::Mutex::new(Some(done)));
    let clock = move || {
        let look = count.fetch_add(1, Ordering::SeqCst);
        if look >= looks
            && let Some(done) = done.lock().unwrap().take()
        {
            let _ = done.send(());
        }
        start() + step * i32::try_from(look).unwrap()
    };
    (Arc::new(clock), seen)
}

#[tokio::test]
async fn a_failing_source_is_visited_by_its_ladder_and_a_restart_causes_no_visit() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), "1h");
    let store = Store::open(&dir.path().join("state.db")).await.unwrap();
    let (done, stopped) = oneshot::channel();
    let (clock, _) = clock(TimeDelta::zero(), 1, done);
    let stopped = async {
        let _ = stopped.await;
    };
    run(&world, &store, &clock, stopped).await.unwrap();
    let health = store.health().await.unwrap();
    assert_eq!(health.len(), 1);
    assert_eq!((health[0].failures, health[0].last_visit), (1, Some(start())));
    let wait = health[0].next_visit - start();
    assert!(wait > TimeDelta::hours(1) && wait <= TimeDelta::minutes(66), "{wait}");
    assert!(health[0].error.as_deref().unwrap().contains("10.0.0.1"));
    assert!(dir.path().join("feeds/index.html").exists(), "the empty site is published");

    // The same moment again: it is not due, and nobody asks.
    let world = World { stop: crate::refresh::Stop::default(), ..world };
    let (done, stopped) = oneshot::channel();
    let (clock, _) = self::clock(TimeDelta::zero(), 0, done);
    let stopped = async {
        let _ = stopped.await;
    };
    run(&world, &store, &clock, stopped).await.unwrap();
    assert_eq!(store.health().await.unwrap(), health);
}

#[tokio::test]
async fn a_clock_that_was_far_ahead_does_not_starve_a_source() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), "1h");
    let store = Store::open(&dir.path().join("state.db")).await.unwrap();
    let source = &world.settings.sources[0];
    crate::refresh::broken(&store, source, start() + TimeDelta::days(3_650)).await.unwrap();
    let (done, stopped) = oneshot::channel();
    let (clock, _) = clock(TimeDelta::zero(), 1, done);
    let stopped = async {
        let _ = stopped.await;
    };
    run(&world, &store, &clock, stopped).await.unwrap();
    let health = store.health().await.unwrap();
    assert_eq!(health[0].last_visit, Some(start()));
}

#[tokio::test]
async fn a_source_that_somebody_visited_meanwhile_is_due_later() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), "1h");
    let store = Store::open(&dir.path().join("state.db")).await.unwrap();
    let sources: Vec<_> = world.settings.sources.iter().cloned().map(Arc::new).collect();
    let mut journeys = Journeys::new(&world, &store, sources.clone());
    journeys.queue.put(0, start());
    crate::refresh::broken(&store, &sources[0], start()).await.unwrap();
    assert!(!journeys.start_due(start()).await.unwrap());
    let nap = journeys.nap(start()).unwrap();
    assert!(nap > Duration::from_hours(1), "{nap:?}");
    let later = start() + TimeDelta::hours(2);
    assert!(journeys.start_due(later).await.unwrap(), "its host is free");
    let (number, _) = journeys.end(later).await.unwrap().unwrap();
    assert_eq!(number, 0);
}
