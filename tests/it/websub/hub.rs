//! We as a hub and as a publisher: P46 and P47.

use finews::model::SourceId;
use finews::store::Target;
use finews::websub::holds;

use tokio::net::TcpListener;

use super::town::{Answer, Ground, Town, asked, feed, field, requests, until};
use crate::origin::{Origin, Record, Reply, reply};

const HOUR: i64 = 3_600;
const SECRET: &str = "a secret of the subscriber's own";

/// Settings with one category, whose only source is polled hourly.
fn settings(feed: &Origin, websub: &str) -> String {
    format!(
        "[websub]\nsubscribe = false\n{websub}\n[[category]]\nid = \"技\"\nslug = \"技\"\n\
         [[source]]\nid = \"s\"\nevery = \"1h\"\ncategories = [\"技\"]\nurl = \"{}\"\n",
        feed.url("/feed")
    )
}

/// A hub that may push to this machine, and does so at once.
const HUB: &str = "hub = true\npause = \"0s\"\nallow_private = [\"127.0.0.1/32\"]";

fn origin() -> Origin {
    Origin::start([("GET /feed", vec![reply(200).body(feed("", &["one"]))])])
}

/// A subscriber that means it.
fn subscriber(deliveries: Vec<Reply>) -> Origin {
    let subscriber = Origin::start([("GET /cb?*", vec![reply(200).echo("hub.challenge")])]);
    subscriber.on("POST /cb?*", deliveries);
    subscriber
}

/// Waits until a title is published, and everybody who follows is about to be told.
async fn published(town: &Town<'_>, title: &str) {
    until(title, || async {
        let there = town.titles().contains(&title.to_owned());
        let done = there && town.store.pending().await.unwrap().is_empty();
        (done && town.store.documents_changed().await.unwrap().is_empty()).then_some(())
    })
    .await;
}

/// Has the source bring these titles now, and waits for the first of them.
async fn change(town: &Town<'_>, origin: &Origin, titles: &[&str]) {
    origin.on("GET /feed", [reply(200).body(feed("", titles))]);
    let source = SourceId::new("s");
    let now = chrono::DateTime::from_timestamp(super::town::START + town.time(), 0).unwrap();
    town.store.visit_now(&source, now).await.unwrap();
    town.world.bells.call(&source);
    published(town, titles[0]).await;
}

fn topic(town: &Town<'_>, ending: &str) -> String {
    format!("http://{}/category/%E6%8A%80.{ending}", town.address)
}

async fn ask(town: &Town<'_>, pairs: &[(&str, &str)]) -> Answer {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    town.post("/hub", &headers, form.finish().as_bytes()).await
}

async fn want(town: &Town<'_>, mode: &str, callback: &str, lease: &str) -> u16 {
    let topic = topic(town, "atom");
    let pairs = [
        ("hub.mode", mode),
        ("hub.callback", callback),
        ("hub.topic", &topic),
        ("hub.secret", SECRET),
        ("hub.lease_seconds", lease),
    ];
    ask(town, &pairs).await.status
}

/// Subscribes, and waits until that is confirmed.
async fn subscribe(town: &Town<'_>, callback: &str, lease: &str) {
    assert_eq!(want(town, "subscribe", callback, lease).await, 202);
    let there = |all: Vec<Target>| all.iter().any(|one| one.address == callback).then_some(());
    until(callback, || async { there(town.store.targets().await.unwrap()) }).await;
}

async fn failures(town: &Town<'_>, count: u32) {
    let what = format!("{count} failures");
    until(&what, || async {
        let all = town.store.targets().await.unwrap();
        all.iter().any(|one| one.failures == count).then_some(())
    })
    .await;
}

async fn nobody_left(town: &Town<'_>) {
    until("nobody", || async { town.store.targets().await.unwrap().is_empty().then_some(()) })
        .await;
}

/// Waits until there is nothing more to tell; what waits for its time gets it.
async fn all_told(town: &Town<'_>) {
    let at = |seconds| chrono::DateTime::from_timestamp(seconds, 0).unwrap();
    until("all told", || async {
        let now = super::town::START + town.time();
        let due = town.store.target_due(at(now), &[]).await.unwrap();
        let ever = town.store.target_due(at(now * 2), &[]).await.unwrap();
        if due.is_none() && ever.is_some() {
            town.pass(30);
        }
        ever.is_none().then_some(())
    })
    .await;
}

