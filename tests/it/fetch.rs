//! Guards the one door to the network: what is sent, what is taken, and what is refused.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod bodies;
mod guard;
mod hosts;
mod proxy;
mod redirects;
mod robots;
mod tls;

use std::error::Error as _;
use std::time::Duration;

use finews::fetch::{Accept, Answer, Error, Fetcher, Limits, Manners, Method, Request, Wishes};
use finews::model::{Page, Validators};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use url::Url;

use crate::origin::{Origin, Record, Reply, reply};

const AGENT: &str = "finews/0.1.0 (+https://finews.example.org/bot)";

/// A fetcher that does not pause between requests.
fn fetcher() -> Fetcher {
    within(Limits::default())
}

fn within(limits: Limits) -> Fetcher {
    Fetcher::new(Manners { gap: Duration::ZERO, limits, ..Manners::new(AGENT) }).unwrap()
}

/// A request that may reach this machine.
fn ask(url: Url) -> Request {
    let here = vec!["127.0.0.0/8".parse().unwrap()];
    Request { allow_private: here, ..Request::get(url, Accept::Feed) }
}

fn fresh(answer: Result<Answer, Error>) -> (Page, Validators, Wishes) {
    match answer {
        Ok(Answer::Fresh { page, validators, wait }) => (page, validators, wait),
        other => panic!("no fresh page: {other:?}"),
    }
}

fn unchanged(answer: Result<Answer, Error>) -> (Validators, Wishes) {
    match answer {
        Ok(Answer::Unchanged { validators, wait }) => (validators, wait),
        other => panic!("not unchanged: {other:?}"),
    }
}

async fn failure(fetcher: &Fetcher, request: &Request) -> Error {
    match fetcher.fetch(request).await {
        Err(error) => error,
        Ok(answer) => panic!("an answer: {answer:?}"),
    }
}

/// What is sent after an answer with these headers.
async fn after(headers: &[(&str, &str)]) -> Record {
    let first = headers.iter().fold(reply(200).body("<rss/>"), |it, (k, v)| it.header(k, v));
    let origin = Origin::start([("GET /feed", vec![first, reply(304)])]);
    let (fetcher, mut request) = (fetcher(), ask(origin.url("/feed")));
    (_, request.validators, _) = fresh(fetcher.fetch(&request).await);
    let _ = fetcher.fetch(&request).await;
    origin.requests().remove(1)
}

#[tokio::test]
async fn f01_validators_go_back_byte_for_byte() {
    let date = "Thu, 1 Jan 1970 00:00:01 +0000";
    let asked = after(&[("ETag", "\"a-gzip\""), ("Last-Modified", date)]).await;
    assert_eq!(asked.text("If-None-Match").as_deref(), Some("\"a-gzip\""));
    assert_eq!(asked.text("If-Modified-Since").as_deref(), Some(date));
}

#[tokio::test]
async fn f02_weak_validators_keep_their_mark() {
    let asked = after(&[("ETag", "W/\"x\"")]).await;
    assert_eq!(asked.text("If-None-Match").as_deref(), Some("W/\"x\""));
}

#[tokio::test]
async fn f03_validators_without_quotes_stay_without() {
    let asked = after(&[("etag", "abc")]).await;
    assert_eq!(asked.text("If-None-Match").as_deref(), Some("abc"));
}

#[tokio::test]
async fn f04_only_the_validator_that_came_goes_back() {
    let asked = after(&[("Last-Modified", "yesterday")]).await;
    assert_eq!(asked.text("If-Modified-Since").as_deref(), Some("yesterday"));
    assert_eq!(asked.header("If-None-Match"), None);
    let asked = after(&[("ETag", "\"a\"")]).await;
    assert_eq!(asked.text("If-None-Match").as_deref(), Some("\"a\""));
    assert_eq!(asked.header("If-Modified-Since"), None);
}

#[tokio::test]
async fn validators_that_are_no_text_go_back_too() {
    let first = reply(200).header("ETag", b"\"caf\xe9\"").body("<rss/>");
    let origin = Origin::start([("GET /feed", vec![first, reply(304)])]);
    let (fetcher, mut request) = (fetcher(), ask(origin.url("/feed")));
    (_, request.validators, _) = fresh(fetcher.fetch(&request).await);
    unchanged(fetcher.fetch(&request).await);
    assert_eq!(origin.requests()[1].header("If-None-Match"), Some(&b"\"caf\xe9\""[..]));
}

