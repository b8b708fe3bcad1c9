//! We as a subscriber: F53, F54 and F55, and the guard.

use finews::websub::{Method, sign};
use tokio::net::TcpListener;

use super::town::{Ground, Town, asked, feed, field, requests, until};
use crate::origin::{Origin, Record, reply};

const HOUR: i64 = 3_600;

/// Settings with one source that is polled hourly.
fn settings(feed: &Origin) -> String {
    format!(
        "[websub]\nsubscribe = true\nlease = \"2d\"\n\
         [[source]]\nid = \"s\"\nevery = \"1h\"\nurl = \"{}\"\n",
        feed.url("/feed")
    )
}

/// An origin whose feed names a hub of its own in its body.
fn origin(titles: &[&str]) -> Origin {
    let origin = Origin::start([("POST /hub", vec![reply(202)])]);
    let head = links(origin.url("/hub").as_str(), "https://s.example/self");
    origin.on(
        "GET /feed",
        [reply(200).header("ETag", "\"1\"").body(feed(&head, titles)), reply(304)],
    );
    origin
}

fn links(hub: &str, own: &str) -> String {
    format!("<atom:link rel=\"hub\" href=\"{hub}\"/><atom:link rel=\"self\" href=\"{own}\"/>")
}

/// What we told a hub.
struct Told {
    callback: String,
    topic: String,
    secret: String,
}

fn told(record: &Record) -> Told {
    let word = |name| field(&record.body, name);
    assert_eq!(word("hub.mode"), "subscribe");
    Told { callback: word("hub.callback"), topic: word("hub.topic"), secret: word("hub.secret") }
}

/// The question of a hub whether we meant it.
fn question(told: &Told, mode: &str, topic: &str, lease: i64) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("hub.mode", mode).append_pair("hub.topic", topic);
    query
        .append_pair("hub.challenge", "a b&c=é")
        .append_pair("hub.lease_seconds", &lease.to_string());
    format!("{}?{}", told.callback, query.finish())
}

/// Waits for the first request to the hub, and verifies it.
async fn subscribe(town: &Town<'_>, hub: &Origin, lease: i64) -> Told {
    let told = told(&asked(hub, "POST", "/hub", 1).await[0]);
    let answer = town.get(&question(&told, "subscribe", &told.topic, lease)).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "a b&c=é"));
    told
}

async fn push(town: &Town<'_>, told: &Told, method: Method, body: &str) -> u16 {
    let signature = sign(method, told.secret.as_bytes(), body.as_bytes());
    let headers =
        [("X-Hub-Signature", signature.as_str()), ("Content-Type", "application/rss+xml")];
    town.post(&told.callback, &headers, body.as_bytes()).await.status
}

async fn shown(town: &Town<'_>, title: &str) {
    until(title, || async { town.titles().contains(&title.to_owned()).then_some(()) }).await;
}

/// Waits until a visit has settled when the next one is, and checks how far off that is, give or
/// take the jitter; gives the next visit in seconds after the start.
async fn next(town: &Town<'_>, hours: i64) -> i64 {
    let settled = || async { town.next_visit("s").await.filter(|next| *next > town.time()) };
    let next = until("a next visit", settled).await;
    let wait = next - town.time();
    assert!((hours * HOUR..=hours * HOUR * 6 / 5).contains(&wait), "{wait} s, not {hours} h");
    next
}

/// Lets time pass until then.
fn pass_to(town: &Town<'_>, seconds: i64) {
    town.pass(seconds - town.time());
}

