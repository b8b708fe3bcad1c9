//! Guards the wishes of servers towards robots: asked once, obeyed at every hop.

use std::time::{Duration, Instant};

use finews::fetch::{Answer, Error, Fetcher, NotForRobots, Request};
use url::Url;

use super::{AGENT, ask, failure, fetcher, fresh};
use crate::faults::query;
use crate::house::{House, all_due};
use crate::origin::{Origin, Reply, reply};

fn as_robot(url: Url) -> Request {
    Request { obey_robots: true, ..ask(url) }
}

async fn asked(fetcher: &Fetcher, origin: &Origin, path: &str) -> Result<Answer, Error> {
    fetcher.fetch(&as_robot(origin.url(path))).await
}

fn robots(text: &str) -> Vec<Reply> {
    vec![reply(200).header("Content-Type", "text/plain").body(text)]
}

fn targets(origin: &Origin) -> Vec<String> {
    origin.requests().into_iter().map(|it| it.target).collect()
}

#[tokio::test]
async fn f52_what_is_forbidden_is_never_asked_for() {
    let origin = Origin::start([("GET /open", vec![reply(200)])]);
    origin.on("GET /robots.txt", robots("User-agent: finews\nDisallow: /closed"));
    let fetcher = fetcher();
    for path in ["/closed", "/closed/2"] {
        let error = asked(&fetcher, &origin, path).await.unwrap_err();
        assert!(matches!(error, Error::Robots(NotForRobots::Forbidden { .. })), "{error:?}");
        assert_eq!(error.to_string(), "`robots.txt` of `127.0.0.1` forbids it");
    }
    fresh(asked(&fetcher, &origin, "/open").await);
    assert_eq!(targets(&origin), ["/robots.txt", "/open"]);
    assert_eq!(origin.requests()[0].text("User-Agent").as_deref(), Some(AGENT));
    // A list that somebody configured is asked for without.
    assert_eq!(failure(&fetcher, &ask(origin.url("/closed"))).await.kind(), "status");
}

#[tokio::test]
async fn f52_no_file_allows_everything_and_a_broken_server_nothing() {
    for (answer, expect) in [
        (reply(404), true),
        (reply(403), true),
        (reply(410), true),
        (Reply::redirect(302, "/robots.txt"), true),
        (Reply::redirect(302, "/elsewhere"), true),
        (reply(204), true),
        (reply(500), false),
        (reply(503), false),
        (reply(429), false),
        (Reply::raw("220 mail ready\r\n"), false),
        (reply(200).body("User-agent").claim(99), false),
    ] {
        let origin = Origin::start([("GET /a", vec![reply(200)])]);
        origin.on("GET /robots.txt", [answer.clone()]);
        let fetcher = fetcher();
        for _ in 0..2 {
            let answer_then = asked(&fetcher, &origin, "/a").await;
            assert_eq!(answer_then.is_ok(), expect, "{answer:?}: {answer_then:?}");
        }
        let pages = targets(&origin).iter().filter(|it| *it == "/a").count();
        assert_eq!(pages, if expect { 2 } else { 0 });
    }
}

#[tokio::test]
async fn f52_every_server_on_the_way_is_asked() {
    let second = Origin::start([("GET /b", vec![reply(200)])]);
    second.on("GET /robots.txt", robots("User-agent: *\nDisallow: /b"));
    let first = Origin::start([("GET /a", vec![Reply::redirect(301, second.url("/b"))])]);
    let error = asked(&fetcher(), &first, "/a").await.unwrap_err();
    assert_eq!(error.kind(), "robots");
    assert_eq!(targets(&first), ["/a"]);
    assert_eq!(targets(&second), ["/robots.txt"]);
}

#[tokio::test]
async fn f52_rules_hold_for_the_server_that_was_asked() {
    let elsewhere = Origin::start([("GET /rules", robots("User-agent: *\nDisallow: /a"))]);
    let origin = Origin::start([("GET /b", vec![reply(200)])]);
    origin.on("GET /robots.txt", [Reply::redirect(301, elsewhere.url("/rules"))]);
    let fetcher = fetcher();
    assert_eq!(asked(&fetcher, &origin, "/a").await.unwrap_err().kind(), "robots");
    fresh(asked(&fetcher, &origin, "/b").await);
}

