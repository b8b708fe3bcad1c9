//! Guards what a reader is told of a document: what it is, how fresh, whether it has it already.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::client::{PAGE, file, long, request, serve, serve_with};

const FEED_POLICY: &str = "default-src 'none'; sandbox";
const PAGE_POLICY: &str = "default-src 'none'; img-src https: http: data:; \
    media-src https: http:; style-src 'self'; script-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'";
const TAG: &str = "\"7692c3ad3540bb803c020b3aee66cd88\"";

#[tokio::test]
async fn p18_each_ending_has_its_type_and_policy() {
    let cases = [
        ("category/a.rss", "application/rss+xml; charset=utf-8", FEED_POLICY),
        ("category/a.atom", "application/atom+xml; charset=utf-8", FEED_POLICY),
        ("category/a.json", "application/feed+json", FEED_POLICY),
        ("opml.xml", "text/x-opml; charset=utf-8", FEED_POLICY),
        ("share/a.html", "text/html; charset=utf-8", PAGE_POLICY),
        ("style.css", "text/css; charset=utf-8", FEED_POLICY),
        ("finews.js", "text/javascript; charset=utf-8", FEED_POLICY),
        ("icon.svg", "image/svg+xml", FEED_POLICY),
        ("icon.png", "image/png", FEED_POLICY),
        ("unknown", "application/octet-stream", FEED_POLICY),
    ];
    let served = serve(&cases.map(|(path, ..)| (path, "one"))).await;
    for (path, media, policy) in cases {
        let answer = served.get(&format!("/{path}"), &[]).await;
        assert_eq!((answer.status, answer.text()), (200, "one"), "{path}");
        answer.assert_headers(&[
            ("content-type", media),
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("server", "-"),
        ]);
    }
}

#[tokio::test]
async fn the_root_is_the_home_page() {
    let served = serve(&[("index.html", "home")]).await;
    assert_eq!(served.get("/", &[]).await.text(), "home");
    assert_eq!(served.get("/?utm_source=x", &[]).await.text(), "home");
    assert_eq!(served.get("http://evil.example/", &[]).await.text(), "home");
}

#[tokio::test]
async fn names_in_any_script_are_found() {
    let served = serve(&[("category/新华 日报.atom", "one"), ("category/a+b&c.rss", "two")]).await;
    for (path, expect) in [
        ("/category/%E6%96%B0%E5%8D%8E%20%E6%97%A5%E6%8A%A5.atom", "one"),
        ("/category/%e6%96%b0华%20%e6%97%a5报.atom", "one"),
        ("/category/a+b&c.rss", "two"),
        ("/category/%61%2Bb%26c.rss?x=/../y", "two"),
    ] {
        let answer = served.get(path, &[]).await;
        assert_eq!((answer.status, answer.text()), (200, expect), "{path}");
    }
}

#[tokio::test]
async fn p19_a_document_can_be_asked_for_again() {
    let served = serve(&[("all.rss", "one")]).await;
    let answer = served.get("/all.rss", &[]).await;
    answer.assert_headers(&[
        ("etag", TAG),
        ("last-modified", "Sun, 01 Mar 2026 10:00:00 GMT"),
        ("cache-control", "public, max-age=900, stale-while-revalidate=900, stale-if-error=86400"),
        ("vary", "Accept-Encoding"),
        ("content-length", "3"),
    ]);
    assert!(answer.header("date").is_some());
}

#[tokio::test]
async fn p20_a_tag_that_matches_gets_304() {
    let served = serve(&[("all.rss", "one")]).await;
    for (tags, expect) in [
        (TAG.to_owned(), 304),
        (format!("\"x\", W/{TAG}"), 304),
        ("*".to_owned(), 304),
        (TAG.replace("88\"", "888\""), 200),
        (TAG.replace("88\"", "88-gzip\""), 200),
    ] {
        let answer = served.get("/all.rss", &[&format!("If-None-Match: {tags}")]).await;
        assert_eq!(answer.status, expect, "{tags}");
    }
}

