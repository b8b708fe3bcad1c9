//! The process: one at a time, told by signals, told by its settings' file.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use super::{Daemon, feed, row, source, until};
use crate::house::House;
use crate::origin::{Origin, Reply, reply};

fn bells() -> (Origin, House) {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed(3))])]);
    let house = House::new(&source("bell", &origin.url("/feed")));
    (origin, house)
}

#[test]
fn s45_a_second_daemon_exits_4_at_once_and_names_the_first() {
    let (_origin, house) = bells();
    let first = Daemon::start(&house);
    let began = Instant::now();
    let second = house.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(second.code, 4, "{second:?}");
    let pid = format!("pid {}", first.child.id());
    assert!(second.err.contains(&pid) && second.err.contains("finews.db"), "{}", second.err);
    assert!(second.err.contains("hint: "), "{}", second.err);
    for verb in ["publish", "restore"] {
        assert_eq!(house.run(&[verb]).code, 4, "{verb}");
    }
    assert_eq!(first.end().0, 0);
    let lock = std::fs::read_to_string(house.path("state/finews.db.lock")).unwrap();
    assert!(!lock.contains("pid"), "who ends well leaves no name: {lock}");
}

#[test]
fn s45_what_a_kill_left_is_taken_over() {
    let (origin, house) = bells();
    let mut first = Daemon::start(&house);
    first.wait_for("visited");
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    assert!(house.path("state/finews.sock").exists(), "the kill leaves the socket");
    let mut second = Daemon::start(&house);
    assert!(second.log.contains("taken over"), "{}", second.log);
    second.wait_for("ready");
    assert_eq!(house.good(&["fetch"]).code, 0, "the socket is a new one");
    assert_eq!(second.end().0, 0);
    assert_eq!(origin.requests().len(), 1, "a restart causes no request");
    assert_eq!(house.titles("all.json").len(), 3);
}

