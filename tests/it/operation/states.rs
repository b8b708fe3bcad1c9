//! Each way to fail has its own cause and its own cure.

use finews::daemon;
use finews::fetch::{Fetcher, Manners};
use finews::refresh::{Bells, World};
use finews::store::Store;

use super::{feed, row, source};
use crate::house::House;
use crate::origin::{Origin, Reply, reply};

#[test]
fn s48_each_answer_that_is_no_feed_has_its_state_and_costs_no_item() {
    let html = |text: &str| {
        reply(200).header("Content-Type", "text/html").body(format!("<html>{text}</html>"))
    };
    let wall = reply(403).header("cf-mitigated", "challenge").body("no");
    let answers: [(&str, Reply, &str, &str); 13] = [
        ("html", html("<p>hello"), "failing", "not_a_feed"),
        ("nothing", reply(200), "failing", "not_a_feed"),
        ("wall", wall, "failing", "bot_wall"),
        ("wall-200", html("<title>Just a moment...</title>"), "failing", "bot_wall"),
        ("forbidden", reply(403), "failing", "status"),
        ("missing", reply(404), "failing", "status"),
        ("broken", reply(500), "failing", "status"),
        ("busy", reply(503), "failing", "status"),
        ("no-http", Reply::raw("hello there\r\n\r\n"), "failing", "protocol"),
        ("cut", reply(200).body(feed(3)).claim(90_000), "failing", "body"),
        ("circle", Reply::redirect(302, "/circle"), "failing", "redirects"),
        ("squeezed", reply(200).body("no gzip").labelled("gzip"), "failing", ""),
        ("empty", reply(200).body(feed(0)), "well", ""),
    ];
    let origin = Origin::start([]);
    let mut sources = String::new();
    for (name, ..) in &answers {
        origin.on(&format!("GET /{name}"), [reply(200).body(feed(2).replace("bell-", name))]);
        sources.push_str(&source(name, &origin.url(&format!("/{name}"))));
    }
    let house = House::new(&sources);
    house.good(&["fetch"]);
    for (name, answer, ..) in &answers {
        origin.on(&format!("GET /{name}"), [answer.clone()]);
    }
    let ended = house.run(&["fetch", "--all"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for (name, _, state, cause) in answers {
        let row = row(&house, name);
        assert_eq!(row["state"], state, "{row}");
        if !cause.is_empty() {
            assert_eq!(row["cause"], cause, "{row}");
            assert!(row["action"].as_str().is_some_and(|text| !text.is_empty()), "{row}");
        }
        assert_eq!(row["items"], 2, "nothing is lost: {row}");
    }
}

#[test]
fn causes_before_any_answer() {
    let house = House::new(
        "[[source]]\nid = \"port\"\nurl = \"http://127.0.0.1:1/\"\n\
         [[source]]\nid = \"private\"\nurl = \"http://10.9.8.7/\"\n\
         [[source]]\nid = \"name\"\nurl = \"http://nobody.invalid/\"\n\
         [[source]]\nid = \"resting\"\npaused = true\nurl = \"http://127.0.0.1:1/\"\n",
    );
    house.run(&["fetch"]);
    for (name, state, cause) in [
        ("port", "failing", "connect"),
        ("private", "failing", "blocked_address"),
        ("name", "failing", "dns"),
        ("resting", "paused", "paused"),
    ] {
        let row = row(&house, name);
        assert_eq!((row["state"].as_str(), row["cause"].as_str()), (Some(state), Some(cause)));
    }
}

#[test]
fn rules_that_found_entries_before_have_drifted() {
    let page = |class: &str| {
        let item = |n| format!("<li class=\"{class}\"><a href=\"/a/{n}\">Item {n}</a></li>");
        let items: String = (0..4).map(item).collect();
        reply(200).header("Content-Type", "text/html").body(format!("<ul>{items}</ul>"))
    };
    let origin = Origin::start([
        ("GET /town", vec![page("news"), page("nouvelles")]),
        ("GET /wrong", vec![page("nouvelles")]),
    ]);
    let list = |name: &str| {
        format!(
            "[[source]]\nid = \"{name}\"\nkind = \"page\"\n[source.list]\nurl = \"{}\"\n\
             items = \"li.news\"\ntitle = \"a\"\nlink = \"a@href\"\n",
            origin.url(&format!("/{name}"))
        )
    };
    let house = House::new(&format!("{}{}", list("town"), list("wrong")));
    house.run(&["fetch"]);
    assert_eq!(row(&house, "town")["state"], "well");
    assert_eq!(row(&house, "wrong")["cause"], "no_entries");
    house.run(&["fetch", "--all"]);
    let town = row(&house, "town");
    assert_eq!((town["state"].as_str(), town["cause"].as_str()), (Some("failing"), Some("drift")));
    assert_eq!(town["items"], 4);
    assert!(town["action"].as_str().unwrap().contains("rules"), "{town}");
}

/// A lookup that panics plays a fault of the program in the middle of one journey.
#[tokio::test(flavor = "multi_thread")]
async fn s59_a_panic_fails_its_own_journey_only() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed(3))])]);
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        "[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n[fetch]\ngap = \"0s\"\n\
         [publish]\ndir = \"{}\"\n[defaults]\nallow_private = [\"127.0.0.0/8\"]\n{}{}",
        dir.path().join("feeds").display(),
        "[[source]]\nid = \"boom\"\nurl = \"http://boom.example/\"\n",
        source("bell", &origin.url("/feed")),
    );
    let settings = finews::config::parse(&text, &finews::config::Outside::NOTHING).unwrap();
    let lookup: finews::fetch::Lookup =
        std::sync::Arc::new(|_name: String| panic!("a fault of the program"));
    let manners = Manners::new("finews/0.0.0 (+https://t.example/)");
    let world = World {
        settings: std::sync::Arc::new(settings),
        fetcher: std::sync::Arc::new(Fetcher::with_lookup(manners, lookup).unwrap()),
        renderer: None,
        authority: "t.example,2026".into(),
        stop: finews::refresh::Stop::default(),
        bells: Bells::default(),
        news: None,
    };
    let store = Store::open(&dir.path().join("state.db")).await.unwrap();
    let sources: Vec<_> = world.settings.sources.iter().cloned().map(Into::into).collect();
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let round = daemon::round(&world, &store, &sources, now).await.unwrap();
    assert_eq!(round.reports.len(), 2);
    assert!(round.reports[0].errors[0].contains("please report this"), "{:?}", round.reports[0]);
    assert_eq!(round.reports[1].new, 3);
    let standings = store.standings().await.unwrap();
    let cause = |name: &str| standings[&finews::model::SourceId::new(name)].cause;
    assert_eq!(cause("boom"), Some(finews::health::Cause::Crash));
    assert_eq!(cause("bell"), None);
}