#[tokio::test]
async fn p21_tags_outrank_times() {
    let served = serve(&[("all.rss", "one")]).await;
    let same = "If-Modified-Since: Sun, 01 Mar 2026 10:00:00 GMT";
    for (headers, expect) in [
        (vec![same], 304),
        (vec![same, "If-None-Match: \"x\""], 200),
        (vec!["If-Modified-Since: Sun, 01 Mar 2026 09:59:59 GMT"], 200),
        (vec!["If-Modified-Since: yesterday"], 200),
        (vec!["If-Modified-Since: Wed, 01 Jan 2098 00:00:00 GMT"], 304),
    ] {
        assert_eq!(served.get("/all.rss", &headers).await.status, expect, "{headers:?}");
    }
}

#[tokio::test]
async fn p22_a_304_has_no_body_and_the_connection_lives_on() {
    let served = serve(&[("all.rss", &long("one"))]).await;
    let first = served.get("/all.rss", &["Accept-Encoding: gzip"]).await;
    let same = format!("If-None-Match: {}", first.header("etag").unwrap());
    let mut connection = served.connect().await;
    let again = ["Accept-Encoding: gzip", &same];
    connection.say(&request("GET", "/all.rss", &again, "keep-alive").repeat(2)).await;
    for _ in 0..2 {
        let answer = connection.answer(false).await;
        assert_eq!(answer.status, 304);
        for name in ["etag", "cache-control", "vary", "content-security-policy"] {
            assert_eq!(answer.header(name), first.header(name), "{name}");
        }
        answer.assert_headers(&[
            ("content-length", "-"),
            ("content-type", "-"),
            ("content-encoding", "-"),
            ("transfer-encoding", "-"),
            ("access-control-allow-origin", "*"),
        ]);
        assert!(answer.header("date").is_some());
    }
    connection.say(&request("GET", "/all.rss", &[], "close")).await;
    assert_eq!(connection.answer(false).await.text(), long("one"));
    assert_eq!(connection.rest().await, "");
}

#[tokio::test]
async fn p23_each_coding_has_its_own_tag_and_the_same_content() {
    let served = serve(&[("all.rss", &long("one")), ("icon.png", &long("one"))]).await;
    let plain = served.get("/all.rss", &[]).await;
    plain.assert_headers(&[("content-encoding", "-"), ("vary", "Accept-Encoding")]);
    let tag = plain.header("etag").unwrap().trim_end_matches('"');
    for coding in ["gzip", "br", "zstd"] {
        let packed = served.get("/all.rss", &[&format!("Accept-Encoding: {coding}")]).await;
        packed.assert_headers(&[
            ("content-encoding", coding),
            ("vary", "Accept-Encoding"),
            ("etag", &format!("{tag}-{coding}\"")),
            ("content-type", "application/rss+xml; charset=utf-8"),
        ]);
        assert_eq!(packed.unpacked(), plain.text(), "{coding}");
        assert!(packed.body.len() * 10 < plain.body.len(), "{coding}");
        let icon = served.get("/icon.png", &[&format!("Accept-Encoding: {coding}")]).await;
        icon.assert_headers(&[("content-encoding", "-")]);
    }
}

#[tokio::test]
async fn p23_the_tag_of_any_coding_answers_304_where_that_coding_is_taken() {
    let served = serve(&[("all.rss", &long("one"))]).await;
    let plain = served.get("/all.rss", &[]).await;
    let own = plain.header("etag").unwrap().trim_end_matches('"').to_owned();
    for (tag, accepts, expect) in [
        ("-gzip", "Accept-Encoding: gzip", 304),
        ("-gzip", "Accept-Encoding: gzip, br", 304),
        ("-br", "Accept-Encoding: gzip, br", 304),
        ("-zstd", "Accept-Encoding: *", 304),
        ("", "Accept-Encoding: gzip", 304),
        ("-gzip", "Accept: */*", 304),
        ("-gzip", "Accept-Encoding: br", 200),
        ("-gzip", "Accept-Encoding: identity", 200),
        ("-deflate", "Accept-Encoding: gzip, deflate", 200),
    ] {
        let held = format!("If-None-Match: {own}{tag}\"");
        let answer = served.get("/all.rss", &[&held, accepts]).await;
        assert_eq!(answer.status, expect, "{tag} {accepts}");
        if expect == 304 {
            // It names the copy that is still good (RFC 9111 §4.3.4).
            answer.assert_headers(&[("etag", &format!("{own}{tag}\""))]);
            assert_eq!(answer.body, b"");
        }
    }
}

