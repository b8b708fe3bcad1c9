//! The small parts: addresses, plain text, filled phrases.

use crate::publish::address::public;
use crate::publish::feed::media_type;
use crate::publish::text::beginning;
use crate::publish::words::{fill, words};

#[test]
fn only_public_addresses_are_published() {
    let check =
        |input, expect: Option<&str>| assert_eq!(public(input).as_deref(), expect, "{input}");
    check("https://a.example/x?y=1#z", Some("https://a.example/x?y=1#z"));
    check("http://a.example", Some("http://a.example"));
    check("HTTPS://A.example/x", Some("https://a.example/x"));
    check("https://me:secret@a.example/x", Some("https://a.example/x"));
    check("https://a.example/汉 字|\"", Some("https://a.example/%E6%B1%89%20%E5%AD%97%7C%22"));
    check("https://消息.example/", Some("https://xn--ybu940a.example/"));
    check("javascript:alert(1)", None);
    check("//a.example/x", None);
    check("/x", None);
    check("", None);
}

#[test]
fn the_beginning_of_markup_is_its_words() {
    let check = |input, expect: Option<&str>| {
        assert_eq!(beginning(input, 12).as_deref(), expect, "{input}");
    };
    check("<p>one</p><p>two</p>", Some("one two"));
    check("<p>o<em>n</em>e &amp;lt; 2</p>", Some("one &lt; 2"));
    check("<p title=\"a>b\">x</p>", Some("x"));
    check("<img src=\"https://a.example/x.png\">", None);
    check("a<br>b", Some("a b"));
    check("1 &lt; 2&nbsp;&gt; 1", Some("1 < 2 > 1"));
    check("<p>育秧忙。</p><p>“今年”</p>", Some("育秧忙。“今年”"));
    check("<p>one two three four</p>", Some("one two…"));
    check("<p", None);
    check("", None);
}

#[test]
fn media_types_follow_the_ending() {
    let check = |url, expect| assert_eq!(media_type(url), expect, "{url}");
    check("https://a.example/x.JPG?size=1.png", "image/jpeg");
    check("https://a.example/x", "application/octet-stream");
    check("https://a.example", "application/octet-stream");
    check("https://a.example/x.pdf#page=2", "application/pdf");
}

#[test]
fn phrases_are_filled_once() {
    assert_eq!(fill("{a} and {b}.", &[("a", "{b}"), ("b", "2")]), "{b} and 2.");
    assert_eq!(fill("{unknown", &[]), "");
    assert_eq!(words("zh-TW").language, "zh-CN");
    assert_eq!(words("de").language, "en");
}
