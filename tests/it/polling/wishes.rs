//! What servers and lists wish.

use chrono::{TimeDelta, Timelike as _};

use super::sim::{Sim, start};
use super::{feed, source};
use crate::origin::{Origin, Reply, reply};

/// The wait after an answer lies between these, in seconds.
async fn check(every: &str, reply: Reply, least: i64, most: i64) {
    let origin = Origin::start([("GET /feed", vec![reply])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), every)).await;
    sim.visit().await;
    let wait = sim.wait("s").await.num_seconds();
    assert!((least..=most).contains(&wait), "{wait} is not between {least} and {most}");
}

fn good() -> Reply {
    reply(200).body(feed("", [1]))
}

#[tokio::test]
async fn f13_max_age_counts_from_the_answers_age() {
    let reply = good().header("Cache-Control", "max-age=7200").header("Age", "600");
    check("1m", reply, 6_600, 7_260).await;
}

#[tokio::test]
async fn f14_no_cache_cancels_max_age() {
    check("1h", good().header("Cache-Control", "no-cache, max-age=86400"), 3_600, 3_960).await;
    check("1h", good().header("Cache-Control", "max-age=86400, no-store"), 3_600, 3_960).await;
}

#[tokio::test]
async fn f15_expires_counts_from_the_servers_own_date() {
    let ahead = good()
        .header("Date", "Mon, 23 Nov 2026 15:00:00 GMT")
        .header("Expires", "Mon, 23 Nov 2026 17:00:00 GMT");
    check("1m", ahead, 7_200, 7_920).await;
    let stale = || good().header("Expires", "0").header("ETag", "\"e\"");
    check("1h", stale(), 3_600, 3_960).await;

    let origin = Origin::start([("GET /feed", vec![stale(), reply(304)])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "1h")).await;
    sim.run(TimeDelta::hours(2)).await;
    assert_eq!(origin.requests()[1].text("If-None-Match").as_deref(), Some("\"e\""));
}

#[tokio::test]
async fn f16_a_wish_for_years_is_cut_to_a_day() {
    check("1m", good().header("Cache-Control", "max-age=500000000"), 86_400, 88_200).await;
}

#[tokio::test]
async fn f32_ttl_is_a_floor() {
    check("1m", reply(200).body(feed("<ttl>120</ttl>", [1])), 7_200, 7_920).await;
    check("30m", reply(200).body(feed("<ttl>1</ttl>", [1])), 1_800, 1_980).await;
}

#[tokio::test]
async fn f32_what_a_list_asked_for_holds_while_nothing_is_new() {
    let body = feed("<ttl>120</ttl><skipHours><hour>13</hour></skipHours>", [1]);
    let first = reply(200).body(body).header("ETag", "\"a\"");
    let origin = Origin::start([("GET /feed", vec![first, reply(304)])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "1m")).await;
    for _ in 0..12 {
        sim.next(start() + TimeDelta::days(9)).await;
        assert!(sim.wait("s").await >= TimeDelta::minutes(120));
        assert_ne!(sim.health("s").await.next_visit.hour(), 13);
    }
    assert_eq!(origin.requests().len(), 12);
}

#[tokio::test]
async fn a_304_that_says_nothing_leaves_max_age_as_it_was() {
    let first = good().header("ETag", "\"a\"").header("Cache-Control", "max-age=7200");
    let soon = reply(304).header("Cache-Control", "max-age=60");
    let origin = Origin::start([("GET /feed", vec![first, reply(304), soon])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "1h")).await;
    let mut waits = Vec::new();
    for _ in 0..3 {
        sim.next(start() + TimeDelta::days(9)).await;
        waits.push(sim.wait("s").await.num_hours());
    }
    assert_eq!(waits, [2, 2, 1]);
}

#[tokio::test]
async fn f33_skip_hours_and_days_are_kept() {
    let hours: Vec<_> = (0..23).map(|hour| format!("<hour>{hour}</hour>")).collect();
    let body = feed(&format!("<skipHours>{}</skipHours>", hours.concat()), [1]);
    let origin = Origin::start([("GET /feed", vec![reply(200).body(body)])]);
    let mut sim = Sim::new(&source("s", origin.url("/feed"), "auto")).await;
    sim.visit().await;
    for _ in 0..10 {
        assert_eq!(sim.health("s").await.next_visit.hour(), 23);
        sim.next(start() + TimeDelta::days(30)).await;
    }

    let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let days = days.map(|day| format!("<day>{day}</day>")).concat();
    check("1h", reply(200).body(feed(&format!("<skipDays>{days}</skipDays>"), [1])), 3_600, 86_400)
        .await;
}

#[tokio::test]
async fn f34_the_syndication_module_is_a_floor_up_to_a_day() {
    let period = |name| feed(&format!("<sy:updatePeriod>{name}</sy:updatePeriod>"), [1]);
    check("1h", reply(200).body(period("weekly")), 86_400, 88_200).await;
    check("6h", reply(200).body(period("hourly")), 21_600, 23_400).await;
}

#[tokio::test]
async fn f35_a_rhythm_of_its_own_for_each_source() {
    let dated = |minutes: &[i64]| {
        let items = minutes.iter().map(|ago| {
            let date = (start() - TimeDelta::minutes(*ago)).to_rfc2822();
            format!("<item><title>I{ago}</title><guid>{ago}</guid><pubDate>{date}</pubDate></item>")
        });
        let items: String = items.collect();
        reply(200).body(format!("<rss><channel><title>T</title>{items}</channel></rss>"))
    };
    let quick: Vec<i64> = (0..20).map(|n| 10 + 30 * n).collect();
    check("auto", dated(&quick), 1_800, 2_100).await;
    check("auto", dated(&[90 * 24 * 60]), 86_400, 88_200).await;
}