async fn nothing_pending(town: &Town<'_>) {
    until("no requests", || async {
        let crowd = town.store.crowd("", "", "").await.unwrap();
        (crowd.requests == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p46_feeds_name_their_hubs_and_themselves_in_head_and_body() {
    let (ground, origin) = (Ground::new(), origin());
    let websub = "hub = true\nhubs = [\"http://127.0.0.1:1/other\"]";
    let town = Town::start(&ground, &settings(&origin, websub)).await;
    published(&town, "one").await;
    let hub = format!("http://{}/hub", town.address);
    for ending in ["rss", "atom", "json"] {
        let own = topic(&town, ending);
        let answer = town.get(&own).await;
        let link = format!(
            "link: <{hub}>; rel=\"hub\", <http://127.0.0.1:1/other>; rel=\"hub\", <{own}>; rel=\"self\""
        );
        assert!(answer.head.contains(&link.to_lowercase()), "{}", answer.head);
        assert!(answer.head.contains("access-control-expose-headers: etag, last-modified, link"));
        assert!(answer.body.contains(&hub) && answer.body.contains(&own), "{ending}");
    }
    for other in ["/category/%E6%8A%80.html", "/opml.xml", "/style.css"] {
        assert!(!town.get(other).await.head.contains("link:"), "{other}");
    }
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p46_other_hubs_are_told_once_for_each_change_and_never_of_none() {
    let (ground, origin, hub) = (Ground::new(), origin(), Origin::start([]));
    hub.on("POST /ping", [reply(204)]);
    let websub = format!("hubs = [\"{}\"]\nallow_private = [\"127.0.0.1\"]", hub.url("/ping"));
    let town = Town::start(&ground, &settings(&origin, &websub)).await;
    // The site's own feeds are there before the first item, and change with it.
    published(&town, "one").await;
    town.pass(30);
    all_told(&town).await;
    let first = requests(&hub, "POST", "/ping");
    let mut told: Vec<_> = first.iter().map(|one| field(&one.body, "hub.url")).collect();
    told.sort_unstable();
    told.dedup();
    let names = ["all", "category/%E6%8A%80"];
    let files =
        names.iter().flat_map(|name| ["atom", "json", "rss"].map(|end| format!("{name}.{end}")));
    let expect: Vec<_> = files.map(|file| format!("http://{}/{file}", town.address)).collect();
    assert_eq!(told, expect);
    assert!(first.iter().all(|one| field(&one.body, "hub.mode") == "publish"));
    let count = first.len();

    // Everything is made again and is the same: nobody is told.
    town.store.pend_all().await.unwrap();
    town.world.bells.daemon.notify_one();
    until("published", || async { town.store.pending().await.unwrap().is_empty().then_some(()) })
        .await;
    assert!(town.store.documents_changed().await.unwrap().is_empty());

    // At once where it was quiet; two changes within half a minute of that: once, after it.
    town.pass(HOUR);
    change(&town, &origin, &["two", "one"]).await;
    asked(&hub, "POST", "/ping", count + 6).await;
    all_told(&town).await;
    town.pass(10);
    change(&town, &origin, &["three", "two"]).await;
    town.pass(10);
    change(&town, &origin, &["four", "three"]).await;
    assert_eq!(requests(&hub, "POST", "/ping").len(), count + 6);
    town.pass(10);
    asked(&hub, "POST", "/ping", count + 12).await;
    all_told(&town).await;
    assert_eq!(requests(&hub, "POST", "/ping").len(), count + 12);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p46_a_hub_that_fails_is_told_again_later() {
    let (ground, origin, hub) = (Ground::new(), origin(), Origin::start([]));
    hub.on("POST /ping", [reply(204)]);
    let websub = format!("hubs = [\"{}\"]\nallow_private = [\"127.0.0.1\"]", hub.url("/ping"));
    let town = Town::start(&ground, &settings(&origin, &websub)).await;
    published(&town, "one").await;
    town.pass(30);
    all_told(&town).await;
    town.pass(HOUR);
    let count = requests(&hub, "POST", "/ping").len();
    hub.on("POST /ping", [reply(500), reply(204)]);
    change(&town, &origin, &["two", "one"]).await;
    asked(&hub, "POST", "/ping", count + 6).await;
    failures(&town, 1).await;
    town.pass(30);
    let all = asked(&hub, "POST", "/ping", count + 7).await;
    assert_eq!(all[count].body, all[count + 6].body);
    all_told(&town).await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p47_subscribe_verify_deliver_unsubscribe() {
    let (ground, origin, reader) = (Ground::new(), origin(), subscriber(vec![reply(204)]));
    let town = Town::start(&ground, &settings(&origin, HUB)).await;
    published(&town, "one").await;
    let callback = reader.url("/cb?x=y&z").to_string();
    subscribe(&town, &callback, "").await;
    let question = &requests(&reader, "GET", "/cb")[0];
    assert!(question.target.starts_with("/cb?x=y&z&hub.mode=subscribe&"), "{}", question.target);
    let query = question.target.split_once('?').unwrap().1.as_bytes();
    assert_eq!(field(query, "hub.topic"), topic(&town, "atom"));
    assert_eq!(field(query, "hub.lease_seconds"), "864000");
    assert!(field(query, "hub.challenge").len() >= 32);

    change(&town, &origin, &["two", "one"]).await;
    let delivery = &asked(&reader, "POST", "/cb", 1).await[0];
    check_delivery(&town, delivery).await;
    // Nothing changed, nothing is delivered; another change is.
    town.pass(HOUR);
    change(&town, &origin, &["three", "two"]).await;
    check_delivery(&town, &asked(&reader, "POST", "/cb", 2).await[1]).await;

    assert_eq!(want(&town, "unsubscribe", &callback, "").await, 202);
    nobody_left(&town).await;
    let other = subscriber(vec![reply(204)]);
    subscribe(&town, other.url("/cb").as_str(), "").await;
    change(&town, &origin, &["four", "three"]).await;
    asked(&other, "POST", "/cb", 1).await;
    assert_eq!(requests(&reader, "POST", "/cb").len(), 2);
    town.end().await;
}

/// The document as it is served, with its type, its links and its signature.
async fn check_delivery(town: &Town<'_>, delivery: &Record) {
    let own = topic(town, "atom");
    let served = town.get(&own).await;
    assert_eq!(String::from_utf8_lossy(&delivery.body), served.body);
    let text = |name| delivery.text(name).unwrap();
    assert_eq!(text("Content-Type"), "application/atom+xml; charset=utf-8");
    let link = format!("<http://{}/hub>; rel=\"hub\", <{own}>; rel=\"self\"", town.address);
    assert_eq!(text("Link"), link);
    let signature = text("X-Hub-Signature");
    assert!(signature.starts_with("sha256="), "{signature}");
    assert!(holds(&signature, SECRET.as_bytes(), &delivery.body));
    assert!(text("User-Agent").starts_with("finews/"), "F41");
}

#[tokio::test(flavor = "multi_thread")]
async fn p47_without_a_secret_nothing_is_signed_and_the_method_is_a_setting() {
    let (ground, origin) = (Ground::new(), origin());
    let (bare, signed) = (subscriber(vec![reply(200)]), subscriber(vec![reply(200)]));
    let websub = format!("{HUB}\nsignature = \"sha512\"");
    let town = Town::start(&ground, &settings(&origin, &websub)).await;
    published(&town, "one").await;
    let (callback, topic) = (bare.url("/cb").to_string(), topic(&town, "json"));
    let pairs = [("hub.mode", "subscribe"), ("hub.callback", &callback), ("hub.topic", &topic)];
    assert_eq!(ask(&town, &pairs).await.status, 202);
    subscribe(&town, signed.url("/cb").as_str(), "").await;
    until("both", || async { (town.store.targets().await.unwrap().len() == 2).then_some(()) })
        .await;
    change(&town, &origin, &["two", "one"]).await;
    let delivery = &asked(&bare, "POST", "/cb", 1).await[0];
    assert_eq!(delivery.text("X-Hub-Signature"), None);
    assert_eq!(delivery.text("Content-Type").unwrap(), "application/feed+json");
    let delivery = &asked(&signed, "POST", "/cb", 1).await[0];
    assert!(delivery.text("X-Hub-Signature").unwrap().starts_with("sha512="));
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p47_a_callback_that_does_not_confirm_stays_as_it_was() {
    let (ground, origin, reader) = (Ground::new(), origin(), subscriber(vec![reply(200)]));
    let town = Town::start(&ground, &settings(&origin, HUB)).await;
    published(&town, "one").await;
    let callback = reader.url("/cb").to_string();
    subscribe(&town, &callback, "").await;
    for wrong in [
        reply(200).body("something else"),
        reply(404).echo("hub.challenge"),
        reply(200),
        Reply::redirect(302, reader.url("/moved").as_str()),
    ] {
        reader.on("GET /cb?*", [wrong.clone()]);
        assert_eq!(want(&town, "unsubscribe", &callback, "").await, 202);
        nothing_pending(&town).await;
        reader.on("GET /new?*", [wrong]);
        assert_eq!(want(&town, "subscribe", reader.url("/new").as_str(), "").await, 202);
        nothing_pending(&town).await;
    }
    let all = town.store.targets().await.unwrap();
    assert_eq!(all.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(), [callback]);
    // Trouble on the way is tried again.
    reader.on("GET /late?*", [reply(503), reply(200).echo("hub.challenge")]);
    assert_eq!(want(&town, "subscribe", reader.url("/late").as_str(), "").await, 202);
    asked(&reader, "GET", "/late", 1).await;
    until("a second try", || async {
        town.pass(60);
        (town.store.targets().await.unwrap().len() == 2).then_some(())
    })
    .await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p47_after_the_lease_nothing_is_delivered_and_a_renewal_counts() {
    let (ground, origin) = (Ground::new(), origin());
    let (short, long) = (subscriber(vec![reply(200)]), subscriber(vec![reply(200)]));
    let town = Town::start(&ground, &settings(&origin, HUB)).await;
    published(&town, "one").await;
    subscribe(&town, short.url("/cb").as_str(), "100").await;
    subscribe(&town, long.url("/cb").as_str(), "100").await;
    town.pass(90);
    assert_eq!(want(&town, "subscribe", long.url("/cb").as_str(), "100").await, 202);
    asked(&long, "GET", "/cb", 2).await;
    nothing_pending(&town).await;
    town.pass(11);
    change(&town, &origin, &["two", "one"]).await;
    asked(&long, "POST", "/cb", 1).await;
    assert_eq!(requests(&short, "POST", "/cb").len(), 0);
    town.pass(60);
    until("one left", || async { (town.store.targets().await.unwrap().len() == 1).then_some(()) })
        .await;
    // Nobody gets a lease for ever.
    subscribe(&town, short.url("/cb").as_str(), "99999999999").await;
    let query = requests(&short, "GET", "/cb")[1].target.clone();
    assert_eq!(field(query.as_bytes(), "hub.lease_seconds"), "2592000");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p47_s03_a_callback_at_a_private_address_is_refused() {
    let (ground, origin) = (Ground::new(), origin());
    let reader = subscriber(vec![reply(200)]);
    let town = Town::start(&ground, &settings(&origin, "hub = true")).await;
    published(&town, "one").await;
    let port = reader.url("/cb").port().unwrap();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
    ] {
        let callback = format!("http://{host}:{port}/cb");
        assert_eq!(want(&town, "subscribe", &callback, "").await, 403, "{callback}");
    }
    let own = format!("http://{}/hub", town.address);
    assert_eq!(want(&town, "subscribe", &own, "").await, 403, "our own hub");
    // A name is looked at when it is asked.
    let named = reader.url_as("localhost", "/cb").to_string();
    assert_eq!(want(&town, "subscribe", &named, "").await, 202);
    nothing_pending(&town).await;
    assert!(town.store.targets().await.unwrap().is_empty());
    assert_eq!(reader.connections(), 0);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p47_failures_back_off_and_the_newest_document_is_delivered_once() {
    let (ground, origin) = (Ground::new(), origin());
    let moved = Reply::redirect(302, "/elsewhere");
    let reader = subscriber(vec![reply(500), moved, reply(404), reply(200)]);
    let town = Town::start(&ground, &settings(&origin, HUB)).await;
    published(&town, "one").await;
    subscribe(&town, reader.url("/cb").as_str(), "").await;
    change(&town, &origin, &["two", "one"]).await;
    let waits = [30, 120, 600];
    for (count, wait) in waits.into_iter().enumerate() {
        failures(&town, count as u32 + 1).await;
        town.pass(wait - 1);
        // A further change does not hurry.
        if count == 0 {
            change(&town, &origin, &["three", "two"]).await;
        }
        assert_eq!(requests(&reader, "POST", "/cb").len(), count + 1);
        town.pass(1);
        asked(&reader, "POST", "/cb", count + 2).await;
    }
    failures(&town, 0).await;
    town.pass(HOUR - 1_000);
    let all = requests(&reader, "POST", "/cb");
    assert_eq!(all.len(), 4);
    assert!(String::from_utf8_lossy(&all[3].body).contains("three"));
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p47_gone_ends_and_so_do_endless_failures() {
    let (ground, origin) = (Ground::new(), origin());
    let reader = subscriber(vec![reply(410)]);
    let town = Town::start(&ground, &settings(&origin, HUB)).await;
    published(&town, "one").await;
    subscribe(&town, reader.url("/cb").as_str(), "").await;
    change(&town, &origin, &["two", "one"]).await;
    nobody_left(&town).await;
    assert_eq!(requests(&reader, "POST", "/cb").len(), 1);

    reader.on("POST /cb?*", [reply(500)]);
    subscribe(&town, reader.url("/cb").as_str(), "").await;
    change(&town, &origin, &["three", "two"]).await;
    for count in 1..=8 {
        failures(&town, count).await;
        town.pass(24 * HOUR);
    }
    nobody_left(&town).await;
    assert_eq!(requests(&reader, "POST", "/cb").len(), 1 + 9);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p47_a_restart_loses_no_delivery() {
    let (ground, origin) = (Ground::new(), origin());
    let reader = subscriber(vec![reply(500), reply(200)]);
    let all = settings(&origin, HUB);
    let town = Town::start(&ground, &all).await;
    let address = town.address.clone();
    let again = async || TcpListener::bind(&address).await.unwrap();
    published(&town, "one").await;
    subscribe(&town, reader.url("/cb").as_str(), "").await;
    change(&town, &origin, &["two", "one"]).await;
    failures(&town, 1).await;
    town.end().await;
    // What is published while nobody delivers is delivered later, as is what failed.
    let town = Town::start_at(&ground, again().await, &all).await;
    town.pass(30);
    let last = asked(&reader, "POST", "/cb", 2).await.pop().unwrap();
    assert!(String::from_utf8_lossy(&last.body).contains("two"));
    let path = town.settings.clone();
    town.end().await;
    origin.on("GET /feed", [reply(200).body(feed("", &["three", "two"]))]);
    let mut fetch = std::process::Command::new(env!("CARGO_BIN_EXE_finews"));
    let fetched = fetch.arg("--config").arg(&path).args(["fetch", "--all"]).output().unwrap();
    assert!(fetched.status.success(), "{fetched:?}");
    let town = Town::start_at(&ground, again().await, &all).await;
    let last = asked(&reader, "POST", "/cb", 3).await.pop().unwrap();
    assert!(String::from_utf8_lossy(&last.body).contains("three"));
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p47_what_makes_no_sense_is_refused_and_numbers_are_bounded() {
    let (ground, origin, reader) = (Ground::new(), origin(), subscriber(vec![reply(200)]));
    let websub = format!("{HUB}\nper_feed = 2\nper_host = 3");
    let town = Town::start(&ground, &settings(&origin, &websub)).await;
    published(&town, "one").await;
    let (callback, good) = (reader.url("/cb").to_string(), topic(&town, "atom"));
    let check = async |mode: &str, callback: &str, topic: &str, secret: &str, expect: u16| {
        let pairs = [
            ("hub.mode", mode),
            ("hub.callback", callback),
            ("hub.topic", topic),
            ("hub.secret", secret),
        ];
        let answer = ask(&town, &pairs).await;
        assert_eq!(answer.status, expect, "{mode} {callback} {topic}: {answer:?}");
    };
    check("", &callback, &good, "", 400).await;
    check("publish", "", "", "", 204).await;
    check("subscribe", "", &good, "", 400).await;
    check("subscribe", &callback, "", "", 400).await;
    check("subscribe", &callback, &good, &"s".repeat(200), 400).await;
    for other in [
        "https://other.example/all.atom",
        &topic(&town, "html"),
        &good.replace("%E6", "%E7"),
        &format!("{good}?x"),
    ] {
        check("subscribe", &callback, other, "", 404).await;
    }
    assert_eq!(town.get("/hub").await.status, 200);
    assert_eq!(town.post("/hub", &[], &vec![b'x'; 17 << 10]).await.status, 413);
    assert_eq!(town.post("/all.atom", &[], b"x").await.status, 405);
    assert!(town.store.targets().await.unwrap().is_empty());

    for number in 0..2 {
        subscribe(&town, reader.url(&format!("/cb?{number}")).as_str(), "").await;
    }
    check("subscribe", reader.url("/cb?2").as_str(), &good, "", 503).await;
    check("subscribe", reader.url("/cb?1").as_str(), &good, "", 202).await;
    check("subscribe", &callback, &topic(&town, "rss"), "", 202).await;
    until("three", || async { (town.store.targets().await.unwrap().len() == 3).then_some(()) })
        .await;
    check("subscribe", &callback, &topic(&town, "json"), "", 429).await;
    check("unsubscribe", reader.url("/cb?1").as_str(), &good, "", 202).await;
    town.end().await;
}
