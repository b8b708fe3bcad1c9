//! Guards the pieces: addresses, validators, codings, the door, the shelf.

mod door;
mod shelf;

use http::header::{ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::coding::{Accepted, Coding};
use super::conditional::Held;
use super::{address, coding, conditional, lookup, media};

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

#[test]
fn s27_addresses_are_decoded_once_and_never_climb() {
    let check = |path: &str, expect: Option<&str>| {
        assert_eq!(address::decode(path, "").as_deref(), expect, "{path:?}");
    };
    check("/", Some("/"));
    check("/all.rss", Some("/all.rss"));
    check("/category/", Some("/category/"));
    check("/category/%E6%96%B0%E5%8D%8E.atom", Some("/category/新华.atom"));
    check("/category/新华.atom", Some("/category/新华.atom"));
    check("/category/a%20b+c.rss", Some("/category/a b+c.rss"));
    check("/100%", Some("/100%"));
    check("/%252e%252e/x", Some("/%2e%2e/x"));
    for clever in [
        "*",
        "x",
        "//",
        "//x",
        "/a//b",
        "/.",
        "/..",
        "/../x",
        "/a/../x",
        "/a/%2e%2e/x",
        "/%2E%2e/x",
        "/..%2fx",
        "/a%2fb",
        "/a%5cb",
        "/a\\b",
        "/..\\x",
        "/a%00.rss",
        "/a%0d%0ab",
        "/%7f",
        "/%c0%ae%c0%ae/x",
        "/%e0%80%ae/x",
        "/%ff",
        "/.finews",
        "/%2efinews",
        "/share/.finews-tmp-1-0",
        "/.git/config",
    ] {
        check(clever, None);
    }
    check(&format!("/{}", "x".repeat(255)), Some(&format!("/{}", "x".repeat(255))));
    check(&format!("/{}", "x".repeat(256)), None);
    check(&"/x".repeat(3000), None);
}

#[test]
fn the_path_of_the_site_is_taken_off_where_it_is_there() {
    for (path, expect) in [
        ("/news/all.rss", Some("/all.rss")),
        ("/news/", Some("/")),
        ("/news", Some("/")),
        ("/all.rss", Some("/all.rss")),
        ("/newsroom.html", Some("/newsroom.html")),
        ("/news//all.rss", None),
        ("/news/../x", None),
    ] {
        assert_eq!(address::decode(path, "/news").as_deref(), expect, "{path}");
    }
}

#[test]
fn only_the_root_folder_has_a_page() {
    assert_eq!(address::file("/"), Some("index.html"));
    assert_eq!(address::file("/share/x.html"), Some("share/x.html"));
    assert_eq!(address::file("/share/"), None);
}

#[test]
fn p20_tags_are_compared_whole_and_weakly() {
    let check = |lists: &[&str], expect: Held| {
        let pairs: Vec<_> = lists.iter().map(|list| (IF_NONE_MATCH, *list)).collect();
        let modified = "2026-03-01T10:00:00Z".parse().unwrap();
        let would = |coding| coding == Coding::Identity;
        let found = conditional::held(&headers(&pairs), "abc", modified, would);
        assert_eq!(found, expect, "{lists:?}");
    };
    for list in [
        "\"abc\"",
        "W/\"abc\"",
        "\"x\", \"abc\"",
        "\"x\",W/\"abc\" , \"y\"",
        ",, \"abc\"",
        "\"x, y\", \"abc\"",
        "\"\" \"abc\"",
    ] {
        check(&[list], Held::In(Coding::Identity));
    }
    check(&["*"], Held::Same);
    check(&[" * "], Held::Same);
    for list in [
        "",
        "abc",
        "\"abcd\"",
        "\"ab\"",
        "\"abc",
        "w/\"abc\"",
        "\"ABC\"",
        "\"x \"abc\"",
        "\"*\"",
        "'abc'",
        "W/",
        "\"",
        "\"é\"",
        "\"abc-gzip\"",
    ] {
        check(&[list], Held::Nothing);
    }
    check(&["\"x\"", "\"abc\""], Held::In(Coding::Identity));
    check(&[], Held::Nothing);
}

#[test]
fn p23_a_tag_of_a_coding_counts_where_that_coding_would_do() {
    let check = |tags: &str, accepts: &[&str], expect: Held| {
        let mut pairs = vec![(IF_NONE_MATCH, tags)];
        pairs.extend(accepts.iter().map(|one| (ACCEPT_ENCODING, *one)));
        let headers = headers(&pairs);
        let accepted = Accepted::of(&headers);
        let at = "2026-03-01T10:00:00Z".parse().unwrap();
        let found = conditional::held(&headers, "abc", at, |coding| accepted.takes(coding));
        assert_eq!(found, expect, "{tags} {accepts:?}");
    };
    let (gzip, br) = (Held::In(Coding::Gzip), Held::In(Coding::Brotli));
    check("\"abc-gzip\"", &["gzip"], gzip);
    check("W/\"abc-gzip\"", &["gzip"], gzip);
    // A cache that holds gzip needs no brotli, as long as whoever asks takes gzip.
    check("\"abc-gzip\"", &["br, gzip"], gzip);
    check("\"abc-br\", \"abc-gzip\"", &["gzip"], gzip);
    check("\"abc-br\", \"abc-gzip\"", &["gzip, br"], br);
    check("\"abc\"", &["gzip, br"], Held::In(Coding::Identity));
    check("\"abc-gzip\"", &[], gzip);
    check("\"abc-gzip\"", &[""], Held::Nothing);
    check("\"abc-gzip\"", &["br"], Held::Nothing);
    check("\"abc-gzip\"", &["gzip;q=0, br"], Held::Nothing);
    check("\"abc\"", &["gzip, identity;q=0"], Held::Nothing);
    check("\"abc-deflate\"", &["deflate"], Held::Nothing);
    check("\"abd-gzip\"", &["gzip"], Held::Nothing);
}

#[test]
fn p21_times_are_compared_to_the_second_and_yield_to_tags() {
    let check = |pairs: &[(HeaderName, &str)], expect: bool| {
        let modified = "2026-03-01T10:00:00.75Z".parse().unwrap();
        let held = conditional::held(&headers(pairs), "abc", modified, |_| true);
        assert_eq!(held != Held::Nothing, expect, "{pairs:?}");
    };
    for since in [
        "Sun, 01 Mar 2026 10:00:00 GMT",
        "Sunday, 01-Mar-26 10:00:00 GMT",
        "Sun Mar  1 10:00:00 2026",
        "Mon, 02 Mar 2026 00:00:00 GMT",
        "Wed, 01 Jan 2098 00:00:00 GMT",
    ] {
        check(&[(IF_MODIFIED_SINCE, since)], true);
        check(&[(IF_MODIFIED_SINCE, since), (IF_NONE_MATCH, "\"abcd\"")], false);
        check(&[(IF_MODIFIED_SINCE, since), (IF_NONE_MATCH, "rubbish")], false);
    }
    for since in [
        "Sun, 01 Mar 2026 09:59:59 GMT",
        "Mon, 01 Mar 2026 10:00:00 GMT",
        "2026-03-01T10:00:00Z",
        "Sun, 01 Mar 2026 10:00:00 +0000",
        "Sun, 99 Mar 2026 10:00:00 GMT",
        "0",
        "",
        "é",
    ] {
        check(&[(IF_MODIFIED_SINCE, since)], false);
    }
    check(&[(IF_NONE_MATCH, "\"abc\""), (IF_MODIFIED_SINCE, "0")], true);
}

#[test]
fn times_are_written_as_http_has_them() {
    let written = conditional::http_date("2026-03-01T09:08:07Z".parse().unwrap());
    assert_eq!(written, "Sun, 01 Mar 2026 09:08:07 GMT");
}

#[test]
fn p24_codings_are_weighed() {
    use Coding::{Brotli, Gzip, Identity, Zstd};
    for (accepts, expect) in [
        ("gzip", Some(Gzip)),
        ("GZip", Some(Gzip)),
        ("x-gzip", Some(Gzip)),
        ("br", Some(Brotli)),
        ("zstd", Some(Zstd)),
        ("gzip, deflate, br, zstd", Some(Brotli)),
        ("gzip, zstd", Some(Zstd)),
        ("br;q=0.5, gzip;q=0.8", Some(Gzip)),
        ("br;q=0, gzip", Some(Gzip)),
        ("deflate, gzip;q=0.5, compress", Some(Gzip)),
        ("gzip ; q=0.1", Some(Gzip)),
        ("gzip;q=0.001", Some(Gzip)),
        ("*", Some(Gzip)),
        ("br, *", Some(Brotli)),
        ("br;q=0.5, *", Some(Gzip)),
        ("gzip;q=0, *", Some(Brotli)),
        ("gzip;q=0", Some(Identity)),
        ("gzip;q=0.000", Some(Identity)),
        ("gzip;q=0.2, identity;q=0.8", Some(Identity)),
        ("gzip;q=0.5, identity;q=0.5", Some(Gzip)),
        ("gzip;q=nan", Some(Identity)),
        ("gzip;q=7", Some(Identity)),
        ("deflate", Some(Identity)),
        ("", Some(Identity)),
        (";;,,;q=1", Some(Identity)),
        ("identity", Some(Identity)),
        ("identity;q=0, gzip", Some(Gzip)),
        ("identity;q=0, *", Some(Gzip)),
        ("*;q=0, br", Some(Brotli)),
        ("*;q=0, identity", Some(Identity)),
        ("*;q=0", None),
        ("identity;q=0", None),
        ("identity;q=0, deflate", None),
        ("identity;q=0, *;q=0", None),
    ] {
        let accepted = Accepted::of(&headers(&[(ACCEPT_ENCODING, accepts)]));
        assert_eq!(accepted.best(), expect, "{accepts:?}");
    }
    assert_eq!(Accepted::of(&HeaderMap::new()).best(), Some(Identity));
    let two = headers(&[(ACCEPT_ENCODING, "deflate"), (ACCEPT_ENCODING, "gzip")]);
    assert_eq!(Accepted::of(&two).best(), Some(Gzip));
}

#[test]
fn what_does_not_shrink_is_not_compressed() {
    let noise: Vec<u8> = (0..40u8).flat_map(|n| Sha256::digest([n])).collect();
    for coding in [Coding::Gzip, Coding::Zstd, Coding::Brotli] {
        assert!(coding::pack(coding, b"short").is_none());
        assert!(coding::pack(coding, &noise).is_none());
        assert!(coding::pack(coding, &[b'x'; 4000]).is_some());
    }
    assert!(coding::pack(Coding::Identity, &[b'x'; 4000]).is_none());
}

#[test]
fn s32_only_addresses_on_this_site_are_sent_to() {
    for (target, expect) in [
        ("/share/a.html", Some("/share/a.html")),
        ("/share/新 ".trim_end(), Some("/share/%E6%96%B0")),
        ("/a?b=c#d", Some("/a?b=c#d")),
        ("/", Some("/")),
        ("//evil.example", None),
        ("/\\evil.example", None),
        ("/a\\b", None),
        ("https://evil.example/", None),
        ("https:evil", None),
        ("javascript:alert(1)", None),
        ("share/a.html", None),
        ("/a\r\nSet-Cookie: x", None),
        ("/a b", None),
        ("", None),
    ] {
        assert_eq!(lookup::own(target).as_deref(), expect, "{target:?}");
    }
}

#[test]
fn what_was_wanted_is_told_from_the_ending() {
    use media::Kind::{Feed, Page, Part};
    for (path, expect) in [
        ("/category/x.html", Page),
        ("/category/x", Page),
        ("/2024/01/", Page),
        ("/v1.2", Page),
        ("/x.rss", Feed),
        ("/x.atom", Feed),
        ("/x.json", Feed),
        ("/opml.xml", Feed),
        ("/x.css", Part),
        ("/x.rss/y", Page),
    ] {
        assert_eq!(media::wanted(path), expect, "{path}");
    }
}

proptest! {
    #[test]
    fn nothing_a_client_sends_breaks_anything(text in "\\PC{0,60}", bytes: Vec<u8>) {
        let at = "2026-03-01T10:00:00Z".parse().unwrap();
        for value in [HeaderValue::from_bytes(text.as_bytes()), HeaderValue::from_bytes(&bytes)] {
            let mut headers = HeaderMap::new();
            for name in [ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH] {
                headers.extend(value.as_ref().ok().map(|value| (name, value.clone())));
            }
            let accepted = Accepted::of(&headers);
            accepted.best();
            conditional::held(&headers, "abc", at, |coding| accepted.takes(coding));
        }
        lookup::own(&text);
    }

    #[test]
    fn s27_what_is_decoded_stays_below_the_root(path in "/([a./%25ef\\\\]|%2[ef]|%5c|%c0%ae|新){0,12}") {
        if let Some(decoded) = address::decode(&path, "") {
            prop_assert!(decoded.starts_with('/') && !decoded.contains(['\\', '\0']));
            let (parts, last) = decoded[1..].rsplit_once('/').unwrap_or(("a", &decoded[1..]));
            prop_assert!(parts.split('/').all(|part| !part.is_empty() && !part.starts_with('.')));
            prop_assert!(!last.starts_with('.'));
        }
    }
}
