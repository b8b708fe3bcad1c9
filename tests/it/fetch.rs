//! Guards the one door to the network: what is sent, what is taken, and what is refused.

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use finews::fetch::{Accept, Answer, Error, Fetcher, Limits, Manners, Request};
use finews::model::{Page, Validators};
use url::Url;

use crate::origin::{Origin, Reply, reply};

/// A fetcher that hurries, as tests do.
fn fetcher() -> Fetcher {
    with_limits(Limits::default())
}

fn with_limits(limits: Limits) -> Fetcher {
    let agent = "finews/0.1.0 (+https://finews.example.org/bot)";
    Fetcher::new(Manners { gap: Duration::ZERO, limits, ..Manners::new(agent) }).unwrap()
}

/// A request that may reach this machine.
fn ask(url: Url) -> Request {
    Request {
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        ..Request::get(url, Accept::Feed)
    }
}

fn fresh(answer: Result<Answer, Error>) -> (Page, Validators) {
    match answer {
        Ok(Answer::Fresh { page, validators, .. }) => (page, validators),
        other => panic!("no fresh page: {other:?}"),
    }
}

async fn body_of(request: &Request) -> String {
    let (page, _) = fresh(fetcher().fetch(request).await);
    String::from_utf8(page.bytes).unwrap()
}

async fn failure(fetcher: &Fetcher, request: &Request) -> Error {
    fetcher.fetch(request).await.map(|answer| format!("{answer:?}")).expect_err("no answer")
}

#[tokio::test]
async fn f01_validators_go_back_byte_for_byte() {
    let first = reply(200)
        .header("ETag", "\"a-gzip\"")
        .header("Last-Modified", "Thu, 1 Jan 1970 00:00:01 +0000")
        .body("<rss/>");
    let origin = Origin::start([("GET /feed", vec![first, reply(304)])]);
    let (fetcher, mut request) = (fetcher(), ask(origin.url("/feed")));
    let (page, validators) = fresh(fetcher.fetch(&request).await);
    assert_eq!(page.bytes, b"<rss/>");
    request.validators = validators;
    let second = fetcher.fetch(&request).await;
    assert!(matches!(second, Ok(Answer::Unchanged { .. })), "{second:?}");
    let asked = &origin.requests()[1];
    assert_eq!(asked.header("If-None-Match"), Some(&b"\"a-gzip\""[..]));
    assert_eq!(asked.header("If-Modified-Since"), Some(&b"Thu, 1 Jan 1970 00:00:01 +0000"[..]));
}
