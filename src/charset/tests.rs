//! Bytes in many encodings, with right, wrong and missing declarations.

use std::borrow::Cow;

use encoding_rs::{Encoding, GBK};
use proptest::prelude::*;

use super::decode;

fn check(bytes: &[u8], content_type: Option<&str>, over: Option<&str>, text: &str, encoding: &str) {
    let decoded = decode(bytes, content_type, over);
    assert_eq!(
        (decoded.text.as_ref(), decoded.encoding),
        (text, encoding),
        "{bytes:x?} {content_type:?} {over:?}"
    );
}

fn encoded(text: &str, label: &str) -> Vec<u8> {
    Encoding::for_label(label.as_bytes()).unwrap().encode(text).0.into_owned()
}

const CHINESE: &str =
    "<?xml version=\"1.0\" encoding=\"gb2312\"?><rss>中文新闻，国务院办公厅</rss>";

#[test]
fn utf_8_is_borrowed() {
    assert!(matches!(decode("<a>é</a>".as_bytes(), None, None).text, Cow::Borrowed(_)));
    check("\u{feff}<a>é</a>".as_bytes(), None, None, "<a>é</a>", "UTF-8");
    check(b"", None, None, "", "UTF-8");
}

#[test]
fn marks_and_patterns_of_wide_characters() {
    let wide = |order: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let text = format!("{}<?xml version='1.0'?><a>é</a>", if mark { "\u{feff}" } else { "" });
        text.encode_utf16().flat_map(order).collect()
    };
    for mark in [true, false] {
        check(
            &wide(u16::to_le_bytes, mark),
            None,
            None,
            "<?xml version='1.0'?><a>é</a>",
            "UTF-16LE",
        );
        check(
            &wide(u16::to_be_bytes, mark),
            Some("text/xml; charset=utf-8"),
            None,
            "<?xml version='1.0'?><a>é</a>",
            "UTF-16BE",
        );
    }
    let wider: Vec<u8> =
        "\u{feff}<a>é</a>".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    check(&wider, None, None, "<a>é</a>", "UTF-32");
    let wider: Vec<u8> = "<a>é</a>".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    check(&wider, None, None, "<a>é</a>", "UTF-32");
}

#[test]
fn who_says_it_first() {
    let gbk = encoded(CHINESE, "gbk");
    check(&gbk, None, None, CHINESE, "GBK");
    check(&gbk, Some("text/xml; charset=GB18030"), None, CHINESE, "gb18030");
    check(&gbk, Some("text/xml; charset=\"gbk\""), None, CHINESE, "GBK");
    check(&gbk, Some("text/xml; charset=nonsense"), None, CHINESE, "GBK");
    check(
        b"<a>caf\xe9</a>",
        Some("text/xml;charset='iso-8859-1'"),
        None,
        "<a>café</a>",
        "windows-1252",
    );
    check(
        b"<a>\xe9</a>",
        Some("text/xml; charset=koi8-r"),
        Some("windows-1252"),
        "<a>é</a>",
        "windows-1252",
    );
    check(&gbk, Some("text/xml; charset=utf-8"), None, CHINESE, "GBK");
    check(&gbk, Some("text/xml; charset=ISO-8859-1"), None, CHINESE, "GBK");
    let page = "<?xml version='1.0'?><html><head><meta charset='gbk'/></head>中文";
    check(&encoded(page, "gbk"), None, None, page, "GBK");
    check(b"<meta charset=big5><p>\xa4\xa4", None, None, "<meta charset=big5><p>中", "Big5");
    let page = "<html><meta http-equiv='Content-Type' content='text/html; charset=gb2312'>中文";
    check(&encoded(page, "gbk"), None, None, page, "GBK");
}

#[test]
fn a_declaration_that_the_bytes_contradict() {
    // Recoded to UTF-8 on the way, the declaration left as it was.
    check(CHINESE.as_bytes(), None, None, CHINESE, "UTF-8");
    check(
        "<a>café</a>".as_bytes(),
        Some("text/xml; charset=iso-8859-1"),
        None,
        "<a>café</a>",
        "UTF-8",
    );
    check(
        b"<?xml version='1.0' encoding='utf-16'?><a/>",
        None,
        None,
        "<?xml version='1.0' encoding='utf-16'?><a/>",
        "UTF-8",
    );
    check(
        b"<?xml encoding='utf-8'?><a>caf\xe9</a>",
        None,
        None,
        "<?xml encoding='utf-8'?><a>café</a>",
        "windows-1252",
    );
}

#[test]
fn a_declaration_that_is_missing() {
    let without = CHINESE.replace(" encoding=\"gb2312\"", "");
    check(&GBK.encode(&without).0, None, None, &without, "GBK");
    check(b"<a>caf\xe9</a>", None, None, "<a>café</a>", "windows-1252");
}

#[test]
fn mixtures_stay_mostly_utf_8() {
    let mixed = decode(b"<a>\xc3\xa9\xc3\xa9\xc3\xa9 \x93caf\xe9\x94 \xc3\xa9</a>", None, None);
    assert_eq!((mixed.text.as_ref(), mixed.replaced), ("<a>ééé “café” é</a>", 2));
    // A character cut in two among Chinese is not an `å`.
    let cut = [CHINESE.as_bytes(), b"\xe5<b>"].concat();
    assert_eq!(decode(&cut, None, None).text, format!("{CHINESE}\u{fffd}<b>"));
}

proptest! {
    #[test]
    fn any_bytes_are_text(bytes: Vec<u8>, over in proptest::option::of("[a-z0-9-]{0,12}")) {
        let decoded = decode(&bytes, over.as_deref(), over.as_deref());
        prop_assert!(decoded.replaced <= bytes.len());
    }

    #[test]
    fn utf_8_comes_back(text in "[a-zé中]{2}.{0,60}") {
        let decoded = decode(text.as_bytes(), None, None);
        prop_assert_eq!(decoded.text.as_ref(), text.as_str());
    }
}
