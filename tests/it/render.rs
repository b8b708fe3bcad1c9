//! Guards pages that need a browser: every request of theirs leaves through the fetcher, and a
//! browser that is away, hangs or dies costs one page.

use std::time::Duration;

use finews::fetch::{self, Accept, Answer, Fetcher, Manners, Request};
use finews::model::Page;
use finews::render::{Error, Limits, Renderer};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

use crate::house::House;
use crate::origin::{Origin, Reply, reply};
use fake::{Act, Ask, Fake};

pub mod chromium;
mod fake;

const SHELL: &str = "<!DOCTYPE html><title>shell</title><script src=/app.js></script>";
const DRAWN: &str = "<!DOCTYPE html><html><body><h1>钟</h1><noscript>Please enable \
    JavaScript</noscript><noscript><img src=\"a.jpg\"></noscript></body></html>";

fn shell() -> Vec<Reply> {
    vec![reply(200).header("Content-Type", "text/html").body(SHELL)]
}

/// Nobody is kept waiting, and what hangs is given up soon.
fn limits() -> Limits {
    Limits {
        time: Duration::from_secs(20),
        quiet: Duration::from_millis(1),
        reach: Duration::from_secs(20),
        ..Limits::default()
    }
}

pub fn fetcher() -> Fetcher {
    Fetcher::new(Manners { gap: Duration::ZERO, ..Manners::new("finews/0 (+https://n.example/)") })
        .unwrap()
}

/// For a page on this machine, with a secret for its server.
pub fn request(url: Url) -> Request {
    Request {
        headers: vec![("X-Key".to_owned(), "secret".to_owned())],
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        ..Request::get(url, Accept::Page)
    }
}

async fn rendered(renderer: &Renderer, url: Url) -> Result<Page, fetch::Error> {
    match renderer.render(&fetcher(), &request(url), None).await? {
        Answer::Fresh { page, .. } => Ok(page),
        Answer::Unchanged { .. } => panic!("nothing was asked on a condition"),
    }
}

async fn fails(renderer: &Renderer, url: Url) -> Error {
    match rendered(renderer, url).await {
        Err(fetch::Error::Browser(why)) => *why.downcast().unwrap(),
        other => panic!("no failure of the browser: {other:?}"),
    }
}

fn ask(kind: &'static str, url: impl Into<String>) -> Ask {
    Ask { kind, method: "GET", url: url.into() }
}

fn targets(origin: &Origin) -> Vec<String> {
    origin.requests().into_iter().map(|request| request.target).collect()
}

fn header<'v>(params: &'v Value, name: &str) -> Option<&'v str> {
    let headers = params["responseHeaders"].as_array()?;
    headers.iter().find(|header| header["name"] == name)?["value"].as_str()
}

