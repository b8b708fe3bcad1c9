use serde_json::{Value, json};
use url::Url;

use super::asked::{Asked, Page, Verdict};
use super::{markup, reply};
use crate::fetch::{Accept, Method, Request};

const FRAME: &str = "T";

fn asked(kind: &str, method: &str, url: &str, more: &Value) -> Asked {
    let mut params = json!({
        "requestId": "1", "resourceType": kind, "frameId": FRAME,
        "request": { "url": url, "method": method, "headers": {} },
    });
    if let Some(more) = more.as_object() {
        for (key, value) in more {
            params["request"][key] = value.clone();
        }
    }
    Asked::read(&params).unwrap()
}

/// What becomes of it on a page of `https://own.example`, which was asked for with a secret and a
/// permission.
fn judged(asked: &Asked) -> Verdict {
    judged_at(asked, "https://own.example/a")
}

fn judged_at(asked: &Asked, document: &str) -> Verdict {
    let request = Request {
        headers: vec![("X-Key".into(), "secret".into())],
        allow_private: vec!["10.0.0.0/8".parse().unwrap()],
        ..Request::get(Url::parse("https://own.example/a").unwrap(), Accept::Page)
    };
    let document = Url::parse(document).unwrap();
    asked.judged(&Page { request: &request, document: &document, frame: FRAME, left: 7 })
}

fn fetched(verdict: Verdict) -> Request {
    match verdict {
        Verdict::Fetch(request) => *request,
        other => panic!("not fetched: {other:?}"),
    }
}

#[test]
fn what_becomes_of_a_request_is_decided_by_its_kind() {
    let check = |kind: &str, method: &str, url: &str, expect: &str| {
        let verdict = match judged(&asked(kind, method, url, &Value::Null)) {
            Verdict::Fetch(_) => "fetch",
            Verdict::Within => "within",
            Verdict::Blank(kind, _) => kind,
            Verdict::May => "may",
            Verdict::Refuse => "refuse",
        };
        assert_eq!(verdict, expect, "{kind} {method} {url}");
    };
    let url = "https://a.example/x";
    check("Document", "GET", url, "fetch");
    check("Script", "GET", url, "fetch");
    check("XHR", "POST", url, "fetch");
    check("Fetch", "GET", url, "fetch");
    check("Fetch", "PUT", url, "refuse");
    check("Preflight", "OPTIONS", url, "may");
    check("Image", "GET", url, "image/gif");
    check("Stylesheet", "GET", url, "text/css");
    for kind in ["Font", "Media", "Ping", "WebSocket", "EventSource", "Prefetch", "Other"] {
        check(kind, "GET", url, "refuse");
    }
    check("Fetch", "GET", "data:,x", "within");
    check("Fetch", "GET", "file:///etc/passwd", "refuse");
    check("Script", "GET", "chrome://version", "refuse");
}

#[test]
fn a_frame_is_not_the_page() {
    let params = json!({
        "requestId": "1", "resourceType": "Document", "frameId": "other",
        "request": { "url": "https://own.example/", "method": "GET", "headers": {} },
    });
    assert!(matches!(judged(&Asked::read(&params).unwrap()), Verdict::Refuse));
}

#[test]
fn secrets_and_permissions_stay_with_the_pages_own_server() {
    let own = asked("Fetch", "GET", "https://own.example/data", &Value::Null);
    let request = fetched(judged(&own));
    assert_eq!(request.headers, [("X-Key".to_owned(), "secret".to_owned())]);
    assert_eq!((request.allow_private.len(), request.bytes, request.part), (1, Some(7), true));
    for request in [
        judged(&asked("Fetch", "GET", "https://own.example:8443/", &Value::Null)),
        judged(&asked("Fetch", "GET", "http://own.example/", &Value::Null)),
        judged(&asked("Script", "GET", "https://cdn.example/", &Value::Null)),
        judged_at(&own, "https://elsewhere.example/"),
    ] {
        let request = fetched(request);
        assert!(request.headers.is_empty() && request.allow_private.is_empty(), "{request:?}");
    }
}

#[test]
fn what_the_page_says_goes_along_but_what_is_ours_does_not() {
    let more = json!({
        "headers": {
            "Content-Type": "application/json", "x-key": "forged", "User-Agent": "Chrome",
            "Sec-Fetch-Mode": "cors", "Host": "b.example", "Referer": "https://own.example/a",
        },
        "postData": "{\"q\":1}",
    });
    let request = fetched(judged(&asked("Fetch", "POST", "https://own.example/q", &more)));
    let mut names: Vec<_> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["X-Key", "content-type", "referer"]);
    assert_eq!((request.method, request.body.as_deref()), (Method::Post, Some("{\"q\":1}")));
    let untold = json!({ "hasPostData": true });
    let untold = asked("Fetch", "POST", "https://own.example/q", &untold);
    assert!(matches!(judged(&untold), Verdict::Refuse));
}

#[test]
fn what_is_no_request_is_not_read() {
    for params in [json!(null), json!({ "requestId": "1" }), json!({ "request": { "url": "x" } })] {
        assert!(Asked::read(&params).is_none(), "{params}");
    }
}

#[test]
fn words_for_those_without_scripts_are_dropped() {
    let check = |html: &str, expect: &str| {
        assert_eq!(markup::bytes(html), format!("\u{feff}{expect}").as_bytes(), "{html}");
    };
    check("<p>a</p>", "<p>a</p>");
    check("a<noscript>Enable JavaScript</noscript>b<noscript class=x>c</noscript>d", "abd");
    check("a<noscript><img src=x></noscript>b", "a<noscript><img src=x></noscript>b");
    check("a<noscript>b", "a<noscript>b");
    check("钟<noscript>钟</noscript>钟", "钟钟");
    check("</noscript><noscript>", "</noscript><noscript>");
}

#[test]
fn the_operators_encoding_wins() {
    let check = |own: Option<&str>, charset: Option<&str>, expect: &str| {
        assert_eq!(reply::content_type(own, charset), expect);
    };
    check(None, None, "text/html");
    check(Some("text/html; charset=utf-8"), None, "text/html; charset=utf-8");
    check(Some("text/html; charset=utf-8"), Some("gbk"), "text/html; charset=gbk");
    check(None, Some("gbk"), "text/html; charset=gbk");
}