#[test]
fn s46_fetch_beside_a_daemon_asks_the_daemon() {
    let (origin, house) = bells();
    let mut daemon = Daemon::start(&house);
    daemon.wait_for("visited");
    origin.on("GET /feed", [reply(200).body(feed(5))]);
    // Nothing is due.
    let ended = house.good(&["fetch"]);
    assert!(ended.err.contains("no source is due"), "{}", ended.err);
    assert_eq!(origin.requests().len(), 1);
    let ended = house.good(&["fetch", "bell", "--json"]);
    let outcome: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(outcome["sources"][0]["new"], 2, "{outcome}");
    assert_eq!(house.titles("all.json").len(), 5, "it is published");
    assert_eq!(origin.requests().len(), 2);
    origin.on("GET /feed", [reply(500)]);
    let failed = house.run(&["fetch", "bell"]);
    assert_eq!(failed.code, 1, "{failed:?}");
    assert!(failed.err.contains("500"), "{}", failed.err);
    assert_eq!(house.run(&["fetch", "nobody"]).code, 2);

    let mode = std::fs::metadata(house.path("state/finews.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(daemon.end().0, 0);
    assert!(!house.path("state/finews.sock").exists());
}

#[test]
fn s46_fetch_beside_fetch_waits() {
    let slow = reply(200).body(feed(3)).stall(Duration::from_millis(400));
    let origin = Origin::start([("GET /feed", vec![slow])]);
    let house = House::new(&source("bell", &origin.url("/feed")));
    let mut first = house.command(&["fetch"]).spawn().unwrap();
    until(|| (!origin.requests().is_empty()).then_some(()));
    let impatient = house.run(&["fetch", "--wait", "0"]);
    assert_eq!(impatient.code, 4, "{impatient:?}");
    let patient = house.run(&["fetch"]);
    assert_eq!(patient.code, 0, "{patient:?}");
    assert!(first.wait().unwrap().success());
    assert!(!patient.err.contains("database is locked"), "{}", patient.err);
}

#[test]
fn s60_sigterm_under_load_ends_in_ten_seconds_without_loss() {
    let drip = reply(200).body(feed(50)).drip(8, Duration::from_millis(200));
    let quick = reply(200).body(feed(4).replace("bell-", "quick-"));
    let hosts = [("quick", 2, quick), ("never", 3, Reply::silence()), ("drip", 4, drip)];
    let origins = hosts.map(|(name, last, reply)| {
        let line = format!("GET /{name}");
        (name, Origin::start_at([127, 0, 0, last], [(line.as_str(), vec![reply])]))
    });
    let sources =
        origins.each_ref().map(|(name, origin)| source(name, &origin.url(&format!("/{name}"))));
    let house = House::new(&sources.concat());
    let mut daemon = Daemon::start(&house);
    let asked = || origins.iter().all(|(_, origin)| !origin.requests().is_empty());
    until(|| asked().then_some(()));
    daemon.signal("-TERM");
    let (code, took) = daemon.ended();
    assert_eq!(code, 0, "{}", daemon.log);
    assert!(took < Duration::from_secs(10), "{took:?}");
    // What was not visited to its end is visited again, and nothing is there twice.
    origins[1].1.on("GET /never", [reply(200).body(feed(0))]);
    origins[2].1.on("GET /drip", [reply(200).body(feed(50))]);
    house.run(&["fetch", "--all"]);
    let quick = house.titles("all.json");
    assert!(!quick.is_empty());
    assert_eq!(row(&house, "quick")["items"], 4);
    assert_eq!(row(&house, "drip")["items"], 50);
}

#[test]
fn s60_a_second_signal_ends_at_once() {
    let origin = Origin::start([("GET /never", vec![Reply::silence()])]);
    let house = House::new(&source("never", &origin.url("/never")));
    for name in ["-INT", "-TERM"] {
        let mut daemon = Daemon::start(&house);
        let before = origin.requests().len();
        until(|| (before < origin.requests().len()).then_some(()));
        daemon.signal(name);
        daemon.wait_for("once more to end at once");
        daemon.signal(name);
        let (code, took) = daemon.ended();
        assert_eq!(code, 130);
        assert!(took < Duration::from_secs(1), "{took:?}");
        // A visit that was cut off is due again.
        let next = std::fs::remove_file(house.path("state/finews.db"));
        assert!(next.is_ok());
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(house.path(&format!("state/finews.db{suffix}")));
        }
    }
}

#[test]
fn s60_wrong_settings_change_nothing_and_right_ones_do() {
    let (origin, house) = bells();
    origin.on(
        "GET /second",
        [reply(200).body(feed(2).replace("bell-", "second-").replace("Bell ", "Second "))],
    );
    let good = std::fs::read_to_string(house.path("config/finews.toml")).unwrap();
    let mut daemon = Daemon::start(&house);
    daemon.wait_for("ready");

    house.configure(&format!("{good}every = \"banana\"\n"));
    daemon.signal("-HUP");
    let line = daemon.wait_for("the old settings stay");
    assert!(line.contains("config/finews.toml:"), "the place: {line}");
    assert!(line.contains("every"), "{line}");
    let status = daemon.status();
    assert_eq!(status["settings"]["ok"], false, "{status}");
    assert!(status["settings"]["fault"].as_str().unwrap().contains("finews.toml:"), "{status}");
    assert!(daemon.get("/metrics").1.contains("finews_settings_ok 0"));
    assert!(daemon.get("/status.html").1.contains("the old ones hold"));
    assert_eq!(daemon.get("/readyz").0, 200, "the old ones serve on");

    // Right ones come by themselves when the file changes, without a signal.
    let second = source("second", &origin.url("/second"));
    let more = format!("{good}{second}stories = false\n");
    house.configure(&more);
    daemon.wait_for("going on with the new settings");
    daemon.until("/all.json", |_, body| body.contains("Second 1"));
    let status = daemon.status();
    assert_eq!(status["settings"]["ok"], true);
    assert_eq!(status["sources"].as_array().unwrap().len(), 2);
    assert_eq!(origin.requests().len(), 2, "the first source was not due");

    // What needs a restart is said.
    house.configure(&format!("{more}[serve]\nlisten = \"127.0.0.1:1\"\n"));
    daemon.signal("-HUP");
    daemon.wait_for("need a restart: [serve]");
    assert_eq!(daemon.end().0, 0);
}

#[test]
fn s60_the_daemon_is_not_ready_while_it_stops() {
    let origin = Origin::start([("GET /never", vec![Reply::silence()])]);
    let house = House::new(&source("never", &origin.url("/never")));
    let mut daemon = Daemon::start(&house);
    daemon.until("/readyz", |status, _| status == 200);
    until(|| (!origin.requests().is_empty()).then_some(()));
    daemon.signal("-TERM");
    daemon.wait_for("stopping");
    daemon.until("/readyz", |status, _| status == 503);
    assert_eq!(daemon.get("/healthz").0, 200);
    assert_eq!(daemon.ended().0, 0);
}

#[test]
fn the_service_manager_is_told() {
    let (_origin, house) = bells();
    let path = house.path("notify.sock");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let heard = |word: &str| {
        let mut buffer = [0; 4_096];
        loop {
            let length = socket.recv(&mut buffer).unwrap_or_else(|why| panic!("{word}: {why}"));
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if text.contains(word) {
                return text;
            }
        }
    };
    let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "3000000");
    let mut daemon = Daemon::spawn(command);
    heard("READY=1");
    heard("WATCHDOG=1");
    daemon.signal("-HUP");
    assert!(heard("RELOADING=1").contains("MONOTONIC_USEC="));
    heard("READY=1");
    daemon.signal("-TERM");
    heard("STOPPING=1");
    assert_eq!(daemon.ended().0, 0);
}

#[test]
fn s39_kills_lose_nothing_and_double_nothing() {
    let (origin, house) = bells();
    let mut sent = 3;
    for round in 0..12_u64 {
        sent += 7;
        origin.on("GET /feed", [reply(200).body(feed(sent))]);
        let mut child = house.command(&["fetch", "--all"]).spawn().unwrap();
        let before = origin.requests().len();
        until(|| {
            let asked = origin.requests().len() > before;
            (asked || child.try_wait().unwrap().is_some()).then_some(())
        });
        std::thread::sleep(Duration::from_millis(round * 4));
        let _ = child.kill();
        child.wait().unwrap();
    }
    house.good(&["fetch", "--all"]);
    assert_eq!(row(&house, "bell")["items"], sent);
    assert_eq!(house.json("all.json")["items"].as_array().unwrap().len(), 50.min(sent));
}