#[tokio::test]
async fn what_a_page_asks_is_answered_by_the_fetcher() {
    let origin =
        Origin::start([("GET /page", shell()), ("GET /data", vec![reply(200).body("{}")])]);
    origin.on("GET /old.js", [reply(302).header("Location", "/new.js")]);
    origin.on("GET /new.js", [reply(200).header("Content-Type", "text/javascript").body("1")]);
    let asks = vec![
        ask("Fetch", origin.url("/data")),
        ask("Script", origin.url("/old.js")),
        ask("XHR", origin.url("/none")),
        ask("Image", origin.url("/a.png")),
        ask("Stylesheet", origin.url("/a.css")),
        ask("Font", origin.url("/a.woff")),
        ask("Document", "file:///etc/passwd"),
        Ask { method: "DELETE", ..ask("Fetch", origin.url("/data")) },
        ask("Fetch", "data:text/plain,1"),
    ];
    let fake = Fake::start(Act::loads(asks, DRAWN)).await;
    let renderer = Renderer::new(fake.url(), limits());
    let page = rendered(&renderer, origin.url("/page")).await.unwrap();
    assert_eq!(page.url, origin.url("/page"));
    assert_eq!(page.content_type.as_deref(), Some("text/html; charset=utf-8"));
    let text = String::from_utf8(page.bytes).unwrap();
    assert!(text.starts_with("\u{feff}<!DOCTYPE html>") && text.contains("<h1>钟</h1>"), "{text}");
    assert!(!text.contains("Please enable") && text.contains("a.jpg"), "{text}");

    let mut asked = targets(&origin);
    asked.sort();
    assert_eq!(asked, ["/data", "/new.js", "/none", "/old.js", "/page"]);
    for one in origin.requests() {
        assert_eq!(one.text("X-Key").as_deref(), Some("secret"), "{}", one.target);
        assert!(one.text("User-Agent").unwrap().starts_with("finews/0 "));
    }
    let document = fake.reply_to("doc");
    assert_eq!(document["responseCode"], 200);
    assert!(header(&document, "Content-Security-Policy").unwrap().contains("webrtc 'block'"));
    let code = |id: &str| fake.reply_to(id)["responseCode"].as_u64();
    assert_eq!([code("0"), code("1"), code("2")], [Some(200), Some(302), Some(404)]);
    assert_eq!(code("1+"), Some(200), "the answer waits where the redirect leads");
    assert_eq!(
        [code("3"), code("4"), code("5"), code("6"), code("7")],
        [Some(200), Some(200), None, None, None]
    );
    assert_eq!(fake.reply_to("0")["body"], "e30=");
    assert_eq!(fake.reply_to("5")["errorReason"], "BlockedByClient");
    assert_eq!(fake.methods().last().unwrap(), "Target.disposeBrowserContext");
}

