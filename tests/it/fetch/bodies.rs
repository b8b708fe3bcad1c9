//! Guards the taking of bodies: encodings, limits of size and time, bodies that end early.

use std::io::Write;
use std::time::Duration;

use finews::fetch::{Error, Limits, Request};

use super::{ask, failure, fetcher, fresh, within};
use crate::origin::{Origin, Reply, reply};

const FEED: &str = "<rss><channel><title>消息</title></channel></rss>";

async fn body_of(replies: Vec<Reply>) -> String {
    let origin = Origin::start([("GET /", replies)]);
    let (page, ..) = fresh(fetcher().fetch(&ask(origin.url("/"))).await);
    String::from_utf8(page.bytes).unwrap()
}

async fn error_of(replies: Vec<Reply>, limits: Limits) -> Error {
    let origin = Origin::start([("GET /", replies)]);
    failure(&within(limits), &ask(origin.url("/"))).await
}

fn zlib(text: &str) -> Vec<u8> {
    let mut coder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(text.as_bytes()).unwrap();
    coder.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn raw_deflate(text: &str) -> Vec<u8> {
    let mut coder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(text.as_bytes()).unwrap();
    coder.finish().unwrap()
}

fn hex(digits: &str) -> Vec<u8> {
    let pair = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(pair).collect()
}

#[tokio::test]
async fn f43_every_encoding_gives_the_same_body() {
    let plain = reply(200).body(FEED);
    let zstd = reply(200).body(zstd::encode_all(FEED.as_bytes(), 3).unwrap()).labelled("zstd");
    assert_eq!(body_of(vec![plain.clone()]).await, FEED);
    assert_eq!(body_of(vec![plain.clone().chunked()]).await, FEED);
    assert_eq!(body_of(vec![plain.clone().until_close()]).await, FEED);
    assert_eq!(body_of(vec![plain.clone().labelled("identity")]).await, FEED);
    assert_eq!(body_of(vec![plain.gzip()]).await, FEED);
    assert_eq!(body_of(vec![zstd]).await, FEED);
    assert_eq!(body_of(vec![reply(200).body(zlib(FEED)).labelled("deflate")]).await, FEED);
    let brotli = reply(200).body(hex("8b02803c7273732f3e03")).labelled("br");
    assert_eq!(body_of(vec![brotli]).await, "<rss/>");
}

#[tokio::test]
async fn f43_a_plain_body_with_a_label_is_read_as_it_is() {
    for label in ["gzip", "deflate", "br", "zstd", "UTF-8", "gzip, gzip"] {
        let origin = Origin::start([("GET /", vec![reply(200).body(FEED).labelled(label)])]);
        let (page, ..) = fresh(fetcher().fetch(&ask(origin.url("/"))).await);
        assert_eq!(String::from_utf8(page.bytes).unwrap(), FEED, "{label}");
        assert_eq!(origin.requests().len(), 1, "{label}");
    }
}

#[tokio::test]
async fn f43_deflate_is_read_with_and_without_its_wrapper() {
    for body in [zlib(FEED), raw_deflate(FEED)] {
        assert_eq!(body_of(vec![reply(200).body(body).labelled("deflate")]).await, FEED);
    }
}

#[tokio::test]
async fn f43_two_layers_are_taken_off_and_no_third() {
    let twice = reply(200).body(gzip(&zlib(FEED))).labelled("deflate, gzip");
    assert_eq!(body_of(vec![twice]).await, FEED);
    let thrice = reply(200).body(gzip(&gzip(&zlib(FEED)))).labelled("deflate, gzip, gzip");
    let error = error_of(vec![thrice], Limits::default()).await;
    assert_eq!(error.to_string(), "the body cannot be decompressed");
    let unknown = reply(200).body(raw_deflate(FEED)).labelled("compress");
    assert_eq!(error_of(vec![unknown], Limits::default()).await.kind(), "body");
}

#[tokio::test]
async fn f44_a_body_one_byte_too_long_is_refused() {
    let origin = Origin::start([
        ("GET /fits", vec![reply(200).body(vec![b'x'; 1000]).gzip()]),
        ("GET /over", vec![reply(200).body(vec![b'x'; 1001]).gzip()]),
        ("GET /plain", vec![reply(200).body(vec![b'x'; 1001]).chunked()]),
    ]);
    let limited = |path| Request { bytes: Some(1000), ..ask(origin.url(path)) };
    let (page, ..) = fresh(fetcher().fetch(&limited("/fits")).await);
    assert_eq!(page.bytes.len(), 1000);
    for path in ["/over", "/plain"] {
        let error = failure(&fetcher(), &limited(path)).await;
        assert!(matches!(error, Error::TooLarge { limit: 1000 }), "{error:?}");
    }
}

#[tokio::test]
async fn s56_a_declared_length_over_the_limit_is_refused_before_the_body() {
    let huge = reply(200).body("<rss/>").claim(100 << 20).drip(1, Duration::from_secs(9));
    let error = error_of(vec![huge], Limits::default()).await;
    assert_eq!(error.kind(), "too_large", "{error:?}");
}

#[tokio::test]
async fn f44_s21_bombs_end_at_the_limit() {
    // 64 MiB of zeros in 106 bytes.
    let brotli =
        hex("cbffff3ff82700e2b14020f7fe8fffff7ff04f00c4611180eefd1fffffffe09f0088c30200ddfb3f\
         feffffc13f0110870500baf77ffcffff837f02200e0b0074effff8ffff07ff04401c1600e8defff1\
         ffff0ffe0980382c00d0bdffcbffff3ffc130071");
    let zeros = vec![0; 40 << 20];
    for bomb in [
        reply(200).body(zeros.clone()).gzip(),
        reply(200).body(zstd::encode_all(zeros.as_slice(), 3).unwrap()).labelled("zstd"),
        reply(200).body(brotli).labelled("br"),
    ] {
        let error = error_of(vec![bomb], Limits::default()).await;
        assert_eq!(error.kind(), "too_large", "{error:?}");
        let grown = "the body grows more than 200-fold when it is decompressed";
        assert_eq!(error.to_string(), grown);
    }
}

#[tokio::test]
async fn s21_a_window_of_two_gigabytes_is_refused() {
    let mut frame = hex("28b52ffd00a8");
    for _ in 0..1000 {
        frame.extend(hex("02001000"));
    }
    let error = error_of(vec![reply(200).body(frame).labelled("zstd")], Limits::default()).await;
    assert_eq!(error.kind(), "body", "{error:?}");
}

#[tokio::test]
async fn f44_a_body_too_long_on_the_wire_is_refused() {
    let noise: Vec<u8> =
        (0..40_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    for body in [reply(200).body(noise.clone()).gzip(), reply(200).body(noise).chunked()] {
        let limits = Limits { wire: 50_000, ..Limits::default() };
        let error = error_of(vec![body], limits).await;
        assert!(matches!(error, Error::TooLarge { limit: 50_000 }), "{error:?}");
    }
}

#[tokio::test]
async fn f45_a_body_that_comes_too_slowly_is_given_up() {
    let drip = reply(200).body(vec![b'x'; 10_000]).drip(1, Duration::from_millis(5));
    let patience = Duration::from_millis(40);
    let error = error_of(vec![drip], Limits { patience, ..Limits::default() }).await;
    assert_eq!(error.to_string(), "the body comes slower than 1024 bytes a second");
    assert_eq!(error.kind(), "timeout");
    let steady = reply(200).body(vec![b'x'; 10_000]).drip(1_000, Duration::from_millis(10));
    let origin = Origin::start([("GET /", vec![steady])]);
    let fetcher = within(Limits { patience, ..Limits::default() });
    assert_eq!(fresh(fetcher.fetch(&ask(origin.url("/"))).await).0.bytes.len(), 10_000);
}

#[tokio::test]
async fn f45_a_body_that_drips_ends_with_the_time() {
    let drip = reply(200).body(vec![b'x'; 10_000]).drip(1, Duration::from_millis(5));
    let limits = Limits { total: Duration::from_millis(60), ..Limits::default() };
    let error = error_of(vec![drip], limits).await;
    assert_eq!(error.to_string(), "the whole request took longer than 60ms");
}

#[tokio::test]
async fn f45_a_body_that_stops_is_not_waited_for() {
    let stop = reply(200).body("<rss/>").drip(3, Duration::from_secs(9));
    let limits = Limits { idle: Duration::from_millis(30), ..Limits::default() };
    let error = error_of(vec![stop], limits).await;
    assert_eq!(error.to_string(), "the next piece of the body took longer than 30ms");
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(4 << 20));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: x\r\n".repeat(100_000));
    for head in [long, many] {
        let error = error_of(vec![Reply::raw(head)], Limits::default()).await;
        assert_eq!(error.kind(), "protocol", "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_begin_is_not_waited_for() {
    for late in [Reply::silence(), reply(200).stall(Duration::from_secs(9))] {
        let limits = Limits { head: Duration::from_millis(30), ..Limits::default() };
        let error = error_of(vec![late], limits).await;
        assert_eq!(error.to_string(), "the first byte took longer than 30ms");
        assert_eq!(error.kind(), "timeout");
    }
}

#[tokio::test]
async fn f46_a_body_that_ends_early_is_an_error() {
    let whole = reply(200).header("ETag", "\"a\"").body(FEED);
    let gzip = whole.clone().gzip();
    for cut in [
        whole.clone().claim(9999),
        whole.clone().close_after(10),
        whole.clone().reset_after(10),
        whole.clone().bad_chunk(),
        whole.chunked().close_after(20),
        gzip.clone().claim(9999),
        gzip.clone().close_after(30),
        gzip.chunked().close_after(30),
    ] {
        let origin = Origin::start([("GET /", vec![cut.clone()])]);
        let error = failure(&fetcher(), &ask(origin.url("/"))).await;
        assert_eq!(error.to_string(), "the body was cut off", "{cut:?} {error:?}");
        assert_eq!(origin.requests().len(), 1);
    }
}

#[tokio::test]
async fn f46_a_gzip_stream_without_its_end_is_an_error() {
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(FEED.as_bytes()).unwrap();
    let mut half = coder.finish().unwrap();
    half.truncate(half.len() - 12);
    let error = error_of(vec![reply(200).body(half).labelled("gzip")], Limits::default()).await;
    assert_eq!(error.kind(), "body", "{error:?}");
}

#[tokio::test]
async fn hints_before_an_answer_are_passed_over() {
    assert_eq!(body_of(vec![reply(200).body(FEED).hints(2)]).await, FEED);
}

#[tokio::test]
async fn two_lengths_that_differ_are_refused() {
    let twice = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n<a/>";
    let error = error_of(vec![Reply::raw(twice)], Limits::default()).await;
    assert_eq!(error.kind(), "protocol", "{error:?}");
}
