//! Guards what a poll keeps of a server's answers, and what it asks the next time: the rows F07 to
//! F12 and F44 to F46, through the built binary.

use std::process::Stdio;
use std::time::Duration;

use crate::house::{House, all_due};
use crate::origin::{Origin, Reply, reply};

/// A feed with an item for each name.
pub fn feed(names: &[&str]) -> String {
    let item = |name: &&str| {
        format!(
            "<item><title>{name}</title><guid isPermaLink=\"false\">{name}</guid>\
             <link>https://bell.example/{name}</link><description>about {name}</description></item>"
        )
    };
    let items: String = names.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Bell</title>{items}</channel></rss>")
}

pub fn source(origin: &Origin, more: &str) -> String {
    format!("[[source]]\nid = \"bell\"\nurl = \"{}\"\n{more}", origin.url("/feed"))
}

pub fn house(origin: &Origin) -> House {
    House::new(&source(origin, ""))
}

fn tagged(tag: &str, names: &[&str]) -> Reply {
    reply(200).header("ETag", tag).body(feed(names))
}

/// What was sent back as `If-None-Match`, request by request.
fn sent(origin: &Origin) -> Vec<Option<String>> {
    origin.requests().iter().map(|request| request.text("If-None-Match")).collect()
}

#[test]
fn f05_what_a_304_leaves_out_stays_as_it_was() {
    let date = "Thu, 1 Jan 1970 00:00:01 +0000";
    let first = tagged("\"a\"", &["one"]).header("Last-Modified", date);
    let origin = Origin::start([("GET /feed", vec![first, reply(304)])]);
    let house = house(&origin);
    house.good(&["fetch"]);
    for _ in 0..2 {
        all_due(&house);
    }
    assert_eq!(sent(&origin), [None, Some("\"a\"".to_owned()), Some("\"a\"".to_owned())]);
    let since = origin.requests()[2].text("If-Modified-Since");
    assert_eq!(since.as_deref(), Some(date));
}

#[test]
fn f06_what_a_304_carries_is_taken_over() {
    let renewed = reply(304).header("ETag", "\"b\"");
    let origin = Origin::start([("GET /feed", vec![tagged("\"a\"", &["one"]), renewed])]);
    let house = house(&origin);
    house.good(&["fetch"]);
    for _ in 0..2 {
        all_due(&house);
    }
    assert_eq!(sent(&origin), [None, Some("\"a\"".to_owned()), Some("\"b\"".to_owned())]);
}

#[test]
fn f07_the_same_body_under_another_tag_is_no_news_but_the_tag_is() {
    let replies = vec![tagged("\"a\"", &["one"]), tagged("\"b\"", &["one"]), reply(304)];
    let origin = Origin::start([("GET /feed", replies)]);
    let house = house(&origin);
    house.good(&["fetch"]);
    let before = house.tree();
    for _ in 0..2 {
        all_due(&house);
    }
    assert_eq!(sent(&origin), [None, Some("\"a\"".to_owned()), Some("\"b\"".to_owned())]);
    assert_eq!(house.tree(), before);
}

#[test]
fn f08_no_bad_body_gives_validators() {
    let whole = feed(&["one", "two"]);
    for bad in [
        tagged("\"bad\"", &["one"]).body(&whole[..whole.len() - 60]),
        tagged("\"bad\"", &["one"]).body("<html><p>maintenance</p></html>"),
        tagged("\"bad\"", &["one"]).body(""),
        tagged("\"bad\"", &["one"]).body(whole.clone()).claim(99_999),
        tagged("\"bad\"", &["one"]).body(whole.clone()).reset_after(100),
        tagged("\"bad\"", &["one"]).body(whole.clone()).bad_chunk(),
        tagged("\"bad\"", &["one"]).body("\u{1f}\u{8}broken").labelled("gzip"),
    ] {
        let replies = vec![tagged("\"good\"", &["one"]), bad.clone(), reply(304)];
        let origin = Origin::start([("GET /feed", replies)]);
        let house = house(&origin);
        house.good(&["fetch"]);
        for _ in 0..2 {
            all_due(&house);
        }
        let last = sent(&origin).pop().unwrap();
        assert_ne!(last, Some("\"bad\"".to_owned()), "{bad:?}");
        assert!(house.titles("all.json").contains(&"one".to_owned()));
    }
}

#[test]
fn f09_a_kill_between_body_and_store_loses_nothing() {
    let origin = Origin::start([("GET /feed", vec![tagged("\"a\"", &["one"])])]);
    let house = house(&origin);
    house.good(&["fetch"]);
    // The second body is here, and its article never comes.
    let article = origin.url("/two");
    let body = feed(&["one", "two"]).replace("https://bell.example/two", article.as_str());
    origin.on("GET /feed", [reply(200).header("ETag", "\"b\"").body(body)]);
    origin.on("GET /two", [Reply::silence()]);
    house.reconfigure(&source(&origin, "full_text = true\n"));
    let mut child = house.command(&["fetch", "--all"]).stderr(Stdio::null()).spawn().unwrap();
    while !origin.lines().contains(&"GET /two".to_owned()) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before its article");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    origin.on("GET /two", [reply(404)]);
    all_due(&house);
    let polls: Vec<_> = origin.requests().into_iter().filter(|it| it.target == "/feed").collect();
    let tags: Vec<_> = polls.iter().map(|it| it.text("If-None-Match")).collect();
    assert_eq!(tags, [None, Some("\"a\"".to_owned()), Some("\"a\"".to_owned())]);
    let mut titles = house.titles("all.json");
    titles.sort();
    assert_eq!(titles, ["one", "two"]);
}