#[tokio::test]
async fn a_pages_script_reaches_no_private_address_but_its_own_server() {
    let origin =
        Origin::start([("GET /page", shell()), ("GET /data", vec![reply(200).body("{}")])]);
    let other = Origin::start([("GET /", vec![reply(200).body("private")])]);
    let asks = vec![
        ask("Fetch", other.url("/")),
        ask("Script", "http://169.254.169.254/latest/meta-data/"),
        ask("XHR", other.url_as("localhost", "/")),
        ask("Fetch", "http://[::1]/"),
        ask("Fetch", origin.url("/data")),
    ];
    let fake = Fake::start(Act::loads(asks, DRAWN)).await;
    rendered(&Renderer::new(fake.url(), limits()), origin.url("/page")).await.unwrap();
    for id in ["0", "1", "2", "3"] {
        assert_eq!(fake.reply_to(id)["errorReason"], "BlockedByClient", "{id}");
    }
    assert_eq!(fake.reply_to("4")["responseCode"], 200);
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a_page_that_asks_too_much_is_given_up() {
    let origin = Origin::start([("GET /page", shell())]);
    origin.on("GET /data", [reply(200).body(vec![b'x'; 4_000])]);
    let asks: Vec<_> = (0..5).map(|_| ask("Fetch", origin.url("/data"))).collect();
    let fake = Fake::start(Act::loads(asks, DRAWN)).await;
    let few = Limits { requests: 3, ..limits() };
    let why = fails(&Renderer::new(fake.url(), few), origin.url("/page")).await;
    assert!(matches!(why, Error::Requests(3)), "{why:?}");
    let small = Limits { bytes: 10_000, ..limits() };
    let why = fails(&Renderer::new(fake.url(), small), origin.url("/page")).await;
    assert!(matches!(why, Error::Bytes(10_000)), "{why:?}");
    assert_eq!(fake.methods().last().unwrap(), "Target.disposeBrowserContext");
}

#[tokio::test]
async fn markup_without_bound_is_not_taken() {
    let origin = Origin::start([("GET /page", shell())]);
    let endless = "x".repeat(3 << 20);
    let fake = Fake::start(Act::loads(Vec::new(), &endless)).await;
    let small = Limits { bytes: 10_000, ..limits() };
    let why = fails(&Renderer::new(fake.url(), small), origin.url("/page")).await;
    assert!(matches!(why, Error::Bytes(10_000)), "{why:?}");
}

#[tokio::test]
async fn a_crash_costs_one_page() {
    let origin = Origin::start([("GET /page", shell())]);
    for act in [Act::Crashes, Act::Leaves] {
        let fake = Fake::start(act).await;
        let renderer = Renderer::new(fake.url(), limits());
        for _ in 0..2 {
            let why = fails(&renderer, origin.url("/page")).await;
            assert!(matches!(why, Error::Crashed), "{why:?}");
        }
    }
}

#[tokio::test]
async fn a_page_that_never_ends_is_given_up() {
    let origin = Origin::start([("GET /page", shell())]);
    let fake = Fake::start(Act::Hangs).await;
    let short = Limits { time: Duration::from_millis(100), at_once: 1, ..limits() };
    let time = short.time;
    let renderer = Renderer::new(fake.url(), short);
    // The second finds the place free again: both fail for their own sake.
    for _ in 0..2 {
        let why = fails(&renderer, origin.url("/page")).await;
        assert!(matches!(why, Error::Time(limit) if limit == time), "{why:?}");
    }
}

#[tokio::test]
async fn a_browser_that_is_away_is_named_and_left_alone_for_a_while() {
    let origin = Origin::start([("GET /page", shell())]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let endpoint: Url = format!("ws://{address}/devtools/browser/1").parse().unwrap();
    let mute = Limits { reach: Duration::from_millis(50), ..limits() };
    // It accepts, and says nothing.
    let why = fails(&Renderer::new(endpoint.clone(), mute), origin.url("/page")).await;
    assert!(matches!(why, Error::Silent(_)), "{why:?}");
    drop(listener);
    let renderer = Renderer::new(endpoint.clone(), limits());
    let why = fails(&renderer, origin.url("/page")).await;
    assert!(matches!(&why, Error::Absent { endpoint: at, .. } if *at == endpoint.as_str()));
    assert!(matches!(fails(&renderer, origin.url("/page")).await, Error::Away));
}

#[tokio::test]
async fn what_is_no_browser_is_named() {
    let origin = Origin::start([("GET /page", shell())]);
    origin.on("GET /json/version", [reply(200).body("{\"Browser\": \"none\"}")]);
    let why = fails(&Renderer::new(origin.url("/"), limits()), origin.url("/page")).await;
    assert!(matches!(why, Error::Absent { .. }), "{why:?}");
}

#[tokio::test]
async fn an_error_page_is_never_a_page() {
    let origin = Origin::start([("GET /page", shell())]);
    let act = Act::loads(vec![ask("Document", origin.url("/gone"))], "<p>error page</p>");
    let fake = Fake::start(act).await;
    let renderer = Renderer::new(fake.url(), limits());
    let gone = rendered(&renderer, origin.url("/gone")).await;
    assert!(matches!(gone, Err(fetch::Error::Status { status: 404, .. })), "{gone:?}");
    assert_eq!(fake.methods(), Vec::<String>::new(), "the browser was not asked");
    // A script leads to a page that is not there.
    let gone = rendered(&renderer, origin.url("/page")).await;
    assert!(matches!(gone, Err(fetch::Error::Status { status: 404, .. })), "{gone:?}");
}

#[tokio::test]
async fn what_is_no_html_needs_no_browser() {
    let json = reply(200).header("Content-Type", "application/json").body("{}");
    let origin = Origin::start([("GET /data", vec![json])]);
    let renderer = Renderer::new("ws://127.0.0.1:9/x".parse().unwrap(), limits());
    let page = rendered(&renderer, origin.url("/data")).await.unwrap();
    assert_eq!(page.bytes, b"{}");
}

#[test]
fn who_wants_a_browser_must_name_one() {
    let source = "[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\nrender = \"browser\"\n";
    let house =
        House::bare(&format!("[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n{source}"));
    let ended = house.run(&["check"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("7:10: there is no browser that could `render`"), "{ended:?}");
    assert!(ended.err.contains("hint: add [render]"), "{ended:?}");
    let house = House::new("");
    let ended = house.run(&["preview", "--render", "https://a.example/"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("there is no browser for `--render`"), "{ended:?}");
}
