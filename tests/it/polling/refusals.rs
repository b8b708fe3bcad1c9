//! What servers refuse, and how long it is minded.

use chrono::TimeDelta;

use super::sim::{Sim, start};
use super::{feed, source};
use crate::house::House;
use crate::origin::{Origin, reply};

#[tokio::test]
async fn f17_a_host_that_asks_for_peace_gets_it_for_all_its_feeds_and_over_restarts() {
    let busy = reply(429).header("Retry-After", "5400");
    let good = || reply(200).body(feed("", [1]));
    let origin = Origin::start([("GET /a", vec![busy, good()]), ("GET /b", vec![good()])]);
    let other = Origin::start([("GET /c", vec![good()])]);
    let sources = [("a", origin.url("/a")), ("b", origin.url("/b")), ("c", other.url("/c"))];
    let sources: String = sources.iter().map(|(id, url)| source(id, url, "1m")).collect();
    let mut sim = Sim::new(&sources).await;
    let end = start() + TimeDelta::seconds(5_400);
    let mut visits = 0;
    while sim.next(end).await {
        visits += 1;
        if visits % 20 == 0 {
            sim.restart().await;
        }
    }
    assert_eq!(origin.requests().len(), 1, "{:?}", origin.requests());
    assert!(other.requests().len() > 80, "{}", other.requests().len());
    sim.run(TimeDelta::minutes(20)).await;
    let asked = origin.requests();
    assert!(asked.iter().any(|one| one.target == "/b"));
    let health = sim.health("b").await;
    assert_eq!((health.failures, health.error), (0, None), "waiting is no failure");
}

#[tokio::test]
async fn f18_a_date_in_retry_after_counts_from_the_servers_own() {
    let busy = reply(503)
        .header("Date", "Mon, 23 Nov 2026 03:00:00 GMT")
        .header("Retry-After", "Mon, 23 Nov 2026 05:00:00 GMT");
    let origin = Origin::start([("GET /feed", vec![busy])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "5m")).await;
    sim.visit().await;
    let wait = sim.wait("s").await.num_seconds();
    assert!((7_200..=7_920).contains(&wait), "{wait}");
}

#[tokio::test]
async fn f19_a_refusal_without_a_word_is_an_hour_then_two_and_a_good_answer_resets() {
    let good = reply(200).body(feed("", [1]));
    let script = vec![reply(429), reply(429), good, reply(429), reply(200)];
    let origin = Origin::start([("GET /feed", script)]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "5m")).await;
    let mut waits = Vec::new();
    for request in 1..=4 {
        while origin.requests().len() < request {
            assert!(sim.next(start() + TimeDelta::days(1)).await);
            sim.restart().await;
        }
        waits.push(sim.wait("s").await.num_minutes());
    }
    assert!((60..=66).contains(&waits[0]), "{waits:?}");
    assert!((120..=132).contains(&waits[1]), "{waits:?}");
    assert_eq!(waits[2], 5);
    assert!((60..=66).contains(&waits[3]), "{waits:?}");
}

#[tokio::test]
async fn f20_odd_waits_do_no_harm() {
    for (text, least, most) in
        [("-5", 3_600, 3_960), ("soon", 3_600, 3_960), ("1000000000000", 604_800, 606_601)]
    {
        let origin = Origin::start([("GET /feed", vec![reply(429).header("Retry-After", text)])]);
        let mut sim = Sim::new(&source("s", origin.url("/feed"), "5m")).await;
        sim.visit().await;
        let wait = sim.wait("s").await.num_seconds();
        assert!((least..=most).contains(&wait), "{text}: {wait}");
    }
}