#[tokio::test]
async fn p24_codings_are_never_forced_on_a_reader() {
    let served = serve(&[("all.rss", &long("one"))]).await;
    for (accepts, status, expect) in [
        ("br;q=0, gzip", 200, "gzip"),
        ("gzip;q=0", 200, "-"),
        ("gzip;q=0.2, br;q=0.9, zstd;q=0.5", 200, "br"),
        ("", 200, "-"),
        ("deflate", 200, "-"),
        ("identity;q=0, gzip;q=0.1", 200, "gzip"),
        ("identity;q=0", 406, "-"),
        ("*;q=0", 406, "-"),
    ] {
        let answer = served.get("/all.rss", &[&format!("Accept-Encoding: {accepts}")]).await;
        assert_eq!(answer.status, status, "{accepts}");
        answer.assert_headers(&[("content-encoding", expect), ("vary", "Accept-Encoding")]);
    }
}

#[tokio::test]
async fn p25_head_tells_what_get_tells() {
    let served = serve(&[("all.rss", &long("one")), ("404.html", PAGE)]).await;
    for path in ["/all.rss", "/nothing.html", "/nothing.rss", "/healthz", "/status.json"] {
        let ask = async |method| {
            let mut answer = served.ask(method, path, &["Accept-Encoding: gzip"]).await;
            answer.headers.retain(|(name, _)| name != "date");
            answer
        };
        let (get, head) = (ask("GET").await, ask("HEAD").await);
        assert_eq!((get.status, &get.headers), (head.status, &head.headers), "{path}");
        assert!(!get.body.is_empty());
    }
    let mut connection = served.connect().await;
    connection.say(&request("HEAD", "/all.rss", &[], "close")).await;
    assert!(connection.rest().await.ends_with("\r\n\r\n"));
}

#[tokio::test]
async fn p25_other_methods_are_refused() {
    let served = serve(&[("all.rss", "one")]).await;
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"] {
        let answer = served.ask(method, "/all.rss", &["Content-Length: 0"]).await;
        assert_eq!(answer.status, 405, "{method}");
        answer.assert_headers(&[("allow", "GET, HEAD, OPTIONS")]);
    }
}

#[tokio::test]
async fn p26_ranges_are_ignored() {
    let served = serve(&[("all.rss", "one")]).await;
    let answer = served.get("/all.rss", &["Range: bytes=0-1"]).await;
    assert_eq!((answer.status, answer.text()), (200, "one"));
    answer.assert_headers(&[("accept-ranges", "none"), ("content-range", "-")]);
}

#[tokio::test]
async fn p27_programs_of_any_origin_may_read_feeds() {
    let served = serve(&[("all.rss", "one"), ("share/a.html", "two")]).await;
    let origin = "Origin: https://reader.example";
    let asked = "Access-Control-Request-Method: GET";
    served.get("/all.rss", &[origin]).await.assert_headers(&[
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "ETag, Last-Modified, Link"),
        ("access-control-allow-credentials", "-"),
    ]);
    let may = served.ask("OPTIONS", "/all.rss", &[origin, asked]).await;
    assert_eq!((may.status, may.text()), (204, ""));
    may.assert_headers(&[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, HEAD, OPTIONS"),
        ("access-control-allow-headers", "If-Modified-Since, If-None-Match"),
        ("allow", "GET, HEAD, OPTIONS"),
    ]);
    for (method, path) in
        [("GET", "/share/a.html"), ("OPTIONS", "/share/a.html"), ("GET", "/status.json")]
    {
        let answer = served.ask(method, path, &[origin]).await;
        answer.assert_headers(&[("access-control-allow-origin", "-")]);
    }
    assert_eq!(served.ask("OPTIONS", "*", &[]).await.status, 204);
}

