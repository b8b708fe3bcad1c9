//! Where sources move to.

use chrono::TimeDelta;

use super::sim::{Sim, start};
use super::{feed, source};
use crate::origin::{Origin, Reply, reply};

/// An old address that redirects so, and a new one with this.
struct Move {
    old: Origin,
    new: Origin,
    sim: Sim,
}

impl Move {
    async fn new(status: u16, there: Reply) -> Self {
        let new = Origin::start([("GET /new", vec![there])]);
        let redirect = Reply::redirect(status, new.url("/new"));
        let here = reply(200).body(feed("", [1, 2, 3]));
        let old = Origin::start([("GET /old", vec![here, redirect])]);
        let sim = Sim::new(&source("s", old.url("/old"), "12h")).await;
        Self { old, new, sim }
    }

    fn asked(&self) -> (usize, usize) {
        (self.old.requests().len(), self.new.requests().len())
    }

    async fn moved_to(&self) -> Option<String> {
        self.sim.health("s").await.moved_to
    }
}

fn sibling() -> Reply {
    reply(200).body(feed("", [2, 3, 4])).header("ETag", "\"new\"")
}

#[tokio::test]
async fn f22_one_permanent_redirect_changes_nothing() {
    let mut one = Move::new(301, sibling()).await;
    one.sim.run(TimeDelta::days(2)).await;
    let (old, new) = one.asked();
    assert_eq!(old, new + 1, "the address of the settings is asked each time");
    assert!(new >= 2);
    assert_eq!(one.moved_to().await, None);
}

#[tokio::test]
async fn f23_f26_after_eight_days_the_new_address_is_asked() {
    for status in [301, 308] {
        let mut one = Move::new(status, sibling()).await;
        one.sim.run(TimeDelta::days(9)).await;
        assert_eq!(one.moved_to().await.as_deref(), Some(one.new.url("/new").as_str()));
        let (old, _) = one.asked();
        one.sim.restart().await;
        one.new.on("GET /new", [reply(304)]);
        one.sim.run(TimeDelta::days(5)).await;
        assert_eq!(one.asked().0, old, "the old one is left alone");
        let last = one.new.requests().pop().unwrap();
        assert_eq!(last.text("If-None-Match").as_deref(), Some("\"new\""));
        let health = one.sim.health("s").await;
        assert_eq!(health.items, 4, "items keep their identity");
        assert_eq!(health.feed.as_deref(), Some(one.new.url("/new").as_str()));
    }
}

#[tokio::test]
async fn f24_a_page_to_log_in_is_never_adopted() {
    let page =
        reply(200).header("Content-Type", "text/html").body("<html><form>Log in</form></html>");
    let mut one = Move::new(301, page).await;
    one.sim.run(TimeDelta::days(30)).await;
    let (old, new) = one.asked();
    assert_eq!((old, one.moved_to().await), (new + 1, None));
    assert!(new > 20);
}

#[tokio::test]
async fn f24_neither_is_a_feed_of_somebody_else() {
    for strange in [feed("", [101, 102]), feed("", [])] {
        let mut one = Move::new(301, reply(200).body(strange)).await;
        one.sim.run(TimeDelta::days(30)).await;
        assert_eq!(one.moved_to().await, None);
    }
}

#[tokio::test]
async fn f23_an_address_that_led_elsewhere_from_the_first_day_on_is_a_move_too() {
    let new = Origin::start([("GET /new", vec![sibling(), reply(304)])]);
    let old = Origin::start([("GET /old", vec![Reply::redirect(308, new.url("/new"))])]);
    let mut sim = Sim::new(&source("s", old.url("/old"), "auto")).await;
    sim.run(TimeDelta::days(9)).await;
    assert_eq!(sim.health("s").await.moved_to.as_deref(), Some(new.url("/new").as_str()));
    let asked = new.requests();
    let unconditional = asked.iter().filter(|one| one.header("If-None-Match").is_none()).count();
    assert_eq!(unconditional, 1);
}

#[tokio::test]
async fn f25_temporary_redirects_are_never_adopted() {
    for status in [302, 303, 307] {
        let mut one = Move::new(status, sibling()).await;
        one.sim.run(TimeDelta::days(30)).await;
        let (old, new) = one.asked();
        assert_eq!((old, one.moved_to().await), (new + 1, None), "{status}");
    }
}

#[tokio::test]
async fn f26_a_chain_with_a_temporary_hop_is_temporary() {
    let mut one = Move::new(301, sibling()).await;
    let hop = one.new.url("/new");
    one.old.on("GET /hop", [Reply::redirect(302, &hop)]);
    one.old.on("GET /old", [Reply::redirect(301, one.old.url("/hop"))]);
    one.sim.run(TimeDelta::days(30)).await;
    assert_eq!(one.moved_to().await, None);
}

#[tokio::test]
async fn an_old_address_that_ends_is_followed_where_it_led_in_the_same_visit() {
    for status in [404, 410] {
        let mut one = Move::new(301, sibling()).await;
        one.sim.run(TimeDelta::days(2)).await;
        one.old.on("GET /old", [reply(status)]);
        let (_, before) = one.asked();
        one.sim.next(start() + TimeDelta::days(9)).await;
        assert_eq!(one.asked().1, before + 1);
        let health = one.sim.health("s").await;
        assert_eq!((health.failures, health.error), (0, None));
        assert!(health.moved_to.is_some());
        // And when the new one ends, the old one is asked again.
        one.new.on("GET /new", [reply(404)]);
        one.sim.next(start() + TimeDelta::days(9)).await;
        let (old, _) = one.asked();
        one.sim.next(start() + TimeDelta::days(9)).await;
        assert_eq!(one.asked().0, old + 1);
        assert_eq!(one.moved_to().await, None);
    }
}

#[tokio::test]
async fn headers_of_the_settings_do_not_move_along() {
    let new = Origin::start([("GET /new", vec![sibling()])]);
    let old = Origin::start([("GET /old", vec![Reply::redirect(301, new.url("/new"))])]);
    let settings = source("s", old.url("/old"), "12h") + "headers = { X-Key = \"secret\" }\n";
    let mut sim = Sim::new(&settings).await;
    sim.run(TimeDelta::days(12)).await;
    assert!(sim.health("s").await.moved_to.is_some());
    assert!(old.requests().iter().all(|one| one.text("X-Key").as_deref() == Some("secret")));
    assert!(new.requests().iter().all(|one| one.header("X-Key").is_none()));
}
