//! Guards connections that are meant to be safe: what does not hold is refused, and never
//! asked again in the open.

use std::time::Duration;

use finews::fetch::{Detour, Error, Limits, Request};
use finews::model::Egress;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use url::Url;

use super::{ask, failure, fetcher, fresh, within};
use crate::house::House;
use crate::origin::{Authority, Cert, Origin, Reply, reply};

const HERE: &[&str] = &["localhost", "127.0.0.1"];

fn trusting(url: Url) -> Request {
    let egress = Egress { allow_invalid_tls: true, ..Egress::default() };
    Request { egress, ..ask(url) }
}

#[tokio::test]
async fn s55_a_certificate_that_nobody_vouches_for_is_refused() {
    let origin = Origin::start_tls(&Cert::self_signed(HERE), [("GET /", vec![reply(200)])]);
    let fetcher = fetcher();
    // A connection that was opened with trust is pooled for nobody else.
    fresh(fetcher.fetch(&trusting(origin.url("/"))).await);
    let error = failure(&fetcher, &ask(origin.url("/"))).await;
    assert_eq!(error.kind(), "tls", "{error:?}");
    assert_eq!((origin.connections(), origin.lines().len()), (2, 1));
}

/// Each is told from the others, by those who can trust the authority at all.
#[test]
fn s55_certificates_fail_with_their_reasons() {
    let authority = Authority::new();
    let feed = "<rss version=\"2.0\"><channel><title>x</title><item><title>safe</title>\
        <guid>1</guid></item></channel></rss>";
    let mut sources = Vec::new();
    let mut origins = Vec::new();
    for (name, cert) in [
        ("good", authority.issue(HERE)),
        ("expired", authority.expired(HERE)),
        ("wrong", authority.issue(&["other.example"])),
        ("lone", Cert::self_signed(HERE)),
    ] {
        let origin = Origin::start_tls(&cert, [("GET /", vec![reply(200).body(feed)])]);
        let url = origin.url_as("localhost", "/");
        sources.push(format!("[[source]]\nid = \"{name}\"\nurl = \"{url}\"\n"));
        origins.push(origin);
    }
    let house = House::new(&sources.concat());
    authority.write(&house.path("authority.pem"));
    let mut command = house.command(&["fetch"]);
    let done = command.env("SSL_CERT_FILE", house.path("authority.pem")).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(house.titles("all.json"), ["safe"], "{said}");
    for (name, reason) in
        [("expired", "expired"), ("wrong", "not valid for"), ("lone", "UnknownIssuer")]
    {
        let line = said.lines().find(|line| line.starts_with(&format!("{name}: error:")));
        let line = line.unwrap_or_else(|| panic!("{name}: {said}"));
        assert!(line.contains("no safe connection"), "{line}");
        assert!(line.contains(reason), "{line}");
    }
    for origin in &origins {
        assert_eq!(origin.names()[..], ["localhost"; 1][..origin.names().len()]);
        assert_eq!(origin.connections(), 1, "asked once, and never in the open");
    }
}

#[tokio::test]
async fn s55_a_server_of_the_last_century_is_an_error_of_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let fetcher = fetcher();
    let request = ask(url);
    let refuse = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        // A fatal alert: protocol_version, in the words of TLS 1.0.
        stream.write_all(&[0x15, 3, 1, 0, 2, 2, 70]).await.unwrap();
        listener.accept().await.unwrap();
    };
    tokio::select! {
        error = failure(&fetcher, &request) => assert_eq!(error.kind(), "tls", "{error:?}"),
        () = refuse => panic!("a second connection"),
    }
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let connect = Duration::from_millis(50);
    let error = failure(&within(Limits { connect, ..Limits::default() }), &ask(url)).await;
    assert_eq!(error.to_string(), "connecting took longer than 50ms");
}

#[tokio::test]
async fn s55_names_are_told_to_the_server() {
    let origin = Origin::start_tls(&Cert::self_signed(HERE), [("GET /", vec![reply(200)])]);
    fresh(fetcher().fetch(&trusting(origin.url_as("localhost", "/"))).await);
    assert_eq!(origin.names(), ["localhost"]);
}

#[tokio::test]
async fn http2_is_spoken_unless_the_source_says_no() {
    let feed = reply(200).header("ETag", "\"a\"").body("<rss/>").gzip();
    let origin = Origin::start_tls(&Cert::self_signed(HERE), [("GET /", vec![feed])]);
    let fetcher = fetcher();
    let (page, validators, _) = fresh(fetcher.fetch(&trusting(origin.url("/"))).await);
    assert_eq!((page.bytes.as_slice(), validators.etag), (&b"<rss/>"[..], Some(b"\"a\"".to_vec())));
    let mut plain = trusting(origin.url("/"));
    plain.egress.http1_only = true;
    fresh(fetcher.fetch(&plain).await);
    // Only HTTP/1 has a `Host`.
    let hosts: Vec<_> = origin.requests().iter().map(|it| it.header("host").is_some()).collect();
    assert_eq!(hosts, [false, true]);
}

#[tokio::test]
async fn s10_no_secret_goes_from_a_safe_connection_to_an_open_one() {
    let open = Origin::start([("GET /", vec![reply(200)])]);
    let down = Reply::redirect(302, open.url("/"));
    let origin = Origin::start_tls(&Cert::self_signed(HERE), [("GET /", vec![down])]);
    let headers = vec![("X-Api-Key".to_owned(), "k".to_owned())];
    let secret = Request { headers, ..trusting(origin.url("/")) };
    let error = failure(&fetcher(), &secret).await;
    assert!(matches!(error, Error::Redirects(Detour::Downgrade)), "{error:?}");
    assert_eq!(open.connections(), 0);
    // Who carries nothing may go.
    fresh(fetcher().fetch(&trusting(origin.url("/"))).await);
    assert!(open.requests()[0].header("X-Api-Key").is_none());
}

#[tokio::test]
async fn f46_a_stream_that_is_broken_off_is_an_error() {
    let whole = reply(200).header("ETag", "\"a\"").body("<rss><channel/></rss>");
    for cut in [whole.clone().close_after(5), whole.close_after(5).claim(21)] {
        let origin = Origin::start_tls(&Cert::self_signed(HERE), [("GET /", vec![cut])]);
        let error = failure(&fetcher(), &trusting(origin.url("/"))).await;
        // The reset may overtake what was sent before it.
        assert!(matches!(error, Error::Body { .. } | Error::Protocol { .. }), "{error:?}");
    }
}
