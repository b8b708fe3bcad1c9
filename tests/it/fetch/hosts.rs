//! Guards the manners towards hosts: one at a time, with pauses, and peace when asked for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use finews::fetch::{Error, Fetcher, Manners};
use tokio::task::JoinSet;

use super::{AGENT, ask, failure, fetcher, fresh};
use crate::origin::{Origin, Reply, reply};

const PAUSE: Duration = Duration::from_millis(25);

#[tokio::test]
async fn f38_requests_to_one_host_keep_their_distance() {
    let origin = Origin::start([("GET /", vec![reply(200)])]);
    let fetcher = Fetcher::new(Manners { gap: PAUSE, ..Manners::new(AGENT) }).unwrap();
    let request = ask(origin.url("/"));
    let began = Instant::now();
    let (a, b, c) =
        tokio::join!(fetcher.fetch(&request), fetcher.fetch(&request), fetcher.fetch(&request));
    for answer in [a, b, c] {
        fresh(answer);
    }
    let asked = origin.requests();
    assert!(asked[1].at - began >= PAUSE);
    assert!(asked[2].at - began >= 2 * PAUSE);
}

#[tokio::test]
async fn f38_one_host_is_asked_one_thing_at_a_time() {
    let origin = Origin::start([("GET /", vec![reply(200).stall(PAUSE)])]);
    let (fetcher, request) = (fetcher(), ask(origin.url("/")));
    let (a, b) = tokio::join!(fetcher.fetch(&request), fetcher.fetch(&request));
    fresh(a);
    fresh(b);
    let asked = origin.requests();
    assert!(asked[1].at - asked[0].at >= PAUSE);
}

#[tokio::test]
async fn f38_all_hosts_together_have_a_limit() {
    let origins: Vec<_> =
        (0..6).map(|_| Origin::start([("GET /", vec![reply(200).stall(PAUSE)])])).collect();
    let manners = Manners { at_once: 2, gap: Duration::ZERO, ..Manners::new(AGENT) };
    let fetcher = Arc::new(Fetcher::new(manners).unwrap());
    let mut all = JoinSet::new();
    for origin in &origins {
        let (fetcher, request) = (fetcher.clone(), ask(origin.url("/")));
        all.spawn(async move { fresh(fetcher.fetch(&request).await) });
    }
    all.join_all().await;
    let mut times: Vec<_> = origins.iter().map(|it| it.requests()[0].at).collect();
    times.sort_unstable();
    assert!(times.windows(3).all(|it| it[2] - it[0] >= PAUSE), "{times:?}");
}

#[tokio::test]
async fn f17_a_host_that_asks_for_peace_gets_it() {
    for status in [429, 503] {
        let busy = reply(status).header("Retry-After", "5400");
        let origin = Origin::start([("GET /a", vec![busy]), ("GET /b", vec![reply(200)])]);
        let other = Origin::start([("GET /", vec![reply(200)])]);
        let fetcher = fetcher();
        let error = failure(&fetcher, &ask(origin.url("/a"))).await;
        assert_eq!(error.retry_after(), Some(Duration::from_mins(90)));
        let error = failure(&fetcher, &ask(origin.url("/b"))).await;
        assert!(matches!(error, Error::CoolingDown { .. }), "{error:?}");
        assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(5300)));
        assert_eq!(origin.requests().len(), 1);
        fresh(fetcher.fetch(&ask(other.url("/"))).await);
    }
}

#[tokio::test]
async fn f20_odd_waits_are_ignored_or_cut() {
    for (text, expect) in [
        ("-5", None),
        ("soon", None),
        ("1000000000000", Some(Duration::from_hours(7 * 24))),
        ("99999999999999999999999999", Some(Duration::from_hours(7 * 24))),
    ] {
        let origin = Origin::start([("GET /", vec![reply(429).header("Retry-After", text)])]);
        let fetcher = fetcher();
        let error = failure(&fetcher, &ask(origin.url("/"))).await;
        assert_eq!(error.retry_after(), expect, "{text}");
        let again = failure(&fetcher, &ask(origin.url("/"))).await;
        // A refusal that does not say for how long is taken for an hour.
        let least = expect.unwrap_or(Duration::from_hours(1));
        assert!(again.kind() == "cooling_down" && again.retry_after() >= Some(least), "{text}");
    }
}

#[tokio::test]
async fn a_request_that_is_given_up_frees_its_host() {
    let origin =
        Origin::start([("GET /never", vec![Reply::silence()]), ("GET /", vec![reply(200)])]);
    let fetcher = fetcher();
    fresh(fetcher.fetch(&ask(origin.url("/"))).await);
    let never = ask(origin.url("/never"));
    assert!(tokio::time::timeout(PAUSE, fetcher.fetch(&never)).await.is_err());
    fresh(fetcher.fetch(&ask(origin.url("/"))).await);
}
