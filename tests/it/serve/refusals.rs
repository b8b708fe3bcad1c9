//! Guards what is told when there is nothing to show: little, and nothing of what was asked.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use finews::serve::Rules;
use tokio::io::AsyncWriteExt;

use super::client::{PAGE, Served, request, serve, serve_with};

async fn site() -> Served {
    serve(&[("404.html", PAGE), ("all.rss", "one"), ("share/a1.html", "two")]).await
}

#[tokio::test]
async fn what_is_not_there_is_told_to_people_and_to_programs() {
    let served = site().await;
    for path in
        ["/none", "/none.html", "/category/", "/share", "/all.rss/", "/all.rss/x.html", "//"]
    {
        let answer = served.get(path, &[]).await;
        assert_eq!((answer.status, answer.text()), (404, PAGE), "{path}");
        answer.assert_headers(&[
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("etag", "-"),
        ]);
        assert!(answer.header("content-security-policy").unwrap().contains("style-src 'self'"));
    }
    for path in ["/none.rss", "/category/none.atom", "/x.json", "/x.xml", "/x.css", "/x.png"] {
        let answer = served.get(path, &[]).await;
        assert_eq!((answer.status, answer.text()), (404, "not found\n"), "{path}");
        answer.assert_headers(&[("content-type", "text/plain; charset=utf-8")]);
    }
}

#[tokio::test]
async fn a_site_without_a_page_for_it_says_so_in_a_line() {
    let served = serve(&[]).await;
    let answer = served.get("/none.html", &[]).await;
    assert_eq!((answer.status, answer.text()), (404, "not found\n"));
    answer.assert_headers(&[("content-type", "text/plain; charset=utf-8")]);
}

#[tokio::test]
async fn s27_no_spelling_leaves_the_folder() {
    let served = site().await;
    fs::write(served.dir.path().join("secret"), "secret").unwrap();
    fs::create_dir(served.root.join(".git")).unwrap();
    fs::write(served.root.join(".git/config"), "secret").unwrap();
    fs::write(served.root.join("share/.finews-tmp-1-0"), "secret").unwrap();
    for path in [
        "/../secret",
        "/share/../../secret",
        "/..%2fsecret",
        "/..%2Fsecret",
        "/%2e%2e/secret",
        "/%2e%2e%2fsecret",
        "/.%2e/secret",
        "/share/%2e%2e/%2e%2e/secret",
        "/%252e%252e/secret",
        "/..\\secret",
        "/..%5csecret",
        "/%c0%ae%c0%ae/secret",
        "/%c0%ae%c0%ae%c0%afsecret",
        "/%uff0e%uff0e/secret",
        "/..;/secret",
        "/share/a1.html%00.rss",
        "/%00",
        "/share%2fa1.html",
        "/./all.rss",
        "/share//a1.html",
        "/.finews",
        "/%2efinews",
        "/.git/config",
        "/share/.finews-tmp-1-0",
        "/share/%2Efinews-tmp-1-0",
        "http://x/../secret",
    ] {
        let answer = served.get(path, &[]).await;
        assert_eq!((answer.status, answer.text()), (404, answer_body(path)), "{path}");
    }
}

fn answer_body(path: &str) -> &'static str {
    if path.rsplit('.').next() == Some("rss") { "not found\n" } else { PAGE }
}