#[tokio::test]
async fn f52_a_file_without_end_is_read_as_far_as_it_matters() {
    let mut text = "User-agent: *\nDisallow: /a\n".to_owned();
    text.extend(
        (0..100_000_u64).map(|n| format!("# {:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))),
    );
    for body in [reply(200).body(text.clone()), reply(200).body(text).gzip()] {
        let origin = Origin::start([("GET /b", vec![reply(200)])]);
        origin.on("GET /robots.txt", [body]);
        let fetcher = fetcher();
        assert_eq!(asked(&fetcher, &origin, "/a").await.unwrap_err().kind(), "robots");
        fresh(asked(&fetcher, &origin, "/b").await);
    }
}

#[tokio::test]
async fn f52_robots_that_come_together_ask_once() {
    let origin = Origin::start([("GET /a", vec![reply(200)]), ("GET /b", vec![reply(200)])]);
    let rules = robots("").remove(0).stall(Duration::from_millis(20));
    origin.on("GET /robots.txt", [rules]);
    let fetcher = fetcher();
    let (a, b) = tokio::join!(asked(&fetcher, &origin, "/a"), asked(&fetcher, &origin, "/b"));
    fresh(a);
    fresh(b);
    assert_eq!(targets(&origin).iter().filter(|it| *it == "/robots.txt").count(), 1);
}

#[tokio::test]
async fn f52_a_delay_that_is_asked_for_is_kept() {
    let origin = Origin::start([("GET /a", vec![reply(200)])]);
    origin.on("GET /robots.txt", robots("User-agent: *\nCrawl-delay: 0.1\nDisallow: /x"));
    let fetcher = fetcher();
    let began = Instant::now();
    fresh(asked(&fetcher, &origin, "/a").await);
    fresh(fetcher.fetch(&ask(origin.url("/a"))).await);
    assert_eq!(asked(&fetcher, &origin, "/x").await.unwrap_err().kind(), "robots");
    let times: Vec<_> = origin.requests().iter().map(|it| it.at).collect();
    assert!(times.windows(2).all(|it| it[1] - it[0] >= Duration::from_millis(60)), "{times:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn f29_what_is_configured_is_not_told_to_robots_txt() {
    let origin = Origin::start([("GET /a", vec![reply(200)])]);
    origin.on("GET /robots.txt", robots(""));
    let headers = vec![("X-Api-Key".to_owned(), "k".to_owned())];
    let mut url = origin.url("/a");
    url.set_username("me").unwrap();
    fresh(fetcher().fetch(&Request { headers, ..as_robot(url) }).await);
    let [first, second] = origin.requests().try_into().unwrap();
    assert!(first.header("X-Api-Key").is_none() && first.header("Authorization").is_none());
    assert!(second.header("X-Api-Key").is_some() && second.header("Authorization").is_some());
}

#[tokio::test]
async fn s03_robots_txt_leads_to_no_private_address() {
    let inside = Origin::start_at(std::net::Ipv4Addr::new(127, 0, 0, 2), []);
    let origin = Origin::start([("GET /a", vec![reply(200)])]);
    origin.on("GET /robots.txt", [Reply::redirect(302, inside.url("/robots.txt"))]);
    let here = vec!["127.0.0.1/32".parse().unwrap()];
    let request = Request { allow_private: here, ..as_robot(origin.url("/a")) };
    assert_eq!(failure(&fetcher(), &request).await.kind(), "blocked_address");
    assert_eq!((inside.connections(), origin.lines().len()), (0, 0));
}

fn feed(origin: &Origin, names: &[&str]) -> String {
    let item = |name: &&str| {
        format!(
            "<item><title>{name}</title><guid>{name}</guid><link>{}</link>\
             <description>the feed's own words of {name}</description></item>",
            origin.url(&format!("/{name}"))
        )
    };
    let items: String = names.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>x</title>{items}</channel></rss>")
}

fn article(name: &str) -> Reply {
    let text =
        format!("<p>The whole text of {name}, which is rather longer than its feed says. </p>");
    let html = format!("<title>{name}</title><article>{}</article>", text.repeat(9));
    reply(200).header("Content-Type", "text/html").body(html)
}

fn bodies(house: &House) -> Vec<(String, bool)> {
    let feed = house.json("all.json");
    let mut all: Vec<_> = feed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let html = item["content_html"].as_str().unwrap_or_default();
            (item["title"].as_str().unwrap().to_owned(), html.contains("whole text"))
        })
        .collect();
    all.sort();
    all
}

#[test]
fn f52_an_article_that_robots_may_not_have_keeps_the_feeds_words() {
    let origin =
        Origin::start([("GET /open", vec![article("open")]), ("GET /shut", vec![article("shut")])]);
    origin.on("GET /feed", [reply(200).body(feed(&origin, &["open", "shut"]))]);
    origin.on("GET /robots.txt", robots("User-agent: *\nDisallow: /shut\nDisallow: /feed"));
    let source =
        format!("[[source]]\nid = \"a\"\nfull_text = true\nurl = \"{}\"\n", origin.url("/feed"));
    let house = House::new(&source);
    let ended = house.run(&["fetch"]);
    assert!(ended.err.contains("`robots.txt` of `127.0.0.1` forbids it"), "{ended:?}");
    assert_eq!(bodies(&house), [("open".to_owned(), true), ("shut".to_owned(), false)]);
    assert!(house.feed("all.json").contains("the feed's own words of shut"));
    assert_eq!(origin.lines(), ["GET /feed", "GET /open"]);
    // The operator may know better; a changed entry asks for its article at once.
    let changed = feed(&origin, &["open", "shut"]).replace("own words", "very own words");
    origin.on("GET /feed", [reply(200).body(changed)]);
    house.reconfigure(&format!("{source}robots = \"ignore\"\n"));
    all_due(&house);
    assert_eq!(bodies(&house), [("open".to_owned(), true), ("shut".to_owned(), true)]);
}

#[test]
fn f52_while_robots_txt_cannot_be_had_the_feed_is_polled_and_nothing_is_lost() {
    let origin = Origin::start([("GET /a", vec![article("a")])]);
    origin.on("GET /feed", [reply(200).body(feed(&origin, &["a"]))]);
    origin.on("GET /robots.txt", [reply(503), reply(404)]);
    let settings =
        format!("[[source]]\nid = \"a\"\nfull_text = true\nurl = \"{}\"\n", origin.url("/feed"));
    let house = House::new(&settings);
    house.run(&["fetch"]);
    assert_eq!(bodies(&house), [("a".to_owned(), false)]);
    assert_eq!(origin.lines(), ["GET /feed"]);
    let again = "SELECT count(*) FROM original WHERE tries = 1";
    assert_eq!(query::<i64>(&house, again), [1], "the article is to be asked for again");
    // A changed entry asks for its article at once.
    let changed = feed(&origin, &["a"]).replace("own words", "very own words");
    origin.on("GET /feed", [reply(200).body(changed)]);
    all_due(&house);
    assert_eq!(bodies(&house), [("a".to_owned(), true)]);
}

#[test]
fn f52_a_page_that_keeps_out_of_archives_keeps_its_text() {
    let marked = article("b")
        .body("<meta name=robots content=noarchive><article><p>whole text</p></article>");
    let origin = Origin::start([
        ("GET /a", vec![article("a").header("X-Robots-Tag", "noarchive")]),
        ("GET /b", vec![marked]),
    ]);
    origin.on("GET /feed", [reply(200).body(feed(&origin, &["a", "b"]))]);
    let house = House::new(&format!(
        "[[source]]\nid = \"a\"\nfull_text = true\nurl = \"{}\"\n",
        origin.url("/feed")
    ));
    house.run(&["fetch"]);
    assert_eq!(bodies(&house), [("a".to_owned(), false), ("b".to_owned(), false)]);
}