#[tokio::test]
async fn f05_f06_an_unchanged_answer_tells_only_the_validators_it_carried() {
    let renewed = reply(304).header("ETag", "\"b\"").header("Cache-Control", "max-age=60");
    let origin = Origin::start([("GET /feed", vec![reply(304), renewed])]);
    let (fetcher, mut request) = (fetcher(), ask(origin.url("/feed")));
    request.validators.etag = Some(b"\"a\"".to_vec());
    let (validators, wait) = unchanged(fetcher.fetch(&request).await);
    assert_eq!((validators, wait), (Validators::default(), Wishes::default()));
    let (validators, wait) = unchanged(fetcher.fetch(&request).await);
    assert_eq!(validators.etag.as_deref(), Some(&b"\"b\""[..]));
    assert_eq!(wait.max_age, Some(Duration::from_mins(1)));
}

#[tokio::test]
async fn a_304_that_nobody_asked_for_is_an_error() {
    let origin = Origin::start([("GET /feed", vec![reply(304)])]);
    let error = failure(&fetcher(), &ask(origin.url("/feed"))).await;
    assert!(matches!(error, Error::Status { status: 304, .. }), "{error:?}");
}

#[tokio::test]
async fn f40_no_cookies_no_referer_and_the_address_as_configured() {
    let path = "/feed?b=2&a=%7Ex&empty=&q=%E6%96%B0";
    let first = reply(200).header("Set-Cookie", "id=1; Path=/").body("<rss/>");
    let line = format!("GET {path}");
    let origin = Origin::start([(line.as_str(), vec![first])]);
    let (fetcher, request) = (fetcher(), ask(origin.url(path)));
    fresh(fetcher.fetch(&request).await);
    fresh(fetcher.fetch(&request).await);
    let asked = origin.requests().remove(1);
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("GET", path));
    let names: Vec<_> = asked.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    assert_eq!(names, ["user-agent", "accept", "accept-encoding", "host"]);
}

#[tokio::test]
async fn f41_f42_every_request_names_us_and_what_it_hopes_for() {
    for (accept, hoped) in [
        (Accept::Feed, &["atom", "rss", "feed+json", "xml"][..]),
        (Accept::Page, &["text/html"]),
        (Accept::Json, &["application/json"]),
    ] {
        let origin = Origin::start([("GET /", vec![reply(200)])]);
        let (fetcher, request) = (fetcher(), Request { accept, ..ask(origin.url("/")) });
        fresh(fetcher.fetch(&request).await);
        fresh(fetcher.fetch(&request).await);
        let [first, second] = origin.requests().try_into().unwrap();
        assert_eq!(first.headers, second.headers);
        assert_eq!(first.text("User-Agent").as_deref(), Some(AGENT));
        let sent = first.text("Accept").unwrap();
        assert!(hoped.iter().all(|word| sent.contains(word)), "{sent}");
        assert_eq!(first.text("Accept-Encoding").as_deref(), Some("gzip, br, zstd"));
    }
}

#[tokio::test]
async fn a_post_sends_its_body_and_configured_headers() {
    let origin = Origin::start([("POST /api", vec![reply(200).body("[]")])]);
    let request = Request {
        method: Method::Post,
        body: Some("{\"page\":1}".to_owned()),
        headers: vec![("X-Api-Key".to_owned(), "k".to_owned())],
        accept: Accept::Json,
        ..ask(origin.url("/api"))
    };
    fresh(fetcher().fetch(&request).await);
    let asked = origin.requests().remove(0);
    assert_eq!(asked.body, b"{\"page\":1}");
    assert_eq!(asked.text("Content-Type").as_deref(), Some("application/json"));
    assert_eq!(asked.text("X-Api-Key").as_deref(), Some("k"));
}

#[tokio::test]
async fn headers_that_frame_the_message_are_refused() {
    for (name, value) in [("Host", "x"), ("content-length", "9"), ("a b", "x"), ("x", "a\r\nb: c")]
    {
        let origin = Origin::start([]);
        let headers = vec![(name.to_owned(), value.to_owned())];
        let request = Request { headers, ..ask(origin.url("/")) };
        let error = failure(&fetcher(), &request).await;
        assert_eq!(error.to_string(), format!("the header `{name}` cannot be sent"));
        assert_eq!(origin.connections(), 0);
    }
}

#[tokio::test]
async fn s37_credentials_in_an_address_are_sent_and_never_shown() {
    let origin = Origin::start([("GET /feed", vec![reply(200), reply(500)])]);
    let mut url = origin.url("/feed");
    url.set_username("me").unwrap();
    url.set_password(Some("s%20cret")).unwrap();
    let (fetcher, request) = (fetcher(), ask(url));
    let (page, ..) = fresh(fetcher.fetch(&request).await);
    assert_eq!(page.url, origin.url("/feed"));
    let sent = origin.requests()[0].text("Authorization");
    assert_eq!(sent.as_deref(), Some("Basic bWU6cyBjcmV0"));
    let error = failure(&fetcher, &request).await;
    assert!(!format!("{error:?} {error}").contains("cret"), "{error:?}");
    assert_eq!(finews::fetch::shown(&request.url), origin.url("/feed").as_str());
}

