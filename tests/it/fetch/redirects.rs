//! Guards the way from hop to hop: how far, how, and with what in the bag.

use std::time::{Duration, Instant};

use finews::fetch::{Detour, Error, Method, Request};

use super::{ask, failure, fetcher, fresh, unchanged};
use crate::origin::{Origin, Reply, reply};

#[tokio::test]
async fn f28_five_redirects_are_followed_and_the_last_address_is_told() {
    let origin = Origin::start([
        ("GET /1", vec![Reply::redirect(301, "/2")]),
        ("GET /2", vec![Reply::redirect(302, "3")]),
        ("GET /3", vec![Reply::redirect(303, "?four")]),
        ("GET /3?four", vec![Reply::redirect(307, "/5#part")]),
        ("GET /5", vec![Reply::redirect(308, "/6")]),
        ("GET /6", vec![reply(200).header("Content-Type", "text/xml").body("<rss/>")]),
    ]);
    let (page, _, wait) = fresh(fetcher().fetch(&ask(origin.url("/1"))).await);
    assert_eq!((page.url, page.bytes), (origin.url("/6"), b"<rss/>".to_vec()));
    assert_eq!(page.content_type.as_deref(), Some("text/xml"));
    assert_eq!(wait.moved_to, None);
}

#[tokio::test]
async fn f26_only_a_chain_of_permanent_redirects_is_a_move() {
    for (statuses, moved) in [([301, 308], true), ([301, 302], false), ([307, 301], false)] {
        let origin = Origin::start([
            ("GET /1", vec![Reply::redirect(statuses[0], "/2")]),
            ("GET /2", vec![Reply::redirect(statuses[1], "/3")]),
            ("GET /3", vec![reply(200)]),
        ]);
        let (_, _, wait) = fresh(fetcher().fetch(&ask(origin.url("/1"))).await);
        assert_eq!(wait.moved_to, moved.then(|| origin.url("/3")), "{statuses:?}");
    }
}

#[tokio::test]
async fn f28_circles_and_long_ways_end_soon() {
    let origin = Origin::start([
        ("GET /a", vec![Reply::redirect(302, "/b")]),
        ("GET /b", vec![Reply::redirect(302, "/a")]),
        ("GET /self", vec![Reply::redirect(302, "/self#again")]),
    ]);
    for hop in 1..=7 {
        let on = format!("/{}", hop + 1);
        origin.on(&format!("GET /{hop}"), [Reply::redirect(301, on)]);
    }
    let began = Instant::now();
    for (path, expect, requests) in
        [("/a", Detour::Circle, 2), ("/self", Detour::Circle, 3), ("/1", Detour::TooMany(5), 9)]
    {
        let error = failure(&fetcher(), &ask(origin.url(path))).await;
        assert!(matches!(&error, Error::Redirects(it) if *it == expect), "{path}: {error:?}");
        assert_eq!(origin.requests().len(), requests, "{path}");
    }
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_redirect_without_a_target_leads_nowhere() {
    for hop in [reply(302), Reply::redirect(302, "http://[broken/")] {
        let origin = Origin::start([("GET /", vec![hop])]);
        let error = failure(&fetcher(), &ask(origin.url("/"))).await;
        assert!(matches!(error, Error::Redirects(Detour::Nowhere)), "{error:?}");
    }
}

#[tokio::test]
async fn f29_s10_what_is_configured_for_one_origin_is_not_told_to_another() {
    let other = Origin::start([("GET /feed", vec![reply(200)])]);
    let origin = Origin::start([("GET /first", vec![Reply::redirect(301, "/second")])]);
    origin.on("GET /second", [Reply::redirect(302, other.url("/feed"))]);
    let secrets = [("Authorization", "Bearer x"), ("Cookie", "id=x"), ("X-Api-Key", "x")];
    let headers = secrets.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut request = Request { headers: headers.into(), ..ask(origin.url("/first")) };
    request.validators.etag = Some(b"\"first\"".to_vec());
    fresh(fetcher().fetch(&request).await);

    let (own, foreign) = (origin.requests(), other.requests());
    for (name, value) in secrets {
        assert_eq!(own[0].text(name).as_deref(), Some(value));
        assert_eq!(own[1].text(name).as_deref(), Some(value));
        assert_eq!(foreign[0].header(name), None);
    }
    assert!(own[0].header("If-None-Match").is_some());
    assert_eq!(own[1].header("If-None-Match"), None);
    assert_eq!(foreign[0].header("If-None-Match"), None);
    assert!(own.iter().chain(&foreign).all(|it| it.header("Referer").is_none()));
}

#[tokio::test]
async fn f22_validators_go_to_the_address_that_gave_them() {
    let origin = Origin::start([
        ("GET /old", vec![Reply::redirect(301, "/new")]),
        ("GET /new", vec![reply(200).header("ETag", "\"n\""), reply(304)]),
    ]);
    let (fetcher, mut request) = (fetcher(), ask(origin.url("/old")));
    let (page, validators, _) = fresh(fetcher.fetch(&request).await);
    request.validators = validators;
    request.validated = Some(page.url);
    let (_, wait) = unchanged(fetcher.fetch(&request).await);
    assert_eq!(wait.moved_to, Some(origin.url("/new")));
    let sent: Vec<_> = origin.requests().iter().map(|it| it.text("If-None-Match")).collect();
    assert_eq!(sent, [None, None, None, Some("\"n\"".to_owned())]);
}

#[tokio::test]
async fn a_post_turns_into_a_get_or_stays_as_the_status_says() {
    for (status, method, body) in [
        (301, "GET", ""),
        (302, "GET", ""),
        (303, "GET", ""),
        (307, "POST", "q=1"),
        (308, "POST", "q=1"),
    ] {
        let origin = Origin::start([
            ("POST /api", vec![Reply::redirect(status, "/there")]),
            ("GET /there", vec![reply(200)]),
            ("POST /there", vec![reply(200)]),
        ]);
        let body_sent = Some("q=1".to_owned());
        let request = Request { method: Method::Post, body: body_sent, ..ask(origin.url("/api")) };
        fresh(fetcher().fetch(&request).await);
        let asked = origin.requests().remove(1);
        assert_eq!((asked.method.as_str(), asked.body.as_slice()), (method, body.as_bytes()));
        let typed = asked.header("Content-Type").is_some();
        assert_eq!(typed, !body.is_empty());
    }
}

#[tokio::test]
async fn a_post_may_lead_back_to_its_own_address() {
    let origin = Origin::start([
        ("POST /api", vec![Reply::redirect(303, "/api")]),
        ("GET /api", vec![reply(200).body("[]")]),
    ]);
    let request = Request { method: Method::Post, ..ask(origin.url("/api")) };
    let (page, ..) = fresh(fetcher().fetch(&request).await);
    assert_eq!(page.bytes, b"[]");
}