#[tokio::test]
async fn s28_a_planted_link_leads_nowhere() {
    let served = site().await;
    symlink("/etc/passwd", served.root.join("passwd.html")).unwrap();
    symlink("/etc", served.root.join("etc")).unwrap();
    symlink("all.rss", served.root.join("again.rss")).unwrap();
    for path in ["/passwd.html", "/etc/passwd", "/again.rss"] {
        assert_eq!(served.get(path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn s29_no_host_of_a_request_is_ever_used() {
    let served = site().await;
    let mut connection = served.connect().await;
    for path in ["/all.rss", "/none", "/html_News/NewsShare.html?infoCode=NW1"] {
        let asked = request("GET", path, &["X-Forwarded-Host: evil.example"], "keep-alive");
        connection.say(&asked.replace("localhost", "evil.example")).await;
        let answer = connection.answer(false).await;
        assert!(!format!("{:?}{}", answer.headers, answer.text()).contains("evil"), "{path}");
    }
}

#[tokio::test]
async fn p32_what_moved_or_went_is_told_for_good() {
    let served = site().await;
    for path in ["/html_News/NewsShare.html?infoCode=NW1", "/%E6%96%B0%E5%8D%8E/2024/01/02/a1.html"]
    {
        let answer = served.get(path, &[]).await;
        assert_eq!((answer.status, answer.text()), (301, "moved permanently\n"), "{path}");
        answer.assert_headers(&[
            ("location", "/share/a1.html"),
            ("cache-control", "public, max-age=900"),
        ]);
    }
    assert_eq!(served.get("/share/a1.html", &[]).await.status, 200);
    for path in ["/category/closed.rss", "/category/closed.html"] {
        let answer = served.get(path, &[]).await;
        assert_eq!((answer.status, answer.text()), (410, "gone\n"), "{path}");
        answer.assert_headers(&[("content-type", "text/plain; charset=utf-8")]);
    }
}

#[tokio::test]
async fn s32_nobody_is_sent_to_another_site() {
    let served = site().await;
    let answer = served.get("/leaves.html", &[]).await;
    assert_eq!(answer.status, 404);
    answer.assert_headers(&[("location", "-")]);
}

#[tokio::test]
async fn what_is_made_on_the_spot_is_not_kept() {
    let answer = site().await.get("/status.json", &[]).await;
    assert_eq!((answer.status, answer.text()), (200, "{}"));
    answer.assert_headers(&[
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ]);
}

#[tokio::test]
async fn p33_a_folder_that_cannot_be_read_is_trouble_that_passes() {
    let loops = |rules: &mut Rules| {
        let link = rules.root.join("loop");
        symlink(&link, &link).unwrap();
        rules.root = link;
    };
    let served = serve_with(&[], loops, Arc::new(())).await;
    for path in ["/all.rss", "/all.html", "/readyz"] {
        let answer = served.get(path, &[]).await;
        assert_eq!((answer.status, answer.text()), (503, "not available now\n"), "{path}");
        answer.assert_headers(&[
            ("retry-after", "30"),
            ("content-type", "text/plain; charset=utf-8"),
        ]);
    }
    assert_eq!(served.get("/healthz", &[]).await.text(), "ok\n");
}

#[tokio::test]
async fn readiness_is_having_a_home_page() {
    let served = serve(&[]).await;
    assert_eq!(served.get("/readyz", &[]).await.status, 503);
    served.folder.write(&super::client::file("index.html", "home"), None).unwrap();
    let answer = served.get("/readyz", &[]).await;
    assert_eq!((answer.status, answer.text()), (200, "ok\n"));
    answer.assert_headers(&[("cache-control", "no-store")]);
}

#[tokio::test]
async fn s34_requests_without_measure_are_refused() {
    let served = site().await;
    let large = format!("X-Large: {}", "x".repeat(17 << 10));
    let answer = served.get("/all.rss", &[&large]).await;
    assert_eq!((answer.status, answer.text()), (431, "the request is too large\n"));
    let many: Vec<&str> = vec!["X-Many: 1"; 1000];
    assert_eq!(served.get("/all.rss", &many).await.status, 431);
    let mut connection = served.connect().await;
    let endless = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(1 << 20));
    let _ = connection.0.write_all(endless.as_bytes()).await;
    assert_eq!(connection.rest().await, "");
}

#[tokio::test]
async fn s34_what_is_no_http_gets_400_and_no_more() {
    let served = site().await;
    for said in [
        "nonsense\r\n\r\n",
        "GET /all.rss HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET /all.rss HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET /all\x01.rss HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        let mut connection = served.connect().await;
        connection.say(said).await;
        let answer = connection.rest().await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{said:?}: {answer:?}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{said:?}");
    }
}

#[tokio::test]
async fn a_body_is_not_taken_for_another_request() {
    let served = site().await;
    let mut connection = served.connect().await;
    let smuggled = request("GET", "/all.rss", &[], "close");
    let chunk = format!("{:x}\r\n{smuggled}\r\n0\r\n\r\n", smuggled.len());
    let post = request("POST", "/x", &["Transfer-Encoding: chunked"], "keep-alive");
    connection.say(&(post + &chunk)).await;
    assert_eq!(connection.answer(false).await.status, 405);
    connection.0.shutdown().await.unwrap();
    assert_eq!(connection.rest().await, "");
}

#[tokio::test]
async fn s36_no_answer_repeats_what_was_asked() {
    let served = site().await;
    let marks = "zq7<script>zq7";
    for method in ["GET", "POST", "OPTIONS", "ZQ7"] {
        for path in ["/zq7%3Cscript%3Ezq7", "/zq7.rss?zq7=%3Cscript%3E", "/%zz/zq7", "/../zq7"] {
            let header = format!("X-Zq7: {marks}");
            let answer = served.ask(method, path, &[&header, &format!("Referer: {marks}")]).await;
            let told = format!("{:?} {}", answer.headers, answer.text()).to_lowercase();
            let told = told.replace("script-src", "");
            assert!(!told.contains("zq7") && !told.contains("script"), "{method} {path}: {told}");
            for secret in ["finews", "axum", "hyper", "rust", served.dir.path().to_str().unwrap()] {
                assert!(!told.contains(secret), "{method} {path}: {told}");
            }
        }
    }
}
