//! What is shown to those inside, and to nobody else.

use super::{Daemon, ask, feed, get, source, until};
use crate::house::House;
use crate::origin::{Origin, reply};

fn house(more: &str) -> (Origin, House) {
    let origin = Origin::start([
        ("GET /feed", vec![reply(200).body(feed(3))]),
        ("GET /busy", vec![reply(503)]),
    ]);
    let sources = [source("bell", &origin.url("/feed")), source("busy", &origin.url("/busy"))];
    let house = House::new(&format!("{}{more}", sources.concat()));
    (origin, house)
}

fn settled(house: &House) -> Daemon {
    let daemon = Daemon::start(house);
    daemon.until("/status.json", |_, body| {
        body.contains("\"state\": \"failing\"") && body.contains("\"state\": \"well\"")
    });
    daemon
}

#[test]
fn status_and_metrics_in_every_form() {
    let (_origin, house) = house("");
    let daemon = settled(&house);
    let status = daemon.status();
    assert_eq!(status["version"], 1);
    assert_eq!(status["sums"]["failing"], 1);
    let first = &status["sources"][1];
    assert_eq!(first["source"], "busy", "in the order of the settings");
    assert_eq!((&first["cause"], &first["status"]), (&"status".into(), &503.into()));
    assert!(first["action"].as_str().unwrap().contains("wait"));

    let (code, page) = daemon.get("/status.html");
    assert!(code == 200 && page.contains("status 503") && page.contains("bell"), "{page}");
    let (_, metrics) = daemon.get("/metrics");
    for line in [
        "finews_visits_total{outcome=\"new\"} 1",
        "finews_visits_total{outcome=\"failed\"} 1",
        "finews_visit_failures_total{cause=\"status\"} 1",
        "finews_requests_total{outcome=\"fresh\"} 1",
        "finews_items_total{change=\"new\"} 3",
        "finews_sources{state=\"failing\"} 1",
        "finews_request_duration_seconds_count 2",
        "finews_settings_ok 1",
    ] {
        assert!(metrics.lines().any(|one| one == line), "no `{line}` in\n{metrics}");
    }
    assert!(!metrics.contains("busy") && !metrics.contains("127.0.0.1"), "no source is a label");
    assert!(metrics.ends_with("# EOF\n"));

    // The same on the command line, with a daemon or without.
    for running in [true, false] {
        let table = house.run(&["status"]);
        assert_eq!(table.code, 1, "a source failed: {table:?}");
        assert!(
            table.out.contains("status 503") && table.out.contains("2 sources"),
            "{}",
            table.out
        );
        let one = house.run(&["status", "busy"]);
        assert!(one.out.contains("failed") && one.out.contains("503"), "{}", one.out);
        let one = house.run(&["status", "bell", "--json"]);
        let whole: serde_json::Value = serde_json::from_str(&one.out).unwrap();
        assert_eq!(whole["visits"][0]["new"], 3, "{whole}");
        assert_eq!(whole["state"], "well");
        if running {
            daemon.signal("-TERM");
            until(|| (house.run(&["publish"]).code == 0).then_some(()));
        }
    }
    assert_eq!(house.run(&["status", "nobody"]).code, 2);
}

#[test]
fn the_feed_of_changes_has_an_entry_for_each_and_never_repeats_one() {
    let (origin, house) = house("");
    let daemon = settled(&house);
    let entries = |text: &str| {
        let parsed = feed_rs::parser::parse(text.as_bytes()).unwrap();
        parsed
            .entries
            .into_iter()
            .map(|one| (one.id, one.title.unwrap().content))
            .collect::<Vec<_>>()
    };
    let first = entries(&daemon.get("/status.atom").1);
    assert_eq!(first.len(), 1, "that a source is well at first is no news: {first:?}");
    assert!(first[0].1.contains("busy: new → failing (status 503)"), "{first:?}");
    // Still failing, by the same cause and by another: no news.
    house.run(&["fetch", "busy"]);
    origin.on("GET /busy", [reply(404)]);
    house.run(&["fetch", "busy"]);
    assert_eq!(entries(&daemon.get("/status.atom").1), first);
    origin.on("GET /busy", [reply(200).body(feed(1).replace("bell-", "busy-"))]);
    house.good(&["fetch", "busy"]);
    let second = entries(&daemon.get("/status.atom").1);
    assert_eq!(second.len(), 2, "{second:?}");
    assert!(second[0].1.contains("failing → well"), "{second:?}");
    assert_eq!(second[1], first[0], "the old entry has its old id");
    assert_eq!(daemon.end().0, 0);
    let daemon = settled_again(&house);
    assert_eq!(entries(&daemon.get("/status.atom").1), second, "a restart repeats nothing");
}

fn settled_again(house: &House) -> Daemon {
    let mut daemon = Daemon::start(house);
    daemon.wait_for("ready");
    daemon
}

#[test]
fn s30_s31_the_world_sees_neither_metrics_nor_status() {
    let (_origin, house) = house("");
    let daemon = settled(&house);
    let address = &daemon.address;
    let paths = ["/metrics", "/status.html", "/status.json", "/status.atom"];
    for path in paths {
        for headers in [
            "Host: news.example\r\n",
            "Host: rebind.test\r\n",
            "Host: localhost\r\nX-Forwarded-For: 127.0.0.1\r\n",
            "Host: localhost\r\nForwarded: for=127.0.0.1\r\n",
            "Host: localhost\r\nVia: 1.1 proxy\r\n",
        ] {
            let (status, body) = get(address, path, headers);
            assert_eq!(status, 403, "{path} {headers}");
            assert!(!body.contains("busy") && !body.contains(path), "{body}");
        }
        let (status, _) = ask(address, &format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n"));
        assert_eq!(status, 403, "what old proxies speak");
        let (status, _) = ask(address, &format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n"));
        assert_eq!(status, 405);
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(address, path, "Host: news.example\r\n"), (200, "ok\n".to_owned()));
    }
}

#[test]
fn an_address_of_their_own_takes_them_off_the_site() {
    let (_origin, house) = house("");
    let args = ["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    let mut daemon = Daemon::with(&house, &args);
    daemon.wait_for("ready");
    let line = daemon.log.lines().find(|line| line.contains("status and metrics at")).unwrap();
    let admin = line.rsplit("http://").next().unwrap().trim().to_owned();
    assert_eq!(daemon.get("/metrics").0, 404);
    assert_eq!(daemon.get("/status.html").0, 404);
    assert_eq!(get(&admin, "/metrics", "Host: localhost\r\n").0, 200);
    assert_eq!(get(&admin, "/status.html", "Host: localhost\r\n").0, 200);
    assert_eq!(get(&admin, "/style.css", "Host: localhost\r\n").0, 200);
    assert_eq!(get(&admin, "/readyz", "Host: localhost\r\n").0, 200);
    assert_eq!(get(&admin, "/metrics", "Host: rebind.test\r\n").0, 403);
    assert_eq!(get(&admin, "/all.html", "Host: localhost\r\n").0, 404, "the site is elsewhere");
    assert_eq!(daemon.get("/all.html").0, 200);
}

#[test]
fn the_status_may_be_opened_to_everybody_but_the_metrics_never() {
    let (_origin, house) = house("[serve]\npublic_status = true\n");
    let daemon = settled(&house);
    let outside = |path: &str| get(&daemon.address, path, "Host: news.example\r\n").0;
    assert_eq!((outside("/status.html"), outside("/status.atom")), (200, 200));
    assert_eq!(outside("/metrics"), 403);
}