#[tokio::test(flavor = "multi_thread")]
async fn f53_the_hub_of_the_head_is_asked_and_only_what_we_asked_for_is_verified() {
    let (ground, hub, other) = (Ground::new(), Origin::start([]), Origin::start([]));
    hub.on("POST /hub?a=b", [reply(202)]);
    let body = feed(&links(other.url("/hub").as_str(), "https://s.example/body"), &["one"]);
    let head =
        format!("<{}>; rel=\"hub\", <https://s.example/é?x=1>; rel=\"self\"", hub.url("/hub?a=b"));
    hub.on("GET /feed", [reply(200).header("Link", head).body(body)]);
    let town = Town::start(&ground, &settings(&hub)).await;
    let record = &asked(&hub, "POST", "/hub", 1).await[0];
    let told = told(record);
    assert_eq!(record.target, "/hub?a=b");
    assert_eq!(record.text("Content-Type").unwrap(), "application/x-www-form-urlencoded");
    assert!(record.text("User-Agent").unwrap().starts_with("finews/"), "F41");
    assert_eq!(told.topic, "https://s.example/%C3%A9?x=1");
    assert!((32..200).contains(&told.secret.len()), "{}", told.secret);
    assert!(told.callback.len() > town.address.len() + 32, "{}", told.callback);
    assert_eq!(field(&record.body, "hub.lease_seconds"), "172800");

    let ask = async |mode: &str, topic: &str| town.get(&question(&told, mode, topic, 60)).await;
    assert_eq!(ask("subscribe", "https://s.example/other").await.status, 404, "another topic");
    assert_eq!(ask("unsubscribe", &told.topic).await.status, 404, "another mode");
    let unknown = format!("http://{}/websub/{}", town.address, "0".repeat(40));
    for stranger in [&unknown, &unknown[..unknown.len() - 1], &format!("{unknown}/x")] {
        let other =
            Told { callback: stranger.to_owned(), topic: String::new(), secret: String::new() };
        let answer = town.get(&question(&other, "subscribe", &told.topic, 60)).await;
        assert_eq!(answer.status, 404, "{stranger}");
    }
    assert_eq!(town.get(&told.callback).await.status, 404, "no question at all");
    assert_eq!(town.subscription().await.unwrap().state, "wanted");

    let answer = ask("subscribe", &told.topic).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "a b&c=é"));
    assert!(answer.head.contains("content-type: text/plain; charset=utf-8"), "{}", answer.head);
    assert!(answer.head.contains("x-content-type-options: nosniff"), "{}", answer.head);
    assert_eq!(town.subscription().await.unwrap().state, "active");
    assert!(other.requests().is_empty(), "the body's hub was asked");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f53_a_page_names_its_hub_in_its_head_and_is_pushed_as_a_page() {
    let (ground, origin) = (Ground::new(), Origin::start([]));
    origin.on("POST /hub", [reply(202)]);
    let page = |items: &[&str]| {
        let items = items.iter().map(|item| format!("<li><a href=\"/{item}\">{item}</a></li>"));
        let body = "<link rel=hub href=https://body.example/>";
        let head =
            "<title>t</title><link rel=\"x HUB\" href=\"/hub\"><link rel=self href=\"/own\">";
        format!(
            "<html><head>{head}</head><body>{body}<ul>{}</ul></body></html>",
            items.collect::<String>()
        )
    };
    origin.on("GET /list", [reply(200).header("Content-Type", "text/html").body(page(&["one"]))]);
    let settings = format!(
        "[websub]\nsubscribe = true\n[[source]]\nid = \"s\"\nkind = \"page\"\nurl = \"{}\"\n\
         [source.list]\nitems = \"li\"\ntitle = \"a\"\nlink = \"a@href\"\n",
        origin.url("/list")
    );
    let town = Town::start(&ground, &settings).await;
    let told = subscribe(&town, &origin, 24 * HOUR).await;
    assert_eq!(told.topic, origin.url("/own").as_str());
    assert_eq!(push(&town, &told, Method::Sha256, &page(&["two", "one"])).await, 202);
    shown(&town, "two").await;
    assert_eq!(town.titles().len(), 2);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f53_a_denied_request_is_shown_and_tried_again_in_a_week() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let town = Town::start(&ground, &settings(&origin)).await;
    let told = told(&asked(&origin, "POST", "/hub", 1).await[0]);
    let query = |topic: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("hub.mode", "denied").append_pair("hub.topic", topic);
        format!("{}?{}", told.callback, query.append_pair("hub.reason", "too many").finish())
    };
    assert_eq!(town.get(&query("https://s.example/other")).await.status, 404);
    assert_eq!(town.subscription().await.unwrap().state, "wanted");
    assert_eq!(town.get(&query(&told.topic)).await.status, 200);
    assert_eq!(town.subscription().await.unwrap().state, "denied");
    assert!(town.status().contains("denied: too many"), "{}", town.status());
    town.pass(7 * 24 * HOUR + 1);
    asked(&origin, "POST", "/hub", 2).await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f53_a_hub_that_fails_is_asked_again_by_a_ladder() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    origin.on("POST /hub", [reply(500), reply(202), reply(202)]);
    let town = Town::start(&ground, &settings(&origin)).await;
    asked(&origin, "POST", "/hub", 1).await;
    let noted = || async { town.subscription().await?.note.filter(|note| note.contains("500")) };
    until("a note", noted).await;
    town.pass(59);
    town.pass(2);
    // The hub takes it and never verifies: asked once more, later.
    let again = asked(&origin, "POST", "/hub", 2).await;
    assert_eq!(again[0].body, again[1].body, "another callback or secret");
    town.pass(299);
    town.pass(2);
    asked(&origin, "POST", "/hub", 3).await;
    assert_eq!(requests(&origin, "POST", "/hub").len(), 3);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f54_a_signed_delivery_appears_within_two_seconds_and_a_replay_does_not() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let town = Town::start(&ground, &settings(&origin)).await;
    let told = subscribe(&town, &origin, 24 * HOUR).await;
    let mut titles = vec!["one"];
    for method in Method::ALL {
        titles.insert(0, method.name());
        let (begun, body) = (std::time::Instant::now(), feed("", &titles));
        assert_eq!(push(&town, &told, method, &body).await, 202);
        shown(&town, method.name()).await;
        println!("{}: shown after {:?}", method.name(), begun.elapsed());
        assert!(begun.elapsed().as_millis() < 2_000, "{:?}", begun.elapsed());
    }
    let body = feed("", &titles);
    assert_eq!(push(&town, &told, Method::Sha256, &body).await, 202);
    assert_eq!(push(&town, &told, Method::Sha256, &body).await, 202);
    let all_read = || async { (!town.subscription().await?.unread).then_some(()) };
    until("all are read", all_read).await;
    let mut got = town.titles();
    got.sort_unstable();
    titles.sort_unstable();
    assert_eq!(got, titles, "a replay makes no duplicate");
    assert_eq!(requests(&origin, "GET", "/feed").len(), 1, "no poll was needed");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f54_what_is_not_signed_as_agreed_changes_nothing() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let town = Town::start(&ground, &settings(&origin)).await;
    let told = subscribe(&town, &origin, 24 * HOUR).await;
    let body = feed("", &["forged", "one"]);
    let sign = |secret: &str, body: &str| sign(Method::Sha256, secret.as_bytes(), body.as_bytes());
    let (wrong, other) = (sign("guess", &body), sign(&told.secret, "another body"));
    let cut = sign(&told.secret, &body);
    for signature in ["", "sha256=", "sha256", "md5=00", &wrong, &other, &cut[..20]] {
        let answer =
            town.post(&told.callback, &[("X-Hub-Signature", signature)], body.as_bytes()).await;
        assert_eq!(answer.status, 202, "{signature}");
    }
    assert_eq!(town.post(&told.callback, &[], body.as_bytes()).await.status, 202);
    let subscription = town.subscription().await.unwrap();
    assert_eq!((subscription.pushes, subscription.refused, subscription.unread), (0, 8, false));
    // What comes after is read, so that the others would have been.
    assert_eq!(push(&town, &told, Method::Sha256, &feed("", &["two", "one"])).await, 202);
    shown(&town, "two").await;
    assert!(!town.titles().contains(&"forged".to_owned()), "{:?}", town.titles());
    assert_eq!(requests(&origin, "GET", "/feed").len(), 1);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f54_a_delivery_of_four_mebibytes_is_refused_and_one_below_is_read() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let town = Town::start(&ground, &settings(&origin)).await;
    let told = subscribe(&town, &origin, 24 * HOUR).await;
    let large = vec![b' '; 4 << 20];
    let answer = town.post(&told.callback, &[], &large).await;
    assert_eq!(answer.status, 413, "{}", answer.head);
    // The same in chunks, without a word of how much it will be.
    let mut chunks = Vec::new();
    for piece in large.chunks(64 << 10) {
        chunks.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        chunks.extend(piece);
        chunks.extend(b"\r\n");
    }
    chunks.extend(b"0\r\n\r\n");
    let answer = town.raw(&told.callback, "Transfer-Encoding: chunked\r\n", &chunks).await;
    assert_eq!(answer.status, 413, "{}", answer.head);
    let padded = format!("{}{}", feed("", &["big", "one"]), " ".repeat((4 << 20) - 2_000));
    assert_eq!(push(&town, &told, Method::Sha512, &padded).await, 202);
    shown(&town, "big").await;
    let unknown = format!("http://{}/websub/{}", town.address, "a".repeat(40));
    assert_eq!(town.post(&unknown, &[], b"x").await.status, 410, "nobody lives there");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f54_a_signed_body_that_is_no_feed_has_the_source_polled_at_once() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let town = Town::start(&ground, &settings(&origin)).await;
    let told = subscribe(&town, &origin, 24 * HOUR).await;
    next(&town, 1).await;
    origin.on(
        "GET /feed",
        [reply(200).body(feed(
            &links(origin.url("/hub").as_str(), "https://s.example/self"),
            &["two", "one"],
        ))],
    );
    town.pass(60);
    assert_eq!(push(&town, &told, Method::Sha256, "see for yourself").await, 202);
    shown(&town, "two").await;
    let polls = asked(&origin, "GET", "/feed", 2).await;
    assert_eq!(polls[1].text("If-None-Match").unwrap(), "\"1\"", "asked conditionally");
    // What a push made us poll for, the hub did not keep from us.
    let read = || async { town.subscription().await.filter(|one| !one.unread) };
    assert_eq!(until("read", read).await.distrusted, None);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f54_a_push_that_a_kill_left_unread_is_polled_for_at_the_next_start() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let town = Town::start_at(&ground, listener, &settings(&origin)).await;
    subscribe(&town, &origin, 24 * HOUR).await;
    next(&town, 1).await;
    let token = town.subscription().await.unwrap().token.unwrap();
    let store = town.store.clone();
    store
        .pushed(&token, chrono::DateTime::from_timestamp(super::town::START, 0).unwrap())
        .await
        .unwrap();
    town.end().await;
    let listener = TcpListener::bind(address).await.unwrap();
    let town = Town::start_at(&ground, listener, &settings(&origin)).await;
    asked(&origin, "GET", "/feed", 2).await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f55_a_lease_is_renewed_before_it_ends_and_no_delivery_is_dropped() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let town = Town::start(&ground, &settings(&origin)).await;
    let told = subscribe(&town, &origin, 900).await;
    town.pass(599);
    assert_eq!(push(&town, &told, Method::Sha256, &feed("", &["two", "one"])).await, 202);
    shown(&town, "two").await;
    assert_eq!(requests(&origin, "POST", "/hub").len(), 1);
    town.pass(1);
    let again = asked(&origin, "POST", "/hub", 2).await;
    assert_eq!(again[0].body, again[1].body, "the same callback, topic and secret");
    // While the renewal is under way, and after it.
    assert_eq!(push(&town, &told, Method::Sha256, &feed("", &["three", "two", "one"])).await, 202);
    shown(&town, "three").await;
    let answer = town.get(&question(&told, "subscribe", &told.topic, 900)).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "a b&c=é"));
    let until = town.subscription().await.unwrap().lease_until.unwrap();
    assert_eq!(until.timestamp() - super::town::START, 600 + 900);
    assert_eq!(push(&town, &told, Method::Sha256, &feed("", &["four", "three"])).await, 202);
    shown(&town, "four").await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f55_polls_are_rarer_while_pushes_work_and_resume_when_the_hub_is_silent() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let town = Town::start(&ground, &settings(&origin)).await;
    let told = subscribe(&town, &origin, 2 * HOUR).await;
    let first = next(&town, 1).await;
    // A hub that never pushed anything makes nothing rarer.
    pass_to(&town, first);
    let second = next(&town, 1).await;
    assert_eq!(push(&town, &told, Method::Sha256, &feed("", &["two", "one"])).await, 202);
    shown(&town, "two").await;
    // The lease was from the start to the second hour: believed until the eighth.
    origin.on("POST /hub", [reply(503)]);
    pass_to(&town, second);
    let third = next(&town, 4).await;
    pass_to(&town, third);
    let settled = || async { town.next_visit("s").await.filter(|next| *next > third) };
    let fourth = until("a fourth visit", settled).await;
    assert!((8 * HOUR..9 * HOUR).contains(&fourth), "{fourth}");
    pass_to(&town, fourth);
    let fifth = next(&town, 1).await;
    pass_to(&town, fifth);
    next(&town, 1).await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f55_a_miss_that_a_backup_poll_finds_is_shown_as_distrust_and_polls_are_frequent_again() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let town = Town::start(&ground, &settings(&origin)).await;
    let told = subscribe(&town, &origin, 24 * HOUR).await;
    let first = next(&town, 1).await;
    assert_eq!(push(&town, &told, Method::Sha256, &feed("", &["two", "one"])).await, 202);
    shown(&town, "two").await;
    assert!(!town.status().contains("distrusted"), "{}", town.status());
    let head = links(origin.url("/hub").as_str(), "https://s.example/self");
    origin.on("GET /feed", [reply(200).body(feed(&head, &["missed", "two", "one"]))]);
    pass_to(&town, first);
    shown(&town, "missed").await;
    next(&town, 1).await;
    assert!(town.status().contains("distrusted until"), "{}", town.status());
    // Its pushes are still heard, and after a week it is believed again.
    assert_eq!(push(&town, &told, Method::Sha256, &feed("", &["three", "two"])).await, 202);
    shown(&town, "three").await;
    town.pass(7 * 24 * HOUR);
    let trusted = || async { town.subscription().await?.distrusted.is_none().then_some(()) };
    until("trust", trusted).await;
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s03_a_hub_at_a_private_address_is_never_asked() {
    let (ground, hub) = (Ground::new(), Origin::start_at([127, 0, 0, 2], []));
    hub.on("POST /hub", [reply(202)]);
    let origin = Origin::start([]);
    let head = links(hub.url("/hub").as_str(), "https://s.example/self");
    origin.on("GET /feed", [reply(200).body(feed(&head, &["one"]))]);
    let town = Town::start(&ground, &settings(&origin)).await;
    let refused =
        || async { town.subscription().await?.note.filter(|note| note.contains("loopback")) };
    until("a refusal", refused).await;
    assert_eq!(hub.connections(), 0);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_gone_is_unsubscribed() {
    let (ground, origin) = (Ground::new(), origin(&["one"]));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let town = Town::start_at(&ground, listener, &settings(&origin)).await;
    let told = subscribe(&town, &origin, 24 * HOUR).await;
    town.end().await;
    let listener = TcpListener::bind(address).await.unwrap();
    let town = Town::start_at(&ground, listener, "[websub]\nsubscribe = true\n").await;
    // The permission for private addresses was the source's own, and is gone with it.
    let refused =
        || async { town.subscription().await?.note.filter(|note| note.contains("loopback")) };
    until("a refusal", refused).await;
    let answer = town.get(&question(&told, "unsubscribe", &told.topic, 1)).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "a b&c=é"));
    assert!(town.subscription().await.is_none());
    town.end().await;
}