#[tokio::test]
async fn statuses_say_what_they_are_and_how_long_to_stay_away() {
    let gone = reply(410).body("gone");
    let busy = reply(403).header("Retry-After", "120");
    let origin = Origin::start([("GET /gone", vec![gone]), ("GET /busy", vec![busy])]);
    let error = failure(&fetcher(), &ask(origin.url("/gone"))).await;
    assert_eq!((error.to_string().as_str(), error.kind()), ("the server answers 410", "status"));
    assert_eq!(error.retry_after(), None);
    let error = failure(&fetcher(), &ask(origin.url("/busy"))).await;
    assert_eq!(error.retry_after(), Some(Duration::from_mins(2)));
}

#[tokio::test]
async fn pages_without_content_are_pages() {
    for status in [200, 204, 226] {
        let origin = Origin::start([("GET /", vec![reply(status)])]);
        let (page, ..) = fresh(fetcher().fetch(&ask(origin.url("/"))).await);
        assert_eq!((page.status, page.bytes.len()), (status, 0));
    }
}

#[tokio::test]
async fn what_is_no_http_is_told_from_what_is_not_there() {
    let origin = Origin::start([("GET /", vec![Reply::raw("220 mail ready\r\n")])]);
    let error = failure(&fetcher(), &ask(origin.url("/"))).await;
    assert_eq!(error.kind(), "protocol", "{error:?}");
    let url = origin.url("/");
    drop(origin);
    let error = failure(&fetcher(), &ask(url)).await;
    assert_eq!(error.kind(), "connect", "{error:?}");
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    assert!(cause.to_lowercase().starts_with("connection refused"), "{cause}");
}

#[tokio::test]
async fn f41_a_source_may_have_a_name_of_its_own() {
    let origin = Origin::start([("GET /", vec![Reply::redirect(302, "/there"), reply(200)])]);
    origin.on("GET /there", [reply(200)]);
    let own = Some("other/1.0".to_owned());
    fresh(fetcher().fetch(&Request { user_agent: own, ..ask(origin.url("/")) }).await);
    let names = origin.requests().into_iter().map(|it| it.text("User-Agent").unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["other/1.0", "other/1.0"]);
    let broken = Some("a\r\nb: c".to_owned());
    let error = failure(&fetcher(), &Request { user_agent: broken, ..ask(origin.url("/")) }).await;
    assert_eq!(error.to_string(), "the header `User-Agent` cannot be sent");
}

#[tokio::test]
async fn the_head_tells_of_links_time_and_robots() {
    let date = "Sun, 22 Nov 2026 10:00:00 GMT";
    let first = reply(200)
        .header("Link", "<https://hub.example/>; rel=hub, </feed>; rel=\"self\"")
        .header("Link", "</2>; rel=next")
        .header("X-Robots-Tag", "noindex")
        .header("X-Robots-Tag", "finews: noarchive")
        .header("Date", date)
        .header("Age", "60")
        .header("Cache-Control", "public")
        .header("Cache-Control", "max-age=3600");
    let origin = Origin::start([("GET /feed", vec![first])]);
    let (page, _, wait) = fresh(fetcher().fetch(&ask(origin.url("/feed"))).await);
    assert_eq!(page.linked("hub").map(Url::as_str).collect::<Vec<_>>(), ["https://hub.example/"]);
    assert_eq!(page.linked("self").collect::<Vec<_>>(), [&origin.url("/feed")]);
    assert_eq!(page.linked("next").collect::<Vec<_>>(), [&origin.url("/2")]);
    assert_eq!(page.robots, ["noindex", "finews: noarchive"]);
    assert_eq!(wait.max_age, Some(Duration::from_mins(59)));
    assert_eq!(wait.raw.cache_control.as_deref(), Some("public, max-age=3600"));
    assert_eq!((wait.raw.age.as_deref(), wait.raw.date.as_deref()), (Some("60"), Some(date)));
}

#[tokio::test]
async fn s55_what_is_no_tls_is_never_asked_again_without() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let (fetcher, request) = (fetcher(), ask(url.parse().unwrap()));
    let greet = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        listener.accept().await.unwrap();
    };
    tokio::select! {
        error = failure(&fetcher, &request) => assert_eq!(error.kind(), "tls", "{error:?}"),
        () = greet => panic!("a second connection"),
    }
}

#[test]
fn a_fetch_may_move_between_threads() {
    fn movable<T: Send>(_: T) {}
    let (fetcher, request) = (fetcher(), ask("http://example.org/".parse().unwrap()));
    movable(fetcher.fetch(&request));
}