#[tokio::test]
async fn p28_freshness_is_a_rule() {
    let files = [("all.rss", "one"), ("archive/a/1.atom", "two"), ("archive/a/2.atom", "three")];
    let rules = |rules: &mut finews::serve::Rules| {
        rules.max_age = Duration::from_mins(1);
        rules.lasting = vec!["archive/".into()];
    };
    let served = serve_with(&files, rules, Arc::new(())).await;
    for (path, expect) in [
        ("/all.rss", "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"),
        ("/archive/a/1.atom", "public, max-age=31536000, immutable"),
        // The last of a row still changes.
        (
            "/archive/a/2.atom",
            "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400",
        ),
    ] {
        served.get(path, &[]).await.assert_headers(&[("cache-control", expect)]);
    }
}

/// Knows how long one document rests.
struct Rests;

impl finews::serve::Lookup for Rests {
    fn find<'a>(&'a self, _: &'a str, _: Option<&'a str>) -> finews::serve::Finding<'a> {
        Box::pin(async { finews::serve::Found::Nothing })
    }

    fn lasts<'a>(&'a self, file: &'a str) -> finews::serve::Lasting<'a> {
        let seconds = file.strip_suffix(".rss").and_then(|seconds| seconds.parse().ok());
        Box::pin(async move { seconds.map(Duration::from_secs) })
    }
}

#[tokio::test]
async fn p28_a_document_is_fresh_until_the_next_planned_visit() {
    let files = [("0.rss", "a"), ("300.rss", "b"), ("9999.rss", "c"), ("all.rss", "d")];
    let rules = |rules: &mut finews::serve::Rules| rules.max_age = Duration::from_mins(10);
    let served = serve_with(&files, rules, Arc::new(Rests)).await;
    for (path, age) in [("/0.rss", 60), ("/300.rss", 300), ("/9999.rss", 600), ("/all.rss", 600)] {
        let expect =
            format!("public, max-age={age}, stale-while-revalidate={age}, stale-if-error=86400");
        served.get(path, &[]).await.assert_headers(&[("cache-control", &expect)]);
    }
}

#[tokio::test]
async fn p29_who_asks_during_a_change_gets_the_old_or_the_new_whole() {
    let served = serve(&[("all.rss", &long("old"))]).await;
    let address = served.address;
    let mut readers = JoinSet::new();
    for _ in 0..20 {
        readers.spawn(async move {
            let stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let mut connection = super::client::Connection(stream);
            let mut seen = HashSet::new();
            for _ in 0..50 {
                connection.say(&request("GET", "/all.rss", &[], "keep-alive")).await;
                seen.insert(connection.answer(false).await.text().to_owned());
            }
            seen
        });
    }
    for round in 0..40 {
        let text = if round % 2 == 0 { long("new") } else { long("old") };
        served.folder.write(&file("all.rss", &text), None).unwrap();
        tokio::task::yield_now().await;
    }
    let seen: HashSet<String> = readers.join_all().await.into_iter().flatten().collect();
    assert!(seen.is_subset(&HashSet::from([long("old"), long("new")])));
}

#[tokio::test]
async fn p55_who_asks_makes_no_difference() {
    let served = serve(&[("all.rss", &long("one"))]).await;
    let mut first = served.get("/all.rss", &[]).await;
    first.headers.retain(|(name, _)| name != "date");
    for headers in [
        ["Accept: text/html", "User-Agent: Mozilla/5.0 (X11) Firefox/150.0"],
        ["Accept: application/atom+xml", "User-Agent: curl/8"],
        ["Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
        ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"],
        ["Cookie: a=b", "Authorization: Basic eDp5"],
    ] {
        let mut answer = served.get("/all.rss", &headers).await;
        answer.headers.retain(|(name, _)| name != "date");
        assert_eq!(answer, first, "{headers:?}");
    }
}

#[tokio::test]
async fn http_2_is_spoken_to_who_speaks_it() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let served = serve(&[("all.rss", &long("one"))]).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().unwrap();
    let address = format!("http://{}/all.rss", served.address);
    let answer = client.get(address).send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    assert_eq!(answer.text().await.unwrap(), long("one"));
}