#[test]
fn f10_a_poll_by_hand_is_conditional() {
    let origin = Origin::start([("GET /feed", vec![tagged("\"a\"", &["one"]), reply(304)])]);
    let house = house(&origin);
    house.good(&["fetch", "bell"]);
    house.good(&["fetch", "bell"]);
    assert_eq!(sent(&origin), [None, Some("\"a\"".to_owned())]);
}

#[test]
fn f11_another_request_is_unconditional() {
    let proxy = Origin::start([]);
    for (name, change) in [
        ("header", "headers = { X-Key = \"a\" }".to_owned()),
        ("auth", "headers = { Authorization = \"Basic eDp5\" }".to_owned()),
        ("name", "user_agent = \"other/1.0\"".to_owned()),
        ("version", "http1_only = true".to_owned()),
        ("trust", "allow_invalid_tls = true".to_owned()),
        ("proxy", format!("proxy = \"{}\"", proxy.url("/"))),
        ("address", String::new()),
    ] {
        let origin = Origin::start([("GET /feed", vec![tagged("\"a\"", &["one"])])]);
        origin.on("GET /feed?b", [tagged("\"b\"", &["one"])]);
        proxy.on(&format!("GET {}", origin.url("/feed")), [reply(200).body(feed(&["one"]))]);
        let house = house(&origin);
        house.good(&["fetch"]);
        let changed = source(&origin, &change);
        let changed = if name == "address" { changed.replace("/feed", "/feed?b") } else { changed };
        house.reconfigure(&changed);
        all_due(&house);
        let requests = if name == "proxy" { proxy.requests() } else { origin.requests() };
        let last = requests.last().unwrap();
        assert_eq!(last.header("If-None-Match"), None, "{name}");
        assert_eq!(origin.requests().len(), if name == "proxy" { 1 } else { 2 });
    }
}

#[test]
fn f12_a_tag_that_never_changes_hides_nothing() {
    let replies = vec![tagged("\"same\"", &["one"]), tagged("\"same\"", &["one", "two"])];
    let origin = Origin::start([("GET /feed", replies)]);
    let house = house(&origin);
    house.good(&["fetch"]);
    all_due(&house);
    let mut titles = house.titles("all.json");
    titles.sort();
    assert_eq!(titles, ["one", "two"]);
}

#[test]
fn f22_a_redirect_is_followed_and_the_settings_stay() {
    let origin = Origin::start([("GET /feed", vec![Reply::redirect(301, "/new")])]);
    origin.on("GET /new", [tagged("\"n\"", &["one"]), reply(304)]);
    let house = house(&origin);
    house.good(&["fetch"]);
    all_due(&house);
    assert_eq!(origin.lines(), ["GET /feed", "GET /new", "GET /feed", "GET /new"]);
    assert_eq!(sent(&origin), [None, None, None, Some("\"n\"".to_owned())]);
}

#[test]
fn f44_f46_a_body_that_is_too_large_or_cut_takes_nothing_away() {
    for bad in [
        reply(200).header("ETag", "\"b\"").body(vec![b' '; 8 << 20]).gzip(),
        reply(200).header("ETag", "\"b\"").body(feed(&["two"])).claim(100 << 20),
        reply(200).header("ETag", "\"b\"").body(feed(&["two"])).claim(9_999),
    ] {
        let origin = Origin::start([("GET /feed", vec![tagged("\"a\"", &["one"]), bad])]);
        let house = house(&origin);
        house.good(&["fetch"]);
        assert_eq!(all_due(&house).code, 1);
        assert_eq!(house.titles("all.json"), ["one"]);
        all_due(&house);
        assert_eq!(sent(&origin), [None, Some("\"a\"".to_owned()), Some("\"a\"".to_owned())]);
    }
}

/// Thirty-two servers that never come to an end hold every place that there is, for a while.
#[test]
fn f45_s53_whoever_drips_keeps_nobody_else_waiting_for_ever() {
    let drip = || reply(200).body(vec![b' '; 100_000]).drip(1, Duration::from_millis(50));
    let slow: Vec<_> = (0..33).map(|_| Origin::start([("GET /feed", vec![drip()])])).collect();
    let good = Origin::start([("GET /feed", vec![reply(200).body(feed(&["one"]))])]);
    let sources = slow.iter().enumerate().map(|(number, origin)| {
        source(origin, "").replace("\"bell\"", &format!("\"slow-{number}\""))
    });
    let settings = format!("{}{}", sources.collect::<String>(), source(&good, ""));
    let house = House::new("");
    let site = "[site]\ntitle = \"t\"\nurl = \"https://news.example/\"\n\
        [fetch]\ngap = \"0s\"\ntotal = \"1s\"\n[defaults]\nallow_private = [\"127.0.0.0/8\"]\n";
    house.configure(&format!("{site}{settings}"));
    let ended = house.run(&["fetch"]);
    assert_eq!(house.titles("all.json"), ["one"], "{ended:?}");
    let failed = ended.err.lines().filter(|line| line.contains("took longer than 1s")).count();
    assert_eq!(failed, 33, "{ended:?}");
}