#[tokio::test]
async fn f30_after_the_second_410_nobody_asks_until_somebody_revives_it() {
    let origin = Origin::start([("GET /feed", vec![reply(410)])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "15m")).await;
    sim.visit().await;
    assert!(sim.wait("s").await >= TimeDelta::hours(24), "once is polled again, a day later");
    assert_eq!(sim.health("s").await.gone, None);
    sim.run(TimeDelta::days(3)).await;
    assert_eq!(origin.requests().len(), 2);
    assert!(sim.health("s").await.gone.is_some());
    sim.restart().await;
    sim.run(TimeDelta::days(60)).await;
    assert_eq!(origin.requests().len(), 2, "gone");
    origin.on("GET /feed", [reply(200).body(feed("", [1]))]);
    let source = sim.source("s");
    sim.store.revive(&source.id).await.unwrap();
    sim.visit().await;
    assert_eq!(origin.requests().len(), 3);
    assert_eq!(sim.health("s").await.gone, None);
    sim.run(TimeDelta::hours(1)).await;
    assert!(origin.requests().len() > 4, "and goes on");
}

#[test]
fn f30_revive_polls_those_that_it_names() {
    let origin = Origin::start([("GET /feed", vec![reply(410), reply(200).body(feed("", [1]))])]);
    let house = House::new(&source("s", origin.url("/feed"), "1h"));
    assert_eq!(house.run(&["revive", "nobody"]).code, 2);
    assert_eq!(house.run(&["fetch"]).code, 1);
    house.good(&["fetch"]);
    assert_eq!(origin.requests().len(), 1, "it is not due");
    house.good(&["revive", "s"]);
    assert_eq!(origin.requests().len(), 2);
    assert_eq!(house.titles("all.json"), ["Item 1"]);
}

#[tokio::test]
async fn f30_a_410_that_was_taken_back_begins_anew() {
    let good = reply(200).body(feed("", [1]));
    let origin = Origin::start([("GET /feed", vec![reply(410), good, reply(410), reply(200)])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "1d")).await;
    while origin.requests().len() < 3 {
        assert!(sim.next(start() + TimeDelta::days(9)).await);
    }
    assert_eq!(sim.health("s").await.gone, None);
}

#[tokio::test]
async fn f31_404_for_a_month_is_asked_less_and_less_and_heals_at_once() {
    let good = || reply(200).body(feed("", [1]));
    let origin = Origin::start([("GET /feed", vec![good(), reply(404)])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "15m")).await;
    sim.run(TimeDelta::days(30)).await;
    let asked = origin.requests().len() - 1;
    assert!((5..=15).contains(&asked), "{asked}");
    assert_eq!(sim.health("s").await.items, 1, "nothing is deleted");
    origin.on("GET /feed", [good()]);
    while sim.health("s").await.failures > 0 {
        assert!(sim.next(start() + TimeDelta::days(60)).await);
    }
    assert!(sim.wait("s").await < TimeDelta::minutes(17));
}

#[tokio::test]
async fn one_list_that_fails_keeps_the_others_in_their_rhythm() {
    let origin = Origin::start([("GET /a", vec![reply(200).body(feed("", [1]))])]);
    let urls = format!(
        "[[source]]\nid = \"s\"\nevery = \"1h\"\nurl = [\"{}\", \"{}\"]\n",
        origin.url("/a"),
        origin.url("/missing")
    );
    let mut sim = Sim::new(&urls).await;
    for _ in 0..5 {
        sim.next(start() + TimeDelta::days(1)).await;
        assert!(sim.wait("s").await <= TimeDelta::minutes(66));
    }
    assert!(sim.health("s").await.error.is_some(), "but it is told");
}

#[tokio::test]
async fn while_we_are_offline_no_back_off_grows() {
    // Ports that nobody listens at any more.
    let dead: Vec<_> = (1..=6)
        .map(|n| {
            std::net::TcpListener::bind(format!("127.0.0.{n}:0")).unwrap().local_addr().unwrap()
        })
        .collect();
    let sources: String = dead
        .iter()
        .enumerate()
        .map(|(n, address)| source(&format!("s{n}"), format!("http://{address}/feed"), "1h"))
        .collect();
    let mut sim = Sim::new(&sources).await;
    for _ in 0..5 {
        let reports = sim.visit().await;
        assert!(reports.iter().all(|report| report.reached == Some(false)), "{reports:?}");
        for health in sim.store.health().await.unwrap() {
            assert_eq!((health.failures, health.error), (0, None));
            assert!(health.next_visit - sim.now <= TimeDelta::minutes(1));
        }
        sim.leap(TimeDelta::minutes(2)).await;
    }
}
